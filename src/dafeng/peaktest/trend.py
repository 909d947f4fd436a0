"""The Mann-Kendall trend test, Sen's slope and autocorrelation of short yearly series.

The normal law of the score is close to the exact one already for four values (one-sided p of four falling
values: 0.045 against 1/24 = 0.042); for three it is 0.148 against 0.167.

Sources: H. B. Mann (1945), Econometrica 13(3) 245-259; M. G. Kendall (1975), Rank correlation methods, 4th
edition (variance with ties); P. K. Sen (1968), Journal of the American Statistical Association 63(324)
1379-1389;
K. H. Hamed, A. R. Rao (1998), Journal of Hydrology 204 182-196, doi:10.1016/S0022-1694(97)00125-X;
S. Yue, C. Y. Wang (2002), Water Resources Research 38(6) 1068, doi:10.1029/2001WR000861.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Correction = Literal["none", "hamed_rao", "prewhiten"]
"""What is done about autocorrelation before the test."""

SHORTEST = {"none": 3, "hamed_rao": 4, "prewhiten": 4}
"""Fewest values the test takes, by correction."""

LAG_BOUND = 1.959963984540054
"""Two-sided 5 % quantile of the normal law: which autocorrelations Hamed and Rao count [1]."""


@dataclass(frozen=True, slots=True)
class TrendTest:
    """Result of a Mann-Kendall test.

    Attributes
    ----------
    n : int
        Number of values tested (one less than given after prewhitening).
    score : int
        Kendall's S: rising pairs minus falling pairs.
    tau : float
        S over the number of pairs [1], from -1 (always falling) to 1.
    variance : float
        Variance of S without a trend, corrected for ties and, if asked, autocorrelation.
    z : float
        Standard score with continuity correction [1].
    p_two_sided, p_falling, p_rising : float
        Probability [1] of a score as far out, at most as high, at least as high, if there were no trend
        (normal law with continuity correction; the last two sum to more than one).
    slope : float
        Sen's slope of the values as given [value/step].
    correction : {"none", "hamed_rao", "prewhiten"}
        Correction used.
    """

    n: int
    score: int
    tau: float
    variance: float
    z: float
    p_two_sided: float
    p_falling: float
    p_rising: float
    slope: float
    correction: Correction


def mann_kendall(x: ArrayLike, *, correction: Correction = "none") -> TrendTest:
    """Test a series for a monotonic trend (Mann-Kendall).

    Parameters
    ----------
    x : array_like, shape (n,)
        Values at equal steps, in any unit.
    correction : {"none", "hamed_rao", "prewhiten"}
        ``hamed_rao`` scales the variance of the score by the significant (5 %) autocorrelations of the ranks
        about Sen's line, up for positive and down for negative ones; ``prewhiten`` (Yue and Wang) tests
        x[t] - r1 x[t-1]. Both need long series: below some 20 values the autocorrelation is poorly known.

    Returns
    -------
    TrendTest
        Score, p-values and slope. With ``hamed_rao`` z and the p-values are nan where the corrected variance
        is not positive: the series is too short for that correction.

    Raises
    ------
    InputRefused
        ``series_length`` (not one axis), ``series_too_short`` (under 3 values, 4 with a correction),
        ``series_not_finite``.

    Examples
    --------
    >>> test = mann_kendall([9.0, 8.0, 8.5, 7.0, 6.0])
    >>> test.score, round(test.tau, 2), round(test.p_falling, 3), round(test.slope, 3)
    (-8, -0.8, 0.043, -0.708)
    """
    series = read_series(x, SHORTEST[correction])
    tested, score, variance = score_trend(series, correction)
    p_falling, p_rising = tail_probability(score, variance), tail_probability(-score, variance)
    n = tested.shape[-1]
    return TrendTest(
        n=n,
        score=int(score),
        tau=float(score) / (n * (n - 1) / 2),
        variance=float(variance),
        z=float(standardise(score, variance)),
        p_two_sided=float(np.minimum(1.0, 2 * np.minimum(p_falling, p_rising))),
        p_falling=float(p_falling),
        p_rising=float(p_rising),
        slope=float(sen_slope(series)),
        correction=correction,
    )


def theil_sen(x: ArrayLike) -> float:
    """Return Sen's slope: the median of the slopes of all pairs [value/step].

    Parameters
    ----------
    x : array_like, shape (n,)
        Values at equal steps.

    Raises
    ------
    InputRefused
        ``series_length``, ``series_too_short`` (under 2 values), ``series_not_finite``.

    Examples
    --------
    >>> theil_sen([1.0, 2.0, 9.0, 4.0])
    1.0
    """
    return float(sen_slope(read_series(x, 2)))


def autocorrelation_lag1(x: ArrayLike) -> float:
    """Return the autocorrelation [1] at one step; nan for a constant series.

    Parameters
    ----------
    x : array_like, shape (n,)
        Values at equal steps. Remove a trend first: it reads as autocorrelation.

    Raises
    ------
    InputRefused
        ``series_length``, ``series_too_short`` (under 3 values), ``series_not_finite``.

    Notes
    -----
    The usual estimator, about the mean and over n. In short series it is too low by some (1 + 4 rho) / n.

    Examples
    --------
    >>> round(autocorrelation_lag1([1.0, 2.0, 3.0, 2.0, 1.0]), 3)
    0.057
    """
    return float(autocorrelations(read_series(x, 3))[..., 1])


def read_series(x: ArrayLike, need: int) -> NDArray[np.float64]:
    """Return a finite one-dimensional series of at least ``need`` values, or refuse it."""
    series = np.asarray(x, dtype=np.float64)
    if series.ndim != 1:
        raise InputRefused.of("series_length", what=f"x {series.shape}, (n,)")
    if series.size < need:
        raise InputRefused.of("series_too_short", need=need, have=series.size)
    if not np.isfinite(series).all():
        raise InputRefused.of("series_not_finite", what="x")
    return series


def score_trend(
    x: NDArray[np.float64], correction: Correction
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the values tested (..., n), Kendall's S (...) and its variance (...) along the last axis."""
    tested = prewhiten(x) if correction == "prewhiten" else x
    n = tested.shape[-1]
    signs = np.sign(tested[..., :, None] - tested[..., None, :])
    score = np.asarray(np.tril(signs).sum(axis=(-2, -1)))
    equal = (signs == 0).sum(axis=-1)
    ties = ((equal - 1) * (2 * equal + 5)).sum(axis=-1)
    variance = np.asarray((n * (n - 1) * (2 * n + 5) - ties) / 18.0)
    if correction == "hamed_rao":
        variance = variance * hamed_rao_factor(tested)
    return tested, score, variance


