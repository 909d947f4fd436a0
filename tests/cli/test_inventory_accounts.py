"""``dafeng inventory scopes``, ``assess`` and ``cities`` from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from typer.testing import CliRunner

from dafeng.cli.commands import app
from dafeng.errors import InputRefused, TableError
from dafeng.inventory.assessment.io import read_terms

if TYPE_CHECKING:
    from pathlib import Path

TERMS = """region,year,term,stage,unit,value,source,grade
X,2020,co2_fossil_energy,own_estimate,Mt CO2,100,book,A
X,2020,co2_net_power_import,own_estimate,万吨,-2000,book,A
X,2021,co2_fossil_energy,own_estimate,Mt CO2,104,book,A
X,2021,co2_net_power_import,own_estimate,Mt CO2,-22,book,A
"""
GDP = """region,year,vintage,gdp_index,gdp_nominal,unit
X,2020,first,103,1000,10^8 CNY
X,2021,first,108,,10^8 CNY
X,2021,revised,108.5,,10^8 CNY
"""
FIGURES = """\
region,period,scope,variable,stage,unit,value,document_number,document_date,source_id,grade,note_zh,note_en
X,2021,ci_13_14,carbon_intensity_change,final_approved,%,-5.5,文〔2022〕1号,2022-10,letter,A,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = TERMS.replace("万吨,-2000", "10^4 tCO2,-2000")
    for name, content in (("terms", text), ("gdp", GDP), ("figures", FIGURES)):
        (tmp_path / f"{name}.csv").write_text(content, "utf-8")
    return tmp_path


def call(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["inventory", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def assess(folder: Path, *more: str) -> str:
    return call(
        "assess", "--terms", folder / "terms.csv", "--gdp", folder / "gdp.csv", "--scope", "ci_13_14",
        "--output", folder / "out", *more,
    )  # fmt: skip


def test_scopes_are_listed() -> None:
    assert "ci_2026_territorial" in call("scopes")
    assert call("scopes", "--format", "csv").startswith("scope,")


def test_a_scope_is_assessed_and_the_gap_to_the_approved_figure_explained(folder: Path) -> None:
    assess(
        folder, "--vintage", "first", "--other-vintage", "revised", "--figures", str(folder / "figures.csv")
    )
    accounts = pl.read_csv(folder / "out/accounts.csv")
    assert accounts["value"].to_list() == [80.0, 82.0]
    assert accounts["intensity"][1] == pytest.approx(82.0 / 1080.0 * 100)
    fall = 1 - 82.0 / 80.0 / 1.08
    assert accounts["reduction_share"][1] == pytest.approx(fall)
    gap = pl.read_csv(folder / "out/gap.csv").filter(pl.col("own_scope") == "ci_13_14")
    assert set(gap["part"]) == {"quantity", "gdp"}
    assert gap["value"].sum() == pytest.approx(-100 * fall + 5.5)
    figures = pl.read_csv(folder / "out/figures.csv")
    assert "文〔2022〕1号" in figures["document_number"].to_list()


def test_several_vintages_without_a_choice_are_refused_and_nothing_is_written(folder: Path) -> None:
    with pytest.raises(InputRefused, match="vintage"):
        assess(folder)
    assert not (folder / "out").exists()


def test_an_unknown_vintage_is_refused(folder: Path) -> None:
    with pytest.raises(InputRefused, match="first, revised"):
        assess(folder, "--vintage", "third")


def test_a_unit_of_another_dimension_is_refused_with_its_row(folder: Path) -> None:
    (folder / "terms.csv").write_text(TERMS.replace("万吨", "TJ"), "utf-8")
    with pytest.raises(InputRefused) as caught:
        assess(folder, "--vintage", "first")
    assert [(finding.code, finding.place.row) for finding in caught.value.findings] == [("unit_mismatch", 3)]


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("万吨", 0.01), ("万吨CO2", 0.01), ("百万吨 CO2", 1.0), ("亿吨二氧化碳", 100.0), ("Mt", 1.0)],
)
def test_chinese_units_of_terms_are_converted(folder: Path, unit: str, factor: float) -> None:
    (folder / "terms.csv").write_text(TERMS.replace("万吨", unit), "utf-8")
    value = read_terms(folder / "terms.csv").frame["value"][1]
    assert value == pytest.approx(-2000 * factor)


