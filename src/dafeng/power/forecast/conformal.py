"""Conformalised quantile regression: intervals that hold what they promise on times not seen.

Romano, Patterson and Candès, NeurIPS 2019 (arXiv 1905.03222), with scores relative to the width of the
interval (Sesia and Candès 2020, arXiv 1909.05433), so that quiet moments are not widened like stormy
ones. Calibration weeks are spread over the whole training time, because one season says little of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.forecast.horizon import LEVELS

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

EVERY = 5
"""Each fifth week is for calibration."""
MARGIN_DAYS = 1
"""Days of a calibration week at either end that are in neither part, so that both stay apart."""
FLOOR = 0.02
"""Added to the width of an interval when a miss is measured against it; share of capacity."""
STEP = 0.05
"""How fast intervals follow their misses; widths of the interval per day."""
PAIRS = tuple((low, len(LEVELS) - 1 - low) for low in range(len(LEVELS) // 2))


def split_weeks(valid: pl.Series) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which samples are for learning and which for calibration.

    Parameters
    ----------
    valid : polars.Series of datetime
        Moments that are foretold.
    """
    days = valid.dt.date().cast(int).to_numpy()
    week, day = np.divmod(days, 7)
    chosen = week % EVERY == EVERY - 1
    inner = (day >= MARGIN_DAYS) & (day < 7 - MARGIN_DAYS)
    return ~chosen, chosen & inner


def calibrate(quantiles: Array, output: Array) -> Array:
    """Return for each pair of quantiles by how much of its width both ends move outward.

    Parameters
    ----------
    quantiles : array, shape (n, levels)
        Sorted, of calibration samples.
    output : array, shape (n,)
        What came. [1]

    Returns
    -------
    array, shape (pairs,)
        Negative where the interval was too wide.
    """
    made = np.zeros(len(PAIRS))
    for number, (low, high) in enumerate(PAIRS):
        ends = quantiles[:, low], quantiles[:, high]
        missed = np.maximum(ends[0] - output, output - ends[1]) / (ends[1] - ends[0] + FLOOR)
        share = min((LEVELS[high] - LEVELS[low]) * (1 + 1 / len(output)), 1.0)
        made[number] = np.quantile(missed, share, method="higher")
    return made


def move_quantiles(quantiles: Array, moves: Array) -> Array:
    """Return quantiles with both ends of each pair moved, in order and between 0 and 1.

    Parameters
    ----------
    quantiles : array, shape (n, levels)
        Sorted. [1]
    moves : array, shape (pairs,) or (n, pairs)
        In widths of the interval.
    """
    made = np.array(quantiles)
    each = np.broadcast_to(moves, (len(quantiles), len(PAIRS)))
    for number, (low, high) in enumerate(PAIRS):
        width = (quantiles[:, high] - quantiles[:, low] + FLOOR) * each[:, number]
        made[:, low] -= width
        made[:, high] += width
    return np.sort(np.clip(made, 0.0, 1.0), axis=1)


def extend_quantiles(quantiles: Array) -> tuple[Array, Array]:
    """Return levels from 0 to 1 and the quantiles there; tails reach as far again as the next inner span.

    Parameters
    ----------
    quantiles : array, shape (n, levels)
        Sorted. [1]
    """
    low = np.clip(2 * quantiles[:, 0] - quantiles[:, 1], 0, 1)
    high = np.clip(2 * quantiles[:, -1] - quantiles[:, -2], 0, 1)
    return np.array([0.0, *LEVELS, 1.0]), np.column_stack([low, quantiles, high])


def track_moves(
    moves: Array, quantiles: Array, output: Array, issued: NDArray[np.int64], known: NDArray[np.int64]
) -> Array:
    """Return the moves of each sample when they follow the misses that were known by its issue time.

    The move of a pair grows by ``STEP`` times (share missed - share allowed) for each day of outcomes: the
    subgradient step of the pinball loss, whose long-run coverage is right whatever the weather does
    (quantile tracking; Angelopoulos, Candès and Tibshirani, NeurIPS 2023, arXiv 2307.16895).

    Parameters
    ----------
    moves : array, shape (pairs,)
        From :func:`calibrate`.
    quantiles : array, shape (n, levels)
        Sorted, not moved. [1]
    output : array, shape (n,)
        NaN where nothing was measured. [1]
    issued, known : array of int, shape (n,)
        When the sample was issued and when its outcome was known. [min]

    Returns
    -------
    array, shape (n, pairs)
    """
    made = np.tile(moves, (len(output), 1))
    state, waiting = np.array(moves), np.argsort(known, kind="stable")
    allowed = np.array([1 - (LEVELS[high] - LEVELS[low]) for low, high in PAIRS])
    order = np.argsort(issued, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(issued[order])) + 1)
    per_day = max(len(output) / max((issued.max() - issued.min()) / 1440, 1.0), 1.0) if len(output) else 1.0
    done = 0
    for group in groups:
        stop = int(np.searchsorted(known[waiting], issued[group[0]], side="right"))
        fresh = waiting[done:stop]
        fresh = fresh[np.isfinite(output[fresh])]
        done = max(stop, done)
        if len(fresh):
            moved = move_quantiles(quantiles[fresh], made[fresh])
            for number, (low, high) in enumerate(PAIRS):
                missed = (output[fresh] < moved[:, low]) | (output[fresh] > moved[:, high])
                state[number] += STEP * float((missed - allowed[number]).sum()) / per_day
        made[group] = state
    return made
