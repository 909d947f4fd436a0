"""The statistical difference, shown: how large it is beside what came in."""

from __future__ import annotations

import polars as pl

from dafeng import terms
from dafeng.balance.contracts import BalanceDifference
from dafeng.balance.identities import DIFFERENCE
from dafeng.balance.stock import net_stocks
from dafeng.table import check

NOISE = 1e-6
"""Size below which a difference is the noise of a sum of published decimals. [accounting unit]"""
TABLE_FUEL = ["region", "year", "fuel"]


def sum_inflow(cells: pl.DataFrame) -> pl.DataFrame:
    """Return all that came in, by fuel: the one measure of a statistical difference.

    Parameters
    ----------
    cells : BalanceCells

    Returns
    -------
    polars.DataFrame
        ``region, year, fuel, inflow`` [accounting unit]: the positive cells of supply (production, recovery,
        arrivals, imports, refuelling abroad, of stocks what was drawn on the whole) and what transformation
        put out. A figure that is not told is not counted, a share of the sum is then too large, never too
        small; null where no cell is told.
    """
    entries = terms.entries("balance_rows").items()
    wholes = ("total_primary_supply", "transformation_total")
    rows = [code for code, row in entries if row["parent"] in wholes]
    told = net_stocks(cells).filter(pl.col("row").is_in(rows) & pl.col("value").is_not_null())
    return told.group_by(TABLE_FUEL, maintain_order=True).agg(
        inflow=pl.col("value").clip(lower_bound=0).sum()
    )


def list_differences(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the statistical differences of balances, the largest share first within a province and year.

    Parameters
    ----------
    cells : BalanceCells

    Returns
    -------
    BalanceDifference
        As published, without those that are noise. ``share`` = difference / inflow (:func:`sum_inflow`).
    """
    told = cells.filter((pl.col("row") == DIFFERENCE) & (pl.col("value").abs() > NOISE))
    joined = told.rename({"value": "difference"}).join(sum_inflow(cells), on=TABLE_FUEL, how="left")
    share = pl.when(pl.col("inflow") > 0).then(pl.col("difference") / pl.col("inflow"))
    ranked = joined.with_columns(share=share).sort(
        "region", "year", pl.col("share").abs(), pl.col("difference").abs(), "fuel",
        descending=[False, False, True, True, False], nulls_last=True,
    )  # fmt: skip
    return check(
        ranked.select([*TABLE_FUEL, "unit", "difference", "inflow", "share", "grade"]), BalanceDifference
    )
