"""The statistical difference, shown: how large it is beside what came in."""

from __future__ import annotations

import polars as pl

from dafeng import terms
from dafeng.balance.contracts import BalanceDifference
from dafeng.balance.identities import DIFFERENCE
from dafeng.table import check

NOISE = 1e-6
"""Size below which a difference is the noise of a sum of published decimals. [accounting unit]"""
TABLE_FUEL = ["region", "year", "fuel"]


def list_differences(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the statistical differences of balances, the largest share first within a province and year.

    Parameters
    ----------
    cells : BalanceCells

    Returns
    -------
    BalanceDifference
        As published, without those that are noise. ``share`` = difference / inflow; the inflow is the sum of
        the positive cells of supply, null where one of them is not told.
    """
    entries = terms.entries("balance_rows")
    supply = [code for code, row in entries.items() if row["section"] == "supply" and row["parent"]]
    known = ~pl.col("value").is_null().any()
    inflow = (
        cells.filter(pl.col("row").is_in(supply))
        .group_by(TABLE_FUEL, maintain_order=True)
        .agg(inflow=pl.when(known).then(pl.col("value").clip(lower_bound=0).sum()))
    )
    told = cells.filter((pl.col("row") == DIFFERENCE) & (pl.col("value").abs() > NOISE))
    joined = told.rename({"value": "difference"}).join(inflow, on=TABLE_FUEL, how="left")
    share = pl.when(pl.col("inflow") > 0).then(pl.col("difference") / pl.col("inflow"))
    ranked = joined.with_columns(share=share).sort(
        "region", "year", pl.col("share").abs(), pl.col("difference").abs(), "fuel",
        descending=[False, False, True, True, False], nulls_last=True,
    )  # fmt: skip
    return check(
        ranked.select([*TABLE_FUEL, "unit", "difference", "inflow", "share", "grade"]), BalanceDifference
    )
