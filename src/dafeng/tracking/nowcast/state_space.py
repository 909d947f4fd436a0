"""The state-space model of an item: level, damped drift, season and irregular of the logarithm, by slots.

For slot t with quantity y_t (January and February are one slot),

    log(y_t + c) = l_t + s_t + e_t,           e_t ~ N(0, h_t^2 v),
    l_t = l_{t-1} + d_{t-1} + n_t,            n_t ~ N(0, q v),
    d_t = f d_{t-1},    s_t + ... + s_{t-10} = 0  (a season that does not change inside the window).

h_t is the noise of the slot of the year: winter months of building materials vary far more than others.

A span of several slots is observed as their sum. With w_t the share of slot t in its span,

    log sum_t (y_t + c)  ~=  sum_t w_t log(y_t + c) - sum_t w_t log w_t ,

which is exact where the slots have just these shares; the sum runs in a cumulator state (Harvey 1989,
Forecasting, Structural Time Series Models and the Kalman Filter, section 6.3; Mariano and Murasawa 2003,
J. Appl. Econometrics 18:427-443, doi:10.1002/jae.695, for logarithms). The Kalman filter with exact diffuse
start is that of statsmodels (Durbin and Koopman 2012, chapter 5); v is concentrated out and q maximises the
likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.tracking.nowcast.grid import SLOTS, SpanGrid

if TYPE_CHECKING:
    from dafeng.tracking.nowcast.grid import Array

LOG_RATIO = (-9.0, 6.0)
"""Bounds of log q. [1]"""
LEAST_DEGREES = 12
"""Observations beyond the diffuse ones that an estimate needs. [1]"""
DAMPING = 0.98
"""f: what is left of the drift after one slot; a half-life of three years. [1]"""
DRIFT_SD = 0.01
"""Standard deviation of the drift of a slot before anything is known; about 10 % a year. [1]"""
_TREND, _CUMULATOR = 2, SLOTS + 1
"""States: level, drift, ten seasonal effects, cumulator."""


@dataclass(frozen=True, slots=True)
class Filtered:
    """The filtered states of an item under estimated variances."""

    grid: SpanGrid
    means: Array
    """Shape (states, slots)."""
    covariances: Array
    """Shape (states, states, slots)."""
    variance: float
    """v. [1]"""
    level_variance: float
    """q v. [1]"""
    settled: int
    """First slot after which every state is known, that is no season is undetermined any more."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Variances over that of the irregular: of the level's steps, and of the drift at the start."""

    level: float
    drift: float


def _advance(states: Array) -> Array:
    """Return states (rows: level, drift, seasonal effects) one slot later, without shocks."""
    level, drift, season = states[0], states[1], states[_TREND:]
    return np.vstack([level + drift, DAMPING * drift, -season.sum(axis=0), season[:-1]])


def _see(states: Array) -> Array:
    """Return level plus season."""
    seen: Array = states[0] + states[_TREND]
    return seen


def _weigh(grid: SpanGrid) -> tuple[Array, Array, Array]:
    """Return per slot its weight in its span, whether a span starts, and what is observed (nan: nothing)."""
    weights, starts = np.ones(grid.size), np.ones(grid.size)
    seen = np.full(grid.size, np.nan)
    for one in grid.observations:
        slots = np.arange(one.first, one.last + 1)
        own = grid.season.shares[slots % SLOTS]
        own = own / own.sum()
        weights[slots], starts[slots] = own, 0.0
        starts[one.first] = 1.0
        total = one.value + grid.offset * len(slots)
        seen[one.last] = log(total) + float(own @ np.log(own))
    return weights, starts, seen


def _filter(grid: SpanGrid, ratio: float, drift_variance: float) -> Any:
    """Return the results of the Kalman filter with v = 1; its first slot lies before the grid."""
    from statsmodels.tsa.statespace.initialization import Initialization  # noqa: PLC0415 - slow import
    from statsmodels.tsa.statespace.kalman_filter import KalmanFilter  # noqa: PLC0415 - slow import

    weights, starts, seen = _weigh(grid)
    base = _advance(np.eye(_CUMULATOR))
    size, shock = _CUMULATOR + 1, np.eye(_CUMULATOR, 2) * [1.0, 0.0]
    move, select = np.zeros((size, size, grid.size + 1)), np.zeros((size, 2, grid.size + 1))
    move[:-1, :-1] = base[:, :, None]
    move[-1, :-1, :-1] = _see(base)[:, None] * weights
    move[-1, -1, :-1] = 1 - starts
    select[:-1] = shock[:, :, None]
    select[-1, 0, :-1] = weights
    select[-1, 1, :-1] = weights * grid.season.noise[np.arange(grid.size) % SLOTS]
    engine = KalmanFilter(k_endog=1, k_states=size, k_posdef=2)
    engine.bind(np.concatenate([[np.nan], seen])[:, None])
    engine["design"] = np.eye(size)[-1:]
    engine["transition"] = move
    engine["selection"] = select
    engine["state_cov"] = np.diag([ratio, 1.0])
    start = Initialization(size)
    start.set((0, 1), "diffuse")
    start.set((1, 2), "known", constant=np.zeros(1), stationary_cov=np.full((1, 1), drift_variance))
    start.set((_TREND, size - 1), "diffuse")
    start.set((size - 1, size), "known", constant=np.zeros(1), stationary_cov=np.zeros((1, 1)))
    engine.initialize(start)
    return engine.filter()


