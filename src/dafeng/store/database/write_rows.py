"""Writing changes of rows: one batch is one transaction, refused whole if one row is not as it was seen."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from dafeng.errors import Finding, InputRefused, Place
from dafeng.store.database.batches import Digest, Receipt, ask, find_repeated, record_batch
from dafeng.store.database.bulk import Steps, insert_pieces, update_pieces
from dafeng.store.database.row_tables import KEY, WORDS, row_table
from dafeng.store.database.row_values import (
    cells_of,
    check_values,
    key_of,
    level,
    row_of,
    scope_of,
    shape_of,
    words_of,
    write_json,
)
from dafeng.store.database.tables import event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dafeng.register.changes import BatchHead, Change
    from dafeng.register.model import Register
    from dafeng.store.database.connection import Database
    from dafeng.store.database.row_values import RowShape

AT_ONCE = 900
"""Values in one list of a query."""
MANY = 1_000
"""Rows from which on they are written by the fastest way of the database."""


@dataclass(slots=True)
class _Writing:
    """One batch while it is made up: rows as they were and as they become, events, what is wrong."""

    shape: RowShape
    head: BatchHead
    before: dict[str, dict[str, Any]]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    stale: list[Change] = field(default_factory=list)

    def refuse(self, code: str, row: str, **params: object) -> None:
        """Note what is wrong with a row."""
        self.problems.append(Finding(code, params={"register": self.shape.register.id, "row": row, **params}))


def write_batch(
    database: Database, register: Register, head: BatchHead, changes: Sequence[Change]
) -> Receipt:
    """Write changes of rows of one register: all of them, or nothing.

    A repeated call with the same batch id and the same content gives the first receipt and writes nothing.
    Transitions of the register are the only way from state to state; rows in a final state are not edited.

    Parameters
    ----------
    database : Database
        Where.
    register : Register
        Register that is installed.
    head : BatchHead
        Who, when, why.
    changes : sequence of Change
        Several changes of one row follow one another, each with the version that the one before makes.

    Returns
    -------
    Receipt
        What was written.

    Raises
    ------
    InputRefused
        With one finding a row: ``row_changed`` (who changed it meanwhile, when, which fields),
        ``row_unknown``, ``row_key_taken``, ``row_step_forbidden``, ``row_final``, ``row_withdrawn``,
        ``row_stands``, ``row_exists``, ``row_field_unknown``, ``row_value_unstorable``;
        ``register_batch_repeated``; whatever the database says.
    """
    return write_changes(database, register, head, changes, is_reversal=False)


def write_changes(
    database: Database, register: Register, head: BatchHead, changes: Sequence[Change], *, is_reversal: bool
) -> Receipt:
    """Write changes as :func:`write_batch`; a reversal may take the steps that it reverses back."""
    shape = shape_of(register)
    problems = [p for one in changes for p in check_values(shape, one.row_id, one.values)]
    if problems:
        raise InputRefused(problems)
    request = ask(head, (write_json(asdict(one)) for one in changes))
    with database.writing(register.id) as connection:
        known = find_repeated(connection, head, request)
        if known:
            return known
        digest = Digest()
        touched = apply_changes(connection, shape, head, changes, digest, is_reversal=is_reversal)
        return record_batch(connection, head, len(touched), digest.hex(), request)


def apply_changes(
    connection: sa.Connection, shape: RowShape, head: BatchHead, changes: Sequence[Change], digest: Digest,
    *, is_reversal: bool = False,
) -> dict[str, str]:  # fmt: skip
    """Write rows and events of changes within a transaction, and return the keys of the rows by their id.

    Raises
    ------
    InputRefused
        As :func:`write_batch`.
    """
    before = fetch_rows(connection, shape, {one.row_id for one in changes})
    work = _Writing(shape, head, before, rows={name: dict(row) for name, row in before.items()})
    for change in changes:
        _apply(work, change, is_reversal=is_reversal)
    work.problems += _tell_stale(connection, work)
    if not work.problems:
        work.problems += _find_taken_keys(connection, work)
    if work.problems:
        raise InputRefused(work.problems)
    _write_rows(connection, work)
    digest.add(event_line(one) for one in work.events)
    _write_events(connection, work.events)
    return {one["row_id"]: key_of(shape, work.rows[one["row_id"]]) for one in work.events}


def _write_events(connection: sa.Connection, events: list[dict[str, Any]]) -> None:
    if len(events) < MANY:
        if events:
            connection.execute(event.insert(), events)
        return
    kinds = {name: pl.Int64() if name == "version" else pl.String() for name in events[0]}
    insert_pieces(connection, event, pl.DataFrame(events, schema=kinds), Steps(None, len(events)))


def event_line(row: Any) -> str:
    """Return an event as the line over which the digest of its batch goes."""
    told = (
        "row_id",
        "version",
        "change",
        "state_before",
        "state_after",
        "before_json",
        "after_json",
        "reason",
    )
    return write_json([row[name] for name in told])


def fetch_rows(
    connection: sa.Connection, shape: RowShape, row_ids: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Return rows by id, those that are withdrawn too."""
    table, wanted = row_table(shape.register), sorted(row_ids)
    found = {}
    for start in range(0, len(wanted), AT_ONCE):
        query = sa.select(table).where(table.c.row_id.in_(wanted[start : start + AT_ONCE]))
        for cells in connection.execute(query).mappings():
            found[cells["row_id"]] = row_of(shape, dict(cells))
    return found


