"""Combustion by the second method on tables small enough to compute by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.inventory.guideline import (
    EmissionLine,
    combustion_factors,
    count_activity,
    emit_guideline_combustion,
    no_factors,
)
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., pl.DataFrame]


def line(lines: pl.DataFrame, sector: str, fuel: str, gas: str = "CO2") -> dict[str, Any]:
    rows = lines.filter(
        (pl.col("sector") == sector) & (pl.col("fuel") == fuel) & (pl.col("gas") == gas)
    ).to_dicts()
    assert len(rows) == 1, (sector, fuel, gas, len(rows))
    return rows[0]


def own(*rows: tuple[int, str, str, str | None, str, float]) -> pl.DataFrame:
    """Return own factors from (year, variable, activity, fuel, unit, value)."""
    frame = pl.DataFrame(
        [("CN-SX", *row, "lab", "A") for row in rows], schema=no_factors().schema, orient="row"
    )
    return frame.select(no_factors().columns)


def test_heat_value_carbon_content_and_oxidation_make_the_factor(energy: Make) -> None:
    """100 x 10^4 t diesel: 100 x 426.52 TJ x 20.2 t C/TJ x 0.98 x 44/12 = 309.6 kt CO2."""
    lines = emit_guideline_combustion(energy([("final_consumption", "transport", "Diesel_Oil", 100.0)]))
    co2 = line(lines, "transport", "Diesel_Oil")
    by_hand = 100 * 426.52 * 20.2 * 0.98 * 44 / 12 / 1000
    assert by_hand == pytest.approx(3095.9096, abs=1e-4)
    assert co2["value"] == pytest.approx(by_hand, rel=1e-12)
    assert co2["value"] == pytest.approx(co2["activity"] * co2["factor"], rel=1e-12)
    assert (co2["category"], co2["notation"], co2["grade"], co2["unit"]) == ("1A3", None, "B", "kt")
    assert co2["source_id"] == "CESY2008_APP4;CN_PROVGUIDE2025_SQL"
    methane = line(lines, "transport", "Diesel_Oil", "CH4")
    assert methane["value"] == pytest.approx(100 * 426.52 * 3.9e-6, rel=1e-12)


def test_methane_and_nitrous_oxide_follow_the_group_of_sectors(energy: Make) -> None:
    """Raw coal, IPCC 2006 vol. 2: CH4 1, 10, 10 and 300 kg/TJ in Tables 2.2 to 2.5, N2O 1.5 in all."""
    cells = [
        ("final_consumption", sector, "Raw_Coal", 10.0)
        for sector in ("power_heat", "ferrous_smelting", "other_services", "residential_rural", "agriculture")
    ]
    lines = emit_guideline_combustion(energy(cells))
    for sector, kg_per_tj in (
        ("power_heat", 1), ("ferrous_smelting", 10), ("other_services", 10), ("residential_rural", 300),
        ("agriculture", 300),
    ):  # fmt: skip
        assert line(lines, sector, "Raw_Coal", "CH4")["value"] == pytest.approx(2090.8 * kg_per_tj * 1e-6)
        assert line(lines, sector, "Raw_Coal", "N2O")["value"] == pytest.approx(2090.8 * 1.5e-6)


def test_a_specific_row_goes_before_its_group(energy: Make) -> None:
    """Diesel of farms is burnt off the road (Table 3.3.1), coal of power plants oxidises to 99 %."""
    lines = emit_guideline_combustion(
        energy(
            [
                ("final_consumption", "agriculture", "Diesel_Oil", 10.0),
                ("final_consumption", "residential_urban", "Diesel_Oil", 10.0),
                ("transformation_input", "thermal_power", "Raw_Coal", 10.0),
                ("final_consumption", "construction", "Raw_Coal", 10.0),
            ]
        )
    )
    assert line(lines, "agriculture", "Diesel_Oil", "N2O")["value"] == pytest.approx(4265.2 * 28.6e-6)
    assert line(lines, "residential_urban", "Diesel_Oil", "N2O")["value"] == pytest.approx(4265.2 * 0.6e-6)
    power, site = line(lines, "power_heat", "Raw_Coal"), line(lines, "construction", "Raw_Coal")
    assert (power["category"], site["category"]) == ("1A1a", "1A2k")
    assert power["value"] / site["value"] == pytest.approx(0.99 / 0.93)


def test_raw_material_is_taken_off_whole_chemicals_first(energy: Make) -> None:
    table = energy(
        [
            ("final_consumption", "chemicals", "Raw_Coal", 30.0),
            ("final_consumption", "plastic", "Raw_Coal", 10.0),
            ("final_consumption", "ferrous_smelting", "Raw_Coal", 60.0),
            ("final_consumption", "nonmetal_products", "Raw_Coal", 40.0),
            ("final_consumption", "transport", "Raw_Coal", 7.0),
            ("non_energy_use", "non_energy_use", "Raw_Coal", 50.0),
        ]
    )
    cells = count_activity(table)
    left = dict(cells.select("sector", "activity").iter_rows())
    assert left == pytest.approx(
        {"chemicals": 0, "plastic": 0, "ferrous_smelting": 54, "nonmetal_products": 36, "transport": 7}
    )
    assert cells["feedstock"].sum() == pytest.approx(50.0)
    assert line(emit_guideline_combustion(table), "chemicals", "Raw_Coal")["value"] == 0.0


def test_raw_material_use_that_is_not_published_leaves_industry_unknown(energy: Make) -> None:
    lines = emit_guideline_combustion(
        energy(
            [
                ("final_consumption", "chemicals", "Raw_Coal", 30.0),
                ("final_consumption", "transport", "Raw_Coal", 7.0),
                ("non_energy_use", "non_energy_use", "Raw_Coal", None),
            ]
        )
    )
    unknown = line(lines, "chemicals", "Raw_Coal")
    assert (unknown["value"], unknown["notation"]) == (None, "NE")
    assert "未公布" in unknown["note_zh"]
    assert line(lines, "transport", "Raw_Coal")["value"] > 0


def test_recovered_gas_is_not_counted_again_with_the_coke(energy: Make) -> None:
    """Gas works made 20 of the 100 that burn: 80 came from furnaces, whose carbon is in the coke."""
    cells = [
        ("final_consumption", "ferrous_smelting", "Coke", 50.0),
        ("final_consumption", "ferrous_smelting", "Other_Gas", 75.0),
        ("transformation_input", "thermal_power", "Other_Gas", 25.0),
        ("transformation_input", "gas_works", "Other_Gas", -20.0),
        ("final_consumption", "ferrous_smelting", "Blast_Furnace_Gas", 5.0),
    ]
    table = energy(cells).with_columns(
        unit=pl.when(pl.col("fuel") == "Blast_Furnace_Gas").then(pl.lit("10^8 m3")).otherwise("unit")
    )
    lines = emit_guideline_combustion(table)
    assert line(lines, "ferrous_smelting", "Other_Gas")["activity"] == pytest.approx(15.0)
    assert line(lines, "power_heat", "Other_Gas")["activity"] == pytest.approx(5.0)
    furnace = line(lines, "ferrous_smelting", "Blast_Furnace_Gas")
    assert (furnace["value"], furnace["notation"]) == (None, "IE")
    # other gases are counted where the gas burns
    assert line(lines, "ferrous_smelting", "Other_Gas", "CH4")["activity"] == pytest.approx(75.0)
    assert line(lines, "ferrous_smelting", "Blast_Furnace_Gas", "CH4")["value"] > 0
    alone = emit_guideline_combustion(table.filter(pl.col("fuel") != "Coke"))
    assert line(alone, "ferrous_smelting", "Blast_Furnace_Gas")["value"] == pytest.approx(
        5 * 330.0 * 70.8 * 0.99 * 44 / 12 / 1000
    )
    assert line(alone, "ferrous_smelting", "Other_Gas")["activity"] == pytest.approx(75.0)


def test_gas_that_cancels_out_is_counted_as_it_stands(energy: Make) -> None:
    cells = [
        ("final_consumption", "ferrous_smelting", "Coke", 50.0),
        ("final_consumption", "ferrous_smelting", "Other_Gas", 5.0),
        ("final_consumption", "chemicals", "Other_Gas", -5.0),
    ]
    lines = emit_guideline_combustion(energy(cells))
    assert line(lines, "ferrous_smelting", "Other_Gas")["activity"] == 5.0
    assert line(lines, "chemicals", "Other_Gas")["activity"] == -5.0


def test_a_fuel_without_a_usable_figure_is_not_estimated_until_the_user_gives_one(energy: Make) -> None:
    table = energy([("final_consumption", "ferrous_smelting", "Other_Energy", 10.0)])
    before = line(emit_guideline_combustion(table), "ferrous_smelting", "Other_Energy")
    assert (before["value"], before["notation"], before["factor"]) == (None, "NE", None)
    given = own(
        (2020, "carbon_content", "all", "Other_Energy", "t C/TJ", 10.0),
        (2020, "oxidation", "all", "Other_Energy", "1", 1.0),
    )
    after = line(emit_guideline_combustion(table, given), "ferrous_smelting", "Other_Energy")
    assert after["value"] == pytest.approx(10 * 293.076 * 10 * 44 / 12 / 1000)
    assert after["notation"] is None
    assert "lab" in after["source_id"]


def test_own_factors_go_before_defaults_and_the_nearest_year_counts(energy: Make) -> None:
    table = energy([("final_consumption", "transport", "Diesel_Oil", 1.0)])
    given = own(
        (2010, "heat_value", "all", "Diesel_Oil", "TJ/(10^4 t)", 400.0),
        (2021, "heat_value", "all", "Diesel_Oil", "TJ/(10^4 t)", 430.0),
        (2019, "heat_value", "all", "Diesel_Oil", "TJ/(10^4 t)", 420.0),
    )
    co2 = line(emit_guideline_combustion(table, given), "transport", "Diesel_Oil")
    assert co2["value"] == pytest.approx(420 * 20.2 * 0.98 * 44 / 12 / 1000)  # the earlier of two
    elsewhere = given.with_columns(region=pl.lit("CN-SN"))
    assert line(emit_guideline_combustion(table, elsewhere), "transport", "Diesel_Oil")[
        "value"
    ] == pytest.approx(426.52 * 20.2 * 0.98 * 44 / 12 / 1000)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"unit": "GJ/t"}, "unit_wrong"), ({"grade": "C"}, "factor_grade_weak"), ({"fuel": None}, "cell_empty")],
)
def test_an_own_factor_that_does_not_fit_is_refused(energy: Make, change: dict[str, Any], code: str) -> None:
    given = own((2020, "heat_value", "all", "Diesel_Oil", "TJ/(10^4 t)", 420.0)).with_columns(
        **{name: pl.lit(value, pl.String) for name, value in change.items()}
    )
    with pytest.raises(InputRefused) as refused:
        emit_guideline_combustion(energy([("final_consumption", "transport", "Diesel_Oil", 1.0)]), given)
    assert [finding.code for finding in refused.value.findings] == [code]


def test_heat_and_electricity_emit_nothing_where_they_are_used(energy: Make) -> None:
    table = energy(
        [
            ("final_consumption", "chemicals", "Heat", 1.0),
            ("final_consumption", "chemicals", "Electricity", 1.0),
        ]
    )
    lines = emit_guideline_combustion(table)
    assert lines.is_empty()
    assert check(lines, EmissionLine).is_empty()


def test_every_default_shows_source_place_and_grade_or_says_that_there_is_none() -> None:
    for row in combustion_factors().iter_rows(named=True):
        name = (row["variable"], row["activity"], row["fuel"])
        assert row["grade"] in {"A", "B"}, name
        if row["value"] is None:
            assert row["note_zh"], name
            assert row["note_en"], name
        else:
            assert row["source_id"], name
            assert row["place"], name


def test_every_fossil_fuel_has_heat_carbon_and_oxidation() -> None:
    fossil = {code for code, row in terms.entries("fuels").items() if row["fossil"] == "true"}
    for variable in ("heat_value", "carbon_content", "oxidation"):
        rows = combustion_factors().filter((pl.col("variable") == variable) & pl.col("value").is_not_null())
        assert fossil <= set(rows.filter(pl.col("activity") == "all")["fuel"]), variable


def test_raw_coal_carries_the_spread_of_published_factors(energy: Make) -> None:
    """Han et al. (2020): 0.491 to 0.746 t C per t of coal, half the width over the middle: 0.2061."""
    cells = [
        ("final_consumption", "ferrous_smelting", fuel, 10.0) for fuel in ("Raw_Coal", "Cleaned_Coal", "Coke")
    ]
    lines = emit_guideline_combustion(energy(cells))
    coal = line(lines, "ferrous_smelting", "Raw_Coal")
    assert coal["factor_uncertainty"] == pytest.approx((0.746 - 0.491) / (0.746 + 0.491), abs=5e-5)
    assert coal["source_id"].endswith(";HAN2020_ACP")
    assert "95 %" in coal["note_en"]
    assert "九套清单" in coal["note_zh"]
    assert line(lines, "ferrous_smelting", "Raw_Coal", "CH4")["factor_uncertainty"] is None
    for fuel in ("Cleaned_Coal", "Coke"):
        assert line(lines, "ferrous_smelting", fuel)["factor_uncertainty"] is None


def test_the_spread_falls_away_where_the_province_has_its_own_factor(energy: Make) -> None:
    cells = energy([("final_consumption", "ferrous_smelting", "Raw_Coal", 10.0)])
    mine = own((2022, "carbon_content", "all", "Raw_Coal", "t C/TJ", 25.0))
    coal = line(emit_guideline_combustion(cells, mine), "ferrous_smelting", "Raw_Coal")
    assert coal["factor_uncertainty"] is None
    assert "HAN2020_ACP" not in coal["source_id"]
    stated = mine.with_columns(uncertainty=pl.lit(0.02))
    rest = [
        (2022, "heat_value", "all", "Raw_Coal", "TJ/(10^4 t)", 200.0),
        (2022, "oxidation", "all", "Raw_Coal", "1", 0.95),
    ]
    whole = pl.concat([stated, own(*rest).with_columns(uncertainty=pl.lit(0.02))])
    coal = line(emit_guideline_combustion(cells, whole), "ferrous_smelting", "Raw_Coal")
    assert coal["factor_uncertainty"] == pytest.approx(0.02 * 3**0.5)
