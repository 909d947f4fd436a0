"""Results leave a run as IAMC table, data package and workbook, and IAMC tables come in."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest
import python_calamine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Answer


@pytest.fixture
def ran(dafeng: Callable[..., Answer], tiny_pack: Path, tmp_path: Path) -> Path:
    answer = dafeng("run", "--pack", tiny_pack, "--out", "out", "--as-of", "2026-11-22")
    assert answer.code == 0, answer.err
    return tmp_path / "out"


def test_iamc_leaves_and_comes_back(dafeng: Callable[..., Answer], ran: Path, tmp_path: Path) -> None:
    for form in ("iamc", "iamc-wide"):
        answer = dafeng("export", "--run", ran, "--as", form, "--output", f"{form}.csv", "--model", "m 1")
        assert answer.code == 0, answer.err
        assert dafeng("import", "iamc", f"{form}.csv", "--output", f"{form}.back.csv").code == 0
    long, wide = (pl.read_csv(tmp_path / f"{form}.back.csv") for form in ("iamc", "iamc-wide"))
    key = ["scenario", "variable", "year"]
    assert long.height > 10
    assert long.sort(key).equals(wide.sort(key))
    assert set(long["model"]) == {"m 1"}
    emissions = pl.read_parquet(ran / "tables" / "inventory.emissions.parquet")
    total = emissions.filter((pl.col("variable") == "co2_total") & (pl.col("sector") == "total")).drop_nulls(
        "value"
    )
    ours = long.filter((pl.col("variable") == "Emissions|CO2") & (pl.col("scenario") == "inventory"))
    assert ours.sort("year")["value"].to_list() == pytest.approx(total.sort("year")["value"].to_list())
    chosen = ("import", "iamc", "iamc.csv", "--as", "lines", "--output", "lines.csv", "--scenario")
    assert dafeng(*chosen, "inventory").code == 0
    assert "inventory" in dafeng(*chosen, "inventry").err
    assert set(pl.read_csv(tmp_path / "lines.csv")["unit"]) == {"kt"}


def test_a_data_package_is_a_folder_or_an_archive(
    dafeng: Callable[..., Answer], ran: Path, tmp_path: Path
) -> None:
    assert dafeng("export", "--run", ran, "--as", "datapackage", "--output", "package").code == 0
    package = json.loads((tmp_path / "package" / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        assert (tmp_path / "package" / resource["path"]).stat().st_size == resource["bytes"]
    assert {"name", "title", "licenses", "sources", "created"} <= set(package)
    for name in ("a.zip", "b.zip"):
        assert dafeng("export", "--run", ran, "--as", "datapackage", "--output", name).code == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist()[0] == "datapackage.json"
        assert len(archive.namelist()) == len(package["resources"]) + 1


def test_an_older_package_is_replaced_and_another_folder_refused(
    dafeng: Callable[..., Answer], ran: Path, tmp_path: Path
) -> None:
    words = ("export", "--run", ran, "--as", "datapackage", "--output", "package")
    assert "replaced" not in dafeng(*words).out
    again = dafeng(*words, "--table", "pack.sources")
    assert "已替换" in again.out
    assert [path.name for path in (tmp_path / "package" / "data").iterdir()] == ["pack.sources.csv"]
    (tmp_path / "package" / "notes.txt").write_text("mine", "utf-8")
    before = (tmp_path / "package" / "datapackage.json").read_bytes()
    refused = dafeng(*words)
    assert refused.code == 2
    assert "output_not_ours" in refused.err
    assert (tmp_path / "package" / "datapackage.json").read_bytes() == before
    for told in (False, True):
        answer = dafeng("export", "--run", ran, "--as", "iamc", "--output", "iamc.csv")
        assert ("replaced" in answer.out) is told


def test_chosen_tables_make_a_workbook(dafeng: Callable[..., Answer], ran: Path, tmp_path: Path) -> None:
    tables = ("--table", "inventory.emissions", "--table", "pack.sources")
    assert dafeng("export", "--run", ran, "--as", "xlsx", *tables, "--output", "t.xlsx").code == 0
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert book.sheet_names[1:] == ["pack.sources", "inventory.emissions"]
    refused = dafeng(
        "export", "--run", ran, "--as", "xlsx", "--table", "inventory.emision", "--output", "u.xlsx"
    )
    assert refused.code == 2
    assert "inventory.emissions" in refused.err
    table = ("--table", "pack.sources")
    refused = dafeng("export", "--run", ran, "--as", "iamc", *table, "--output", "u.csv")
    assert refused.code == 2
    assert "iamc_no_table" in refused.err


def test_what_is_no_run_and_what_is_not_known_is_refused(
    dafeng: Callable[..., Answer], tmp_path: Path
) -> None:
    assert "run_missing" in dafeng("export", "--run", tmp_path, "--as", "iamc", "--output", "x.csv").err
    source = tmp_path / "in.csv"
    source.write_text(
        "model,scenario,region,variable,unit,2020\nm,s,World,Emissions|Co3,Mt CO2/yr,1\n", "utf-8"
    )
    refused = dafeng("import", "iamc", source, "--output", "o.csv")
    assert refused.code == 2
    assert "Emissions|CO2" in refused.err
    assert not (tmp_path / "o.csv").exists()
    kept = dafeng("import", "iamc", source, "--output", "o.csv", "--accept-findings")
    assert kept.code == 0
    assert pl.read_csv(tmp_path / "o.csv")["variable"].to_list() == ["Emissions|Co3"]