def _apply(work: _Writing, change: Change, *, is_reversal: bool) -> None:
    """Make one change of the rows in memory and its event, or note why not."""
    register, row = work.shape.register, work.rows.get(change.row_id)
    if change.kind == "insert":
        if row is not None:
            work.refuse("row_exists", change.row_id)
            return
        row = _new_row(work, change)
    elif row is None:
        work.refuse("row_unknown", change.row_id)
        return
    elif row["version"] != change.version:
        work.stale.append(change)
        return
    forbidden = _why_not(register, row, change, is_reversal=is_reversal)
    if forbidden:
        called = str(row.get(register.label) or change.row_id)
        work.refuse(forbidden, called, state=row["state"] or "", target=change.state or "")
        return
    _change_row(work, row, change)


def _new_row(work: _Writing, change: Change) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(work.shape.writable)
    start = {"row_id": change.row_id, "version": 0, "state": None, "withdrawn": False}
    made = {"created_at": work.head.at, "created_by": work.head.actor}
    return {**empty, **start, **made}


def _why_not(register: Register, row: dict[str, Any], change: Change, *, is_reversal: bool) -> str:
    """Return the code of what forbids a change, or nothing."""
    states = {state.code: state for state in register.states}
    kind, state = change.kind, row["state"]
    if kind == "insert":
        return "" if (change.state or register.first_state) in states else "row_step_forbidden"
    if kind == "restore":
        return "" if row["withdrawn"] else "row_stands"
    if row["withdrawn"]:
        return "row_withdrawn"
    if kind == "step" and not is_reversal:
        steps = {(source, step.target) for step in register.transitions for source in step.sources}
        return "" if (state, change.state) in steps else "row_step_forbidden"
    if kind == "step":
        return "" if change.state in states else "row_step_forbidden"
    is_closed = kind == "update" and not is_reversal and state in states and states[state].final
    return "row_final" if is_closed else ""


def _change_row(work: _Writing, row: dict[str, Any], change: Change) -> None:
    shape, given = work.shape, level(work.shape, change.values)
    is_new = change.kind == "insert"
    if is_new:
        given = {**dict.fromkeys(shape.recorded), **given}
    altered = {name: value for name, value in given.items() if is_new or row[name] != value}
    before = None if is_new else {name: row[name] for name in altered}
    state = (change.state or shape.register.first_state) if is_new else row["state"]
    if change.kind == "step":
        state = str(change.state)
    work.events.append(
        {
            "batch_id": work.head.batch_id, "row_id": change.row_id, "version": row["version"] + 1,
            "change": change.kind, "state_before": row["state"], "state_after": state,
            "before_json": write_json(before) if before else None,
            "after_json": write_json(altered) if altered else None, "reason": change.reason,
        }
    )  # fmt: skip
    row.update(altered)
    row.update(scope_of(shape, row))
    row.update(version=row["version"] + 1, state=state, changed_at=work.head.at, changed_by=work.head.actor)
    row["withdrawn"] = change.kind == "withdraw" or (row["withdrawn"] and change.kind != "restore")
    work.rows[change.row_id] = row


def _tell_stale(connection: sa.Connection, work: _Writing) -> list[Finding]:
    """Return who changed the rows meanwhile, when, and which fields."""
    found = []
    for change in work.stale:
        row = work.rows[change.row_id]
        query = (
            sa.select(event.c.after_json, event.c.change)
            .where(event.c.row_id == change.row_id, event.c.version > change.version)
            .order_by(event.c.version)
        )
        later = connection.execute(query).all()
        fields = dict.fromkeys(n for one in later for n in json.loads(one.after_json or "{}"))
        acts = dict.fromkeys(one.change for one in later if one.change != "update")
        register = work.shape.register
        params = {
            "register": register.id, "row": str(row.get(register.label) or change.row_id),
            "seen": change.version, "now": row["version"], "fields": ", ".join((*acts, *fields)),
            "actor": row["changed_by"], "at": row["changed_at"],
        }  # fmt: skip
        found.append(Finding("row_changed", Place(), params))
    return found


