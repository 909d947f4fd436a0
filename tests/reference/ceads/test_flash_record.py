"""What the flash estimate would have said of a real province, year by year, beside the later inventory."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory.flash import (
    FlashOptions,
    benchmark_emissions,
    published_totals,
    replay_years,
    score_errors,
)
from dafeng.inventory.flash.io import read_inventory
from dafeng.monthly.io import read_monthly

if TYPE_CHECKING:
    from pathlib import Path

REGION = "CN-SX"
ITEMS = {
    "generation_thermal_ads_ytd": "thermal_generation", "cement_output_ytd": "cement",
    "pig_iron_output_ytd": "pig_iron", "crude_steel_output_ytd": "crude_steel",
    "ten_nonferrous_output_ytd": "ten_nonferrous",
}  # fmt: skip
AS_OF = date(2026, 11, 25)


@pytest.fixture(scope="module")
def inputs(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("record")
    monthly = pl.read_csv(data_dir / "tracking" / "series_monthly_crea.csv", infer_schema_length=None)
    figures = monthly.filter(pl.col("variable").is_in(list(ITEMS))).select(
        region=pl.lit(REGION), period=pl.col("period") + " ytd", item=pl.col("variable").replace(ITEMS),
        unit="unit", value="value",
    )  # fmt: skip
    figures.write_csv(folder / "figures.csv")
    accounts = data_dir / "accounts"
    cells = pl.read_csv(accounts / "shanxi_co2_ceads_sector_fuel.csv", infer_schema_length=None)
    totals = pl.read_csv(
        accounts / "shanxi_co2_ceads_total.csv", schema=cells.schema, infer_schema_length=None
    )
    missing = totals.filter(~pl.col("year").is_in(cells["year"].unique().implode()))
    pl.concat([cells, missing]).write_csv(folder / "inventory.csv")
    return folder / "figures.csv", folder / "inventory.csv"


def replay(inputs: tuple[Path, Path], lag_years: int, options: FlashOptions) -> pl.DataFrame:
    figures = read_monthly(inputs[0]).frame
    inventory = read_inventory(inputs[1], lag_years=lag_years).frame
    benchmarks = benchmark_emissions(inventory, pl.col("known_on"))
    totals = published_totals(inventory, benchmarks)
    return replay_years(figures, benchmarks, totals, AS_OF, options)


@pytest.mark.data
@pytest.mark.parametrize(("lag_years", "mape"), [(1, 0.012), (2, 0.019)])
def test_mean_error_of_2015_to_2022(inputs: tuple[Path, Path], lag_years: int, mape: float) -> None:
    errors = replay(inputs, lag_years, FlashOptions())
    recent = errors.filter(pl.col("year") >= 2015)
    assert recent["year"].to_list() == list(range(2015, 2023))
    assert (recent["year"] - recent["benchmark_year"] >= lag_years).all()
    assert recent["error_share"].abs().mean() == pytest.approx(mape, abs=0.0006)
    score = score_errors(errors).row(0, named=True)
    assert score["coverage_share"] >= 0.75


@pytest.mark.data
def test_it_is_better_than_repeating_the_last_inventory(inputs: tuple[Path, Path]) -> None:
    errors = replay(inputs, 1, FlashOptions()).filter(pl.col("year") >= 2015)
    inventory = read_inventory(inputs[1], lag_years=1).frame
    totals = published_totals(inventory, benchmark_emissions(inventory, pl.col("known_on")))
    last = totals.select(benchmark_year="year", repeated="value")
    naive = errors.join(last, on="benchmark_year").select(
        (pl.col("repeated") / pl.col("published") - 1).abs().mean()
    )
    assert errors["error_share"].abs().mean() < 0.5 * naive.item()
