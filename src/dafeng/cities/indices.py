"""Responsibility, capability, potential: one index of each city from figures of the base year.

Every indicator is divided by its mean over the cities that are compared, so that 1 is the average, ratios
between cities are kept and no unit matters; the index is the weighted mean of the indicators. An indicator
with weight zero is not used and its figures are not needed.

The weights of the province's 13th five-year plan are not published. The default, three equal parts shared
equally by the indicators of each, is our own choice and is never shown as an official one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.cities.solve import Floats

RESPONSIBILITY: Final = ("amount_share", "amount_per_head")
CAPABILITY: Final = ("gdp_per_head", "fiscal_per_head")
POTENTIAL: Final = ("intensity", "secondary_share", "coal_share")
PARTS: Final = (RESPONSIBILITY, CAPABILITY, POTENTIAL)

INDICATOR_ITEMS: Final[Mapping[str, tuple[str, ...]]] = {
    "amount_share": ("amount",),
    "amount_per_head": ("amount", "population"),
    "gdp_per_head": ("gdp", "population"),
    "fiscal_per_head": ("fiscal_revenue", "population"),
    "intensity": ("amount", "gdp"),
    "secondary_share": ("secondary_share",),
    "coal_share": ("coal_share",),
}
"""Indicator -> the figures that it is made of; the second divides the first."""

DEFAULT_WEIGHTS: Final[Mapping[str, float]] = {
    indicator: 1 / (len(PARTS) * len(part)) for part in PARTS for indicator in part
}
"""Equal parts, equal indicators within a part: our own choice. [1]"""


@dataclass(frozen=True, slots=True)
class CityIndices:
    """The index of each city and what it is made of.

    Parameters
    ----------
    indicators : mapping of str to array of float
        Normalised: 1 is the mean of the cities. [1]
    index : array of float
        Weighted mean of the indicators; its mean over the cities is 1. [1]
    """

    indicators: Mapping[str, Floats]
    index: Floats


def items_needed(weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return the figures that the indicators with a weight need (``amount``, ``gdp``, ``population``, …)."""
    used = (item for name, items in INDICATOR_ITEMS.items() if weights.get(name, 0) > 0 for item in items)
    return tuple(dict.fromkeys(used))


def combine_indices(figures: Mapping[str, Floats], weights: Mapping[str, float]) -> CityIndices:
    """Return the index of each city.

    Parameters
    ----------
    figures : mapping of str to array of float
        ``amount`` (energy or CO2), ``gdp``, ``population``, … of the cities that are compared; each in one
        unit, none missing among those of :func:`items_needed`.
    weights : mapping of str to float
        Indicator -> weight, not negative; only proportions count. [1]

    Raises
    ------
    ValueError
        No weight is positive.
    """
    used = {name: weight for name, weight in weights.items() if weight > 0}
    if not used:
        message = "no indicator has a weight"
        raise ValueError(message)
    indicators = {name: normalise(_form(figures, INDICATOR_ITEMS[name])) for name in used}
    total = sum(used.values())
    index = sum((weight / total * indicators[name] for name, weight in used.items()), np.zeros(1))
    return CityIndices(indicators, np.asarray(index))


def normalise(values: Floats) -> Floats:
    """Return values divided by their mean; ones if all are zero.

    Examples
    --------
    >>> normalise(np.array([1.0, 3.0])).tolist()
    [0.5, 1.5]
    """
    mean = values.mean() if values.size else 0.0
    return values / mean if mean else np.ones_like(values)


def _form(figures: Mapping[str, Floats], items: Iterable[str]) -> Floats:
    first, *divisor = items
    return np.asarray(figures[first] / figures[divisor[0]] if divisor else figures[first])
