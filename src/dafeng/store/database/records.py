"""What stands beside the rows: attachments and saved mappings of columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from dafeng.errors import InputRefused
from dafeng.register.contracts import Attachments
from dafeng.store.database.batches import Digest, ask, find_repeated, record_batch
from dafeng.store.database.row_tables import row_table
from dafeng.store.database.row_values import write_json
from dafeng.store.database.tables import attachment, batch, mapping
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dafeng.register.changes import BatchHead
    from dafeng.register.model import Register
    from dafeng.store.database.batches import Receipt
    from dafeng.store.database.connection import Database
    from dafeng.table import Table


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file that belongs to a row; its content stands in the attachments folder under its hash already.

    Parameters
    ----------
    attachment_id, row_id : str
        New id; row.
    name, sha256 : str
        Name of the file as its sender calls it; hash of its content.
    size_bytes : int
        Size. [B]
    purpose : str, optional
        What it proves.
    """

    attachment_id: str
    row_id: str
    name: str
    sha256: str
    size_bytes: int
    purpose: str | None = None


def add_attachments(
    database: Database, register: Register, head: BatchHead, files: Sequence[NewAttachment]
) -> Receipt:
    """Note files of rows, in one batch.

    Raises
    ------
    InputRefused
        ``row_unknown``; ``register_batch_repeated``; whatever the database says.
    """
    table = row_table(register)
    rows = {one.row_id for one in files}
    lines = [write_json(list(asdict(one).values())) for one in files]
    request = ask(head, lines)
    with database.writing(register.id) as connection:
        known = find_repeated(connection, head, request)
        if known:
            return known
        there = set(connection.execute(sa.select(table.c.row_id).where(table.c.row_id.in_(rows))).scalars())
        for row_id in sorted(rows - there):
            raise InputRefused.of("row_unknown", register=register.id, row=row_id)
        given = {"batch_id": head.batch_id, "register_id": register.id}
        connection.execute(attachment.insert(), [{**asdict(one), **given} for one in files])
        digest = Digest()
        digest.add(sorted(lines))
        return record_batch(connection, head, len(rows), digest.hex(), request)


def withdraw_attachment(
    database: Database, register: Register, head: BatchHead, attachment_id: str
) -> Receipt:
    """Take an attachment down; the note of it and the file stay.

    Raises
    ------
    InputRefused
        ``register_attachment_unknown`` (also if it was taken down already); ``register_batch_repeated``;
        whatever the database says.
    """
    line = write_json(["withdraw", attachment_id])
    request = ask(head, [line])
    with database.writing(register.id) as connection:
        known = find_repeated(connection, head, request)
        if known:
            return known
        change = (
            attachment.update()
            .where(attachment.c.attachment_id == attachment_id, attachment.c.register_id == register.id)
            .where(attachment.c.withdrawn_by.is_(None))
            .values(withdrawn_by=head.batch_id)
        )
        if connection.execute(change).rowcount != 1:
            raise InputRefused.of(
                "register_attachment_unknown", register=register.id, attachment=attachment_id
            )
        digest = Digest()
        digest.add([line])
        return record_batch(connection, head, 1, digest.hex(), request)


def digest_attachments(connection: sa.Connection) -> dict[str, tuple[str, int]]:
    """Return digest and number of rows of every batch that wrote attachments, from what stands there now."""
    names = list(NewAttachment.__slots__)
    lines: dict[str, list[str]] = {}
    rows: dict[str, set[str]] = {}
    for one in connection.execute(sa.select(attachment)).mappings():
        lines.setdefault(one["batch_id"], []).append(write_json([one[name] for name in names]))
        rows.setdefault(one["batch_id"], set()).add(one["row_id"])
        if one["withdrawn_by"]:
            lines.setdefault(one["withdrawn_by"], []).append(write_json(["withdraw", one["attachment_id"]]))
            rows.setdefault(one["withdrawn_by"], set()).add(one["row_id"])
    found = {}
    for name, told in lines.items():
        digest = Digest()
        digest.add(sorted(told))
        found[name] = (digest.hex(), len(rows[name]))
    return found


def read_attachments(
    database: Database,
    *,
    register_id: str | None = None,
    row_ids: Collection[str] | None = None,
    withdrawn: bool = False,
) -> pl.DataFrame:
    """Return attachments with who added them and when.

    Parameters
    ----------
    database : Database
        Where.
    register_id : str, optional
        Only of this register.
    row_ids : collection of str, optional
        Only of these rows.
    withdrawn : bool
        Also those that were taken down.

    Returns
    -------
    Attachments
        In the order of their ids.
    """
    down = attachment.c.withdrawn_by.is_not(None).label("withdrawn")
    known: dict[str, Any] = {"actor": batch.c.actor, "at": batch.c.at, "withdrawn": down}
    names = [spec.name for spec in columns_of(Attachments)]
    query = (
        sa.select(*(known[name] if name in known else attachment.c[name] for name in names))
        .join(batch, batch.c.batch_id == attachment.c.batch_id)
        .order_by(attachment.c.attachment_id)
    )
    if register_id is not None:
        query = query.where(attachment.c.register_id == register_id)
    if not withdrawn:
        query = query.where(attachment.c.withdrawn_by.is_(None))
    frame = _read(database, query, Attachments)
    return frame if row_ids is None else frame.filter(pl.col("row_id").is_in(list(row_ids)))


def save_mapping(
    database: Database, register_id: str, name: str, mapping_json: str, actor: str, at: str
) -> None:
    """Save which column of a foreign sheet feeds which field; the same name gets the new one.

    Raises
    ------
    InputRefused
        What the database says.
    """
    row = {"register_id": register_id, "name": name, "mapping_json": mapping_json, "actor": actor, "at": at}
    same = (mapping.c.register_id == register_id) & (mapping.c.name == name)
    with database.writing("mappings") as connection:
        connection.execute(mapping.delete().where(same))
        connection.execute(mapping.insert(), row)


def read_mapping(database: Database, register_id: str, name: str) -> str:
    """Return a saved mapping.

    Raises
    ------
    InputRefused
        ``register_mapping_unknown``.
    """
    found = read_mappings(database, register_id).get(name)
    if found is None:
        raise InputRefused.of("register_mapping_unknown", register=register_id, name=name)
    return found


def read_mappings(database: Database, register_id: str) -> dict[str, str]:
    """Return the saved mappings of a register: name -> mapping."""
    query = sa.select(mapping.c.name, mapping.c.mapping_json).where(mapping.c.register_id == register_id)
    with database.reading() as connection:
        return {row.name: row.mapping_json for row in connection.execute(query.order_by(mapping.c.name))}


def _read(database: Database, query: sa.Select[Any], contract: type[Table]) -> pl.DataFrame:
    specs = columns_of(contract)
    with database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return check(pl.DataFrame(rows, schema={s.name: s.dtype for s in specs}, orient="row"), contract)
