"""Distributions of a multiplier around one, fitted to what inventories state: a 95 % range or end points.

A figure X with estimate x is simulated as x times a multiplier m. Every multiplier is a monotone function
of one standard normal variable z, so figures that share their z are fully correlated in rank even where
their distributions differ.

================  ==========================================  ==============================================
kind              from the 95 % half-width U (mean of m is 1)  from bounds low, high (multiples of x)
================  ==========================================  ==============================================
normal            sd = U / 1.96                                not allowed: a normal is symmetric
truncated_normal  parent solved so that m >= 0, E m = 1 and    not allowed
                  (q97.5 - q2.5) / 2 = U; U < 1.83
lognormal         exp(-s²/2) sinh(1.96 s) = U; U < 3.40        the bounds are the 2.5 and 97.5 percentiles
triangular        symmetric, half base U / (1 - sqrt 0.05)     the bounds are the ends, x is the mode
uniform           half base U / 0.95                           the bounds are the ends
================  ==========================================  ==============================================

From bounds the mean is whatever the distribution says; it is reported beside the estimate, never hidden.
Where no kind is given: bounds are lognormal; a half-width is normal up to U = 1.96 x 0.3 and lognormal
beyond, because a normal with a coefficient of variation above 0.3 reaches below zero.
Source: 2006 IPCC Guidelines, vol. 1, ch. 3 (choice of the probability density function).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr, ndtri, ndtri_exp

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["normal", "truncated_normal", "lognormal", "triangular", "uniform"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Z95 = float(ndtri(0.975))
"""97.5 % point of the standard normal distribution."""
NORMAL_UP_TO = 0.3 * Z95
"""Largest 95 % half-width that is taken as normal where no kind is given."""
WIDEST_LOGNORMAL = 3.40
WIDEST_TRUNCATED = 1.80
_DEEPEST = 40.0
"""How far below zero, in its own standard deviations, the mean of a truncated parent may lie."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A fitted distribution of a multiplier.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`, or ``constant``.
    parameters : tuple of float
        normal and truncated_normal: mean and standard deviation (of the parent); lognormal: mean and
        standard deviation of the logarithm; triangular: low, mode, high; uniform: low, high.
    """

    kind: Kind | Literal["constant"]
    parameters: tuple[float, ...] = ()


CONSTANT = Spread("constant")


@lru_cache(maxsize=65536)
def fit_spread(
    kind: Kind | None, half_width: float | None, low: float | None = None, high: float | None = None
) -> Spread | None:
    """Return the distribution of the multiplier of a figure.

    Parameters
    ----------
    kind : str, optional
        One of :data:`KINDS`; chosen from the size of the uncertainty where it is not given.
    half_width : float, optional
        Half of the 95 % range over the estimate [1]; zero is a figure known exactly.
    low, high : float, optional
        Bounds as multiples of the estimate [1], with low < 1 < high.

    Returns
    -------
    Spread or None
        None when nothing is known of the uncertainty.

    Raises
    ------
    InputRefused
        ``uncertainty_bounds`` or ``uncertainty_too_wide``.

    Examples
    --------
    >>> fit_spread("uniform", 0.19)
    Spread(kind='uniform', parameters=(0.8, 1.2))
    >>> fit_spread(None, 0.1).kind, fit_spread(None, 0.9).kind
    ('normal', 'lognormal')
    """
    if low is not None or high is not None:
        return _fit_bounds(kind or "lognormal", half_width, low, high)
    if half_width is None:
        return None
    if half_width == 0:
        return CONSTANT
    chosen: Kind = kind or ("normal" if half_width <= NORMAL_UP_TO else "lognormal")
    return _fit_half_width(chosen, half_width)


def _fit_half_width(kind: Kind, width: float) -> Spread:
    widest = {"lognormal": WIDEST_LOGNORMAL, "truncated_normal": WIDEST_TRUNCATED}.get(kind, math.inf)
    if width > widest:
        raise InputRefused.of("uncertainty_too_wide", value=f"{width:g}", kind=kind, widest=f"{widest:g}")
    if kind == "normal":
        return Spread(kind, (1.0, width / Z95))
    if kind == "lognormal":
        sigma = brentq(lambda s: math.exp(-s * s / 2) * math.sinh(Z95 * s) - width, 0.0, 1.96, xtol=1e-14)
        return Spread(kind, (-sigma * sigma / 2, sigma))
    if kind == "truncated_normal":
        return Spread(kind, _fit_truncated(width))
    if kind == "triangular":
        base = width / (1 - math.sqrt(0.05))
        return Spread(kind, (1 - base, 1.0, 1 + base))
    return Spread(kind, (round(1 - width / 0.95, 15), round(1 + width / 0.95, 15)))


def _fit_bounds(kind: Kind, half_width: float | None, low: float | None, high: float | None) -> Spread:
    least = 0.0 if kind == "lognormal" else -math.inf
    ordered = low is not None and high is not None and least < low < 1 < high
    if half_width is not None or not ordered or kind in {"normal", "truncated_normal"}:
        raise InputRefused.of("uncertainty_bounds", low=low, high=high, kind=kind)
    assert low is not None
    assert high is not None
    if kind == "lognormal":
        return Spread(kind, (math.log(low * high) / 2, math.log(high / low) / (2 * Z95)))
    return Spread(kind, (low, 1.0, high) if kind == "triangular" else (low, high))


def _fit_truncated(width: float) -> tuple[float, float]:
    """Return mean and sd of a normal that, cut off below zero, has mean 1 and the 95 % half-width."""

    def parent(depth: float) -> tuple[float, float]:
        """Return the parent whose mean lies ``depth`` sd below zero and whose cut-off mean is 1."""
        hazard = math.exp(-depth * depth / 2 - float(log_ndtr(-depth))) / math.sqrt(2 * math.pi)
        sd = 1 / (hazard - depth)
        return -depth * sd, sd

    def excess(depth: float) -> float:
        spread = Spread("truncated_normal", parent(depth))
        low, high = (quantile_of(spread, p) for p in (0.025, 0.975))
        return (high - low) / 2 - width

    shallow = -Z95 / width - 1
    if excess(shallow) >= 0:
        return 1.0, width / Z95
    return parent(brentq(excess, shallow, _DEEPEST, xtol=1e-12))


def transform_normals(spread: Spread, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return multipliers from standard normal draws; each is a rising function of its draw.

    Parameters
    ----------
    spread : Spread
        The distribution.
    z : ndarray
        Standard normal draws.

    Returns
    -------
    ndarray
        Multipliers [1], same shape.
    """
    first, *rest = spread.parameters or (1.0,)
    if spread.kind == "constant":
        return np.ones_like(z)
    if spread.kind == "normal":
        return first + rest[0] * z
    if spread.kind == "lognormal":
        return np.exp(first + rest[0] * z)
    if spread.kind == "uniform":
        return first + (rest[0] - first) * np.asarray(ndtr(z))
    if spread.kind == "truncated_normal":
        return _cut_below_zero(first, rest[0], z)
    mode, high = rest
    u = np.asarray(ndtr(z))
    below = first + np.sqrt(u * (high - first) * (mode - first))
    above = high - np.sqrt((1 - u) * (high - first) * (high - mode))
    return np.where(u <= (mode - first) / (high - first), below, above)


