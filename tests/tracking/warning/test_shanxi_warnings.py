"""Replay on real outcomes: a target that was met stays out of red, one that was missed turns red in time.

New and clean energy reached 55.1 % of capacity at the end of 2025 (goal 50 %), advanced coal capacity 84 %
(goal about 95 %): government work report of 2026, as recorded in the pack.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dafeng import terms
from dafeng.tracking import known_observations

from .conftest import replay

if TYPE_CHECKING:
    from dafeng.pack import Pack

MET, MISSED = "T1.2a-3", "T2.1.4-3"
YEARS = range(2020, 2026)


@pytest.fixture(scope="module")
def days(shanxi: Pack) -> dict[int, dict[str, dict[str, Any]]]:
    return {year: replay(shanxi, date(year, 12, 31)) for year in YEARS}


@pytest.fixture(scope="module")
def today(shanxi: Pack) -> dict[str, dict[str, Any]]:
    return replay(shanxi, date(2026, 11, 22))


def test_the_target_that_was_met_was_never_red(
    days: dict[int, dict[str, dict[str, Any]]], today: dict[str, dict[str, Any]]
) -> None:
    rows = [days[year][MET] for year in YEARS if MET in days[year]]
    assert len(rows) == 3
    assert all(row["level"] != "red" and row["own_level"] != "red" for row in rows)
    assert (today[MET]["level"], today[MET]["p_met"]) == ("green", 1.0)
    # the level of 2020 was published in November 2025 only: no schedule before
    assert days[2024][MET]["level_reason"] == "no_baseline"


@pytest.mark.parametrize(
    ("year", "period", "level", "behind", "hint"),
    [
        (2023, "2022", "green", -1.2 / 27, "red"),
        (2024, "2023", "red", 3.2 / 27, "red"),
        (2025, "2024", "red", 6.6 / 27, "red"),
    ],
)
def test_when_the_missed_target_turned_red(
    days: dict[int, dict[str, dict[str, Any]]], year: int, period: str, level: str, behind: float, hint: str
) -> None:
    """The hint was red two years ahead, the rule one: with the 68 % of 2020 and a straight line to 95 %."""
    row = days[year][MISSED]
    assert (row["period"], row["level"], row["own_level"]) == (period, level, hint)
    assert row["behind_share"] == pytest.approx(behind, abs=1e-9)
    assert row["p_basis"] == "trend"
    assert not row["is_official"]


def test_the_missed_target_is_explained(today: dict[str, dict[str, Any]]) -> None:
    row = today[MISSED]
    assert (row["level"], row["p_met"], row["own_level"]) == ("red", 0.0, "red")
    assert row["behind_share"] == pytest.approx(11 / 27)
    assert "40.7%" in row["why_zh"]
    assert row["agency_ids"].split(";")[0] == "energy_bureau"


def test_energy_intensity_was_officially_on_schedule(days: dict[int, dict[str, dict[str, Any]]]) -> None:
    """−10.9 % in 2021 to 2023 (published 2024-10-16) against −14.5 % in five years."""
    for target_id in ("T1.2a-5", "D-sx-es-14fyp-1"):
        row = days[2024][target_id]
        assert (row["level"], row["is_official"], row["period"]) == ("green", True, "2021..2023")
        assert row["required"] < -8.6
    assert days[2023]["D-sx-es-14fyp-1"]["level_reason"] == "no_figure"


@pytest.mark.parametrize("year", [2021, 2023, 2025])
def test_nothing_that_was_published_later_changes_a_warning(
    shanxi: Pack, days: dict[int, dict[str, dict[str, Any]]], year: int
) -> None:
    day = date(year, 12, 31)
    known = known_observations(shanxi.tables["observations"], day)
    assert known.height < shanxi.tables["observations"].height
    assert replay(shanxi, day, observations=known) == days[year]


def test_a_later_milestone_that_was_missed_is_named(today: dict[str, dict[str, Any]]) -> None:
    row = today["T2.2.1-2"]
    assert (row["level_reason"], row["missed_milestone_year"], row["missed_milestone"]) == (
        "replaced", 2025, 8000.0,
    )  # fmt: skip


def test_every_row_is_of_the_closed_sets(
    days: dict[int, dict[str, dict[str, Any]]], today: dict[str, dict[str, Any]]
) -> None:
    for rows in (*days.values(), today):
        for row in rows.values():
            assert row["level"] in terms.codes("warning_level")
            assert row["own_level"] in terms.codes("hint_level")
            assert (row["level"] == "cannot_judge") == (
                row["level_reason"] not in {"on_schedule", "behind", "goal_reached"}
            )
            assert row["p_met"] is None or 0 <= row["p_met"] <= row["p_met_high"] <= 1
