"""Generated years have the statistics that they are made from, and one seed makes one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.power.profiles.made_statistics import PLACE, YEAR, invent_year, make_tables

from dafeng.errors import InputRefused
from dafeng.power.profiles import generate
from dafeng.power.profiles.comparison import (
    average_by_clock,
    compare_durations,
    find_spells,
    measure_persistence,
    measure_ramps,
)
from dafeng.power.profiles.copula import fit_marginal
from dafeng.power.profiles.generator import fit_autoregression, group_profiles, stack_correlations
from dafeng.power.profiles.level import scale_to_level
from dafeng.power.profiles.solar import average_clear_sky
from dafeng.power.profiles.statistics import measure_profile, read_models, read_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEEDS = range(6)


@pytest.fixture(scope="module")
def years() -> dict[str, list[NDArray[np.float64]]]:
    """Return six years of each profile, at the level of the data."""
    tables = {**make_tables(), "profile_levels": make_tables()["profile_levels"].clear()}
    made = [generate(tables, ("wind", "pv", "heat"), YEAR, seed) for seed in SEEDS]
    return {name: [year[name] for year in made] for name in made[0]}


def test_one_seed_makes_one_year_whatever_else_is_asked_for() -> None:
    tables = make_tables()
    whole = generate(tables, ("wind", "pv", "heat"), 2031, 7)
    assert list(whole) == ["wind", "pv", "heat"]
    for name in whole:
        generate(tables, ("wind",), 2030, 3)
        again = generate(tables, (name,), 2031, 7)[name]
        assert (again == whole[name]).all()
    assert (generate(tables, ("wind",), 2031, 8)["wind"] != whole["wind"]).any()
    assert (generate(tables, ("wind",), 2033, 7)["wind"] != whole["wind"]).any()


def test_years_have_their_hours_and_factors_their_bounds() -> None:
    for year, hours in ((2030, 8760), (2028, 8784)):
        made = generate(make_tables(), ("wind", "pv"), year, 1)
        for values in made.values():
            assert values.shape == (hours,)
            assert values.min() >= 0
            assert values.max() <= 1


def test_the_published_level_is_reached_exactly() -> None:
    for year, hours in ((2010, 2000.0), (2029, 2000.0), (2030, 2500.0)):
        assert generate(make_tables(), ("wind",), year, 4)["wind"].sum() == pytest.approx(hours, rel=1e-9)
    assert generate(make_tables(), ("heat",), 2030, 4)["heat"].mean() == pytest.approx(1.0)


@pytest.mark.parametrize(("name", "allowed"), [("wind", 0.06), ("pv", 0.02), ("heat", 0.05)])
def test_month_hour_means_and_distribution_come_back(
    years: dict[str, list[NDArray[np.float64]]], name: str, allowed: float
) -> None:
    real = invent_year()[name]
    wanted = average_by_clock(real, YEAR)
    found = np.mean([average_by_clock(values, YEAR) for values in years[name]], axis=0)
    assert np.abs(found - wanted).mean() / wanted.mean() < allowed
    together = np.quantile(np.concatenate(years[name]), (np.arange(len(real)) + 0.5) / len(real))
    assert compare_durations(together, real) < allowed


@pytest.mark.parametrize("name", ["wind", "pv"])
def test_persistence_and_ramps_come_back(years: dict[str, list[NDArray[np.float64]]], name: str) -> None:
    real = invent_year()[name]
    persistence = np.mean([measure_persistence(values) for values in years[name]], axis=0)
    assert persistence == pytest.approx(measure_persistence(real), abs=0.05)
    ramps = np.mean([measure_ramps(values) for values in years[name]], axis=0)
    assert ramps == pytest.approx(measure_ramps(real), rel=0.12)


def test_profiles_stay_correlated(years: dict[str, list[NDArray[np.float64]]]) -> None:
    def daily(wind: NDArray[np.float64], pv: NDArray[np.float64]) -> float:
        return float(np.corrcoef(wind.reshape(-1, 24).mean(axis=1), pv.reshape(-1, 24).mean(axis=1))[0, 1])

    real = daily(invent_year()["wind"], invent_year()["pv"])
    made = np.mean([daily(w, p) for w, p in zip(years["wind"], years["pv"], strict=True)])
    assert real > 0.2
    assert made == pytest.approx(real, abs=0.1)


def test_the_anomaly_of_heat_belongs_to_the_day(years: dict[str, list[NDArray[np.float64]]]) -> None:
    january = years["heat"][0][: 31 * 24].reshape(31, 24)
    assert np.ptp(january, axis=1).max() < 0.05 * january.mean()
    assert january.mean(axis=1).std() > 0.02


def test_marginals_hit_mean_and_deviation_of_each_month_and_hour() -> None:
    model = read_models(make_tables()["profile_statistics"])["wind"]
    marginal = fit_marginal(model)
    draws = np.random.default_rng(1).standard_normal((60, 8760))
    values = np.array([average_by_clock(marginal.build_series(draw, YEAR, None), YEAR) for draw in draws])
    assert values.mean(axis=0) == pytest.approx(model.mean, rel=0.07)
    assert marginal.power.sum() == pytest.approx(1.0)
    assert marginal.normalise(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.0, 0.5, 1.0], abs=0.12)


def test_the_autoregression_reproduces_the_correlations_it_is_given() -> None:
    models = read_models(make_tables()["profile_statistics"])
    pairs = read_pairs(make_tables()["profile_statistics"])
    wanted = stack_correlations([fit_marginal(models[name]) for name in ("wind", "pv")], pairs)
    steps, noise = fit_autoregression(wanted)
    order = len(wanted) - 1
    parts = steps.reshape(2, order, 2).transpose(1, 0, 2)
    for lag in range(1, order + 1):
        back = sum(
            parts[k - 1] @ (wanted[lag - k] if lag >= k else wanted[k - lag].T) for k in range(1, order + 1)
        )
        assert back == pytest.approx(wanted[lag], abs=1e-8)
    assert np.linalg.eigvalsh(noise).min() > 0


def test_profiles_that_are_correlated_are_drawn_together() -> None:
    pairs = {("a", "c"): np.zeros(97)}
    assert group_profiles(["a", "b", "c"], pairs) == [("a", "c"), ("b",)]


def test_measured_again_a_year_of_its_own_has_the_statistics() -> None:
    series = invent_year()["wind"]
    rows, _ = measure_profile("wind", series, YEAR)
    means = [row["value"] for row in rows if row["statistic"] == "mean"]
    assert np.mean(means) == pytest.approx(series.mean(), rel=0.01)
    assert {row["step"] for row in rows if row["statistic"] == "quantile"} >= {0, 500, 1000}


def test_hours_without_data_are_left_out_of_the_statistics() -> None:
    series = invent_year()["pv"].copy()
    sky = average_clear_sky(YEAR, *PLACE)
    series[:9] = np.nan
    series[1000:1400] = np.nan
    rows, anomalies = measure_profile("pv", series, YEAR, sky)
    assert np.isfinite([row["value"] for row in rows]).all()
    assert np.isfinite(anomalies).all()


def test_what_cannot_be_made_is_said() -> None:
    tables = make_tables()
    with pytest.raises(InputRefused, match="did you mean wind"):
        generate(tables, ("winds",), 2030, 1)
    with pytest.raises(InputRefused, match=r"power_zones\.csv"):
        generate({**tables, "power_zones": tables["power_zones"].clear()}, ("pv",), 2030, 1)
    with pytest.raises(InputRefused, match="out of reach"):
        scale_to_level(np.array([0.0, 0.0, 0.5]), 0.5)
    broken = tables["profile_statistics"].with_columns(
        value=pl.when(pl.col("statistic") == "cross_correlation").then(0.99).otherwise("value")
    )
    with pytest.raises(InputRefused, match="no stationary process"):
        generate({**tables, "profile_statistics": broken}, ("wind",), 2030, 1)


def test_statistics_that_are_not_whole_are_refused() -> None:
    tables = make_tables()
    for gone in (pl.col("statistic") == "autocorrelation", pl.col("month") == 3):
        whole = tables["profile_statistics"]
        part = whole.filter(~(gone & (pl.col("profile") == "wind") & (pl.col("statistic") != "deviation")))
        with pytest.raises(InputRefused, match="wind lacks"):
            generate({**tables, "profile_statistics": part}, ("pv",), 2030, 1)


def test_spells_are_counted() -> None:
    series = np.array([1.0] * 5 + [0.0] * 30 + [1.0] + [0.0] * 10)
    spells = find_spells(series, 0.1)
    assert (spells.count, spells.longest_hours) == (1, 30)
    assert find_spells(np.ones(5), 0.1).longest_hours == 0
