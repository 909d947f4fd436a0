"""From the grammar to terms: what every part of an expression is (number, text, date, …) and its unit.

Here an expression is refused before any row is seen: names that do not exist, kinds that do not go together,
units of other dimensions, codes that a field cannot hold, lists outside an aggregate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, NoReturn

from dafeng.errors import InputRefused
from dafeng.register.expression import AGGREGATES, Call, Literal, Member, Name, Node, Operation
from dafeng.register.expression_units import PLAIN, check_unit, is_made, product_unit, unit_factor
from dafeng.register.fields import Bilingual
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from dafeng.register.fields import RegisterField
    from dafeng.register.vocabulary import Vocabulary

KINDS = {
    "integer": "number", "number": "number", "year": "number", "boolean": "boolean", "date": "date",
}  # fmt: skip
"""Kind of a field -> what it is in an expression; all others are text."""
WORDS = {
    "number": Bilingual("数值", "a number"), "text": Bilingual("文字", "text"),
    "date": Bilingual("日期", "a date"), "boolean": Bilingual("是否", "true or false"),
}  # fmt: skip
ORDERED = frozenset({"number", "date"})


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an expression that is known to make sense.

    Parameters
    ----------
    op : str
        ``literal``, ``column``, ``scale`` (times ``value``), ``aggregate``, ``part`` (the ``value``-th
        aggregate of a figure), a sign, or a function.
    kind : {"number", "text", "date", "boolean"}
        What it gives.
    unit : str or None
        Unit of a number; None is a bare number, which takes the unit of what it is added to. Of a text field
        ``period`` or ``codes``, if it holds these.
    args : tuple of Term
        Its parts.
    value : object
        Of a literal; name of a column or aggregate; factor, number of digits, set of codes.
    lines : str
        List over whose lines it varies; empty: one value a row.
    codes : Vocabulary or None
        What a column of codes may hold.
    child : str
        List over which an aggregate goes.
    """

    op: str
    kind: str
    unit: str | None = None
    args: tuple[Term, ...] = ()
    value: object = None
    lines: str = ""
    codes: Vocabulary | None = None
    child: str = ""


Resolve = Callable[[Name], Term]
"""What a name stands for."""


def refuse(text: str, zh: str, en: str) -> NoReturn:
    """Refuse an expression.

    Raises
    ------
    InputRefused
        ``register_expression_sense``.
    """
    raise InputRefused.of("register_expression_sense", expression=text, reason=Bilingual(zh, en))


def scaled(term: Term, factor: float) -> Term:
    """Return a term times a factor."""
    if factor == 1.0:
        return term
    return Term("scale", "number", term.unit, (term,), factor, term.lines)


def in_unit(term: Term, unit: str) -> Term:
    """Return a number in a unit that its own can be converted into; a bare number is in any.

    Raises
    ------
    UnitError
        ``unit_unknown`` or ``unit_mismatch``.
    """
    factor = 1.0 if term.unit is None else unit_factor(term.unit, unit)
    return replace(scaled(term, factor), unit=unit)


