"""Questions to a register as people write them: ``capacity_mw>=300``, ``county below 某市``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from dafeng.app.register_restricted import hide_restricted, view_columns
from dafeng.app.register_rows import complete_rows
from dafeng.errors import Finding, InputRefused
from dafeng.files import is_readable
from dafeng.register.query import MOST_ROWS, Filter, RowQuery
from dafeng.register.schema import SYSTEM_COLUMNS, schema_of
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.app.register_book import Book
    from dafeng.register.model import Register
    from dafeng.register.query import Operator, Viewer
    from dafeng.register.vocabulary import Vocabulary

SIGNS = (">=", "<=", "!=", "==", "=", ">", "<")
WORDS = ("in", "contains", "starts", "below", "missing", "present")
_CONDITION = re.compile(
    rf"\s*(?P<name>[^\s<>=!]+)(?:\s*(?P<sign>{'|'.join(SIGNS)})\s*|\s+(?P<word>{'|'.join(WORDS)})\b\s*)(?P<value>.*)",
    re.DOTALL,
)
_SYSTEM_KINDS = {"version": "integer", "withdrawn": "boolean", "state": "state", "scope_region": "region",
                 "scope_agency": "agency"}  # fmt: skip
_NUMBERS = frozenset({"integer", "number", "year"})
_TEXTS = frozenset({"text", "codes", "link", "uscc", "period", "date", "clause", "target", "system"})
_YES = {
    "true": True,
    "1": True,
    "是": True,
    "yes": True,
    "false": False,
    "0": False,
    "否": False,
    "no": False,
}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(T[0-9:+.]+)?")
LARGEST_OFFSET = 2**31
"""Most rows that are skipped; no register is longer."""
MOST_PARTS = 50
"""Most conditions, columns of an order, or words of one question."""
LONGEST_TEXT = 10_000
"""Longest condition; a pattern of SQLite holds 50,000 bytes. [characters]"""
MOST_FILTERED = 500_000
"""Most rows that are read to filter by what is computed on read or to sum."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a register that may be asked for.

    Parameters
    ----------
    id, kind : str
        Name; kind of the field or formula, ``state`` or ``text`` for columns that every row has.
    vocabulary : Vocabulary, optional
        Its codes.
    """

    id: str
    kind: str
    vocabulary: Vocabulary | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a user asks, as he writes it.

    Parameters
    ----------
    where : tuple of str
        Conditions; all must hold.
    search : str
        Words.
    sort : tuple of str
        Columns, ``-`` before one that descends.
    limit, offset : int
        Page.
    withdrawn : bool
        Also withdrawn rows.
    """

    where: tuple[str, ...] = ()
    search: str = ""
    sort: tuple[str, ...] = ()
    limit: int = 50
    offset: int = 0
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of rows as the actor may see them, and how many there are."""

    register: Register
    frame: pl.DataFrame
    total: int


def list_columns(book: Book, register: Register) -> dict[str, Column]:
    """Return the columns that may be asked for, by id."""
    found = {
        name: Column(name, _SYSTEM_KINDS.get(name, "text"), _system_vocabulary(book, register, name))
        for name in SYSTEM_COLUMNS
    }
    for field in register.fields:
        held = book.library.origin(register.id, field)
        found[field.id] = Column(field.id, held.kind, book.library.vocabulary(register.id, field))
    return found | {formula.id: Column(formula.id, formula.kind) for formula in register.formulas}


def _system_vocabulary(book: Book, register: Register, name: str) -> Vocabulary | None:
    from dafeng.register.vocabulary import Vocabulary  # noqa: PLC0415 (type and maker)

    if name == "state":
        names = {state.code: (state.zh, state.en) for state in register.states}
        spelled = {word.lower(): code for code, words in names.items() for word in (code, *words)}
        return Vocabulary(tuple(names), names, spelled)
    return book.library.pack_kinds.get(_SYSTEM_KINDS.get(name, ""))


def find_column(book: Book, register: Register, text: str) -> Column:
    """Return the column of a name: id, Chinese or English.

    Raises
    ------
    InputRefused
        ``row_query_field``.
    """
    columns = list_columns(book, register)
    named = {name.lower(): part.id for part in register.formulas for name in (part.zh, part.en)}
    named |= {name.lower(): field.id for field in register.fields for name in (field.zh, field.en)}
    wanted = text.strip().lower()
    column = columns.get(wanted) or columns.get(named.get(wanted, ""))
    if column is None:
        suggestion = Suggestion(text, {*columns, *named})
        raise InputRefused.of("row_query_field", register=register.id, field=text, suggestion=suggestion)
    return column


def parse_condition(book: Book, register: Register, text: str) -> Filter:
    """Return a condition.

    Parameters
    ----------
    book, register
        Open book, register that is asked.
    text : str
        ``capacity_mw>=300``, ``state in planned,done``, ``county below 某市``, ``accepted_on missing``.

    Raises
    ------
    InputRefused
        ``row_condition_unreadable``, ``row_query_field``, ``row_condition_operator``,
        ``row_condition_value``.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise InputRefused.of("row_condition_unreadable", condition=text)
    column = find_column(book, register, match["name"])
    operator = cast("Operator", "==" if match["sign"] == "=" else match["sign"] or match["word"])
    value = match["value"].strip()
    if not _takes(column, operator) or (operator in {"missing", "present"} and value):
        params = {"condition": text, "column": column.id, "kind": column.kind, "operator": operator}
        raise InputRefused([Finding("row_condition_operator", params=params)])
    if operator in {"missing", "present"}:
        return Filter(column.id, operator)
    if operator == "in":
        parts = [part.strip() for part in re.split("[,，;；、]", value) if part.strip()]
        if not parts:
            raise InputRefused.of(
                "row_condition_value", condition=text, column=column.id, value=value, suggestion=""
            )
        return Filter(column.id, operator, tuple(str(_read_value(column, part, text)) for part in parts))
    if operator in {"contains", "starts"}:
        return Filter(column.id, operator, value)
    return Filter(column.id, operator, _read_value(column, value, text))


