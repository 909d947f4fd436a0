"""A province of three groups whose figures are invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory.flash import benchmark_emissions
from dafeng.monthly import Issue

if TYPE_CHECKING:
    from collections.abc import Callable

Row = tuple[str, str, float] | tuple[str, str, float, str]
YEARS = range(2010, 2023)


def emissions_of(year: int) -> list[tuple[str, str, str | None, float]]:
    """Return (variable, sector, fuel, Mt): power follows generation, cement its output, homes stay."""
    scale = 1 + 0.05 * (year - 2010)
    return [
        ("co2_fuel_combustion", "power_heat", "Raw_Coal", 100 * scale),
        ("co2_fuel_combustion", "residential_rural", "Raw_Coal", 12.0),
        ("co2_fuel_combustion", "total", "Raw_Coal", 100 * scale + 12),
        ("co2_process", "nonmetal_products", None, 6 * scale),
        ("co2_process", "total", None, 6 * scale),
    ]


@pytest.fixture
def inventory() -> pl.DataFrame:
    """Return an inventory of 2010-2022, each year known at the end of the next."""
    rows = [
        ("CN-SX", year, variable, sector, fuel, "Mt CO2", value, "made", "B", f"{year + 1}-12-31")
        for year in YEARS
        for variable, sector, fuel, value in emissions_of(year)
    ]
    names = ["region", "year", "variable", "sector", "fuel", "unit", "value", "source", "quality", "known_on"]
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.fixture
def benchmarks(inventory: pl.DataFrame) -> pl.DataFrame:
    """Return the benchmarks of the inventory."""
    return benchmark_emissions(inventory, pl.col("known_on"))


@pytest.fixture
def steady(figures: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    """Return indicators that move exactly as the inventory does, 2010-2023, ten a month at the start."""
    rows: list[Row] = []
    for year in range(2010, 2024):
        scale = 1 + 0.05 * (year - 2010)
        for month in range(2, 13):
            known = Issue(year, month).opens_on(20).isoformat()
            for item, monthly in (("thermal_generation", 10.0), ("cement", 30.0)):
                rows.append((f"{year}-{month:02d} ytd", item, monthly * scale * month, known))
    return figures(rows)
