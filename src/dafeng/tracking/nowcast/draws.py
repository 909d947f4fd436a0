"""The rest of a year as draws, by three methods: state space, seasonal naive, naive.

The spread of the state-space paths is widened by the errors of the same model at the same month of past
years (:func:`widen_spread`): the year-end closing of an industry that must keep within a quota is no Gaussian
shock, and the bare model is too sure of itself there.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np

from dafeng.monthly import Span, sum_over
from dafeng.tracking.nowcast.grid import SLOTS, lay_grid, slot_of
from dafeng.tracking.nowcast.state_space import Ratio, estimate_ratio, filter_grid, simulate_slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.tracking.nowcast.grid import Array
    from dafeng.tracking.nowcast.state_space import Filtered

Method = Literal["state_space", "seasonal_naive", "naive", "complete"]
LEAST_ERRORS = 2
"""Past errors that a naive method needs. [1]"""
PRIOR_ERRORS = 2
"""Past errors of the size that the model expects, which count beside the real ones. [1]"""
FIRST_YEARS = 3
"""Years at the start of the grid whose states are still too vague to be judged. [1]"""
PAST_DRAWS = 400
"""Paths from which the spread at a past origin is taken. [1]"""


@dataclass(frozen=True, slots=True)
class YearSoFar:
    """The spans of one item as they were known, and how far the year asked for has come."""

    spans: tuple[Span, ...]
    year: int

    @property
    def through(self) -> int:
        """Return the last month of the year up to which everything is known; 0 before the first."""
        return max((span.last for span in self.spans if span.year == self.year), default=0)

    def known(self, year: int | None = None) -> float:
        """Return the sum of a year up to the month that is known of the year asked for."""
        found = self.sum_to(self.year if year is None else year, self.through)
        return 0.0 if found is None else found

    def sum_to(self, year: int, month: int) -> float | None:
        """Return the sum of January to a month, None if it was not published; 0 for month 0."""
        return sum_over(list(self.spans), year, 1, month) if month else 0.0

    def total(self, year: int) -> float | None:
        """Return the total of a year, None if it was not published."""
        return sum_over(list(self.spans), year, 1, 12)

    def rest(self, year: int) -> float | None:
        """Return what a year brought after the month that is known of the year asked for."""
        total, before = self.total(year), self.sum_to(year, self.through)
        return None if total is None or before is None else max(total - before, 0.0)

    def years_before(self) -> list[int]:
        """Return the years before the one asked for, of which anything is known."""
        return sorted({span.year for span in self.spans if span.year < self.year})


def read_so_far(spans: Sequence[Span], year: int) -> YearSoFar:
    """Return the spans up to a year."""
    return YearSoFar(tuple(sorted(span for span in spans if span.year <= year)), year)


@dataclass(frozen=True, slots=True)
class DrawOptions:
    """How the year is simulated.

    Parameters
    ----------
    window : int
        Years before the one asked for that the state-space model looks at. [year]
    draws : int
        Paths.
    seed : int
        Of the random numbers, the same for all items.
    """

    window: int = 8
    draws: int = 4000
    seed: int = 2030


def draw_state_space(so_far: YearSoFar, options: DrawOptions, ratio: Ratio | None = None) -> Array | None:
    """Return draws of the rest of the year by the state-space model.

    Parameters
    ----------
    so_far : YearSoFar
    options : DrawOptions
    ratio : Ratio, optional
        Ratio of variances that was estimated earlier (:func:`estimate_variances`).

    Returns
    -------
    array, shape (draws,) or None
        [unit of the item]; None where the history is too short for the model.
    """
    grid = lay_grid(so_far.spans, so_far.year, options.window)
    if grid is None:
        return None
    ratio = ratio or estimate_ratio(grid)
    filtered = None if ratio is None else filter_grid(grid, ratio)
    if filtered is None:
        return None
    first = (so_far.year - grid.start) * SLOTS + _slots(so_far.through)
    means, paths = simulate_slots(filtered, grid.last_known, grid.size - 1, options.draws, options.seed)
    wanted = slice(first - grid.last_known - 1, None)
    width = widen_spread(_past_errors(filtered, so_far))
    return _sum_slots(means[wanted], width * paths[wanted], grid.offset)


def estimate_variances(so_far: YearSoFar, options: DrawOptions) -> Ratio | None:
    """Return the ratio of variances of an item, None where the history is too short."""
    grid = lay_grid(so_far.spans, so_far.year, options.window)
    return None if grid is None else estimate_ratio(grid)


def widen_spread(errors: Sequence[float]) -> float:
    """Return by how much the spread is widened for past errors.

    The factor is the root mean square of the past errors in units of the model's own spread, with
    :data:`PRIOR_ERRORS` further ones of size 1, and never below 1.

    Examples
    --------
    >>> widen_spread([]), widen_spread([0.5, 0.5])
    (1.0, 1.0)
    >>> round(widen_spread([2.0, 2.0]), 3)
    1.581
    """
    squares = sum(error**2 for error in errors)
    return max(1.0, sqrt((squares + PRIOR_ERRORS) / (len(errors) + PRIOR_ERRORS)))


def _past_errors(filtered: Filtered, so_far: YearSoFar) -> list[float]:
    """Return the errors of log(rest) at the same month of past years, in units of the model's spread."""
    grid, errors = filtered.grid, []
    for year in range(grid.start + FIRST_YEARS, so_far.year):
        rest = so_far.rest(year)
        if not rest:
            continue
        first = (year - grid.start) * SLOTS + _slots(so_far.through)
        last = (year - grid.start + 1) * SLOTS - 1
        if first - 1 < filtered.settled:
            continue
        means, paths = simulate_slots(filtered, first - 1, last, PAST_DRAWS, seed=year)
        sums = _sum_slots(means, paths, grid.offset)
        logs = np.log(sums[sums > 0])
        if len(logs) > PAST_DRAWS // 2 and logs.std() > 0:
            errors.append(float((log(rest) - logs.mean()) / logs.std()))
    return errors


