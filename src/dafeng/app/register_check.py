"""Is a whole register in order? Rows, formulas, history, digests, attachments, duplicates, alerts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.register_attach import locate_attachment
from dafeng.app.register_book import judge, require
from dafeng.app.register_list import find_alerts
from dafeng.app.register_restricted import find_restricted, see_restricted
from dafeng.app.register_rows import read_linked
from dafeng.errors import Finding, Place
from dafeng.job import Job
from dafeng.register.contracts import RowFindings
from dafeng.register.duplicates import find_duplicates
from dafeng.register.import_plan import filter_places
from dafeng.register.outlet import findings_table
from dafeng.register.schema import entered_schema, stored_formulas
from dafeng.table import empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.register.model import Register
    from dafeng.register.validate import RowPlaces

SAME = 1e-9
"""Formulas that differ by less, relative to the larger value, agree. [1]"""
_ROW = "_row"


@dataclass(frozen=True, slots=True)
class RegisterCheck:
    """What a check found.

    Parameters
    ----------
    table : polars.DataFrame
        RowFindings; ``row`` counts the rows of a register in the order in which they were made.
    alerts : polars.DataFrame
        RegisterAlerts of the day.
    rows : int
        Rows that were looked at. [1]
    findings : tuple of Finding
        The same as ``table``, for messages.
    """

    table: pl.DataFrame
    alerts: pl.DataFrame
    rows: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether there is no error."""
        return not any(finding.severity == "error" for finding in self.findings)


def check_registers(book: Book, register_id: str | None = None, job: Job | None = None) -> RegisterCheck:
    """Check one register or all that the actor may see.

    Parameters
    ----------
    book : Book
        Open book; its day is that of alerts.
    register_id : str, optional
        Only this register.
    job : Job, optional
        Told of the progress.

    Returns
    -------
    RegisterCheck
        Rows against the definition in force, stored formulas against their text, rows against their history,
        batches against their digests, attachments against their hashes, duplicates, alerts. Nothing is told
        of rows and fields that the actor may not see.

    Raises
    ------
    InputRefused
        ``register_unknown``, ``access_refused``.
    """
    from dafeng.store.database import verify_history  # noqa: PLC0415 (sqlalchemy)

    job = job or Job()
    if register_id is not None:
        require(book, "see", book.library.register(register_id).id)
        chosen = [book.library.register(register_id)]
    else:
        chosen = [one for one in book.library.registers.values() if judge(book, "see", one.id).allowed]
    findings, tables, rows = [], [empty_table(RowFindings)], 0
    for number, register in enumerate(chosen):
        job.advance("check", number, len(chosen) + 1, register.id)
        found, labels, count = _check_register(book, register)
        tables.append(findings_table(register, found, labels))
        findings += found
        rows += count
    job.advance("history", len(chosen), len(chosen) + 1)
    altered = [f for f in verify_history(book.database) if register_id in {None, f.params.get("register")}]
    for register in chosen:
        own = [f for f in altered if f.params.get("register") == register.id]
        tables.append(findings_table(register, own))
    findings += altered
    return RegisterCheck(pl.concat(tables), find_alerts(book, register_id), rows, tuple(findings))


def _check_register(
    book: Book, register: Register
) -> tuple[list[Finding], dict[tuple[str, int | None], tuple[str | None, str | None]], int]:
    """Return findings, what the rows are called, and how many rows the actor may see."""
    from dafeng.register.validate import ListPlaces, RowPlaces, validate_rows  # noqa: PLC0415 (geometry)
    from dafeng.store.database import read_rows  # noqa: PLC0415 (sqlalchemy)

    frame = read_rows(book.database, register)
    seen = set(read_rows(book.database, register, viewer=book.viewer())["row_id"])
    numbers = pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True)
    lists = {
        child.id: ListPlaces("", frame.with_columns(numbers.alias(_ROW)).select(
            pl.col(_ROW).repeat_by(pl.col(child.id).list.len())).to_series())
        for child in register.lists
    }  # fmt: skip
    places = RowPlaces(register.zh, "", numbers, lists)
    linked = read_linked(book, register, frame)
    found = validate_rows(register, book.library, frame, linked, places, book.today) if frame.height else []
    found += _check_formulas(register, frame, places)
    visible = frame["row_id"].is_in(list(seen))  # a message about a row names the other one
    mine = frame.filter(visible)
    found += find_duplicates(register, mine, mine.clear(), filter_places(places, visible))
    found += _check_history(book, register, places)
    found += _check_attachments(book, register, frame, book.attachments)
    labels = {
        ("", number): (row_id, None if label is None else str(label))
        for number, row_id, label in zip(numbers, frame["row_id"], _labels(register, frame), strict=True)
    }
    return _let_see(book, register, frame, found, seen), labels, len(seen)


