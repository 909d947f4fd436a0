"""Batches: every act of writing with its head, a digest of its events and a chain over all batches."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from dafeng.errors import InputRefused
from dafeng.register.contracts import Batches
from dafeng.store.database.connection import hold
from dafeng.store.database.row_values import write_json
from dafeng.store.database.tables import batch
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.register.changes import BatchHead
    from dafeng.store.database.connection import Database

NUMBERING = "batches"
"""Lock under which a batch gets its number; taken last, so that numbers follow the order of commits."""
_SEPARATOR = b"\x1e"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was written.

    Parameters
    ----------
    batch_id : str
        The batch.
    rows : int
        Rows that it changed.
    repeated : bool
        The batch stood already: nothing was written this time.
    """

    batch_id: str
    rows: int
    repeated: bool = False


class Digest:
    """SHA-256 over lines, so joined that no two lists of lines give the same."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, lines: Iterable[str]) -> None:
        """Take in lines."""
        for line in lines:
            self._hash.update(line.encode())
            self._hash.update(_SEPARATOR)

    def hex(self) -> str:
        """Return the digest."""
        return self._hash.hexdigest()


def ask(head: BatchHead, lines: Iterable[str]) -> str:
    """Return the digest of what a caller asks for: the head and the lines of its content."""
    digest = Digest()
    digest.add([write_json(asdict(head))])
    digest.add(lines)
    return digest.hex()


def find_repeated(connection: sa.Connection, head: BatchHead, request: str) -> Receipt | None:
    """Return the receipt of a batch that stands already.

    Raises
    ------
    InputRefused
        ``register_batch_repeated``: the same id with another content.
    """
    known = connection.execute(sa.select(batch).where(batch.c.batch_id == head.batch_id)).one_or_none()
    if known is None:
        return None
    if known.request != request:
        raise InputRefused.of("register_batch_repeated", batch=head.batch_id, actor=known.actor, at=known.at)
    return Receipt(head.batch_id, known.rows, repeated=True)


def record_batch(connection: sa.Connection, head: BatchHead, rows: int, digest: str, request: str) -> Receipt:
    """Write the head of a batch as the last statement of its transaction, with its number and chain."""
    hold(connection, NUMBERING)
    last = connection.execute(
        sa.select(batch.c.number, batch.c.chain).order_by(batch.c.number.desc()).limit(1)
    )
    number, chain = last.one_or_none() or (0, "")
    row = {**asdict(head), "number": number + 1, "rows": rows, "digest": digest, "request": request}
    connection.execute(batch.insert(), {**row, "chain": link(chain, row)})
    return Receipt(head.batch_id, rows)


def link(chain: str, row: dict[str, Any]) -> str:
    """Return the chain after a batch: the digest of the chain before and the whole head."""
    told = ("batch_id", "number", "register_id", "act", "actor", "at", "reason", "file", "file_sha256",
            "reverses", "rows", "digest", "request")  # fmt: skip
    digest = Digest()
    digest.add([chain, write_json([row[name] for name in told])])
    return digest.hex()


def head_of(database: Database) -> str:
    """Return what names the present content: number and chain of the last batch, or ``0`` before the first.

    Everything that a register holds is written in batches, so equal heads are equal contents.
    """
    with database.reading() as connection:
        last = connection.execute(
            sa.select(batch.c.number, batch.c.chain).order_by(batch.c.number.desc()).limit(1)
        ).one_or_none()
    return f"{last.number}:{last.chain[:16]}" if last else "0"


def read_batches(
    database: Database,
    *,
    register_id: str | None = None,
    batch_id: str | None = None,
    limit: int | None = None,
) -> pl.DataFrame:
    """Return batches, the newest first.

    Parameters
    ----------
    database : Database
        Where.
    register_id, batch_id : str, optional
        Only those of a register; only this one.
    limit : int, optional
        Only so many.

    Returns
    -------
    Batches
        Empty if there are none.
    """
    names = [spec.name for spec in columns_of(Batches)]
    query = sa.select(*(batch.c[name] for name in names)).order_by(batch.c.number.desc()).limit(limit)
    if register_id is not None:
        query = query.where(batch.c.register_id == register_id)
    if batch_id is not None:
        query = query.where(batch.c.batch_id == batch_id)
    with database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return check(
        pl.DataFrame(rows, schema={s.name: s.dtype for s in columns_of(Batches)}, orient="row"), Batches
    )
