"""From what people enter to a batch: validated, with its formulas, and only what differs."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.register_book import new_id, require
from dafeng.app.register_rows import read_linked
from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import is_readable
from dafeng.register.changes import BatchHead, Change
from dafeng.register.schema import SYSTEM_COLUMNS, entered_schema, rows_frame, schema_of, stored_formulas
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.app.register_book import Book
    from dafeng.register.changes import Act
    from dafeng.register.model import Register
    from dafeng.register.validate import ListPlaces
    from dafeng.store.database import Receipt


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants a row to be.

    Parameters
    ----------
    before : mapping, optional
        The row as he saw it; None for a new one.
    values : mapping
        Fields, lists, ``source`` and ``grade`` with their new values (JSON types).
    row_id : str
        Id of a new row.
    """

    before: Mapping[str, Any] | None
    values: Mapping[str, Any]
    row_id: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Changes that may be written, and what was noticed on the way.

    Parameters
    ----------
    changes : tuple of Change
        Only rows that differ.
    rows : polars.DataFrame
        All rows as they would be, with their formulas.
    findings : tuple of Finding
        Warnings and notes.
    """

    changes: tuple[Change, ...]
    rows: pl.DataFrame
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what was noticed.

    Parameters
    ----------
    batch_id : str
        Batch; empty if nothing differed.
    rows : int
        Rows. [1]
    row_ids : tuple of str
        Which.
    findings : tuple of Finding
        Warnings and notes.
    """

    batch_id: str
    rows: int
    row_ids: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def prepare_rows(book: Book, register: Register, drafts: Sequence[Draft], name: str) -> Prepared:
    """Return the changes that lead to the rows that are wanted.

    Parameters
    ----------
    book, register
        Open book, register.
    drafts : sequence of Draft
        One a row.
    name : str
        How findings call what was entered (a file, or the act).

    Raises
    ------
    InputRefused
        With every error of every row.
    """
    from dafeng.register.compute import compute_formulas  # noqa: PLC0415 (units)
    from dafeng.register.validate import RowPlaces, validate_rows  # noqa: PLC0415 (geometry)

    unreadable = [
        Finding("row_text_unreadable", Place(name, column=column), {"text": ascii(value)})
        for draft in drafts
        for column, value in draft.values.items()
        if isinstance(value, str) and not is_readable(value)
    ]
    entered = entered_schema(register)
    known = {*entered, "source", "grade"}
    unreadable += [
        Finding("row_field_not_asked", Place(name, column=column),
                {"register": register.id, "field": column, "suggestion": Suggestion(column, known)})
        for column in dict.fromkeys(column for draft in drafts for column in draft.values)
        if column not in known
    ]  # fmt: skip
    if unreadable:
        raise InputRefused(unreadable)
    _refuse_kinds(register, drafts)
    wanted = [_merge(register, draft, entered) for draft in drafts]
    frame = rows_frame(wanted, {**SYSTEM_COLUMNS, **entered})
    linked = read_linked(book, register, frame)
    found = validate_rows(
        register, book.library, frame, linked, RowPlaces(name, lists=_number_lines(register, frame))
    )
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        raise InputRefused(errors)
    rows = compute_formulas(register, book.library, frame, linked)
    rows = set_scopes(book, register, rows, linked)
    made = rows.to_dicts()
    kept = written_columns(register)
    changes = tuple(
        change for draft, row in zip(drafts, made, strict=True) if (change := _compare(draft, row, kept))
    )
    _require_open(book, register, drafts, changes)
    return Prepared(changes, rows, tuple(found))


def _require_open(book: Book, register: Register, drafts: Sequence[Draft], changes: Sequence[Change]) -> None:
    """Refuse to change what stays as it was assigned or handed in, unless by who may correct the row.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    fixed = {field.id for field in register.fields if field.fixed}
    open_to = {state.code: set(state.open_to) for state in register.states if state.open_to}
    before = {draft.before["row_id"]: draft.before for draft in drafts if draft.before is not None}
    for change in changes:
        row = before.get(change.row_id)
        if row is None:
            continue
        is_assigned = row["created_by"] != book.actor and not fixed.isdisjoint(change.values)
        is_handed_in = row["state"] in open_to and book.roles.isdisjoint(open_to[row["state"]])
        if is_assigned or is_handed_in:
            require(book, "correct", register.id, row)


def _number_lines(register: Register, frame: pl.DataFrame) -> dict[str, ListPlaces]:
    """Return the lines of the lists of a single row, counted from 1; nothing for several rows."""
    from dafeng.register.validate import ListPlaces  # noqa: PLC0415 (geometry)

    return {
        child.id: ListPlaces("", frame.select(pl.int_ranges(1, pl.col(child.id).list.len() + 1)).to_series())
        for child in register.lists
        if frame.height == 1 and frame[child.id][0] is not None
    }


def prepare_new(book: Book, register: Register, values: Mapping[str, Any], name: str) -> Prepared:
    """Return the change that adds a row, which the actor may add for its region and agency.

    Raises
    ------
    InputRefused
        As :func:`prepare_rows`; ``access_refused``.
    """
    prepared = prepare_rows(book, register, [Draft(None, values, new_id(book))], name)
    require_new(book, register, prepared)
    return prepared


def require_new(book: Book, register: Register, prepared: Prepared) -> None:
    """Refuse new rows that the actor may not add for their region and agency.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    for row in prepared.rows.iter_rows(named=True):
        require(book, "add", register.id, {**row, "created_by": book.actor})