def _labels(register: Register, frame: pl.DataFrame) -> Sequence[object]:
    return frame[register.label].to_list() if register.label in frame.columns else frame["row_id"].to_list()


def _let_see(
    book: Book, register: Register, frame: pl.DataFrame, findings: Sequence[Finding], seen: set[str]
) -> list[Finding]:
    """Return findings of rows and fields that the actor may see."""
    restricted = find_restricted(book.library, register)
    open_rows = set(frame.filter(see_restricted(book, register, frame))["row_id"]) if frame.height else set()
    kept = []
    for finding in findings:
        row = finding.place.row
        row_id = None if row is None else frame["row_id"][row - 1]
        hidden = finding.place.column.split(".")[0] in restricted and row_id not in open_rows
        if (row_id is None or row_id in seen) and not hidden:
            kept.append(finding)
    return kept


def _check_formulas(register: Register, frame: pl.DataFrame, places: RowPlaces) -> list[Finding]:
    """Return stored formulas that are not what their text gives."""
    from dafeng.register.compute import compute_formulas  # noqa: PLC0415 (units)

    formulas = stored_formulas(register)
    if not formulas or frame.is_empty():
        return []
    computed = compute_formulas(register, None, frame)
    found = []
    for formula in formulas:
        old, new = frame[formula.id], computed[formula.id]
        table = pl.DataFrame({"old": old, "new": new})
        other = pl.col("old").ne_missing(pl.col("new"))
        if old.dtype.is_float():
            larger = pl.max_horizontal(pl.col("old").abs(), pl.col("new").abs())
            other &= ~((pl.col("old") - pl.col("new")).abs() <= SAME * larger).fill_null(value=False)
        for at in table.select(other.alias("x"))["x"].arg_true():
            params = {"field": formula.zh, "stored": _say(old[at]), "computed": _say(new[at])}
            found.append(Finding("row_formula_stale", places.place(at, formula.id), params))
    return found


def _say(value: object) -> str:
    return "—" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


def _check_history(book: Book, register: Register, places: RowPlaces) -> list[Finding]:
    """Return rows that are not what their events say, rows without history, history without rows."""
    from dafeng.register.replay import replay_history  # noqa: PLC0415 (units)
    from dafeng.store.database import read_history, read_rows  # noqa: PLC0415 (sqlalchemy)

    stands = read_rows(book.database, register, withdrawn=True)
    replayed = replay_history(register, read_history(book.database, register_id=register.id))
    names = [*entered_schema(register), "version", "state", "withdrawn", "source", "grade"]
    names += ["changed_at", "changed_by", "created_at", "created_by"]
    place = dict(
        zip(
            stands.filter(~pl.col("withdrawn"))["row_id"],
            places.rows if places.rows is not None else [],
            strict=True,
        )
    )
    said = {row["row_id"]: row for row in replayed.select("row_id", *names).iter_rows(named=True)}
    found = []
    for row in stands.select("row_id", *names).iter_rows(named=True):
        told = said.pop(row["row_id"], None)
        other = names if told is None else [name for name in names if row[name] != told[name]]
        if other:
            at = Place(register.zh, "", place.get(row["row_id"]))
            found.append(Finding("row_history_differs", at, {"fields": "、".join(other)}))
    found += [Finding("row_history_differs", Place(register.zh), {"fields": row_id}) for row_id in said]
    return found


def _check_attachments(book: Book, register: Register, frame: pl.DataFrame, folder: Path) -> list[Finding]:
    """Return attachments whose file is missing or has another hash; every file is read once."""
    from dafeng.store.database import read_attachments  # noqa: PLC0415 (sqlalchemy)

    attached = read_attachments(book.database, register_id=register.id)
    rows: Mapping[str, int] = {row_id: number for number, row_id in enumerate(frame["row_id"], 1)}
    states = {
        digest: _state_of(locate_attachment(folder, digest), digest) for digest in attached["sha256"].unique()
    }
    return [
        Finding(states[one["sha256"]], Place(register.zh, "", rows.get(one["row_id"])), {"name": one["name"]})
        for one in attached.iter_rows(named=True)
        if states[one["sha256"]]
    ]


def _state_of(path: Path, digest: str) -> str:
    """Return the code of what is wrong with a file; empty if nothing is."""
    if not path.is_file():
        return "row_attachment_missing"
    with path.open("rb") as stream:
        same = hashlib.file_digest(stream, "sha256").hexdigest() == digest
    return "" if same else "row_attachment_changed"
