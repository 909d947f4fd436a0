"""The record of a notice: what may follow, what must be given, what is overdue."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from dafeng.cities.contracts import FollowUps
from dafeng.cities.follow_up import (
    NoticeStep,
    check_history,
    list_next_states,
    list_standing,
    record_step,
    start_notice,
)
from dafeng.errors import InputRefused
from dafeng.table import empty_table

FIRST = {
    "notice_id": "n1", "recorded_on": "2026-01-10", "recorded_by": "甲", "kind": "reminder",
    "subject_id": "drc", "target_ids": "T1;T2",
}  # fmt: skip


def history() -> pl.DataFrame:
    return start_notice(empty_table(FollowUps), FIRST)


def step(state: str, day: str = "2026-01-20", **given: Any) -> NoticeStep:
    return NoticeStep("n1", state, date.fromisoformat(day), given.pop("by", "乙"), **given)


def issued() -> pl.DataFrame:
    return record_step(history(), step("issued", due_on="2026-02-10", document_number="示例〔2026〕1号"))


def codes(error: pytest.ExceptionInfo[InputRefused]) -> set[str]:
    return {finding.code for finding in error.value.findings}


def test_a_notice_goes_its_way_and_keeps_every_step() -> None:
    made = record_step(issued(), step("answered", "2026-02-05"))
    made = record_step(made, step("measures_agreed", "2026-02-20", text="示例措施", due_on="2026-06-30"))
    made = record_step(made, step("closed", "2026-06-15"))
    assert made["state"].to_list() == ["drafted", "issued", "answered", "measures_agreed", "closed"]
    assert made["step"].to_list() == [1, 2, 3, 4, 5]
    assert set(made["target_ids"]) == {"T1;T2"}
    assert check_history(made) == []
    assert list_next_states("reminder", "closed") == {}


@pytest.mark.parametrize("state", ["answered", "measures_agreed", "closed", "drafted"])
def test_a_draft_must_be_issued_first(state: str) -> None:
    with pytest.raises(InputRefused) as error:
        record_step(history(), step(state, text="x"))
    assert codes(error) == {"notice_step_forbidden"}
    assert "issued" in error.value.text("en")


def test_issuing_needs_a_number_and_a_day_for_the_answer() -> None:
    with pytest.raises(InputRefused) as error:
        record_step(history(), step("issued", by=" "))
    assert [f.params["field"] for f in error.value.findings] == ["document_number", "due_on", "recorded_by"]
    circular = start_notice(empty_table(FollowUps), FIRST | {"kind": "circular"})
    assert record_step(circular, step("issued", document_number="示例1号")).height == 2
    assert "closed" in list_next_states("circular", "issued")
    assert "closed" not in list_next_states("reminder", "issued")


def test_days_go_forward() -> None:
    with pytest.raises(InputRefused) as error:
        record_step(history(), step("issued", "2026-01-01", document_number="1", due_on="2025-12-31"))
    assert codes(error) == {"notice_before_last", "notice_due_past"}


def test_an_unknown_notice_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputRefused) as error:
        record_step(history(), NoticeStep("n2", "issued", date(2026, 1, 20), "乙"))
    assert "n1" in error.value.text("en")


def test_a_second_draft_changes_nothing() -> None:
    assert start_notice(history(), FIRST | {"recorded_by": "丙"}).equals(history())


def test_a_draft_made_again_over_other_targets_is_a_further_row() -> None:
    again = start_notice(history(), FIRST | {"target_ids": "T9"})
    assert again["step"].to_list() == [1, 2]
    assert again["target_ids"].to_list() == [FIRST["target_ids"], "T9"]
    assert check_history(again) == []
    assert list_standing(again, date(2026, 12, 1))["target_ids"].to_list() == ["T9"]
    second = pl.when(pl.col("step") == 2)
    moved = again.with_columns(subject_id=second.then(pl.lit("x")).otherwise("subject_id"))
    assert [found.code for found in check_history(moved)] == ["notice_changed"]


def test_what_people_have_gone_on_with_is_not_drafted_again() -> None:
    assert start_notice(issued(), FIRST | {"target_ids": "T9"}).equals(issued())


def test_overdue_is_told_by_the_day() -> None:
    def overdue(made: pl.DataFrame, day: str) -> list[int | None]:
        return list_standing(made, date.fromisoformat(day))["overdue_days"].to_list()

    assert overdue(issued(), "2026-02-10") == [None]
    assert overdue(issued(), "2026-02-13") == [3]
    answered = record_step(issued(), step("answered", "2026-02-20"))
    assert overdue(answered, "2026-03-01") == [None]
    agreed = record_step(answered, step("measures_agreed", "2026-03-01", text="x", due_on="2026-05-01"))
    assert overdue(agreed, "2026-05-03") == [2]
    assert overdue(agreed, "2026-02-13") == [3]  # on that day the answer had not come
    undated = record_step(answered, step("measures_agreed", "2026-03-01", text="x"))
    assert overdue(undated, "2026-12-31") == [None]


def test_an_edited_record_is_found_row_by_row() -> None:
    made = record_step(issued(), step("answered", "2026-02-05"))
    gone = made.filter(pl.col("step") != 2)
    assert [(f.code, f.place.row) for f in check_history(gone)] == [
        ("notice_step_number", 3), ("notice_step_forbidden", 3),
    ]  # fmt: skip
    other = made.with_columns(
        subject_id=pl.when(pl.col("step") == 3).then(pl.lit("x")).otherwise("subject_id")
    )
    assert [f.code for f in check_history(other)] == ["notice_changed"]
    assert [f.code for f in check_history(made.slice(1))] == ["notice_step_number", "notice_step_forbidden"]
