"""Error propagation: the columns of table 3.2 by hand, and what sharing a figure does to level and trend."""

from __future__ import annotations

import math

import polars as pl
import pytest
from tests.inventory.uncertainty.made_lines import lines

from dafeng.inventory.uncertainty import propagate_errors, total_independent, total_shared


def total(table: pl.DataFrame, year: int = 2020) -> tuple[float, float]:
    """Return half-widths of level and trend."""
    row = table.filter(pl.col("year") == year).to_dicts()[0]
    return row["half_width_share"], row["trend_half_width"]


def test_the_columns_by_hand() -> None:
    table = lines(
        {"year": 2010, "activity": 80.0},
        {"year": 2010, "category": "2A1", "activity": 40.0},
        {},
        {"category": "2A1", "activity": 50.0, "activity_uncertainty": 0.02, "factor_uncertainty": 0.3},
    )
    power = propagate_errors(table, 2010).filter(
        (pl.col("year") == 2020) & (pl.col("category") == "1A1a")
    ).row(0, named=True)  # fmt: skip
    c, d, sum_c, sum_d = 160.0, 200.0, 240.0, 300.0
    step = (0.01 * d + sum_d - 0.01 * c - sum_c) / (0.01 * c + sum_c) * 100 - (sum_d - sum_c) / sum_c * 100
    assert (power["base_value"], power["value"]) == (c, d)
    assert power["combined_uncertainty"] == pytest.approx(math.hypot(0.05, 0.1))
    assert power["variance_contribution"] == pytest.approx((math.hypot(0.05, 0.1) * d / sum_d) ** 2)
    assert power["sensitivity_a"] == pytest.approx(step)
    assert power["sensitivity_b"] == pytest.approx(d / sum_c)
    assert power["trend_by_factor"] == pytest.approx(step * 0.1)
    assert power["trend_by_activity"] == pytest.approx(d / sum_c * 0.05 * math.sqrt(2))
    assert power["trend_variance"] == pytest.approx(
        power["trend_by_factor"] ** 2 + power["trend_by_activity"] ** 2
    )


def test_a_factor_of_its_own_each_year_moves_the_trend_like_an_activity() -> None:
    rows = [{"year": 2010, "factor_id": "old"}, {"factor_id": "new"}]
    row = propagate_errors(lines(*rows), 2010).filter(pl.col("year") == 2020).row(0, named=True)
    assert row["trend_by_factor"] == pytest.approx(0.1 * math.sqrt(2))
    assert row["sensitivity_a"] == pytest.approx(0.0, abs=1e-12)


def test_an_activity_that_is_the_same_figure_in_both_years_cancels() -> None:
    rows = [{"year": 2010, "activity_id": "head count"}, {"activity_id": "head count"}]
    row = propagate_errors(lines(*rows), 2010).filter(pl.col("year") == 2020).row(0, named=True)
    assert row["trend_variance"] == pytest.approx(0.0, abs=1e-24)


def test_a_shared_factor_adds_its_half_widths_and_an_own_one_adds_squares() -> None:
    exact = {"activity_uncertainty": 0.0}
    apart = lines({**exact}, {**exact, "category": "1A2a"})
    alike = lines({**exact, "factor_id": "coal"}, {**exact, "category": "1A2a", "factor_id": "coal"})
    assert total(total_shared(apart, 2020))[0] == pytest.approx(0.1 / math.sqrt(2))
    assert total(total_shared(alike, 2020))[0] == pytest.approx(0.1)
    assert total(total_independent(propagate_errors(alike, 2020)))[0] == pytest.approx(0.1 / math.sqrt(2))


