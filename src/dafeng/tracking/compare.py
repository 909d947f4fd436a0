"""Compare an observation with a target: does the interval that was published settle it?"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

Answer = Literal["yes", "no", "open"]
LOWER_IS_BETTER = frozenset({"down", "cap"})


@dataclass(frozen=True, slots=True)
class Goal:
    """What a target asks of a level: an interval, and which way is better.

    Parameters
    ----------
    low, high : float
        Bounds that fulfil the target.
    open_low, open_high : bool
        Whether the bound itself falls short (more than, less than).
    """

    low: float = -inf
    high: float = inf
    open_low: bool = False
    open_high: bool = False


def goal_of(comparator: str, value: float, direction: str, tolerance: float = 0.0) -> Goal:
    """Return the interval that fulfils a numeric target.

    Parameters
    ----------
    comparator : str
        ``ge``, ``gt``, ``le``, ``lt``, ``eq`` or ``about``.
    value : float
        Target value. [unit of the target]
    direction : str
        For ``about`` and ``eq``: ``up`` asks for at least value x (1 - tolerance), ``down`` and ``cap``
        for at most value x (1 + tolerance), anything else for both. More than was asked for is never less.
    tolerance : float
        Relative reading of 左右. [1]

    Examples
    --------
    >>> goal_of("about", 8000, "up", 0.02).low
    7840.0
    """
    slack = abs(value) * tolerance if comparator == "about" else 0.0
    if comparator in {"ge", "gt"}:
        return Goal(low=value, open_low=comparator == "gt")
    if comparator in {"le", "lt"}:
        return Goal(high=value, open_high=comparator == "lt")
    if comparator not in {"about", "eq"}:
        raise ValueError(comparator)
    return Goal(
        low=-inf if direction in LOWER_IS_BETTER else value - slack,
        high=inf if direction == "up" else value + slack,
    )


def is_fulfilled(goal: Goal, low: float, high: float) -> Answer:
    """Return whether every, no or only some value between ``low`` and ``high`` fulfils the goal.

    Examples
    --------
    >>> is_fulfilled(Goal(low=50), 55.1, 55.1)
    'yes'
    >>> is_fulfilled(Goal(low=95), 90, float("inf"))
    'open'
    """
    above = low > goal.low if goal.open_low else low >= goal.low
    below = high < goal.high if goal.open_high else high <= goal.high
    if above and below:
        return "yes"
    misses_low = high <= goal.low if goal.open_low else high < goal.low
    misses_high = low >= goal.high if goal.open_high else low > goal.high
    return "no" if misses_low or misses_high else "open"
