r"""Means, variances and correlations of a few short series, estimated together.

Ten yearly changes say little about one series; a dozen series together say more. Each estimate is therefore
drawn toward what the series have in common, by as much as the data themselves ask for.

Sources: B. Efron, C. Morris (1975), Journal of the American Statistical Association 70(350) 311-319,
doi:10.1080/01621459.1975.10479864 (means); C. N. Morris (1983), Journal of the American Statistical
Association 78(381) 47-55 (unequal errors, number of means known small); G. K. Smyth (2004), Statistical
Applications in Genetics and Molecular Biology 3(1) 3, doi:10.2202/1544-6115.1027 (variances); O. Ledoit,
M. Wolf (2004), Journal of Multivariate Analysis 88(2) 365-411, doi:10.1016/S0047-259X(03)00096-4, and
J. Schäfer, K. Strimmer (2005), Statistical Applications in Genetics and Molecular Biology 4(1) 32,
doi:10.2202/1544-6115.1175 (correlations).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma
from scipy.stats import norm, t

Array = NDArray[np.float64]
CLIP = 3.0
"""Changes farther from the median than this many robust standard deviations are drawn in to that distance."""
FEWEST_STEPS = 5
"""Changes under which none is drawn in: the median absolute deviation of fewer is too uncertain."""
FEWEST_PAIRS = 4
"""Common years under which a sample correlation counts as unknown."""
MANY = 1e6
"""Degrees of freedom that stand for a variance that is known."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Mean and spread of the yearly change of one series.

    Attributes
    ----------
    mean : float
        Mean change of the logarithm [1/a].
    variance : float
        Variance of a yearly change about the mean [1]; nan with fewer than two steps.
    steps : int
        Steps between neighbouring years that are known.
    years : int
        Years that they span.
    """

    mean: float
    variance: float
    steps: int
    years: int


def measure_changes(years: NDArray[np.int64], logarithm: Array) -> Changes:
    """Return mean and variance of the yearly change of a series that may have gaps.

    A step over a gap of g years counts as g years and has g times the variance of a yearly one. For the mean,
    steps beyond ``CLIP`` robust standard deviations (median absolute deviation) are drawn in to there: one
    break of the statistics does not stand for every year. With fewer than ``FEWEST_STEPS`` steps none is. The
    variance keeps them: breaks come again.

    Parameters
    ----------
    years : ndarray of int, shape (n,)
        Ascending; at least two.
    logarithm : ndarray, shape (n,)

    Returns
    -------
    Changes
    """
    gaps = np.diff(years).astype(float)
    steps = np.diff(logarithm)
    if gaps.size >= FEWEST_STEPS:
        middle = float(np.median(steps / gaps))
        away = (steps - gaps * middle) / np.sqrt(gaps)
        reach = CLIP * 1.4826 * float(np.median(np.abs(away)))
        away = np.clip(away, -reach, reach) if reach > 0 else away
        held = gaps * middle + np.sqrt(gaps) * away
    else:
        held = steps
    span = float(gaps.sum())
    mean = float(held.sum()) / span
    if gaps.size < 2:
        return Changes(mean, float("nan"), int(gaps.size), int(span))
    rest = (steps - gaps * mean) / np.sqrt(gaps)
    return Changes(mean, float((rest**2).sum() / (gaps.size - 1)), int(gaps.size), int(span))


def shrink_means(means: Array, errors: Array) -> tuple[Array, Array]:
    """Draw means toward their common mean (empirical Bayes) and return them with their standard errors.

    Parameters
    ----------
    means : ndarray, shape (series,)
    errors : ndarray, shape (series,)
        Standard errors, above zero.

    Returns
    -------
    means, errors : ndarray, shape (series,)
        With fewer than four series nothing is drawn in. The error holds the error of the common mean.
    """
    count = means.size
    if count < 4:
        return means.copy(), errors.copy()
    between = _between_variance(means, errors**2)
    weights = 1 / (errors**2 + between)
    common = float((weights * means).sum() / weights.sum())
    pull = (count - 3) / (count - 1) * errors**2 / (errors**2 + between)
    drawn = pull * common + (1 - pull) * means
    variance = (1 - pull) * errors**2 + pull**2 / weights.sum()
    return np.asarray(drawn), np.asarray(np.sqrt(variance))


def _between_variance(means: Array, variances: Array) -> float:
    """Return the variance between the true means that makes the weighted spread as large as it is."""
    low, high = 0.0, float(np.var(means)) * 10 + 1e-12

    def excess(between: float) -> float:
        weights = 1 / (variances + between)
        common = (weights * means).sum() / weights.sum()
        return float((weights * (means - common) ** 2).sum()) - (means.size - 1)

    if excess(0.0) <= 0:
        return 0.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def shrink_variances(variances: Array, freedom: Array) -> tuple[Array, Array]:
    """Draw variances toward their common value (empirical Bayes, inverse-gamma prior).

    Parameters
    ----------
    variances : ndarray, shape (series,)
        Sample variances; nan where unknown: those become the common value.
    freedom : ndarray, shape (series,)
        Degrees of freedom of each.

    Returns
    -------
    variances, freedom : ndarray, shape (series,)
        Posterior values; the degrees of freedom grow by those of the prior.
    """
    known = np.isfinite(variances) & (variances > 0) & (freedom > 0)
    if known.sum() < 3:
        fallback = float(variances[known].mean()) if known.any() else 0.0
        return np.where(known, variances, fallback), np.where(known, freedom, 1.0)
    d, logs = freedom[known], np.log(variances[known])
    centred = logs - digamma(d / 2) + np.log(d / 2)
    spread = float(np.mean((centred - centred.mean()) ** 2) * d.size / (d.size - 1))
    prior = 2 * _inverse_trigamma(spread - float(np.mean(polygamma(1, d / 2))))
    common = float(np.exp(centred.mean() + digamma(prior / 2) - np.log(prior / 2)))
    held = np.where(known, variances, common)
    own = np.where(known, freedom, 0.0)
    return (prior * common + own * held) / (prior + own), prior + own


def _inverse_trigamma(value: float) -> float:
    """Return x with trigamma(x) = value; ``MANY`` where the variances differ no more than by chance."""
    if value <= 1 / MANY:
        return MANY
    x = 0.5 + 1 / value
    for _ in range(60):
        slope = polygamma(1, x)
        step = float(slope * (1 - slope / value) / polygamma(2, x))
        x += step
        if abs(step) < 1e-10 * x:
            break
    return float(x)


def widen(freedom: Array) -> Array:
    """Return the factor that gives a normal law the 90 % range of Student's law with few years."""
    return np.asarray(t.ppf(0.95, np.maximum(freedom, 2.0)) / norm.ppf(0.95))


