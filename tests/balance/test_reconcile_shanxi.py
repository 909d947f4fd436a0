"""The official table of 2007: what a finite reliability of its statistical difference pulls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.balance import Balance
from dafeng.balance.reconcile import ReconcileOptions, observe_balance, reconcile_balance

if TYPE_CHECKING:
    from dafeng.pack import Pack


@pytest.fixture(scope="module")
def observed(shanxi: Pack) -> pl.DataFrame:
    """Return the cells of 2007; stocks are left open: with those given the supply rows do not sum."""
    table = shanxi.tables["balances"].filter(year=2007).drop("source_id")
    observations = observe_balance(Balance(table, "yearbook"), "yearbook")
    stocks = pl.col("row") == "stock_change"
    return observations.with_columns(value=pl.when(~stocks).then(pl.col("value")))


def value(frame: pl.DataFrame, row: str, fuel: str = "Raw_Coal") -> float:
    return float(frame.filter(row=row, fuel=fuel)["value"].item())


def test_the_supply_rows_of_the_table_do_not_sum(shanxi: Pack) -> None:
    table = shanxi.tables["balances"].filter(year=2007).drop("source_id")
    made = reconcile_balance(observe_balance(Balance(table, "yearbook"), "yearbook"))
    missed = made.identities.filter(pl.col("before").abs() > 0.05)
    assert set(missed["identity"]) == {"sum_total_primary_supply"}
    assert missed.filter(item="Raw_Coal")["before"].item() == pytest.approx(2446.38, abs=0.01)


def test_with_its_difference_the_table_closes_and_hardly_moves(observed: pl.DataFrame) -> None:
    made = reconcile_balance(observed)
    assert value(made.cells, "statistical_difference") == pytest.approx(-17000, abs=0.05)
    assert made.adjustments["adjustment"].abs().max() < 0.05
    assert value(made.cells, "stock_change") == pytest.approx(581.17, abs=0.05)


def test_a_small_difference_pulls_the_raw_coal_column(observed: pl.DataFrame) -> None:
    made = reconcile_balance(observed, ReconcileOptions(difference="small"))
    left = value(made.cells, "statistical_difference")
    assert -17000 < left < -1000
    assert made.summary.largest_residual < 1e-9
    hardest = made.adjustments.sort(pl.col("adjustment").abs(), descending=True).head(4)
    assert set(hardest["fuel"]) == {"Raw_Coal", "Coal_Total"}
    assert "煤" in made.sources.filter(source="yearbook")["largest_cell"].item()


def test_a_difference_of_zero_moves_170_million_tonnes_elsewhere(observed: pl.DataFrame) -> None:
    made = reconcile_balance(observed, ReconcileOptions(difference="zero"))
    cells = made.cells
    assert value(cells, "statistical_difference") == 0
    gap = cells.filter(row="statistical_difference", fuel="Raw_Coal").to_dicts()[0]
    assert (gap["observed"], gap["adjustment"]) == (-17000.0, 17000.0)
    moved = {
        row: value(cells, row) - observed.filter(row=row, fuel="Raw_Coal")["value"].item()
        for row in ("total_primary_supply", "transformation_total", "final_consumption")
    }
    gained = moved["total_primary_supply"] + moved["transformation_total"] - moved["final_consumption"]
    assert gained == pytest.approx(17000, abs=0.05)
    assert made.summary.p_value is not None
    assert made.summary.p_value < 1e-6
