"""How fast stocks renew: laws, closed forms, and the tables of a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from dafeng.errors import InputRefused
from dafeng.pack.pathway_schema import StockAges, StockLifetimes
from dafeng.pathway.stock import (
    StockPath,
    fleet_path,
    read_stocks,
    renewal_matrices,
    renewal_matrix,
    sum_classes,
    survive,
)
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from dafeng.pack import Pack

YEARS = np.arange(2022, 2061)
LIFETIME = st.floats(3, 80)
CV = st.floats(0.02, 0.9)
GROWTH = st.floats(-0.12, 0.12)


def vintages(rows: list[tuple[str, int, int, str, float, str]]) -> pl.DataFrame:
    schema = {spec.name: spec.dtype for spec in columns_of(StockAges)}
    made = [
        {
            "stock": "power_unit", "unit_class": name, "built_from": first, "built_to": last,
            "status": status, "units": 1, "value": value, "unit": unit, "source_id": "s", "grade": "B",
        }
        for name, first, last, status, value, unit in rows
    ]  # fmt: skip
    return check(pl.DataFrame(made, schema=schema), StockAges)


def lifetimes(**of: tuple[float, float]) -> pl.DataFrame:
    schema = {spec.name: spec.dtype for spec in columns_of(StockLifetimes)}
    made = [
        {
            "stock": stock, "lifetime_years": mean, "spread_years": spread, "state": "demonstration",
            "grade": "C",
        }
        for stock, (mean, spread) in of.items()
    ]  # fmt: skip
    return check(pl.DataFrame(made, schema=schema), StockLifetimes)


FLEET = {
    "stock_lifetimes": lifetimes(power_unit=(30, 6), coke_oven=(25, 5)),
    "stock_ages": vintages(
        [
            ("<300 MW", 1990, 1999, "operating", 5000, "MW"),
            ("<300 MW", 2000, 2004, "operating", 2000, "MW"),
            (">=600 MW", 2010, 2019, "operating", 20, "GW"),
            (">=600 MW", 2024, 2025, "operating", 4, "GW"),
            (">=600 MW", 2026, 2027, "planned", 10, "GW"),
        ]
    ),
}


@pytest.mark.parametrize(("mean", "spread"), [(30, 6), (12, 10), (40, 1), (5, 5)])
def test_the_curve_has_the_mean_and_the_spread(mean: float, spread: float) -> None:
    def left(age: float) -> float:
        return float(survive(np.zeros(1), np.array([age]), mean, spread)[0])

    first = quad(left, 0, 12 * mean, limit=400, points=[mean])[0]
    second = quad(lambda age: 2 * age * left(age), 0, 12 * mean, limit=400, points=[mean])[0]
    assert first == pytest.approx(mean, rel=1e-4)
    assert np.sqrt(second - first**2) == pytest.approx(spread, rel=1e-3)


def test_without_spread_everything_goes_at_the_end_of_its_lifetime() -> None:
    left = survive(np.array([0.0, 10.0, 19.0]), 5.0, 20.0, 0.0)
    assert left == pytest.approx([1, 1, 0], abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(mean=LIFETIME, cv=CV, growth=GROWTH, past=st.floats(-0.05, 0.1))
def test_shares_stay_shares_and_time_does_not_run_back(
    mean: float, cv: float, growth: float, past: float
) -> None:
    matrix = renewal_matrix(YEARS, mean, cv * mean, demand=(1 + growth) ** (YEARS - 2022.0), growth=past)
    assert (matrix >= 0).all()
    assert (matrix.sum(axis=1) <= 1 + 1e-12).all()
    assert (np.triu(matrix, 1) == 0).all()
    assert (matrix[0] == 0).all()
    assert (matrix[:, 0] == 0).all()


@settings(max_examples=60, deadline=None)
@given(mean=LIFETIME, cv=CV, past=st.floats(0, 0.1))
def test_constant_demand_renews_the_stock_for_good(mean: float, cv: float, past: float) -> None:
    renewed = renewal_matrix(YEARS, mean, cv * mean, growth=past).sum(axis=1)
    assert (np.diff(renewed) >= -1e-12).all()
    assert renewal_matrix(YEARS, mean, cv * mean).sum(axis=1)[-1] > 0.45 * min(1, 38 / mean)
    long = renewal_matrix(np.arange(2022, 2022 + 8 * round(mean) + 20), mean, cv * mean).sum(axis=1)
    assert long[-1] == pytest.approx(1, abs=2e-3)


@settings(max_examples=60, deadline=None)
@given(mean=LIFETIME, cv=CV, built=st.dictionaries(st.integers(1960, 2022), st.floats(0.1, 9), min_size=1))
def test_older_fleets_renew_faster(mean: float, cv: float, built: dict[int, float]) -> None:
    older = {year - 5: capacity for year, capacity in built.items()}
    young = renewal_matrix(YEARS, mean, cv * mean, ages=built).sum(axis=1)
    old = renewal_matrix(YEARS, mean, cv * mean, ages=older).sum(axis=1)
    assert (old >= young - 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(mean=LIFETIME, cv=CV, growth=GROWTH)
def test_capacity_is_conserved(mean: float, cv: float, growth: float) -> None:
    demand = 7 * (1 + growth) ** (YEARS - 2022.0)
    matrix = renewal_matrix(YEARS, mean, cv * mean, demand=demand, ages={2000: 1.0, 2015: 2.0})
    age = np.array([22.0, 7.0])
    old = np.array(
        [7 * np.average(survive(age, step, mean, cv * mean), weights=[1, 2]) for step in YEARS - 2022.0]
    )
    alive = old > 1e-4  # the rest of a row is what stood in the base year: it tells the whole stock
    matrix, demand = matrix[alive], demand[alive]
    stock = old[alive] / (1 - matrix.sum(axis=1))
    assert (stock >= demand * (1 - 1e-6)).all()  # never less than needed
    growing = matrix[np.arange(len(stock)), np.flatnonzero(alive)] > 1e-9
    assert stock[growing] == pytest.approx(demand[growing], rel=1e-6)  # and never more than needed


@settings(max_examples=30, deadline=None)
@given(
    low=st.lists(st.floats(0, 1), min_size=39, max_size=39),
    more=st.lists(st.floats(0, 1), min_size=39, max_size=39),
)
def test_more_among_additions_is_more_in_the_stock(low: list[float], more: list[float]) -> None:
    matrix = renewal_matrix(YEARS, 20, 6, demand=1.02 ** (YEARS - 2022.0))
    less = np.array(low)
    high = less + (1 - less) * np.array(more)
    assert (matrix @ high >= matrix @ less - 1e-12).all()


def test_a_steady_stock_of_fixed_lifetime_renews_by_one_over_the_lifetime() -> None:
    renewed = renewal_matrix(YEARS, 20, 0).sum(axis=1)
    assert renewed[10] == pytest.approx(10 / 20, abs=0.02)
    assert renewed[21:] == pytest.approx(1, abs=1e-6)


def test_nothing_is_added_while_demand_falls_faster_than_equipment_retires() -> None:
    matrix = renewal_matrix(YEARS[:6], 40, 8, demand=0.9 ** np.arange(6.0), ages={2021: 1.0})
    assert (matrix == 0).all()


def test_hopelessly_old_equipment_is_gone_after_a_year() -> None:
    for spread in (0.0, 1.0):
        renewed = renewal_matrix(YEARS, 10, spread, ages={1800: 1.0}).sum(axis=1)
        assert renewed[:3] == pytest.approx([0, 1, 1])


@pytest.mark.parametrize(
    ("years", "demand", "code"),
    [
        (np.array([2022, 2024]), None, "series_gap"),
        (YEARS, np.ones(3), "series_length"),
        (YEARS[:2], np.array([1.0, np.nan]), "series_not_finite"),
        (YEARS[:2], np.array([1.0, 0.0]), "series_not_positive"),
    ],
)
def test_bad_demand_is_refused(years: np.ndarray, demand: np.ndarray | None, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        renewal_matrix(years, 20, 5, demand=demand)
    assert refused.value.findings[0].code == code


def test_ages_are_read_in_one_unit_and_only_of_what_operates() -> None:
    spec = read_stocks(FLEET)["power_unit"]
    assert sum(spec.ages.values()) == pytest.approx(5000 + 2000 + 20000 + 4000)
    assert spec.ages[1995] == pytest.approx(500)
    assert spec.ages[2024] == pytest.approx(2000)
    assert read_stocks(FLEET)["coke_oven"].ages == {}
    assert read_stocks({}) == {}


def test_every_stock_with_a_lifetime_gets_its_matrix() -> None:
    made = renewal_matrices(FLEET, YEARS, {"coke_oven": np.linspace(1, 2, len(YEARS))})
    assert set(made) == {"power_unit", "coke_oven"}
    own = renewal_matrix(YEARS, 30, 6, ages=read_stocks(FLEET)["power_unit"].ages)
    assert (made["power_unit"] == own).all()


def test_the_fleet_of_today_fades_away_and_old_small_units_first() -> None:
    path = fleet_path(FLEET, YEARS)
    assert check(path, StockPath).height == 2 * len(YEARS)
    first = {row["unit_class"]: row for row in path.filter(pl.col("year") == 2022).iter_rows(named=True)}
    assert first["<300 MW"]["capacity"] == pytest.approx(7)
    assert first[">=600 MW"]["capacity"] == pytest.approx(20)
    assert first[">=600 MW"]["mean_age_years"] == pytest.approx(2022 - 2014.5)
    late = {row["unit_class"]: row["capacity"] for row in path.filter(pl.col("year") == 2030).to_dicts()}
    assert late["<300 MW"] < 0.6 * 7
    assert 22 < late[">=600 MW"] < 24  # 4 GW of 2024-2025 came, little went


def test_classes_add_up() -> None:
    path = fleet_path(FLEET, YEARS)
    whole, small = sum_classes(path), sum_classes(path, "<300 MW")
    by_year = path.group_by("year", maintain_order=True).agg(pl.col("capacity").sum())["capacity"]
    assert whole["capacity"].to_list() == pytest.approx(by_year.to_list())
    ages = [part["mean_age_years"][0] for part in (small, whole, path.filter(pl.col("year") == 2022)[[1]])]
    assert ages == sorted(ages, reverse=True)
    assert set(small["unit_class"]) == {"<300 MW"}


def test_the_fleet_of_the_pack_has_small_units(shanxi: Pack) -> None:
    path = fleet_path(shanxi.tables, YEARS)
    whole, small = sum_classes(path)["capacity"], sum_classes(path, "lt300")["capacity"]
    assert 60 < whole[0] < 80  # 69 GW in the list of units
    assert 0 < small[0] < 0.15 * whole[0]
    assert (whole.diff().drop_nulls()[3:] <= 0).all()


def test_a_fleet_that_nobody_listed_has_no_path() -> None:
    assert fleet_path({}, YEARS).is_empty()
    assert fleet_path(FLEET, YEARS, stock="coke_oven").is_empty()
