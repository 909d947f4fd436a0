"""City tables from files, the form that is written and read back, and their defects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.assessment_file import CityRequest, run_city_accounts, write_city_template
from dafeng.errors import TableError
from dafeng.inventory import ceads_factors
from dafeng.inventory.city_accounts import read_city_energy, split_province

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack

HEAD = "region,year,item,fuel,unit,value,source_id,grade\n"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_form_is_read_back_as_it_was_written(tmp_path: Path, shanxi: Pack, suffix: str) -> None:
    path = tmp_path / f"form.{suffix}"
    form = write_city_template("shanxi", 2022, path)
    regions = shanxi.tables["regions"]
    cities = regions.filter(pl.col("level") == "city")["code"].to_list()
    frame = read_city_energy(path, cities).frame
    assert frame.height == form.rows
    assert not form.findings
    assert frame["region"].unique(maintain_order=True).to_list() == cities
    assert frame["value"].null_count() == form.rows
    answer = run_city_accounts(CityRequest(path, tmp_path / "out", "shanxi"))
    assert set(answer.shown["status"]) == {"not_reported"}
    assert set(answer.shown["year"]) == {2022}


def test_a_filled_form_is_accounted(tmp_path: Path, shanxi: Pack) -> None:
    path, out = tmp_path / "form.csv", tmp_path / "out"
    write_city_template("shanxi", None, path)
    form = pl.read_csv(path, schema_overrides={"region": pl.String}, infer_schema_length=None)
    one = form["region"][0]
    filled = form.filter(pl.col("region") == one).with_columns(
        value=pl.when(pl.col("item") == "raw_material_use").then(0.0).otherwise(10.0), grade=pl.lit("A")
    )
    filled.write_csv(path)
    answer = run_city_accounts(CityRequest(path, out, "shanxi"))
    status = dict(answer.shown.select("region", "status").iter_rows())
    assert (status.pop(one), set(status.values())) == ("complete", {"not_published"})
    assert sorted(file.name for file in out.iterdir()) == ["accounts.csv", "benchmark.csv", "totals.csv"]


def test_the_form_names_cities_items_and_fuels_and_refuses_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    write_city_template("shanxi", 2022, path)
    form = pl.read_csv(path, infer_schema=False)
    assert form.columns[:2] == ["市名", "region"]
    first = form.row(0, named=True)
    assert (first["市名"], first["region"]) == ("太原市", "140100")
    assert first["项目名称"] == "规模以上工业能源消费"
    assert form.select("市名", "项目名称", "品种名称").null_count().sum_horizontal().item() == 0
    form.with_columns(pl.lit("x").alias("vaule")).write_csv(path)
    with pytest.raises(TableError) as caught:
        read_city_energy(path, form["region"].unique().to_list())
    assert [finding.code for finding in caught.value.findings] == ["column_unknown"]


def test_a_year_without_province_is_the_cause_and_not_missing_items(tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    form = write_city_template("shanxi", 2031, path)
    assert [finding.code for finding in form.findings] == ["city_template_year"]
    table = pl.read_csv(path, schema_overrides={"region": pl.String}, infer_schema_length=None)
    one = table["region"][0]
    table.filter(pl.col("region") == one).with_columns(
        value=pl.when(pl.col("item") == "raw_material_use").then(0.0).otherwise(10.0), grade=pl.lit("A")
    ).write_csv(path)
    answer = run_city_accounts(CityRequest(path, tmp_path / "out", "shanxi"))
    row = answer.shown.filter(pl.col("region") == one).row(0, named=True)
    assert (row["status"], row["missing_items"], row["co2_mt"]) == ("incomplete", None, None)
    assert [f.params["year"] for f in answer.findings if f.code == "city_no_province_factor"] == [2031]


def test_chinese_units_of_a_form_are_read(tmp_path: Path) -> None:
    path = tmp_path / "cities.csv"
    rows = "140100,2022,all_use,Diesel_Oil,万吨,1,x,A\n140100,2022,all_use,Natural_Gas,万立方米,1,x,A\n"
    path.write_text(HEAD + rows, "utf-8")
    frame = read_city_energy(path, ["140100"]).frame
    assert frame["unit"].to_list() == ["10^4 t", "10^8 m3"]
    assert frame["value"].to_list() == pytest.approx([1.0, 1e-4])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("610100,2022,all_use,Diesel_Oil,10^4 t,1,x,A", "city_unknown"),
        ("140100,2022,all_use,Diesel_Oil,10^8 m3,1,x,A", "unit_wrong"),
        ("140100,2022,all_use,Diesel_Oil,10^4 t,1,x,", "cell_empty"),
        ("140100,2022,all_use,Diesel_Oil,10^4 t,-1,x,A", "value_out_of_range"),
        ("140100,2022,nothing,Diesel_Oil,10^4 t,1,x,A", "code_unknown"),
    ],
)
def test_defects_are_named_with_their_row(tmp_path: Path, line: str, code: str) -> None:
    path = tmp_path / "cities.csv"
    path.write_text(HEAD + line + "\n", "utf-8")
    with pytest.raises(TableError) as caught:
        read_city_energy(path, ["140100"])
    assert [(finding.code, finding.place.row) for finding in caught.value.findings] == [(code, 2)]


def test_the_parts_of_the_province_are_its_published_combustion(shanxi: Pack) -> None:
    parts = split_province(shanxi.tables["energy"], ceads_factors())
    published = shanxi.tables["published_emissions"].filter(pl.col("variable") == "co2_fuel_combustion")
    joined = parts.group_by("year").agg(pl.col("co2_mt").sum()).join(published, on="year")
    assert joined.height == 7
    assert (joined["co2_mt"] / joined["value"] - 1).abs().max() < 1e-7