def _find_taken_keys(connection: sa.Connection, work: _Writing) -> list[Finding]:
    """Return the rows whose key another row that stands has already."""
    shape, table = work.shape, row_table(work.shape.register)
    keys: dict[str, str] = {}
    found = []
    for name, row in work.rows.items():
        key = key_of(shape, row)
        if row["withdrawn"]:
            continue
        if key in keys:
            found.append(_taken(work, row, key, keys[key]))
        keys[key] = name
    moved = [k for k, name in keys.items() if name not in work.before or key_of(shape, work.before[name]) != k
             or work.before[name]["withdrawn"]]  # fmt: skip
    for start in range(0, len(moved), AT_ONCE):
        query = sa.select(table.c.row_id, table.c[KEY]).where(
            table.c[KEY].in_(moved[start : start + AT_ONCE]), sa.not_(table.c.withdrawn)
        )
        for row_id, key in connection.execute(query):
            if row_id not in work.rows:
                found.append(_taken(work, work.rows[keys[key]], key, row_id))
    return found


def _taken(work: _Writing, row: dict[str, Any], key: str, other: str) -> Finding:
    params = {
        "register": work.shape.register.id,
        "row": str(row.get(work.shape.register.label)),
        "key": key,
        "other": other,
    }
    return Finding("row_key_taken", Place(column=", ".join(work.shape.register.key)), params)


def _write_rows(connection: sa.Connection, work: _Writing) -> None:
    """Write the last state of every row; keys that move are freed first, so that rows may swap them."""
    table = row_table(work.shape.register)
    touched = sorted({one["row_id"] for one in work.events})
    new = [cells_of(work.shape, work.rows[name]) for name in touched if name not in work.before]
    old = {name: _changed_cells(work, name) for name in touched if name in work.before}
    target = table.c.row_id == sa.bindparam("the_row")
    moving = [{"the_row": name} for name, cells in old.items() if KEY in cells]
    if moving:
        connection.execute(table.update().where(target).values({KEY: None}), moving)
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for name, cells in old.items():  # indexes of columns that do not change need not be touched
        given = {f"v{number}": cell for number, cell in enumerate(cells.values())}
        groups.setdefault(tuple(cells), []).append({"the_row": name, **given})
    for names, rows in groups.items():
        if len(rows) >= MANY:
            _update_many(connection, work.shape, names, rows)
            continue
        values: dict[str, Any] = {name: sa.bindparam(f"v{number}") for number, name in enumerate(names)}
        connection.execute(table.update().where(target).values(values), rows)
    if len(new) >= MANY:
        kinds = dict(zip(new[0], _types(work.shape, tuple(new[0])).values(), strict=True))
        insert_pieces(connection, table, pl.DataFrame(new, schema=kinds), Steps(None, len(new)))
    elif new:
        connection.execute(table.insert(), new)


def _update_many(
    connection: sa.Connection, shape: RowShape, names: tuple[str, ...], rows: list[dict[str, Any]]
) -> None:
    kinds = {"the_row": pl.String(), **_types(shape, names)}
    frame = pl.DataFrame(rows, schema=kinds).rename(dict(zip(kinds, ("row_id", *names), strict=True)))
    update_pieces(connection, row_table(shape.register), frame)


def _types(shape: RowShape, names: Sequence[str]) -> dict[str, pl.DataType]:
    """Return the types of cells as the database holds them, as ``v0``, ``v1``, …."""
    kinds = [pl.String() if name in shape.lists else shape.schema.get(name, pl.String()) for name in names]
    return {f"v{number}": kind for number, kind in enumerate(kinds)}


def _changed_cells(work: _Writing, row_id: str) -> dict[str, Any]:
    """Return the cells of a row that are no longer as they were in the database."""
    shape, row, before = work.shape, work.rows[row_id], work.before[row_id]
    changed = {name: row[name] for name in shape.schema if row[name] != before[name]}
    for name in shape.lists.keys() & changed.keys():
        if changed[name] is not None:
            changed[name] = write_json(changed[name])
    if not changed.keys().isdisjoint(shape.register.key):
        changed[KEY] = key_of(shape, row)
    if not changed.keys().isdisjoint(shape.searched):
        changed[WORDS] = words_of(shape, row)
    return changed
