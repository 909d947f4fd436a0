"""Bulk corrections: choose rows, set a constant or a formula, look at before and after, apply; and undo."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.register_book import judge, refusal, require
from dafeng.app.register_entry import read_values
from dafeng.app.register_formula import columns_read, evaluate_for
from dafeng.app.register_query import read_all
from dafeng.app.register_question import Question, read_question
from dafeng.app.register_restricted import (
    find_restricted,
    require_names,
    require_restricted,
    see_columns,
    view_columns,
)
from dafeng.app.register_rows import key_text
from dafeng.app.register_write import (
    Draft,
    Prepared,
    Written,
    new_head,
    prepare_rows,
    require_reason,
    write_prepared,
)
from dafeng.errors import Finding, InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.app.register_book import Book
    from dafeng.register.changes import Change
    from dafeng.register.model import Register

MOST_CORRECTED = 50_000
"""Most rows of one bulk correction."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A bulk correction that may be looked at and applied.

    Parameters
    ----------
    register : Register
        Whose rows.
    prepared : Prepared
        Changes with the versions that were seen: whoever changes a row meanwhile stops the whole.
    preview : polars.DataFrame
        ``row_id``, ``key``, ``label``, ``field``, ``before``, ``after``: one line a cell that changes.
    chosen : int
        Rows that were chosen, changed or not. [1]
    """

    register: Register
    prepared: Prepared
    preview: pl.DataFrame
    chosen: int


def plan_correction(
    book: Book,
    register_id: str,
    question: Question,
    constants: Mapping[str, str],
    formulas: Mapping[str, str] | None = None,
) -> Correction:
    """Return what a bulk correction would change; nothing is written.

    Parameters
    ----------
    book : Book
        Open book.
    register_id : str
        Register.
    question : Question
        Which rows; its page and order do not count.
    constants : mapping of str to str
        Field -> text, read as a cell; an empty text empties the field.
    formulas : mapping of str to str, optional
        Field -> expression over the row (``capacity_mw * 10``), in the unit of the field.

    Raises
    ------
    InputRefused
        ``access_refused``: a chosen row is not one that the actor may correct; ``row_correction_empty``;
        ``row_too_many``; whatever the validation of the corrected rows says.
    """
    register = book.library.register(register_id)
    require(book, "correct", register.id)
    query = read_question(book, register, question)
    if not constants and not formulas:
        raise InputRefused.of("row_correction_empty", register=register.id)
    constant = read_values(book, register, constants)
    computed = {
        next(iter(read_values(book, register, {name: ""}))): text for name, text in (formulas or {}).items()
    }
    used = {one.field for one in query.filters}
    for name, text in computed.items():
        used |= _columns_read(book, register, name, text)
    chosen = read_all(book, register, query, view_columns(book, register, used))
    if chosen.height > MOST_CORRECTED:
        raise InputRefused.of("row_too_many", rows=chosen.height, most=MOST_CORRECTED)
    stored = _read_stored(book, register, chosen)
    _require_each(book, register, stored)
    wanted = {**constant, **computed}
    for row in stored.iter_rows(named=True):
        require_restricted(book, register, row, wanted)
    columns = {
        name: evaluate_for(book, register, register.field(name), text, chosen)
        for name, text in computed.items()
    }
    before = stored.to_dicts()
    drafts = [
        Draft(row, {**constant, **{name: values[number] for name, values in columns.items()}})
        for number, row in enumerate(before)
    ]
    prepared = prepare_rows(book, register, drafts, "correct") if drafts else Prepared((), stored, ())
    _require_each(book, register, prepared.rows)
    return Correction(register, prepared, _preview(book, register, prepared.changes, stored), chosen.height)


def _read_stored(book: Book, register: Register, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return the chosen rows as they are stored, nothing hidden, in the same order."""
    from dafeng.store.database import read_rows  # noqa: PLC0415 (sqlalchemy)

    rows = read_rows(book.database, register, row_ids=chosen["row_id"].to_list())
    return (
        chosen.select("row_id")
        .join(rows, on="row_id", how="left", maintain_order="left")
        .select(rows.columns)
    )


def _require_each(book: Book, register: Register, rows: pl.DataFrame) -> None:
    """Refuse if the actor may not correct every one of the rows."""
    scopes = rows.select("scope_region", "scope_agency", "created_by").unique(maintain_order=True)
    decisions = [judge(book, "correct", register.id, row) for row in scopes.iter_rows(named=True)]
    refused = [refusal(book, decision) for decision in decisions if not decision.allowed]
    if refused:
        raise InputRefused(refused)


def _columns_read(book: Book, register: Register, name: str, text: str) -> frozenset[str]:
    """Return the columns that a formula reads; lists and rows of other registers are none of them.

    Raises
    ------
    InputRefused
        ``row_correction_field``: the formula is for a list; ``access_refused``: it reads a restricted field
        of another register.
    """
    if name not in {field.id for field in register.fields}:
        raise InputRefused.of("row_correction_field", register=register.id, field=name)
    columns = columns_read(book, register, register.field(name), text)
    require_names(book, register, columns)
    return columns


