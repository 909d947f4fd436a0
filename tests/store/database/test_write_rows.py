"""One batch, one transaction: versions, keys, transitions, types; the same on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.store.database.made_rows import REGIONS, head, made_register, made_values

from dafeng.errors import InputRefused
from dafeng.register.changes import Change
from dafeng.store.database import (
    head_of,
    install_registers,
    new_row_id,
    read_batches,
    read_history,
    read_rows,
    verify_history,
    write_batch,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.register.model import Register
    from dafeng.store.database import Database

A, B = new_row_id(1), new_row_id(2)


def codes(act: Callable[[], Any]) -> list[str]:
    """Return the codes of what is refused; fail if nothing is."""
    with pytest.raises(InputRefused) as caught:
        act()
    for language in ("zh", "en"):
        assert caught.value.text(language)
    return [one.code for one in caught.value.findings]


def add(database: Database, register: Register) -> None:
    rows = [Change("insert", A, 0, made_values(1)), Change("insert", B, 0, made_values(2, county="140212"))]
    write_batch(database, register, head("add"), rows)


def test_an_insert_is_read_back_with_its_history(database: Database, register: Register) -> None:
    lines = [{"year": 2024, "output": 12}, {"year": 2025}]
    values = made_values(1, staff=7, is_open=True, profit=-0.5, years=lines, remark="引号\"'\\\n行")
    receipt = write_batch(database, register, head("add"), [Change("insert", A, 0, values, "under_way")])
    assert (receipt.rows, receipt.repeated) == (1, False)
    row = read_rows(database, register).row(0, named=True)
    assert {name: row[name] for name in values if name != "years"} == {
        name: value for name, value in values.items() if name != "years"
    }
    assert row["years"] == [{"year": 2024, "output": 12.0}, {"year": 2025, "output": None}]
    assert (row["version"], row["state"], row["withdrawn"]) == (1, "under_way", False)
    assert (row["scope_region"], row["scope_agency"]) == ("140105", "energy_bureau")
    assert row["created_by"] == row["changed_by"] == "li"
    event = read_history(database, register_id=register.id, row_id=A).row(0, named=True)
    assert json.loads(event["after_json"])["years"] == row["years"]
    assert (event["before_json"], event["state_before"], event["state_after"]) == (None, None, "under_way")


def test_an_update_tells_only_what_changed(database: Database, register: Register) -> None:
    add(database, register)
    write_batch(
        database, register, head(actor="wang"), [Change("update", A, 1, {"capacity": 350, "county": None})]
    )
    row = read_rows(database, register, row_ids=[A]).row(0, named=True)
    assert (row["capacity"], row["scope_region"], row["version"], row["changed_by"]) == (
        350.0,
        None,
        2,
        "wang",
    )
    event = read_history(database, row_id=A).row(1, named=True)
    assert json.loads(event["before_json"]) == {"capacity": 300.0, "county": "140105"}
    assert json.loads(event["after_json"]) == {"capacity": 350.0, "county": None}


def test_a_stale_writer_is_told_who_was_faster(database: Database, register: Register) -> None:
    add(database, register)
    write_batch(database, register, head(actor="wang"), [Change("update", A, 1, {"capacity": 350})])
    before = head_of(database)
    changes = [Change("update", B, 1, {"staff": 5}), Change("update", A, 1, {"capacity": 600})]
    with pytest.raises(InputRefused) as caught:
        write_batch(database, register, head(actor="zhao"), changes)
    (finding,) = caught.value.findings
    assert finding.code == "row_changed"
    told = {name: finding.params[name] for name in ("actor", "fields", "seen", "now", "row")}
    assert told == {"actor": "wang", "fields": "capacity", "seen": 1, "now": 2, "row": "机组 1"}
    assert head_of(database) == before
    assert read_rows(database, register)["staff"].to_list() == [None, None]


def test_a_repeated_call_writes_nothing(database: Database, register: Register) -> None:
    asked, changes = head("add"), [Change("insert", A, 0, made_values(1))]
    first = write_batch(database, register, asked, changes)
    again = write_batch(database, register, asked, changes)
    assert again == replace(first, repeated=True)
    assert read_batches(database).height == read_history(database).height == 1
    other = [Change("insert", A, 0, made_values(1, staff=3))]
    assert codes(lambda: write_batch(database, register, asked, other)) == ["register_batch_repeated"]
    late = replace(asked, reason="other head")
    assert codes(lambda: write_batch(database, register, late, changes)) == ["register_batch_repeated"]


def test_a_key_belongs_to_one_row_that_stands(database: Database, register: Register) -> None:
    add(database, register)
    third, keys = new_row_id(3), {"unit_code": "U-1"}
    twice = [Change("insert", third, 0, made_values(1))]
    assert codes(lambda: write_batch(database, register, head(), twice)) == ["row_key_taken"]
    assert codes(lambda: write_batch(database, register, head(), [Change("update", B, 1, keys)])) == [
        "row_key_taken"
    ]
    both = [Change("insert", third, 0, made_values(3)), Change("insert", new_row_id(4), 0, made_values(3))]
    assert codes(lambda: write_batch(database, register, head(), both)) == ["row_key_taken"]
    write_batch(database, register, head("withdraw"), [Change("withdraw", A, 1)])
    write_batch(database, register, head("add"), twice)
    assert codes(lambda: write_batch(database, register, head(), [Change("restore", A, 2)])) == [
        "row_key_taken"
    ]
    assert read_rows(database, register).height == 2
    assert read_rows(database, register, withdrawn=True).height == 3


def test_two_rows_swap_their_keys_in_one_batch(database: Database, register: Register) -> None:
    add(database, register)
    swap = [Change("update", A, 1, {"unit_code": "U-2"}), Change("update", B, 1, {"unit_code": "U-1"})]
    write_batch(database, register, head(), swap)
    assert read_rows(database, register)["unit_code"].to_list() == ["U-2", "U-1"]


def test_only_transitions_lead_from_state_to_state(database: Database, register: Register) -> None:
    add(database, register)

    def step(version: int, state: str) -> Callable[[], Any]:
        return lambda: write_batch(database, register, head("step"), [Change("step", A, version, {}, state)])

    assert codes(step(1, "done")) == ["row_step_forbidden"]
    assert codes(step(1, "nowhere")) == ["row_step_forbidden"]
    step(1, "under_way")()
    step(2, "cancelled")()
    assert codes(step(3, "planned")) == ["row_step_forbidden"]
    edit = [Change("update", A, 3, {"staff": 1})]
    assert codes(lambda: write_batch(database, register, head(), edit)) == ["row_final"]
    born = [Change("insert", new_row_id(5), 0, made_values(5), "nowhere")]
    assert codes(lambda: write_batch(database, register, head(), born)) == ["row_step_forbidden"]


def test_withdrawn_rows_are_restored_before_they_are_edited(database: Database, register: Register) -> None:
    add(database, register)
    assert codes(lambda: write_batch(database, register, head(), [Change("restore", A, 1)])) == ["row_stands"]
    write_batch(database, register, head("withdraw"), [Change("withdraw", A, 1)])
    for change in (
        Change("update", A, 2, {"staff": 1}),
        Change("withdraw", A, 2),
        Change("step", A, 2, {}, "under_way"),
    ):
        assert codes(lambda change=change: write_batch(database, register, head(), [change])) == [
            "row_withdrawn"
        ]
    write_batch(
        database, register, head("edit"), [Change("restore", A, 2), Change("update", A, 3, {"staff": 1})]
    )
    assert read_rows(database, register, row_ids=[A])["version"].to_list() == [4]


@pytest.mark.parametrize(
    "values",
    [
        {"staff": 1.5}, {"staff": True}, {"staff": 2**63}, {"capacity": float("nan")}, {"capacity": "300"},
        {"is_open": 1}, {"remark": "zero\x00byte"}, {"remark": "half \ud800"}, {"years": [{"year": "2024"}]},
        {"years": [{"unknown": 1}]}, {"years": {"year": 2024}},
    ],
)  # fmt: skip
def test_what_no_column_holds_is_refused(
    database: Database, register: Register, values: dict[str, Any]
) -> None:
    add(database, register)
    change = [Change("update", A, 1, values)]
    assert codes(lambda: write_batch(database, register, head(), change)) == ["row_value_unstorable"]
    assert verify_history(database) == ()


def test_unknown_rows_and_columns_are_refused(database: Database, register: Register) -> None:
    add(database, register)
    refused = {
        "row_field_unknown": Change("update", A, 1, {"changed_by": "me"}),
        "row_unknown": Change("update", "nobody", 1, {"staff": 1}),
        "row_exists": Change("insert", A, 0, made_values(9)),
    }
    for code, change in refused.items():
        assert codes(lambda change=change: write_batch(database, register, head(), [change])) == [code]


def test_registers_do_not_mix(database: Database, register: Register) -> None:
    other = made_register(id="other_units")
    install_registers(database, [register, other], REGIONS)
    add(database, register)
    write_batch(
        database,
        other,
        head("add", register_id=other.id),
        [Change("insert", new_row_id(9), 0, made_values(1))],
    )
    assert read_rows(database, other).height == 1
    assert read_history(database, register_id=other.id).height == 1
