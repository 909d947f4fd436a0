r"""Random paths of drivers and residuals: what may come beside what is decided.

A factor is the logarithm of an index that is 0 in the base year. Where its value is known it follows the
observations; afterwards it grows with a central rate, an error of that rate, and yearly shocks:

.. math:: L(t) = L(k) + \sum_{s=k+1}^{t} g(s) + z_0 \sum_{s=k+1}^{t} \sigma_g(s)
          + \sigma_s W(t-k) - m(t)

with standard normal :math:`z_0` and :math:`W(h) = \rho W(h-1) + e_h`; :math:`m` is half the variance where
the central path shall be the mean. The error of a rate that no outlook gives is damped like the trend itself
(E. S. Gardner and E. McKenzie 1985, Management Science 31(10) 1237-1246, doi:10.1287/mnsc.31.10.1237): a rate
that was estimated from ten years says little of the fortieth. Shocks die away slowly. Both are taken in
Karhunen-Loève modes, so that the first coordinates of a low-discrepancy sequence carry most of the variance.
Factors are correlated mode by mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from dafeng.errors import InputRefused

Array = NDArray[np.float64]
MODES = 6
"""Modes of the shocks that are kept; the rest of the variance is given to them in proportion."""
DAMPING = 0.9
"""Factor by which a trend and its error weaken from year to year; 0.8 to 0.98 is usual for damped trends."""
PERSISTENCE = 0.95
"""Share of the shocks of one year that is left in the next."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One random path.

    Attributes
    ----------
    id : str
        ``driver:<driver>``, ``residual:<sector group>``, ``electricity:<sector group>`` or ``power:<name>``.
    group : str
        Group of the sensitivity analysis, see :class:`dafeng.pathway.model.Dimension`.
    zh, en : str
        Name in words.
    observed : tuple of float
        Logarithm of the index in the years after the base year that are known, without gaps.
    growth : tuple of float
        Central growth of the logarithm in every later year [1/a]; as long as the rest of the span.
    errors : tuple of float
        Standard deviation of the error of the growth in each of these years [1/a]; one error for all years.
    shock_sd : float
        Standard deviation of the yearly shock [1].
    keeps_mean : bool
        Whether the central path is the mean of the index rather than its median: then noise in a sector does
        not raise what is expected of it.
    """

    id: str
    group: str
    zh: str
    en: str
    observed: tuple[float, ...]
    growth: tuple[float, ...]
    errors: tuple[float, ...]
    shock_sd: float
    keeps_mean: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FactorSet:
    """Factors over the same years, and how their errors and shocks go together.

    Attributes
    ----------
    base_year, last_year : int
    factors : tuple of Factor
    correlation : ndarray, shape (factor, factor)
        Symmetric, positive semidefinite, ones on the diagonal.
    """

    base_year: int
    last_year: int
    factors: tuple[Factor, ...]
    correlation: Array

    @property
    def width(self) -> int:
        """Coordinates that the paths need: one for the growth and ``MODES`` for the shocks of each factor."""
        return len(self.factors) * (1 + MODES)


def draw_paths(factors: FactorSet, normals: Array) -> Array:
    """Return the paths of all factors.

    Parameters
    ----------
    factors : FactorSet
    normals : ndarray, shape (draw, width)
        Standard normal numbers; column ``m * factor_count + f`` is mode m of factor f, mode 0 the growth.

    Returns
    -------
    ndarray, shape (factor, year, draw)
        Logarithm of the index, 0 in the base year.

    Raises
    ------
    InputRefused
        ``series_length`` if a factor does not cover the span or ``normals`` has another width.
    """
    count, years = len(factors.factors), factors.last_year - factors.base_year + 1
    if normals.shape[1] != factors.width:
        raise InputRefused.of("series_length", what=f"normals {normals.shape}, width {factors.width}")
    root = _root(np.ascontiguousarray(factors.correlation).tobytes(), count)
    modes = np.einsum("fg,nmg->mfn", root, normals.reshape(-1, 1 + MODES, count))
    paths = np.zeros((count, years, normals.shape[0]))
    for position, factor in enumerate(factors.factors):
        known = len(factor.observed)
        if known + len(factor.growth) != years - 1 or len(factor.errors) != len(factor.growth):
            raise InputRefused.of("series_length", what=f"{factor.id}: {known}+{len(factor.growth)}")
        if known:
            paths[position, 1 : known + 1] = np.array(factor.observed)[:, None]
        ahead = years - 1 - known
        if ahead <= 0:
            continue
        central = (factor.observed[-1] if known else 0.0) + np.cumsum(factor.growth)
        walk = _walk_modes(ahead) @ modes[1:, position]
        lasting = np.cumsum(factor.errors)
        if factor.keeps_mean:
            central = central - (lasting**2 + factor.shock_sd**2 * _walk_variance(ahead)) / 2
        paths[position, known + 1 :] = (
            central[:, None] + lasting[:, None] * modes[0, position] + factor.shock_sd * walk
        )
    return paths


def central_paths(factors: FactorSet) -> Array:
    """Return the paths without error and shock, shape (factor, year)."""
    return np.asarray(draw_paths(factors, np.zeros((1, factors.width)))[:, :, 0])


def damp_errors(first: float, years: int) -> tuple[float, ...]:
    """Return the error of a growth that no outlook gives, year by year [1/a].

    Examples
    --------
    >>> [round(error, 4) for error in damp_errors(0.01, 3)]
    [0.01, 0.009, 0.0081]
    """
    return tuple(first * DAMPING**step for step in range(years))


def _walk_variance(steps: int) -> Array:
    """Return the variance of the shocks that have added up after each number of years."""
    return np.asarray((1 - PERSISTENCE ** (2 * np.arange(1, steps + 1))) / (1 - PERSISTENCE**2))


@cache
def _walk_modes(steps: int) -> Array:
    """Return the first modes of the shocks, shape (step, MODES), with their exact variance at every step."""
    index = np.arange(1, steps + 1)
    earlier, apart = np.minimum.outer(index, index), np.abs(np.subtract.outer(index, index))
    covariance = PERSISTENCE**apart * (1 - PERSISTENCE ** (2 * earlier)) / (1 - PERSISTENCE**2)
    values, vectors = np.linalg.eigh(covariance)
    order = np.argsort(values)[::-1][:MODES]
    loadings = vectors[:, order] * np.sqrt(values[order])
    loadings *= np.sign(loadings.sum(axis=0)) + (loadings.sum(axis=0) == 0)
    explained = np.sqrt((loadings**2).sum(axis=1))
    exact = loadings * (np.sqrt(np.diag(covariance)) / explained)[:, None]
    if exact.shape[1] < MODES:
        exact = np.pad(exact, ((0, 0), (0, MODES - exact.shape[1])))
    return np.asarray(exact)


@lru_cache(maxsize=16)
def _root(correlation: bytes, count: int) -> Array:
    """Return the symmetric square root of a correlation matrix, given as the bytes of its numbers."""
    values, vectors = np.linalg.eigh(np.frombuffer(correlation).reshape(count, count))
    if values.min() < -1e-8:
        raise InputRefused.of("series_not_finite", what=f"correlation, eigenvalue {values.min():.3g}")
    return np.asarray(vectors * np.sqrt(np.clip(values, 0, None)) @ vectors.T)
