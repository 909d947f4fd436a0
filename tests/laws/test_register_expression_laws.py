"""Laws of the expressions of registers: a plain evaluator, row by row in Python, gives what polars gives.

The evaluator below shares nothing with the package: it reads the text with :mod:`ast`, carries every number
with the size of its unit, and follows the rules of the language as the writer of a register is told them.
"""
# ruff: noqa: PLR0911, C901 - an evaluator is a list of cases

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from tests.register.made_registers import library

from dafeng.errors import InputRefused
from dafeng.register.compute import compute_formulas, evaluate, values_of
from dafeng.register.expression_compile import compile_expression, compile_formula
from dafeng.register.model import Formula
from dafeng.register.schema import entered_schema, rows_frame

LIBRARY = library()
PLANTS = LIBRARY.register("plants")
SIZES = {"coal": 1.0, "coke": 1e4, "share": 0.01, "kilns": 1.0, "parent.limit": 1e4, "years.burnt": 1e-3}
"""Unit of a field in tonnes or as a pure number."""
DATES = {"opened", "closed", "years.day"}
TODAY = date(2026, 11, 22)


class Unsure(Exception):
    """Two numbers are so near that rounding decides which is larger."""


@dataclass
class Number:
    """A number in a unit of some size; without one it is bare."""

    value: float
    size: float | None = None

    @property
    def base(self) -> float:
        return self.value * (1.0 if self.size is None else self.size)


def common(numbers: list[Number | None]) -> tuple[list[Number | None], float | None]:
    """Return numbers in the unit of the first that has one; which that is follows from the text alone."""
    size = next((n.size for n in numbers if n is not None and n.size is not None), None)
    return [
        n if n is None or n.size is None or size is None else Number(n.value * n.size / size, size)
        for n in numbers
    ], size


