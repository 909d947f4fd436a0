"""The value of terms for every row of a frame, by polars: no row is ever looked at one by one.

Missing stays missing: arithmetic and comparison with a missing value give none, ``and`` and ``or`` follow
three-valued logic (Kleene), an aggregate is missing if a chosen line lacks the value or no line is chosen. A
line is chosen if the condition holds; where the condition is missing it is not. Division by zero is missing.
"""

from __future__ import annotations

import operator as op
from functools import reduce
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from dafeng.register.expression_types import Term

    Pair = Callable[[pl.Expr, pl.Expr], pl.Expr]

ROW = "_row"
_DATE_FORM = "%Y-%m-%d"
_ARITHMETIC: dict[str, Pair] = {"+": op.add, "-": op.sub, "*": op.mul, "/": op.truediv}
_LOGIC: dict[str, Pair] = {
    "==": op.eq, "!=": op.ne, "<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge, "and": op.and_, "or": op.or_,
}  # fmt: skip


def _finite(value: pl.Expr) -> pl.Expr:
    """Return a number, missing where it is none (a division by zero, an overflow)."""
    return pl.when(value.is_finite()).then(value)


def part_column(number: int) -> str:
    """Return the column that holds the values of an aggregate of a figure."""
    return f"part_{number}"


class Evaluation:
    """Terms over one frame.

    Parameters
    ----------
    frame : polars.DataFrame
        One line a row, with every column that the terms read; lists as lists of structs.
    keys : mapping of str to sequence of str
        List -> its key, for ``first`` and ``last``.
    today : date, optional
        The day of ``today``; without it ``today`` is missing.
    """

    def __init__(
        self, frame: pl.DataFrame, keys: Mapping[str, Sequence[str]], today: date | None = None
    ) -> None:
        self._frame = frame.with_row_index(ROW)
        self._height = frame.height
        self._keys = keys
        self._today = today
        self._made = 0

    def values(self, term: Term, name: str = "value") -> pl.Series:
        """Return the value of a term for every row: Float64, String, Boolean or Date."""
        value = self._expr(term)  # adds the columns of its aggregates to the frame
        made = self._frame.select(value.alias(name))[name]
        if len(made) != self._height:
            made = made.extend_constant(made[0], self._height - 1) if self._height else made.clear()
        return made.cast(TYPES[term.kind])

    def _expr(self, term: Term) -> pl.Expr:
        if term.op == "literal":
            return pl.lit(term.value, dtype=TYPES[term.kind])
        if term.op == "column":
            return self._column(term)
        if term.op == "part":
            return pl.col(part_column(int(str(term.value))))
        if term.op == "aggregate":
            return self._aggregate(term)
        parts = [self._expr(part) for part in term.args]
        if term.op in _ARITHMETIC:
            return _finite(reduce(_ARITHMETIC[term.op], parts))
        if term.op in _PAIRS:
            return reduce(_PAIRS[term.op], parts)
        return _apply(term, parts)

    def _column(self, term: Term) -> pl.Expr:
        name = str(term.value)
        if name == "today":
            return pl.lit(self._today, dtype=pl.Date)
        found = pl.col(name)
        if term.kind == "date":
            return found.str.to_date(_DATE_FORM, strict=False)
        return found.cast(TYPES[term.kind])

    def _aggregate(self, term: Term) -> pl.Expr:
        """Add the aggregate as a column to the frame and return that."""
        function, child = str(term.value), term.child
        exprs = [self._expr(part) for part in term.args]
        value = exprs[0] if function != "count" else pl.lit(1.0)
        condition = exprs[-1] if len(exprs) == (1 if function == "count" else 2) else pl.lit(value=True)
        lines = self._lines(child, exprs)
        if function in {"first", "last"} and self._keys.get(child):
            lines = lines.sort([ROW, *(f"{child}.{key}" for key in self._keys[child])], maintain_order=True)
        chosen = lines.lazy().filter(condition).select(ROW, value.alias("v")).collect()
        made = chosen.group_by(ROW, maintain_order=True).agg(_AGGREGATES[function](pl.col("v")).alias("v"))
        name, self._made = f"_a{self._made}", self._made + 1
        joined = self._frame.select(ROW).join(made, on=ROW, how="left", maintain_order="left")["v"]
        if function == "count":
            joined = joined.fill_null(0.0)
        self._frame = self._frame.with_columns(joined.alias(name))
        return _finite(pl.col(name)) if term.kind == "number" else pl.col(name)

    def _lines(self, child: str, exprs: Sequence[pl.Expr]) -> pl.DataFrame:
        """Return one line a line of a list: number of its row, its columns, what else the terms read."""
        wanted = {name for expr in exprs for name in expr.meta.root_names()}
        of_row = sorted(name for name in wanted if not name.startswith(f"{child}."))
        lists = self._frame.select(ROW, child).filter(pl.col(child).list.len() > 0)
        lines = lists.explode(child).select(ROW, pl.col(child).struct.unnest().name.prefix(f"{child}."))
        if not of_row:
            return lines
        return pl.concat([lines, self._frame.select(of_row)[lines[ROW]]], how="horizontal")


