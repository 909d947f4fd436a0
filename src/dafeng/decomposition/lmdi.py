r"""The logarithmic mean Divisia index, method I (LMDI-I), additive and multiplicative.

A total is the sum over categories of a product of factors,

.. math:: V = \sum_i v_i = \sum_i \prod_k x_{ik}

and its change is split into one effect per factor, without a remainder:

.. math:: \Delta V_k = \sum_i L(v_i^T, v_i^0) \ln\frac{x_{ik}^T}{x_{ik}^0}, \qquad
          D_k = \exp\frac{\Delta V_k}{L(V^T, V^0)}

Zeros take the analytical limit for equally small values. Where a category appears or disappears, the change
belongs to the factors that are zero at that end, in equal shares, so that two zero factors do not count it
twice. A category that is zero at both ends has no effect. Signed factors (sinks) have no logarithm: decompose
sources and sinks apart.

Sources: B. W. Ang (2004), Energy Policy 32(9) 1131-1139, doi:10.1016/S0301-4215(03)00076-4; B. W. Ang (2005),
Energy Policy 33(7) 867-871, doi:10.1016/j.enpol.2003.10.010.
Zeros: B. W. Ang, F. Q. Zhang, K.-H. Choi (1998), Energy 23(6) 489-495, doi:10.1016/S0360-5442(98)00016-4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dafeng.decomposition.arrays import read_non_negative
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

NEAR = 1.0
"""Relative distance up to which the logarithm is taken as ``log1p`` of that distance [1]."""


def log_mean(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    r"""Return the logarithmic mean of two numbers, elementwise.

    .. math:: L(a, b) = \frac{a - b}{\ln a - \ln b}, \quad L(a, a) = a, \quad L(a, 0) = L(0, 0) = 0

    Parameters
    ----------
    a, b : array_like
        Non-negative, in the same unit; shapes broadcast.

    Returns
    -------
    ndarray
        In the unit of the arguments; symmetric and between the smaller and the larger of them.

    Raises
    ------
    InputRefused
        ``series_not_finite`` or ``series_negative``.

    Notes
    -----
    With the smaller value m and r = ``|a - b| / m``, near values use m r / log1p(r): the difference of near
    floats is exact, so no digit is lost however near they are.

    Examples
    --------
    >>> log_mean([2.0, 3.0, 0.0], [1.0, 3.0, 5.0]).round(6).tolist()
    [1.442695, 3.0, 0.0]
    """
    return _log_mean(read_non_negative(a, "a"), read_non_negative(b, "b"))


def _log_mean(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = np.minimum(a, b), np.maximum(a, b)
    distance = high - low
    proper = (low > 0) & (distance > 0)
    low_safe, high_safe = np.where(proper, low, 1.0), np.where(proper, high, 2.0)
    with np.errstate(over="ignore"):
        relative = (high_safe - low_safe) / low_safe
        quotient = high_safe / low_safe
    logarithm = np.where(
        relative <= NEAR,
        np.log1p(np.minimum(relative, NEAR)),
        np.where(np.isfinite(quotient), _log(quotient), np.log(high_safe) - np.log(low_safe)),
    )
    mean = np.clip((high_safe - low_safe) / logarithm, low_safe, high_safe)
    return np.where(proper, mean, np.where(low > 0, low, 0.0))


def _log(quotient: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(np.where(np.isfinite(quotient), quotient, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """Effects of factors on a total, step by step.

    A step is the way from one time to the next (chained) or from the first time to each later one
    (not chained); there are ``time - 1`` of them.

    Attributes
    ----------
    values : ndarray, shape (time, category)
        Value of each category: the product of its factors, in the unit of the total.
    by_category : ndarray, shape (step, category, factor)
        Additive effects, in the unit of the total.
    chained : bool
        Whether the steps join end to end.
    """

    values: NDArray[np.float64]
    by_category: NDArray[np.float64]
    chained: bool

    @property
    def total(self) -> NDArray[np.float64]:
        """Total at each time, shape (time,)."""
        return np.asarray(self.values.sum(axis=1))

    @property
    def base(self) -> NDArray[np.float64]:
        """Total at the start of each step, shape (step,)."""
        total = self.total
        return np.asarray(total[:-1] if self.chained else np.broadcast_to(total[0], total[1:].shape))

    @property
    def change(self) -> NDArray[np.float64]:
        """Change of the total over each step, shape (step,)."""
        return self.total[1:] - self.base

    @property
    def effects(self) -> NDArray[np.float64]:
        """Additive effect of each factor, shape (step, factor); its rows sum to ``change``."""
        return np.asarray(self.by_category.sum(axis=1))

    @property
    def ratio(self) -> NDArray[np.float64]:
        """Ratio of the total over each step [1], shape (step,); nan where a total is zero."""
        return _nan_quotient(self.total[1:], self.base, self._weight())

    @property
    def ratios(self) -> NDArray[np.float64]:
        """Multiplicative effect of each factor [1], shape (step, factor); nan where a total is zero.

        The product over the factors is ``ratio``.
        """
        weight = self._weight()[:, None]
        return np.exp(_nan_quotient(self.effects, weight, weight))

    @property
    def ratios_by_category(self) -> NDArray[np.float64]:
        """Multiplicative contributions [1], shape (step, category, factor); nan where a total is zero.

        The product over the categories is ``ratios``.
        """
        weight = self._weight()[:, None, None]
        return np.exp(_nan_quotient(self.by_category, weight, weight))

    @property
    def cumulative(self) -> NDArray[np.float64]:
        """Additive effects since the first time, shape (step, factor)."""
        return np.cumsum(self.effects, axis=0) if self.chained else self.effects

    @property
    def cumulative_ratios(self) -> NDArray[np.float64]:
        """Multiplicative effects since the first time [1], shape (step, factor)."""
        return np.asarray(np.cumprod(self.ratios, axis=0) if self.chained else self.ratios)

    def _weight(self) -> NDArray[np.float64]:
        return _log_mean(self.total[1:], self.base)


def _nan_quotient(
    above: NDArray[np.float64], below: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    defined = weight > 0
    return np.asarray(np.where(defined, above / np.where(defined, below, 1.0), np.nan))


def ang2004_lmdi(
    factors: ArrayLike,
    *,
    total: ArrayLike | None = None,
    rtol: float = 1e-6,
    chained: bool = True,
) -> Decomposition:
    """Split the change of a total into the effects of its factors (LMDI-I; zeros: see the module).

    Parameters
    ----------
    factors : array_like, shape (time, category, factor)
        Non-negative; the product over the last axis is the value of a category. Money in constant prices.
    total : array_like, shape (time,) or (time, category), optional
        Reported totals, or values by category, that the products must give.
    rtol : float
        Largest relative difference [1] between ``total`` and the products.
    chained : bool
        True: each time against the one before. False: each time against the first.

    Returns
    -------
    Decomposition
        Additive and multiplicative effects, by category and in total, in the unit of the total.

    Raises
    ------
    InputRefused
        ``series_length`` (not three axes, an empty axis, or ``total`` of another shape), ``series_too_short``
        (one time only), ``series_not_finite``, ``series_negative``, ``parts_unequal``.

    Examples
    --------
    >>> result = ang2004_lmdi([[[4.0, 5.0]], [[5.0, 6.0]]])
    >>> result.effects.round(3).tolist(), result.ratios.round(6).tolist()
    ([[5.503, 4.497]], [[1.25, 1.2]])
    """
    x = read_non_negative(factors, "factors")
    if x.ndim != 3 or 0 in x.shape:
        raise InputRefused.of("series_length", what=f"factors {x.shape}, (time, category, factor)")
    if x.shape[0] < 2:
        raise InputRefused.of("series_too_short", need=2, have=x.shape[0])
    values = x.prod(axis=2)
    if not np.isfinite(values).all():
        raise InputRefused.of("series_not_finite", what="prod(factors)")
    if total is not None:
        _check_total(values, read_non_negative(total, "total"), rtol)
    start = slice(None, -1) if chained else slice(0, 1)
    effects = _effects(x[start], x[1:], values[start], values[1:])
    return Decomposition(values=values, by_category=effects, chained=chained)


def _check_total(values: NDArray[np.float64], total: NDArray[np.float64], rtol: float) -> None:
    products = values if total.ndim == 2 else values.sum(axis=1)
    if total.shape != products.shape:
        raise InputRefused.of("series_length", what=f"total {total.shape}, factors {products.shape}")
    difference = np.abs(products - total)
    if (difference > rtol * np.abs(total)).any():
        raise InputRefused.of("parts_unequal", difference=f"{difference.max():.6g}")


def _effects(
    x0: NDArray[np.float64],
    x1: NDArray[np.float64],
    v0: NDArray[np.float64],
    v1: NDArray[np.float64],
) -> NDArray[np.float64]:
    x0, v0 = np.broadcast_to(x0, x1.shape), np.broadcast_to(v0, v1.shape)
    both = (v0 > 0) & (v1 > 0)
    there = both[..., None]
    logarithm = np.log(np.where(there, x1, 1.0)) - np.log(np.where(there, x0, 1.0))
    smooth = _log_mean(v1, v0)[..., None] * logarithm
    zero = np.where((v0 == 0)[..., None], x0 == 0, x1 == 0)
    # a product that underflows has no zero factor: then all of them share
    zero = zero | ~zero.any(axis=2, keepdims=True)
    shared = np.where(zero, ((v1 - v0) / zero.sum(axis=2))[..., None], 0.0)
    return np.where(there, smooth, shared)
