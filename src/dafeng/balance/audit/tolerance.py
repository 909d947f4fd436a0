"""How far a sum may miss its total: half a unit in the last given digit of every cell in it."""

from __future__ import annotations

import polars as pl

LEAST, MOST = -6, 8
SHARE = 0.9
"""Cells that must be written with no more digits; a few computed ones do not make a table exact. [1]"""
ROUND_CELLS = 20
"""Cells that are needed to conclude that figures are given in tens or hundreds. [1]"""
NOISE = 1e-9
"""Relative error below which two numbers are the same. [1]"""
TABLE = ("region", "year", "unit")


def find_last_digits(cells: pl.DataFrame) -> pl.DataFrame:
    """Return half a unit in the last given digit of each table.

    The number of digits is the least with which nine tenths of the non-zero cells of a region, year and unit
    are written; it may be negative (figures given in tens)
    where there are enough cells to tell.

    Parameters
    ----------
    cells : polars.DataFrame
        ``region``, ``year``, ``unit``, ``value``.

    Returns
    -------
    polars.DataFrame
        ``region``, ``year``, ``unit``, ``half_digit`` [unit], ``noise`` [unit].
    """
    known = cells.filter(pl.col("value").is_not_null())
    largest = pl.col("value").abs().max().over(TABLE)
    solid = known.filter(pl.col("value").abs() > NOISE * largest)
    fits = []
    for digits in range(LEAST, MOST + 1):
        scaled = pl.col("value") * 10.0**digits
        written = ((scaled - scaled.round(0)).abs() <= NOISE * scaled.abs()).mean()
        fits.append(pl.when(written >= SHARE).then(pl.lit(digits)).alias(str(digits)))
    found = solid.group_by(TABLE, maintain_order=True).agg(
        *fits, noise=NOISE * pl.col("value").abs().max(), cells=pl.len()
    )
    least = pl.min_horizontal([str(digits) for digits in range(LEAST, MOST + 1)]).fill_null(MOST)
    least = pl.when(pl.col("cells") >= ROUND_CELLS).then(least).otherwise(pl.max_horizontal(least, 0))
    half = 0.5 * pl.lit(10.0).pow(-least.cast(pl.Float64))
    return found.select(*TABLE, half_digit=half, noise="noise")


def tolerance_of(count: pl.Expr) -> pl.Expr:
    """Return the tolerance of a sum over ``count`` rounded cells, its total included. [unit]"""
    return count * pl.col("half_digit") * (1 + NOISE) + pl.col("noise")
