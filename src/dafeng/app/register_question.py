"""Questions to a register as people write them: ``capacity_mw>=300``, ``county below 某市``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from dafeng.errors import Finding, InputRefused
from dafeng.files import is_readable
from dafeng.register.query import MOST_ROWS, Filter, RowQuery
from dafeng.register.schema import SYSTEM_COLUMNS
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from dafeng.app.register_book import Book
    from dafeng.register.model import Register
    from dafeng.register.query import Operator
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