@dataclass(slots=True)
class Typing:
    """Turns the tree of one expression into terms.

    Parameters
    ----------
    text : str
        The expression, for messages.
    resolve : callable
        What a name stands for.
    lists : frozenset of str
        Lists over which it may aggregate.
    over_rows : bool
        Aggregates go over rows (a figure); they are collected in ``parts``.
    """

    text: str
    resolve: Resolve
    lists: frozenset[str] = frozenset()
    over_rows: bool = False
    parts: list[Term] = field(default_factory=list)

    def term(self, node: Node) -> Term:
        """Return the term of a node."""
        if isinstance(node, Literal):
            kind = {bool: "boolean", str: "text"}.get(type(node.value), "number")
            return Term("literal", kind, value=node.value)
        if isinstance(node, Name):
            if self.over_rows:
                refuse(self.text, f"{node} 须放在汇总函数之内", f"{node} must stand inside an aggregate")
            return self.resolve(node)
        if isinstance(node, Member):
            return self._member(node)
        if isinstance(node, Call):
            return self._aggregate(node) if node.function in AGGREGATES else self._call(node)
        return self._operation(node)

    def _operation(self, node: Operation) -> Term:
        parts = tuple(self.term(part) for part in node.parts)
        if node.sign in {"and", "or", "not"}:
            self._want(parts, "boolean")
            return Term(node.sign, "boolean", args=parts, lines=self._lines(parts))
        if node.sign == "neg":
            self._want(parts, "number")
            return Term("neg", "number", parts[0].unit, parts, lines=parts[0].lines)
        if node.sign == "if":
            self._want(parts[:1], "boolean")
            chosen, unit = self._alike(parts[1:])
            return Term("if", chosen[0].kind, unit, (parts[0], *chosen), lines=self._lines(parts))
        if node.sign in {"*", "/"}:
            self._want(parts, "number")
            unit, factor = product_unit(parts[0].unit, parts[1].unit, node.sign)
            return scaled(Term(node.sign, "number", unit, parts, lines=self._lines(parts)), factor)
        if node.sign in {"+", "-"}:
            self._want(parts, "number")
            alike, unit = self._alike(parts)
            return Term(node.sign, "number", unit, alike, lines=self._lines(parts))
        return self._comparison(node.sign, parts)

    def _comparison(self, sign: str, parts: tuple[Term, ...]) -> Term:
        alike, _ = self._alike(parts)
        if sign not in {"==", "!="} and alike[0].kind not in ORDERED:
            refuse(
                self.text, f"{WORDS[alike[0].kind].zh}不能比较大小", f"{WORDS[alike[0].kind].en} has no order"
            )
        for one, other in (alike, alike[::-1]):
            if one.codes is not None and other.op == "literal":
                self._known(one, str(other.value))
        return Term(sign, "boolean", args=alike, lines=self._lines(parts))

    def _member(self, node: Member) -> Term:
        part = self.term(node.part)
        values = tuple(value.value for value in node.values)
        kinds = {{bool: "boolean", str: "text"}.get(type(value), "number") for value in values}
        if kinds != {part.kind}:
            refuse(self.text, "in 的各项须与左边同类", "what stands behind in must be of the kind before it")
        if part.codes is not None:
            for value in values:
                self._known(part, str(value))
        return Term("in", "boolean", args=(part,), value=values, lines=part.lines)

    def _known(self, term: Term, code: str) -> None:
        if term.codes is not None and code not in term.codes.names:
            raise InputRefused.of(
                "register_expression_code",
                expression=self.text,
                code=code,
                name=str(term.value),
                suggestion=Suggestion(code, term.codes.codes),
            )

    def _call(self, node: Call) -> Term:
        if node.function in {"date", "quantity", "contains", "starts", "round"}:
            return self._call_with_literal(node)
        parts = tuple(self.term(part) for part in node.parts)
        lines = self._lines(parts)
        if node.function in {"coalesce", "least", "greatest"}:
            alike, unit = self._alike(parts)
            if node.function != "coalesce" and alike[0].kind not in ORDERED:
                refuse(
                    self.text, f"{node.function} 只用于数值和日期", f"{node.function} takes numbers or dates"
                )
            return Term(node.function, alike[0].kind, unit, alike, lines=lines)
        if node.function == "missing":
            return Term("missing", "boolean", args=parts, lines=lines)
        if node.function in {"days", "months"}:
            self._want(parts, "date")
            return Term(node.function, "number", node.function[:-1], parts, lines=lines)
        if node.function == "year":
            if parts[0].unit != "period":
                self._want(parts, "date")
            return Term("year", "number", "year", parts, lines=lines)
        self._want(parts, "number")
        if node.function == "percent":
            return Term("scale", "number", "%", (in_unit(parts[0], PLAIN),), 100.0, lines)
        return Term(node.function, "number", parts[0].unit, parts, lines=lines)

    def _call_with_literal(self, node: Call) -> Term:
        """Return a call whose last argument is a literal."""
        last = node.parts[-1] if len(node.parts) > 1 or node.function == "date" else Literal(0.0)
        value = last.value if isinstance(last, Literal) else None
        if node.function == "round":
            part = self.term(node.parts[0])
            self._want((part,), "number")
            if not isinstance(value, float) or not value.is_integer() or not 0 <= value <= 12:
                refuse(self.text, "round 的位数应为 0 至 12", "the digits of round are 0 to 12")
            return Term("round", "number", part.unit, (part,), int(value), part.lines)
        if not isinstance(value, str):
            refuse(
                self.text,
                f"{node.function} 的末项应为引号中的文字",
                f"{node.function} ends with a quoted text",
            )
        if node.function == "date":
            try:
                return Term("literal", "date", value=date.fromisoformat(value))
            except ValueError:
                refuse(self.text, f"{value} 不是日期", f"{value} is no date")
        if node.function == "quantity":
            number = self.term(node.parts[0])
            if number.op != "literal" or number.kind != "number":
                refuse(self.text, "quantity 应写成 quantity(2.5, 't')", "write quantity(2.5, 't')")
            check_unit(value)
            return replace(number, unit=value)
        part = self.term(node.parts[0])
        self._want((part,), "text")
        if node.function == "contains" and part.codes is not None:
            self._known(part, value)
        return Term(node.function, "boolean", args=(part,), value=value, lines=part.lines)

    def _aggregate(self, node: Call) -> Term:
        if self.over_rows:
            return self._part(node)
        if node.function == "count":
            child = node.parts[0] if node.parts else None
            if not isinstance(child, Name) or len(child.path) > 1 or child.path[0] not in self.lists:
                refuse(self.text, "count 的首项应为子表名", "count begins with the name of a list")
            condition = tuple(self.term(part) for part in node.parts[1:])
            self._want(condition, "boolean")
            if {part.lines for part in condition} - {"", child.path[0]}:
                refuse(self.text, "一个汇总只能用一个子表", "an aggregate takes one list")
            return Term("aggregate", "number", PLAIN, condition, "count", child=child.path[0])
        parts = tuple(self.term(part) for part in node.parts)
        lines = self._lines(parts)
        if not lines:
            refuse(
                self.text,
                f"{node.function} 内须有子表字段；两值比较用 least、greatest",
                f"{node.function} needs a field of a list; for two values use least or greatest",
            )
        self._check_aggregated(node.function, parts)
        return Term("aggregate", parts[0].kind, parts[0].unit, parts, node.function, child=lines)

    def _part(self, node: Call) -> Term:
        """Return the place of an aggregate over rows, which is kept among the parts."""
        inner = Typing(self.text, self.resolve, self.lists)
        parts = tuple(inner.term(part) for part in node.parts)
        if inner._lines(parts):
            refuse(
                self.text,
                "子表须先在行内汇总，或用 date = 子表.字段 逐行计",
                "a list needs its own aggregate inside, or date = list.field",
            )
        if node.function == "count":
            if len(parts) > 1:
                refuse(self.text, "count 只有条件一项", "count takes a condition only")
            self._want(parts, "boolean")
        elif not parts or node.function in {"first", "last"}:
            refuse(self.text, f"{node.function} 不能用于多行", f"{node.function} does not go over rows")
        else:
            self._check_aggregated(node.function, parts)
        kind, unit = ("number", PLAIN) if node.function == "count" else (parts[0].kind, parts[0].unit)
        self.parts.append(Term("aggregate", kind, unit, parts, node.function))
        return Term("part", kind, unit, value=len(self.parts) - 1)

    def _check_aggregated(self, function: str, parts: tuple[Term, ...]) -> None:
        self._want(parts[1:], "boolean")
        if function in {"sum", "mean"}:
            self._want(parts[:1], "number")
        elif function in {"min", "max"} and parts[0].kind not in ORDERED:
            refuse(self.text, f"{function} 只用于数值和日期", f"{function} takes numbers or dates")

    def _want(self, parts: tuple[Term, ...], kind: str) -> None:
        for part in parts:
            if part.kind != kind:
                had, need = WORDS[part.kind], WORDS[kind]
                refuse(self.text, f"应为{need.zh}处是{had.zh}", f"{had.en} stands where {need.en} is needed")

    def _alike(self, parts: tuple[Term, ...]) -> tuple[tuple[Term, ...], str | None]:
        """Return parts of one kind in one unit: that of the first part that has one."""
        kinds = sorted({part.kind for part in parts})
        if len(kinds) > 1:
            zh, en = "与".join(WORDS[k].zh for k in kinds), " and ".join(WORDS[k].en for k in kinds)
            hint = ("；日期写作 date('2025-12-31')", "; write a date as date('2025-12-31')")
            more = hint if "date" in kinds and "text" in kinds else ("", "")
            refuse(self.text, f"{zh}不能放在一起{more[0]}", f"{en} do not go together{more[1]}")
        unit = next((part.unit for part in parts if part.unit is not None), None)
        if kinds != ["number"]:
            marks = {part.unit for part in parts if part.op != "literal"}
            return parts, marks.pop() if len(marks) == 1 else None
        if unit is None:
            return parts, None
        if is_made(unit) and any(part.unit is None and part.value != 0 for part in parts):
            refuse(
                self.text,
                f"数旁边的单位是算出来的（{unit}），请用 quantity(数, '单位') 写明",
                f"a bare number stands beside a unit that was made ({unit}): write quantity(number, 'unit')",
            )
        return tuple(in_unit(part, unit) for part in parts), unit

    def _lines(self, parts: tuple[Term, ...]) -> str:
        found = {part.lines for part in parts} - {""}
        if len(found) > 1:
            refuse(self.text, "一个汇总只能用一个子表", "an aggregate takes one list")
        return next(iter(found), "")


def field_term(name: str, field: RegisterField, codes: Vocabulary | None, lines: str = "") -> Term:
    """Return the term of a field under the name of its column."""
    kind = KINDS.get(field.kind, "text")
    unit: str | None = field.kind if field.kind in {"period", "codes"} else None
    if kind == "number":
        unit = "year" if field.kind == "year" else field.unit or PLAIN
    return Term("column", kind, unit, value=name, lines=lines, codes=codes)
