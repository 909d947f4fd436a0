"""Solve a split: falls that move together until the parts reach the province exactly.

Every method is a family of straight lines: the fall of city i at a common level x is a_i + b_i x, b_i >= 0,
cut at its bounds. A city with a lock has both bounds at the lock. The weighted sum of the falls is then a
rising, piecewise straight function of x, and the level that gives the wanted sum is found exactly between
two of its corners (water filling), without iteration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SPREAD_STEPS = 60
"""Halvings of the search for the strongest differences that a limit of the spread allows. [1]"""


@dataclass(frozen=True, slots=True)
class FallLines:
    """The fall of each city as a line of one common level, and its bounds.

    Parameters
    ----------
    start, slope : array of float
        a and b of fall = a + b level. [1]
    low, high : array of float
        Bounds of the fall; equal for a city that is locked. [1]
    """

    start: Floats
    slope: Floats
    low: Floats
    high: Floats

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which cities may move."""
        return np.asarray(self.low < self.high)

    def falls_at(self, level: float) -> Floats:
        """Return the falls at a level."""
        return np.asarray(np.clip(self.start + self.slope * level, self.low, self.high))

    def narrowed(self, strength: float) -> FallLines:
        """Return lines whose differences between the free cities are weakened.

        Parameters
        ----------
        strength : float
            1 leaves them, 0 gives every free city the mean line. [1]
        """
        free = self.free
        start = strength * self.start + (1 - strength) * self.start[free].mean()
        slope = strength * self.slope + (1 - strength) * self.slope[free].mean()
        return replace(self, start=start, slope=slope)


def solve_falls(lines: FallLines, weight: Floats, wanted: float) -> Floats:
    """Return the falls whose weighted sum is the wanted one, or the nearest that the bounds allow.

    Parameters
    ----------
    lines : FallLines
        One method with its bounds and locks.
    weight : array of float
        Amount of each city in the target year if nothing fell. [any one unit]
    wanted : float
        Amount that has to be saved by all together. [unit of weight]

    Notes
    -----
    The sum is met to rounding. Where it cannot be met all free cities stand at their upper (or lower) ends.
    """
    corners = _list_corners(lines)
    if not corners.size:
        return _move_freely(lines, weight, wanted)
    saved = np.array([weight @ lines.falls_at(corner) for corner in corners])
    place = int(np.searchsorted(saved, wanted))
    if place == 0:
        level, beside = corners[0], corners[0] - 1.0
    elif place == corners.size:
        level, beside = corners[-1], corners[-1] + 1.0
    else:
        level, beside = corners[place - 1], (corners[place - 1] + corners[place]) / 2
    moving = _moving(lines, beside)
    slope = float(weight[moving] @ lines.slope[moving])
    if slope > 0:
        level += (wanted - float(weight @ lines.falls_at(level))) / slope
    return _settle(lines, weight, wanted, level, slope)


def narrow_spread(lines: FallLines, weight: Floats, wanted: float, spread: float) -> tuple[Floats, float]:
    """Return falls that differ by no more than a limit between the free cities.

    Parameters
    ----------
    lines, weight, wanted
        As in :func:`solve_falls`.
    spread : float
        Largest allowed difference between the highest and the lowest fall. [1]

    Returns
    -------
    falls : array of float
    strength : float
        What is left of the differences of the method; the limit is kept as closely as 60 halvings find it.
        A fall that still exceeds it at strength 0 is due to the bounds. [1]
    """
    falls = solve_falls(lines, weight, wanted)
    if spread_of(falls, lines.free) <= spread:
        return falls, 1.0
    low, high = 0.0, 1.0
    for _ in range(SPREAD_STEPS):
        middle = (low + high) / 2
        tried = solve_falls(lines.narrowed(middle), weight, wanted)
        if spread_of(tried, lines.free) <= spread:
            low = middle
        else:
            high = middle
    return solve_falls(lines.narrowed(low), weight, wanted), low


def spread_of(falls: Floats, free: NDArray[np.bool_]) -> float:
    """Return the highest less the lowest fall of the free cities. [1]"""
    return float(np.ptp(falls[free])) if free.any() else 0.0


def _list_corners(lines: FallLines) -> Floats:
    """Return the levels at which a city reaches a bound, rising."""
    moving = (lines.slope > 0) & lines.free
    start, slope = lines.start[moving], lines.slope[moving]
    levels = np.concatenate([(lines.low[moving] - start) / slope, (lines.high[moving] - start) / slope])
    return np.unique(levels[np.isfinite(levels)])


def _moving(lines: FallLines, level: float) -> NDArray[np.bool_]:
    """Return which cities move at a level."""
    falls = lines.start + lines.slope * level
    return np.asarray((falls > lines.low) & (falls < lines.high) & (lines.slope > 0))


def _move_freely(lines: FallLines, weight: Floats, wanted: float) -> Floats:
    slope = float(weight @ (lines.slope * lines.free))
    if slope <= 0:
        return lines.falls_at(0.0)
    fixed = lines.falls_at(0.0)
    return lines.falls_at((wanted - float(weight @ fixed)) / slope)


def _settle(lines: FallLines, weight: Floats, wanted: float, level: float, slope: float) -> Floats:
    """Return the falls at a level, with the rounding of one step taken out."""
    falls = lines.falls_at(level)
    if slope <= 0:
        return falls
    return lines.falls_at(level + (wanted - float(weight @ falls)) / slope)
