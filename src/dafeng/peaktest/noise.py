"""How much a yearly series jumps about its course: the noise and its autocorrelation, with their basis.

The course is a local line: for each year a straight line through the years around it, weighted by the tricube
(W. S. Cleveland 1979, Journal of the American Statistical Association 74(368) 829-836, without the robust
steps). A smoother takes part of the noise away and bends its autocorrelation. Both are therefore read from
the first two moments that noise of a given autocorrelation leaves after this very smoother.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from dafeng.errors import InputRefused
from dafeng.peaktest.trend import read_series

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Basis = Literal["estimated", "assumed"]

FEWEST_YEARS = 12
"""Shorter series do not tell their noise [a]."""
LATEST_YEARS = 20
"""Older years are left out: they tell little of how a series jumps today [a]."""
NEIGHBOURS = 7
"""Years that a local line is drawn through [a]."""
FEWEST_ASIDE = 5
"""Years before and after a maximum from which on the course may bend there [a]."""
MOST_NOISE = 0.2
"""Largest noise that is taken [1]."""
MOST_AUTOCORRELATION = 0.7
"""Largest autocorrelation that is taken [1]: a few dozen years cannot tell more of it from a trend."""
_FLAT = 1e-9
_STEPS = 71


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise of a yearly series.

    Attributes
    ----------
    share : float
        Standard deviation, relative to the level [1].
    ar1 : float
        Autocorrelation at one year [1].
    basis : {"estimated", "assumed"}
        From the series, or the stated default of a series that is too short.
    years : int
        Years that the estimate rests on; years of the series, if assumed.
    """

    share: float
    ar1: float
    basis: Basis
    years: int


DEFAULT_NOISE = (0.02, 0.5)
"""Noise [1] and autocorrelation [1] of a series that is too short to tell."""
DEFAULT_RANGE = ((0.01, 0.03), (0.0, 0.7))
"""Lowest and highest noise [1] and autocorrelation [1] that such a series is tried with."""


def estimate_noise(values: ArrayLike) -> Noise:
    """Estimate the noise of a yearly series from its residuals about a local line.

    Parameters
    ----------
    values : array_like, shape (n,)
        Values of consecutive years, in any unit, the maximum above zero.

    Returns
    -------
    Noise
        Under ``FEWEST_YEARS`` the default, marked as assumed.

    Raises
    ------
    InputRefused
        ``series_length``, ``series_too_short`` (under two), ``series_not_finite``, ``series_not_positive``.

    Notes
    -----
    Residuals e = A x, where x are the logarithms of the values (or, where one is not above zero, the values
    over the maximum) and A takes the local lines away. For noise of correlation matrix R(rho) the sum of
    squares is expected at s^2 tr(A R A'), that of products of neighbours at s^2 tr1(A R A'), the sum of the
    first side diagonal. rho is where the ratio of both is that of the residuals, held to 0..0.7; s follows.
    Lines end at the maximum if five years stand on both sides: the bend there is course and no noise. Other
    bends count as noise: where the noise is small (1 %) the estimate errs upwards, by up to 1.4 times in the
    median. Noise of high autocorrelation (0.7) is partly taken for course: there it errs downwards, by about
    a sixth.

    Examples
    --------
    >>> estimate_noise([1.0, 1.1, 1.2]).basis
    'assumed'
    >>> wave = [100.0, 102.0, 99.0, 101.0, 98.0, 101.0, 100.0, 102.0, 99.0, 101.0, 98.0, 101.0]
    >>> found = estimate_noise(wave)
    >>> round(found.share, 3), found.ar1, found.basis
    (0.016, 0.0, 'estimated')
    """
    series = read_series(values, 2)
    if series.max() <= 0:
        raise InputRefused.of("series_not_positive", what="max(values)")
    if series.size < FEWEST_YEARS:
        return Noise(*DEFAULT_NOISE, "assumed", series.size)
    recent = series[-LATEST_YEARS:]
    course = np.log(recent) if (recent > 0).all() else recent / series.max()
    peak = recent.size - 1 - int(recent[::-1].argmax())
    sides = min(peak + 1, recent.size - 1 - peak)
    remover = np.eye(recent.size) - local_lines(recent.size, peak if sides >= FEWEST_ASIDE else None)
    residual = remover @ course
    power = float(residual @ residual)
    if power <= _FLAT**2 * recent.size:
        return Noise(0.0, 0.0, "estimated", recent.size)
    tried = np.linspace(0.0, MOST_AUTOCORRELATION, _STEPS)
    left = np.array([_moments(remover, rho) for rho in tried])
    ar1 = float(np.interp(residual[1:] @ residual[:-1] / power, left[:, 1] / left[:, 0], tried))
    expected = float(np.interp(ar1, tried, left[:, 0]))
    return Noise(min(float(np.sqrt(power / expected)), MOST_NOISE), ar1, "estimated", recent.size)


def local_lines(n: int, turn: int | None = None, neighbours: int = NEIGHBOURS) -> NDArray[np.float64]:
    """Return the matrix (n, n) that turns values into their local lines, tricube over the nearest years.

    Lines do not reach over the turn (its place in the series): up to it and after it are smoothed apart.
    """
    place = np.arange(n)
    rows = np.empty((n, n))
    for year in place:
        away = np.abs(place - year).astype(np.float64)
        if turn is not None:
            away[(place <= turn) != (year <= turn)] = np.inf
        near = np.sort(away[np.isfinite(away)])
        reach = near[min(neighbours, near.size) - 1] + 1
        weight = np.clip(1 - (away / reach) ** 3, 0, None) ** 3
        design = np.column_stack([np.ones(n), place - year])
        rows[year] = np.linalg.solve((design.T * weight) @ design, design.T * weight)[0]
    return rows


def _moments(remover: NDArray[np.float64], rho: float) -> tuple[float, float]:
    """Return what noise of unit variance leaves: expected squares and products of neighbours."""
    lag = np.abs(np.subtract.outer(np.arange(len(remover)), np.arange(len(remover))))
    left = remover @ np.power(rho, lag) @ remover.T
    return float(np.trace(left)), float(np.trace(left, 1))
