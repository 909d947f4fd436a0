"""Spans of months laid on the grid of the bureau: eleven slots a year, January with February as the first."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.monthly import Span

SLOTS = 11
"""Slots of a year: January and February together, then month by month. [1]"""
MONTHS = np.array([2.0] + [1.0] * 10)
"""Months of each slot. [1]"""
OFFSET_SHARE = 0.1
"""Added to an item with zeros before the logarithm is taken: this share of its mean slot. [1]"""
OFFSET_YEARS = 4
"""Newest years of the mean. [year]"""

PRIOR_YEARS = 8
"""Years of mean noise that count beside the real ones when the noise of a slot is taken. [year]"""

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def slot_of(month: int) -> int:
    """Return the slot that holds a month.

    Examples
    --------
    >>> [slot_of(month) for month in (1, 2, 3, 12)]
    [0, 0, 1, 10]
    """
    return max(month - 2, 0)


@dataclass(frozen=True, slots=True)
class Observation:
    """A published quantity over slots ``first`` to ``last`` of the grid, both included."""

    first: int
    last: int
    value: float


@dataclass(frozen=True, slots=True)
class Season:
    """What slots of a year have in common over the years.

    Parameters
    ----------
    shares : array, shape (11,)
        Share of each slot in the year. [1]
    noise : array, shape (11,)
        How much more or less than the mean slot a slot varies, as a factor of the standard deviation. [1]
    """

    shares: Array
    noise: Array


@dataclass(frozen=True, slots=True)
class SpanGrid:
    """The observations of one item on a grid that ends with the year asked for.

    Parameters
    ----------
    start : int
        First year of the grid.
    observations : tuple of Observation
        In order of time.
    size : int
        Slots of the grid.
    offset : float
        Added to every slot before the logarithm is taken. [unit of the item]
    season : Season
    """

    start: int
    observations: tuple[Observation, ...]
    size: int
    offset: float
    season: Season

    @property
    def last_known(self) -> int:
        """Return the last slot that an observation reaches."""
        return self.observations[-1].last


def lay_grid(spans: Sequence[Span], year: int, window: int) -> SpanGrid | None:
    """Return the spans of the newest years on the grid, None without any but zeros.

    Parameters
    ----------
    spans : sequence of Span
        Of one item, none after ``year``.
    year : int
        The last year of the grid.
    window : int
        Years before ``year`` that are used. [year]
    """
    used = sorted(span for span in spans if year - window <= span.year <= year)
    offset = _offset(used)
    if not used or offset is None:
        return None
    start = used[0].year
    observations = tuple(
        Observation(
            (span.year - start) * SLOTS + slot_of(span.first),
            (span.year - start) * SLOTS + slot_of(span.last),
            span.value,
        )
        for span in used
    )
    return SpanGrid(
        start, observations, (year - start + 1) * SLOTS, offset, describe_season(observations, offset)
    )


def _offset(spans: Sequence[Span]) -> float | None:
    """Return what is added to every slot of an item with zeros, None if all of it is zero."""
    if all(span.value > 0 for span in spans):
        return 0.0
    newest = [span for span in spans if span.year > spans[-1].year - OFFSET_YEARS]
    slots = sum(slot_of(span.last) - slot_of(span.first) + 1 for span in newest)
    return OFFSET_SHARE * sum(span.value for span in newest) / slots or None


def describe_season(observations: Sequence[Observation], offset: float) -> Season:
    """Return shares and noise of the slots, from slots that were published by themselves.

    The deviation of a slot is its logarithm less that of the mean slot of its year. A slot that was never
    published by itself weighs as its months. The noise is drawn to 1 by :data:`PRIOR_YEARS` years of mean
    noise, so that a few odd years do not silence or blow up a slot.
    """
    logs: dict[int, dict[int, float]] = {}
    for one in observations:
        if one.first == one.last:
            year, slot = divmod(one.first, SLOTS)
            logs.setdefault(year, {})[slot] = log(one.value + offset) - log(MONTHS[slot])
    deviations: list[list[float]] = [[] for _ in range(SLOTS)]
    for own in logs.values():
        middle = float(np.mean(list(own.values())))
        for slot, value in own.items():
            deviations[slot].append(value - middle)
    means = np.array([float(np.mean(here)) if here else 0.0 for here in deviations])
    weights = MONTHS * np.exp(means)
    squares = np.array([sum((v - m) ** 2 for v in here) for here, m in zip(deviations, means, strict=True)])
    counts = np.array([max(len(here) - 1, 0) for here in deviations])
    common = squares.sum() / max(counts.sum(), 1)
    noise = np.ones(SLOTS)
    if common > 0:
        noise = np.sqrt((squares / common + PRIOR_YEARS) / (counts + PRIOR_YEARS))
    return Season(weights / weights.sum(), noise)
