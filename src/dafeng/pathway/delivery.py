r"""Levers in time: what was observed, what is ordered, what of it arrives.

.. math:: v(t) = o(t) + s \, (p(t) - o(t)), \qquad x(t) = v(t) - o(b)

with the value o as observed and then as today, the schedule p of the scenario, the delivered share s and the
base year b of the engine. A lever that is off keeps v = o. Where observations go on beyond a scheduled year
they hold: the order then applies from the first year that is not observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dafeng.pathway.model import Array
    from dafeng.scenario import Lever

STEEPNESS = 8.0
"""Steepness of the S curve over its span."""


@dataclass(frozen=True, slots=True, eq=False)
class LeverState:
    """One lever of the pack over the years of the engine.

    Attributes
    ----------
    id : str
    observed : ndarray, shape (year,)
        Value without the scenario [unit of the lever].
    known : int
        Years after the base year that are observed.
    lower, upper : float
        Bounds of the value.
    direction : str
        ``up``, ``down`` or ``either``: which way abates.
    success_low, success_high : float
        Range of the delivered share [1].
    """

    id: str
    observed: Array
    known: int
    lower: float
    upper: float
    direction: str
    success_low: float
    success_high: float


def read_lever_states(
    ranges: pl.DataFrame, observations: pl.DataFrame, years: NDArray[np.int64], region: str
) -> dict[str, LeverState]:
    """Return every lever of a pack over the years.

    Parameters
    ----------
    ranges : LeverRanges
    observations : Observations
        Yearly figures of the observed series.
    years : ndarray
        From the base year on.
    region : str
    """
    series = yearly_figures(observations, region)
    found = {}
    for row in ranges.iter_rows(named=True):
        scale = 1.0 if row["series_scale"] is None else row["series_scale"]
        seen = {year: scale * value for year, value in series.get(row["series_id"] or "", {}).items()}
        observed, known = _observe(seen, row["base_value"], years)
        found[row["lever_id"]] = LeverState(
            row["lever_id"], observed, known, row["lower"], row["upper"], row["direction"],
            row["success_low"], row["success_high"],
        )  # fmt: skip
    return found


def yearly_figures(observations: pl.DataFrame, region: str) -> dict[str, dict[int, float]]:
    """Return the yearly figures of every observed series: series -> year -> value.

    An exact figure goes before a bound (above, about, …), a later publication before an earlier one.
    """
    yearly = observations.filter(
        (pl.col("region") == region)
        & pl.col("period").str.contains(r"^\d{4}$")
        & pl.col("value").is_not_null()
    ).sort(pl.col("bound") == "eq", "known_on", maintain_order=True)
    found: dict[str, dict[int, float]] = {}
    for name, period, value in yearly.select("series_id", "period", "value").iter_rows():
        found.setdefault(name, {})[int(period)] = value
    return found


def _observe(seen: Mapping[int, float], base_value: float, years: NDArray[np.int64]) -> tuple[Array, int]:
    """Return the value in every year and how many years after the base year are observed."""
    base = int(years[0])
    inside = {year: value for year, value in seen.items() if year <= int(years[-1])}
    if not inside or max(inside) < base:
        return np.full(len(years), base_value), 0
    points = sorted(inside)
    values = np.interp(years, points, [inside[year] for year in points])
    return np.asarray(values), min(max(points) - base, len(years) - 1)


def schedule_lever(state: LeverState, lever: Lever, years: NDArray[np.int64]) -> Array:
    """Return the ordered value of a lever in every year, shape (year,).

    Examples
    --------
    >>> from dafeng.scenario import Lever
    >>> state = LeverState("L", np.array([10.0, 20.0, 20.0, 20.0, 20.0]), 1, 0, 100, "up", 1, 1)
    >>> order = Lever(id="L", start=2022, end=2025, value=50)
    >>> schedule_lever(state, order, np.arange(2022, 2027)).tolist()
    [10.0, 20.0, 35.0, 50.0, 50.0]
    """
    last_seen = int(years[0]) + state.known
    start = max(lever.start, last_seen)
    end = max(lever.end, last_seen + 1, start)
    if lever.shape == "step":
        progress = (years >= end).astype(float)
    else:
        progress = np.clip((years - start) / max(end - start, 1), 0.0, 1.0)
        if end == start:
            progress = (years >= end).astype(float)
        if lever.shape == "s_curve":
            low, high = (1 / (1 + np.exp(STEEPNESS / 2 * sign)) for sign in (1, -1))
            progress = (1 / (1 + np.exp(-STEEPNESS * (progress - 0.5))) - low) / (high - low)
    from_ = float(state.observed[min(max(start - int(years[0]), 0), len(years) - 1)])
    goal = lever.value
    if state.direction == "up":
        goal = max(goal, from_)
    elif state.direction == "down":
        goal = min(goal, from_)
    ordered = state.observed + progress * (goal - from_) + lever.then * np.maximum(years - end, 0)
    ordered = np.clip(ordered, min(state.lower, from_), max(state.upper, from_))
    return np.asarray(np.where(years <= last_seen, state.observed, ordered))


def deliver_lever(state: LeverState, ordered: Array, success: Array) -> Array:
    """Return the delivered value in every future, shape (year, draw), within the bounds of the lever.

    Parameters
    ----------
    state : LeverState
    ordered : ndarray, shape (year,)
    success : ndarray, shape (draw,)
        Coordinate of the unit cube: position in the range of the delivered share.
    """
    share = state.success_low + success * (state.success_high - state.success_low)
    value = state.observed[:, None] + share[None, :] * (ordered - state.observed)[:, None]
    low, high = (
        np.minimum(state.lower, state.observed)[:, None], np.maximum(state.upper, state.observed)[:, None]
    )  # fmt: skip
    return np.asarray(np.clip(value, low, high))
