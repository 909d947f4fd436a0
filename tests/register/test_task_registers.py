"""Registers of the task board: an example row in every state, rules that find, steps that hold.

All rows are fictional; they stand in ``rows/`` as those of the other registers do.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.pack import read_pack
from dafeng.register.alerts import list_alerts
from dafeng.register.compute import compute_formulas, compute_volatile
from dafeng.register.library import Library, read_library
from dafeng.register.lifecycle import StepContext, check_step
from dafeng.register.measures import Ground, measure_rows
from dafeng.register.schema import entered_schema, rows_frame
from dafeng.register.validate import RowPlaces, validate_rows

if TYPE_CHECKING:
    from dafeng.pack import Pack

ROWS = Path(__file__).parent / "rows"
REGISTERS = ("tasks", "issues", "self_assessments", "city_plan_reviews")
TODAY = date(2026, 11, 23)
NUMBERS = {"integer": int, "year": int, "number": float}


@cache
def the_pack() -> Pack:
    return read_pack("shanxi")


@cache
def library() -> Library:
    mine = {f"{name}.toml": the_pack().registers[f"{name}.toml"] for name in REGISTERS}
    return read_library(mine, the_pack().tables)


def typed(line: dict[str, str], fields: Any) -> dict[str, Any]:
    kinds = {field.id: field.kind for field in fields}
    return {
        name: (NUMBERS.get(kinds.get(name, ""), str)(value) if value else None)
        for name, value in line.items()
        if not name.startswith("parent.")
    }


def lines_of(name: str) -> list[dict[str, str]]:
    with (ROWS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def example_rows(register_id: str) -> pl.DataFrame:
    register = library().register(register_id)
    rows = {}
    for line in lines_of(f"{register_id}.csv"):
        key = tuple(line[name] for name in register.key)
        assert key not in rows
        rows[key] = typed(line, register.fields) | {child.id: [] for child in register.lists}
    for child in register.lists:
        for line in lines_of(f"{register_id}.{child.id}.csv"):
            parent = rows[tuple(line[f"parent.{name}"] for name in register.key)]
            parent[child.id].append(typed(line, child.fields))
    schema = entered_schema(register) | {name: pl.String() for name in ("state", "source", "grade")}
    frame = rows_frame(rows.values(), schema).with_columns(
        row_id=pl.int_range(pl.len()).cast(pl.String), version=pl.lit(1, dtype=pl.Int64),
        withdrawn=pl.lit(value=False), scope_region=pl.col(register.region),
        scope_agency=pl.col(register.agency) if register.agency else pl.lit(None, dtype=pl.String),
        changed_at=pl.lit("2026-11-01T09:00:00+08:00"),
    )  # fmt: skip
    return compute_formulas(
        register, library(), frame, {"tasks": frame} if register_id == "tasks" else linked()
    )


@cache
def linked() -> dict[str, pl.DataFrame]:
    return {"tasks": example_rows("tasks")}


def one(register_id: str, **wanted: str) -> dict[str, Any]:
    rows = [row for row in example_rows(register_id).to_dicts() if wanted.items() <= row.items()]
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize("register_id", REGISTERS)
def test_example_rows_stand_in_every_state_and_pass(register_id: str) -> None:
    register, rows = library().register(register_id), example_rows(register_id)
    assert {state.code for state in register.states} == set(rows["state"])
    found = validate_rows(register, library(), rows, linked(), RowPlaces(register_id), TODAY)
    assert [finding.text("en") for finding in found] == []


@pytest.mark.parametrize(
    ("register_id", "key", "changes", "marked"),
    [
        ("tasks", "EX-1", {"clause": "C9.9"}, "clause"),
        ("tasks", "EX-9", {"share_done": 60.0}, "share_done"),
        ("tasks", "EX-2", {"own_measure": "对企业停产"}, "own_measure"),
        ("issues", "EX-1-I1", {"resolved_on": "2026-04-01"}, "resolved_on"),
        ("issues", "EX-1-I1", {"task": "EX-77"}, "task"),
        ("self_assessments", "meteorology", {"own_total": 80.0}, "own_total"),
        ("city_plan_reviews", "140100", {"approved_on": "2023-06-01"}, "issued_on"),
        ("city_plan_reviews", "140100", {"peak_co2": 8000.0}, "peak_co2"),
    ],
)
def test_what_is_wrong_is_found(register_id: str, key: str, changes: dict[str, Any], marked: str) -> None:
    register, rows = library().register(register_id), example_rows(register_id)
    wanted = (pl.col(register.key[0]) == key) & (pl.col("state") != "returned")
    bad = rows.with_columns(
        pl.when(wanted).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in changes.items()
    )
    found = validate_rows(register, library(), bad, linked(), RowPlaces(register_id), TODAY)
    assert [finding.place.column for finding in found] == [marked]


def test_alerts_tell_what_is_overdue_and_what_is_major() -> None:
    tasks, issues = library().register("tasks"), library().register("issues")
    whole = compute_volatile(tasks, library(), example_rows("tasks"), linked(), TODAY)
    raised = list_alerts(tasks, library(), whole, TODAY, linked())
    late = raised.filter(pl.col("alert_id") == "overdue")["label"]
    assert sorted(label[:5] for label in late) == ["示例任务一", "示例任务七", "示例任务五"]
    found = compute_volatile(issues, library(), example_rows("issues"), linked(), TODAY)
    assert list_alerts(issues, library(), found, TODAY, linked())["label"].to_list() == ["示例问题一"]


def test_measures_count_tasks_of_the_province_and_of_each_city() -> None:
    tasks = library().register("tasks")
    ground = Ground(library(), the_pack().tables["regions"], "CN-SX", TODAY, linked())
    values, _ = measure_rows(tasks, example_rows("tasks"), ground)
    found = {(row["measure_id"], row["region"]): row["value"] for row in values.to_dicts()}
    assert found["tasks", "CN-SX"] == 9
    assert found["tasks", "140100"] == 2
    assert found["closed", "140100"] == 1
    assert found["blocked", "140200"] == 1


@pytest.mark.parametrize(
    ("register_id", "key", "step", "context", "refused"),
    [
        ("tasks", "EX-2", "submit", ("energy", {"agency"}, 0, "energy", None), "evidence"),
        ("tasks", "EX-2", "submit", ("energy", {"agency"}, 1, "energy", None), ""),
        ("tasks", "EX-6", "verify", ("weather", {"reviewer"}, 1, "weather", None), "same_person"),
        ("tasks", "EX-6", "verify", ("reviewer", {"reviewer"}, 1, "weather", None), ""),
        ("tasks", "EX-6", "return", ("reviewer", {"reviewer"}, 0, "weather", None), "reason"),
        ("tasks", "EX-2", "block", ("energy", {"agency"}, 0, "energy", None), "reason"),
        ("tasks", "EX-2", "suspend", ("office", {"lead_office"}, 0, "energy", "决定暂停"), "requires"),
        ("tasks", "EX-8", "resume", ("office", {"lead_office"}, 0, "energy", "决定恢复"), ""),
        ("tasks", "EX-1", "submit", ("energy", {"agency"}, 1, "energy", None), "state"),
        ("tasks", "EX-9", "close", ("city", {"city"}, 1, "reviewer", None), "role"),
        ("issues", "EX-5-I1", "to_group", ("office", {"lead_office"}, 0, "datong", "满 10 天"), ""),
        ("issues", "EX-5-I1", "to_group", ("datong", {"city"}, 0, "datong", "满 10 天"), "role"),
        ("issues", "EX-5-I1", "resolve", ("datong", {"city"}, 0, "datong", None), "requires"),
        ("self_assessments", "140100", "approve", ("approver", {"approver"}, 0, "x", None), "state"),
    ],
)
def test_steps_ask_for_evidence_reason_and_a_second_person(
    register_id: str, key: str, step: str, context: tuple[Any, ...], refused: str
) -> None:
    register = library().register(register_id)
    row = one(register_id, **{register.key[0]: key})
    actor, roles, files, last, reason = context
    found = check_step(register, step, row, StepContext(actor, frozenset(roles), files, last, reason))
    codes = [finding.code for finding in found]
    assert bool(codes) == bool(refused)
    assert not refused or f"register_step_{refused}" in codes
