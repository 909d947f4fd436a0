"""Bulk import: what is written is read back, history and all; or nothing is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.store.database.made_rows import head, made_frame, made_values
from tests.store.database.test_write_rows import codes

from dafeng.errors import Interrupted
from dafeng.register.changes import Change
from dafeng.register.replay import replay_history
from dafeng.register.schema import schema_of
from dafeng.store.database import (
    find_row,
    insert_frame,
    new_row_id,
    read_batches,
    read_history,
    read_rows,
    reverse_batch,
    verify_history,
    write_batch,
    write_rows,
)

if TYPE_CHECKING:
    from dafeng.register.model import Register
    from dafeng.store.database import Database

UGLY = "甲 \t\n\r\x01\x1f\x7f /\\'\",;|€😀 ＡＢ"


def test_rows_are_read_back_with_history(database: Database, register: Register) -> None:
    lines = pl.Series([[{"year": 2024, "output": 1.5}, {"year": 2025, "output": None}], [], None] * 5)
    frame = made_frame(15).with_columns(years=lines, remark=pl.Series(["", None, UGLY] * 5))
    told: list[tuple[int, int]] = []
    receipt = insert_frame(database, register, head("import"), frame, lambda *step: told.append(step))
    assert receipt.rows == 15
    assert told[-1] == (30, 30)
    rows = read_rows(database, register)
    assert rows.schema == pl.Schema(schema_of(register))
    assert_frame_equal(rows.select(frame.columns), frame)
    assert rows["row_id"].is_sorted()
    assert rows["scope_region"].equals(rows["county"].alias("scope_region"))
    history = read_history(database)
    assert history.height == 15
    assert history["change"].unique().to_list() == ["insert"]
    assert verify_history(database) == ()


def test_bulk_and_single_writes_are_the_same(database: Database, register: Register) -> None:
    values = [made_values(n, remark=UGLY, capacity=n / 7, is_open=n == 1, staff=n) for n in range(3)]
    write_batch(
        database,
        register,
        head("add"),
        [Change("insert", new_row_id(n + 1), 0, v) for n, v in enumerate(values)],
    )
    moved = [{**one, "unit_code": f"X-{n}"} for n, one in enumerate(values)]
    insert_frame(database, register, head("import"), pl.DataFrame(moved))
    rows = read_rows(database, register).drop("row_id", "unit_code")
    assert_frame_equal(rows.head(3), rows.tail(3))
    whole = pl.Struct(schema_of(register))
    texts = read_history(database)["after_json"].str.replace(r"[UX]-\d", "")
    events = texts.str.json_decode(whole).struct.unnest()
    assert_frame_equal(events.head(3), events.tail(3))


def test_a_repeated_import_writes_nothing(database: Database, register: Register) -> None:
    asked, frame = head("import"), made_frame(20)
    insert_frame(database, register, asked, frame)
    assert insert_frame(database, register, asked, frame).repeated
    other = frame.with_columns(staff=pl.lit(1))
    assert codes(lambda: insert_frame(database, register, asked, other)) == ["register_batch_repeated"]
    assert read_batches(database)["rows"].to_list() == [20]


def test_taken_keys_are_named_row_by_row(database: Database, register: Register) -> None:
    frame = made_frame(20).with_columns(retrofit=pl.lit("heating"))
    insert_frame(database, register, head("import"), frame.head(5))
    assert codes(lambda: insert_frame(database, register, head("import"), frame)) == ["row_key_taken"] * 5
    twice = pl.concat([frame.tail(2), frame.tail(2)])
    assert codes(lambda: insert_frame(database, register, head("import"), twice)) == ["row_key_taken"] * 2
    known = frame.tail(1).with_columns(row_id=read_rows(database, register)["row_id"].head(1))
    assert codes(lambda: insert_frame(database, register, head("import"), known)) == ["row_exists"]
    assert read_rows(database, register).height == 5


def test_what_no_column_holds_is_refused(database: Database, register: Register) -> None:
    frame = made_frame(2)
    for column, code in (
        (pl.lit(float("inf")).alias("capacity"), "row_value_unstorable"),
        (pl.lit("\x00").alias("remark"), "row_value_unstorable"),
        (pl.lit("nowhere").alias("state"), "row_step_forbidden"),
        (pl.lit("x").alias("unknown"), "row_field_unknown"),
    ):
        found = codes(
            lambda column=column: insert_frame(database, register, head(), frame.with_columns(column))
        )
        assert set(found) == {code}
    assert read_history(database).is_empty()


def test_an_interruption_leaves_nothing(database: Database, register: Register) -> None:
    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise Interrupted.of("interrupted")

    frame = made_frame(50)
    with pytest.raises(Interrupted):
        insert_frame(database, register, head("import"), frame, stop)
    assert read_rows(database, register).is_empty()
    assert read_history(database).is_empty()
    assert insert_frame(database, register, head("import"), frame).rows == 50


@pytest.mark.parametrize("many", [2, 1_000])
def test_new_and_changed_rows_are_one_batch(
    database: Database, register: Register, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_rows, "MANY", many)
    first = made_frame(6).with_columns(years=pl.lit([{"year": 2024, "output": 1.5}]))
    insert_frame(database, register, head("import"), first)
    rows = read_rows(database, register)
    changes = [
        Change("update", row["row_id"], 1, {"staff": n, "remark": None if n else '"a,\n', "years": []})
        for n, row in enumerate(rows.head(4).iter_rows(named=True))
    ]
    changes.append(Change("update", rows["row_id"][4], 1, {"unit_code": "moved"}))
    new = made_frame(9).tail(3)
    asked = head("import", at="2026-11-23T09:30:00+08:00")  # its rows come after the others
    assert insert_frame(database, register, asked, new, changes=changes).rows == 8
    assert insert_frame(database, register, asked, new, changes=changes).repeated
    after = read_rows(database, register)
    assert after["staff"].to_list()[:4] == [0, 1, 2, 3]
    assert after["remark"].to_list()[:4] == ['"a,\n', None, None, None]
    assert (after["unit_code"][4], after.height) == ("moved", 9)
    assert find_row(database, register, f"moved/{after['retrofit'][4]}") == after["row_id"][4]
    assert verify_history(database) == ()
    replayed = replay_history(register, read_history(database))
    assert replayed.select("row_id", "staff", "version").sort("row_id").equals(
        after.select("row_id", "staff", "version").sort("row_id")
    )  # fmt: skip
    reverse_batch(database, register, head("undo"), asked.batch_id)
    back = read_rows(database, register)
    assert back.select(first.columns).equals(rows.select(first.columns))
    assert back["version"].to_list() == [3] * 5 + [1]
    assert verify_history(database) == ()


def test_a_changed_row_gives_no_key_to_a_new_one(database: Database, register: Register) -> None:
    insert_frame(database, register, head("import"), made_frame(2))
    row = read_rows(database, register).row(0, named=True)
    new = made_frame(3).tail(1)
    change = Change("update", row["row_id"], 1, dict(new.select("unit_code", "retrofit").row(0, named=True)))
    told = codes(lambda: insert_frame(database, register, head("import"), new, changes=[change]))
    assert told == ["row_key_taken"]
    stale = Change("update", row["row_id"], 7, {"staff": 1})
    told = codes(lambda: insert_frame(database, register, head("import"), new, changes=[stale]))
    assert told == ["row_changed"]
    assert read_rows(database, register)["version"].to_list() == [1, 1]
    freed = Change("update", row["row_id"], 1, {"unit_code": "elsewhere"})
    taken = new.with_columns(unit_code=pl.lit(row["unit_code"]), retrofit=pl.lit(row["retrofit"]))
    assert insert_frame(database, register, head("import"), taken, changes=[freed]).rows == 2
