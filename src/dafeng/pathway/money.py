r"""Money over time: annuities, the levelised cost of a tonne, prices of another year.

Costs are in CNY of one price year, without inflation; rates are real. Annuity and levelised cost as in
S. C. Short, D. J. Packey, T. Holt (1995), A manual for the economic evaluation of energy efficiency and
renewable energy technologies, NREL/TP-462-5173.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, isfinite, log1p
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

Array = NDArray[np.float64]

NO_RATE = 1e-15
"""Discount rate that counts as none [1/a]."""


@dataclass(frozen=True, slots=True)
class TonneCost:
    """Cost of avoiding a tonne.

    Attributes
    ----------
    cost_cny_per_t : float
        [CNY/t]; negative where savings exceed costs.
    price_year : int
        Year whose prices these are.
    """

    cost_cny_per_t: float
    price_year: int


@dataclass(frozen=True, slots=True, eq=False)
class CashFlow:
    """What a measure costs, saves and avoids by year, the first year undiscounted; arrays of one length.

    Attributes
    ----------
    capex, opex, saving : array_like, shape (year,)
        Investment, running cost and saved fuel [CNY].
    abatement : array_like, shape (year,)
        Emissions avoided [t].
    price_year : int
        Year whose prices these are.
    """

    capex: ArrayLike
    opex: ArrayLike
    saving: ArrayLike
    abatement: ArrayLike
    price_year: int


def annualise_cost(investment: float, lifetime: float, rate: float) -> float:
    r"""Return the yearly payment at year's end that pays off an investment over its life.

    .. math:: a = I \frac{r}{1 - (1+r)^{-n}}, \quad a = I/n \text{ for } r = 0

    Parameters
    ----------
    investment : float
        [CNY].
    lifetime : float
        Above zero [a].
    rate : float
        Discount rate, at least 0 [1/a].

    Returns
    -------
    float
        [CNY/a], in the prices of the investment.

    Raises
    ------
    InputRefused
        ``series_not_finite``, ``series_not_positive`` (lifetime), ``series_negative`` (rate).

    Examples
    --------
    >>> round(annualise_cost(1000.0, 10, 0.10), 2)
    162.75
    """
    if not isfinite(investment):
        raise InputRefused.of("series_not_finite", what="investment")
    if not isfinite(lifetime) or lifetime <= 0:
        raise InputRefused.of("series_not_positive", what=f"lifetime {lifetime}")
    check_rate(rate)
    if rate < NO_RATE:  # below it the quotient of two tiny numbers says nothing
        return investment / lifetime
    return investment * rate / -expm1(-lifetime * log1p(rate))


def levelised_abatement_cost(flow: CashFlow, rate: float) -> TonneCost:
    r"""Return the cost that, paid for every tonne when it is avoided, pays for the measure.

    .. math:: c = \frac{\sum_t (K_t + O_t - S_t)(1+r)^{-t}}{\sum_t A_t (1+r)^{-t}}

    Parameters
    ----------
    flow : CashFlow
        Capex K, opex O, saving S and abatement A.
    rate : float
        Discount rate, at least 0 [1/a].

    Raises
    ------
    InputRefused
        ``series_length``, ``series_too_short``, ``series_not_finite``, ``series_negative`` (rate),
        ``series_not_positive`` when nothing is avoided.

    Examples
    --------
    >>> levelised_abatement_cost(CashFlow([1000, 0], [0, 50], [0, 150], [0, 20], 2020), 0.0).cost_cny_per_t
    45.0
    """
    check_rate(rate)
    names = ("capex", "opex", "saving", "abatement")
    parts = [np.asarray(getattr(flow, name), dtype=np.float64) for name in names]
    shapes = {part.shape for part in parts}
    if len(shapes) > 1 or parts[0].ndim != 1:
        told = [f"{name} {part.shape}" for name, part in zip(names, parts, strict=True)]
        raise InputRefused.of("series_length", what=", ".join(told))
    if not parts[0].size:
        raise InputRefused.of("series_too_short", need=1, have=0)
    for name, part in zip(names, parts, strict=True):
        if not np.isfinite(part).all():
            raise InputRefused.of("series_not_finite", what=name)
    factor = (1.0 + rate) ** -np.arange(parts[0].size)
    capex, opex, saving, abatement = parts
    avoided = float(factor @ abatement)
    if avoided <= 0:
        raise InputRefused.of("series_not_positive", what=f"abatement {avoided:g}")
    return TonneCost(float(factor @ (capex + opex - saving)) / avoided, flow.price_year)


def convert_prices(cost: TonneCost, to_year: int, deflator: Mapping[int, float] | None = None) -> TonneCost:
    """Return a cost in the prices of another year.

    Parameters
    ----------
    cost : TonneCost
    to_year : int
    deflator : mapping of int to float, optional
        Price level by year on any base, above zero. Not needed where the years are the same.

    Raises
    ------
    InputRefused
        ``deflator_missing`` without a price level of one of the years, ``series_not_positive``.
    """
    if to_year == cost.price_year:
        return cost
    levels = deflator or {}
    missing = sorted({cost.price_year, to_year} - set(levels))
    if missing:
        raise InputRefused.of(
            "deflator_missing", from_year=cost.price_year, to_year=to_year, years=", ".join(map(str, missing))
        )
    before, after = levels[cost.price_year], levels[to_year]
    if not (isfinite(before) and isfinite(after) and before > 0 and after > 0):
        raise InputRefused.of("series_not_positive", what=f"deflator {before}, {after}")
    return TonneCost(cost.cost_cny_per_t * after / before, to_year)


def check_rate(rate: float) -> None:
    """Refuse a discount rate that is below zero or not finite [1/a]."""
    if not isfinite(rate):
        raise InputRefused.of("series_not_finite", what="rate")
    if rate < 0:
        raise InputRefused.of("series_negative", what=f"rate {rate}")
