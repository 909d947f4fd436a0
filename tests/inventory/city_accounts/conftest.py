"""A made-up province of three cities whose emissions are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory import EnergyUse, ceads_factors
from dafeng.inventory.city_accounts import split_province
from dafeng.pack import PACK_TABLES
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable

CITIES = ("C1", "C2", "C3")
USE = (
    # flow, sector, fuel, quantity, item of the city table
    ("final_consumption", "ferrous_smelting", "Coke", 1000.0, "above_scale_industry"),
    ("final_consumption", "nonmetal_products", "Raw_Coal", 800.0, "above_scale_industry"),
    ("final_consumption", "residential_rural", "Raw_Coal", 100.0, "bulk_coal"),
    ("final_consumption", "transport", "Diesel_Oil", 50.0, "all_use"),
    ("final_consumption", "residential_urban", "Natural_Gas", 6.0, "all_use"),
    ("transformation_input", "heating_supply", "Raw_Coal", 200.0, "heat_plant_input"),
    ("transformation_input", "thermal_power", "Raw_Coal", 3000.0, "power_plant_input"),
)
FACTORS = {"Coke": 2.876589, "Diesel_Oil": 3.093819, "Natural_Gas": 21.60729}
SHARES = {"C1": 0.5, "C2": 0.3, "C3": 0.2}


def unit_of(fuel: str) -> str:
    return "10^8 m3" if fuel == "Natural_Gas" else "10^4 t"


@pytest.fixture(scope="session")
def province() -> pl.DataFrame:
    """Return the province by part and fuel."""
    rows = [
        {
            "region": "CN-SN",
            "year": 2022,
            "variable": flow,
            "sector": sector,
            "fuel": fuel,
            "unit": unit_of(fuel),
            "value": value,
        }
        for flow, sector, fuel, value, _ in USE
    ]
    schema = {spec.name: spec.dtype for spec in columns_of(EnergyUse)}
    return split_province(pl.DataFrame(rows, schema=schema), ceads_factors())


@pytest.fixture(scope="session")
def make_city_energy() -> Callable[..., pl.DataFrame]:
    """Return a maker of city tables: shares of the province by city, a grade by city."""

    def make(shares: dict[str, float] | None = None, grades: dict[str, str] | None = None) -> pl.DataFrame:
        rows = [
            {
                "region": city, "year": 2022, "item": item, "fuel": fuel, "unit": unit_of(fuel),
                "value": share * value, "source_id": "made", "grade": (grades or {}).get(city, "A"),
            }
            for city, share in (SHARES if shares is None else shares).items()
            for _, _, fuel, value, item in USE
        ]  # fmt: skip
        schema = {spec.name: spec.dtype for spec in columns_of(PACK_TABLES["city_energy"])}
        return pl.DataFrame(rows, schema=schema)

    return make
