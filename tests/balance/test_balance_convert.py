"""Other layout, other measure: nothing is lost, sums stay true, what has no place is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.balance import (
    ElectricityBasis,
    coal_equivalents,
    convert_edition,
    convert_measure,
    fuel_identities,
    read_balance,
    row_identities,
)
from dafeng.errors import InputRefused

from .made_balances import CALORIFIC, CLOSED, EQUIVALENT, make_balance

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.balance import Balance

Key = tuple[str, str]
OLD = {
    **CLOSED, ("recovery_of_energy", "Other_Gas"): 7.0, ("total_primary_supply", "Other_Gas"): 7.0,
    ("final_consumption", "Other_Gas"): 7.0, ("industry", "Other_Gas"): 7.0,
    ("total_consumption", "Other_Gas"): 7.0,
}  # fmt: skip


def values(balance: Balance) -> dict[Key, float | None]:
    return {
        (row, fuel): value for row, fuel, value in balance.cells.select("row", "fuel", "value").iter_rows()
    }


def gaps(balance: Balance) -> dict[tuple[str, str], float]:
    """Return total - parts of every identity of a fuel whose total is there."""
    found = values(balance)
    fuels = {fuel for _, fuel in found}
    return {
        (identity.id, fuel): (found[identity.total, fuel] or 0.0)
        - sum(k * (found.get((part, fuel)) or 0.0) for part, k in identity.parts)
        for identity in row_identities()
        for fuel in fuels
        if (identity.total, fuel) in found
    }


def test_recovered_energy_moves_and_every_sum_holds() -> None:
    old = make_balance(OLD, "yearbook_2005", 2006)
    new, steps = convert_edition(old, "yearbook_2010")
    found = values(new)
    assert found["recovered_energy", "Other_Gas"] == 7.0
    assert found["transformation_total", "Other_Gas"] == 7.0
    assert not {("recovery_of_energy", "Other_Gas"), ("total_primary_supply", "Other_Gas")} & set(found)
    assert max(map(abs, gaps(new).values())) < 1e-9
    assert "recovery_of_energy" in steps[0].en
    back, _ = convert_edition(new, "yearbook_2005")
    assert values(back) == values(old)


@pytest.mark.data
def test_the_real_table_of_2007_keeps_every_gap_it_has(data_dir: Path) -> None:
    old = read_balance(data_dir / "accounts" / "shanxi_energy_balance_2007.csv").balance
    new, _ = convert_edition(old, "yearbook_2010")
    before, after = gaps(old), gaps(new)
    assert {key: round(gap, 6) for key, gap in after.items()} == {
        key: pytest.approx(round(before.get(key, 0.0), 6), abs=1e-6) for key in after
    }
    assert values(new)["statistical_difference", "Raw_Coal"] == -17000.0
    assert values(convert_edition(new, "yearbook_2005")[0]) == pytest.approx(values(old), abs=1e-9)


def test_fuels_without_a_column_are_folded_where_that_is_the_definition() -> None:
    cells = {
        **CLOSED,
        ("industry", "Converter_Gas"): 2.0,
        ("industry", "Other_Gas"): 1.5,
        ("loss", "Naphtha"): 3.0,
    }
    old, steps = convert_edition(make_balance(cells), "yearbook_2005")
    found = values(old)
    assert found["industry", "Other_Gas"] == 3.5
    assert found["loss", "Other_Petroleum_Products"] == 3.0
    assert "Converter_Gas → Other_Gas" in steps[0].en
    untold, _ = convert_edition(make_balance({**cells, ("industry", "Other_Gas"): None}), "yearbook_2005")
    assert values(untold)["industry", "Other_Gas"] is None


def test_what_has_no_place_is_refused_cell_by_cell() -> None:
    cells = {
        **CLOSED,
        ("industry", "LNG"): 2.0,
        ("gas_liquefaction", "Natural_Gas"): -1.0,
        ("loss", "Gangue"): 1.0,
    }
    with pytest.raises(InputRefused) as caught:
        convert_edition(make_balance(cells), "yearbook_2005")
    assert len(caught.value.findings) == 3
    assert "industry LNG = 2" in caught.value.text("en")


def test_standard_coal_by_both_bases() -> None:
    """Yearbook, appendix 4: raw coal 0.7143, electricity 1.229 x 10^4 tce per 10^8 kWh."""
    balance = make_balance()
    by_heat, steps = convert_measure(balance, CALORIFIC)
    found = values(by_heat)
    assert found["thermal_power", "Raw_Coal"] == pytest.approx(-60 * 0.7143)
    assert found["thermal_power", "Electricity"] == pytest.approx(12 * 1.229)
    assert found["thermal_power", "Coal_Total"] == found["thermal_power", "Raw_Coal"]
    assert found["total_consumption", "Coal_Total"] == pytest.approx(105 * 0.7143)
    assert set(by_heat.cells["unit"]) == {"10^4 tce"}
    assert steps[0].parameters["gce_per_kwh"] == 122.9
    by_year, _ = convert_measure(balance, EQUIVALENT)
    assert values(by_year)["final_consumption", "Electricity"] == pytest.approx(11 * 3.055)
    again, _ = convert_measure(by_heat, EQUIVALENT)
    assert values(again) == pytest.approx(values(by_year))
    back, _ = convert_measure(by_year, None)
    assert values(back) == pytest.approx(values(balance))
    assert back.cells.drop("value", "grade").equals(balance.cells.drop("value", "grade").sort("row", "fuel"))


def test_totals_are_sums_of_their_fuels_but_for_total_consumption() -> None:
    cells = {
        **CLOSED, ("coal_washing", "Raw_Coal"): -10.0, ("coal_washing", "Cleaned_Coal"): 8.0,
        ("coal_washing", "Coal_Total"): -2.0, ("total_consumption", "Cleaned_Coal"): 0.0,
    }  # fmt: skip
    made, _ = convert_measure(make_balance(cells), CALORIFIC)
    found = values(made)
    assert found["coal_washing", "Coal_Total"] == pytest.approx(-10 * 0.7143 + 8 * 0.9)
    total = next(i for i in fuel_identities() if i.total == "Coal_Total")
    for row in {row for row, fuel in found if fuel == "Coal_Total"} - {"total_consumption"}:
        assert found[row, "Coal_Total"] == pytest.approx(
            sum(found.get((row, part), 0.0) or 0.0 for part, _ in total.parts)
        )


def test_what_cannot_be_converted_is_named() -> None:
    cells = {**CLOSED, ("industry", "Briquettes"): 1.0, ("industry", "LNG"): 1.0}
    with pytest.raises(InputRefused) as caught:
        convert_measure(make_balance(cells), CALORIFIC)
    assert {str(f.params["fuel"]) for f in caught.value.findings} == {"Briquettes", "LNG"}
    given = {"fuel": ["Briquettes", "LNG"], "coefficient": [0.6, 1757.2], "unit": ["kgce/kg", "gce/kg"]}
    own = pl.DataFrame({**given, "source": ["x", "x"]})
    made, _ = convert_measure(make_balance(cells), CALORIFIC, own)
    assert values(made)["industry", "LNG"] == pytest.approx(1.7572)
    with pytest.raises(InputRefused, match="no fuels below"):
        convert_measure(make_balance({("import", "Petroleum_Total"): 2.0}), CALORIFIC)
    with pytest.raises(InputRefused, match=r"122\.9"):
        convert_measure(make_balance(), ElectricityBasis("calorific", 305.0))


def test_an_untold_cell_stays_untold_and_so_does_what_rests_on_it() -> None:
    made, _ = convert_measure(
        make_balance({**CLOSED, ("loss", "Raw_Coal"): None, ("loss", "Coal_Total"): 1.0}), CALORIFIC
    )
    assert values(made)["loss", "Raw_Coal"] is None
    assert values(made)["loss", "Coal_Total"] is None
    assert values(made)["total_consumption", "Coal_Total"] is None


@pytest.mark.data
def test_the_coefficients_are_those_of_the_yearbook(data_dir: Path) -> None:
    table = pl.read_csv(data_dir / "accounts" / "factors_standard_coal.csv")
    table = table.filter((pl.col("source") == "CESY2008_APP4") & (pl.col("variable") == "standard_coal"))
    published = {row["fuel"]: row["value"] for row in table.iter_rows(named=True)}
    same = {"Other_Washed_Coal": "Middlings", "Other_Coking_Products": "Coal_Tar"}
    scale = {"Natural_Gas": 10.0, "Heat": 1.0}  # 10^8 m3 x kgce/m3 = 10 x 10^4 tce; 10^10 kJ = 10^7 MJ
    for row in (
        coal_equivalents()
        .filter(~pl.col("fuel").is_in(["Coke_Oven_Gas", "Other_Energy"]))
        .iter_rows(named=True)
    ):
        value = published[same.get(row["fuel"], row["fuel"])]
        assert row["coefficient"] == pytest.approx(value * scale.get(row["fuel"], 1.0)), row["fuel"]