class Plain:
    """One row, and perhaps one line of a list, of the plain evaluator."""

    def __init__(
        self, row: dict[str, Any], groups: dict[str, Any], line: dict[str, Any] | None = None
    ) -> None:
        self.row, self.groups, self.line = row, groups, line

    def value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant):
            return Number(float(node.value)) if type(node.value) in (int, float) else node.value
        if isinstance(node, ast.Name | ast.Attribute):
            return self.named(ast.unparse(node))
        if isinstance(node, ast.BoolOp):
            return kleene([self.value(v) for v in node.values], stop=isinstance(node.op, ast.Or))
        if isinstance(node, ast.UnaryOp):
            part = self.value(node.operand)
            if isinstance(node.op, ast.Not):
                return None if part is None else not part
            return None if part is None else Number(-part.value, part.size)
        if isinstance(node, ast.IfExp):
            chosen = self.value(node.test)
            sides, _ = self.alike([node.body, node.orelse])
            return None if chosen is None else sides[0 if chosen else 1]
        if isinstance(node, ast.BinOp):
            return self.arithmetic(node)
        if isinstance(node, ast.Compare):
            return self.compared(node)
        assert isinstance(node, ast.Call)
        return self.called(node)

    def named(self, name: str) -> Any:
        if name in {"true", "false"}:
            return name == "true"
        if name == "today":
            return TODAY
        first, dot, second = name.partition(".")
        if first == "years":
            found = None if self.line is None else self.line[second]
        elif dot:
            found = self.groups.get(self.row["parent"], {}).get(second)
        else:
            found = self.row.get(name)
        if found is not None and name in SIZES:
            return Number(float(found), SIZES[name])
        return date.fromisoformat(found) if found is not None and name in DATES else found

    def alike(self, nodes: list[ast.expr]) -> tuple[list[Any], float | None]:
        """Return values in one unit: the unit of the first part that has one, missing or not."""
        values = [self.value(node) for node in nodes]
        size = next((s for s in map(size_of, nodes) if s is not None), None)
        return [
            Number(v.base / size if v.size is not None else v.value, size)
            if isinstance(v, Number) and size is not None else v
            for v in values
        ], size  # fmt: skip

    def arithmetic(self, node: ast.BinOp) -> Number | None:
        if isinstance(node.op, ast.Add | ast.Sub):
            (left, right), size = self.alike([node.left, node.right])
            if left is None or right is None:
                return None
            sign = 1 if isinstance(node.op, ast.Add) else -1
            return Number(left.value + sign * right.value, size)
        left, right = self.value(node.left), self.value(node.right)
        if left is None or right is None or (isinstance(node.op, ast.Div) and right.value == 0):
            return None
        base = left.base * right.base if isinstance(node.op, ast.Mult) else left.base / right.base
        size = size_of(node)
        return Number(base if size is None else base / size, size)

    def compared(self, node: ast.Compare) -> bool | None:
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            left = self.value(node.left)
            inside = left in [ast.literal_eval(e) for e in node.comparators[0].elts]  # type: ignore[attr-defined]
            return None if left is None else inside == isinstance(node.ops[0], ast.In)
        (left, right), _ = self.alike([node.left, node.comparators[0]])
        if left is None or right is None:
            return None
        if isinstance(left, Number):
            left, right = left.value, right.value
            if left != right and math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12):
                raise Unsure
        signs = {
            ast.Lt: lambda: left < right, ast.LtE: lambda: left <= right, ast.Gt: lambda: left > right,
            ast.GtE: lambda: left >= right, ast.Eq: lambda: left == right, ast.NotEq: lambda: left != right,
        }  # fmt: skip
        return bool(signs[type(node.ops[0])]())

    def called(self, node: ast.Call) -> Any:
        name = ast.unparse(node.func)
        if name in {"sum", "mean", "min", "max", "count", "first", "last"}:
            return self.aggregate(name, node.args)
        if name == "date":
            return date.fromisoformat(ast.literal_eval(node.args[0]))
        if name == "coalesce":
            values, _ = self.alike(node.args)
            return next((v for v in values if v is not None), None)
        if name in {"least", "greatest"}:
            values, size = self.alike(node.args)
            if None in values:
                return None
            return Number((min if name == "least" else max)(v.value for v in values), size)
        first = self.value(node.args[0])
        if name == "missing":
            return first is None
        if first is None:
            return None
        rest = [self.value(arg) for arg in node.args[1:]]
        if name in {"days", "months"}:
            return None if rest[0] is None else Number(PERIODS[name](first, rest[0]))
        if name == "year":
            return Number(float(first.year if isinstance(first, date) else int(first[:4])))
        if name == "starts":
            return first.startswith(rest[0])
        if name == "contains":
            tags = ast.unparse(node.args[0]) == "tags"
            return rest[0] in (first.split(";") if tags else first)
        if name == "percent":
            return Number(first.base * 100, 0.01)
        return Number(abs(first.value), first.size)

    def aggregate(self, name: str, args: list[ast.expr]) -> Number | None:
        lines = [Plain(self.row, self.groups, line) for line in self.row["years"] or []]
        condition = args[1] if len(args) > 1 else None
        chosen = [line for line in lines if condition is None or line.value(condition) is True]
        if name == "count":
            return Number(float(len(chosen)), 1.0)
        if name in {"first", "last"}:
            chosen = sorted(chosen, key=lambda line: line.line["year"])  # type: ignore[index]
            chosen = chosen[:1] if name == "first" else chosen[-1:]
        values = [line.value(args[0]) for line in chosen]
        if not values or None in values:
            return None
        numbers = [v.value for v in values]
        made = {"sum": math.fsum, "mean": lambda n: math.fsum(n) / len(n), "min": min, "max": max}
        return Number(made.get(name, lambda n: n[0])(numbers), values[0].size)


