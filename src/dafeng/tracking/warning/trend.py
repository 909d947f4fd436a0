"""A random walk with drift on yearly figures, and the chance that it ends in an interval.

Each figure is the one before it plus a drift and a step of chance whose variance grows with the years
between them. The predictive law is Student's t: the error of the drift is in it, and the spread is estimated,
not known (Box, Jenkins, Reinsel and Ljung 2015, Time Series Analysis, 5th ed., ch. 5; unequal gaps by
weighting each step with its length). The spread is measured on the steps before the newest one: a newest
figure that surprises for the better moves the centre and leaves the spread alone, so it can only raise the
chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

Scale = Literal["log", "logit", "plain"]
FEWEST_YEARS = 4
"""Figures without which a spread has no degree of freedom."""
DRIFT_YEARS = 3
"""Years of figures that the drift counts as known from at most, however long the series [a].

A drift that held for long may change with the next plan. Taken as constant, with the whole series behind it,
39 % of the outcomes of 30 provinces (CO2 1997-2019, CEADs) fell outside the 80 % interval; with this limit
28 %. The price is an interval somewhat too wide for a series without such breaks.
"""
_EDGE = 1e-6
_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Trend:
    """A fitted trend.

    Attributes
    ----------
    scale : str
        Scale on which it is a straight line: ``log``, ``logit`` of percent, or ``plain``.
    last_year, last : float
        Newest year and its value on the scale.
    drift : float
        Change a year [1/a on the scale].
    spread : float
        Standard deviation of the chance step of one year, from the steps before the newest.
    span : float
        Years from the first figure to the newest [a].
    freedom : int
        Degrees of freedom of the spread.
    """

    scale: Scale
    last_year: float
    last: float
    drift: float
    spread: float
    span: float
    freedom: int

    def chance_between(self, year: ArrayLike, low: ArrayLike, high: ArrayLike) -> Array:
        """Return the chance that the value of a later year lies between two bounds.

        Parameters
        ----------
        year : array_like
            After the newest figure.
        low, high : array_like
            In the unit of the figures; infinite where open.

        Returns
        -------
        ndarray
            [1]
        """
        reach = [self.chance_below(year, to_scale(bound, self.scale)) for bound in (low, high)]
        return np.asarray(np.clip(reach[1] - reach[0], 0.0, 1.0))

    def chance_below(self, year: ArrayLike, level: ArrayLike) -> Array:
        r"""Return the chance that a later year stays below a level on the scale [1].

        .. math:: z_T \sim t_\nu\left(z_n + h\hat\mu,\; s^2\,(h + h^2/d)\right),\quad h = T - t_n

        with the years :math:`d` behind the drift, at most :data:`DRIFT_YEARS`.
        """
        from scipy.special import stdtr  # noqa: PLC0415 - slow to import

        ahead = np.asarray(year, dtype=np.float64) - self.last_year
        width = self.spread * np.sqrt(ahead + ahead**2 / min(self.span, DRIFT_YEARS))
        return np.asarray(
            stdtr(
                self.freedom, (np.asarray(level, dtype=np.float64) - self.last - self.drift * ahead) / width
            )
        )


def choose_scale(values: Array, bounds: ArrayLike, *, is_percent: bool) -> Scale:
    """Return the scale for some figures and the finite bounds of a goal.

    ``logit`` for percentages strictly between 0 and 100, ``log`` for positive levels, else ``plain``: also
    where the goal itself lies at the edge, which neither scale can reach.

    Examples
    --------
    >>> choose_scale(np.array([40.0, 45.0]), [50.0], is_percent=True)
    'logit'
    """
    known = np.concatenate([np.asarray(values), np.asarray(bounds, dtype=np.float64)])
    if known.min() <= 0:
        return "plain"
    return "log" if not is_percent else "logit" if known.max() < 100 else "plain"


def to_scale(values: ArrayLike, scale: Scale) -> Array:
    """Return values on a scale; what lies outside it is moved to its edge."""
    given = np.asarray(values, dtype=np.float64)
    if scale == "plain":
        return given
    if scale == "log":
        inner = np.log(np.clip(given, _EDGE, None))
    else:
        share = np.clip(given / 100, _EDGE, 1 - _EDGE)
        inner = np.log(share / (1 - share))
    return np.asarray(np.where(np.isinf(given), given, inner))


def fit_trend(years: Array, values: Array, scale: Scale) -> Trend:
    """Return the random walk with drift through some figures.

    Parameters
    ----------
    years : ndarray, shape (year,)
        Increasing; gaps allowed.
    values : ndarray, shape (year,)
        Of one series.
    scale : str
        See :func:`choose_scale`.

    Raises
    ------
    ValueError
        Fewer than :data:`FEWEST_YEARS` figures.
    """
    if len(years) < FEWEST_YEARS:
        raise ValueError(len(years))
    z, gaps = to_scale(values, scale), np.diff(years)
    before = (z[-2] - z[0]) / (years[-2] - years[0])
    surprises = (np.diff(z)[:-1] - before * gaps[:-1]) / np.sqrt(gaps[:-1])
    freedom = len(surprises) - 1
    spread = float(np.sqrt(np.sum(surprises**2) / freedom))
    span = float(years[-1] - years[0])
    floor = _rounding_spread(values[:-1], z[:-1], scale)
    return Trend(
        scale, float(years[-1]), float(z[-1]), float((z[-1] - z[0]) / span), max(spread, floor), span, freedom
    )


def _rounding_spread(values: Array, z: Array, scale: Scale) -> float:
    """Return the spread of a step that rounding of the figures alone would make: no trend is surer."""
    digits = next(
        (d for d in range(_MOST_DECIMALS) if np.allclose(values, np.round(values, d), rtol=0, atol=1e-9)),
        _MOST_DECIMALS,
    )
    unit = 10.0**-digits / np.sqrt(6)
    middle = float(np.median(values))
    if scale == "plain":
        return float(unit)
    if scale == "log":
        return float(unit / middle)
    share = 1 / (1 + np.exp(-float(np.median(z))))
    return float(unit / 100 / (share * (1 - share)))