def _preview(book: Book, register: Register, changes: Sequence[Change], stored: pl.DataFrame) -> pl.DataFrame:
    """Return one line a cell that changes, restricted values only where the actor may see them."""
    names = [name for name in find_restricted(book.library, register) if name not in stored.columns]
    whole = stored.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in names)
    seen = see_columns(book, register, whole)
    rows = {row["row_id"]: (number, row) for number, row in enumerate(stored.iter_rows(named=True))}
    lines = []
    for change in changes:
        number, row = rows[change.row_id]
        label = register.label
        called = row.get(label) if label not in seen or seen[label][number] else None
        for name, after in change.values.items():
            is_open = name not in seen or seen[name][number]
            told = {"before": _text(row.get(name)), "after": _text(after)} if is_open else _SHUT
            place = {"row_id": change.row_id, "key": key_text(register, row), "label": _text(called)}
            lines.append({**place, "field": name, **told})
    schema = dict.fromkeys(("row_id", "key", "label", "field", "before", "after"), pl.String)
    return pl.DataFrame(lines, schema=schema, orient="row")


_SHUT = {"before": None, "after": None}


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def apply_correction(book: Book, correction: Correction, reason: str) -> Written:
    """Write a bulk correction as one batch.

    Raises
    ------
    InputRefused
        ``row_reason_missing``; ``row_changed`` for rows that somebody changed since the preview.
    """
    require_reason(reason, correction.register.id)
    return write_prepared(book, correction.register, "correct", correction.prepared, reason)


@dataclass(frozen=True, slots=True)
class Undo:
    """What undoing a batch would change, and what stands in its way."""

    register: Register
    batch_id: str
    preview: pl.DataFrame
    findings: tuple[Finding, ...]


def plan_undo(book: Book, register_id: str, batch_id: str) -> Undo:
    """Return what the reversal of a batch would change; nothing is written.

    Raises
    ------
    InputRefused
        ``access_refused`` for a row that the actor may not undo; ``register_batch_unknown`` and others.
    """
    from dafeng.store.database import preview_reversal, read_rows  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(register_id)
    require(book, "undo", register.id)
    plan = preview_reversal(book.database, register, batch_id)
    rows = read_rows(book.database, register, row_ids=plan.row_ids, withdrawn=True)
    back = _scopes_after(register, plan.changes)
    scopes = pl.concat([rows.select(_SCOPES), _moved(rows, back).select(_SCOPES)])
    for row in scopes.unique(maintain_order=True).iter_rows(named=True):
        require(book, "undo", register.id, row)
    lines = [_preview(book, register, plan.changes, rows)]
    kinds = [
        {"row_id": change.row_id, "field": "state" if change.kind == "step" else "withdrawn",
         "after": change.state if change.kind == "step" else str(change.kind == "withdraw").lower()}
        for change in plan.changes
        if change.kind != "update"
    ]  # fmt: skip
    if kinds:
        lines.append(_preview_kinds(register, kinds, rows, lines[0].schema))
    return Undo(register, batch_id, pl.concat(lines), plan.findings)


_SCOPES = ("scope_region", "scope_agency", "created_by")


def _scopes_after(register: Register, changes: Sequence[Change]) -> dict[str, dict[str, Any]]:
    """Return the scopes that rows get back: nobody moves a row by an undo to where he may not."""
    names = {"scope_region": register.region, "scope_agency": register.agency}
    back: dict[str, dict[str, Any]] = {}
    for change in changes:
        for scope, name in names.items():
            for given in (name, scope):
                if given and given in change.values:
                    back.setdefault(change.row_id, {})[scope] = change.values[given]
    return back


def _moved(rows: pl.DataFrame, back: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    moved = rows.filter(pl.col("row_id").is_in(list(back)))
    lines = [{**row, **back[row["row_id"]]} for row in moved.select("row_id", *_SCOPES).iter_rows(named=True)]
    return pl.DataFrame(lines, schema=dict.fromkeys(("row_id", *_SCOPES), pl.String), orient="row")


def _preview_kinds(
    register: Register, kinds: Sequence[dict[str, Any]], rows: pl.DataFrame, schema: Any
) -> pl.DataFrame:
    known = {row["row_id"]: row for row in rows.iter_rows(named=True)}
    lines = []
    for one in kinds:
        row = known[one["row_id"]]
        before = row["state"] if one["field"] == "state" else str(row["withdrawn"]).lower()
        lines.append({**one, "key": key_text(register, row), "before": before})
    return pl.DataFrame(lines, schema=schema, orient="row")


def apply_undo(book: Book, undo: Undo, reason: str) -> Written:
    """Write the reversal of a batch as a new batch.

    Raises
    ------
    InputRefused
        ``row_reason_missing``; ``row_changed_later`` for rows that somebody changed after the batch.
    """
    from dafeng.store.database import reverse_batch  # noqa: PLC0415 (sqlalchemy)

    require_reason(reason, undo.batch_id)
    head = new_head(book, undo.register, "undo", reason)
    receipt = reverse_batch(book.database, undo.register, head, undo.batch_id)
    ids = tuple(undo.preview["row_id"].unique(maintain_order=True))
    return Written(receipt.batch_id, receipt.rows, ids)
