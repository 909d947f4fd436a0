"""Laws of the warning: better is never worse, on the path is not behind, mirrored series mirror chances."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dafeng import terms
from dafeng.tracking import Readings
from dafeng.tracking.case import Case
from dafeng.tracking.evidence import Evidence
from dafeng.tracking.warning import Thresholds
from dafeng.tracking.warning.barometer import Reading, Schedule, read_level
from dafeng.tracking.warning.goals import Chance, Known, estimate_chance, find_standing
from dafeng.tracking.warning.trend import choose_scale, fit_trend
from dafeng.tracking.warning.yearly import Figure, YearlyFigures

TODAY = date(2026, 11, 22)
RANK = {"red": 0, "amber": 1, "green": 2}
SHARES = st.floats(1, 99).map(lambda x: round(x, 2))
EARLIER = st.lists(SHARES, min_size=3, max_size=8)
UP = ("ge", "gt", "about", "eq", "change_ge", "points_ge")
DOWN = ("le", "lt", "about", "eq")
HINTS = Thresholds()


def know(
    comparator: str, goal: float, direction: str, values: list[float], target_year: int = 2030, **other: Any
) -> Known:
    """Return a target with one figure a year, the last of 2025, the base year the first of them."""
    first = 2026 - len(values)
    target = {
        "target_id": "T", "kind": "quantified", "comparator": comparator, "value": goal, "lower": None,
        "upper": None, "unit": other.get("unit", "%"), "base_year": first, "target_year": target_year,
        "timing": "dated", "region": "CN-SX",
    }  # fmt: skip
    readings = Readings(about_tolerance=other.get("tolerance"))
    case = Case(target, direction, "share", Evidence(), "", "", None, readings, TODAY)
    found = tuple(Figure(year, value, "eq", "S", "A") for year, value in enumerate(values, first))
    return Known(case, {"verdict": "on_track", "period": None}, YearlyFigures(found), frozenset({"S"}))


def judge(known: Known) -> tuple[Reading, Chance, str]:
    standing, chance = find_standing(known), estimate_chance(known)
    reading = read_level(standing.schedule, standing.reason, "", TODAY, provincial=True)
    return reading, chance, HINTS.level(chance)


def never_worse(worse: Known, better: Known) -> None:
    (low, p_low, hint_low), (high, p_high, hint_high) = judge(worse), judge(better)
    if {low.level, high.level} <= RANK.keys():
        assert RANK[high.level] >= RANK[low.level]
        assert low.behind is None or high.behind is None or high.behind <= low.behind
    else:
        assert low.level == "cannot_judge"
    if {hint_low, hint_high} <= RANK.keys():
        assert RANK[hint_high] >= RANK[hint_low]
    if p_low.low is not None and p_high.low is not None:
        assert p_high.low >= p_low.low
        assert (p_high.high or 0) >= (p_low.high or 0)


@settings(deadline=None)
@given(st.sampled_from(UP), EARLIER, SHARES, SHARES, SHARES, st.sampled_from([2025, 2026, 2030]))
@example("ge", [40.0, 41.0, 42.5, 43.0], 44.0, 60.0, 42.0, 2030)  # a leap is no sign of a wide spread
def test_a_higher_newest_figure_never_worsens_level_chance_or_hint(
    comparator: str, before: list[float], one: float, other: float, goal: float, target_year: int
) -> None:
    low, high = sorted((one, other))
    worse, better = (know(comparator, goal, "up", [*before, v], target_year) for v in (low, high))
    never_worse(worse, better)


@settings(deadline=None)
@given(
    st.sampled_from(DOWN), st.sampled_from(["down", "cap"]), EARLIER, SHARES, SHARES, SHARES,
    st.sampled_from([2025, 2026, 2030]),
)  # fmt: skip
def test_a_lower_newest_figure_never_worsens_a_target_that_goes_down(
    comparator: str,
    direction: str,
    before: list[float],
    one: float,
    other: float,
    goal: float,
    target_year: int,
) -> None:
    low, high = sorted((one, other))
    better, worse = (know(comparator, goal, direction, [*before, v], target_year) for v in (low, high))
    never_worse(worse, better)


@settings(deadline=None)
@given(st.lists(st.floats(1, 1e5), min_size=4, max_size=8), st.floats(1, 1e5), st.floats(1, 3))
def test_levels_without_a_ceiling_keep_the_law(values: list[float], goal: float, more: float) -> None:
    worse = know("ge", goal, "up", values, unit="10^4 kW")
    better = know("ge", goal, "up", [*values[:-1], values[-1] * more], unit="10^4 kW")
    never_worse(worse, better)


@settings(deadline=None)
@given(
    st.sampled_from(sorted(terms.codes("comparator"))), st.sampled_from(["up", "down", "cap", "none"]),
    EARLIER, SHARES, st.sampled_from([None, 2020, 2025, 2030]), st.sampled_from([None, 0.0, 0.05]),
)  # fmt: skip
def test_every_target_gets_a_level_and_a_chance_of_the_closed_sets(
    comparator: str, direction: str, values: list[float], goal: float, target_year: Any, tolerance: Any
) -> None:
    known = know(comparator, goal, direction, values, target_year, tolerance=tolerance)
    if comparator == "range":
        known.case.target["lower"], known.case.target["upper"] = goal, goal + 5  # type: ignore[index]
    reading, chance, hint = judge(known)
    assert reading.level in terms.codes("warning_level")
    assert reading.reason in terms.codes("warning_reason")
    assert hint in terms.codes("hint_level")
    assert chance.basis in terms.codes("probability_basis")
    assert (chance.low is None) == (chance.basis in {"none", "too_few"})
    assert chance.low is None or chance.high is None or 0 <= chance.low <= chance.high <= 1
    if chance.basis == "settled":
        assert {chance.low, chance.high} <= {0.0, 1.0}


@given(SHARES, SHARES, st.integers(1, 9), st.integers(1, 9))
def test_on_the_path_is_not_behind(base: float, goal: float, gone: int, left: int) -> None:
    assume(base != goal)
    required = base + (goal - base) * gone / (gone + left)
    schedule = Schedule(base, goal, required, required, lower_is_better=goal < base)
    reading = read_level(schedule, "", "total", TODAY, provincial=True)
    assert (reading.behind, reading.level, reading.level_to_date) == (0.0, "green", "green")


@given(SHARES, SHARES, SHARES, SHARES, st.booleans())
def test_the_other_reading_is_never_milder(
    base: float, goal: float, at: float, seen: float, lower: bool
) -> None:
    required = base + (goal - base) * at / 100
    reading = read_level(
        Schedule(base, goal, required, seen, lower), "no_change", "intensity", TODAY, provincial=True
    )
    if reading.behind is not None and reading.behind_to_date is not None:
        assert RANK[reading.level_to_date] <= RANK[reading.level]
        assert (reading.behind_to_date > 0) == (reading.behind > 0)


@settings(deadline=None)
@given(st.lists(SHARES, min_size=4, max_size=9), SHARES, st.integers(1, 10))
def test_mirrored_shares_have_mirrored_chances(values: list[float], goal: float, ahead: int) -> None:
    years, given_values = np.arange(2000.0, 2000 + len(values)), np.array(values)
    found = []
    for series, bounds in (
        (given_values, (goal, np.inf)), (100 - given_values, (-np.inf, 100 - goal)),
        (given_values, (-np.inf, goal)),
    ):  # fmt: skip
        trend = fit_trend(years, series, choose_scale(series, [50.0], is_percent=True))
        found.append(float(trend.chance_between(years[-1] + ahead, *bounds)))
    assert found[1] == pytest.approx(found[0], abs=1e-6)
    assert found[2] == pytest.approx(1 - found[0], abs=1e-9)


@settings(deadline=None)
@given(st.lists(SHARES, min_size=4, max_size=9), st.floats(0.01, 1000), st.floats(1, 200), st.integers(1, 10))
def test_the_unit_does_not_change_the_chance(
    values: list[float], unit: float, goal: float, ahead: int
) -> None:
    years, given_values = np.arange(2000.0, 2000 + len(values)), np.array(values)
    trend, scaled = (fit_trend(years, given_values * factor, "log") for factor in (1.0, unit))
    assume(trend.spread > 0.05)  # below it the floor of rounding, which has a unit, may hold
    assume(scaled.spread == pytest.approx(trend.spread))
    one = trend.chance_between(years[-1] + ahead, goal, np.inf)
    other = scaled.chance_between(years[-1] + ahead, goal * unit, np.inf)
    assert float(other) == pytest.approx(float(one), abs=1e-6)
