"""The record of appeals: only added to, readable as of any day."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from dafeng.cities.appeals import append_appeals, check_appeals, known_appeals, latest_appeals
from dafeng.errors import InputRefused
from dafeng.table import frame_of

from .made_evaluation import Appeals, appeal

RECORD = frame_of([appeal("pending")], Appeals)
DECIDED = frame_of([appeal("pending"), appeal("upheld", 48.0)], Appeals)


def decision_on(day: date) -> list[str]:
    return known_appeals(DECIDED, day)["decision"].to_list()


def test_the_state_on_a_day() -> None:
    assert decision_on(date(2026, 3, 31)) == []
    assert decision_on(date(2026, 5, 31)) == ["pending"]
    assert decision_on(date(2026, 6, 1)) == ["upheld"]


def test_a_decision_of_later_hides_its_points() -> None:
    only = frame_of([appeal("upheld", 48.0)], Appeals)
    early = known_appeals(only, date(2026, 5, 1)).row(0, named=True)
    assert (early["decision"], early["points"], early["decided_on"]) == ("pending", None, None)


def test_rows_are_added_and_never_changed() -> None:
    longer = append_appeals(RECORD, frame_of([appeal("upheld", 48.0)], Appeals))
    assert longer.head(1).equals(RECORD)
    assert longer.height == 2


@pytest.mark.parametrize(("added", "code"), [
    (appeal("pending", claim_zh="改写"), "appeal_overwritten"),
    (appeal("upheld", 50.0), "appeal_overwritten"),
    (appeal("rejected"), "appeal_closed"),
])  # fmt: skip
def test_what_is_on_record_cannot_be_overwritten(added: dict[str, object], code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        append_appeals(DECIDED, frame_of([added], Appeals), "appeals.csv")
    assert [f.code for f in refused.value.findings] == [code]


@pytest.mark.parametrize(("rows", "code"), [
    ([appeal("pending", decided_on="2026-05-01")], "appeal_pending_dated"),
    ([appeal("upheld", 40.0, decided_on=None)], "appeal_undated"),
    ([appeal("upheld", 40.0, decided_on="2026-03-01")], "appeal_before"),
    ([appeal("upheld", None)], "cell_empty"),
    ([appeal("rejected", 40.0)], "appeal_points_unused"),
    ([appeal("upheld", 40.0), appeal("rejected")], "appeal_decided_twice"),
])  # fmt: skip
def test_defects_are_told_at_their_row(rows: list[dict[str, object]], code: str) -> None:
    frame = frame_of(rows, Appeals)
    numbers = pl.Series(range(2, 2 + len(rows)))
    found = list(check_appeals(frame, numbers, {"other_parts": 50.0}, "appeals.csv"))
    assert [(f.code, f.place.row) for f in found] == [(code, 1 + len(rows))]


def test_a_sound_record_has_no_findings() -> None:
    assert list(check_appeals(DECIDED, pl.Series([2, 3]), {"other_parts": 50.0}, "appeals.csv")) == []


def test_the_newest_appeal_and_the_newest_success_are_told_apart() -> None:
    rows = [appeal("upheld", 48.0), appeal("rejected", filed_on="2026-06-15", decided_on="2026-06-20")]
    found = latest_appeals(known_appeals(frame_of(rows, Appeals), date(2026, 7, 1)))
    row = found["a", 2025, "other_parts"]
    assert (row["decision"], row["upheld"]["points"]) == ("rejected", 48.0)
