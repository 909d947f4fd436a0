"""Oil and gas, agriculture: products by hand, the province's own factors, what stays open."""

from __future__ import annotations

import polars as pl
import pytest
from tests.inventory.guideline.activity_tables import REGION, activities, by_category, factors

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.inventory.guideline.activity_lines import default_factors, find_factor, methane_factors
from dafeng.inventory.guideline.agriculture import emit_agriculture
from dafeng.inventory.guideline.oil_gas import emit_oil_gas


def test_gas_output_stays_open_until_the_province_gives_a_factor() -> None:
    given = activities(gas_output=132.0)
    row = emit_oil_gas(given, factors()).filter(pl.col("sector") == "gas_output").row(0, named=True)
    assert (row["value"], row["notation"], row["activity"]) == (None, "NE", 132.0)
    assert "ef_ch4_gas_output" in row["note_en"]
    own = factors(("ef_ch4_gas_output", "gas_output", "g/m3", 2.0))
    lines = emit_oil_gas(given, own).filter(pl.col("sector") == "gas_output")
    assert lines["value"][0] == pytest.approx(132e8 * 2e-9)


def test_enteric_fermentation_by_hand() -> None:
    lines = emit_agriculture(activities(dairy_cattle=30.0, sheep=900.0, swine=400.0), factors())
    found = by_category(lines.filter(pl.col("sector").is_in(["dairy_cattle", "sheep", "swine"])))
    assert found["3A1"] == pytest.approx((30 * 68 + 900 * 5 + 400 * 1) * 0.01)
    assert found["3A2"] is None


def test_nitrogen_becomes_nitrous_oxide() -> None:
    lines = emit_agriculture(activities(synthetic_nitrogen=300.0), factors())
    direct = lines.filter((pl.col("category") == "3C4") & (pl.col("sector") == "synthetic_nitrogen"))
    assert direct["value"][0] == pytest.approx(300 * 0.01 * 44 / 28)
    assert by_category(lines, "N2O")["3C5"] is None


def test_rice_by_hand() -> None:
    lines = emit_agriculture(activities(rice_area=2.0), factors()).filter(pl.col("category") == "3C7")
    assert lines["value"][0] == pytest.approx(2e7 * 13 * 1e-9)  # 2000 ha = 2x10^7 m2, g -> kt


def test_lines_without_any_activity_are_made_for_the_years_asked_for() -> None:
    periods = pl.DataFrame({"region": [REGION], "year": [2019]})
    lines = emit_agriculture(activities().clear(), factors(), periods)
    assert set(lines["notation"]) == {"NE"}
    assert set(lines["year"]) == {2019}


def test_own_factors_of_the_nearest_year_count_and_the_earlier_of_two() -> None:
    own = pl.concat([
        factors(("x", "", "kg/t", 1.0), year=2010), factors(("x", "", "kg/t", 2.0), year=2020),
    ])  # fmt: skip
    assert [getattr(find_factor(own, REGION, year, "x"), "value", None) for year in (2012, 2015, 2016)] == [
        1,
        1,
        2,
    ]
    assert find_factor(own, "CN-SN", 2012, "x") is None


def test_a_factor_in_another_unit_is_refused() -> None:
    with pytest.raises(InputRefused) as raised:
        emit_oil_gas(activities(gas_output=1.0), factors(("ef_ch4_gas_output", "gas_output", "kg/t", 2.0)))
    assert raised.value.findings[0].code == "unit_wrong"


@pytest.mark.parametrize("room", ["oil_gas", "waste", "agriculture"])
def test_every_default_names_where_it_stands(room: str) -> None:
    known = terms.entries("ghg_activities")
    for row in default_factors(room).iter_rows(named=True):
        assert known[row["activity"]]["category"][0] == row["category"][0]
        if row["value"] is not None:
            assert row["source_id"]
            assert row["place"]
            assert row["grade"]
    assert methane_factors()["place"].null_count() == 0
