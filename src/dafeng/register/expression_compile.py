"""Expressions made ready once for the rows of a register: formulas, rules, conditions, parts of figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from dafeng.errors import InputRefused
from dafeng.register.expression import Name, parse_expression
from dafeng.register.expression_types import KINDS, Term, Typing, field_term, in_unit, refuse
from dafeng.register.expression_units import PERCENT
from dafeng.register.schema import stored_formulas
from dafeng.register.vocabulary import Vocabulary
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dafeng.register.fields import RegisterField
    from dafeng.register.library import Library
    from dafeng.register.model import Formula, Measure, Register


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression that is known to make sense for the rows of a register.

    Parameters
    ----------
    text : str
        As it is written.
    term : Term
        What it means.
    kind : {"number", "text", "date", "boolean"}
        What it gives.
    unit : str or None
        Unit of its numbers; None is a bare number.
    columns : frozenset of str
        What it reads: fields, formulas, ``state``, ``today``, ``link.field``, ``list.field``.
    """

    text: str
    term: Term
    kind: str
    unit: str | None
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CompiledMeasure:
    """A figure over rows: its aggregates and what is made of them.

    Parameters
    ----------
    parts : tuple of MeasurePart
        Aggregates over rows, in the order in which they stand.
    whole : Compiled
        Over a frame with the columns ``part_0``, ``part_1``, …: the values of the parts.
    rows : Compiled or None
        Which rows are looked at.
    list_id : str
        List whose lines are the rows; empty: the rows of the register.
    """

    parts: tuple[MeasurePart, ...]
    whole: Compiled
    rows: Compiled | None
    list_id: str = ""


@dataclass(frozen=True, slots=True)
class MeasurePart:
    """One aggregate of a figure.

    Parameters
    ----------
    function : {"sum", "mean", "min", "max", "count"}
        How the values of rows are taken together.
    value, condition : Compiled or None
        Over one row; a count has no value.
    unit : str
        Unit of the values.
    """

    function: str
    value: Compiled | None
    condition: Compiled | None
    unit: str


def compile_expression(
    text: str,
    register: Register,
    library: Library | None = None,
    *,
    before: str | None = None,
    list_id: str = "",
) -> Compiled:
    """Return an expression over the rows of a register, ready for any frame of them.

    Parameters
    ----------
    text : str
        The expression.
    register : Register
        Whose rows.
    library : Library, optional
        Needed where it reads a linked row; codes are checked with it.
    before : str, optional
        Formula that it defines: only formulas before it may be read.
    list_id : str
        List whose lines are the rows: ``list.field`` is then a column as any other.

    Raises
    ------
    InputRefused
        It cannot be read, or makes no sense; ``UnitError`` if units do not agree.
    """
    names = _Names(register, library, before, list_id)
    term = Typing(text, names.resolve, names.aggregable).term(parse_expression(text))
    if term.lines:
        refuse(
            text,
            f"{term.lines} 的字段须放在汇总函数之内",
            f"fields of {term.lines} stand inside an aggregate",
        )
    return _compiled(text, term)


def _compiled(text: str, term: Term) -> Compiled:
    columns = frozenset(str(part.value) for part in _below(term) if part.op == "column")
    return Compiled(text, term, term.kind, term.unit if term.kind == "number" else None, columns)


def _below(term: Term) -> Iterator[Term]:
    yield term
    for part in term.args:
        yield from _below(part)


def compile_formula(formula: Formula, register: Register, library: Library | None = None) -> Compiled:
    """Return a formula in its unit.

    Raises
    ------
    InputRefused
        It makes no sense or gives another kind; ``UnitError`` if its unit is another one.
    """
    made = compile_expression(formula.expr, register, library, before=formula.id)
    wanted = KINDS.get(formula.kind, "text")
    if made.kind != wanted:
        refuse(formula.expr, f"结果不是 {formula.kind}", f"the result is not of kind {formula.kind}")
    if wanted != "number":
        return made
    return _compiled(formula.expr, _in_result_unit(formula.expr, made.term, formula.unit))


def _in_result_unit(text: str, term: Term, unit: str) -> Term:
    """Return the term in the unit of the result; what is rounded is rounded there.

    A ratio becomes per cent by itself; an expression that does so too is refused.
    """
    if term.op == "round":
        return replace(term, args=(_in_result_unit(text, term.args[0], unit),), unit=unit)
    ratio = unit in PERCENT and term.unit not in {None, *PERCENT}
    if ratio and any(part.op == "*" and any(a.value == 100 for a in part.args) for part in _below(term)):
        refuse(text, "比率自动换算为 %，不要再乘 100", "a ratio becomes % by itself: leave out the 100")
    return in_unit(term, unit)