def standardise(score: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard score with continuity correction; 0 for no score, nan for no variance."""
    usable = np.where(variance > 0, variance, np.nan)
    return np.where(score == 0, 0.0, (score - np.sign(score)) / np.sqrt(usable))


def tail_probability(score: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability [1] of a score of at most this one; 1 when all values tie, nan for no variance.

    Scores go in steps of two, so the normal law is read half a step, one, further out.
    """
    from scipy.special import ndtr  # noqa: PLC0415 - keeps the import of the package cheap

    usable = np.where(variance > 0, variance, np.nan)
    tail = ndtr((score + 1) / np.sqrt(usable))
    return np.where((variance == 0) & (score == 0), 1.0, tail)


def sen_slope(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median pairwise slope along the last axis."""
    early, late = np.triu_indices(x.shape[-1], 1)
    return np.asarray(np.median((x[..., late] - x[..., early]) / (late - early), axis=-1))


def autocorrelations(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the autocorrelations [1] at steps 0..n-1 along the last axis; nan where constant."""
    n = x.shape[-1]
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = np.abs(x).max(axis=-1, keepdims=True)
    centred = np.where(np.abs(centred) <= 4 * n * np.finfo(np.float64).eps * scale, 0.0, centred)
    power = (centred**2).sum(axis=-1)
    products = [(centred[..., lag:] * centred[..., : n - lag]).sum(axis=-1) for lag in range(n)]
    return np.stack(products, axis=-1) / np.where(power > 0, power, np.nan)[..., None]


def prewhiten(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return x[t] - r1 x[t-1] along the last axis (n - 1 values); a constant series has r1 = 0."""
    r1 = np.nan_to_num(autocorrelations(x)[..., 1])[..., None]
    return x[..., 1:] - r1 * x[..., :-1]


def hamed_rao_factor(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the factor [1] on the variance of S for autocorrelated ranks about Sen's line."""
    n = x.shape[-1]
    flat = x - sen_slope(x)[..., None] * np.arange(n)
    ranks = np.sign(flat[..., :, None] - flat[..., None, :]).sum(axis=-1) / 2
    rho = np.nan_to_num(autocorrelations(ranks)[..., 1:])
    counted = np.where(np.abs(rho) > LAG_BOUND / np.sqrt(n), rho, 0.0)
    rest = n - np.arange(1, n)
    total = (rest * (rest - 1) * (rest - 2) * counted).sum(axis=-1)
    return np.asarray(1.0 + 2.0 / (n * (n - 1) * (n - 2)) * total)
