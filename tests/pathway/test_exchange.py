"""IAMC tables out and in, and what others published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.grids import read_grids
from dafeng.inventory.iamc_reading import parse_iamc
from dafeng.pathway.answers import FanChart
from dafeng.pathway.contracts import PathwayEmissions, PathwayQuantity
from dafeng.pathway.exchange import (
    IAMC_COLUMNS,
    ComparisonRow,
    from_iamc,
    iamc_results,
    published_band,
    to_iamc,
)
from dafeng.table import check, columns_of, empty_table
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from dafeng.pack import Pack


SCOPE = {"boundary": "production", "power_export": "included", "process": "with_process", "gases": "co2"}


def totals(**scope: str) -> pl.DataFrame:
    row = {
        "scenario": "plan", **SCOPE, **scope, "year": 2030, "p05": 550.0, "p25": 580.0, "p50": 600.0,
        "p75": 620.0, "p95": 660.0, "mean": 601.0, "unit": "Mt CO2",
    }  # fmt: skip
    schema = {spec.name: spec.dtype for spec in columns_of(FanChart)}
    return check(pl.DataFrame([row], schema=schema), FanChart)


def by_chain(chain: str, **scope: str) -> pl.DataFrame:
    row = {
        "scenario": "plan", **SCOPE, **scope, "chain": chain, "year": 2030, "mean_mt": 301.0,
        "p05_mt": 250.0, "p50_mt": 300.0, "p95_mt": 360.0,
    }  # fmt: skip
    schema = {spec.name: spec.dtype for spec in columns_of(PathwayEmissions)}
    return check(pl.DataFrame([row], schema=schema), PathwayEmissions)


def quantity(name: str, unit: str, low: float, mid: float, high: float) -> pl.DataFrame:
    row = {
        "scenario": "plan", "quantity": name, "unit": unit, "year": 2030, "mean": mid, "p05": low, "p50": mid,
        "p95": high,
    }  # fmt: skip
    schema = {spec.name: spec.dtype for spec in columns_of(PathwayQuantity)}
    return check(pl.DataFrame([row], schema=schema), PathwayQuantity)


def foreign(region: str, variable: str = "Emissions|CO2|Energy", unit: str = "Mt CO2/yr") -> pl.DataFrame:
    row = ("GCAM", "ref", region, variable, unit, 2030, 500.0)
    return pl.DataFrame([row], schema=list(IAMC_COLUMNS), orient="row")


def test_our_results_come_back_from_their_own_table() -> None:
    fan = [totals(), totals(process="energy_only"), totals(boundary="consumption"), totals(gases="all")]
    power = [by_chain("power", process="energy_only"), by_chain("power"), by_chain("cement")]
    sums = pl.concat([quantity("generation_twh", "TWh", 400, 500, 600), quantity("ch4_mt", "Mt", 5, 6, 7)])
    table = to_iamc(pl.concat(fan), pl.concat(power), sums, model="dafeng", region="CN-SX")
    assert table.columns == list(IAMC_COLUMNS)
    assert table.height == 3 * 5  # two totals, one chain, two quantities, in one scope only
    assert set(table["region"]) == {"China|Shanxi"}
    back, found = from_iamc(table, "CN-SX")
    assert not found
    rows = {row["variable"]: row for row in check(back, ComparisonRow).iter_rows(named=True)}
    total = rows["Emissions|CO2|Energy and Industrial Processes"]
    assert (total["low"], total["value"], total["high"]) == (550.0, 600.0, 660.0)
    assert rows["Emissions|CO2|Energy|Supply|Electricity"]["value"] == 300.0
    assert rows["Secondary Energy|Electricity"]["value"] == pytest.approx(1.8)
    assert rows["Emissions|CH4"]["value"] == 6.0


def test_the_reader_of_inventories_takes_our_table() -> None:
    people = quantity("population_10k", "10^4 persons", 1, 3480, 9)
    table = to_iamc(totals(), empty_table(PathwayEmissions), people, model="m", region="CN-SX")
    data, _ = parse_iamc(read_grids(table.write_csv().encode(), "ours.csv")[0])
    back, _ = from_iamc(data, "CN-SX")
    values = dict(back.select("variable", "value").iter_rows())
    assert values["Population"] == pytest.approx(34.8)
    assert values["Emissions|CO2|Energy and Industrial Processes"] == 600.0


@pytest.mark.parametrize("name", ["Shanxi", "China|Shanxi", "山西", "山西省", "140000", "CN-SX"])
def test_the_province_is_known_by_every_spelling(name: str) -> None:
    assert from_iamc(foreign(name), "CN-SX")[0]["value"].to_list() == [500.0]


@pytest.mark.parametrize("name", ["Shaanxi", "陕西", "610000", "China", "World"])
def test_a_neighbour_is_never_taken_for_the_province(name: str) -> None:
    with pytest.raises(InputRefused) as refused:
        from_iamc(foreign(name), "CN-SX")
    assert refused.value.findings[0].code == "comparison_region"
    both, found = from_iamc(pl.concat([foreign(name), foreign("Shanxi")]), "CN-SX")
    assert both.height == 1
    assert [finding.code for finding in found] == ["comparison_region"]


@pytest.mark.parametrize(
    ("unit", "factor"), [("Gt CO2/yr", 1000), ("kt CO2/yr", 1e-3), ("t CO2/yr", 1e-6), ("Mt CO2/year", 1)]
)
def test_units_are_converted_at_the_door(unit: str, factor: float) -> None:
    assert from_iamc(foreign("Shanxi", unit=unit), "CN-SX")[0]["value"][0] == pytest.approx(500 * factor)


def test_other_variables_and_units_are_said_and_left_out() -> None:
    data = pl.concat([foreign("Shanxi", "Price|Carbon"), foreign("Shanxi", unit="EJ/yr"), foreign("Shanxi")])
    rows, found = from_iamc(data, "CN-SX")
    assert rows.height == 1
    assert {finding.code for finding in found} == {"comparison_variables", "unit_mismatch"}
    assert "Price|Carbon" in "".join(finding.text("zh") for finding in found)


def test_every_variable_of_the_crosswalk_converts() -> None:
    strange = {"million": "10^6 person"}
    for variable, row in iamc_results().items():
        assert (row["quantity"] == "") != (row["process"] == ""), variable
        given, unit = (text.removesuffix("/yr").replace(" CH4", "") for text in (row["given"], row["unit"]))
        assert conversion_factor(given, strange.get(unit, unit)) > 0


def test_published_scenarios_keep_their_scope_and_their_mark(shanxi: Pack) -> None:
    rows = {row["row_id"]: row for row in published_band(shanxi.tables, "CN-SX").iter_rows(named=True)}
    peak = rows["SC02-peak"]
    assert (peak["year"], peak["value"], peak["weak"]) == (2029, 801.2, True)
    assert rows["SC02-base"]["value"] == 541.8
    assert rows["SC07-peak"]["value"] is None  # a year without a level
    assert rows["SC03-statement"]["year"] is None
    assert not any(name.startswith(("SC08", "SC09")) for name in rows)  # coal and intensity are no CO2
    assert all(row["scope_zh"] and row["scope_en"] for row in rows.values())
    assert published_band(shanxi.tables, "CN-SN").is_empty()
    assert published_band({}, "CN-SX").is_empty()
