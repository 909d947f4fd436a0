"""Undo by reversal: the rows are as before, history holds both, and an undo can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from polars.testing import assert_frame_equal
from tests.store.database.made_rows import head, made_frame, made_values
from tests.store.database.test_write_rows import codes

from dafeng.register.changes import Change
from dafeng.store.database import (
    insert_frame,
    new_row_id,
    preview_reversal,
    read_batches,
    read_history,
    read_rows,
    reverse_batch,
    verify_history,
    write_batch,
)

if TYPE_CHECKING:
    import polars as pl

    from dafeng.register.model import Register
    from dafeng.store.database import Database

A, B = new_row_id(1), new_row_id(2)
KEPT = ("version", "changed_at", "changed_by")


def content(database: Database, register: Register, *, withdrawn: bool = False) -> pl.DataFrame:
    return read_rows(database, register, withdrawn=withdrawn).drop(KEPT)


@pytest.fixture
def batches(database: Database, register: Register) -> list[str]:
    """Write two rows, then change both in every way; return the ids of the batches."""
    first, second = head("add"), head("correct")
    write_batch(
        database,
        register,
        first,
        [Change("insert", A, 0, made_values(1)), Change("insert", B, 0, made_values(2))],
    )
    changes = [
        Change("update", A, 1, {"capacity": 350, "county": "140212", "years": [{"year": 2024}]}),
        Change("step", A, 2, {"accepted_on": "2026-01-01"}, "under_way"),
        Change("step", A, 3, {}, "cancelled"),
        Change("withdraw", B, 1),
    ]
    write_batch(database, register, second, changes)
    return [first.batch_id, second.batch_id]


def test_rows_are_as_before_and_as_after(database: Database, register: Register, batches: list[str]) -> None:
    after = content(database, register, withdrawn=True)
    undo = head("undo")
    plan = preview_reversal(database, register, batches[1])
    assert plan.findings == ()
    assert [one.kind for one in plan.changes] == ["restore", "step", "step", "update"]
    assert content(database, register, withdrawn=True).equals(after), "a preview writes nothing"
    assert reverse_batch(database, register, undo, batches[1]).rows == 2
    rows = read_rows(database, register)
    assert rows["state"].to_list() == ["planned", "planned"]
    assert (
        rows.select("capacity", "county", "scope_region", "accepted_on", "years").rows()
        == [(300.0, "140105", "140105", None, None)] * 2
    )
    assert rows["version"].to_list() == [7, 3]
    redo = head("undo")
    reverse_batch(database, register, redo, undo.batch_id)
    assert_frame_equal(content(database, register, withdrawn=True), after)
    assert read_batches(database)["reverses"].to_list() == [undo.batch_id, batches[1], None, None]
    assert read_history(database).height == 2 + 4 + 4 + 4
    assert verify_history(database) == ()


def test_an_import_is_withdrawn_and_comes_back(database: Database, register: Register) -> None:
    bulk, undo = head("import"), head("undo")
    insert_frame(database, register, bulk, made_frame(300))
    before = content(database, register)
    assert reverse_batch(database, register, undo, bulk.batch_id).rows == 300
    assert read_rows(database, register).is_empty()
    insert_frame(database, register, head("import"), made_frame(300).head(0))
    reverse_batch(database, register, head("undo"), undo.batch_id)
    assert_frame_equal(content(database, register), before)


def test_rows_that_changed_later_stand_in_the_way(
    database: Database, register: Register, batches: list[str]
) -> None:
    more = head("edit", actor="wang")
    write_batch(database, register, more, [Change("restore", B, 2), Change("update", B, 3, {"staff": 1})])
    before = content(database, register, withdrawn=True)
    plan = preview_reversal(database, register, batches[1])
    assert [(one.code, one.params["actor"], one.params["batch"]) for one in plan.findings] == [
        ("row_changed_later", "wang", more.batch_id)
    ]
    assert {one.row_id for one in plan.changes} == {A}
    refused = codes(lambda: reverse_batch(database, register, head("undo"), batches[1]))
    assert refused == ["row_changed_later"]
    assert content(database, register, withdrawn=True).equals(before)
    reverse_batch(database, register, head("undo"), more.batch_id)
    undo = head("undo")
    first = reverse_batch(database, register, undo, batches[1])  # what was undone stands in nobody's way
    assert reverse_batch(database, register, undo, batches[1]).repeated
    assert first.rows == 2
    reverse_batch(database, register, head("undo"), undo.batch_id)
    reverse_batch(database, register, head("undo"), batches[1])
    assert read_rows(database, register)["state"].to_list() == ["planned", "planned"]


def test_what_cannot_be_reversed(database: Database, register: Register, batches: list[str]) -> None:
    assert codes(lambda: preview_reversal(database, register, "nothing")) == ["register_batch_unknown"]
    reverse_batch(database, register, head("undo"), batches[1])
    again = codes(lambda: reverse_batch(database, register, head("undo"), batches[1]))
    assert again == ["register_batch_reversed"]
    empty = head("edit")
    write_batch(database, register, empty, [])
    assert codes(lambda: preview_reversal(database, register, empty.batch_id)) == ["register_batch_empty"]
