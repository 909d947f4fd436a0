"""Do the parts reach the whole: the live check of a split, a pure function over arrays.

The province reaches a fall R of its intensity if and only if the amounts of its parts fit into what it may
have, sum_i E_i (1 - r_i) g_i <= (1 - R) E g, where E is the amount of the base year (energy or CO2), r the
fall of the intensity and g the growth of output. With the same r_i = R for every city this says that growth
weighted by energy must not exceed growth weighted by output: a uniform split fails wherever the heavy users
grow faster. For a total instead of an intensity every growth factor is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

TOLERANCE = 1e-9
"""Relative rounding that the comparison forgives. [1]"""

Outcome = Literal["holds", "fails", "cannot_check"]


@dataclass(frozen=True, slots=True)
class SplitCheck:
    """The two sides of the criterion; NaN where a figure is missing.

    Parameters
    ----------
    required, reached : float
        Fall asked of the province, and the one that the parts bring about. [1]
    cities_sum, allowed, gap : float
        Amount of the cities in the target year, what they may have, and the room left; a room within rounding
        is zero. [unit of the base]
    residual : float
        Amount of the province in the base year that no city has; negative if the cities have more than the
        province. [unit of the base]
    weighted_growth, province_growth : float
        Growth of output weighted by the base amounts of the cities, and of the province. [1]
    uniform_needed : float
        Smallest fall that reaches the target if it is the same for every city. [1]
    known, count : int
        Cities with figures, and all. [1]
    outcome : {"holds", "fails", "cannot_check"}
    """

    required: float
    reached: float
    cities_sum: float
    allowed: float
    gap: float
    residual: float
    weighted_growth: float
    province_growth: float
    uniform_needed: float
    known: int
    count: int
    outcome: Outcome


def check_split(
    base: ArrayLike,
    growth: ArrayLike,
    fall: ArrayLike,
    required_fall: float,
    province_base: float | None = None,
    *,
    province_growth: float,
    residual_fall: float | None = None,
) -> SplitCheck:
    """Return whether the falls of the cities bring the province to its target.

    Parameters
    ----------
    base : array of float
        Energy or CO2 of each city in the base year; NaN = not known. [any one unit]
    growth : array of float
        Growth factor of the output of each city; ones if a total is split. [1]
    fall : array of float
        Fall of each city's intensity, or of its total. [1]
    required_fall : float
        Fall of the province, 0.18 for 18 %. [1]
    province_base : float, optional
        Amount of the province in the base year; default: the cities are the whole. What it has beyond the
        cities is named as residual and is no room for them. [unit of base]
    province_growth : float
        Growth factor of the output of the province; 1 if a total is split. [1]
    residual_fall : float, optional
        Fall of the residual as a block of its own; it grows like the province. Default: it does what the
        province has to do. [1]

    Returns
    -------
    SplitCheck
        ``cannot_check`` as soon as one figure is missing.

    Examples
    --------
    Two equal cities of which the one that grows uses nine tenths of the energy:

    >>> seen = check_split([90, 10], [1.4, 1.1], [0.1, 0.1], 0.1, province_growth=1.25)
    >>> seen.outcome, round(seen.uniform_needed, 4)
    ('fails', 0.1788)
    """
    amounts = np.asarray(base, dtype=float)
    target = project_amounts(amounts, growth, np.zeros_like(amounts))
    implied = project_amounts(amounts, growth, fall)
    known = np.isfinite(implied)
    total, whole = float(amounts.sum()), float(target.sum())
    residual = 0.0 if province_base is None else province_base - float(np.nansum(amounts))
    own_fall = required_fall if residual_fall is None else residual_fall
    rest = residual * (1 - own_fall) * province_growth
    allowed = (1 - required_fall) * (total + residual) * province_growth - rest
    cities_sum = float(implied.sum())
    gap = allowed - cities_sum
    if abs(gap) <= TOLERANCE * max(abs(allowed), abs(cities_sum)):
        gap = 0.0
    province = (total + residual) * province_growth
    outcome: Outcome = "cannot_check" if np.isnan(gap) else "holds" if gap >= 0 else "fails"
    return SplitCheck(
        required_fall, _divide(province - cities_sum - rest, province), cities_sum, allowed, gap, residual,
        _divide(whole, total), province_growth, _divide(whole - allowed, whole),
        int(known.sum()), known.size, outcome,
    )  # fmt: skip


def project_amounts(base: ArrayLike, growth: ArrayLike, fall: ArrayLike) -> np.ndarray:
    """Return the amounts of the target year, E (1 - r) g; NaN where a figure is missing.

    Parameters
    ----------
    base, growth, fall : array of float
        As in :func:`check_split`.
    """
    kept = np.asarray(1 - np.asarray(fall, dtype=float))
    amounts: np.ndarray = np.asarray(base, dtype=float) * kept * np.asarray(growth, dtype=float)
    return amounts


def _divide(above: float, below: float) -> float:
    return above / below if below else float("nan")
