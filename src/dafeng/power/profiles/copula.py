"""From normal variables to values of a profile: the marginal distribution of every month and hour.

A normal variable ``a`` becomes the value ``Q(Phi(m + s a))`` with ``Q`` the quantiles of the month. Shift
``m`` and width ``s`` are found for each month and hour so that mean and deviation are as measured.
The map bends, so values are less correlated than the normal variables behind them; the expansion in Hermite
polynomials says by how much (A. Nataf, Comptes Rendus 225, 42-43, 1962; M. C. Cario and B. L. Nelson, ORL 19,
51-58, 1996), and :meth:`Marginal.normalise` undoes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial.hermite_e import hermegauss, hermeval
from scipy.special import ndtr

from dafeng.power.profiles.hours import list_clock_hours, list_months
from dafeng.power.profiles.statistics import PERMILLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dafeng.power.profiles.statistics import ProfileModel

NODES = 32
"""Points of the Gauss-Hermite rule."""
TERMS = 8
"""Hermite polynomials that carry the correlation; the rest is below one per cent of the variance."""
ROUNDS = 20
"""Newton steps at most; each month and hour ends at the best it has seen."""
CLOSE = 1e-6
"""Relative error of mean and deviation that ends the steps [1]."""
CURVE = np.linspace(-0.999, 1.0, 2000)
"""Correlations at which the bend is tabulated."""


@dataclass(frozen=True)
class Marginal:
    """A profile's map from normal variables to values.

    Parameters
    ----------
    model : ProfileModel
        Its statistics.
    shift, width : ndarray
        ``m`` and ``s`` by month and hour; width zero where nothing varies. Shape (12, 24).
    power : ndarray
        Share of the variance that each Hermite polynomial carries, from the first; shape (TERMS,).
    """

    model: ProfileModel
    shift: NDArray[np.float64]
    width: NDArray[np.float64]
    power: NDArray[np.float64]

    @property
    def linear(self) -> float:
        """Correlation of the value with its normal variable [1]."""
        return float(np.sqrt(self.power[0]))

    def normalise(self, correlation: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the correlations of the normal variables that give these between values."""
        bent = sum(share * CURVE ** (n + 1) for n, share in enumerate(self.power))
        rising = np.maximum.accumulate(np.asarray(bent))
        return np.asarray(np.interp(correlation, rising, CURVE))

    def build_series(
        self, normals: NDArray[np.float64], year: int, sky: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        """Return the values of a year, never below zero.

        Parameters
        ----------
        normals : ndarray
            Standard normal variables, shape (hours,).
        year : int
            Calendar year.
        sky : ndarray or None
            What the quotient is multiplied with, shape (hours,).
        """
        months, clock = list_months(year) - 1, list_clock_hours(year)
        width = self.width[months, clock]
        shares = ndtr(self.shift[months, clock] + width * normals) * 1000.0
        values = self.model.mean[months, clock]
        for month in range(12):
            here = (months == month) & (width > 0)
            values[here] = np.interp(shares[here], PERMILLE, self.model.quantiles[month])
        return np.asarray(np.maximum(values if sky is None else values * sky, 0.0))


def fit_marginal(model: ProfileModel) -> Marginal:
    """Return the map of a profile that has its means, deviations and quantiles.

    Parameters
    ----------
    model : ProfileModel
        Statistics of the profile.
    """
    nodes, weights = hermegauss(NODES)
    weights = weights / weights.sum()
    shift, width = np.zeros((12, 24)), np.zeros((12, 24))
    carried = np.zeros(TERMS)
    for month in range(12):
        varies = model.deviation[month] > 0
        if not varies.any():
            continue
        mean, deviation = model.mean[month][varies], model.deviation[month][varies]
        fitted = _fit_month(model.quantiles[month], mean, deviation, nodes, weights)
        shift[month][varies], width[month][varies] = fitted
        values = _map(model.quantiles[month], *fitted, nodes)
        for n in range(1, TERMS + 1):
            wave = weights * hermeval(nodes, [0] * n + [1]) / np.sqrt(factorial(n))
            carried[n - 1] += float((((values @ wave) / deviation) ** 2).sum())
    return Marginal(model, shift, width, carried / carried.sum() if carried.sum() > 0 else _FIRST)


_FIRST = np.eye(TERMS)[0]


def _map(
    quantiles: NDArray[np.float64],
    shift: NDArray[np.float64],
    width: NDArray[np.float64],
    nodes: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return values at the nodes, one row for each hour."""
    shares = ndtr(shift[:, None] + width[:, None] * nodes) * 1000.0
    return np.asarray(np.interp(shares, PERMILLE, quantiles))


def _fit_month(
    quantiles: NDArray[np.float64],
    mean: NDArray[np.float64],
    deviation: NDArray[np.float64],
    nodes: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return shift and width of the hours of a month by damped Newton steps on mean and deviation."""

    def miss(x: NDArray[np.float64]) -> NDArray[np.float64]:
        values = _map(quantiles, x[0], np.exp(x[1]), nodes)
        middle = values @ weights
        spread = np.sqrt(np.maximum((values - middle[:, None]) ** 2 @ weights, 1e-16))
        return np.array([(middle - mean) / deviation, np.log(spread / deviation)])

    x = np.zeros((2, len(mean)))
    best, least = x.copy(), np.abs(miss(x)).sum(axis=0)
    step = 1e-5
    aside, wider = np.array([[step], [0.0]]), np.array([[0.0], [step]])
    for _ in range(ROUNDS):
        now = miss(x)
        by_shift = (miss(x + aside) - now) / step
        by_width = (miss(x + wider) - now) / step
        slope = by_shift[0] * by_width[1] - by_shift[1] * by_width[0]
        slope = np.where(np.abs(slope) < 1e-8, 1e-8, slope)
        move = np.array([now[0] * by_width[1] - now[1] * by_width[0],
                         by_shift[0] * now[1] - by_shift[1] * now[0]]) / slope  # fmt: skip
        x = np.clip(x - np.clip(move, -0.5, 0.5), [[-4.0], [-3.0]], [[4.0], [1.5]])
        error = np.abs(miss(x)).sum(axis=0)
        better = error < least
        best[:, better], least = x[:, better], np.minimum(error, least)
        if least.max() < CLOSE:
            break
    return best[0], np.exp(best[1])
