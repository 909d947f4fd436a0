"""Answers of a register: pages of rows as the actor may see them, all rows of a question, sums by groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from dafeng.app.register_question import find_column, read_question
from dafeng.app.register_restricted import hide_restricted, view_columns
from dafeng.app.register_rows import complete_rows
from dafeng.errors import InputRefused
from dafeng.register.query import MOST_ROWS, RowQuery
from dafeng.register.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.app.register_book import Book
    from dafeng.app.register_question import Question
    from dafeng.register.model import Register
    from dafeng.register.query import Filter, Viewer

MOST_FILTERED = 500_000
"""Most rows that are read to filter by what is computed on read or to sum."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of rows as the actor may see them, and how many there are."""

    register: Register
    frame: pl.DataFrame
    total: int


def query_rows(book: Book, register_id: str, question: Question) -> Answer:
    """Return the page of rows that the actor may see, restricted values only where he may see them.

    Raises
    ------
    InputRefused
        As :func:`read_question`; ``access_refused``, also for a restricted field in a condition or the order.
    """
    register = book.library.register(register_id)
    query = read_question(book, register, question)
    used = {one.field for one in query.filters} | {name for name, _ in query.sort}
    viewer = view_columns(book, register, used)
    if used <= set(schema_of(register)):
        from dafeng.store.database import read_page  # noqa: PLC0415 (sqlalchemy)

        page = read_page(book.database, register, query, viewer)
        frame, total = complete_rows(book, register, page.frame), page.total
    else:
        frame = _query_computed(book, register, query, viewer)
        total, frame = frame.height, frame.slice(query.offset, query.limit)
    return Answer(register, hide_restricted(book, register, frame), total)


def read_all(book: Book, register: Register, query: RowQuery, viewer: Viewer | None) -> pl.DataFrame:
    """Return all rows of a question, whatever its page; completed by held fields and formulas of the day.

    Raises
    ------
    InputRefused
        ``row_too_many``: more than :data:`MOST_FILTERED`.
    """
    from dafeng.store.database import read_page  # noqa: PLC0415 (sqlalchemy)

    stored = set(schema_of(register))
    kept = tuple(one for one in query.filters if one.field in stored)
    parts, offset, total = [], 0, 1
    while offset < total:
        part = RowQuery(kept, query.search, (), MOST_ROWS, offset, query.withdrawn)
        page = read_page(book.database, register, part, viewer)
        total = page.total
        if total > MOST_FILTERED:
            raise InputRefused.of("row_too_many", rows=total, most=MOST_FILTERED)
        parts.append(page.frame)
        offset += MOST_ROWS
    frame = complete_rows(book, register, pl.concat(parts))
    if viewer is not None:
        frame = hide_restricted(book, register, frame)
    for one in query.filters:
        if one.field not in stored:
            frame = frame.filter(_matches(book, one).fill_null(value=False))
    return frame


def _query_computed(book: Book, register: Register, query: RowQuery, viewer: Viewer) -> pl.DataFrame:
    """Return the rows of a question that names columns which are computed on read."""
    frame = read_all(book, register, query, viewer)
    names = [*(name for name, _ in query.sort), "row_id"]
    descends = [*(down for _, down in query.sort), False]
    return frame.sort(names, descending=descends, nulls_last=True)


def _matches(book: Book, one: Filter) -> pl.Expr:
    """Return a condition over a frame."""
    column, value = pl.col(one.field), one.value
    if one.operator == "missing":
        return column.is_null()
    if one.operator == "present":
        return column.is_not_null()
    if one.operator == "below":
        return column.is_in(book.regions.filter(pl.col("ancestor") == value)["descendant"].implode())
    if one.operator == "in":
        return column.is_in(list(value) if isinstance(value, tuple) else [value])
    if one.operator == "contains":
        return column.str.contains(str(value), literal=True)
    if one.operator == "starts":
        return column.str.starts_with(str(value))
    signs: Mapping[str, Any] = {
        "==": column.eq, "!=": column.ne, "<": column.lt, "<=": column.le, ">": column.gt, ">=": column.ge,
    }  # fmt: skip
    return cast("pl.Expr", signs[one.operator](value))


def sum_rows(
    book: Book, register_id: str, question: Question, group: Sequence[str], sums: Sequence[str]
) -> pl.DataFrame:
    """Return number of rows and sums of columns by groups; a row without the value is counted apart.

    Parameters
    ----------
    book, register_id
        Open book, register.
    question : Question
        Which rows; its page and order do not count.
    group, sums : sequence of str
        Columns.

    Returns
    -------
    polars.DataFrame
        ``group…``, ``rows``, and for each sum ``<column>`` and ``<column>_left_out`` (rows without a value);
        a sum without any value is missing, not zero.

    Raises
    ------
    InputRefused
        As :func:`query_rows`; ``row_sum_kind``: a column that is no number.
    """
    register = book.library.register(register_id)
    query = read_question(book, register, question)
    groups = [find_column(book, register, name).id for name in group]
    added = [find_column(book, register, name) for name in sums]
    for column in added:
        if column.kind not in {"integer", "number"}:
            raise InputRefused.of("row_sum_kind", column=column.id, kind=column.kind)
    used = {*groups, *(one.id for one in added), *(one.field for one in query.filters)}
    frame = read_all(book, register, query, view_columns(book, register, used))
    made = [pl.len().cast(pl.Int64).alias("rows")]
    for name in dict.fromkeys(one.id for one in added):
        value = pl.col(name)
        made.append(pl.when(value.count() > 0).then(value.sum()).alias(name))
        made.append(value.null_count().cast(pl.Int64).alias(f"{name}_left_out"))
    if not groups:
        return frame.select(made)
    return frame.group_by(groups).agg(made).sort(groups, nulls_last=True)
