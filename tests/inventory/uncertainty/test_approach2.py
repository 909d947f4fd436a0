"""The simulation against closed forms and against itself."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.inventory.uncertainty.made_lines import lines

from dafeng.errors import InputRefused
from dafeng.inventory.uncertainty import DrawPlan, fit_spread, sd_of, simulate_lines, total_shared
from dafeng.inventory.uncertainty import approach2 as module
from dafeng.inventory.uncertainty.approach2 import Streams, percentile_error, percentile_of

MANY = DrawPlan(draws=100_000, seed=7)
FEW = DrawPlan(draws=1000, seed=7)


def row_of(
    table: pl.DataFrame, dimension: str = "total", code: str = "total", year: int = 2020
) -> dict[str, float]:
    found = table.filter(
        (pl.col("dimension") == dimension) & (pl.col("code") == code) & (pl.col("year") == year)
    )
    return found.row(0, named=True)


MIXED = [
    {"sector": "a", "factor_id": "coal"},
    {"sector": "b", "factor_id": "coal", "activity": 30.0, "factor_distribution": "lognormal"},
    {"category": "2A1", "activity": 50.0, "factor_distribution": "triangular"},
    {"category": "2A1", "gas": "CH4", "activity": 5.0, "activity_distribution": "uniform"},
    {"category": "2C3", "factor_uncertainty": None, "factor_low": 1.0, "factor_high": 5.0},
    {"category": "1B1ai4", "activity": -10.0, "factor_distribution": "truncated_normal"},
    {"year": 2010, "sector": "a", "factor_id": "coal", "activity": 60.0},
]


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    table = lines(*MIXED, gwp_set="AR5")
    first = simulate_lines(table, 2010, FEW)
    assert_frame_equal(first, simulate_lines(table, 2010, FEW), check_exact=True)
    other = simulate_lines(table, 2010, DrawPlan(draws=1000, seed=8))
    assert (first["mean"] != other["mean"]).sum() > 5


def test_order_and_threads_and_memory_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**row, "region": region} for region in ("CN-SX", "CN-HE", "CN-SN") for row in MIXED]
    table = lines(*rows, gwp_set="AR5")
    first = simulate_lines(table, 2010, DrawPlan(draws=1000, seed=7, threads=1))
    for threads in (2, 3):
        plan = DrawPlan(draws=1000, seed=7, threads=threads)
        assert_frame_equal(first, simulate_lines(table, 2010, plan), check_exact=True)
    assert_frame_equal(first, simulate_lines(table.reverse(), 2010, FEW), check_exact=True)
    monkeypatch.setattr(module, "CACHE_BYTES", 1)
    assert Streams(FEW)._room == 1
    assert_frame_equal(first, simulate_lines(table, 2010, FEW), check_exact=True)


def test_another_line_does_not_touch_the_draws_of_the_others() -> None:
    table = lines(*MIXED, gwp_set="AR5")
    more = lines(*MIXED, {"category": "1A4b", "activity": 7.0}, gwp_set="AR5")
    for category in ("2A1", "2C3", "1B1ai4", "1A1a"):
        alone = row_of(simulate_lines(table, 2010, FEW), "category", category)
        together = row_of(simulate_lines(more, 2010, FEW), "category", category)
        assert alone == together


def test_a_figure_is_the_same_in_every_province() -> None:
    shared = {"activity_uncertainty": 0.0, "factor_id": "national"}
    table = simulate_lines(lines({**shared}, {**shared, "region": "CN-HE", "activity": 200.0}), 2020, FEW)
    means = dict(table.filter(pl.col("dimension") == "total").select("region", "mean").iter_rows())
    assert means["CN-HE"] == pytest.approx(2 * means["CN-SX"], rel=1e-12)


def test_the_product_of_two_lognormals_is_lognormal() -> None:
    wide = {
        "activity_distribution": "lognormal",
        "factor_distribution": "lognormal",
        "factor_uncertainty": 1.5,
    }
    found = row_of(simulate_lines(lines({**wide, "activity_uncertainty": 0.4}), 2020, MANY))
    spreads = [fit_spread("lognormal", width) for width in (0.4, 1.5)]
    sigma = math.hypot(*(spread.parameters[1] for spread in spreads if spread))
    exact = [200 * math.exp(-sigma * sigma / 2 + z * sigma) for z in (-1.959964, 1.959964)]
    assert abs(found["low"] - exact[0]) < 4 * found["low_error"]
    assert abs(found["high"] - exact[1]) < 4 * found["high_error"]
    assert found["sd"] == pytest.approx(200 * math.sqrt(math.expm1(sigma**2)), rel=0.03)
    assert found["mean"] == pytest.approx(200, rel=0.01)


@pytest.mark.parametrize("kind", ["normal", "lognormal", "triangular", "uniform", "truncated_normal"])
def test_the_variance_of_a_product_is_the_closed_form(kind: str) -> None:
    same = {"activity_distribution": kind, "factor_distribution": kind, "factor_uncertainty": 0.5}
    found = row_of(simulate_lines(lines({**same, "activity_uncertainty": 0.3}), 2020, MANY))
    spreads = [fit_spread(kind, width) for width in (0.3, 0.5)]  # type: ignore[arg-type]
    sds = [sd_of(spread) for spread in spreads if spread]
    exact = 200 * math.sqrt((1 + sds[0] ** 2) * (1 + sds[1] ** 2) - 1)
    assert found["sd"] == pytest.approx(exact, rel=0.015)
    assert abs(found["mean"] - 200) < 5 * exact / math.sqrt(MANY.draws)


def test_fully_correlated_lines_add_their_spread_and_independent_ones_do_not() -> None:
    exact = {"activity_uncertainty": 0.0}
    alike = [{**exact, "category": c, "factor_id": "coal"} for c in ("1A1a", "1A2a", "1A2c", "1A2f")]
    apart = [{**exact, "category": c} for c in ("1A1a", "1A2a", "1A2c", "1A2f")]
    sd = 200 * 0.1 / 1.959964
    assert row_of(simulate_lines(lines(*alike), 2020, MANY))["sd"] == pytest.approx(4 * sd, rel=0.01)
    assert row_of(simulate_lines(lines(*apart), 2020, MANY))["sd"] == pytest.approx(2 * sd, rel=0.01)


def test_it_agrees_with_error_propagation_where_all_is_linear_and_normal() -> None:
    """Activities known exactly: the total is a weighted sum of normal factors, some of them shared."""
    rows = [
        {"activity_uncertainty": 0.0, "category": c, "activity": a, "factor_uncertainty": u, "factor_id": f}
        for c, a, u, f in (
            ("1A1a", 100.0, 0.1, "coal"), ("1A2a", 60.0, 0.1, "coal"), ("1A2c", 30.0, 0.05, "oil"),
            ("1A4b", 20.0, 0.3, "gas"), ("2A1", 45.0, 0.2, "clinker"),
        )
    ]  # fmt: skip
    grown = zip(rows, (50.0, 60.0, 60.0, 20.0, 135.0), strict=True)
    table = lines(*rows, *({**row, "year": 2010, "activity": activity} for row, activity in grown))
    drawn = row_of(simulate_lines(table, 2010, MANY))
    width, trend = total_shared(table, 2010).filter(pl.col("year") == 2020).row(0)[2:]
    error = math.hypot(drawn["low_error"], drawn["high_error"]) / 2
    assert abs((drawn["high"] - drawn["low"]) / 2 - width * drawn["covered"]) < 4 * error
    assert drawn["covered"] - width * drawn["covered"] == pytest.approx(
        drawn["low"], abs=4 * drawn["low_error"]
    )
    assert (drawn["trend_high"] - drawn["trend_low"]) / 2 == pytest.approx(trend, rel=0.03)


def test_what_cancels_between_two_years_cancels_in_the_trend() -> None:
    rows = [{"year": 2010, "activity_uncertainty": 0.0}, {"activity_uncertainty": 0.0, "activity": 150.0}]
    found = row_of(simulate_lines(lines(*rows), 2010, FEW))
    assert found["trend_share"] == pytest.approx(0.5)
    assert (found["trend_low"], found["trend_high"]) == pytest.approx((0.5, 0.5))
    assert found["high"] > found["low"]


def test_groups_add_up_draw_by_draw() -> None:
    table = simulate_lines(lines(*MIXED, gwp_set="AR5"), 2010, FEW)
    for dimension in ("gas", "category"):
        parts = table.filter((pl.col("dimension") == dimension) & (pl.col("year") == 2020))
        for name in ("mean", "estimate", "covered"):
            assert parts[name].sum() == pytest.approx(row_of(table)[name])


def test_bounds_move_the_mean_and_both_are_shown() -> None:
    bounds = {"factor_uncertainty": None, "factor_low": 1.0, "factor_high": 8.0, "activity_uncertainty": 0.0}
    found = row_of(simulate_lines(lines(bounds), 2020, MANY))
    assert (found["low"], found["high"]) == pytest.approx((100, 800), rel=0.02)
    assert found["estimate"] == 200
    assert found["mean"] > 300


def test_unknown_is_counted_and_not_drawn() -> None:
    table = simulate_lines(lines({}, {"category": "2A1", "factor_uncertainty": None}), 2020, FEW)
    assert row_of(table)["estimate"] == 400
    assert row_of(table)["covered"] == 200
    nothing = row_of(table, "category", "2A1")
    assert (nothing["covered"], nothing["low"], nothing["sd"]) == (0.0, None, None)


def test_nothing_known_at_all() -> None:
    table = simulate_lines(lines({"factor_uncertainty": None}), 2020, FEW)
    assert row_of(table)["estimate"] == 200
    assert row_of(table)["high"] is None


def test_the_sampling_error_is_the_spread_of_repeated_runs() -> None:
    rng = np.random.default_rng(3)
    samples = np.sort(rng.lognormal(0, 0.5, (400, 10_000)), axis=1)
    found = [percentile_of(sample, 0.975) for sample in samples]
    errors = [percentile_error(sample, 0.975) for sample in samples]
    assert np.mean(errors) == pytest.approx(np.std(found), rel=0.15)
    assert percentile_of(samples[0], 0.975) == pytest.approx(np.quantile(samples[0], 0.975), rel=1e-12)


@pytest.mark.parametrize("settings", [{"draws": 99}, {"draws": 200_001}, {"seed": -1}])
def test_settings_have_a_range(settings: dict[str, int]) -> None:
    with pytest.raises(InputRefused):
        DrawPlan(**settings)