def _cut_below_zero(mean: float, sd: float, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return draws of a normal without its part below zero, from the upper tail so that none is lost."""
    tail = log_ndtr(mean / sd)
    return np.maximum(mean - sd * np.asarray(ndtri_exp(tail + log_ndtr(-z))), 0.0)


def quantile_of(spread: Spread, p: float) -> float:
    """Return a quantile of the multiplier [1]."""
    return float(transform_normals(spread, np.array([ndtri(p)]))[0])


def mean_of(spread: Spread) -> float:
    """Return the mean of the multiplier [1], in closed form."""
    return _moments(spread)[0]


def sd_of(spread: Spread) -> float:
    """Return the standard deviation of the multiplier [1], in closed form."""
    return math.sqrt(_moments(spread)[1])


def _moments(spread: Spread) -> tuple[float, float]:
    """Return mean and variance."""
    if spread.kind == "constant":
        return 1.0, 0.0
    first, second, *rest = spread.parameters
    if spread.kind == "normal":
        return first, second**2
    if spread.kind == "lognormal":
        mean = math.exp(first + second**2 / 2)
        return mean, mean**2 * math.expm1(second**2)
    if spread.kind == "uniform":
        return (first + second) / 2, (second - first) ** 2 / 12
    if spread.kind == "triangular":
        low, mode, high = first, second, rest[0]
        squares = low**2 + mode**2 + high**2 - low * mode - low * high - mode * high
        return (low + mode + high) / 3, squares / 18
    depth = -first / second
    hazard = math.exp(-depth * depth / 2 - float(log_ndtr(-depth))) / math.sqrt(2 * math.pi)
    return first + second * hazard, second**2 * (1 + depth * hazard - hazard**2)


def half_width_of(spread: Spread) -> float:
    """Return the 95 % half-width [1] for error propagation: the larger side of the 95 % range around 1.

    Examples
    --------
    >>> round(half_width_of(fit_spread("lognormal", None, 0.5, 3.0)), 6)
    2.0
    """
    if spread.kind == "constant":
        return 0.0
    return max(1 - quantile_of(spread, 0.025), quantile_of(spread, 0.975) - 1)
