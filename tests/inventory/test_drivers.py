from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory import ceads_factors, compute_inventory
from dafeng.inventory.drivers import IDENTITIES, DecomposedEmissions, constant_gdp, decompose_emissions

if TYPE_CHECKING:
    from dafeng.pack import Pack


@pytest.fixture(scope="module")
def made(shanxi: Pack) -> DecomposedEmissions:
    tables = shanxi.tables
    return decompose_emissions(tables["energy"], ceads_factors(), tables["economy"], "CN-SX")


def test_emissions_are_those_of_the_inventory(made: DecomposedEmissions, shanxi: Pack) -> None:
    whole = compute_inventory(
        shanxi.tables["energy"], ceads_factors(), shanxi.tables["products"], accept_findings=True
    ).emissions
    burnt = (
        whole.filter(variable="co2_fuel_combustion", sector="total")
        .group_by("year")
        .agg(pl.col("value").sum())
    )
    joined = made.drivers.join(burnt, on="year")
    assert joined.height == made.drivers.height == 9
    assert (joined["co2_mt"] - joined["value"]).abs().max() < 1e-9


@pytest.mark.parametrize("identity", IDENTITIES)
def test_effects_sum_to_the_change(made: DecomposedEmissions, identity: str) -> None:
    co2 = dict(made.drivers.select("year", "co2_mt").iter_rows())
    sums = made.effects.filter(identity=identity).group_by("from_year", "to_year").agg(
        pl.col("value_mt").sum(), pl.col("ratio").product()
    )  # fmt: skip
    assert sums.height == 8
    for start, end, value, ratio in sums.iter_rows():
        assert value == pytest.approx(co2[end] - co2[start], abs=1e-9)
        assert ratio == pytest.approx(co2[end] / co2[start])


def test_effects_since_the_first_year_are_their_running_sum(made: DecomposedEmissions) -> None:
    last = made.effects.filter(identity="kaya_extended", to_year=2022)
    co2 = dict(made.drivers.select("year", "co2_mt").iter_rows())
    assert last["cumulative_mt"].sum() == pytest.approx(co2[2022] - co2[2014])


def test_constant_factors_have_no_effect(made: DecomposedEmissions) -> None:
    assert made.effects.filter(factor="emission_factor")["value_mt"].abs().max() == 0


def test_output_is_chained_in_one_vintage(made: DecomposedEmissions, shanxi: Pack) -> None:
    assert (made.gdp_vintage, made.price_year) == ("first_published", 2015)
    gdp = dict(made.drivers.select("year", "gdp").iter_rows())
    assert gdp[2015] == pytest.approx(12766.49)
    assert gdp[2022] / gdp[2021] == pytest.approx(1.044)
    assert set(made.drivers["gdp_unit"]) == {"10^8 CNY_2015"}


def test_an_index_is_not_chained_over_a_gap(shanxi: Pack) -> None:
    economy = shanxi.tables["economy"]
    holed = economy.filter(~((pl.col("variable") == "gdp_index") & (pl.col("year") == 2018)))
    gdp, _, price_year = constant_gdp(holed, list(range(2014, 2023)))
    assert gdp["year"].min() == 2019
    assert price_year is None
    assert set(gdp["gdp_unit"]) == {"index"}


def test_without_output_only_the_structure_is_decomposed(shanxi: Pack) -> None:
    tables = shanxi.tables
    people = tables["economy"].filter(pl.col("variable") == "population")
    alone = decompose_emissions(tables["energy"], ceads_factors(), people, "CN-SX")
    assert set(alone.effects["identity"]) == {"energy_structure"}
    assert alone.gdp_vintage == ""


def test_a_year_with_an_unknown_cell_is_left_out(shanxi: Pack) -> None:
    tables = shanxi.tables
    cell = (pl.col("year") == 2018) & (pl.col("sector") == "transport") & (pl.col("fuel") == "Diesel_Oil")
    energy = tables["energy"].with_columns(value=pl.when(~cell).then(pl.col("value")))
    made = decompose_emissions(energy, ceads_factors(), tables["economy"], "CN-SX")
    assert 2018 not in set(made.drivers["year"])
    assert (2017, 2019) in set(made.effects.select("from_year", "to_year").iter_rows())


def test_a_province_without_energy_use_has_no_rows(shanxi: Pack) -> None:
    tables = shanxi.tables
    made = decompose_emissions(tables["energy"], ceads_factors(), tables["economy"], "CN-HE")
    assert made.effects.is_empty()
    assert made.drivers.is_empty()