def _takes(column: Column, operator: Operator) -> bool:
    """Return whether a kind of column can be asked so."""
    if operator in {"missing", "present"}:
        return True
    if column.kind == "geometry":
        return False
    if operator == "below":
        return column.kind == "region"
    if operator in {"contains", "starts"}:
        return column.kind in _TEXTS
    if operator == "in":
        return column.kind not in _NUMBERS and column.kind != "boolean"
    if column.kind == "boolean" or (column.vocabulary is not None and column.kind != "period"):
        return operator in {"==", "!="}
    return True


def _read_value(column: Column, text: str, condition: str) -> str | float | bool:
    """Return a value as the column stores it."""
    suggestion: object = ""
    if column.vocabulary is not None:
        code = column.vocabulary.resolve(text)
        if code is not None:
            return code
        suggestion = Suggestion(text, {*column.vocabulary.codes, *column.vocabulary.spellings})
    elif column.kind in _NUMBERS:
        number = _read_number(text)
        if number is not None:
            return number
    elif column.kind == "boolean":
        if text.lower() in _YES:
            return _YES[text.lower()]
    elif (column.kind != "date" or _DATE.fullmatch(text)) and text:
        return text
    params = {"condition": condition, "column": column.id, "value": text, "suggestion": suggestion}
    raise InputRefused([Finding("row_condition_value", params=params)])


def _read_number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "").replace("，", ""))
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def read_question(book: Book, register: Register, question: Question) -> RowQuery:
    """Return what is asked, with every defect told at once.

    Raises
    ------
    InputRefused
        As :func:`parse_condition` and :func:`find_column`; ``row_query_limit``.
    """
    problems = [
        Finding("row_text_unreadable", params={"text": ascii(text)})
        for text in (*question.where, *question.sort, question.search)
        if not is_readable(text)
    ]
    problems += _too_much(question)
    if problems:
        raise InputRefused(problems)
    filters: list[Filter] = []
    for text in question.where:
        try:
            filters.append(parse_condition(book, register, text))
        except InputRefused as error:
            problems += error.findings
    sort = []
    for text in question.sort:
        descends = text.strip().startswith("-")
        try:
            sort.append((find_column(book, register, text.strip().lstrip("+-")).id, descends))
        except InputRefused as error:
            problems += error.findings
    if not 1 <= question.limit <= MOST_ROWS or not 0 <= question.offset <= LARGEST_OFFSET:
        problems.append(Finding("row_query_limit", params={"most": MOST_ROWS}))
    if problems:
        raise InputRefused(problems)
    return RowQuery(
        tuple(filters),
        question.search.strip(),
        tuple(sort),
        question.limit,
        question.offset,
        question.withdrawn,
    )


def _too_much(question: Question) -> list[Finding]:
    """Return what no database takes: conditions or words without end, texts longer than a pattern may be."""
    given = {"where": len(question.where), "sort": len(question.sort), "search": len(question.search.split())}
    longest = max(map(len, (*question.where, *question.sort, question.search)), default=0)
    if max(given.values()) <= MOST_PARTS and longest <= LONGEST_TEXT:
        return []
    return [Finding("row_query_long", params={"parts": MOST_PARTS, "length": LONGEST_TEXT})]


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