def draw_seasonal_naive(so_far: YearSoFar, options: DrawOptions) -> Array | None:
    """Return draws of the rest: that of last year times the growth so far, with the errors of past years.

    Returns
    -------
    array, shape (draws,) or None
        None before the first month, without last year, or with fewer than :data:`LEAST_ERRORS` past errors.
    """
    if not so_far.through:
        return None
    rest = _grown_rest(so_far, so_far.year)
    errors = []
    for year in so_far.years_before():
        guess, truth = _grown_rest(so_far, year), so_far.rest(year)
        if guess and truth:
            errors.append(log(truth / guess))
    return None if rest is None else _spread_around(rest, errors, options)


def _grown_rest(so_far: YearSoFar, year: int) -> float | None:
    now, then = (so_far.sum_to(y, so_far.through) for y in (year, year - 1))
    last = so_far.rest(year - 1)
    return last * now / then if now is not None and then and last is not None else None


def draw_naive(so_far: YearSoFar, options: DrawOptions) -> Array | None:
    """Return draws of the rest if the year came to what the last one did, with the errors of past years.

    Returns
    -------
    array, shape (draws,) or None
        None without last year or with fewer than :data:`LEAST_ERRORS` yearly changes.
    """
    last = so_far.total(so_far.year - 1)
    totals = {year: so_far.total(year) for year in so_far.years_before()}
    changes = [log(now / then) for year, now in totals.items() if (then := totals.get(year - 1)) and now]
    draws = None if last is None else _spread_around(last, changes, options)
    return None if draws is None else np.clip(draws - so_far.known(), 0.0, None)


def _spread_around(middle: float, errors: Sequence[float], options: DrawOptions) -> Array | None:
    """Return lognormal draws around a value, as wide as past errors and the error of their width."""
    if len(errors) < LEAST_ERRORS:
        return None
    width = sqrt(sum(e**2 for e in errors) / len(errors) * (1 + 1 / len(errors)))
    draws: Array = middle * np.exp(width * np.random.default_rng(options.seed).standard_normal(options.draws))
    return draws


def _slots(through: int) -> int:
    """Return the slots of a year up to a month."""
    return slot_of(through) + 1 if through else 0


def _sum_slots(means: Array, paths: Array, offset: float) -> Array:
    """Return the sums of slots that never fall below zero."""
    sums: Array = np.clip(np.exp(means[:, None] + paths) - offset, 0.0, None).sum(axis=0)
    return sums
