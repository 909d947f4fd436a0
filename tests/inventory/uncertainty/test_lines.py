"""From a user's table or an inventory to lines: ids, bounds, defaults, weights; refusals with their row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.inventory.uncertainty.made_lines import given, lines

from dafeng.errors import InputRefused
from dafeng.inventory.guideline.contracts import EmissionLine
from dafeng.inventory.uncertainty import (
    DefaultUncertainty,
    UncertaintyPlan,
    assess_uncertainty,
    fill_uncertainties,
    lines_from_input,
    lines_from_inventory,
    read_defaults,
    read_lines,
    select_covered,
)
from dafeng.table import columns_of

if TYPE_CHECKING:
    from pathlib import Path


def findings(caught: pytest.ExceptionInfo[InputRefused]) -> list[tuple[str, int | None, str]]:
    return [(f.code, f.place.row, f.place.column) for f in caught.value.findings]


# --- a user's table ---------------------------------------------------------------------------------------


def test_emissions_are_activity_times_factor() -> None:
    assert lines({"activity": 3.0, "factor": 2.5})["value"].to_list() == [7.5]
    assert lines({"activity": None})["value"].to_list() == [None]


def test_bounds_become_multiples_of_the_estimate_also_of_a_negative_one() -> None:
    table = lines(
        {"factor": 2.0, "factor_uncertainty": None, "factor_low": 1.0, "factor_high": 5.0},
        {
            "category": "2", "activity": -2.0, "activity_uncertainty": None, "activity_low": -3.0,
            "activity_high": -1.0,
        },
    )  # fmt: skip
    assert table.select("factor_low", "factor_high").row(0) == (0.5, 2.5)
    assert table.select("activity_low", "activity_high").row(1) == (0.5, 1.5)


def test_all_spreads_that_cannot_be_are_named_with_their_row() -> None:
    table = given(
        {},
        {"category": "2", "factor_uncertainty": 4.0},
        {"category": "3", "activity_uncertainty": None, "activity_low": 120.0, "activity_high": 130.0},
        {"category": "4", "factor_uncertainty": None, "factor_low": 1.0},
        {
            "category": "5", "activity": 0.0, "activity_uncertainty": None, "activity_low": -1.0,
            "activity_high": 5.0,
        },
    )  # fmt: skip
    with pytest.raises(InputRefused) as caught:
        lines_from_input(table, None)
    assert set(findings(caught)) == {
        ("uncertainty_too_wide", 3, "factor_uncertainty"),
        ("uncertainty_bounds", 4, "activity_uncertainty"),
        ("uncertainty_bounds", 5, "factor_uncertainty"),
        ("uncertainty_bounds", 6, "activity_uncertainty"),
    }


def test_two_units_are_refused_and_no_unit_is_named_as_such() -> None:
    with pytest.raises(InputRefused) as caught:
        lines({}, {"category": "2", "unit": "t"})
    assert findings(caught)[0][0] == "uncertainty_units"
    assert lines({"unit": None})["unit"].to_list() == ["activity x factor"]


@pytest.mark.parametrize(
    ("activity_unit", "factor_unit", "unit", "value"),
    [
        ("10^4 t", "kg/t", None, 2.0), ("万吨", "kg CH4/t", "t", 2000.0), ("10^4 t", "t CO2/t", "kt", 2000.0),
        ("10^4 heads", "kg/head", "kt", 2.0), ("10^8 m3", "kg/m3", "Mt", 20.0), ("TJ", "t CO2/TJ", "kt", 0.2),
        ("kt", "kg N2O-N/kg N", "kt", 200 * 44 / 28), ("10^4 t", "kt CO2/(10^4 t)", "kt", 200.0),
        ("10^4 t", None, "kt", 200.0), ("10^3 ha", "g/m2", "kt", 2.0),
    ],
)  # fmt: skip
def test_units_of_both_figures_are_converted_into_the_unit_of_emissions(
    activity_unit: str, factor_unit: str | None, unit: str | None, value: float
) -> None:
    table = lines({"activity_unit": activity_unit, "factor_unit": factor_unit, "unit": unit})
    assert table["value"].to_list() == pytest.approx([value])
    assert table["unit"].to_list() == [unit or "kt"]


def test_a_value_is_the_estimate_and_must_not_contradict_the_product() -> None:
    units = {"activity_unit": "10^4 t", "factor_unit": "kg/t"}
    table = lines(
        {**units, "value": 2.0},
        {"category": "2A1", "value": 7.0, "factor": None},
        {"category": "4A", "value": None, "notation": "NE"},
        {"category": "4B", "value": 9.0, "notation": "IE"},
        {"category": "MEMO_POWER", "value": 9.0},
    )
    assert table["value"].to_list() == [2.0, 7.0, None]
    with pytest.raises(InputRefused) as caught:
        lines({"value": 200.0}, {**units, "category": "2A1", "value": 200.0})
    assert findings(caught) == [("uncertainty_value", 3, "value")]
    with pytest.raises(InputRefused) as caught:
        lines({"activity_unit": "10^4 t", "factor_unit": "t C/TJ"})
    assert findings(caught) == [("uncertainty_no_mass", 2, "factor_unit")]


def test_several_gases_need_a_set_of_warming_potentials() -> None:
    rows = ({}, {"gas": "CH4"})
    with pytest.raises(InputRefused) as caught:
        lines(*rows)
    assert findings(caught)[0][0] == "gwp_needed"
    weighted = lines(*rows, gwp_set="AR5")
    assert weighted["value"].to_list() == [200.0, 5600.0]
    assert set(weighted["unit"]) == {"kt CO2e"}


def test_the_fuel_group_is_that_of_the_vocabulary() -> None:
    table = lines({"fuel": "Raw_Coal"}, {"fuel": "Coke"}, {"fuel": "peat"}, {})
    assert table["fuel_group"].to_list() == ["coal", "coke", "peat", None]


# --- the lines of an inventory ----------------------------------------------------------------------------


def emissions(*rows: dict[str, Any]) -> pl.DataFrame:
    plain = {
        "region": "CN-SX", "year": 2020, "category": "1A1a", "sector": "power", "fuel": "Raw_Coal",
        "gas": "CO2",
        "activity": 5.0, "activity_unit": "10^4 t", "factor": 1.9, "value": 95.0, "unit": "kt", "grade": "B",
        "activity_uncertainty": 0.05, "factor_uncertainty": 0.07, "factor_id": "coal",
    }  # fmt: skip
    schema = {spec.name: spec.dtype for spec in columns_of(EmissionLine)}
    return pl.DataFrame([{**plain, **row} for row in rows], schema=schema)


def test_gases_of_one_fire_share_the_activity_and_not_the_factor() -> None:
    table = lines_from_inventory(emissions({}, {"gas": "CH4"}, {"year": 2021}, {"sector": "steel"}), "AR5")
    assert table["activity_id"].n_unique() == 3
    assert table["factor_id"].n_unique() == 2


def test_a_factor_without_id_is_one_per_cell_and_the_same_in_all_years() -> None:
    own = {"factor_id": None}
    table = lines_from_inventory(emissions(own, {**own, "year": 2021}, {**own, "sector": "steel"}), None)
    assert table["factor_id"].to_list()[0] == table["factor_id"].to_list()[1]
    assert table["factor_id"].n_unique() == 2


def test_memo_items_stand_beside_the_total() -> None:
    assert lines_from_inventory(emissions({}, {"category": "MEMO_POWER"}), None).height == 1


def test_a_line_without_value_or_uncertainty_is_not_covered_and_says_so() -> None:
    table = lines_from_inventory(
        emissions({}, {"sector": "a", "factor_uncertainty": None}, {"sector": "b", "value": None}), None
    )
    assert select_covered(table).height == 1
    totals = assess_uncertainty(table, UncertaintyPlan(base_year=2020)).totals
    assert totals["estimate"].to_list() == [190.0] * 3
    assert totals["covered_share"].to_list() == [0.5] * 3
    assert set(totals["grade"]) == {"B"}


# --- default uncertainties --------------------------------------------------------------------------------


def rules(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={spec.name: spec.dtype for spec in columns_of(DefaultUncertainty)})


def test_the_closest_rule_fills_and_what_is_stated_stays() -> None:
    unknown = {"factor_uncertainty": None, "activity_uncertainty": None}
    table = lines(
        {**unknown, "fuel": "Coke"}, {**unknown}, {**unknown, "category": "1A2a"}, {"category": "2A1"}
    )
    filled = fill_uncertainties(
        table,
        rules(
            {"factor_uncertainty": 0.9, "factor_distribution": "lognormal"},
            {"category": "1A", "factor_uncertainty": 0.3},
            {"category": "1A1", "factor_uncertainty": 0.2, "activity_uncertainty": 0.01},
            {"category": "1A1", "fuel": "Coke", "factor_uncertainty": 0.1},
        ),
    )
    assert filled["factor_uncertainty"].to_list() == [0.1, 0.2, 0.3, 0.1]
    assert filled["activity_uncertainty"].to_list() == [0.01, 0.01, None, 0.05]
    assert filled["factor_distribution"].to_list() == [None] * 4


def test_bounds_are_a_statement_too() -> None:
    table = lines({"factor_uncertainty": None, "factor_low": 1.0, "factor_high": 5.0})
    filled = fill_uncertainties(table, rules({"factor_uncertainty": 0.9, "factor_distribution": "normal"}))
    assert filled.select("factor_uncertainty", "factor_distribution").row(0) == (None, None)


# --- files ------------------------------------------------------------------------------------------------

SHORT = "year,category,gas,activity,activity_uncertainty,factor,factor_uncertainty,remark\n"


def test_columns_that_a_file_leaves_out_are_empty(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(f'{SHORT}2020,1A1a,CO2,100,0.05,2,0.1,"a, b"\n\n2021,1A1a,CO2,100,0.05,2,,\n', "utf-8")
    read = read_lines(path)
    assert read.frame["factor_uncertainty"].to_list() == [0.1, None]
    assert read.rows.to_list() == [2, 4]
    assert read.extra["remark"].to_list() == ["a, b", None]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SHORT.replace("gas,", "") + "2020,1,1,1,1,1,\n", "column_missing"),
        (SHORT + "2020,1A1a,CO2,100\n", "file_not_csv"),
        (SHORT + "2020,1A1a,CO3,100,0.05,2,0.1,\n", "code_unknown"),
        (SHORT + "2020,1A1a,CO2,100,-0.05,2,0.1,\n", "value_out_of_range"),
        (SHORT + "2020,1A1a,CO2,1,0,2,0,\n2020,1A1a,CO2,1,0,2,0,\n", "key_repeated"),
        (SHORT, "header_only"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputRefused) as caught:
        read_lines(path)
    assert code in {f.code for f in caught.value.findings}


def test_a_file_of_defaults_needs_one_column_of_uncertainty(tmp_path: Path) -> None:
    path = tmp_path / "defaults.csv"
    path.write_text("category,factor_uncertainty\n1A,0.07\n,0.5\n", "utf-8")
    assert read_defaults(path).frame["factor_uncertainty"].to_list() == [0.07, 0.5]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("category,factor_uncertainity\n1A,0.07\n", "column_unknown", (1, "")),
        ("factor_uncertainty,source\n0.07,x\n", "uncertainty_rule_columns", (1, "")),
        ("category,fuel\n1A,Coke\n", "uncertainty_rule_columns", (1, "")),
        ("category,factor_uncertainty\n1A,0.07\n1B,5\n", "uncertainty_percent", (3, "factor_uncertainty")),
    ],
)
def test_a_file_of_defaults_that_is_none_is_refused(
    tmp_path: Path, text: str, code: str, place: tuple[int, str]
) -> None:
    path = tmp_path / "defaults.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputRefused) as caught:
        read_defaults(path)
    assert (code, *place) in findings(caught)


def test_a_stated_distribution_may_be_wider_than_its_estimate(tmp_path: Path) -> None:
    path = tmp_path / "defaults.csv"
    path.write_text("category,factor_uncertainty,factor_distribution\n1B,1.5,lognormal\n", "utf-8")
    assert read_defaults(path).frame["factor_uncertainty"].to_list() == [1.5]


# --- the whole assessment ---------------------------------------------------------------------------------


def test_the_base_year_must_be_there_and_is_the_first_year_where_none_is_named() -> None:
    table = lines({}, {"year": 2015})
    assert assess_uncertainty(table).base_year == 2015
    with pytest.raises(InputRefused) as caught:
        assess_uncertainty(table, UncertaintyPlan(base_year=2005))
    assert findings(caught)[0][0] == "uncertainty_base_year"


def test_lines_without_any_value_are_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        assess_uncertainty(lines({"activity": None}))
    assert findings(caught)[0][0] == "uncertainty_no_lines"


def test_where_nothing_is_known_the_total_stands_without_interval() -> None:
    made = assess_uncertainty(lines({"factor_uncertainty": None}))
    assert made.approach1.is_empty()
    assert made.totals["estimate"].to_list() == [200.0] * 3
    assert made.totals["covered_share"].to_list() == [0.0] * 3
    assert made.totals["low"].to_list() == made.totals["high"].to_list() == [None] * 3


def test_the_three_methods_agree_on_small_uncertainties() -> None:
    table = lines({}, {"category": "2A1", "activity": 50.0}, {"year": 2015, "activity": 80.0})
    made = assess_uncertainty(table, UncertaintyPlan(base_year=2015)).totals.filter(pl.col("year") == 2020)
    widths = made["half_width_share"].to_list()
    assert widths == pytest.approx([widths[0]] * 3, rel=0.04)
    assert made["trend_share"].to_list() == pytest.approx([200 * 1.5 / 160 - 1] * 3)
