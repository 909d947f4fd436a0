"""The hours of a calendar year: labelled at their start, +08:00, as many as the labelled year has."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def count_hours(year: int) -> int:
    """Return the number of hours of a year [h].

    Examples
    --------
    >>> count_hours(2030), count_hours(2020)
    (8760, 8784)
    """
    return 8784 if calendar.isleap(year) else 8760


def list_hours(year: int) -> NDArray[np.datetime64]:
    """Return the start of every hour of a year, China Standard Time without a zone; shape (hours,)."""
    start = np.datetime64(f"{year:04d}-01-01T00", "h")
    return start + np.arange(count_hours(year))


def list_months(year: int) -> NDArray[np.int64]:
    """Return the month of every hour, 1 to 12 [1]; shape (hours,)."""
    return list_hours(year).astype("datetime64[M]").astype(np.int64) % 12 + 1


def list_clock_hours(year: int) -> NDArray[np.int64]:
    """Return the hour of the day of every hour, 0 to 23 [1]; shape (hours,)."""
    return np.arange(count_hours(year), dtype=np.int64) % 24
