"""Observations for tests: one line a cell."""

from __future__ import annotations

from typing import Any

import polars as pl

from dafeng import terms
from dafeng.balance.reconcile_contracts import BalanceObservations
from dafeng.table import check, columns_of

Line = tuple[str, str, float | None]


def observe(lines: list[Line], **given: Any) -> pl.DataFrame:
    """Return observations of one source, province and year; ``given`` sets other columns."""
    return observe_each([{"row": row, "fuel": fuel, "value": value, **given} for row, fuel, value in lines])


def observe_each(lines: list[dict[str, Any]]) -> pl.DataFrame:
    fixed = {"region": "CN-SX", "year": 2020, "source": "a", "grade": "B"}
    specs = {spec.name: spec.dtype for spec in columns_of(BalanceObservations)}
    rows = []
    for line in lines:
        row = {**dict.fromkeys(specs), **fixed, **line}
        row["unit"] = row["unit"] or terms.entries("balance_fuels")[row["fuel"]]["activity_unit"]
        rows.append(row)
    return check(pl.DataFrame(rows, schema=specs), BalanceObservations)


COKE: list[Line] = [
    ("indigenous_production", "Raw_Coal", 100.0),
    ("sending_out_to_other_provinces", "Raw_Coal", -30.0),
    ("total_primary_supply", "Raw_Coal", 66.0),
    ("coking", "Raw_Coal", -40.0),
    ("transformation_total", "Raw_Coal", -42.0),
    ("loss", "Raw_Coal", 1.0),
    ("industry", "Raw_Coal", 20.0),
    ("residential", "Raw_Coal", 8.0),
    ("residential_urban", "Raw_Coal", 3.0),
    ("residential_rural", "Raw_Coal", 4.0),
    ("final_consumption", "Raw_Coal", 26.0),
    ("coking", "Coke", 30.0),
    ("transformation_total", "Coke", 31.0),
    ("industry", "Coke", 28.0),
    ("final_consumption", "Coke", 29.0),
]
"""A small table whose sums do not hold."""
