"""When each future peaks: the year and height of the maximum, and plateaus told apart from peaks.

The year of the peak is the first year of the maximum over what was observed and what is drawn. A future has
*peaked by* a year when no later year is above the highest value until then and the maximum is not in the last
year: where a path still climbs when the horizon ends, nobody knows its peak.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from dafeng.pathway.model import Array

KINDS = ("peak", "plateau", "none")
"""Codes of the vocabulary ``peak_kind`` in the order of their numbers in :attr:`Peaks.kind`."""
_BLOCK = 1 << 16
_SURE_DRAWS = 300
"""Futures of which none may fail to say "fewer than 1 in 100" with 95 % confidence (rule of three, 3/n)."""


@dataclass(frozen=True, slots=True)
class PeakReading:
    """What is asked of the futures.

    Attributes
    ----------
    by_year : int
        Year by which the peak is asked for.
    until_years : tuple of int
        Years up to which emissions are added up, from the base year on, both included.
    band : float
        Share of the maximum [1] within which a year counts as close to it.
    plateau_years : int
        Years in a row close to the maximum, itself included, that make a plateau [a].

    Raises
    ------
    InputRefused
        ``setting_invalid``.
    """

    by_year: int = 2030
    until_years: tuple[int, ...] = (2030, 2060)
    band: float = 0.02
    plateau_years: int = 5

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        if not 0 <= self.band < 1:
            raise InputRefused.of("setting_invalid", key="PeakReading.band", reason=f"0 ≤ {self.band} < 1")
        if self.plateau_years < 2:
            reason = f"{self.plateau_years} < 2"
            raise InputRefused.of("setting_invalid", key="PeakReading.plateau_years", reason=reason)


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """The maximum of every draw.

    Attributes
    ----------
    year : ndarray of int, shape (draw,)
        First year of the maximum.
    level : ndarray, shape (draw,)
        The maximum [Mt]; of the kind ``none`` only the highest value until the last year.
    kind : ndarray of int, shape (draw,)
        Position in :data:`KINDS`.
    close_from, close_to : ndarray of int, shape (draw,)
        First and last of the years in a row around the maximum that are close to it: the plateau of a draw of
        that kind.
    """

    year: NDArray[np.int64]
    level: Array
    kind: NDArray[np.int8]
    close_from: NDArray[np.int64]
    close_to: NDArray[np.int64]

    def peaked_by(self, year: int) -> NDArray[np.bool_]:
        """Return for each draw whether it has its peak or plateau maximum in a year or before it."""
        return np.asarray((self.year <= year) & (self.kind != KINDS.index("none")))


def find_peaks(
    years: ArrayLike, totals: Array, history: ArrayLike | None = None, reading: PeakReading | None = None
) -> Peaks:
    """Return when and how high each draw peaks.

    Parameters
    ----------
    years : array_like of int, shape (year,)
        Consecutive years.
    totals : ndarray, shape (year, draw)
        Emissions [Mt].
    history : array_like, shape (observed year, 2), optional
        Year and value [Mt] in the scope of the totals; years from ``years[0]`` on are left out, the others
        must be consecutive up to it.
    reading : PeakReading, optional
        Its ``band`` and ``plateau_years`` are used.

    Returns
    -------
    Peaks

    Raises
    ------
    InputRefused
        ``series_length``, ``series_too_short``, ``series_not_finite``, ``series_gap``.

    Examples
    --------
    >>> found = find_peaks(range(2022, 2028), np.array([[8.0], [9.0], [10.0], [9.0], [8.0], [7.0]]))
    >>> int(found.year[0]), float(found.level[0]), KINDS[found.kind[0]]
    (2024, 10.0, 'peak')
    """
    reading = reading or PeakReading()
    calendar, before = _join_years(years, totals, history)
    draws = totals.shape[1]
    whole = Peaks(
        np.empty(draws, np.int64),
        np.empty(draws),
        np.empty(draws, np.int8),
        np.empty(draws, np.int64),
        np.empty(draws, np.int64),
    )
    for start in range(0, draws, _BLOCK):
        block = slice(start, min(start + _BLOCK, draws))
        part = _find_block(calendar, before, totals[:, block], reading)
        for name in ("year", "level", "kind", "close_from", "close_to"):
            getattr(whole, name)[block] = getattr(part, name)
    return whole


def natural_frequency(share: float, draws: int) -> tuple[str, str]:
    """Return a share of the futures in words that need no percent, Chinese and English.

    Parameters
    ----------
    share : float
        Share [1] of the futures.
    draws : int
        Futures that it was counted on.

    Returns
    -------
    tuple of str
        At most two digits; never none and never all. Where all of few futures agree, the bound is that of
        95 % confidence, three over their number (rule of three; Hanley and Lippman-Hand 1983, JAMA 249,
        1743-1745).

    Raises
    ------
    InputRefused
        ``setting_invalid`` for a share outside 0 to 1, ``series_too_short`` without futures.

    Examples
    --------
    >>> natural_frequency(0.3712, 10000)
    ('100 种未来里约有 37 种', 'in about 37 of 100 futures')
    >>> natural_frequency(0.0, 10000)
    ('100 种未来里不到 1 种', 'in fewer than 1 of 100 futures')
    """
    if not (isfinite(share) and 0 <= share <= 1):
        raise InputRefused.of("setting_invalid", key="share", reason=f"0 ≤ {share} ≤ 1")
    if draws < 1:
        raise InputRefused.of("series_too_short", need=1, have=draws)
    agreed = share in {0.0, 1.0}
    bound = min(ceil(_SURE_DRAWS / draws), 99) if agreed and draws < _SURE_DRAWS else 1
    if share < 0.01:
        return f"100 种未来里不到 {bound} 种", f"in fewer than {bound} of 100 futures"
    if share > 0.99:
        return f"100 种未来里超过 {100 - bound} 种", f"in more than {100 - bound} of 100 futures"
    count = floor(100 * share + 0.5)
    return f"100 种未来里约有 {count} 种", f"in about {count} of 100 futures"


def share_error(count: int, draws: int) -> float:
    """Return the standard error [1] of a share of independent draws, never zero.

    The share is taken half a case away from 0 and 1, :math:`p = (k + 1/2)/(n + 1)`, the mean that Jeffreys'
    prior gives. Balanced draws of a Sobol sequence have as a rule a smaller error, so the number is on the
    safe side.
    """
    share = (count + 0.5) / (draws + 1)
    return float(np.sqrt(share * (1 - share) / draws))


def _join_years(
    years: ArrayLike, totals: Array, history: ArrayLike | None
) -> tuple[NDArray[np.int64], Array]:
    """Return all years and the observed values before those of the totals."""
    ahead = np.asarray(years, dtype=np.int64)
    if totals.ndim != 2 or totals.shape[0] != ahead.size:
        raise InputRefused.of("series_length", what=f"years {ahead.shape}, totals {totals.shape}")
    if not ahead.size or not totals.shape[1]:
        raise InputRefused.of("series_too_short", need=1, have=0)
    observed = np.empty((0, 2)) if history is None else np.asarray(history, dtype=np.float64).reshape(-1, 2)
    observed = observed[observed[:, 0] < ahead[0]]
    if not np.isfinite(observed).all() or not np.isfinite(totals).all():
        raise InputRefused.of("series_not_finite", what="totals, history")
    calendar = np.concatenate([observed[:, 0].astype(np.int64), ahead])
    if (np.diff(calendar) != 1).any():
        raise InputRefused.of("series_gap", years=", ".join(map(str, calendar)))
    return calendar, observed[:, 1]


def _find_block(calendar: NDArray[np.int64], before: Array, totals: Array, reading: PeakReading) -> Peaks:
    """Return the peaks of a block of draws, see :func:`find_peaks`."""
    values = np.concatenate([np.repeat(before[:, None], totals.shape[1], axis=1), totals])
    place = values.argmax(axis=0)
    level = np.take_along_axis(values, place[None], axis=0)[0]
    index = np.arange(calendar.size)[:, None]
    far = values < level - reading.band * np.abs(level)
    first = np.where(far & (index < place), index, -1).max(axis=0) + 1
    last = np.where(far & (index > place), index, calendar.size).min(axis=0) - 1
    long = last - first + 1 >= reading.plateau_years
    kind = np.select([place == calendar.size - 1, long], [2, 1], default=0).astype(np.int8)
    return Peaks(calendar[place], level, kind, calendar[first], calendar[last])