def _refuse_kinds(register: Register, drafts: Sequence[Draft]) -> None:
    """Refuse values of another kind than that of their field, and whole numbers that no database holds."""
    from dafeng.store.database.row_values import check_values, shape_of  # noqa: PLC0415 (sqlalchemy)

    shape = shape_of(register)
    problems = []
    for draft in drafts:
        called = str((draft.before or draft.values).get(register.label) or draft.row_id)
        finite = {k: v for k, v in draft.values.items() if not isinstance(v, float) or isfinite(v)}
        problems += check_values(shape, called, finite)
    if problems:
        raise InputRefused(problems)


def _merge(register: Register, draft: Draft, entered: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole row that is wanted."""
    if draft.before is None:
        empty: dict[str, Any] = {name: [] if name in _lists(register) else None for name in entered}
        start = {"row_id": draft.row_id, "version": 0, "state": register.first_state, "withdrawn": False}
        return {**empty, **start, **draft.values}
    return {**draft.before, **draft.values}


def _lists(register: Register) -> frozenset[str]:
    return frozenset(child.id for child in register.lists)


def written_columns(register: Register) -> list[str]:
    """Return the columns of a row that a writer hands to the store."""
    formulas = (formula.id for formula in stored_formulas(register))
    return [*entered_schema(register), *formulas, "source", "grade", *given_scopes(register)]


def given_scopes(register: Register) -> list[str]:
    """Return the scopes that the store cannot take from the row itself: the field is held elsewhere."""
    stored = schema_of(register)
    pairs = (("scope_region", register.region), ("scope_agency", register.agency))
    return [scope for scope, name in pairs if name and name not in stored]


def set_scopes(
    book: Book, register: Register, rows: pl.DataFrame, linked: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Return rows with the region and the agency that decide who sees them."""
    from dafeng.register.compute import compute_volatile  # noqa: PLC0415 (units)

    pairs = (("scope_region", register.region), ("scope_agency", register.agency))
    is_held = any(name and name not in rows.columns for _, name in pairs)
    whole = compute_volatile(register, book.library, rows, linked, book.today) if is_held else rows
    empty = pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    return rows.with_columns((whole[name] if name else empty).alias(scope) for scope, name in pairs)


def _compare(draft: Draft, row: Mapping[str, Any], kept: Sequence[str]) -> Change | None:
    """Return the change of one row, or nothing if it stays as it is."""
    if draft.before is None:
        values = {name: row[name] for name in kept if row.get(name) is not None}
        return Change("insert", draft.row_id, 0, values, row["state"])
    before = draft.before
    values = {name: row[name] for name in kept if row.get(name) != before.get(name)}
    return Change("update", before["row_id"], before["version"], values) if values else None


def write_prepared(
    book: Book, register: Register, act: Act, prepared: Prepared, reason: str | None = None
) -> Written:
    """Write prepared changes as one batch of the actor; nothing if nothing differs.

    Raises
    ------
    InputRefused
        What the store refuses, such as ``row_changed``.
    """
    if not prepared.changes:
        return Written("", 0, (), prepared.findings)
    receipt = write_changes(book, register, act, prepared.changes, reason)
    ids = tuple(dict.fromkeys(change.row_id for change in prepared.changes))
    return Written(receipt.batch_id, receipt.rows, ids, prepared.findings)


def write_changes(
    book: Book, register: Register, act: Act, changes: Sequence[Change], reason: str | None = None
) -> Receipt:
    """Write changes as one batch of the actor."""
    from dafeng.store.database import write_batch  # noqa: PLC0415 (sqlalchemy)

    return write_batch(book.database, register, new_head(book, register, act, reason), changes)


def new_head(book: Book, register: Register, act: Act, reason: str | None = None) -> BatchHead:
    """Return the head of a new batch: the actor, now."""
    return BatchHead(new_id(book), register.id, act, book.actor, book.now(), clean_reason(reason))


LONGEST_REASON = 2000
"""Longest reason. [characters]"""


def require_reason(reason: str | None, row: str) -> None:
    """Refuse what nobody may do without saying why.

    Raises
    ------
    InputRefused
        ``row_reason_missing`` for ``row``; ``row_reason_long``.
    """
    if clean_reason(reason) is None:
        raise InputRefused.of("row_reason_missing", row=row)


def clean_reason(reason: str | None) -> str | None:
    """Return a reason as it is stored; None for an empty one.

    Raises
    ------
    InputRefused
        ``row_reason_long``.
    """
    text = (reason or "").strip()
    if not is_readable(text):
        raise InputRefused.of("row_text_unreadable", text=ascii(text)[:80])
    if len(text) > LONGEST_REASON:
        raise InputRefused.of("row_reason_long", length=len(text), most=LONGEST_REASON)
    return text or None
