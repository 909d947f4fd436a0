"""Stocks: the opening and closing stock that some tables print, and the change between them."""

from __future__ import annotations

import polars as pl

CHANGE = "stock_change"
OPENING, CLOSING = "opening_stock", "closing_stock"
PARTS = (OPENING, CLOSING)
DECIMALS = 9
"""Places to which a sum is rounded: what is beyond is the noise of binary fractions."""
TABLE_FUEL = ["region", "year", "fuel"]


def net_stocks(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with one row of stocks: the change as stated, else opening less closing stock.

    Parameters
    ----------
    cells : BalanceCells
        Closing stock is negative.

    Returns
    -------
    BalanceCells
        Without opening and closing stock. A change made of a figure that is not told is not told.
    """
    parts = cells.filter(pl.col("row").is_in(PARTS))
    if parts.is_empty():
        return cells
    rest = cells.filter(~pl.col("row").is_in(PARTS))
    known = ~pl.col("value").is_null().any()
    made = (
        _without_change(cells, parts)
        .group_by([*TABLE_FUEL, "unit"], maintain_order=True)
        .agg(value=pl.when(known).then(pl.col("value").sum().round(DECIMALS)), grade=pl.col("grade").max())
        .with_columns(row=pl.lit(CHANGE))
    )
    return pl.concat([rest, made.select(rest.columns)])


def name_as_change(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with opening and closing stock under the name of the change where that is not stated.

    The two are then parts of supply, each with a rounding of its own; where the change is stated they are
    left out.

    Parameters
    ----------
    cells : polars.DataFrame
        BalanceCells with further columns.
    """
    parts = cells.filter(pl.col("row").is_in(PARTS))
    if parts.is_empty():
        return cells
    rest = cells.filter(~pl.col("row").is_in(PARTS))
    return pl.concat([rest, _without_change(cells, parts).with_columns(row=pl.lit(CHANGE))])


def _without_change(cells: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    stated = cells.filter(pl.col("row") == CHANGE).select(TABLE_FUEL)
    return parts.join(stated, on=TABLE_FUEL, how="anti", maintain_order="left")
