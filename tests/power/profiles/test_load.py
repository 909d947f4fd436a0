"""Load from typical curves: exact energy, the right day type, the extremes that were asked for."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.power.profiles.made_statistics import make_tables

from dafeng.errors import InputRefused
from dafeng.power.profiles import load_year
from dafeng.power.profiles.day_types import find_rest_days, is_announced
from dafeng.power.profiles.load import measure_extremes, shape_load


@pytest.mark.parametrize(("year", "hours"), [(2030, 8760), (2028, 8784)])
def test_the_energy_of_the_year_is_exact(year: int, hours: int) -> None:
    load = load_year(make_tables(), year, 123456.0, 3)
    assert load.shape == (hours,)
    assert load.sum() == pytest.approx(123456.0e3, rel=1e-12)
    assert load.min() > 0


def test_one_seed_makes_one_year() -> None:
    first, again, other = (shape_load(make_tables(), 2030, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_each_day_has_the_shape_of_its_type() -> None:
    days = shape_load(make_tables(), 2030, 1).reshape(365, 24)
    scaled = (days - days.min(axis=1, keepdims=True)) / np.ptp(days, axis=1)[:, None]
    rising, falling = np.arange(24) / 23, 1 - np.arange(24) / 23
    rest = find_rest_days(2030)
    assert scaled[~rest] == pytest.approx(np.tile(rising, ((~rest).sum(), 1)))
    assert scaled[rest] == pytest.approx(np.tile(falling, (rest.sum(), 1)))


def test_extremes_have_the_mean_deviation_and_persistence_of_the_table() -> None:
    tables, highs = make_tables(), []
    for seed in range(30):
        days = shape_load(tables, 2029, seed).reshape(365, 24)
        highs.append(days.max(axis=1)[~find_rest_days(2029)] / days.mean())
    assert np.mean(highs) == pytest.approx(1.2 / 0.97, rel=0.03)
    assert np.mean([h.std() for h in highs]) == pytest.approx(0.05, rel=0.15)


def test_measured_extremes_are_those_of_a_known_year() -> None:
    rest = find_rest_days(2018)
    random = np.random.default_rng(1)
    high = np.where(rest, 90.0, 110.0) + random.standard_normal(365)
    found = measure_extremes(high, high - 40.0, 2018, 80.0)
    workdays = found.filter(pl.col("day_type") == "workday")
    assert workdays["high_mean"].to_numpy() == pytest.approx(110 / 80, abs=0.02)
    assert workdays["low_mean"].to_numpy() == pytest.approx(70 / 80, abs=0.02)
    assert found["correlation"].to_numpy() == pytest.approx(1.0)
    assert np.abs(found["persistence"].to_numpy()).max() < 0.25
    slow = np.cumsum(random.standard_normal(365)) / 5
    kept = measure_extremes(high + slow, high + slow - 40.0, 2018, 80.0)["persistence"]
    assert kept.to_numpy().min() > found["persistence"].to_numpy().max() + 0.2


@pytest.mark.parametrize(
    ("day", "rest"),
    [
        ("2024-02-10", True), ("2024-02-18", False), ("2024-10-07", True), ("2024-10-12", False),
        ("2025-01-28", True), ("2025-02-08", False), ("2023-06-22", True),
    ],
)  # fmt: skip
def test_announced_holidays_and_made_up_workdays(day: str, rest: bool) -> None:
    stamp = np.datetime64(day)
    year = int(day[:4])
    index = int((stamp - np.datetime64(f"{year}-01-01")).astype(int))
    assert is_announced(year)
    assert bool(find_rest_days(year)[index]) is rest


def test_a_year_that_is_not_announced_has_weekends_and_the_thirteen_days_of_the_law() -> None:
    assert not is_announced(2030)
    rest = find_rest_days(2030)
    assert rest[0]
    weekends = sum(np.is_busday(np.datetime64("2030-01-01") + n) == 0 for n in range(365))
    assert rest.sum() == weekends + 13


@pytest.mark.parametrize("table", ["load_shapes", "load_extremes"])
def test_a_table_that_is_not_whole_is_refused(table: str) -> None:
    tables = make_tables()
    with pytest.raises(InputRefused, match="workday"):
        shape_load({**tables, table: tables[table][1:]}, 2030, 1)


def test_a_year_without_a_calendar_is_refused() -> None:
    with pytest.raises(InputRefused, match="not known"):
        find_rest_days(2090)
