"""Hourly load from typical curves: two day shapes, daily extremes, the year's energy.

``load(day, hour) = low(day) + [high(day) - low(day)] shape(day type, hour)``: the form in which the State
publishes typical load curves. The extremes of a day have the mean and deviation of their month and day type;
what deviates is a pair of correlated AR(1) series. The load knows no weather and no trend within the year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import polars as pl

from dafeng.errors import Finding, InputRefused, Place
from dafeng.power.profiles.day_types import find_rest_days
from dafeng.power.profiles.hours import count_hours, list_months

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

DAY_TYPES = ("workday", "restday")
LEAST_LOW = 0.05
"""A day's low never falls below this share of the mean load [1]."""


def load_year(
    tables: Mapping[str, pl.DataFrame], year: int, annual_gwh: float, seed: int
) -> NDArray[np.float64]:
    """Return the load of every hour of a year; its energy is exactly the one given.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pack tables ``load_shapes`` and ``load_extremes``.
    year : int
        Calendar year: workdays, rest days, months.
    annual_gwh : float
        Energy of the year [GWh].
    seed : int
        Not negative; the same seed gives the same year bit for bit.

    Returns
    -------
    ndarray
        Load [MW], shape (hours,).
    """
    shape = shape_load(tables, year, seed)
    return np.asarray(shape * (annual_gwh * 1e3 / shape.sum()))


def shape_load(tables: Mapping[str, pl.DataFrame], year: int, seed: int) -> NDArray[np.float64]:
    """Return the load of every hour relative to the mean of the year [1]; shape (hours,).

    Parameters
    ----------
    tables, year, seed
        As in :func:`load_year`.
    """
    rest = find_rest_days(year).astype(np.int64)
    months = list_months(year)[::24] - 1
    statistics = read_extremes(tables["load_extremes"])
    chosen = statistics[months, rest]
    noise = _draw_days(chosen[:, 4], chosen[:, 5], year, seed)
    high = chosen[:, 0] + chosen[:, 1] * noise[0]
    low = np.maximum(chosen[:, 2] + chosen[:, 3] * noise[1], LEAST_LOW)
    low, high = np.minimum(low, high), np.maximum(low, high)
    shapes = read_shapes(tables["load_shapes"])
    hourly = (low[:, None] + (high - low)[:, None] * shapes[rest]).reshape(count_hours(year))
    return np.asarray(hourly / hourly.mean())


def read_shapes(shapes: pl.DataFrame) -> NDArray[np.float64]:
    """Return the typical day of workdays and of rest days, from 0 to 1; shape (2, 24)."""
    present = set(shapes.select("day_type", "hour").iter_rows())
    _refuse_gaps("load_shapes.csv", {(kind, hour) for kind in DAY_TYPES for hour in range(24)} - present)
    return np.array(
        [shapes.filter(day_type=kind).sort("hour")["level"].to_numpy() for kind in DAY_TYPES], dtype=float
    )


def read_extremes(extremes: pl.DataFrame) -> NDArray[np.float64]:
    """Return the statistics of daily extremes by month and day type.

    The last axis: mean and deviation of the high, of the low, correlation, persistence; shape (12, 2, 6).
    """
    present = set(extremes.select("day_type", "month").iter_rows())
    _refuse_gaps(
        "load_extremes.csv", {(kind, month) for kind in DAY_TYPES for month in range(1, 13)} - present
    )
    columns = ["high_mean", "high_deviation", "low_mean", "low_deviation", "correlation", "persistence"]
    return np.array(
        [
            [extremes.filter(month=month, day_type=kind).select(columns).row(0) for kind in DAY_TYPES]
            for month in range(1, 13)
        ],
        dtype=float,
    )


def _refuse_gaps(table: str, missing: set[tuple[str, int]]) -> None:
    if missing:
        params = {"what": "load", "missing": "; ".join(f"{kind} {n}" for kind, n in sorted(missing))}
        raise InputRefused([Finding("pack_rows_missing", Place(table), params)])


def _draw_days(
    correlation: NDArray[np.float64], persistence: NDArray[np.float64], year: int, seed: int
) -> NDArray[np.float64]:
    """Return two correlated AR(1) series of unit variance, one value a day; shape (2, days)."""
    random = np.random.default_rng([seed, year, crc32(b"load")])
    shocks = random.standard_normal((len(correlation), 2))
    second = correlation * shocks[:, 0] + np.sqrt(1 - correlation**2) * shocks[:, 1]
    drawn = np.empty((2, len(correlation)))
    now = np.array([shocks[0, 0], second[0]])
    for day, kept in enumerate(persistence):
        if day:
            now = kept * now + np.sqrt(1 - kept**2) * np.array([shocks[day, 0], second[day]])
        drawn[:, day] = now
    return drawn


def measure_extremes(
    high: NDArray[np.float64], low: NDArray[np.float64], year: int, mean: float
) -> pl.DataFrame:
    """Return the statistics of daily extremes by month and day type, relative to the mean load.

    Correlation and persistence are pooled over the year: a month has too few days of a type.

    Parameters
    ----------
    high, low : ndarray
        Highest and lowest load of each day [MW], shape (days,).
    year : int
        Calendar year of the days.
    mean : float
        Mean load of the year [MW].
    """
    rest, months = find_rest_days(year), list_months(year)[::24]
    rows, scores = [], np.zeros((2, len(high)))
    for month in range(1, 13):
        for kind in DAY_TYPES:
            here = (months == month) & (rest == (kind == "restday"))
            row: dict[str, object] = {"month": month, "day_type": kind}
            for i, (word, values) in enumerate((("high", high), ("low", low))):
                middle, spread = values[here].mean(), values[here].std(ddof=1)
                row |= {f"{word}_mean": middle / mean, f"{word}_deviation": spread / mean}
                scores[i, here] = (values[here] - middle) / spread
            rows.append(row)
    correlation = _correlate(scores[0], scores[1])
    persistence = float(np.mean([_correlate(s[:-1], s[1:]) for s in scores]))
    frame = pl.DataFrame(rows).with_columns(correlation=pl.lit(correlation), persistence=pl.lit(persistence))
    return frame.with_columns(pl.col(pl.Float64).round(4))


def _correlate(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    a, b = first - first.mean(), second - second.mean()
    return float(np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b)))
