"""The published cells of 1997-2013 in the pack: printed totals, chosen cells, every cell of the source."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from dafeng.pack import Pack

TOLERANCE = 1e-9
DETAIL = "accounts/shanxi_co2_ceads_sector_fuel.csv"
ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))
TOTALS = {int(row["year"]): float(row["value"]) for row in ROWS if not row["sector"]}
CELLS = [row for row in ROWS if row["sector"]]


@pytest.mark.parametrize("year", sorted(TOTALS))
def test_cells_add_up_to_the_printed_total(shanxi: Pack, year: int) -> None:
    cells = shanxi.tables["sector_emissions"].filter(pl.col("year") == year)
    assert cells["value"].sum() == pytest.approx(TOTALS[year], rel=TOLERANCE)


@pytest.mark.parametrize("row", CELLS, ids=lambda row: f"{row['year']}-{row['sector']}-{row['fuel']}")
def test_a_cell_is_the_printed_one(shanxi: Pack, row: dict[str, str]) -> None:
    cells = shanxi.tables["sector_emissions"]
    fuel = pl.col("fuel") == row["fuel"] if row["fuel"] else pl.col("fuel").is_null()
    found = cells.filter((pl.col("year") == int(row["year"])) & (pl.col("sector") == row["sector"]) & fuel)
    assert found["value"].to_list() == [float(row["value"])]


@pytest.mark.data
def test_no_cell_of_the_source_is_lost_or_added(shanxi: Pack, data_dir: Path) -> None:
    key = ["year", "variable", "sector", "fuel"]
    source = pl.read_csv(data_dir / DETAIL).filter(
        (pl.col("year") <= 2013)
        & (pl.col("sector") != "total")
        & (pl.col("variable") != "co2_total")
        & (pl.col("value") != 0)
    )
    source = source.filter(pl.col("fuel").is_not_null() | (pl.col("variable") == "co2_process"))
    ours = shanxi.tables["sector_emissions"]
    assert ours.height == source.height
    both = ours.join(source, on=key, how="inner", suffix="_source", nulls_equal=True)
    assert both.height == source.height
    assert (both["value"] == both["value_source"]).all()
