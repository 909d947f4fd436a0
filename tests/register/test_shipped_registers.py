"""Every register of the built-in pack, held against example rows (see :mod:`tests.register.example_rows`)."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.register.alerts import list_alerts
from dafeng.register.compute import evaluate
from dafeng.register.lifecycle import StepContext, check_step

from .example_rows import (
    TODAY,
    check_rows,
    compute_rows,
    computed,
    entered,
    library,
    linked_rows,
    measured,
    registers,
    worked_out,
    worked_out_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.register.model import Register, Transition

every_register = pytest.mark.parametrize("register_id", registers())


def same(got: Any, wanted: str) -> bool:
    if got is None or isinstance(got, str):
        return got == wanted
    if isinstance(got, bool):
        return str(got).lower() == wanted.lower()
    return math.isclose(got, float(wanted), rel_tol=1e-9, abs_tol=1e-9)


def test_every_register_has_example_rows() -> None:
    assert set(registers()) == set(library().registers)


@every_register
def test_example_rows_are_good_and_stand_in_every_state(register_id: str) -> None:
    register = library().register(register_id)
    rows = entered(register_id).values()
    assert [f.text("en") for f in check_rows(register, rows) if f.severity == "error"] == []
    assert {row["state"] for row in rows} == {state.code for state in register.states}


@every_register
def test_formulas_give_what_was_worked_out(register_id: str) -> None:
    """And no formula stands in a register whose value nobody has worked out."""
    register, frame = library().register(register_id), computed(register_id)
    keys = list(entered(register_id))
    lines = worked_out_of("expected", register_id)
    found = [(line, frame[line["formula"]][keys.index(line["key"])]) for line in lines]
    assert [(line, got) for line, got in found if not same(got, line["value"])] == []
    assert {formula.id for formula in register.formulas} - {line["formula"] for line in lines} == set()


@every_register
def test_measures_give_what_was_worked_out(register_id: str) -> None:
    """And no measure stands in a register whose value nobody has worked out."""
    register, (values, behind) = library().register(register_id), measured(register_id)
    cells = {(row["measure_id"], row["region"], str(row["year"])): row["value"] for row in values.to_dicts()}
    lines = worked_out_of("expected_measures", register_id)
    found = [(line, cells.get((line["measure"], line["region"], line["year"]))) for line in lines]
    assert [(line, got) for line, got in found if not same(got, line["value"])] == []
    assert {measure.id for measure in register.measures} - {line["measure"] for line in lines} == set()
    assert set(behind["measure_id"]) <= set(values["measure_id"])


@every_register
def test_bad_rows_are_found_in_their_cell(register_id: str) -> None:
    """A row that breaks an error is refused; a warning is told; both name the cell. Every rule is broken."""
    register, rows = library().register(register_id), entered(register_id)
    lines = worked_out_of("bad", register_id)
    found = check_rows(register, [{**rows[line["key"]], **json.loads(line["changes"])} for line in lines])
    told = {(finding.place.row, finding.code, finding.place.column) for finding in found}
    wanted = [(at, line["code"], line["place"]) for at, line in enumerate(lines)]
    assert [lines[place[0]] for place in wanted if place not in told] == []
    assert all(finding.text("zh") and finding.text("en") for finding in found)
    broken = {finding.params["rule"] for finding in found if finding.code == "row_rule"}
    assert {rule.id for rule in register.rules} - broken == set()
    assert lines


@cache
def judged(register_id: str) -> frozenset[str]:
    """Return the rules that some example row fulfils: a rule that is always missing judges nothing."""
    register, frame = library().register(register_id), computed(register_id)
    found = set()
    for rule in register.rules:
        good = evaluate(rule.expr, register, library(), frame, linked_rows(), TODAY)
        if rule.states:
            good = good & frame["state"].is_in(list(rule.states))
        if good.any():
            found.add(rule.id)
    return frozenset(found)


@every_register
def test_every_rule_judges_some_example_row(register_id: str) -> None:
    assert {rule.id for rule in library().register(register_id).rules} - judged(register_id) == set()


def test_alerts_come_up_on_the_day() -> None:
    """Of all example rows exactly these call for somebody on the day."""
    raised = [
        list_alerts(library().register(name), library(), computed(name), TODAY, linked_rows())
        for name in registers()
    ]
    got = pl.concat(raised).select("register_id", "alert_id", "label").rows()
    assert sorted(got) == sorted(tuple(line.values()) for line in worked_out("alerts"))


def test_every_alert_comes_up_somewhere() -> None:
    """Alerts that no example row raises by itself come up after a change that should raise them."""
    raised = {(line["register"], line["alert"]) for line in worked_out("alerts")}
    for line in worked_out("woken_alerts"):
        register = library().register(line["register"])
        row = {**entered(register.id)[line["key"]], **json.loads(line["changes"])}
        frame = compute_rows(register, [row])
        found = list_alerts(register, library(), frame, TODAY, linked_rows())
        assert line["alert"] in set(found["alert_id"]), line
        raised.add((register.id, line["alert"]))
    assert raised == {(name, alert.id) for name in registers() for alert in library().register(name).alerts}


def is_open(register: Register, step: Transition, source: str, row: Mapping[str, Any]) -> bool:
    """Return whether a step may be taken by one of its roles with everything there."""
    context = StepContext(
        "second", frozenset(step.roles), 1, "first", "示例理由", TODAY, library(), linked_rows()
    )
    return check_step(register, step.id, {**row, "state": source}, context) == []


@every_register
def test_every_step_can_be_taken_and_is_kept_from_others(register_id: str) -> None:
    register = library().register(register_id)
    filled = [{n: v for n, v in row.items() if v is not None} for row in entered(register_id).values()]
    some = {name: value for row in filled for name, value in row.items()}
    full = [{**some, **row} for row in filled]
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


@every_register
def test_states_are_reached_and_returns_have_a_reason(register_id: str) -> None:
    register = library().register(register_id)
    reached = {register.first_state} | {step.target for step in register.transitions}
    assert reached == {state.code for state in register.states}
    assert all(step.reason for step in register.transitions if step.id.startswith("return"))
    assert register.form.number == ""  # none is published: forms for outsiders cannot be sent yet


@every_register
def test_single_firms_stay_behind_the_restricted_right(register_id: str) -> None:
    """Readers see rows only; firms see their own; cities and counties write in their own region."""
    for grant in library().register(register_id).access:
        writes = {"add", "edit", "import", "correct", "withdraw"} & set(grant.actions)
        if grant.role == "reader":
            assert set(grant.actions) == {"see"}
        if grant.role == "enterprise" and writes:
            assert grant.rows == "own"
        if grant.role in {"city", "county"} and writes:
            assert grant.region == "own"
