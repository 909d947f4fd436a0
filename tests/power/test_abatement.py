"""Costs of abatement by hand, and their layout for a cost curve."""

from __future__ import annotations

import polars as pl
import pytest

from dafeng.pack import PACK_TABLES
from dafeng.power.abatement import as_lever_costs, compare_plans
from dafeng.table import check


def make_plan(name: str, co2_mt: float, investment: float, carbon: float) -> dict[str, pl.DataFrame]:
    kinds = {"investment": investment, "fuel": 100e6, "carbon": carbon, "revenue": -70e6}
    costs = [
        {
            "scenario": name,
            "year": 2030,
            "technology": "x",
            "kind": kind,
            "cost_cny": cost,
            "price_year": 2020,
        }
        for kind, cost in kinds.items()
    ]
    return {
        "power.system": pl.DataFrame({"scenario": [name], "year": [2030], "co2_mt": [co2_mt]}),
        "power.costs": pl.DataFrame(costs),
    }


def test_added_cost_over_avoided_tonnes_without_transfers() -> None:
    found = compare_plans(make_plan("b", 2.0, 500e6, 9e9), make_plan("a", 4.0, 100e6, 0.0), {2030: 250.0})
    row = found.row(0, named=True)
    assert row["cost_cny_per_t"] == pytest.approx(200.0)  # 400 million CNY over 2 million t
    assert row["shadow_price_cny_per_t"] == 250.0
    assert (row["price_year"], row["scenario"], row["reference"]) == (2020, "b", "a")


def test_negative_costs_are_kept_and_more_co2_has_no_cost() -> None:
    cheap = compare_plans(make_plan("b", 2.0, 50e6, 0.0), make_plan("a", 4.0, 100e6, 0.0))
    assert cheap["cost_cny_per_t"][0] == pytest.approx(-25.0)
    worse = compare_plans(make_plan("b", 5.0, 50e6, 0.0), make_plan("a", 4.0, 100e6, 0.0))
    assert worse["status"].to_list() == ["no_abatement"]
    assert worse["cost_cny_per_t"].null_count() == 1


def test_curve_of_the_pathways_takes_it() -> None:
    found = compare_plans(make_plan("b", 2.0, 500e6, 0.0), make_plan("a", 4.0, 100e6, 0.0))
    rows = as_lever_costs(found, "L_wind_pv", "editors_note")
    check(rows, PACK_TABLES["lever_costs"])
    assert rows["cost_cny_per_t"].to_list() == [pytest.approx(200.0)]
