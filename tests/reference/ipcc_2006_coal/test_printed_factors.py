"""Shipped factors against the printed ones, and both against the data they were read in."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory.guideline.abandoned_mines import INTERVALS
from dafeng.inventory.guideline.activity_lines import default_factors, methane_factors

if TYPE_CHECKING:
    from dafeng.pack import Pack

HERE = Path(__file__).parent
ROWS = list(csv.DictReader((HERE / "values.csv").read_text("utf-8").splitlines()))


def test_shipped_factors_are_the_printed_ones() -> None:
    shipped = methane_factors()
    values = dict(shipped.filter(pl.col("unit") == "m3/t").select("factor_id", "value").iter_rows())
    assert values == {row["factor_id"]: float(row["value"]) for row in ROWS}


@pytest.fixture(scope="module")
def efdb(data_dir: Path) -> pl.DataFrame:
    return pl.read_csv(data_dir / "accounts" / "factors_ipcc_efdb_subset.csv", infer_schema=False)


@pytest.mark.data
def test_printed_factors_stand_in_the_data(efdb: pl.DataFrame) -> None:
    found = dict(efdb.select("ef_id", "value").iter_rows())
    for row in ROWS:
        assert float(found[row["ef_id"]]) == float(row["value"]), row


@pytest.mark.data
def test_rates_of_abandoned_mines_are_the_last_of_each_interval(efdb: pl.DataFrame) -> None:
    rates = efdb.filter(pl.col("description") == "Tier 1 Abandoned Underground Mines Emission Factor")
    last = rates.group_by("conditions", maintain_order=True).agg(pl.col("value").last().cast(pl.Float64))
    assert [i.rate for i in INTERVALS.values()] == last["value"].to_list()
    shares = efdb.filter(pl.col("description").str.starts_with("Percentage of Gassy"))["value"].to_list()
    assert [f"{i.low * 100:.0f} - {i.high * 100:.0f}" for i in INTERVALS.values()] == shares


@pytest.mark.data
def test_enteric_factors_stand_in_the_data(efdb: pl.DataFrame) -> None:
    names = {
        "dairy_cattle": "Cattle (Dairy)", "other_cattle": "Cattle (Other", "buffalo": "Buffalo (",
        "sheep": "Sheep", "goats": "Goats", "camels": "Camels", "horses": "Horses",
        "mules_asses": "Mules", "swine": "Swine",
    }  # fmt: skip
    rows = efdb.filter((pl.col("gas") == "METHANE") & (pl.col("type") == "2006 IPCC default"))
    shipped = default_factors("agriculture").filter(pl.col("factor_id").str.starts_with("ef_ch4_enteric"))
    for animal, value in shipped.select("activity", "value").iter_rows():
        name = f"Animal category: {names[animal]}"
        found = rows.filter(pl.col("conditions").str.starts_with(name))
        assert value in found["value"].cast(pl.Float64).to_list(), animal


@pytest.mark.data
def test_capacity_shares_of_the_pack_are_sums_over_the_mines(data_dir: Path, shanxi: Pack) -> None:
    mines = pl.read_csv(
        data_dir / "atmosphere" / "gem_coal_mines_shanxi_2024-04.csv", infer_schema=False
    ).filter(pl.col("status") == "operating")
    capacity = pl.col("capacity_mt_per_y").cast(pl.Float64)
    surface = mines.filter(pl.col("mine-type") == "surface").select(capacity.sum()).item()
    factors = shanxi.tables["factors"]
    shares = factors.filter(pl.col("variable") == "share_coal_capacity")
    by_kind = dict(shares.select("activity", "value").iter_rows())
    assert by_kind["surface"] == pytest.approx(surface / mines.select(capacity.sum()).item(), abs=5e-5)
    assert sum(by_kind.values()) == pytest.approx(1.0, abs=1e-4)
    depths = factors.filter(pl.col("variable") == "share_coal_capacity_depth")
    assert depths["value"].sum() == pytest.approx(1.0, abs=2e-4)
    assert set(shares["grade"]) | set(depths["grade"]) == {"C"}


@pytest.mark.data
def test_coal_output_of_the_pack_is_the_published_series(data_dir: Path, shanxi: Pack) -> None:
    published = pl.read_csv(
        data_dir / "accounts" / "shanxi_energy_production_consumption.csv", infer_schema=False
    ).filter((pl.col("variable") == "production") & (pl.col("fuel") == "Raw_Coal"))
    activities = shanxi.tables["activities"]
    own = activities.filter(pl.col("activity") == "coal_output_total")
    assert dict(own.select("year", "value").iter_rows()) == {
        int(year): float(value) for year, value in published.select("year", "value").iter_rows()
    }
