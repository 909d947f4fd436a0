"""IAMC tables: sums of the tree, the layout that others read, and the way back."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from dafeng import terms
from dafeng.errors import InputRefused, TableError
from dafeng.grids import read_grids
from dafeng.inventory.iamc import (
    IamcData,
    emissions_to_iamc,
    energy_to_iamc,
    iamc_variables,
    is_under,
    lines_to_iamc,
    region_code,
    region_name,
    title_case,
    widen,
)
from dafeng.inventory.iamc_reading import iamc_to_lines, parse_iamc
from dafeng.table import check

PARTS = {
    "Emissions|CO2|Energy|Demand": [
        "Industry", "Transportation", "Residential and Commercial", "AFOFI",
    ],
    "Emissions|CO2|Energy|Demand|Industry": [
        "Steel", "Non-Ferrous Metals", "Chemicals", "Pulp and Paper", "Non-Metallic Minerals", "Other",
    ],
    "Emissions|CO2|Energy|Supply": ["Electricity and Heat", "Other Sector"],
    "Emissions|CO2|Energy": ["Supply", "Demand"],
    "Emissions|CO2|Energy|Demand|Residential and Commercial": ["Residential", "Commercial"],
}  # fmt: skip


def inventory_of(values: dict[str, float], cement: float | None = 5.0) -> pl.DataFrame:
    rows = [
        ("CN-SX", 2020, "co2_fuel_combustion", sector, "Raw_Coal", "Mt CO2", value, "made", "B")
        for sector, value in values.items()
    ]
    rows += [
        ("CN-SX", 2020, "co2_process", "total", None, "Mt CO2", cement, "made", "B"),
        ("CN-SX", 2020, "co2_total", "total", None, "Mt CO2", 1e9, "made", "B"),
    ]
    names = ["region", "year", "variable", "sector", "fuel", "unit", "value", "source", "quality"]
    return pl.DataFrame(rows, schema=names, orient="row")


def values_of(data: pl.DataFrame) -> dict[str, float]:
    return dict(data.select("variable", "value").iter_rows())


def read(text: str) -> tuple[pl.DataFrame, list[str]]:
    data, found = parse_iamc(read_grids(text.encode(), "iamc.csv")[0])
    return data, [finding.code for finding in found]


def roots_of(variable: str) -> list[str]:
    return iamc_variables()[variable]["categories"].split(";")


EVERY = {code: 1.0 + 0.1 * place for place, code in enumerate(terms.entries("sectors"))}


def test_the_tree_adds_up() -> None:
    data, _ = emissions_to_iamc(inventory_of(EVERY), "m", "s")
    values = values_of(data)
    for parent, children in PARTS.items():
        assert sum(values[f"{parent}|{child}"] for child in children) == pytest.approx(values[parent])
    assert values["Emissions|CO2|Energy"] == pytest.approx(sum(EVERY.values()))
    assert values["Emissions|CO2"] == pytest.approx(sum(EVERY.values()) + 5)
    assert values["Emissions|CO2|Industrial Processes|Cement"] == 5.0


def test_every_combustion_category_of_a_sector_has_one_leaf() -> None:
    leaves = [f"{parent}|{child}" for parent, children in PARTS.items() for child in children]
    leaves = [leaf for leaf in leaves if leaf not in PARTS]
    for code, row in terms.entries("sectors").items():
        own = row["ipcc_2006"].split(";")
        holding = [
            leaf for leaf in leaves if all(any(is_under(one, r) for r in roots_of(leaf)) for one in own)
        ]
        assert len(holding) == 1, (code, holding)


def test_the_crosswalk_is_sound() -> None:
    for code, row in iamc_variables().items():
        assert row["zh"], code
        assert row["en"], code
        assert code == "|".join(part.strip() for part in code.split("|"))
        assert set(row["categories"].split(";")) <= set(terms.entries("ipcc_categories"))
        fuels = {*terms.entries("fuels"), *terms.entries("fuel_groups")}
        assert set(filter(None, row["fuels"].split(";"))) <= fuels
        assert (
            row["unit"]
            == {"CO2": "Mt CO2/yr", "CH4": "Mt CH4/yr", "N2O": "kt N2O/yr", "": "EJ/yr"}[row["gas"]]
        )


def test_a_sum_with_an_unknown_part_is_left_out() -> None:
    data, found = emissions_to_iamc(inventory_of({"power_heat": 10.0}, cement=None), "m", "s")
    values = values_of(data)
    assert values["Emissions|CO2|Energy"] == 10.0
    assert "Emissions|CO2" not in values
    assert [finding.code for finding in found] == ["iamc_not_covered"]
    assert "1B" in found[0].text("en")


def line(category: str, gas: str, value: float | None, notation: str | None = None) -> dict[str, object]:
    head = {"region": "CN-SX", "year": 2020, "category": category, "gas": gas}
    return {**head, "value": value, "notation": notation}


def test_lines_of_the_second_method() -> None:
    lines = pl.DataFrame(
        [
            line("1B1ai1", "CH4", 5000.0), line("1B1ai4", "CH4", -1000.0), line("4A", "CH4", 200.0),
            line("3A1", "CH4", None, "NE"), line("3C4", "N2O", 3.0), line("MEMO_POWER", "CO2", 9e9),
        ]
    )  # fmt: skip
    values = values_of(lines_to_iamc(lines, "m", "s")[0])
    assert values["Emissions|CH4|Energy|Supply"] == 4.0
    assert values["Emissions|CH4"] == pytest.approx(4.2)
    assert values["Emissions|N2O|AFOLU"] == 3.0
    assert not any(name.startswith("Emissions|CO2") for name in values)
    part = pl.DataFrame([line("1B1ai1", "CH4", None, "NE"), line("1B1ai1", "CH4", 1.0)], schema=lines.schema)
    told = {found.code: found.text("en") for found in lines_to_iamc(part, "m", "s")[1]}
    assert "1B1ai1" in told["iamc_partly_covered"]
    gap = pl.DataFrame([line("4A", "CH4", None)], schema=lines.schema)
    unknown = lines_to_iamc(pl.concat([lines, gap]), "m", "s")
    assert "Emissions|CH4|Waste" not in values_of(unknown[0])
    assert "Emissions|CH4|Energy|Supply" in values_of(unknown[0])


def test_final_energy_by_sector_and_carrier() -> None:
    rows = [
        ("ferrous_smelting", "Raw_Coal", 100.0), ("ferrous_smelting", "Electricity", 10.0),
        ("residential_rural", "Natural_Gas", 2.0), ("transport", "Diesel_Oil", 3.0),
        ("total", "Raw_Coal", 9e9), ("transport", "Briquettes", 1.0),
    ]  # fmt: skip
    energy = pl.DataFrame(
        [("CN-SX", 2020, "final_consumption", sector, fuel, value) for sector, fuel, value in rows],
        schema=["region", "year", "variable", "sector", "fuel", "value"], orient="row",
    )  # fmt: skip
    data, found = energy_to_iamc(energy, "m", "s")
    values = values_of(data)
    tj = {"coal": 100 * 209.08, "power": 10 * 360.0, "gas": 2 * 3893.1, "oil": 3 * 426.52}
    assert values["Final Energy"] == pytest.approx(sum(tj.values()) / 1e6)
    assert values["Final Energy|Industry"] == pytest.approx((tj["coal"] + tj["power"]) / 1e6)
    assert values["Final Energy|Solids"] == pytest.approx(tj["coal"] / 1e6)
    assert values["Final Energy|Electricity"] == pytest.approx(tj["power"] / 1e6)
    assert values["Final Energy|Transportation"] == pytest.approx(tj["oil"] / 1e6)
    assert "Briquettes" in found[0].text("en")


def test_regions_have_names_and_find_back() -> None:
    for code in terms.entries("provinces"):
        assert region_code(region_name(code)) == code


@pytest.mark.parametrize("wide", [False, True])
def test_what_is_written_reads_back(wide: bool) -> None:
    first, _ = emissions_to_iamc(inventory_of(EVERY), "m", "s")
    second = first.with_columns(year=pl.lit(2021, pl.Int64), value=pl.col("value") * 1.1).filter(
        pl.col("variable") != "Emissions|CO2"
    )
    data = check(pl.concat([first, second]).sort("variable", "year"), IamcData)
    text = title_case(widen(data) if wide else data).write_csv()
    head = next(csv.reader(io.StringIO(text)))
    assert head[:5] == ["Model", "Scenario", "Region", "Variable", "Unit"]
    assert head[5:] == (["2020", "2021"] if wide else ["Year", "Value"])
    back, found = read(text)
    assert found == []
    assert back.sort("variable", "year").equals(data)


def test_spelling_and_units_are_put_right() -> None:
    data, found = read(
        "model,scenario,region,variable,unit,2020\n"
        "m,s,World,emissions | co2 | Energy,Gt CO2/yr,1.5\n"
        "m,s,World,Final Energy,PJ/yr,250\n"
    )
    assert found == []
    assert data["variable"].to_list() == ["Emissions|CO2|Energy", "Final Energy"]
    assert data["unit"].to_list() == ["Mt CO2/yr", "EJ/yr"]
    assert data["value"].to_list() == [1500.0, 0.25]


def test_what_is_not_known_is_found_and_kept() -> None:
    data, found = read(
        "model,scenario,region,variable,unit,year,value\n"
        "m,s,World,Emissions|CO2|Energie,Mt CO2/yr,2020,1\n"
        "m,s,World,Emissions|CH4,apples,2020,2\n"
        "m,s,World,Emissions|CO2|Energy|Supply|Heat|Coal,Mt CO2/yr,2020,3\n"
    )
    assert found == ["iamc_variable_unknown", "iamc_unit_unknown", "iamc_variable_unknown"]
    assert data["value"].to_list() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("head", "row", "code"),
    [
        ("model,scenario,region,variable,unit,2020-01", "m,s,r,Emissions|CO2,Mt CO2/yr,1", "iamc_not_annual"),
        (
            "model,scenario,region,variable,unit,subannual,year,value",
            "m,s,r,v,u,Jan,2020,1",
            "iamc_not_annual",
        ),
        ("model,scenario,region,variable,unit,year,value", "m,s,r,v,u,2020-06,1", "iamc_not_annual"),
        ("model,scenario,region,variable,unit,year,value", "m,s,r,v,u,2020,much", "cell_not_number"),
        ("model,scenario,region,variable,unit,year,value", "m,s,r,v,u,1066,1", "value_out_of_range"),
        ("model,scenario,region,variable,unit,year,value", "m,s,r,,u,2020,1", "cell_empty"),
        ("model,region,variable,unit,2020", "m,r,v,u,1", "column_missing"),
        ("model,scenario,region,variable,unit", "m,s,r,v,u", "column_missing"),
        ("model,scenario,region,variable,unit,2020,climate", "m,s,r,v,u,1,x", "column_unknown"),
        ("model,scenario,region,variable,unit,2020,2020", "m,s,r,v,u,1,2", "column_repeated"),
    ],
)
def test_bad_layouts_are_refused(head: str, row: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read(f"{head}\n{row}\n")
    assert code in {finding.code for finding in refused.value.findings}


def test_repeated_rows_are_refused_also_after_the_unit_is_put_right() -> None:
    with pytest.raises(TableError) as refused:
        read(
            "model,scenario,region,variable,unit,2020\n"
            "m,s,r,Emissions|CO2,Mt CO2/yr,1\nm,s,r,Emissions|CO2,kt CO2/yr,1000\n"
        )
    assert {finding.code for finding in refused.value.findings} == {"key_repeated"}


def test_leaves_become_lines_and_nothing_counts_twice() -> None:
    data, _ = emissions_to_iamc(inventory_of(EVERY), "m", "s")
    lines, found = iamc_to_lines(data)
    assert lines["value"].sum() == pytest.approx(1000 * (sum(EVERY.values()) + 5))
    assert found == ()
    assert set(lines["grade"]) == {"C"}
    steel = lines.row(by_predicate=pl.col("sector").str.ends_with("Steel"), named=True)
    assert (steel["category"], steel["region"]) == ("1A2a", "CN-SX")
    again = values_of(lines_to_iamc(lines, "m", "s")[0])
    assert again["Emissions|CO2"] == pytest.approx(values_of(data)["Emissions|CO2"])
    other = data.with_columns(scenario=pl.lit("t"))
    with pytest.raises(InputRefused, match="several models"):
        iamc_to_lines(pl.concat([data, other]))
