"""Registers of parks, buildings, transport, circular economy, land, firms' plans and law: example rows.

All rows are fictional. ``rows/<register>.csv`` holds rows in every state, ``rows/<register>.<list>.csv``
the lines of its lists (``parent.<key>`` names the row); ``expected_f.csv`` and ``expected_measures_f.csv``
hold values that follow from the sums of the column ``how``, ``bad_f.csv`` changes that must be found,
``alerts_f.csv`` who is called on the day, ``woken_alerts_f.csv`` changes that raise the other alerts.
"""

from __future__ import annotations

import csv
import json
import math
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
    from collections.abc import Iterable, Mapping

    from dafeng.errors import Finding
    from dafeng.register.fields import RegisterField
    from dafeng.register.model import Register, Transition

ROWS = Path(__file__).parent / "rows"
TODAY = date(2026, 11, 23)
REGISTERS = (
    "bad_cases", "building_energy", "building_pilots", "buildings", "charging_balance", "charging_stations",
    "climate_finance", "demolition", "export_footprints", "firm_plans", "forest_disturbances", "forest_offsets", "freight_flows",
    "green_products", "green_supply_chains", "heat_metering", "inclusive_carbon", "inspection_evidence",
    "land_limits", "park_eia", "park_flows", "park_plans", "parks", "peak_pilots", "public_building_quotas",
    "recycling_sites", "regulations", "state_firm_peak_plans", "straw_resources", "technology_assessments",
    "waste_collection",
)  # fmt: skip


