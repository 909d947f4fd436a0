"""Many rows at once by the fastest way of each database: COPY (PostgreSQL), one prepared insert (SQLite)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import exc

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

PIECE = 10_000
"""Rows between two reports of progress."""
ANALYSED = 1_000
"""Entries of an index that SQLite looks at for its statistics."""


class Steps:
    """Counts rows for whoever waits.

    Parameters
    ----------
    report : callable, optional
        Called with rows done and rows in all.
    total : int
        Rows in all.
    """

    def __init__(self, report: Callable[[int, int], None] | None, total: int) -> None:
        self._report, self._total, self._done = report, total, 0

    def advance(self, rows: int) -> None:
        """Report that more rows are done."""
        self._done += rows
        if self._report is not None:
            self._report(self._done, self._total)


def insert_pieces(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame, steps: Steps) -> None:
    """Insert a frame whose columns are columns of the table, piece by piece."""
    names = ", ".join(f'"{name}"' for name in frame.columns)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * frame.width)
        sql = f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'  # noqa: S608 - names of our schema
        for piece in frame.iter_slices(PIECE):
            connection.exec_driver_sql(sql, piece.rows())
            steps.advance(piece.height)
        return
    sql = f"""COPY "{table.name}" ({names}) FROM STDIN (FORMAT csv)"""
    base = connection.dialect.loaded_dbapi.Error
    cursor: Any = connection.connection.cursor()
    try:
        with cursor.copy(sql) as copy:
            for piece in frame.iter_slices(PIECE):
                copy.write(piece.write_csv(include_header=False, quote_style="non_numeric"))
                steps.advance(piece.height)
    except base as error:  # here the driver speaks itself: give its errors the form that all others have
        raise exc.DBAPIError.instance(sql, (), error, base, dialect=connection.dialect) from error
    finally:
        cursor.close()


def update_pieces(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    """Set columns of rows that stand: ``row_id`` chooses, the other columns of the frame are set.

    SQLite runs one prepared statement a row; PostgreSQL takes the new cells by COPY and joins them.
    """
    names = [name for name in frame.columns if name != "row_id"]
    if connection.dialect.name == "sqlite":
        sets = ", ".join(f'"{name}" = ?' for name in names)
        sql = f'UPDATE "{table.name}" SET {sets} WHERE row_id = ?'  # noqa: S608 - names of our schema
        for piece in frame.select(*names, "row_id").iter_slices(PIECE):
            connection.exec_driver_sql(sql, piece.rows())
        return
    copied = sa.Table(
        "dafeng_new_cells", sa.MetaData(), *(sa.Column(n, table.c[n].type) for n in frame.columns),
        prefixes=["TEMPORARY"],
    )  # fmt: skip
    copied.create(connection)
    insert_pieces(connection, copied, frame, Steps(None, frame.height))
    connection.exec_driver_sql(f'ANALYZE "{copied.name}"')
    given = {name: copied.c[name] for name in names}
    connection.execute(table.update().where(table.c.row_id == copied.c.row_id).values(given))
    copied.drop(connection)


def refresh_statistics(connection: sa.Connection, table: sa.Table) -> None:
    """Let the planner know of many new rows, so that it chooses indexes well at once."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {ANALYSED}")
    connection.exec_driver_sql(f'ANALYZE "{table.name}"')
