"""What is asked of a table in a query string: ``year__ge=2020&fuel=coke&sort=-year&columns=year,value``.

A condition is ``column=value`` or ``column__operator=value``; all must hold. Texts and codes are compared as
they are stored. A row whose value is missing meets no condition but ``__missing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import is_readable
from dafeng.table import KnownNames, Suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dafeng.table import ColumnSpec

OWN = frozenset({"limit", "offset", "sort", "columns", "format"})
"""Parameters that every list has; a column of that name is asked for as ``column__eq``."""
OPERATORS = (
    "eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "starts", "below", "missing", "present",
)  # fmt: skip
ORDERED, TEXTUAL, BARE = {"lt", "le", "gt", "ge"}, {"contains", "starts"}, {"missing", "present"}
MOST_CONDITIONS = 50
LONGEST_VALUE = 10_000
"""Longest value. [characters]"""
TRUE, FALSE = frozenset({"true", "1", "yes", "是"}), frozenset({"false", "0", "no", "否"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a column."""

    column: str
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a table.

    Parameters
    ----------
    conditions : tuple of Condition
        All must hold.
    sort : tuple of (str, bool)
        Column and whether it descends; missing values stand last, ties as the table has them.
    columns : tuple of str
        Which are wanted; empty: all.
    """

    conditions: tuple[Condition, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    columns: tuple[str, ...] = ()


def split_name(name: str) -> tuple[str, str]:
    """Return column and operator of a parameter.

    Examples
    --------
    >>> split_name("year__ge"), split_name("year"), split_name("a__b")
    (('year', 'ge'), ('year', 'eq'), ('a__b', 'eq'))
    """
    head, mark, tail = name.rpartition("__")
    return (head, tail) if mark and tail in OPERATORS else (name, "eq")


def conditions_of(pairs: Iterable[tuple[str, str]], own: frozenset[str] = OWN) -> list[tuple[str, str, str]]:
    """Return column, operator and value of every parameter that is a condition.

    Raises
    ------
    InputRefused
        ``api_query_long``; ``row_text_unreadable``.
    """
    found = [(*split_name(name), value) for name, value in pairs if name not in own]
    if len(found) > MOST_CONDITIONS or any(len(value) > LONGEST_VALUE for _, _, value in found):
        raise InputRefused.of("api_query_long", most=MOST_CONDITIONS, length=LONGEST_VALUE)
    unreadable = [part for triple in found for part in triple if not is_readable(part)]
    if unreadable:
        raise InputRefused(Finding("row_text_unreadable", params={"text": ascii(t)[:80]}) for t in unreadable)
    return found


def split_list(text: str | None) -> tuple[str, ...]:
    """Return the parts of a list that is written with commas."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def read_asked(
    pairs: Sequence[tuple[str, str]], specs: Mapping[str, ColumnSpec], own: frozenset[str] = OWN
) -> Asked:
    """Return what a query string asks of a table, with every defect told at once.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Parameters as they came.
    specs : mapping of str to ColumnSpec
        Columns of the table.
    own : frozenset of str
        Parameters of the endpoint itself.

    Raises
    ------
    InputRefused
        ``api_column_unknown``, ``api_filter_operator``, ``api_filter_value``, ``code_unknown``,
        ``api_query_long``.
    """
    problems: list[Finding] = []
    conditions = []
    for column, operator, value in conditions_of(pairs, own):
        spec = specs.get(column)
        if spec is None:
            problems.append(_unknown(column, specs))
            continue
        made = _read_condition(spec, operator, value)
        if isinstance(made, Finding):
            problems.append(made)
        else:
            conditions.append(made)
    given = dict(pairs)
    sort = [(part.lstrip("+-"), part.startswith("-")) for part in split_list(given.get("sort"))]
    wanted = split_list(given.get("columns"))
    problems += [_unknown(name, specs) for name in (*(n for n, _ in sort), *wanted) if name not in specs]
    if problems:
        raise InputRefused(problems)
    return Asked(tuple(conditions), tuple(dict(sort).items()), tuple(dict.fromkeys(wanted)))


def _unknown(column: str, specs: Mapping[str, ColumnSpec]) -> Finding:
    shown = column if is_readable(column) else ascii(column)
    params = {"column": shown[:80], "suggestion": Suggestion(shown[:80], specs)}
    return Finding("api_column_unknown", Place(column=shown[:80]), params)


