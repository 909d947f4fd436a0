"""The rules of the method on tables small enough to compute by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.errors import TableError
from dafeng.inventory import Emissions, compute_inventory
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., pl.DataFrame]
    Factor = Callable[[str, str], float]
    Pick = Callable[..., Any]

FUEL, PROCESS, TOTAL = "co2_fuel_combustion", "co2_process", "co2_total"


def cement(
    *rows: tuple[str, int, float | None], product: str = "cement", variable: str = "output"
) -> pl.DataFrame:
    return pl.DataFrame(
        [(region, year, variable, product, "10^4 t", value) for region, year, value in rows],
        schema={"region": pl.String, "year": pl.Int64, "variable": pl.String, "sector": pl.String,
                "unit": pl.String, "value": pl.Float64},
        orient="row",
    )  # fmt: skip


def test_a_factor_of_the_method_is_the_one_of_its_paper(factors: pl.DataFrame) -> None:
    """Raw coal in power: 1.7263 t CO2/t; natural gas: 21.6 t CO2/10^4 m3, both as CEADs uses them."""
    known = {(s, f): (v, u) for s, f, v, u in factors.select("sector", "fuel", "factor", "unit").rows()}
    assert known["power_heat", "Raw_Coal"][0] == pytest.approx(1.726295, rel=1e-6)
    assert known["power_heat", "Natural_Gas"][1] == "t CO2/10^4 m3"
    assert factors.filter(pl.col("fuel").is_in(["Heat", "Electricity", "Other_Energy"])).is_empty()


def test_activity_times_factor_over_a_hundred(
    energy: Make, factors: pl.DataFrame, factor: Factor, pick: Pick
) -> None:
    table = energy([("final_consumption", "transport", "Diesel_Oil", 250.0)])
    emissions = compute_inventory(table, factors, cement(("CN-SX", 2020, 1000.0))).emissions
    expected = 250.0 * factor("transport", "Diesel_Oil") / 100
    assert pick(emissions, FUEL, "transport", "Diesel_Oil") == pytest.approx(expected, rel=1e-14)
    assert pick(emissions, FUEL, "total", "Diesel_Oil") == pytest.approx(expected, rel=1e-14)
    assert pick(emissions, PROCESS, "total") == pytest.approx(2.906, rel=1e-14)
    assert pick(emissions, PROCESS, "nonmetal_products") == pytest.approx(2.906, rel=1e-14)
    assert pick(emissions, TOTAL, "nonmetal_products") == pytest.approx(2.906, rel=1e-14)
    assert pick(emissions, TOTAL, "transport") == pytest.approx(expected, rel=1e-14)
    assert pick(emissions, TOTAL, "total") == pytest.approx(expected + 2.906, rel=1e-14)


def test_power_burns_its_own_use_and_the_inputs_of_power_and_heating(
    energy: Make, factors: pl.DataFrame, factor: Factor, pick: Pick
) -> None:
    table = energy([
        ("final_consumption", "power_heat", "Raw_Coal", 10.0),
        ("transformation_input", "thermal_power", "Raw_Coal", 100.0),
        ("transformation_input", "heating_supply", "Raw_Coal", 30.0),
    ])  # fmt: skip
    emissions = compute_inventory(table, factors).emissions
    assert pick(emissions, FUEL, "power_heat", "Raw_Coal") == pytest.approx(
        1.4 * factor("power_heat", "Raw_Coal")
    )


@pytest.mark.parametrize(
    "cell",
    [
        ("transformation_input", "coking", "Cleaned_Coal", 9.0),
        ("transformation_input", "coal_washing", "Raw_Coal", 9.0),
        ("transformation_input", "petroleum_refineries", "Crude_Oil", 9.0),
        ("transformation_input", "gas_works", "Raw_Coal", 9.0),
        ("transformation_input", "briquettes_making", "Raw_Coal", 9.0),
        ("transformation_input", "coking", "Coke", -9.0),
        ("transformation_input", "thermal_power", "Electricity", -9.0),
        ("loss", "loss", "Natural_Gas", 9.0),
        ("total_consumption", "total_consumption", "Raw_Coal", 9.0),
        ("non_energy_use", "non_energy_use", "Raw_Coal", 9.0),
        ("final_consumption", "transport", "Electricity", 9.0),
        ("final_consumption", "transport", "Heat", 9.0),
        ("final_consumption", "transport", "Other_Energy", 9.0),
        ("final_consumption", "chemicals", "Other_Petroleum_Products", 9.0),
    ],
)
def test_what_emits_nothing(
    energy: Make, factors: pl.DataFrame, pick: Pick, cell: tuple[str, str, str, float]
) -> None:
    emissions = compute_inventory(energy([cell]), factors, cement(("CN-SX", 2020, 0.0))).emissions
    assert emissions.filter(pl.col("variable") == FUEL).is_empty()
    assert pick(emissions, TOTAL, "total") == 0.0


def test_other_petroleum_products_emit_as_input_of_power(
    energy: Make, factors: pl.DataFrame, factor: Factor, pick: Pick
) -> None:
    table = energy([("transformation_input", "heating_supply", "Other_Petroleum_Products", 100.0)])
    emissions = compute_inventory(table, factors).emissions
    expected = factor("power_heat", "Other_Petroleum_Products")
    assert pick(emissions, FUEL, "power_heat", "Other_Petroleum_Products") == pytest.approx(expected)


@pytest.mark.parametrize(("feedstock", "kept"), [(0.0, 1.0), (25.0, 0.75), (100.0, 0.0), (400.0, 0.0)])
def test_chemicals_lose_the_feedstock_in_proportion_and_never_fall_below_zero(
    energy: Make, factors: pl.DataFrame, factor: Factor, pick: Pick, feedstock: float, kept: float
) -> None:
    shares = {
        "chemicals": 60.0,
        "pharmaceutical": 20.0,
        "chemical_fiber": 10.0,
        "rubber": 6.0,
        "plastic": 4.0,
    }
    cells = [("final_consumption", sector, "Raw_Coal", value) for sector, value in shares.items()]
    table = energy([
        *cells,
        ("final_consumption", "ferrous_smelting", "Raw_Coal", 50.0),
        ("final_consumption", "chemicals", "Coke", 50.0),
        ("non_energy_use", "non_energy_use", "Raw_Coal", feedstock),
    ])  # fmt: skip
    emissions = compute_inventory(table, factors).emissions
    for sector, value in shares.items():
        expected = value * kept * factor(sector, "Raw_Coal") / 100
        assert pick(emissions, FUEL, sector, "Raw_Coal") == pytest.approx(expected, abs=1e-15)
    assert pick(emissions, FUEL, "ferrous_smelting", "Raw_Coal") == pytest.approx(
        0.5 * factor("ferrous_smelting", "Raw_Coal")
    )
    assert pick(emissions, FUEL, "chemicals", "Coke") == pytest.approx(0.5 * factor("chemicals", "Coke"))


def test_without_cement_process_and_totals_are_null_never_partial(
    energy: Make, factors: pl.DataFrame
) -> None:
    table = energy([("final_consumption", "transport", "Diesel_Oil", 250.0)])
    emissions = compute_inventory(table, factors).emissions
    open_rows = emissions.filter(pl.col("variable") != FUEL)
    assert set(open_rows["variable"]) == {PROCESS, TOTAL}
    assert open_rows["value"].null_count() == open_rows.height
    assert emissions.filter(pl.col("variable") == FUEL)["value"].null_count() == 0


def test_a_missing_or_blank_cement_year_opens_that_year_only(
    energy: Make, factors: pl.DataFrame, pick: Pick
) -> None:
    cells = [("final_consumption", "transport", "Diesel_Oil", 250.0)]
    table = pl.concat([energy(cells, year=year) for year in (2019, 2020, 2021)])
    emissions = compute_inventory(
        table, factors, cement(("CN-SX", 2019, 100.0), ("CN-SX", 2020, None))
    ).emissions
    assert pick(emissions, PROCESS, "total", year=2019) == pytest.approx(0.2906)
    for year in (2020, 2021):
        rows = emissions.filter((pl.col("year") == year) & (pl.col("variable") != FUEL))
        assert rows["value"].null_count() == rows.height > 0
    assert emissions.filter(pl.col("year") == 2019)["value"].null_count() == 0


def test_cement_of_another_province_or_another_product_does_not_count(
    energy: Make, factors: pl.DataFrame, pick: Pick
) -> None:
    table = energy([("final_consumption", "transport", "Diesel_Oil", 1.0)])
    products = pl.concat([
        cement(("CN-SN", 2020, 5.0)),
        cement(("CN-SX", 2020, 7.0), product="crude_steel"),
        cement(("CN-SX", 2020, 9.0), variable="capacity"),
    ])  # fmt: skip
    assert pick(compute_inventory(table, factors, products).emissions, PROCESS, "total") is None
    both = pl.concat([products, cement(("CN-SX", 2020, 100.0))])
    assert pick(compute_inventory(table, factors, both).emissions, PROCESS, "total") == pytest.approx(0.2906)


def test_energy_left_blank_is_not_zero_and_leaves_no_partial_total(
    energy: Make, factors: pl.DataFrame, pick: Pick
) -> None:
    table = energy([
        ("final_consumption", "transport", "Diesel_Oil", None),
        ("final_consumption", "agriculture", "Diesel_Oil", 10.0),
        ("final_consumption", "transport", "Gasoline", 10.0),
    ])  # fmt: skip
    emissions = compute_inventory(table, factors, cement(("CN-SX", 2020, 100.0))).emissions
    assert pick(emissions, FUEL, "transport", "Diesel_Oil") is None
    assert pick(emissions, FUEL, "total", "Diesel_Oil") is None
    assert pick(emissions, TOTAL, "transport") is None
    assert pick(emissions, TOTAL, "total") is None
    assert pick(emissions, FUEL, "total", "Gasoline") is not None
    assert pick(emissions, TOTAL, "agriculture") is not None
    assert pick(emissions, PROCESS, "total") is not None


def test_a_blank_feedstock_leaves_the_chemicals_open(energy: Make, factors: pl.DataFrame, pick: Pick) -> None:
    table = energy([
        ("final_consumption", "chemicals", "Raw_Coal", 10.0),
        ("final_consumption", "paper", "Raw_Coal", 10.0),
        ("non_energy_use", "non_energy_use", "Raw_Coal", None),
    ])  # fmt: skip
    emissions = compute_inventory(table, factors).emissions
    assert pick(emissions, FUEL, "chemicals", "Raw_Coal") is None
    assert pick(emissions, FUEL, "paper", "Raw_Coal") is not None


def test_a_year_with_nothing_burnt_still_has_its_process(
    energy: Make, factors: pl.DataFrame, pick: Pick
) -> None:
    table = energy([("final_consumption", "transport", "Electricity", 9.0)])
    emissions = compute_inventory(table, factors, cement(("CN-SX", 2020, 100.0))).emissions
    assert pick(emissions, TOTAL, "total") == pytest.approx(0.2906)


def test_the_result_fulfils_its_contract_and_is_in_the_order_of_the_vocabularies(
    energy: Make, factors: pl.DataFrame
) -> None:
    cells = [
        ("final_consumption", "transport", "Diesel_Oil", 1.0),
        ("final_consumption", "agriculture", "Raw_Coal", 1.0),
        ("final_consumption", "agriculture", "Diesel_Oil", 1.0),
    ]
    table = pl.concat([energy(cells, region, year) for region in ("CN-SX", "CN-AH") for year in (2021, 2020)])
    emissions = compute_inventory(table, factors).emissions
    assert check(emissions, Emissions).columns == [
        "region", "year", "variable", "sector", "fuel", "unit", "value", "source", "quality",
    ]  # fmt: skip
    first = emissions.filter((pl.col("region") == "CN-AH") & (pl.col("year") == 2020))
    assert first.select("variable", "sector", "fuel").rows() == [
        (FUEL, "total", "Raw_Coal"), (FUEL, "total", "Diesel_Oil"), (FUEL, "agriculture", "Raw_Coal"),
        (FUEL, "agriculture", "Diesel_Oil"), (FUEL, "transport", "Diesel_Oil"), (PROCESS, "total", None),
        (PROCESS, "nonmetal_products", None), (TOTAL, "total", None), (TOTAL, "agriculture", None),
        (TOTAL, "nonmetal_products", None), (TOTAL, "transport", None),
    ]  # fmt: skip
    assert emissions["region"].to_list() == sorted(emissions["region"])
    assert set(emissions["unit"]) == {"Mt CO2"}


def test_a_repeated_key_never_slips_through_the_contract(energy: Make) -> None:
    row = ("CN-SX", 2020, FUEL, "total", "Coke", "Mt CO2", 1.0, "x", "B")
    names = ["region", "year", "variable", "sector", "fuel", "unit", "value", "source", "quality"]
    with pytest.raises(TableError):
        check(pl.DataFrame([row, row], schema=names, orient="row"), Emissions)
