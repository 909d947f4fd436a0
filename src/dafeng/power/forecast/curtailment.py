"""Curtailed and failed intervals: flagged by the owner, or flat far below what the weather allows."""

from __future__ import annotations

import numpy as np
import polars as pl

FLAT = 0.01
"""Output that moves less than this within an hour or more is flat; share of capacity."""
SHORTFALL = 0.20
"""Flat output must lie this far below the usual output in such weather; share of capacity."""
LEAST_HOURS = 3
"""A plateau lasts at least this long. [h]"""
BINS = 25


def flag_curtailment(output: pl.DataFrame, step_minutes: int) -> pl.Series:
    """Return which intervals were curtailed or failed.

    An interval is flagged when its owner says so, or when it belongs to a plateau: at least three hours
    within one per cent of capacity, all of it more than a fifth of capacity below the median output of
    the same weather. Lulls and calm nights are flat too, but not below what the weather allows.

    Parameters
    ----------
    output : polars.DataFrame
        ``time``, ``output`` [1], ``curtailed``, ``driver``: wind speed or irradiance, null where unknown.
    step_minutes : int
        Length of an interval. [min]

    Returns
    -------
    polars.Series of bool
        In the order of the rows.
    """
    known = output.filter(pl.col("driver").is_not_null() & pl.col("output").is_not_null())
    flagged = output["curtailed"].fill_null(value=False)
    if known.height < 20 * BINS:
        return flagged
    edges = np.unique(np.quantile(known["driver"].to_numpy(), np.arange(1, BINS) / BINS))
    place = np.searchsorted(edges, output["driver"].to_numpy(), side="left")
    binned = output.with_columns(bin=pl.Series(place)).with_columns(
        usual=pl.when(pl.col("driver").is_not_null()).then(pl.col("output").median().over("bin"))
    )
    frame = binned.drop("bin")
    same = (pl.col("output") - pl.col("output").shift(1)).abs() <= FLAT
    below = (pl.col("usual") - pl.col("output") > SHORTFALL).fill_null(value=False)
    run = (~(same & below & below.shift(1)).fill_null(value=False)).cum_sum()
    length = pl.len().over("run")
    spread = (pl.col("output").max() - pl.col("output").min()).over("run")
    least = LEAST_HOURS * 60 // step_minutes
    plateau = frame.with_columns(below=below, run=run).select(
        (length >= least) & (spread <= 2 * FLAT) & pl.col("below")
    )
    return flagged | plateau.to_series().fill_null(value=False)