def size_of(node: ast.expr) -> float | None:
    """Return the size of the unit of an expression as its text tells; None for a bare number."""
    if isinstance(node, ast.Name | ast.Attribute):
        return SIZES.get(ast.unparse(node))
    if isinstance(node, ast.UnaryOp):
        return size_of(node.operand)
    if isinstance(node, ast.IfExp):
        return first_size([node.body, node.orelse])
    if isinstance(node, ast.BinOp):
        left, right = size_of(node.left), size_of(node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            return first_size([node.left, node.right])
        if isinstance(
            node.op, ast.Mult
        ):  # a mass times a share, a ratio or a bare number; or a ratio of those
            return (
                left if right in {None, 1.0, 0.01} and left is not None else right if left is None else left
            )
        return left if right is None else 1.0  # a mass over a mass
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name in {"coalesce", "least", "greatest"}:
            return first_size(node.args)
        return {"count": 1.0, "percent": 0.01}.get(name) or (size_of(node.args[0]) if node.args else None)
    return None


def first_size(nodes: list[ast.expr]) -> float | None:
    return next((size for size in map(size_of, nodes) if size is not None), None)


def kleene(values: list[bool | None], *, stop: bool) -> bool | None:
    return stop if stop in values else None if None in values else not stop


def whole_months(a: date, b: date) -> float:
    if b < a:
        return -whole_months(b, a)
    return float((b.year - a.year) * 12 + b.month - a.month - (b.day < a.day))


PERIODS = {"days": lambda a, b: float((b - a).days), "months": whole_months}
LITERALS = st.sampled_from(["2", "0.5", "3.25", "-1.5", "10"])


@st.composite
def masses(draw: st.DrawFn, depth: int, *, line: bool = False) -> str:
    """Return the text of a mass, well typed."""
    leaf = draw(st.sampled_from(["coal", "coke", "parent.limit", *(["years.burnt"] * 3 if line else [])]))
    if depth == 0:
        return leaf
    part = masses(depth - 1, line=line)
    form = draw(st.integers(0, 12))
    if form <= 1:
        return f"({draw(part)} {'+-'[form]} {draw(part)})"
    if form == 2:
        return f"({draw(part)} {draw(st.sampled_from('*/'))} {draw(LITERALS)})"
    if form == 3:
        return f"({draw(part)} * {draw(st.sampled_from(['share', 'kilns', f'({leaf} / {draw(part)})']))})"
    if form == 4:
        return f"({leaf} + {draw(LITERALS)})"
    if form == 5:
        return f"{draw(st.sampled_from(['-', 'abs']))}({draw(part)})"
    if form <= 7:
        name = draw(st.sampled_from(["least", "greatest", "coalesce"]))
        return f"{name}({draw(part)}, {draw(part)})"
    if form == 8:
        return f"({draw(part)} if {draw(conditions(depth - 1, line=line))} else {draw(part)})"
    if line:
        return leaf
    name = draw(st.sampled_from(["sum", "mean", "min", "max", "first", "last"]))
    inner = draw(masses(depth - 1, line=True).filter(lambda text: "years." in text))
    condition = f", {draw(conditions(depth - 1, line=True))}" if draw(st.booleans()) else ""
    return f"{name}({inner}{condition})"


@st.composite
def conditions(draw: st.DrawFn, depth: int, *, line: bool = False) -> str:
    """Return the text of a condition, well typed."""
    simple = [
        "kind == 'a'", "kind != 'b'", "kind in ('a', 'c')", "kind not in ('b',)", "contains(tags, 'x')",
        "flag",
        "contains(name, '厂')", "starts(name, '大')", "missing(coal)", "missing(parent.name)", "flag == true",
        "opened < closed", "closed <= date('2024-05-05')", "opened != closed", "year(opened) == 2024",
        "days(opened, closed) > 30", "months(opened, closed) >= 1", "kilns > 2", "share <= 50",
        "closed < today", "parent.kind == 'state'", "year(month) == 2024", "days(closed, today) >= 0",
        *(["years.kind == 'a'", "years.ok", "years.day > opened",
        "missing(years.burnt)"] * 2 if line else []),
    ]  # fmt: skip
    if depth == 0:
        return draw(st.sampled_from(simple))
    form = draw(st.integers(0, 6))
    part = conditions(depth - 1, line=line)
    if form <= 1:
        return f"({draw(part)} {('and', 'or')[form]} {draw(part)})"
    if form == 2:
        return f"not ({draw(part)})"
    if form == 3 and not line:
        return f"count(years, {draw(conditions(depth - 1, line=True))}) >= {draw(st.integers(0, 3))}"
    if form <= 5:
        mass = masses(depth - 1, line=line)
        return f"{draw(mass)} {draw(st.sampled_from(['<', '<=', '>', '>=']))} {draw(mass)}"
    return draw(st.sampled_from(simple))


AMOUNTS = st.none() | st.sampled_from([0.0, 1.0, 2.5, -3.0, 40.0, 12345.5])
DAYS = st.none() | st.dates(date(2023, 11, 1), date(2024, 12, 31)).map(date.isoformat)
KINDS = st.none() | st.sampled_from("ab")
LINES = st.lists(
    st.fixed_dictionaries(
        {"year": st.integers(2020, 2024), "burnt": AMOUNTS, "kind": KINDS, "day": DAYS,
         "ok": st.none() | st.booleans()}
    ), max_size=4, unique_by=lambda line: line["year"],
)  # fmt: skip
ROWS = st.fixed_dictionaries(
    {"coal": AMOUNTS, "coke": AMOUNTS, "share": AMOUNTS, "kilns": st.none() | st.integers(0, 4),
     "kind": st.none() | st.sampled_from("abc"), "tags": st.sampled_from([None, "x", "xx", "x;y", "xx;y"]),
     "name": st.sampled_from([None, "大厂", "矿"]), "opened": DAYS, "closed": DAYS,
     "flag": st.none() | st.booleans(),
     "month": st.sampled_from([None, "2024-06", "2023", "2024-06 ytd"]),
     "parent": st.sampled_from([None, "g", "h", "lost"]), "years": st.none() | LINES}
)  # fmt: skip
GROUPS = {
    "g": {"code": "g", "name": "集团", "limit": 2.5, "kind": "state"},
    "h": {"code": "h", "name": None, "limit": None, "kind": "private"},
}
LINKED = {"groups": rows_frame(GROUPS.values(), entered_schema(LIBRARY.register("groups")))}


def plainly(text: str, rows: list[dict[str, Any]]) -> list[Any]:
    tree = ast.parse(text, mode="eval").body
    try:
        return [Plain(row, GROUPS).value(tree) for row in rows]
    except Unsure:
        reject()


@settings(max_examples=100, deadline=None)
@given(
    text=masses(3), rows=st.lists(ROWS, min_size=1, max_size=4), target=st.sampled_from(["t", "10^4 t", "kg"])
)
def test_numbers_with_units(text: str, rows: list[dict[str, Any]], target: str) -> None:
    assume(len(text) <= 400)
    formula = Formula(id="made", zh="算", en="Made", unit=target, expr=text)
    frame = rows_frame(rows, entered_schema(PLANTS))
    compiled = compile_formula(formula, PLANTS, LIBRARY)
    found = values_of(compiled, PLANTS, LIBRARY, frame, LINKED, TODAY).to_list()
    size = {"t": 1.0, "10^4 t": 1e4, "kg": 1e-3}[target]
    for value, wanted in zip(found, plainly(text, rows), strict=True):
        if wanted is None:
            assert value is None
        else:
            assert value == pytest.approx(wanted.base / size, rel=1e-9, abs=1e-6 / size)


@settings(max_examples=100, deadline=None)
@given(text=conditions(3), rows=st.lists(ROWS, min_size=1, max_size=4))
def test_conditions_have_three_values(text: str, rows: list[dict[str, Any]]) -> None:
    assume(len(text) <= 400)
    frame = rows_frame(rows, entered_schema(PLANTS))
    assert evaluate(text, PLANTS, LIBRARY, frame, LINKED, TODAY).to_list() == plainly(text, rows)


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(ROWS, max_size=5), cut=st.integers(0, 5))
def test_each_row_has_its_value_whatever_stands_around_it(rows: list[dict[str, Any]], cut: int) -> None:
    frame = rows_frame(rows, entered_schema(PLANTS))
    whole = compute_formulas(PLANTS, LIBRARY, frame)
    parts = [compute_formulas(PLANTS, LIBRARY, part) for part in (frame[:cut], frame[cut:])]
    assert whole.equals(pl.concat(parts))


WORDS = st.sampled_from(
    ["coal", "years", "burnt", "sum", "(", ")", "(", ")", ",", ".", "+", "-", "*", "/", "**", "//", "%", "==",
     "and", "or", "not", "if", "else", "in", "lambda", ":", "[", "]", "{", "}", "'a'", "1", "1e999", "today",
     "__import__", "__class__", "print", "for", "x", "=", ":=", "@", "~", "is", "None", "true", "f''", "b''",
     "1j",
     "await", "yield", "*", "...", "\\n", "#", "\\\\", "０", "ｃｏａｌ", "\u202e", "count"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(words=st.lists(WORDS, max_size=14))
def test_any_text_is_read_or_refused_and_never_run(words: list[str]) -> None:
    try:
        made = compile_expression(" ".join(words), PLANTS, LIBRARY)
    except InputRefused as error:
        assert error.text("zh")  # noqa: PT017 - most texts are refused, some are not
    else:
        frame = rows_frame([{"coal": 1.0}], entered_schema(PLANTS))
        assert len(values_of(made, PLANTS, LIBRARY, frame, LINKED, TODAY)) == 1