def _profile(results: Any) -> tuple[float, float, int]:
    """Return the concentrated log-likelihood, the variance v and the degrees of freedom."""
    errors, spreads = results.forecasts_error[0], results.forecasts_error_cov[0, 0]
    diffuse = results.forecasts_error_diffuse_cov
    usable = np.isfinite(errors) & (results.nmissing == 0) & (spreads > 0)
    if diffuse is not None:
        usable &= diffuse[0, 0] < 1e-8
    count = int(usable.sum())
    if count < LEAST_DEGREES:
        return -np.inf, np.nan, count
    variance = float(np.mean(errors[usable] ** 2 / spreads[usable]))
    likelihood = -0.5 * (count * log(max(variance, 1e-300)) + float(np.log(spreads[usable]).sum()))
    return likelihood, variance, count


def estimate_ratio(grid: SpanGrid) -> Ratio | None:
    """Return the most likely ratio of variances, None where the history is too short.

    Parameters
    ----------
    grid : SpanGrid

    Returns
    -------
    Ratio or None
        None also where no likelihood is finite, for example for a series that never moves.
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - slow import

    likelihood, variance, _ = _profile(_filter(grid, 1.0, 0.0))
    if not np.isfinite(likelihood) or not variance > 0:
        return None
    drift = DRIFT_SD**2 / variance

    def lose(log_ratio: float) -> float:
        return -_profile(_filter(grid, exp(log_ratio), drift))[0]

    best = minimize_scalar(lose, bounds=LOG_RATIO, method="bounded", options={"xatol": 0.05})
    return Ratio(exp(best.x), drift) if best.success and np.isfinite(best.fun) else None


def filter_grid(grid: SpanGrid, ratio: Ratio) -> Filtered | None:
    """Return the filtered states under given ratios of variances, None where the history is too short."""
    results = _filter(grid, ratio.level, ratio.drift)
    likelihood, variance, _ = _profile(results)
    settled = int(results.nobs_diffuse) - 1
    if not np.isfinite(likelihood) or not variance > 0 or settled > grid.last_known:
        return None
    spreads = variance * results.filtered_state_cov[:-1, :-1, 1:]
    return Filtered(grid, results.filtered_state[:-1, 1:], spreads, variance, ratio.level * variance, settled)


def simulate_slots(filtered: Filtered, origin: int, last: int, draws: int, seed: int) -> tuple[Array, Array]:
    """Return the mean of log(y + c) after a slot, and simulated deviations from it.

    Parameters
    ----------
    filtered : Filtered
    origin : int
        Slot up to which everything is known; -1 is not allowed.
    last : int
        Last slot to simulate.
    draws : int
        Paths.
    seed : int
        Of the random numbers; the same seed gives the same paths.

    Returns
    -------
    tuple of array, shapes (last - origin,) and (last - origin, draws)
        [1]
    """
    rng = np.random.default_rng(seed)
    mean = filtered.means[:, [origin]]
    values, vectors = np.linalg.eigh(filtered.covariances[:, :, origin])
    root = vectors * np.sqrt(np.clip(values, 0, None))
    deviation = root @ rng.standard_normal((len(mean), draws))
    means, paths = [], []
    noise = sqrt(filtered.variance) * filtered.grid.season.noise
    for slot in range(origin + 1, last + 1):
        mean, deviation = _advance(mean), _advance(deviation)
        deviation[0] += sqrt(filtered.level_variance) * rng.standard_normal(draws)
        means.append(float(_see(mean)[0]))
        paths.append(_see(deviation) + noise[slot % SLOTS] * rng.standard_normal(draws))
    return np.array(means), np.array(paths)
