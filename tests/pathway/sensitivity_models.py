"""Functions with known indices.

Ishigami, Homma (1990), Proc. ISUMA '90, 398-403; Sobol' (1993), Mathematical Modelling and Computational
Experiments 1, 407-414 (g-function); Shapley effects from the parts of the variance: Owen (2014),
doi:10.1137/130936233; of a linear model with independent inputs they are the shares of the variance.
"""

from __future__ import annotations

from itertools import combinations
from math import pi, prod

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]
Parts = dict[tuple[int, ...], float]
"""Part of the variance of every subset of inputs."""

G_COEFFICIENTS = (0.0, 0.5, 3.0, 9.0, 99.0, 99.0)
ISHIGAMI_PARTS: Parts = {
    (0,): 0.5 * (1 + 0.1 * pi**4 / 5) ** 2,
    (1,): 7**2 / 8,
    (0, 2): 0.1**2 * pi**8 * 8 / 225,
}
G_PARTS: Parts = {
    subset: prod(1 / (3 * (1 + G_COEFFICIENTS[i]) ** 2) for i in subset)
    for size in range(1, 7)
    for subset in combinations(range(6), size)
}


def ishigami(points: Array) -> Array:
    x = (2 * points - 1) * pi
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def g_function(points: Array) -> Array:
    a = np.array(G_COEFFICIENTS)
    return np.asarray(((np.abs(4 * points - 2) + a) / (1 + a)).prod(axis=1))


def linear(weights: Array, points: Array) -> Array:
    return np.asarray(ndtri(points) @ weights)


def exact_indices(parts: Parts, groups: dict[str, list[int]]) -> dict[str, tuple[float, float, float]]:
    """Return Shapley effect, first-order and total index of each group."""
    variance = sum(parts.values())
    found = dict.fromkeys(groups, (0.0, 0.0, 0.0))
    for subset, part in parts.items():
        touched = [group for group, columns in groups.items() if set(columns) & set(subset)]
        share = part / variance
        for group in touched:
            shapley, first, total = found[group]
            alone = share if len(touched) == 1 else 0.0
            found[group] = (shapley + share / len(touched), first + alone, total + share)
    return found