def correlate(changes: Array) -> tuple[Array, float]:
    """Return a correlation matrix drawn toward the identity, and by how much.

    Sample correlations over the years that two series share; under ``FEWEST_PAIRS`` common years they count
    as 0. The share of the identity is the sum of their error variances over the sum of their squares, at
    most 1. Negative eigenvalues that unequal years may leave are cut off.

    Parameters
    ----------
    changes : ndarray, shape (series, year)
        Yearly changes; nan where unknown.

    Returns
    -------
    correlation : ndarray, shape (series, series)
        Symmetric, positive semidefinite, ones on the diagonal.
    intensity : float
        Share of the identity, 0 to 1.
    """
    count = changes.shape[0]
    sample, error = np.eye(count), np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            both = np.isfinite(changes[i]) & np.isfinite(changes[j])
            pairs = int(both.sum())
            if pairs < FEWEST_PAIRS:
                continue
            x, y = changes[i, both] - changes[i, both].mean(), changes[j, both] - changes[j, both].mean()
            size = float(np.sqrt((x**2).sum() * (y**2).sum()))
            r = float(np.clip((x * y).sum() / size, -1, 1)) if size > 1e-12 else 0.0
            sample[i, j] = sample[j, i] = r
            error[i, j] = error[j, i] = (1 - r**2) ** 2 / (pairs - 1)
    off = ~np.eye(count, dtype=bool)
    squares = float((sample[off] ** 2).sum())
    intensity = min(1.0, float(error[off].sum()) / squares) if squares > 0 else 1.0
    return nearest_correlation(np.where(off, (1 - intensity) * sample, 1.0)), intensity


def nearest_correlation(matrix: Array) -> Array:
    """Return a symmetric matrix with negative eigenvalues cut off and ones put back on the diagonal."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    clipped = (vectors * np.clip(values, 1e-9, None)) @ vectors.T
    scale = np.sqrt(np.diag(clipped))
    result = clipped / np.outer(scale, scale)
    np.fill_diagonal(result, 1.0)
    return np.asarray((result + result.T) / 2)
