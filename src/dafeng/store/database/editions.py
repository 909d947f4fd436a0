"""Which edition the common tables have, and the way up to this one (alembic)."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from dafeng.errors import InputRefused
from dafeng.store.database.refusals import classify
from dafeng.store.database.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

    from dafeng.store.database.connection import Database

EDITION = "0003"
"""Newest migration; a test holds it against the folder."""
LOCK = "editions"
_EVER = frozenset({"alembic_version", "batch", "event", "register_edition"})
"""Tables that every edition has."""
_NAMED = 5
_TRIES = 200
_PAUSE_S = 0.05
_version = sa.table("alembic_version", sa.column("version_num", sa.Text))


def bring_up_to_date(database: Database) -> None:
    """Bring the common tables up to this edition; several processes may do so at once.

    Raises
    ------
    InputRefused
        ``register_database_newer``: a later dafeng wrote it; ``register_database_foreign``: there are
        tables of somebody else; whatever else the database says.
    """
    with database.reading() as connection:
        _refuse_foreign(database, connection)
        if read_edition(connection) == EDITION:
            return
    if database.dialect == "sqlite":
        _write_ahead(database)
    with database.writing(LOCK) as connection:
        edition = read_edition(connection)
        if edition == EDITION:  # another process was faster
            return
        if edition is not None and edition > EDITION:
            raise InputRefused.of("register_database_newer", url=database.name, found=edition, known=EDITION)
        _migrate(connection)


def _refuse_foreign(database: Database, connection: sa.Connection) -> None:
    """Refuse a database whose tables somebody else made: a file with any, a server with such as ours.

    Raises
    ------
    InputRefused
        ``register_database_foreign``.
    """
    present, ours = set(sa.inspect(connection).get_table_names()), set(metadata.tables)
    if present >= _EVER or not present:
        return
    if database.dialect == "sqlite" or present & {*ours, "alembic_version"}:
        found = ", ".join(sorted(present)[:_NAMED])
        raise InputRefused.of("register_database_foreign", url=database.name, reason=found)


def read_edition(connection: sa.Connection) -> str | None:
    """Return the edition of the common tables; None in a database without them."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.select(_version.c.version_num)).scalar()


def migration_config() -> Config:
    """Return the configuration of alembic: where the migrations are."""
    from alembic.config import Config  # noqa: PLC0415 - only a database of another edition needs it

    config = Config()
    config.set_main_option("script_location", "dafeng.store.database:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _migrate(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - only a database of another edition needs it

    config = migration_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _write_ahead(database: Database) -> None:
    """Turn on the write-ahead log: readers and the writer do not wait for each other; the file keeps it.

    SQLite does not wait for others here, so we do.
    """
    for left in range(_TRIES, -1, -1):
        raw = database.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            code = classify(error)
            if not left or code != "register_database_busy":
                raise InputRefused.of(code, url=database.name, reason=error) from error
            time.sleep(_PAUSE_S)
        else:
            return
        finally:
            raw.close()
