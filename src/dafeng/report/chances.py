"""Chances in words: natural frequencies, never three digits."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.words import phrase
from dafeng.tracking.warning.hint import say_tenths

if TYPE_CHECKING:
    from collections.abc import Mapping


def say_chance(row: Mapping[str, Any]) -> Markup:
    """Return the probability of a warning as a natural frequency in words, or why there is none."""
    strict, wide, basis = row["p_met"], row["p_met_high"], row["p_basis"]
    if strict is None:
        known = "too_few" if basis == "too_few" else "none"
        return phrase(f"warning.chance.{known}", years=row["points"] or 0)
    if wide is None:
        wide = strict
    if basis == "settled":
        return phrase(f"warning.chance.{'open' if strict != wide else 'met' if strict else 'missed'}")
    words = say_tenths(strict), say_tenths(wide)
    if words[0] == words[1]:
        return phrase("warning.chance", count=words[0])
    return phrase("warning.chance.about", count=words[0], widest=words[1])


def say_outlook(row: Mapping[str, Any]) -> Markup:
    """Return how many of ten futures of the scenario meet the target; empty without a scenario."""
    low, high = row["outlook_low"], row["outlook_high"]
    if low is None or high is None:
        return Markup("")
    words = say_tenths(low), say_tenths(high)
    if words[0] == words[1]:
        return phrase("warning.outlook", count=words[0])
    return phrase("warning.outlook.range", low=words[0], high=words[1])


def count_tenths(share: float) -> int:
    """Return a chance as so many of ten.

    Examples
    --------
    >>> [count_tenths(p) for p in (0.04, 0.05, 0.34, 1.0)]
    [0, 1, 3, 10]
    """
    return floor(10 * share + 0.5)
