"""How near two hourly series are: shape, duration curve, ramps, persistence, spells of low output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.profiles.hours import list_clock_hours, list_months

if TYPE_CHECKING:
    from numpy.typing import NDArray

RAMP_SHARES = (0.01, 0.05, 0.95, 0.99)
"""Probabilities at which hourly changes are compared."""
LAGS = (1, 3, 6, 12, 24, 48)
"""Lags at which the autocorrelation is compared [h]."""


@dataclass(frozen=True)
class Spells:
    """Runs of hours below a threshold.

    Parameters
    ----------
    share : float
        Share of hours below it [1].
    count : int
        Runs of a day or more.
    longest_hours : int
        Longest run [h].
    """

    share: float
    count: int
    longest_hours: int


def find_spells(series: NDArray[np.float64], threshold: float, least_hours: int = 24) -> Spells:
    """Return the runs of hours below a threshold.

    Parameters
    ----------
    series : ndarray
        Hourly values.
    threshold : float
        In their unit.
    least_hours : int
        Shorter runs are not counted [h].

    Examples
    --------
    >>> find_spells(np.array([0.0, 0.0, 1.0, 0.0]), 0.5, least_hours=2)
    Spells(share=0.75, count=1, longest_hours=2)
    """
    below = np.concatenate([[0], (series < threshold).astype(int), [0]])
    edges = np.diff(below)
    runs = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return Spells(float(below[1:-1].mean()), int((runs >= least_hours).sum()), int(max(runs, default=0)))


def average_by_clock(series: NDArray[np.float64], year: int) -> NDArray[np.float64]:
    """Return the mean of every month and hour, shape (12, 24)."""
    cell = (list_months(year) - 1) * 24 + list_clock_hours(year)
    return np.asarray((np.bincount(cell, series, 288) / np.bincount(cell, minlength=288)).reshape(12, 24))


def compare_shapes(first: NDArray[np.float64], second: NDArray[np.float64], year: int) -> float:
    """Return the root mean square difference of month-hour means, relative to the mean of the second [1]."""
    shapes = [average_by_clock(series, year) for series in (first, second)]
    return float(np.sqrt(((shapes[0] - shapes[1]) ** 2).mean()) / second.mean())


def compare_durations(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the mean distance of the duration curves, relative to the mean of the second [1]."""
    return float(np.abs(np.sort(first) - np.sort(second)).mean() / second.mean())


def measure_ramps(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quantiles of the hourly change at :data:`RAMP_SHARES`, in the unit of the series."""
    return np.asarray(np.quantile(np.diff(series), RAMP_SHARES))


def measure_persistence(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the autocorrelation at :data:`LAGS` [1]."""
    away = series - series.mean()
    return np.array([float(np.mean(away[lag:] * away[:-lag])) for lag in LAGS]) / float(np.mean(away**2))
