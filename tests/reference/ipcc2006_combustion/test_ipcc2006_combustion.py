"""The Chinese defaults beside the IPCC's: carbon and heat within the stated tolerance of each fuel."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from dafeng.inventory.guideline import combustion_factors, emit_guideline_combustion

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))
every_fuel = pytest.mark.parametrize("row", ROWS, ids=[row["fuel"] for row in ROWS])


def default(variable: str, fuel: str, activity: str = "all") -> float:
    rows = combustion_factors().filter(
        (pl.col("variable") == variable) & (pl.col("fuel") == fuel) & (pl.col("activity") == activity)
    )
    value = rows["value"].item()
    assert isinstance(value, float)
    return value


@every_fuel
def test_carbon_content_is_near_the_ipcc_default(row: dict[str, str]) -> None:
    ours = default("carbon_content", row["fuel"]) * 1000 * 44 / 12
    assert ours == pytest.approx(float(row["co2_kg_per_tj"]), rel=float(row["tolerance"]))


@every_fuel
def test_heat_value_is_near_the_ipcc_default(row: dict[str, str]) -> None:
    if row["heat_gj_per_t"]:
        ours = default("heat_value", row["fuel"]) / 10
        assert ours == pytest.approx(float(row["heat_gj_per_t"]), rel=float(row["heat_tolerance"]))


@every_fuel
def test_an_emission_is_the_ipcc_one_but_for_carbon_and_oxidation(row: dict[str, str]) -> None:
    """Tier 1 by the IPCC (heat x factor) against our line: the ratio is ours over theirs, nothing else."""
    fuel = row["fuel"]
    unit = "10^8 m3" if fuel.endswith("Gas") and fuel != "Refinery_Gas" else "10^4 t"
    energy = pl.DataFrame(
        [("CN-SX", 2020, "final_consumption", "other_services", fuel, unit, 10.0)],
        schema=["region", "year", "variable", "sector", "fuel", "unit", "value"], orient="row",
    )  # fmt: skip
    line = emit_guideline_combustion(energy).filter(pl.col("gas") == "CO2").row(0, named=True)
    theirs = 10 * default("heat_value", fuel) * float(row["co2_kg_per_tj"]) / 1e6
    carbon = default("carbon_content", fuel) * 1000 * 44 / 12 / float(row["co2_kg_per_tj"])
    assert line["value"] / theirs == pytest.approx(carbon * default("oxidation", fuel), rel=1e-12)


def test_defaults_of_methane_and_nitrous_oxide_are_those_of_tables_2_2_to_2_5() -> None:
    """Vol. 2: coal CH4 1 / 10 / 10 / 300, oil 3 / 3 / 10 / 10, gas 1 / 1 / 5 / 5; N2O 1.5, 0.6, 0.1 kg/TJ."""
    groups = ("energy_industries", "manufacturing", "commercial", "residential")
    methane = {"coal": (1, 10, 10, 300), "oil": (3, 3, 10, 10), "gas": (1, 1, 5, 5), "LPG": (1, 1, 5, 5)}
    for fuel, values in methane.items():
        assert tuple(default("ef_ch4_combustion", fuel, group) for group in groups) == values
    for fuel, value in {"coal": 1.5, "oil": 0.6, "gas": 0.1, "LPG": 0.1}.items():
        assert {default("ef_n2o_combustion", fuel, group) for group in groups} == {value}


@pytest.mark.data
def test_the_defaults_agree_with_the_data_they_were_typed_from(data_dir: Path) -> None:
    """Every combustion default of the provincial guideline is the figure of the stored quotation."""
    path = data_dir / "accounts" / "factors_china_guidelines.csv"
    quoted = {
        (row["variable"], row["fuel"]): float(row["value"])
        for row in csv.DictReader(path.read_text("utf-8").splitlines())
        if row["source"] == "CN_PROVGUIDE2025_SQL" and row["fuel"]
    }
    named = {"carbon_content": "carbon_content", "oxidation": "oxidation_rate", "heat_value": "ncv"}
    checked = 0
    ours = combustion_factors().filter(pl.col("source_id") == "CN_PROVGUIDE2025_SQL")
    for row in ours.iter_rows(named=True):
        fuel = "Bituminous" if row["fuel"] == "Raw_Coal" else row["fuel"]
        expected = quoted.get((named[row["variable"]], fuel))
        if expected is None:  # cleaned coal has no row of its own
            continue
        scale = 10 if row["variable"] == "heat_value" else 1
        assert row["value"] == pytest.approx(expected * scale), (row["variable"], fuel)
        checked += 1
    assert checked >= 28