TYPES: dict[str, pl.DataType] = {
    "number": pl.Float64(), "text": pl.String(), "date": pl.Date(), "boolean": pl.Boolean(),
}  # fmt: skip


def _unless_missing(value: pl.Expr, made: pl.Expr) -> pl.Expr:
    return pl.when(value.null_count() == 0).then(made)


_AGGREGATES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "count": lambda v: v.len().cast(pl.Float64),
    "sum": lambda v: _unless_missing(v, v.sum()),
    "mean": lambda v: _unless_missing(v, v.mean()),
    "min": lambda v: _unless_missing(v, v.min()),
    "max": lambda v: _unless_missing(v, v.max()),
    "first": pl.Expr.first,
    "last": pl.Expr.last,
}


def _least(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return pl.when(a <= b).then(a).when(a > b).then(b)


def _greatest(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return pl.when(a >= b).then(a).when(a < b).then(b)


def _days(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (end - start).dt.total_days().cast(pl.Float64)


def _months(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Return the whole months between two days, negative if the end comes first."""
    months = (end.dt.year() - start.dt.year()) * 12 + end.dt.month().cast(pl.Int32) - start.dt.month()
    later = (end.dt.day() < start.dt.day()) & (end >= start)
    earlier = (end.dt.day() > start.dt.day()) & (end < start)
    return (months - later.cast(pl.Int32) + earlier.cast(pl.Int32)).cast(pl.Float64)


_PAIRS: dict[str, Pair] = {
    **_LOGIC, "least": _least, "greatest": _greatest, "days": _days, "months": _months,
}  # fmt: skip


def _apply(term: Term, parts: list[pl.Expr]) -> pl.Expr:
    value: Any = term.value
    simple: dict[str, Callable[[], pl.Expr]] = {
        "scale": lambda: _finite(parts[0] * value),
        "neg": lambda: -parts[0],
        "not": lambda: ~parts[0],
        "if": lambda: pl.when(parts[0]).then(parts[1]).when(~parts[0]).then(parts[2]),
        "abs": parts[0].abs,
        "round": lambda: _finite(parts[0].round(value, mode="half_away_from_zero")),
        "coalesce": lambda: pl.coalesce(parts),
        "missing": parts[0].is_null,
        "in": lambda: parts[0].is_in(list(value)),
        "starts": lambda: parts[0].str.starts_with(value),
        "contains": lambda: _contains(term.args[0], parts[0], value),
        "year": lambda: _year(term.args[0], parts[0]),
    }
    return simple[term.op]()


def _contains(term: Term, text: pl.Expr, value: str) -> pl.Expr:
    """Return whether a text holds another one; codes are compared whole."""
    if term.unit == "codes":
        return pl.concat_str([pl.lit(";"), text, pl.lit(";")]).str.contains(f";{value};", literal=True)
    return text.str.contains(value, literal=True)


def _year(term: Term, part: pl.Expr) -> pl.Expr:
    if term.unit == "period":
        return part.str.slice(0, 4).cast(pl.Float64, strict=False)
    return part.dt.year().cast(pl.Float64)
