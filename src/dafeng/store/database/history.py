"""History: what was written when by whom, and whether it is still whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from dafeng.errors import Finding
from dafeng.register.contracts import History
from dafeng.store.database.batches import Digest, link
from dafeng.store.database.records import digest_attachments
from dafeng.store.database.tables import batch, event
from dafeng.store.database.write_rows import event_line
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.store.database.connection import Database

_PIECE = 50_000


def read_history(
    database: Database,
    *,
    register_id: str | None = None,
    row_id: str | None = None,
    batch_id: str | None = None,
) -> pl.DataFrame:
    """Return events in the order in which they were written.

    Parameters
    ----------
    database : Database
        Where.
    register_id, row_id, batch_id : str, optional
        Only those of a register, of a row, of a batch.

    Returns
    -------
    History
        Empty if nothing was written.
    """
    specs = columns_of(History)
    known: dict[str, Any] = {name: batch.c[name] for name in ("actor", "at", "register_id")}
    known["reason"] = sa.func.coalesce(event.c.reason, batch.c.reason)
    columns = [known[one.name] if one.name in known else event.c[one.name] for one in specs]
    query = sa.select(*columns).join(batch, batch.c.batch_id == event.c.batch_id)
    wanted = ((batch.c.register_id, register_id), (event.c.row_id, row_id), (event.c.batch_id, batch_id))
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    with database.reading() as connection:
        result = connection.execute(query.order_by(batch.c.number, event.c.event_id))
        assert result.cursor is not None
        rows = result.cursor.fetchall()
    frame = pl.DataFrame(rows, schema={spec.name: spec.dtype for spec in specs}, orient="row")
    return check(frame, History)


def verify_history(database: Database) -> tuple[Finding, ...]:
    """Return what is not as it was written: batches whose digest or chain no longer agrees.

    The digest of a batch goes over its events, the chain over all batches, so that an event that was altered,
    added or taken away is found, and a batch too. Triggers of the database refuse all of it; this finds what
    somebody did past them.

    Returns
    -------
    tuple of Finding
        ``register_history_altered`` for each batch; empty if everything is whole.
    """
    found, chain, number = [], "", 0
    with database.reading() as connection:
        digests = {name: (digest, rows) for name, digest, rows in _digest_batches(connection)}
        digests |= digest_attachments(connection)
        for head in connection.execute(sa.select(batch).order_by(batch.c.number)).mappings():
            row, number = dict(head), number + 1
            digest, rows = digests.pop(row["batch_id"], (Digest().hex(), 0))
            chain = link(chain, row)
            if (digest, rows, chain, number) != (row["digest"], row["rows"], row["chain"], row["number"]):
                found.append(_altered(row))
                chain, number = row["chain"], row["number"]
    found += [_altered({"batch_id": name, "register_id": "", "actor": "", "at": ""}) for name in digests]
    return tuple(found)


def _altered(row: dict[str, Any]) -> Finding:
    params = {
        "batch": row["batch_id"],
        "register": row["register_id"],
        "actor": row["actor"],
        "at": row["at"],
    }
    return Finding("register_history_altered", params=params)


def _digest_batches(connection: sa.Connection) -> Iterator[tuple[str, str, int]]:
    """Yield batch, digest of its events, number of its rows."""
    query = sa.select(event).order_by(event.c.batch_id, event.c.event_id)
    current, digest, rows = "", Digest(), set[str]()
    for row in connection.execution_options(yield_per=_PIECE).execute(query).mappings():
        if row["batch_id"] != current:
            if current:
                yield current, digest.hex(), len(rows)
            current, digest, rows = str(row["batch_id"]), Digest(), set()
        digest.add([event_line(row)])
        rows.add(row["row_id"])
    if current:
        yield current, digest.hex(), len(rows)
