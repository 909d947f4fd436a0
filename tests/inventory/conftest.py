"""Small energy tables, typed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.inventory import ceads_factors

if TYPE_CHECKING:
    from collections.abc import Callable

Cell = tuple[str, str, str, float | None]
SCHEMA = {
    "region": pl.String, "year": pl.Int64, "variable": pl.String, "sector": pl.String, "fuel": pl.String,
    "unit": pl.String, "value": pl.Float64, "row": pl.Int64,
}  # fmt: skip
GASES = {"Coke_Oven_Gas", "Other_Gas", "Natural_Gas"}
UNITS = {"Heat": "10^10 kJ", "Electricity": "10^8 kWh", "Other_Energy": "10^4 tce"}


def unit_of(fuel: str) -> str:
    return UNITS.get(fuel, "10^8 m3" if fuel in GASES else "10^4 t")


def build(cells: list[Cell], region: str = "CN-SX", year: int = 2020) -> pl.DataFrame:
    rows = [
        (region, year, variable, sector, fuel, unit_of(fuel), value, place)
        for place, (variable, sector, fuel, value) in enumerate(cells, 2)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.fixture
def energy() -> Callable[..., pl.DataFrame]:
    """Return a maker of energy tables from (variable, sector, fuel, value)."""
    return build


@pytest.fixture(scope="session")
def factors() -> pl.DataFrame:
    return ceads_factors()


@pytest.fixture(scope="session")
def factor(factors: pl.DataFrame) -> Callable[[str, str], float]:
    """Return a look-up of the factor of a sector and fuel."""
    known = {
        (sector, fuel): value for sector, fuel, value in factors.select("sector", "fuel", "factor").rows()
    }

    def look_up(sector: str, fuel: str) -> float:
        return known[sector, fuel]

    return look_up


@pytest.fixture(scope="session")
def pick() -> Callable[..., Any]:
    """Return a reader of one value of an emission table."""

    def read(
        emissions: pl.DataFrame, variable: str, sector: str, fuel: str | None = None, year: int = 2020
    ) -> Any:
        fits = pl.col("fuel").is_null() if fuel is None else pl.col("fuel") == fuel
        rows = emissions.filter(
            fits & (pl.col("variable") == variable) & (pl.col("sector") == sector) & (pl.col("year") == year)
        )
        assert rows.height == 1, (variable, sector, fuel, rows.height)
        return rows["value"].item()

    return read