def compile_measure(measure: Measure, register: Register, library: Library | None = None) -> CompiledMeasure:
    """Return a figure over rows with its aggregates apart.

    Raises
    ------
    InputRefused
        It makes no sense; ``UnitError`` if units do not agree.
    """
    first, dot, _ = measure.date.partition(".")
    list_id = first if dot else ""
    names = _Names(register, library, None, list_id)
    typing = Typing(measure.expr, names.resolve, names.aggregable, over_rows=True)
    whole = typing.term(parse_expression(measure.expr))
    if whole.kind != "number" or not typing.parts:
        refuse(measure.expr, "应为对行的数值汇总", "must be a number made of aggregates over rows")
    rows = compile_expression(measure.rows, register, library, list_id=list_id) if measure.rows else None
    if rows is not None and rows.kind != "boolean":
        refuse(measure.rows, "rows 应为条件", "rows must be a condition")
    parts = tuple(_measure_part(measure.expr, part) for part in typing.parts)
    return CompiledMeasure(
        parts, _compiled(measure.expr, _in_result_unit(measure.expr, whole, measure.unit)), rows, list_id
    )


def _measure_part(text: str, term: Term) -> MeasurePart:
    function = str(term.value)
    inner = [_compiled(text, part) for part in term.args]
    value = None if function == "count" else inner.pop(0)
    return MeasurePart(function, value, inner[0] if inner else None, term.unit or "1")


class _Names:
    """What the names of an expression stand for."""

    def __init__(self, register: Register, library: Library | None, before: str | None, list_id: str) -> None:
        self._register, self._library, self._list = register, library, list_id
        self._fields = {field.id: field for field in register.fields}
        self._formulas: dict[str, Formula] = {}
        for formula in register.formulas:
            if formula.id == before:
                break
            self._formulas[formula.id] = formula
        self._lists = {child.id: child for child in register.lists}
        self.aggregable = frozenset(self._lists) - {list_id}

    def resolve(self, name: Name) -> Term:
        """Return the term of a name."""
        first = name.path[0]
        if len(name.path) == 2:
            if first in self._lists:
                return self._line_field(name)
            if first in self._fields and self._fields[first].kind == "link":
                return self._linked_field(name)
        elif first == "today":
            return Term("column", "date", value="today")
        elif first == "state":
            return Term("column", "text", value="state", codes=states_vocabulary(self._register))
        elif first in self._formulas:
            return formula_term(first, self._formulas[first])
        elif first in self._fields:
            field = self._fields[first]
            if field.held_in:
                return self._linked_field(Name(tuple(field.held_in.split("."))))
            return field_term(first, field, self._codes(self._register, field))
        return self._unknown(name, [*self._fields, *self._formulas, *self._lists, "state", "today"])

    def _line_field(self, name: Name) -> Term:
        child = self._lists[name.path[0]]
        for field in child.fields:
            if field.id == name.path[1]:
                lines = "" if child.id == self._list else child.id
                return field_term(str(name), field, self._codes(self._register, field), lines)
        return self._unknown(name, [f"{child.id}.{field.id}" for field in child.fields])

    def _linked_field(self, name: Name) -> Term:
        """Return the term of a field of the linked row."""
        target = self._fields[name.path[0]].link if name.path[0] in self._fields else ""
        if self._library is None or target not in self._library.registers:
            return self._unknown(name, [])
        linked = self._library.registers[target]
        if name.path[1] == "state":
            return Term("column", "text", value=str(name), codes=states_vocabulary(linked))
        for formula in stored_formulas(linked):
            if formula.id == name.path[1]:
                return formula_term(str(name), formula)
        for field in linked.asked:
            if field.id == name.path[1]:
                return field_term(str(name), field, self._codes(linked, field))
        return self._unknown(name, [f"{name.path[0]}.{field.id}" for field in linked.asked])

    def _codes(self, register: Register, field: RegisterField) -> Vocabulary | None:
        return self._library.vocabulary(register.id, field) if self._library is not None else None

    def _unknown(self, name: Name, known: Sequence[str]) -> NoReturn:
        suggestion = Suggestion(str(name), known)
        raise InputRefused.of("register_expression_name", name=str(name), suggestion=suggestion)


@lru_cache(maxsize=256)
def states_vocabulary(register: Register) -> Vocabulary:
    """Return the states of a register as codes."""
    names = {state.code: (state.zh, state.en) for state in register.states}
    return Vocabulary(tuple(names), names, {code: code for code in names})


def formula_term(name: str, formula: Formula) -> Term:
    """Return the term of a formula under the name of its column."""
    kind = KINDS.get(formula.kind, "text")
    return Term("column", kind, formula.unit if kind == "number" else None, value=name)