def lines_of(name: str) -> list[dict[str, str]]:
    with (ROWS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_register(name: str, register_id: str) -> list[dict[str, str]]:
    return [line for line in lines_of(name) if line["register"] == register_id]


def same(got: Any, wanted: str) -> bool:
    if got is None or isinstance(got, bool):
        return str(got) == wanted
    return math.isclose(got, float(wanted), rel_tol=1e-9, abs_tol=1e-9)


def typed(text: str | None, field: RegisterField | None) -> Any:
    if not text:
        return None
    if field is None or field.kind not in {"integer", "year", "number", "boolean"}:
        return text
    if field.kind == "boolean":
        return {"true": True, "false": False}[text]
    return float(text) if field.kind == "number" else int(text)


def key_of(register: Register, row: Mapping[str, Any]) -> str:
    return "/".join(str(row[name]) for name in register.key)


def typed_row(register: Register, line: Mapping[str, str]) -> dict[str, Any]:
    fields = {field.id: field for field in register.asked}
    return {name: typed(value, fields.get(name)) for name, value in line.items()}


@cache
def regions() -> pl.DataFrame:
    return read_pack("shanxi").tables["regions"]


@cache
def library() -> Library:
    pack = read_pack("shanxi")
    return read_library(pack.registers, pack.tables)


@cache
def entered(register_id: str) -> tuple[dict[str, Any], ...]:
    """Return the example rows of a register with their lists."""
    register = library().register(register_id)
    files = ["firms_f.csv"] if register_id == "firms" else [f"{register_id}.csv"]
    rows = [typed_row(register, line) for name in files for line in lines_of(name)]
    by_key = {key_of(register, row): row for row in rows}
    for child in register.lists:
        fields = {field.id: field for field in child.fields}
        for line in lines_of(f"{register_id}.{child.id}.csv"):
            parent = by_key["/".join(line[f"parent.{name}"] for name in register.key)]
            values = {name: typed(line[name], field) for name, field in fields.items()}
            parent.setdefault(child.id, []).append(values)
    return tuple(rows)


def frame_of_rows(register: Register, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    schema = entered_schema(register) | {name: pl.String() for name in ("state", "source", "grade")}
    frame = rows_frame(rows, schema)
    scope = register.region or None
    return frame.with_columns(
        pl.int_range(pl.len()).cast(pl.String).alias("row_id"),
        pl.lit(1, dtype=pl.Int64).alias("version"),
        pl.lit(value=False).alias("withdrawn"),
        (pl.col(scope) if scope else pl.lit(None, dtype=pl.String)).alias("scope_region"),
        pl.lit("2026-11-01T09:00:00+08:00").alias("changed_at"),
        (pl.col(register.agency) if register.agency else pl.lit(None, dtype=pl.String)).alias("scope_agency"),
    )


@cache
def linked_rows() -> dict[str, pl.DataFrame]:
    """Return the rows that links may point to."""
    targets = {field.link for name in REGISTERS for field in library().register(name).fields if field.link}
    found = {}
    for name in sorted(targets):
        register = library().register(name)
        found[name] = compute_formulas(register, library(), frame_of_rows(register, entered(name)))
    return found


@cache
def computed(register_id: str) -> pl.DataFrame:
    register = library().register(register_id)
    frame = compute_formulas(register, library(), frame_of_rows(register, entered(register_id)))
    return compute_volatile(register, library(), frame, linked_rows(), TODAY)


@cache
def measured(register_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    ground = Ground(library(), regions(), "CN-SX", TODAY, linked_rows())
    return measure_rows(library().register(register_id), computed(register_id), ground)


def check_rows(register: Register, rows: Iterable[Mapping[str, Any]]) -> list[Finding]:
    frame = frame_of_rows(register, rows)
    return validate_rows(register, library(), frame, linked_rows(), RowPlaces(register.id), TODAY)


@pytest.mark.parametrize("register_id", REGISTERS)
def test_example_rows_are_good_and_stand_in_every_state(register_id: str) -> None:
    register = library().register(register_id)
    rows = entered(register_id)
    found = [finding.text("en") for finding in check_rows(register, rows) if finding.severity == "error"]
    assert found == []
    assert {row["state"] for row in rows} == {state.code for state in register.states}
    assert len({key_of(register, row) for row in rows}) == len(rows)


@pytest.mark.parametrize("register_id", REGISTERS)
def test_every_formula_gives_a_value_for_some_row(register_id: str) -> None:
    register = library().register(register_id)
    frame = computed(register_id)
    assert [f.id for f in register.formulas if frame[f.id].null_count() == frame.height] == []


@pytest.mark.parametrize("register_id", REGISTERS)
def test_every_measure_gives_a_value_with_the_rows_behind_it(register_id: str) -> None:
    register = library().register(register_id)
    values, behind = measured(register_id)
    known = values.filter(pl.col("value").is_not_null())
    assert [m.id for m in register.measures if m.id not in set(known["measure_id"])] == []
    assert set(behind["measure_id"]) <= {m.id for m in register.measures}


@pytest.mark.parametrize("register_id", REGISTERS)
def test_every_formula_and_measure_is_expected_somewhere(register_id: str) -> None:
    """No figure stands in a register file whose value nobody has worked out by hand."""
    register = library().register(register_id)
    formulas = {line["formula"] for line in of_register("expected_f.csv", register_id)}
    assert [f.id for f in register.formulas if f.id not in formulas] == []
    worked = {line["measure"] for line in of_register("expected_measures_f.csv", register_id)}
    assert [m.id for m in register.measures if m.id not in worked] == []


@pytest.mark.parametrize("register_id", REGISTERS)
def test_formulas_give_what_was_worked_out(register_id: str) -> None:
    register = library().register(register_id)
    keys = [key_of(register, row) for row in entered(register_id)]
    wrong = []
    for line in of_register("expected_f.csv", register_id):
        got = computed(register_id)[line["formula"]][keys.index(line["key"])]
        if not same(got, line["value"]):
            wrong.append((line["key"], line["formula"], got, line["how"]))
    assert wrong == []


@pytest.mark.parametrize("register_id", REGISTERS)
def test_measures_give_what_was_worked_out(register_id: str) -> None:
    values, _ = measured(register_id)
    cells = {(row["measure_id"], row["region"], str(row["year"])): row["value"] for row in values.to_dicts()}
    wrong = []
    for line in of_register("expected_measures_f.csv", register_id):
        got = cells.get((line["measure"], line["region"], line["year"]))
        if not same(got, line["value"]):
            wrong.append((line["measure"], line["region"], line["year"], got, line["how"]))
    assert wrong == []


@pytest.mark.parametrize("register_id", REGISTERS)
def test_bad_rows_are_found_in_their_cell(register_id: str) -> None:
    register = library().register(register_id)
    rows = {key_of(register, row): row for row in entered(register_id)}
    lines = of_register("bad_f.csv", register_id)
    missed, broken = [], set()
    for line in lines:
        found = check_rows(register, [{**rows[line["key"]], **json.loads(line["changes"])}])
        told = {(f.code, f.place.column, f.params.get("rule", "")) for f in found}
        broken |= {rule for _, _, rule in told}
        hit = {(code, place, rule if line["rule"] else "") for code, place, rule in told}
        if (line["code"], line["place"], line["rule"]) not in hit:
            missed.append((line["key"], line["changes"], line["code"], told))
        assert all(finding.text("zh") and finding.text("en") for finding in found)
    assert missed == []
    assert {rule.id for rule in register.rules} <= broken, "a rule that no bad row breaks"


def test_alerts_come_up_on_the_day() -> None:
    """Of all example rows exactly these call for somebody on the day."""
    raised = [
        list_alerts(library().register(name), library(), computed(name), TODAY, linked_rows())
        for name in REGISTERS
    ]
    got = pl.concat(raised).select("register_id", "alert_id", "label").rows()
    assert sorted(got) == sorted(tuple(line.values()) for line in lines_of("alerts_f.csv"))


def test_every_alert_comes_up_somewhere() -> None:
    """Alerts that no example row raises by itself come up after the change that should raise them."""
    raised = {(line["register"], line["alert"]) for line in lines_of("alerts_f.csv")}
    for line in lines_of("woken_alerts_f.csv"):
        register = library().register(line["register"])
        (row,) = [row for row in entered(register.id) if key_of(register, row) == line["key"]]
        frame = frame_of_rows(register, [{**row, **json.loads(line["changes"])}])
        frame = compute_volatile(
            register, library(), compute_formulas(register, library(), frame), linked_rows(), TODAY
        )
        found = list_alerts(register, library(), frame, TODAY, linked_rows())
        assert line["alert"] in set(found["alert_id"]), line
        raised.add((register.id, line["alert"]))
    assert raised == {(name, alert.id) for name in REGISTERS for alert in library().register(name).alerts}


def is_open(register: Register, step: Transition, source: str, row: Mapping[str, Any]) -> bool:
    """Return whether a step may be taken by one of its roles with everything there."""
    context = StepContext(
        "second", frozenset(step.roles), 1, "first", "示例理由", TODAY, library(), linked_rows()
    )
    return check_step(register, step.id, {**row, "state": source}, context) == []


@pytest.mark.parametrize("register_id", REGISTERS)
def test_every_step_can_be_taken_and_is_kept_from_others(register_id: str) -> None:
    register = library().register(register_id)
    rows = entered(register_id)
    some = {name: value for row in rows for name, value in row.items() if value is not None}
    full = [{**some, **{name: value for name, value in row.items() if value is not None}} for row in rows]
    for step in register.transitions:
        for source in step.sources:
            assert any(is_open(register, step, source, row) for row in full), (step.id, source)
        row = {**full[0], "state": step.sources[0]}
        alone = StepContext("first", frozenset({"reader"}), 0, "first", None, TODAY, library(), linked_rows())
        codes = {finding.code for finding in check_step(register, step.id, row, alone)}
        assert "register_step_role" in codes
        assert ("register_step_same_person" in codes) == step.other_person
        assert ("register_step_evidence" in codes) == step.evidence
        assert ("register_step_reason" in codes) == step.reason


@pytest.mark.parametrize("register_id", REGISTERS)
def test_review_is_by_a_second_person_and_returns_have_a_reason(register_id: str) -> None:
    register = library().register(register_id)
    back = [step for step in register.transitions if step.id.startswith("return")]
    assert back
    assert all(step.reason for step in back)
    assert any(step.other_person for step in register.transitions)
    reached = {register.first_state} | {step.target for step in register.transitions}
    assert reached == {state.code for state in register.states}
    assert register.form.number == ""


@pytest.mark.parametrize("register_id", REGISTERS)
def test_cities_and_firms_stay_with_their_own(register_id: str) -> None:
    register = library().register(register_id)
    for grant in register.access:
        if grant.role in {"city", "county"}:
            assert grant.region == "own"
        if grant.role == "enterprise":
            assert grant.rows == "own"
        if grant.role == "agency" and "edit" in grant.actions:
            assert grant.agency == "own"
        if grant.role == "reader":
            assert set(grant.actions) == {"see"}
