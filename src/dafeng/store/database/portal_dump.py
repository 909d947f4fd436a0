"""A copy of the whole database in one state, and the way back into an empty one.

SQLite is copied by its own backup, page by page, while others go on writing; PostgreSQL table by table with
COPY in one transaction that sees one state.
"""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dafeng.errors import InputRefused
from dafeng.store.database.editions import LOCK, read_edition
from dafeng.store.database.refusals import classify

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dafeng.store.database.connection import Database

SQLITE_FILE = "database.sqlite"
TABLES_FOLDER = "database"
VERSION_TABLE = "alembic_version"
PEOPLE = ("batch", "member", "account")
"""Tables of which one with rows means that somebody works with the database."""
COUNTED = (("event", "event_id"), ("audit", "number"))
"""Columns that PostgreSQL counts up by itself."""
_PAGES = 2_000
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class DatabaseDump:
    """What a copy holds.

    Parameters
    ----------
    dialect, edition : str
        Which database, and the edition of its common tables.
    rows : mapping
        Table -> number of its rows.
    """

    dialect: str
    edition: str
    rows: Mapping[str, int]


def dump_database(database: Database, folder: Path) -> DatabaseDump:
    """Copy a database into a folder.

    Parameters
    ----------
    database : Database
        Open; others may go on writing.
    folder : Path
        Empty folder.

    Raises
    ------
    InputRefused
        ``output_not_writable``; whatever the database says.
    """
    try:
        if database.dialect == "sqlite":
            return _dump_sqlite(database, folder / SQLITE_FILE)
        return _dump_postgresql(database, folder / TABLES_FOLDER)
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=folder, reason=error.strerror or error) from error


def load_tables(database: Database, folder: Path, rows: Mapping[str, int]) -> None:
    """Fill the tables of a new PostgreSQL database from a copy; all or nothing.

    Parameters
    ----------
    database : Database
        Its tables are there, with no rows but those that follow from definitions.
    folder : Path
        As :func:`dump_database` left it.
    rows : mapping
        Table -> number of rows of the copy.

    Raises
    ------
    InputRefused
        ``restore_table_unknown``; whatever the database says.
    """
    with database.writing(LOCK) as connection:
        present = set(sa.inspect(connection).get_table_names())
        unknown = sorted(set(rows) - present)
        if unknown:
            raise InputRefused.of("restore_table_unknown", tables=", ".join(unknown))
        for name in sorted(rows):
            _load_table(connection, name, folder / TABLES_FOLDER / f"{name}.csv")
        for table, column in COUNTED:
            last = f'(SELECT max("{column}") FROM "{table}")'  # noqa: S608 - names of our schema
            sequence = f"pg_get_serial_sequence('{table}', '{column}')"
            connection.exec_driver_sql(f"SELECT setval({sequence}, {last}) WHERE {last} IS NOT NULL")


def count_rows(database: Database) -> dict[str, int]:
    """Return table -> number of rows, without the table of alembic."""
    with database.reading() as connection:
        return count_all(connection)


def holds_work(database: Database) -> bool:
    """Return whether anybody is known to the database, or anything was written into it."""
    with database.reading() as connection:
        return any(_count_one(connection, name) for name in PEOPLE)


def end_sessions(database: Database, at: str) -> None:
    """End every session: who was signed in when the copy was made signs in again."""
    with database.writing("sessions") as connection:
        connection.execute(sa.text("UPDATE session SET ended_at = :at WHERE ended_at IS NULL"), {"at": at})


def _dump_sqlite(database: Database, path: Path) -> DatabaseDump:
    raw = database.engine.raw_connection()
    try:
        with closing(sqlite3.connect(path)) as copy:
            raw.driver_connection.backup(copy, pages=_PAGES)  # type: ignore[union-attr]
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise InputRefused.of(classify(error), url=database.name, reason=error) from error
    finally:
        raw.close()
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))
    try:
        with engine.connect() as connection:
            return DatabaseDump("sqlite", read_edition(connection) or "", count_all(connection))
    finally:
        engine.dispose()


def _dump_postgresql(database: Database, folder: Path) -> DatabaseDump:
    folder.mkdir(parents=True, exist_ok=True)
    with database.reading() as connection:
        counts = count_all(connection)
        for name in counts:
            cursor: Any = connection.connection.cursor()
            copying = cursor.copy(f'COPY "{name}" TO STDOUT (FORMAT csv, HEADER)')
            with (folder / f"{name}.csv").open("wb") as stream, copying as lines:
                for piece in lines:
                    stream.write(piece)
            cursor.close()
        return DatabaseDump("postgresql", read_edition(connection) or "", counts)


def _load_table(connection: sa.Connection, name: str, path: Path) -> None:
    """Fill one table by the names of its columns; what follows from definitions is replaced."""
    with path.open(encoding="utf-8", newline="") as text:
        columns = next(csv.reader(text))
    if _count_one(connection, name):
        connection.exec_driver_sql(f'DELETE FROM "{name}"')  # noqa: S608 - names of our schema
    named = ", ".join(f'"{column}"' for column in columns)
    cursor: Any = connection.connection.cursor()
    with (
        path.open("rb") as stream,
        cursor.copy(f'COPY "{name}" ({named}) FROM STDIN (FORMAT csv, HEADER)') as lines,
    ):
        while piece := stream.read(_PIECE):
            lines.write(piece)
    cursor.close()


def count_all(connection: sa.Connection) -> dict[str, int]:
    """Return table -> number of rows on a connection, without the table of alembic."""
    names = sorted(set(sa.inspect(connection).get_table_names()) - {VERSION_TABLE})
    return {name: _count_one(connection, name) for name in names if not name.startswith("sqlite_")}


def _count_one(connection: sa.Connection, name: str) -> int:
    query = sa.select(sa.func.count()).select_from(sa.table(name))
    return int(connection.execute(query).scalar_one())


def read_attachment_hashes(database: Database) -> list[str]:
    """Return the SHA-256 of every attachment that was ever added."""
    with database.reading() as connection:
        found = connection.execute(sa.text("SELECT DISTINCT sha256 FROM attachment ORDER BY sha256"))
        return [str(row[0]) for row in found]
