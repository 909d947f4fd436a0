"""The reference approach: a balance that closes, computed by hand, and the one of 2007 that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.balance import Balance, BalanceCells
from dafeng.errors import InputRefused
from dafeng.inventory.guideline import compare_reference
from dafeng.table import check

if TYPE_CHECKING:
    from dafeng.pack import Pack


def balance(*cells: tuple[str, str, float | None]) -> Balance:
    units = {"Natural_Gas": "10^8 m3", "Other_Gas": "10^8 m3"}
    rows = [("CN-SX", 2020, row, fuel, units.get(fuel, "10^4 t"), value, "B") for row, fuel, value in cells]
    schema = {
        "region": pl.String, "year": pl.Int64, "row": pl.String, "fuel": pl.String, "unit": pl.String,
        "value": pl.Float64, "grade": pl.String,
    }  # fmt: skip
    return Balance(check(pl.DataFrame(rows, schema=schema, orient="row"), BalanceCells), "test")


def groups(table: pl.DataFrame) -> dict[str, dict[str, float]]:
    return {row["group"]: row for row in table.to_dicts()}


def test_supply_and_use_of_a_balance_that_closes_agree() -> None:
    """100 mined, 20 sent out, 10 put on stock: 70 = 40 burnt in power + 30 burnt elsewhere."""
    made, findings = compare_reference(
        balance(
            ("indigenous_production", "Raw_Coal", 100.0),
            ("sending_out_to_other_provinces", "Raw_Coal", -20.0),
            ("stock_change", "Raw_Coal", -10.0),
            ("thermal_power", "Raw_Coal", -40.0),
            ("final_consumption", "Raw_Coal", 30.0),
            ("import", "Natural_Gas", 2.0),
            ("final_consumption", "Natural_Gas", 2.0),
        )
    )
    solid, gas = groups(made)["solid"], groups(made)["gas"]
    assert solid["apparent_tj"] == solid["sectoral_tj"] == pytest.approx(70 * 209.08)
    assert solid["energy_difference_share"] == pytest.approx(0.0, abs=1e-12)
    carbon = 209.08 * 26.1 * 44 / 12 / 1000
    assert solid["reference_co2_kt"] == pytest.approx(70 * carbon * 0.93)
    assert solid["sectoral_co2_kt"] == pytest.approx(carbon * (30 * 0.93 + 40 * 0.99))
    assert (
        gas["reference_co2_kt"]
        == gas["sectoral_co2_kt"]
        == pytest.approx(2 * 3893.1 * 15.3 * 0.99 * 44 / 12e3)
    )
    assert findings == ()


def test_raw_material_is_excluded_from_both_sides() -> None:
    made, _ = compare_reference(
        balance(
            ("indigenous_production", "Raw_Coal", 10.0), ("final_consumption", "Raw_Coal", 10.0),
            ("industry_non_energy_use", "Raw_Coal", 4.0),
        )
    )  # fmt: skip
    solid = groups(made)["solid"]
    assert solid["excluded_tj"] == pytest.approx(4 * 209.08)
    assert solid["reference_tj"] == solid["sectoral_tj"] == pytest.approx(6 * 209.08)


def test_recovered_gas_is_no_supply_and_its_carbon_is_in_the_coke() -> None:
    made, findings = compare_reference(
        balance(
            ("total_primary_supply", "Other_Gas", 8.0), ("recovery_of_energy", "Other_Gas", 8.0),
            ("final_consumption", "Other_Gas", 8.0), ("total_primary_supply", "Coke", 5.0),
            ("moving_in_from_other_provinces", "Coke", 5.0), ("final_consumption", "Coke", 5.0),
        )
    )  # fmt: skip
    solid = groups(made)["solid"]
    assert solid["apparent_tj"] == pytest.approx(5 * 284.35)
    assert solid["recovered_tj"] == pytest.approx(-8 * 523.4)
    assert solid["unexplained_tj"] == pytest.approx(0.0, abs=1e-9)
    assert solid["reference_co2_kt"] == pytest.approx(solid["sectoral_co2_kt"])
    assert {finding.code for finding in findings} == {"reference_gap"}


def test_a_cell_that_is_not_known_leaves_the_comparison_unknown() -> None:
    made, findings = compare_reference(
        balance(("indigenous_production", "Raw_Coal", None), ("final_consumption", "Raw_Coal", 10.0))
    )
    solid = groups(made)["solid"]
    assert (solid["apparent_tj"], solid["reference_co2_kt"], solid["energy_difference_share"]) == (None,) * 3
    assert solid["sectoral_tj"] == pytest.approx(2090.8)
    assert findings == ()


def test_a_table_in_standard_coal_is_refused() -> None:
    cells = balance(("import", "Raw_Coal", 1.0)).cells
    with pytest.raises(InputRefused):
        compare_reference(Balance(cells, "test", "coal_equivalent"))


def test_the_balance_of_2007_shows_its_statistical_difference(shanxi: Pack) -> None:
    """Raw coal -17000, coke +500 x 10^4 t: the whole difference of solid fuels but for conversion."""
    made, findings = compare_reference(Balance(shanxi.tables["balances"].drop("source_id"), "2007"))
    solid = groups(made)["solid"]
    assert solid["statistical_difference_tj"] == pytest.approx(-17000 * 209.08 + 500 * 284.35)
    assert solid["energy_difference_share"] == pytest.approx(-0.934, abs=5e-4)
    assert solid["unexplained_tj"] == pytest.approx(0.0, abs=1e-3)
    told = (
        solid["conversion_tj"] + solid["loss_tj"] + solid["statistical_difference_tj"] + solid["recovered_tj"]
    )
    assert solid["reference_tj"] - solid["sectoral_tj"] == pytest.approx(told, rel=1e-9)
    assert {finding.code for finding in findings} == {"reference_gap"}
    assert any("平衡差额" in finding.text("zh") for finding in findings)
