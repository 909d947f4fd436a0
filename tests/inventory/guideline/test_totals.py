"""Totals by category: climbing, gas by gas and in equivalents, never partial without saying so."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.inventory.guideline import EmissionLine, sum_categories
from dafeng.inventory.guideline.totals import ancestors
from dafeng.table import empty_table


def lines(*rows: dict[str, Any]) -> pl.DataFrame:
    schema = empty_table(EmissionLine).schema
    full = [{"region": "CN-SX", "year": 2020, "unit": "kt", "grade": "B", **row} for row in rows]
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in full], schema=schema)


def total(table: pl.DataFrame, category: str, gas: str) -> dict[str, Any]:
    rows = table.filter((pl.col("category") == category) & (pl.col("gas") == gas)).to_dicts()
    assert len(rows) == 1
    return rows[0]


WHOLE = lines(
    {"category": "1A2a", "sector": "ferrous_smelting", "fuel": "Coke", "gas": "CO2", "value": 100.0},
    {"category": "1A1a", "sector": "power_heat", "fuel": "Raw_Coal", "gas": "CO2", "value": 50.0},
    {
        "category": "1A1a",
        "sector": "power_heat",
        "fuel": "Raw_Coal",
        "gas": "CH4",
        "value": 2.0,
        "grade": "A",
    },
)
OPEN = lines({"category": "2B1", "sector": "ammonia_output", "gas": "CO2", "notation": "NE"})


def test_a_category_holds_its_children() -> None:
    table = sum_categories(WHOLE, "AR5")
    assert total(table, "1A2", "CO2")["total_kt"] == 100.0
    assert total(table, "1A", "CO2")["total_kt"] == 150.0
    assert total(table, "total", "CO2e")["total_kt"] == pytest.approx(150 + 28 * 2)
    assert total(table, "1A1a", "CO2e")["gwp_set"] == "AR5"
    assert total(table, "total", "CH4")["gwp_set"] is None


def test_without_a_set_there_are_masses_only() -> None:
    assert "CO2e" not in sum_categories(WHOLE)["gas"].to_list()
    with pytest.raises(InputRefused):
        sum_categories(WHOLE, "AR99")


def test_a_part_that_is_not_estimated_leaves_the_total_empty_and_is_named() -> None:
    table = sum_categories(pl.concat([WHOLE, OPEN]), "AR6")
    whole = total(table, "total", "CO2")
    assert (whole["total_kt"], whole["estimated_kt"], whole["complete"]) == (None, 150.0, False)
    assert whole["not_estimated"] == "2B1:ammonia_output"
    assert total(table, "1A", "CO2")["total_kt"] == 150.0
    assert total(table, "total", "CO2e")["total_kt"] is None
    nothing = total(table, "2B1", "CO2")
    assert (nothing["estimated_kt"], nothing["total_kt"]) == (None, None)  # not zero


def test_what_is_counted_elsewhere_does_not_make_a_total_partial() -> None:
    included = lines({"category": "1A2a", "sector": "x", "fuel": "Other_Gas", "gas": "CO2", "notation": "IE"})
    table = sum_categories(pl.concat([WHOLE, included]))
    assert total(table, "1A2a", "CO2")["total_kt"] == 100.0


def test_memo_items_stand_apart() -> None:
    memo = lines({"category": "MEMO_POWER", "sector": "x", "gas": "CO2", "value": 7.0})
    table = sum_categories(pl.concat([WHOLE, memo]))
    assert total(table, "total", "CO2")["total_kt"] == 150.0
    assert total(table, "MEMO_POWER", "CO2")["total_kt"] == 7.0
    assert ancestors("MEMO_POWER") == ("MEMO_POWER",)
