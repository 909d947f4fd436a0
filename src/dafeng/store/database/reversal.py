"""Undo by reversal: the inverse of a batch is written as a new batch; history keeps both."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dafeng.errors import Finding, InputRefused
from dafeng.register.changes import Change
from dafeng.store.database.batches import Receipt
from dafeng.store.database.row_values import shape_of
from dafeng.store.database.tables import batch, event
from dafeng.store.database.write_rows import fetch_rows, write_changes

if TYPE_CHECKING:
    from dafeng.register.changes import BatchHead, ChangeKind
    from dafeng.register.model import Register
    from dafeng.store.database.connection import Database
    from dafeng.store.database.row_values import RowShape

_INVERSE: dict[str, ChangeKind] = {
    "insert": "withdraw", "withdraw": "restore", "restore": "withdraw", "update": "update", "step": "step",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reversal:
    """What undoing a batch would do.

    Parameters
    ----------
    changes : tuple of Change
        The inverse changes.
    findings : tuple of Finding
        Rows that cannot be taken back, because somebody changed them later and did not undo it.
    row_ids : tuple of str
        All rows of the batch.
    """

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    row_ids: tuple[str, ...] = ()


def preview_reversal(database: Database, register: Register, batch_id: str) -> Reversal:
    """Return what :func:`reverse_batch` would write, and what stands in its way; nothing is written.

    Parameters
    ----------
    database : Database
        Where.
    register : Register
        Register of the batch.
    batch_id : str
        Batch to be undone.

    Returns
    -------
    Reversal
        Inverse changes and refused rows.

    Raises
    ------
    InputRefused
        ``register_batch_unknown``, ``register_batch_reversed``, ``register_batch_empty``.
    """
    shape = shape_of(register)
    with database.reading() as connection:
        undone = _check_batch(connection, register, batch_id)
        events = [dict(row) for row in connection.execute(
            sa.select(event).where(event.c.batch_id == batch_id).order_by(event.c.event_id.desc())
        ).mappings()]  # fmt: skip
        rows = fetch_rows(connection, shape, {one["row_id"] for one in events})
        later = _later_changes(connection, batch_id, undone)
    if not events:
        raise InputRefused.of("register_batch_empty", batch=batch_id)
    changes, done = [], dict.fromkeys(rows, 0)
    for one in events:
        seen = rows[one["row_id"]]["version"] + done[one["row_id"]]
        changes.append(_invert(shape, one, seen))
        done[one["row_id"]] += 1
    findings = [
        _stands_in_the_way(register, rows[row_id], last) for row_id, last in later.items() if row_id in rows
    ]
    return Reversal(tuple(c for c in changes if c.row_id not in later), tuple(findings), tuple(done))


def reverse_batch(database: Database, register: Register, head: BatchHead, batch_id: str) -> Receipt:
    """Undo a batch: write its inverse as a new batch, whole or not at all.

    A row that was inserted is withdrawn, a field gets its old value, a step is taken back. A reversal is a
    batch like others: it can be reversed too.

    Parameters
    ----------
    database : Database
        Where.
    register : Register
        Register of the batch.
    head : BatchHead
        Who, when, why; ``act`` is ``undo``.
    batch_id : str
        Batch to be undone.

    Returns
    -------
    Receipt
        What was written.

    Raises
    ------
    InputRefused
        ``row_changed_later`` for every row that somebody changed later; ``register_batch_unknown``,
        ``register_batch_reversed``, ``register_batch_empty``; as :func:`write_batch`.
    """
    head = replace(head, act="undo", reverses=batch_id)
    with database.reading() as connection:
        known = connection.execute(sa.select(batch).where(batch.c.batch_id == head.batch_id)).one_or_none()
    if known is not None and known.reverses == batch_id:
        return Receipt(head.batch_id, known.rows, repeated=True)
    plan = preview_reversal(database, register, batch_id)
    if plan.findings:
        raise InputRefused(plan.findings)
    return write_changes(database, register, head, plan.changes, is_reversal=True)


def _check_batch(connection: sa.Connection, register: Register, batch_id: str) -> dict[str, Any]:
    """Return reversed batch -> batches that reverse it; refuse a batch that cannot be reversed."""
    known = connection.execute(sa.select(batch).where(batch.c.batch_id == batch_id)).one_or_none()
    if known is None or known.register_id != register.id:
        raise InputRefused.of("register_batch_unknown", register=register.id, batch=batch_id)
    query = sa.select(batch).where(batch.c.register_id == register.id, batch.c.reverses.is_not(None))
    undone: dict[str, Any] = {}
    for row in connection.execute(query.order_by(batch.c.number)):
        undone.setdefault(row.reverses, []).append(row)
    standing = [row for row in undone.get(batch_id, ()) if not _is_undone(row.batch_id, undone)]
    if standing:
        by = standing[-1]
        params = {"batch": batch_id, "by": by.batch_id, "actor": by.actor, "at": by.at}
        raise InputRefused.of("register_batch_reversed", **params)
    return undone


def _is_undone(batch_id: str, undone: dict[str, Any]) -> bool:
    """Return whether a batch was reversed by one that was not reversed itself."""
    return any(not _is_undone(row.batch_id, undone) for row in undone.get(batch_id, ()))


def _later_changes(connection: sa.Connection, batch_id: str, undone: dict[str, Any]) -> dict[str, Any]:
    """Return the last event of each row that was changed after the batch; undone changes do not count."""
    ours = (
        sa.select(event.c.row_id, sa.func.max(event.c.version).label("version"))
        .where(event.c.batch_id == batch_id)
        .group_by(event.c.row_id)
        .subquery()
    )
    query = (
        sa.select(event.c.row_id, event.c.batch_id, batch.c.actor, batch.c.at, batch.c.reverses)
        .join(ours, (ours.c.row_id == event.c.row_id) & (event.c.version > ours.c.version))
        .join(batch, batch.c.batch_id == event.c.batch_id)
        .order_by(event.c.version)
    )
    rows = connection.execute(query).all()
    later = {row.batch_id for row in rows}
    return {r.row_id: r for r in rows if not _is_undone(r.batch_id, undone) and r.reverses not in later}


def _stands_in_the_way(register: Register, row: dict[str, Any], last: Any) -> Finding:
    params = {
        "register": register.id, "row": str(row.get(register.label) or row["row_id"]), "batch": last.batch_id,
        "actor": last.actor, "at": last.at,
    }  # fmt: skip
    return Finding("row_changed_later", params=params)


def _invert(shape: RowShape, one: dict[str, Any], seen: int) -> Change:
    kind = _INVERSE[one["change"]]
    before = json.loads(one["before_json"] or "{}") if one["change"] in {"update", "step"} else {}
    values = {name: value for name, value in before.items() if name in shape.writable}
    state = one["state_before"] if kind == "step" else None
    return Change(kind, one["row_id"], seen, values, state)
