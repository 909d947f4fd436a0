"""The published CEADs inventories of Shanxi: totals by year, every cell by sector and fuel."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.inventory_file import InventoryRequest, run_inventory
from dafeng.inventory import ceads_factors, compute_inventory

if TYPE_CHECKING:
    from dafeng.pack import Pack

TOLERANCE = 1e-7
FLOOR = 1e-9
ENERGY = "accounts/shanxi_energy_inventory_ceads_2014_2022.csv"
OUTPUT = "accounts/shanxi_industry_output.csv"
DETAIL = "accounts/shanxi_co2_ceads_sector_fuel.csv"
CELL = ["region", "year", "sector", "fuel"]
ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))


def published(variable: str) -> dict[int, float]:
    return {int(row["year"]): float(row["value"]) for row in ROWS if row["variable"] == variable}


@pytest.fixture(scope="module")
def combustion(shanxi: Pack) -> dict[int, float]:
    emissions = compute_inventory(shanxi.tables["energy"], ceads_factors()).emissions
    totals = emissions.filter((pl.col("variable") == "co2_fuel_combustion") & (pl.col("sector") == "total"))
    return dict(totals.group_by("year").agg(pl.col("value").sum()).iter_rows())


@pytest.mark.parametrize("year", sorted(published("co2_fuel_combustion")))
def test_combustion_totals_are_the_published_totals(combustion: dict[int, float], year: int) -> None:
    assert combustion[year] == pytest.approx(published("co2_fuel_combustion")[year], rel=TOLERANCE)


def test_published_parts_sum_to_the_published_total() -> None:
    fuel, process, total = (published(v) for v in ("co2_fuel_combustion", "co2_process", "co2_total"))
    assert fuel.keys() == process.keys()
    for year, value in fuel.items():
        assert value + process[year] == pytest.approx(total[year], rel=1e-8)


@pytest.mark.parametrize("year", [2017, 2021])
def test_years_without_published_detail_leave_a_plausible_rest_for_cement(
    combustion: dict[int, float], year: int
) -> None:
    """Years the factors were not derived from: total less our combustion is what CEADs counted for cement."""
    rest = published("co2_total")[year] - combustion[year]
    others = published("co2_process").values()
    assert min(others) * 0.9 < rest < max(others) * 1.1


@pytest.mark.data
def test_every_published_cell_comes_out(data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run_inventory(InventoryRequest(data_dir / ENERGY, out, data_dir / OUTPUT))
    ours = pl.read_csv(out).filter(pl.col("variable") == "co2_fuel_combustion").select(*CELL, "value")
    theirs = pl.read_csv(data_dir / DETAIL, infer_schema_length=None)
    theirs = theirs.filter((pl.col("variable") == "co2_fuel_combustion") & (pl.col("year") >= 2014))
    years = theirs["year"].unique().to_list()
    assert sorted(years) == sorted(published("co2_fuel_combustion"))
    both = ours.filter(pl.col("year").is_in(years)).join(
        theirs.select(*CELL, published="value"), on=CELL, how="full", coalesce=True
    )
    # zeros were dropped from the published file: an absent cell is a zero
    both = both.with_columns(pl.col("value", "published").fill_null(0.0))
    assert both.height >= theirs.height > 2000
    off = (pl.col("value") - pl.col("published")).abs() > TOLERANCE * pl.col("published") + FLOOR
    assert both.filter(off).rows() == []


@pytest.mark.data
@pytest.mark.parametrize("year", [2019, 2022])
def test_process_is_published_where_the_cement_output_agrees(
    data_dir: Path, tmp_path: Path, year: int
) -> None:
    out = tmp_path / "out.csv"
    run_inventory(InventoryRequest(data_dir / ENERGY, out, data_dir / OUTPUT))
    rows = pl.read_csv(out).filter((pl.col("year") == year) & (pl.col("sector") == "total"))
    process = rows.filter(pl.col("variable") == "co2_process")["value"].item()
    total = rows.filter(pl.col("variable") == "co2_total")["value"].item()
    assert process == pytest.approx(published("co2_process")[year], rel=1e-6)
    assert total == pytest.approx(published("co2_total")[year], rel=TOLERANCE)