def test_inside_a_row_too() -> None:
    exact = {"activity_uncertainty": 0.0}
    alike = lines(
        {**exact, "sector": "a", "factor_id": "coal"}, {**exact, "sector": "b", "factor_id": "coal"}
    )
    apart = lines({**exact, "sector": "a"}, {**exact, "sector": "b"})
    assert propagate_errors(alike, 2020)["factor_uncertainty"].to_list() == pytest.approx([0.1])
    assert propagate_errors(apart, 2020)["factor_uncertainty"].to_list() == pytest.approx(
        [0.1 / math.sqrt(2)]
    )


def test_gases_of_one_fire_share_its_activity() -> None:
    exact = {"factor_uncertainty": 0.0}
    table = lines(exact, {**exact, "gas": "N2O", "factor": 1.0}, gwp_set="AR5")
    assert total(total_shared(table, 2020))[0] == pytest.approx(0.05)
    assert total(total_independent(propagate_errors(table, 2020)))[0] < 0.05


def test_the_trend_with_shared_figures_is_the_derivative_of_the_trend() -> None:
    """Every figure is moved alone by its half-width, in every line that rests on it; squares are added."""
    rows = [
        {"year": 2010, "activity": 80.0, "factor_id": "coal"},
        {"year": 2010, "category": "1A2a", "activity": 30.0, "factor_id": "coal"},
        {"year": 2010, "category": "2A1", "activity": 40.0, "factor_uncertainty": 0.02},
        {"activity": 120.0, "factor_id": "coal"},
        {"category": "1A2a", "activity": 45.0, "factor_id": "coal"},
        {"category": "2A1", "activity": 20.0, "factor_uncertainty": 0.02},
        {"category": "2C3", "activity": 15.0},
    ]
    table = lines(*rows)
    step = 1e-6

    def trend(moved: pl.DataFrame) -> float:
        sums = dict(moved.group_by("year").agg(pl.col("value").sum()).iter_rows())
        return sums[2020] / sums[2010] - 1

    variance = 0.0
    for figure in ("activity", "factor"):
        for name in table[f"{figure}_id"].unique():
            by = 1 + step * pl.col(f"{figure}_uncertainty")
            hit = pl.when(pl.col(f"{figure}_id") == name).then(pl.col("value") * by).otherwise("value")
            variance += ((trend(table.with_columns(hit)) - trend(table)) / step) ** 2
    assert total(total_shared(table, 2010))[1] == pytest.approx(math.sqrt(variance), rel=1e-4)


def test_a_new_category_and_one_that_ended() -> None:
    table = lines(
        {"year": 2010}, {"year": 2010, "category": "2A1"}, {}, {"category": "2C3", "activity": 10.0}
    )
    rows = {r["category"]: r for r in propagate_errors(table, 2010).to_dicts() if r["year"] == 2020}
    assert set(rows) == {"1A1a", "2C3"}
    assert rows["2C3"]["base_value"] == 0.0
    # percentage points per percent: nearly the share of the new category in the base year's total
    assert rows["2C3"]["sensitivity_a"] == pytest.approx(rows["2C3"]["sensitivity_b"], rel=1e-9)


def test_removals_count_by_their_size() -> None:
    table = lines({"activity": 100.0}, {"category": "1B1ai4", "activity": -20.0})
    rows = {r["category"]: r for r in propagate_errors(table, 2020).to_dicts()}
    assert rows["1B1ai4"]["combined_uncertainty"] == pytest.approx(math.hypot(0.05, 0.1))
    assert rows["1B1ai4"]["variance_contribution"] == pytest.approx((math.hypot(0.05, 0.1) * 40 / 160) ** 2)


def test_without_the_base_year_there_is_no_trend() -> None:
    table = propagate_errors(lines({}), 2010)
    assert table["base_value"].to_list() == [None]
    assert total(total_independent(table))[1] is None
    assert total(total_shared(lines({}), 2010))[1] is None


def test_lines_of_unknown_uncertainty_are_left_out() -> None:
    table = lines({}, {"category": "2A1", "factor_uncertainty": None}, {"category": "2C3", "activity": None})
    assert propagate_errors(table, 2020)["category"].to_list() == ["1A1a"]
