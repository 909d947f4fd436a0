r"""Simple forecasts to measure the engine against: trend, random walk, STIRPAT.

STIRPAT: :math:`\ln C = a + b \ln P + c \ln A + d \ln T` with population P, output per head A and energy use
per output T. Where the regressors move together (condition number of their correlation matrix beyond
``COLLINEAR``) the coefficients are ridge estimates, as is common with this equation; the ridge is the one of
least generalised cross-validation. The future of the regressors is a random walk with drift.

Sources: T. Dietz, E. A. Rosa (1997), Proceedings of the National Academy of Sciences 94(1) 175-179,
doi:10.1073/pnas.94.1.175; R. York, E. A. Rosa, T. Dietz (2003), Ecological Economics 46(3) 351-365,
doi:10.1016/S0921-8009(03)00188-5; A. E. Hoerl, R. W. Kennard (1970), Technometrics 12(1) 55-67,
doi:10.1080/00401706.1970.10488634; G. H. Golub, M. Heath, G. Wahba (1979), Technometrics 21(2) 215-223,
doi:10.1080/00401706.1979.10489751.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from dafeng.pathway.model import Array

COLLINEAR = 30.0
"""Condition number of the correlation matrix beyond which the ridge is used [1]."""
FEWEST_TREND, FEWEST_STIRPAT = 4, 5
"""Fewest years of a trend or random walk, and of STIRPAT."""
FEWEST_FREEDOM = 2.0
"""Degrees of freedom that the errors of STIRPAT are drawn with at least; with fewer no mean score exists."""
RIDGES = np.logspace(-4, 1, 26)


@dataclass(frozen=True, slots=True, eq=False)
class Stirpat:
    """A fitted equation.

    Attributes
    ----------
    intercept : float
    elasticities : ndarray, shape (3,)
        Of population, output per head and energy per output [1].
    ridge : float
        Ridge on standardised regressors; 0: ordinary least squares.
    sigma : float
        Standard deviation of the residual [1].
    freedom : float
        Years less effective parameters.
    covariance : ndarray, shape (4, 4)
        Of intercept (at the means of the regressors) and elasticities, for a residual of variance 1.
    means : ndarray, shape (3,)
        Means of the regressors.
    """

    intercept: float
    elasticities: Array
    ridge: float
    sigma: float
    freedom: float
    covariance: Array
    means: Array


def draw_trend(
    years: NDArray[np.int64], values: Array, ahead: NDArray[np.int64], draws: int, rng: Generator
) -> Array:
    """Return futures of a log-linear trend with errors of its line and of single years.

    Parameters
    ----------
    years : ndarray of int, shape (n,)
    values : ndarray, shape (n,)
        Above zero.
    ahead : ndarray of int, shape (year,)
    draws : int
    rng : Generator

    Returns
    -------
    ndarray, shape (year, draw)
        Each year follows the predictive distribution of least squares (Student's law).

    Raises
    ------
    InputRefused
        ``series_too_short``.
    """
    logs = _read(values, FEWEST_TREND)
    centred, steps = years - years.mean(), ahead - years.mean()
    size = float((centred**2).sum())
    slope = float((centred * logs).sum()) / size
    rest = logs - logs.mean() - slope * centred
    freedom = logs.size - 2
    sigma = np.sqrt(float((rest**2).sum()) / rng.chisquare(freedom, draws))
    level = rng.standard_normal(draws) * sigma / np.sqrt(logs.size)
    tilt = rng.standard_normal(draws) * sigma / np.sqrt(size)
    noise = rng.standard_normal((ahead.size, draws)) * sigma
    central = logs.mean() + slope * steps
    return np.asarray(np.exp(central[:, None] + level + steps[:, None] * tilt + noise))


def draw_walk(
    years: NDArray[np.int64], values: Array, ahead: NDArray[np.int64], draws: int, rng: Generator
) -> Array:
    """Return futures of a random walk with drift of the logarithm, with the error of the drift.

    Parameters
    ----------
    years : ndarray of int, shape (n,)
        Ascending, without gaps.
    values : ndarray, shape (n,)
        Above zero.
    ahead : ndarray of int, shape (year,)
        After the last of ``years``.
    draws : int
    rng : Generator

    Returns
    -------
    ndarray, shape (year, draw)

    Raises
    ------
    InputRefused
        ``series_too_short``.
    """
    logs = _read(values, FEWEST_TREND)
    changes = np.diff(logs)
    drift, count = float(changes.mean()), changes.size
    sigma = np.sqrt(float(((changes - drift) ** 2).sum()) / rng.chisquare(count - 1, draws))
    wrong = rng.standard_normal(draws) * sigma / np.sqrt(count)
    steps = ahead - years[-1]
    walk = np.cumsum(rng.standard_normal((int(steps.max()), draws)), axis=0)[steps - 1] * sigma
    return np.asarray(np.exp(logs[-1] + steps[:, None] * (drift + wrong) + walk))


def fit_stirpat(co2: Array, regressors: Array) -> Stirpat:
    """Fit the STIRPAT equation.

    Parameters
    ----------
    co2 : ndarray, shape (n,)
        Above zero.
    regressors : ndarray, shape (3, n)
        Population, output per head, energy per output; above zero, not constant.

    Raises
    ------
    InputRefused
        ``series_too_short`` below ``FEWEST_STIRPAT`` years, ``series_not_finite``, ``series_not_positive``.
    """
    y = _read(co2, FEWEST_STIRPAT)
    x = np.array([_read(row, FEWEST_STIRPAT, "STIRPAT") for row in regressors]).T
    means, scales = x.mean(axis=0), x.std(axis=0)
    if (scales <= 0).any():
        raise InputRefused.of("series_not_finite", what="STIRPAT: constant regressor")
    z, centred, count = (x - means) / scales, y - y.mean(), y.size
    # numpy's SVD gives the same formula for least squares and every ridge
    u, s, vt = np.linalg.svd(z, full_matrices=False)
    free = count - 1 - s.size > 0
    collinear = not free or (s[0] / max(float(s[-1]), 1e-12)) ** 2 > COLLINEAR
    ridge = _choose_ridge(u, s, centred) if collinear else 0.0
    shrunk = s / (s**2 + ridge)
    beta = vt.T @ (shrunk * (u.T @ centred))
    freedom = count - 1 - float((s * shrunk).sum())
    rest = centred - z @ beta
    sigma = float(np.sqrt((rest**2).sum() / freedom))
    slopes = (vt.T * shrunk**2) @ vt / np.outer(scales, scales)
    covariance = np.zeros((4, 4))
    covariance[0, 0], covariance[1:, 1:] = 1 / count, slopes
    elasticities = beta / scales
    intercept = float(y.mean() - elasticities @ means)
    return Stirpat(intercept, elasticities, ridge, sigma, freedom, covariance, means)


def draw_stirpat(fit: Stirpat, future: Array, rng: Generator) -> Array:
    """Return futures of CO2 from futures of the regressors.

    Parameters
    ----------
    fit : Stirpat
    future : ndarray, shape (3, year, draw)
        Above zero.
    rng : Generator

    Returns
    -------
    ndarray, shape (year, draw)
        With errors of the coefficients and of single years (Student's law); a ridge estimate is drawn with
        its variance alone, its bias is not known.
    """
    _, years, draws = future.shape
    freedom = max(fit.freedom, FEWEST_FREEDOM)
    sigma = fit.sigma * np.sqrt(freedom / rng.chisquare(freedom, draws))
    errors = rng.multivariate_normal(np.zeros(4), fit.covariance, draws).T * sigma
    centred = np.log(future) - fit.means[:, None, None]
    level = fit.intercept + fit.elasticities @ fit.means + errors[0]
    slopes = fit.elasticities[:, None] + errors[1:]
    noise = rng.standard_normal((years, draws)) * sigma
    return np.asarray(np.exp(level + np.einsum("kn,ktn->tn", slopes, centred) + noise))


def _choose_ridge(u: Array, s: Array, centred: Array) -> float:
    """Return the ridge of least generalised cross-validation on standardised regressors."""
    count, inner = centred.size, u.T @ centred
    outside = max(float((centred**2).sum() - (inner**2).sum()), 0.0)
    scores = []
    for ridge in RIDGES * count:
        kept = s**2 / (s**2 + ridge)
        misfit = outside + float((((1 - kept) * inner) ** 2).sum())
        scores.append(misfit / (count - 1 - float(kept.sum())) ** 2)
    return float(RIDGES[int(np.argmin(scores))] * count)


def _read(values: Array, fewest: int, what: str = "CO2") -> Array:
    """Return logarithms of a series that is long enough and above zero."""
    if values.size < fewest:
        raise InputRefused.of("series_too_short", need=fewest, have=values.size)
    if not np.isfinite(values).all():
        raise InputRefused.of("series_not_finite", what=what)
    if not (values > 0).all():
        raise InputRefused.of("series_not_positive", what=what)
    return np.asarray(np.log(values))
