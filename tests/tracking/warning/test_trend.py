"""The random walk with drift beside closed forms, SciPy's law and a simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.stats import t

from dafeng.errors import InputRefused
from dafeng.tracking.warning import Thresholds, say_tenths
from dafeng.tracking.warning.goals import Chance
from dafeng.tracking.warning.trend import choose_scale, fit_trend, to_scale

from .conftest import years

if TYPE_CHECKING:
    from collections.abc import Callable

    Warn = Callable[..., dict[str, Any]]

YEARS = np.arange(2015.0, 2021.0)


def test_the_numbers_of_a_small_series_by_hand() -> None:
    trend = fit_trend(YEARS[:5], np.array([10.0, 11.5, 12.0, 14.5, 16.0]), "plain")
    # steps 1.5, 0.5, 2.5 before the newest: mean 1.5, sum of squares 2, two degrees of freedom
    assert (trend.drift, trend.freedom, trend.span) == (1.5, 2, 4.0)
    assert trend.spread == pytest.approx(1.0)
    # three years ahead: centre 20.5, variance 3 + 9/3: the drift counts as known from three years
    for level in (18.0, 20.5, 23.0):
        expected = t.sf(level, 2, loc=20.5, scale=np.sqrt(6))
        assert trend.chance_between(2022, level, np.inf) == pytest.approx(expected, rel=1e-9)


def test_gaps_count_as_many_steps() -> None:
    # a step of two years has twice the variance: 2 x 1.5 + 1.4142 is one standard deviation off
    trend = fit_trend(np.array([2010.0, 2012, 2013, 2014]), np.array([0.0, 3 + 2**0.5, 4.5, 6.0]), "plain")
    gaps, z = np.array([2.0, 1.0]), np.array([0.0, 3 + 2**0.5, 4.5])
    drift = 4.5 / 3
    expected = np.sqrt(np.sum((np.diff(z) - drift * gaps) ** 2 / gaps))
    assert trend.spread == pytest.approx(expected)


@pytest.mark.parametrize(("figures", "least", "most"), [(4, 0.773, 0.827), (10, 0.8, 0.93)])
def test_the_chance_is_right_for_random_walks_and_cautious_for_long_ones(
    figures: int, least: float, most: float
) -> None:
    rng = np.random.default_rng(2030)
    draws, ahead, inside = 2000, 4, 0
    for _ in range(draws):
        walk = 100 * np.exp(np.cumsum(0.02 + 0.05 * rng.standard_normal(figures + ahead)))
        trend = fit_trend(np.arange(float(figures)), walk[:figures], "log")
        chance = float(trend.chance_between(figures - 1.0 + ahead, -np.inf, walk[-1]))
        inside += 0.1 < chance < 0.9
    # four figures: the law is exact, three standard errors of a share of 2000 are 2.7 points
    assert least < inside / draws < most


def test_a_trend_is_never_surer_than_the_rounding_of_its_figures() -> None:
    even = fit_trend(YEARS, np.array([70.0, 72, 74, 76, 78, 80]), "plain")
    assert even.spread == pytest.approx(1 / np.sqrt(6))
    assert 0.01 < float(even.chance_between(2022, 85.0, np.inf)) < 0.5
    fine = fit_trend(YEARS, np.array([70.01, 72.01, 74.01, 76.01, 78.01, 80.01]), "plain")
    assert fine.spread < even.spread / 50


@pytest.mark.parametrize(
    ("values", "bounds", "percent", "scale"),
    [
        ([40, 50], [60], True, "logit"), ([40, 50], [100], True, "plain"), ([40, 50], [0], True, "plain"),
        ([40, 500], [600], False, "log"), ([0, 500], [600], False, "plain"), ([40, 50], [-5], False, "plain"),
    ],
)  # fmt: skip
def test_the_scale_fits_figures_and_goal(
    values: list[float], bounds: list[float], percent: bool, scale: str
) -> None:
    assert choose_scale(np.array(values, float), bounds, is_percent=percent) == scale


@pytest.mark.parametrize("scale", ["log", "logit", "plain"])
def test_open_bounds_stay_open_on_every_scale(scale: Any) -> None:
    assert to_scale([-np.inf, np.inf], scale).tolist() == [-np.inf, np.inf]
    assert np.isfinite(to_scale([1e-30, 99.9999999], scale)).all()


def test_too_few_figures_have_no_trend(warn: Warn) -> None:
    with pytest.raises(ValueError, match="3"):
        fit_trend(YEARS[:3], np.array([1.0, 2.0, 3.0]), "log")
    row = warn({"value": 60.0, "target_year": 2030}, years(40, 42, 44))
    assert (row["p_basis"], row["p_met"], row["points"], row["own_level"]) == (
        "too_few", None, 3, "cannot_judge",
    )  # fmt: skip


def test_a_known_outcome_is_settled(warn: Warn) -> None:
    for last, chance, hint in ((50.0, 1.0, "green"), (49.9, 0.0, "red")):
        row = warn({"value": 50.0, "target_year": 2023}, years(40, 42, 44, last))
        assert (row["p_basis"], row["p_met"], row["own_level"]) == ("settled", chance, hint)


def test_about_is_given_by_its_strictest_and_widest_reading(warn: Warn) -> None:
    target = {"comparator": "about", "value": 50.0, "target_year": 2026}
    row = warn(target, years(40, 42, 43.5, 46))
    assert 0 < row["p_met"] < row["p_met_high"] < 1
    decided = warn(target, years(40, 42, 43.5, 46), readings={"about_tolerance": 0.05})
    assert decided["p_met"] == decided["p_met_high"] == row["p_met_high"]


def test_an_outcome_that_hangs_on_a_reading_gives_no_hint(warn: Warn) -> None:
    row = warn({"comparator": "about", "value": 50.0, "target_year": 2023}, years(40, 43, 46, 49.5))
    assert (row["p_basis"], row["p_met"], row["p_met_high"]) == ("settled", 0.0, 1.0)
    assert (row["own_level"], row["level"]) == ("cannot_judge", "amber")


def test_points_and_changes_are_goals_of_a_level(warn: Warn) -> None:
    seen = years(40, 42, 43.5, 46)
    level = warn({"comparator": "ge", "value": 50.0, "target_year": 2026}, seen)["p_met"]
    change = {"base_year": 2020, "target_year": 2026}
    assert warn({"comparator": "points_ge", "value": 10.0, **change}, seen)["p_met"] == level
    assert warn({"comparator": "change_ge", "value": 25.0, **change}, seen)["p_met"] == level


def test_a_range_is_met_between_its_ends(warn: Warn) -> None:
    seen = years(40, 42, 43.5, 46)
    between = {"comparator": "range", "value": None, "lower": 49.0, "upper": 53.0, "target_year": 2026}
    low, high = (
        warn({"comparator": "ge", "value": value, "target_year": 2026}, seen)["p_met"]
        for value in (49.0, 53.0)
    )
    assert warn(between, seen)["p_met"] == pytest.approx(low - high, abs=0.011)


def test_thresholds_are_settings_in_order() -> None:
    chance = Chance("trend", 0.3, 0.3, 8)
    assert Thresholds().level(chance) == "amber"
    assert Thresholds(red_miss=0.6).level(chance) == "red"
    assert Thresholds(red_miss=0.9, amber_miss=0.7).level(chance) == "green"
    with pytest.raises(InputRefused):
        Thresholds(red_miss=0.4, amber_miss=0.5)


@pytest.mark.parametrize(
    ("chance", "zh", "en"),
    [(0.01, "不到 1 次", "fewer than 1"), (0.05, "约有 1 次", "about 1"), (0.99, "超过 9 次", "more than 9")],
)
def test_chances_are_told_in_tenths(chance: float, zh: str, en: str) -> None:
    assert say_tenths(chance) == (zh, en)
