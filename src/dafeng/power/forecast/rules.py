"""How grid rules score a day of forecasts; the rules themselves, with their thresholds, are data.

Every formula works on shares of capacity: ``d`` is forecast minus actual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PASS = 0.8
"""Accuracy of a point that qualifies where a rule names no threshold."""
SMALL, LEAST = 0.1, 0.2
"""The relative formula drops points below ``SMALL`` and divides by at least ``LEAST`` of capacity."""


@dataclass(frozen=True, slots=True)
class RuleScore:
    """What a rule says of many days.

    Parameters
    ----------
    accuracy : float
        Mean of the daily scores. [1]
    passed_share : float
        Share of days, or for the qualification rate of all points, that reach the threshold. [1]
    passed : bool or None
        Whether mean and required share are reached; None when the rule names no threshold.
    penalty_hours : float or None
        Energy charged per day and unit of capacity, mean over all days. [h]
    days : int
    """

    accuracy: float
    passed_share: float
    passed: bool | None
    penalty_hours: float | None
    days: int


def score_rmse(actual: Array, forecast: Array, _threshold: float) -> float:
    """Return ``1 - sqrt(mean(d**2))``."""
    return 1 - float(np.sqrt(np.mean((forecast - actual) ** 2)))


def score_mae(actual: Array, forecast: Array, _threshold: float) -> float:
    """Return ``1 - mean(|d|)``."""
    return 1 - float(np.mean(np.abs(forecast - actual)))


def score_pass(actual: Array, forecast: Array, threshold: float) -> float:
    """Return the share of points with ``1 - |d|`` above the threshold."""
    return float(np.mean(1 - np.abs(forecast - actual) > threshold))


def score_cubic(actual: Array, forecast: Array, _threshold: float) -> float:
    """Return ``1 - sqrt(sum(|d|**3) / sum(|d|))``: large errors weigh more."""
    error = np.abs(forecast - actual)
    total = float(error.sum())
    return 1 - float(np.sqrt(np.sum(error**3) / total)) if total > 0 else 1.0


def score_relative(actual: Array, forecast: Array, _threshold: float) -> float:
    """Return ``1 - sqrt(mean((d / max(actual, 0.2))**2))``; NaN when every point is below a tenth."""
    kept = (actual >= SMALL) | (forecast >= SMALL)
    if not kept.any():
        return float("nan")
    ratio = (forecast[kept] - actual[kept]) / np.maximum(actual[kept], LEAST)
    return 1 - float(np.sqrt(np.mean(ratio**2)))


def score_harmonic(actual: Array, forecast: Array, _threshold: float) -> float:
    """Return ``1 - 2 * sum(|r / (r + f) - 1/2| * |r - f|) / sum(|r - f|)`` of actual r and forecast f."""
    error, both = np.abs(actual - forecast), actual + forecast
    total = float(error.sum())
    if total <= 0:
        return 1.0
    off = np.abs(np.divide(actual, both, out=np.full_like(actual, 0.5), where=both > 0) - 0.5)
    return 1 - 2 * float(np.sum(off * error)) / total


FORMULAS: Mapping[str, Callable[[Array, Array, float], float]] = {
    "rmse": score_rmse,
    "mae": score_mae,
    "pass": score_pass,
    "cubic": score_cubic,
    "relative": score_relative,
    "harmonic": score_harmonic,
}
"""Code of ``forecast_score`` -> formula for the points of one day."""


def score_rule(
    rule: Mapping[str, object], actual: Array, forecast: Array, day: NDArray[np.int64]
) -> RuleScore:
    """Return what a row of the pack's ``forecast_rules`` says.

    Parameters
    ----------
    rule : mapping
        ``formula``, ``threshold``, ``pass_share``, ``penalty_hours``.
    actual, forecast : array
        Shares of capacity. [1]
    day : array of int
        Number of the day of each point.
    """
    formula = str(rule["formula"])
    threshold, share_due = _number(rule["threshold"]), _number(rule["pass_share"])
    at = PASS if threshold is None else threshold
    order = np.argsort(day, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(day[order])) + 1)
    scores = np.array([FORMULAS[formula](actual[part], forecast[part], at) for part in parts])
    scores = scores[np.isfinite(scores)]
    if not len(scores):
        return RuleScore(float("nan"), float("nan"), None, None, 0)
    aim = share_due if formula == "pass" else threshold
    points = score_pass(actual, forecast, PASS if formula != "pass" else at)
    mean, hours = float(scores.mean()), _number(rule["penalty_hours"])
    reached = None if aim is None else mean >= aim
    if formula != "pass" and share_due is not None:
        reached = bool(reached) and points >= share_due
    missing = np.maximum((aim or 0.0) - scores, 0.0)
    return RuleScore(
        mean,
        points if formula == "pass" or share_due is not None else float(np.mean(scores >= at)),
        reached,
        None if hours is None or aim is None else float(hours * missing.mean()),
        len(scores),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
