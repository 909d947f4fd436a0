"""Steps: which there are from a state, and everything that stands against one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.register.made_registers import library

from dafeng.register.lifecycle import StepContext, check_step, list_steps

PLANTS = library().register("plants")
ROW: dict[str, Any] = {
    "state": "draft",
    "withdrawn": False,
    "coal": 5.0,
    "flag": None,
    "years": [{"year": 2024}],
}
SENT = {**ROW, "state": "sent"}
CITY = StepContext("wang", frozenset({"city"}))
OTHER, SAME = frozenset({"wang"}), frozenset({"li", "wang"})
REVIEWER = StepContext("li", frozenset({"reviewer"}), attachments=1, last_actors=OTHER, reason="缺附件")


def codes(step: str, row: dict[str, Any], context: StepContext) -> list[str]:
    found = check_step(PLANTS, step, row, context)
    for finding in found:
        assert finding.text("zh") != finding.text("en")
        assert "{" not in finding.text("zh") + finding.text("en")
    return [finding.code for finding in found]


def test_steps_out_of_a_state() -> None:
    assert [step.id for step in list_steps(PLANTS, "sent")] == ["finish", "return"]
    assert list_steps(PLANTS, "done") == ()


def test_nothing_stands_against_a_good_step() -> None:
    assert codes("send", ROW, CITY) == []
    assert codes("finish", SENT, REVIEWER) == []
    assert codes("return", SENT, REVIEWER) == []


@pytest.mark.parametrize(
    ("step", "changed", "context", "code"),
    [
        ("sent", {}, CITY, "register_step_unknown"),
        ("send", {"withdrawn": True}, CITY, "register_step_withdrawn"),
        ("send", {"state": "sent"}, CITY, "register_step_state"),
        ("send", {}, REVIEWER, "register_step_role"),
        ("send", {"years": []}, CITY, "register_step_requires"),
        ("send", {"years": None}, CITY, "register_step_requires"),
        ("send", {"coal": 0.0}, CITY, "register_step_condition"),
        ("finish", {"state": "sent"}, replace(REVIEWER, attachments=0), "register_step_evidence"),
        ("finish", {"state": "sent"}, replace(REVIEWER, last_actors=SAME), "register_step_same_person"),
        ("return", {"state": "sent"}, replace(REVIEWER, reason="  "), "register_step_reason"),
    ],
)
def test_what_stands_against_a_step(
    step: str, changed: dict[str, Any], context: StepContext, code: str
) -> None:
    assert codes(step, {**ROW, **changed}, context) == [code]


def test_all_of_it_is_told_at_once() -> None:
    found = codes("send", {**ROW, "state": "done", "coal": None}, REVIEWER)
    assert found == [
        "register_step_state", "register_step_role", "register_step_requires", "register_step_condition",
    ]  # fmt: skip


def test_what_is_missing_is_named() -> None:
    (found, _) = check_step(PLANTS, "send", {**ROW, "coal": None}, CITY)
    assert (found.place.column, "煤" in found.text("zh"), "Coal" in found.text("en")) == ("coal", True, True)


def test_a_condition_without_an_answer_does_not_hold() -> None:
    row = {**ROW, "coal": -1.0, "flag": None}
    assert codes("send", row, CITY) == ["register_step_condition"]
    assert codes("send", {**row, "flag": True}, CITY) == []