def test_the_form_of_the_cities_is_written(tmp_path: Path) -> None:
    output = call("cities", "--template", tmp_path / "form.xlsx", "--year", 2022)
    assert "form.xlsx" in output
    assert (tmp_path / "form.xlsx").read_bytes().startswith(b"PK")


def test_cities_are_accounted_from_a_file(tmp_path: Path) -> None:
    call("cities", "--template", tmp_path / "form.csv")
    output = call("cities", "--city-energy", tmp_path / "form.csv", "--output", tmp_path / "out")
    assert "not_reported" in output
    assert (tmp_path / "out" / "benchmark.csv").is_file()


def test_cities_want_a_table_and_a_folder_or_a_form(tmp_path: Path) -> None:
    for arguments in ([], ["--city-energy", "x.csv"], ["--output", str(tmp_path)]):
        assert CliRunner().invoke(app, ["inventory", "cities", *arguments]).exit_code == 2


def test_a_growth_ratio_in_the_place_of_an_index_is_refused(folder: Path) -> None:
    """1.08 instead of 108 would make every intensity a hundred times too large."""
    (folder / "gdp.csv").write_text(GDP.replace("first,108,", "first,1.08,"), "utf-8")
    with pytest.raises(TableError, match="gdp_index"):
        assess(folder, "--vintage", "first")


def test_a_scope_without_terms_in_the_file_is_refused(folder: Path) -> None:
    with pytest.raises(InputRefused, match="energy_total"):
        call(
            "assess", "--terms", folder / "terms.csv", "--gdp", folder / "gdp.csv", "--scope", "ei_14",
            "--output", folder / "out", "--vintage", "first",
        )  # fmt: skip
    assert not (folder / "out").exists()


def test_the_examples_are_written_and_run(tmp_path: Path) -> None:
    made = call("assess", "--template", tmp_path / "form")
    assert made.count("示例 / example") == 3
    form = tmp_path / "form"
    call(
        "assess", "--terms", form / "terms.csv", "--gdp", form / "gdp.csv", "--figures", form / "figures.csv",
        "--scope", "ci_13_14", "--output", tmp_path / "out",
    )  # fmt: skip
    accounts = pl.read_csv(tmp_path / "out/accounts.csv")
    assert accounts["intensity"][1] == pytest.approx(428 / (17800 * 1.091) * 100)
    with pytest.raises(InputRefused, match="exists"):
        call("assess", "--template", form)
    assert CliRunner().invoke(app, ["inventory", "assess", "--terms", "x.csv"]).exit_code == 2


def test_an_empty_intensity_has_its_reason(folder: Path) -> None:
    output = assess(folder, "--vintage", "revised")
    assert "版本 revised 没有价格基年 2020 的现价总量" in output
    lines = GDP.splitlines()
    (folder / "gdp.csv").write_text("\n".join([*lines[:2], "X,2022,first,105,,10^8 CNY"]), "utf-8")
    assert "gdp_index" in assess(folder)
    (folder / "gdp.csv").write_text(GDP.replace("X,", "Y,"), "utf-8")
    assert "没有该地区的生产总值" in assess(folder, "--vintage", "first")


def test_columns_may_bear_chinese_names_and_either_name_of_the_source(folder: Path) -> None:
    assess(folder, "--vintage", "first")
    expected = (folder / "out/accounts.csv").read_bytes()
    text = (folder / "terms.csv").read_text("utf-8")
    (folder / "terms.csv").write_text(
        text.replace(
            "region,year,term,stage,unit,value,source", "地区,年份,构成项,数据阶段,单位,数值,source_id"
        ),
        "utf-8",
    )
    lines = [f"{line},{'source' if not i else 'book'}" for i, line in enumerate(GDP.splitlines())]
    (folder / "gdp.csv").write_text("\n".join(lines), "utf-8")
    (folder / "figures.csv").write_text(FIGURES.replace("source_id", "source"), "utf-8")
    assess(folder, "--vintage", "first", "--figures", str(folder / "figures.csv"))
    assert (folder / "out/accounts.csv").read_bytes() == expected
    (folder / "gdp.csv").write_text(
        GDP.replace("gdp_nominal", "gdp_nominal,colour").replace(",10^8", ",x,10^8"), "utf-8"
    )
    with pytest.raises(TableError, match="colour"):
        assess(folder, "--vintage", "first")
