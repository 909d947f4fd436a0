"""The permission relation in the database: who may see which rows, as a condition of every read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from dafeng.access.contracts import Permissions
from dafeng.store.database.members import MEMBERS_LOCK, fetch_members
from dafeng.store.database.row_tables import row_table
from dafeng.store.database.tables import permission, region_closure
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.register.model import Register
    from dafeng.register.query import Viewer
    from dafeng.store.database.connection import Database

ALL = "*"


def permitted(register: Register, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the condition on rows of a register that a viewer's permissions make.

    A line of the relation reaches a row if its region is ``*`` or the row's region or above it, its agency is
    ``*`` or the row's, and its maker is ``*`` or who made the row. A row without region (agency) is reached
    only by ``*``. The lists below do not depend on the row: the database makes each of them once.

    Parameters
    ----------
    register : Register
        The register.
    viewer : Viewer
        Who, for which action.

    Returns
    -------
    sqlalchemy.ColumnElement
        True or not true; never raises a row's rights.
    """
    rows = row_table(register).c
    anybody = sa.or_(*_reached(register, viewer, ALL))
    own = sa.and_(rows.created_by == viewer.actor, sa.or_(*_reached(register, viewer, viewer.actor)))
    return sa.or_(anybody, own)


def _reached(register: Register, viewer: Viewer, maker: str) -> list[sa.ColumnElement[bool]]:
    rows, line, below = row_table(register).c, permission.c, region_closure.c
    mine = (
        line.subject == viewer.actor, line.action == viewer.action,
        line.resource.in_([register.id, ALL]), line.maker == maker,
    )  # fmt: skip
    any_region, any_agency = line.region == ALL, line.agency == ALL
    joined = permission.join(region_closure, below.ancestor == line.region)
    regions = sa.select(below.descendant).select_from(joined).where(*mine, any_agency)
    agencies = sa.select(line.agency).where(*mine, any_region, sa.not_(any_agency))
    both = sa.select(below.descendant, line.agency).select_from(joined).where(*mine, sa.not_(any_agency))
    return [
        sa.exists().where(*mine, any_region, any_agency),
        rows.scope_region.in_(regions),
        rows.scope_agency.in_(agencies),
        sa.tuple_(rows.scope_region, rows.scope_agency).in_(both),
    ]


def replace_permissions(database: Database, frame: pl.DataFrame) -> None:
    """Put a new permission relation in the place of the old one, in one transaction.

    Parameters
    ----------
    database : Database
        Where.
    frame : Permissions
        The whole relation, for everybody.

    Raises
    ------
    TableError
        It breaks its contract.
    InputRefused
        What the database says.
    """
    rows = check(frame, Permissions)
    if not rows.equals(read_permissions(database)):
        renew_permissions(database, lambda _: rows)


def renew_permissions(database: Database, relate: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Write the relation that follows from the members, who cannot change until it is written.

    Parameters
    ----------
    database : Database
        Where.
    relate : callable
        Gets all members (Members) and returns the whole relation (Permissions).

    Raises
    ------
    TableError
        It breaks its contract.
    InputRefused
        What the database says.
    """
    with database.writing(MEMBERS_LOCK) as connection:
        rows = check(relate(fetch_members(connection)), Permissions)
        connection.execute(permission.delete())
        if not rows.is_empty():
            connection.execute(permission.insert(), rows.to_dicts())


def read_permissions(database: Database, subject: str | None = None) -> pl.DataFrame:
    """Return the permission relation, sorted; of one subject if it is named.

    Returns
    -------
    Permissions
        Empty if nothing is permitted.
    """
    specs = columns_of(Permissions)
    names = [spec.name for spec in specs]
    query = sa.select(*(permission.c[name] for name in names)).order_by(*(permission.c[n] for n in names))
    if subject is not None:
        query = query.where(permission.c.subject == subject)
    with database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return check(pl.DataFrame(rows, schema={s.name: s.dtype for s in specs}, orient="row"), Permissions)
