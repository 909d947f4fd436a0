"""Small tables of lines, written as short as a test needs."""

from __future__ import annotations

from typing import Any

import polars as pl

from dafeng.inventory.uncertainty import LineInput, lines_from_input
from dafeng.table import columns_of

SCHEMA = {spec.name: spec.dtype for spec in columns_of(LineInput)}
PLAIN: dict[str, Any] = {
    "region": "CN-SX", "year": 2020, "category": "1A1a", "gas": "CO2", "activity": 100.0, "factor": 2.0,
    "activity_uncertainty": 0.05, "factor_uncertainty": 0.1, "unit": "kt",
}  # fmt: skip


def given(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return a table of a user's lines; what a row does not name is as in ``PLAIN``."""
    return pl.DataFrame([{**PLAIN, **row} for row in rows], schema=SCHEMA)


def lines(*rows: dict[str, Any], gwp_set: str | None = None) -> pl.DataFrame:
    """Return lines ready for assessment."""
    return lines_from_input(given(*rows), gwp_set)
