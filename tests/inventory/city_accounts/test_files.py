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
    rows = write_city_template("shanxi", 2022, path)
    regions = shanxi.tables["regions"]
    cities = regions.filter(pl.col("level") == "city")["code"].to_list()
    frame = read_city_energy(path, cities).frame
    assert frame.height == rows
    assert frame["region"].unique(maintain_order=True).to_list() == cities
    assert frame["value"].null_count() == rows
    answer = run_city_accounts(CityRequest(path, tmp_path / "out", "shanxi"))
    assert set(answer.shown["status"]) == {"not_published"}


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
