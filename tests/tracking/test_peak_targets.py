"""Targets that ask for a peak: judged only after their year, by the peak test."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Judge = Callable[..., dict[str, Any]]

PEAK = {"comparator": "peak_by", "value": None, "target_year": 2030}


def series(turn: int, first: int, last: int) -> list[dict[str, Any]]:
    """Return yearly figures that rise by 3 a year to the turn and fall by 3 a year after it."""
    years = range(first, last + 1)
    return [
        {"period": str(year), "value": 600.0 - 3.0 * abs(year - turn) * (5 if year > turn else 1),
         "known_on": f"{year + 1}-02"}
        for year in years
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("turn", "last", "verdict"),
    [
        (2028, 2040, "met"),
        (2034, 2044, "missed"),
        (2045, 2036, "missed"),
        (2029, 2032, "needs_decision"),
        (2028, 2030, "no_published_data"),
    ],
)
def test_after_its_year_the_peak_test_decides(judge: Judge, turn: int, last: int, verdict: str) -> None:
    row = judge(PEAK, series(turn, 2015, last), day=date(last + 1, 6, 30))
    assert row["verdict"] == verdict


def test_before_its_year_nothing_is_decided(judge: Judge) -> None:
    assert judge(PEAK, series(2020, 2010, 2029), day=date(2030, 6, 30))["verdict"] == "not_yet_due"


def test_a_gap_in_the_years_decides_nothing(judge: Judge) -> None:
    gap = [row for row in series(2028, 2015, 2040) if row["period"] != "2033"]
    assert judge(PEAK, gap, day=date(2041, 6, 30))["verdict"] == "no_published_data"