def _read_condition(spec: ColumnSpec, operator: str, text: str) -> Condition | Finding:
    """Return a condition with its value in the type of the column, or what is wrong with it."""
    if not _takes(spec, operator):
        params = {"column": spec.name, "operator": operator, "known": KnownNames(_operators_of(spec))}
        return Finding("api_filter_operator", Place(column=spec.name), params)
    if operator in BARE:
        wanted = _read_boolean(text)
        return _wrong(spec, text) if wanted is None else Condition(spec.name, operator, wanted)
    if operator in TEXTUAL or operator == "below":
        return Condition(spec.name, operator, text)
    values = []
    for part in split_list(text) if operator == "in" else (text,):
        value = _read_value(spec, part)
        if isinstance(value, Finding):
            return value
        values.append(value)
    return Condition(spec.name, operator, values if operator == "in" else values[0])


def _operators_of(spec: ColumnSpec) -> list[str]:
    return [name for name in OPERATORS if _takes(spec, name)]


def _takes(spec: ColumnSpec, operator: str) -> bool:
    """Return whether a column can be asked so."""
    is_text, is_boolean = spec.dtype == pl.String, spec.dtype == pl.Boolean
    if operator == "below":
        return is_text and (spec.name in {"region", "scope_region"} or spec.references.startswith("regions."))
    if operator in TEXTUAL:
        return is_text
    return not (is_boolean and operator in {*ORDERED, "in"})


def _read_value(spec: ColumnSpec, text: str) -> Any:
    value: Any
    if spec.dtype == pl.Boolean:
        value = _read_boolean(text)
    elif spec.dtype.is_numeric():
        value = _read_number(text, whole=spec.dtype.is_integer())
    else:
        known = set(spec.choices) or (terms.codes(spec.vocabulary) if spec.vocabulary else set())
        if known and spec.form != "list" and text not in known:
            label = spec.vocabulary or ", ".join(spec.choices)
            params = {"value": text[:80], "vocabulary": label, "suggestion": Suggestion(text[:80], known)}
            return Finding("code_unknown", Place(column=spec.name), params)
        value = text
    return _wrong(spec, text) if value is None else value


def _wrong(spec: ColumnSpec, text: str) -> Finding:
    params = {"column": spec.name, "value": text[:80], "kind": str(spec.dtype)}
    return Finding("api_filter_value", Place(column=spec.name), params)


def _read_boolean(text: str) -> bool | None:
    lowered = text.strip().lower()
    return True if lowered in TRUE else False if lowered in FALSE else None


def _read_number(text: str, *, whole: bool) -> float | int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if not abs(number) < float("inf"):
        return None
    return int(number) if whole and number.is_integer() and abs(number) < 2**53 else number


def filter_frame(frame: pl.DataFrame, asked: Asked, regions: pl.DataFrame) -> pl.DataFrame:
    """Return the rows and columns that are asked for, in the order that is asked for.

    Parameters
    ----------
    frame : polars.DataFrame
        The table as the reader may see it.
    asked : Asked
        What.
    regions : polars.DataFrame
        ``ancestor``, ``descendant``, for ``below``.
    """
    for one in asked.conditions:
        frame = frame.filter(_expression(one, regions).fill_null(value=False))
    if asked.sort:
        names, descends = zip(*asked.sort, strict=True)
        frame = frame.sort(names, descending=list(descends), nulls_last=True, maintain_order=True)
    return frame.select(asked.columns) if asked.columns else frame


def _expression(one: Condition, regions: pl.DataFrame) -> pl.Expr:
    column, value = pl.col(one.column), one.value
    if one.operator in BARE:
        wanted = bool(value) == (one.operator == "missing")
        return column.is_null() if wanted else column.is_not_null()
    if one.operator == "below":
        return column.is_in(regions.filter(pl.col("ancestor") == value)["descendant"].implode())
    makers: dict[str, Callable[[Any], pl.Expr]] = {
        "eq": column.eq, "ne": column.ne, "lt": column.lt, "le": column.le, "gt": column.gt, "ge": column.ge,
        "in": lambda listed: column.is_in(listed) if listed else pl.lit(value=False),
        "contains": lambda text: column.str.contains(text, literal=True),
        "starts": column.str.starts_with,
    }  # fmt: skip
    return makers[one.operator](value)
