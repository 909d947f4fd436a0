"""Small tables of activities and factors for the tests of the activity-based categories."""

from __future__ import annotations

import polars as pl

from dafeng import terms
from dafeng.pack.schema import Activities, Factors
from dafeng.table import empty_table

REGION, YEAR = "CN-SX", 2020


def activities(year: int = YEAR, **amounts: float | None) -> pl.DataFrame:
    """Return activities of one year, by code, in the unit of the code."""
    known = terms.entries("ghg_activities")
    return _table(
        Activities,
        [
            {
                "region": REGION, "year": year, "activity": code, "unit": known[code]["unit"],
                "value": value, "source_id": "given", "grade": "B",
            }
            for code, value in amounts.items()
        ],
    )  # fmt: skip


def factors(*rows: tuple[str, str, str, float], year: int = YEAR) -> pl.DataFrame:
    """Return the province's own factors: (variable, activity, unit, value)."""
    return _table(
        Factors,
        [
            {
                "region": REGION, "year": year, "variable": variable, "activity": activity,
                "unit": unit, "value": value, "source_id": "own", "grade": "B",
            }
            for variable, activity, unit, value in rows
        ],
    )  # fmt: skip


def _table(contract: type, rows: list[dict[str, object]]) -> pl.DataFrame:
    schema = empty_table(contract).schema
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)


def by_category(lines: pl.DataFrame, gas: str = "CH4") -> dict[str, float | None]:
    """Return the value of each category [kt]; a category with more lines is summed, NE is None."""
    found: dict[str, float | None] = {}
    for row in lines.filter(pl.col("gas") == gas).iter_rows(named=True):
        before = found.get(row["category"], 0.0)
        value = row["value"]
        found[row["category"]] = None if before is None or value is None else before + value
    return found
