"""Small balances of an invented kind: figures are typed by hand or drawn by hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance import Balance, ElectricityBasis

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS = {code: row["activity_unit"] for code, row in terms.entries("balance_fuels").items()}
SCHEMA = {
    "region": pl.String, "year": pl.Int64, "row": pl.String, "fuel": pl.String, "unit": pl.String,
    "value": pl.Float64, "grade": pl.String,
}  # fmt: skip
CLOSED = {
    ("total_primary_supply", "Coal_Total"): 100.0, ("total_primary_supply", "Raw_Coal"): 100.0,
    ("indigenous_production", "Coal_Total"): 130.0, ("indigenous_production", "Raw_Coal"): 130.0,
    ("sending_out_to_other_provinces", "Coal_Total"): -30.0,
    ("sending_out_to_other_provinces", "Raw_Coal"): -30.0,
    ("transformation_total", "Coal_Total"): -60.0, ("transformation_total", "Raw_Coal"): -60.0,
    ("thermal_power", "Coal_Total"): -60.0, ("thermal_power", "Raw_Coal"): -60.0,
    ("transformation_total", "Electricity"): 12.0, ("thermal_power", "Electricity"): 12.0,
    ("loss", "Electricity"): 1.0, ("final_consumption", "Electricity"): 11.0,
    ("industry", "Electricity"): 8.0, ("residential", "Electricity"): 3.0,
    ("residential_urban", "Electricity"): 2.0, ("residential_rural", "Electricity"): 1.0,
    ("final_consumption", "Coal_Total"): 45.0, ("final_consumption", "Raw_Coal"): 45.0,
    ("industry", "Coal_Total"): 40.0, ("industry", "Raw_Coal"): 40.0,
    ("agriculture", "Coal_Total"): 5.0, ("agriculture", "Raw_Coal"): 5.0,
    ("statistical_difference", "Coal_Total"): -5.0, ("statistical_difference", "Raw_Coal"): -5.0,
    ("total_consumption", "Coal_Total"): 105.0, ("total_consumption", "Raw_Coal"): 105.0,
    ("total_consumption", "Electricity"): 12.0,
}  # fmt: skip
"""A table that adds up: 5 of coal were used more than supplied."""


def make_cells(
    values: Mapping[tuple[str, str], float | None], region: str = "CN-ZJ", year: int = 2015, grade: str = "B"
) -> pl.DataFrame:
    rows = [
        (region, year, row, fuel, UNITS[fuel], value, grade) for (row, fuel), value in sorted(values.items())
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def make_balance(
    values: Mapping[tuple[str, str], float | None] = CLOSED, edition: str = "yearbook_2010", year: int = 2015
) -> Balance:
    return Balance(make_cells(values, year=year), edition)


EQUIVALENT = ElectricityBasis("equivalent", 305.5)
CALORIFIC = ElectricityBasis("calorific", 122.9)
