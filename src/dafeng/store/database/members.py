"""Members: read, and changed in one transaction that sees them as nobody else can change them meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from dafeng.access.contracts import Members
from dafeng.errors import InputRefused
from dafeng.store.database.tables import member
from dafeng.table import check, columns_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.store.database.connection import Database

MEMBERS_LOCK = "members"
"""Lock under which members and the relation that follows from them are written."""


def read_members(database: Database) -> pl.DataFrame:
    """Return all members, also those whose time is over.

    Returns
    -------
    Members
        Sorted by its key.
    """
    with database.reading() as connection:
        return fetch_members(connection)


def fetch_members(connection: sa.Connection) -> pl.DataFrame:
    """Return all members within a transaction (Members)."""
    specs = columns_of(Members)
    query = sa.select(*(member.c[spec.name] for spec in specs)).order_by(*_key())
    rows = [tuple(row) for row in connection.execute(query)]
    return check(pl.DataFrame(rows, schema={s.name: s.dtype for s in specs}, orient="row"), Members)


def change_members(database: Database, decide: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Add or end memberships: what is decided is decided on the members that stand when it is written.

    Parameters
    ----------
    database : Database
        Where.
    decide : callable
        Gets all members and returns the lines that are new or become different (Members); what it raises
        leaves everything as it is.

    Returns
    -------
    Members
        The lines that were written.

    Raises
    ------
    TableError
        A line breaks the contract.
    InputRefused
        Whatever ``decide`` or the database says.
    """
    with database.writing(MEMBERS_LOCK) as connection:
        lines = check(decide(fetch_members(connection)), Members)
        for row in lines.iter_rows(named=True):
            same = [column == row[column.name] for column in _key()]
            connection.execute(member.delete().where(*same))
            connection.execute(member.insert(), row)
    return lines


def add_member(database: Database, row: dict[str, Any]) -> None:
    """Give somebody a role.

    Parameters
    ----------
    database : Database
        Where.
    row : dict
        One row of :class:`~dafeng.access.contracts.Members`.

    Raises
    ------
    TableError
        It breaks its contract.
    InputRefused
        ``access_member_stands``: this very line stands already; whatever the database says.
    """
    line = pl.DataFrame([row], schema={spec.name: spec.dtype for spec in columns_of(Members)}, orient="row")

    def add(members: pl.DataFrame) -> pl.DataFrame:
        if members.join(check(line, Members), on=keys_of(Members), how="semi").height:
            raise InputRefused.of(
                "access_member_stands", actor=row["actor"], role=row["role"], day=row["valid_from"]
            )
        return line

    change_members(database, add)


def _key() -> list[sa.ColumnElement[Any]]:
    return [member.c[name] for name in keys_of(Members)]
