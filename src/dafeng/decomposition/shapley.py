"""Shapley values: what each player adds, averaged over all orders in which the players may come.

Sources: L. S. Shapley (1953), A value for n-person games, Annals of Mathematics Studies 28, 307-317;
sampling: J. Castro, D. Gomez, J. Tejada (2009), Computers & Operations Research 36(5) 1726-1730,
doi:10.1016/j.cor.2008.04.004; antithetic (reversed) orders:
R. Mitchell, J. Cooper, E. Frank, G. Holmes (2022), Sampling permutations for Shapley value estimation,
Journal of Machine Learning Research 23(43).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

PLAYERS_LIMIT = 12
"""Most players of the exact sum: 4096 coalitions."""

BLOCK_CELLS = 1 << 21
"""Cells of the coalition matrix handed to the value function at once when sampling."""

Value = Callable[[NDArray[np.bool_]], "ArrayLike"]
"""A game: takes coalitions (coalition, player), True = present; returns their worth (coalition, ...)."""


@dataclass(frozen=True, slots=True, eq=False)
class ShapleyEstimate:
    """Shapley values from sampled orders.

    Attributes
    ----------
    values : ndarray, shape (player, ...)
        Estimate, in the unit of the worth; sums exactly to worth(all) - worth(none).
    standard_error : ndarray, shape (player, ...)
        Standard error of the estimate, in the same unit.
    samples : int
        Number of pairs of an order and its reverse.
    seed : int
        Seed of the generator.
    """

    values: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    samples: int
    seed: int


def shapley_exact(value: Value, n: int) -> NDArray[np.float64]:
    r"""Return the Shapley value of each player, from all coalitions.

    .. math:: \phi_i = \sum_{S \not\ni i} \frac{|S|!\,(n-|S|-1)!}{n!}\,\bigl(w(S \cup i) - w(S)\bigr)

    Parameters
    ----------
    value : callable
        Called once with a boolean array (2**n, n); returns the worth (2**n, ...) of each coalition.
    n : int
        Number of players, 1 to ``PLAYERS_LIMIT``.

    Returns
    -------
    ndarray, shape (n, ...)
        Shapley values in the unit of the worth; they sum to worth(all) - worth(none).

    Raises
    ------
    InputRefused
        ``players_too_many``, ``series_too_short`` (no player), ``series_length`` (the value function returns
        another number of values), ``series_not_finite``.

    Examples
    --------
    >>> shapley_exact(lambda coalition: coalition @ [3.0, 5.0] + coalition.all(axis=1), 2).tolist()
    [3.5, 5.5]
    """
    if n > PLAYERS_LIMIT:
        raise InputRefused.of("players_too_many", limit=PLAYERS_LIMIT, have=n)
    if n < 1:
        raise InputRefused.of("series_too_short", need=1, have=n)
    index = np.arange(1 << n)
    coalitions = (index[:, None] >> np.arange(n)) & 1 == 1
    worth = _worth(value, coalitions)
    weights = np.array([1.0 / (n * comb(n - 1, size)) for size in range(n)])
    sizes = coalitions.sum(axis=1)
    result = np.empty((n, *worth.shape[1:]))
    for player in range(n):
        without = index[~coalitions[:, player]]
        gain = worth[without | (1 << player)] - worth[without]
        result[player] = np.tensordot(weights[sizes[without]], gain, axes=1)
    return result


def shapley_sampled(value: Value, n: int, samples: int, seed: int) -> ShapleyEstimate:
    """Estimate the Shapley value of each player from random orders and their reverses.

    Parameters
    ----------
    value : callable
        Takes a boolean array (coalition, n); returns the worth (coalition, ...). Called in blocks.
    n : int
        Number of players, at least 1.
    samples : int
        Number of random orders, at least 2; each is used with its reverse (antithetic pair), so
        ``2 * samples * (n + 1)`` coalitions are valued.
    seed : int
        Seed of the generator; the same seed gives the same estimate.

    Returns
    -------
    ShapleyEstimate
        Estimate and standard error over the pairs. Each order telescopes, so the efficiency property
        holds exactly, whatever the number of samples.

    Raises
    ------
    InputRefused
        ``series_too_short`` (no player or fewer than two samples), ``series_length``, ``series_not_finite``.

    Examples
    --------
    >>> shapley_sampled(lambda coalition: coalition @ [3.0, 5.0], 2, samples=4, seed=1).values.tolist()
    [3.0, 5.0]
    """
    if n < 1:
        raise InputRefused.of("series_too_short", need=1, have=n)
    if samples < 2:
        raise InputRefused.of("series_too_short", need=2, have=samples)
    orders = np.random.default_rng(seed).permuted(np.tile(np.arange(n), (samples, 1)), axis=1)
    block = max(1, BLOCK_CELLS // (2 * (n + 1) * n))
    pairs = np.concatenate(
        [_pair_means(value, orders[start : start + block]) for start in range(0, samples, block)]
    )
    return ShapleyEstimate(
        values=pairs.mean(axis=0),
        standard_error=pairs.std(axis=0, ddof=1) / np.sqrt(samples),
        samples=samples,
        seed=seed,
    )


def _pair_means(value: Value, orders: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what each player adds in an order and its reverse, averaged: (order, player, ...)."""
    count, n = orders.shape
    rank = np.argsort(orders, axis=1)
    rank = np.concatenate((rank, n - 1 - rank))
    coalitions = rank[:, None, :] < np.arange(n + 1)[:, None]
    worth = _worth(value, coalitions.reshape(-1, n))
    gains = np.diff(worth.reshape(2 * count, n + 1, *worth.shape[1:]), axis=1)
    added = gains[np.arange(2 * count)[:, None], rank]
    return np.asarray((added[:count] + added[count:]) / 2)


def _worth(value: Value, coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
    worth = np.asarray(value(coalitions), dtype=np.float64)
    if worth.ndim == 0 or worth.shape[0] != coalitions.shape[0]:
        raise InputRefused.of("series_length", what=f"value {worth.shape}, coalitions {coalitions.shape}")
    if not np.isfinite(worth).all():
        raise InputRefused.of("series_not_finite", what="value")
    return worth
