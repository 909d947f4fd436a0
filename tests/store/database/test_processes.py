"""Real processes: twenty writers of the same rows, and an import that is killed."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.store.database.made_rows import head, made_frame, made_values
from tests.store.database.workers import count_up

from dafeng.register.changes import Change
from dafeng.store.database import (
    head_of,
    insert_frame,
    new_row_id,
    read_batches,
    read_history,
    read_rows,
    verify_history,
    write_batch,
)

if TYPE_CHECKING:
    from dafeng.register.model import Register
    from dafeng.store.database import Database

WRITERS, TIMES, ROWS = 20, 3, 1


def test_twenty_writers_lose_no_update(database: Database, database_url: str, register: Register) -> None:
    ids = [new_row_id(number) for number in range(ROWS)]
    first = [Change("insert", name, 0, made_values(n, staff=0)) for n, name in enumerate(ids)]
    write_batch(database, register, head("add"), first)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.database.workers"])
    with context.Pool(WRITERS) as pool:
        calls = [(database_url, f"writer {n}", ids, TIMES) for n in range(WRITERS)]
        lost = pool.starmap(count_up, calls, chunksize=1)
    rows = read_rows(database, register)
    assert rows["staff"].sum() == WRITERS * TIMES
    assert rows["version"].to_list() == [WRITERS * TIMES // ROWS + 1] * ROWS
    history = read_history(database)
    assert history.height == ROWS + WRITERS * TIMES
    written = history.filter(pl.col("change") == "update").group_by("actor").len()
    assert written["len"].to_list() == [TIMES] * WRITERS
    for name in ids:
        versions = history.filter(pl.col("row_id") == name)["version"].to_list()
        assert versions == list(range(1, WRITERS * TIMES // ROWS + 2))
    assert verify_history(database) == ()
    assert sum(lost) > 0, "nobody met anybody: the test says nothing"


@pytest.mark.parametrize(("stop_at", "left"), [(22_000, 0), (10**9, 12_000)], ids=["before", "after"])
def test_killed_import_leaves_all_or_nothing(
    database: Database, database_url: str, register: Register, stop_at: int, left: int
) -> None:
    before = head_of(database)
    command = [sys.executable, "-m", "tests.store.database.workers", database_url, "12000", str(stop_at)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.kill()
    assert read_rows(database, register).height == left
    assert read_history(database).height == left
    assert read_batches(database).height == min(left, 1)
    assert (head_of(database) == before) == (left == 0)
    assert verify_history(database) == ()
    more = made_frame(10).with_columns(unit_code="new " + pl.col("unit_code"))
    assert insert_frame(database, register, head("import"), more).rows == 10
