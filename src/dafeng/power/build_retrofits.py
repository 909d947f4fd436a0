r"""Retrofits of coal units as a transfer of capacity that keeps its remaining life.

In each period what still runs as the old class and what was retrofitted share what stands by age:

.. math:: \sum_{u \ge t} O_u + \sum_{r} R_{r,t} \le S(t)

with the capacity O that stays until u, the retrofitted capacity R and what stands by age S(t), without units
that come on line after the first period. The sum is never set against the first capacity, so a retrofit never
outlives its unit. Retrofits that were finished before the first period are in the fleet already. A life
extension instead adds to S(t) what would have gone by age.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from dafeng.power.build_assets import (
    FROM,
    OLD,
    UNTIL,
    Slot,
    annuity_of,
    fix_cost,
    new_slots,
    next_period,
    old_slots,
    stand_capacity,
)
from dafeng.power.build_context import RETROFIT
from dafeng.power.network import CapacityLimit

if TYPE_CHECKING:
    from dafeng.power.build_context import Context

LIFE = "life"
SMALL_FALL = 0.02
"""Fall of what stands from one period to the next that needs no retrofit of its own [1]."""
LEAST_MW = 1.0
"""Capacity below which a choice is not offered [MW]."""


@dataclass(frozen=True)
class Retrofit:
    """One retrofit that may be chosen, with the class before and after."""

    kind: str
    before: dict[str, Any]
    after: dict[str, Any]
    from_year: int
    investment: float
    """[CNY/MW]"""
    added_life: float
    """[a]"""
    left_mw: float
    """What may still be done [MW]."""


def read_retrofits(context: Context) -> list[Retrofit]:
    """Return the retrofits that may be chosen."""
    if not context.inputs.settings.retrofits:
        return []
    classes = {row["technology"]: row for row in context.classes}
    found = []
    for row in context.table("power_retrofits").iter_rows(named=True):
        limit = math.inf if row["limit_mw"] is None else row["limit_mw"]
        left = max(limit - (row["done_mw"] or 0.0), 0.0)
        if left <= 0 or row["from_year"] > context.periods[-1]:
            continue
        if row["state"] == "demonstration":
            context.book.demonstration.add((RETROFIT, f"{row['retrofit']} {row['from_technology']}"))
        price = row["investment_cny_per_kw"] * 1000.0 * context.book.deflate(row["price_year"])
        found.append(
            Retrofit(
                row["retrofit"], classes[row["from_technology"]], classes[row["to_technology"]],
                row["from_year"], price, row["added_life_years"], left,
            )
        )  # fmt: skip
    return found


def coal_slots(context: Context, row: dict[str, Any], retrofits: list[Retrofit]) -> list[Slot]:
    """Return the slots of a coal class: what stands, is built, or came by retrofit."""
    name = row["technology"]
    left = any(r.before["technology"] == name and r.kind != LIFE for r in retrofits)
    chosen = left or context.inputs.settings.retirement == "choice"
    slots = [*_until_slots(context, row), *_late_slots(context, row)] if chosen else old_slots(context, row)
    for retrofit in retrofits:
        if retrofit.after["technology"] == name:
            slots += _retrofit_slots(context, retrofit)
    return [*slots, *new_slots(context, row)]


def choose_capacity(context: Context, row: dict[str, Any]) -> dict[int, float]:
    """Return what of a class stands since the first period, by period: the part with choices [MW].

    What comes on line later, as units under construction do, stands as it is: there is nothing to retrofit.
    """
    stands = stand_capacity(context, row)
    return dict(zip(stands, accumulate(stands.values(), min), strict=True))


def _late_slots(context: Context, row: dict[str, Any]) -> list[Slot]:
    """Return what came on line after the first period, by period."""
    chosen, slots = choose_capacity(context, row), []
    for year, capacity in stand_capacity(context, row).items():
        if (late := capacity - chosen[year]) > 0:
            cost, gone = fix_cost(context.book, row, year), next_period(context, year)
            slots.append(Slot(row["technology"], OLD, year, year, gone, late, math.nan, cost))
    return slots


def _until_slots(context: Context, row: dict[str, Any]) -> list[Slot]:
    first, slots = context.periods[0], []
    for year, capacity in choose_capacity(context, row).items():
        if capacity > 0:
            cost = fix_cost(context.book, row, first)
            gone = next_period(context, year)
            slots.append(Slot(row["technology"], UNTIL, year, first, gone, 0.0, capacity, cost))
    return slots


def _retrofit_slots(context: Context, retrofit: Retrofit) -> list[Slot]:
    """Return the slots of a retrofit: by the period of the work and, where units go by age, by its end."""
    before, name = retrofit.before["technology"], retrofit.after["technology"]
    stands = _stand_for(context, retrofit)
    slots = []
    for year in context.periods:
        if year < retrofit.from_year or stands[year] < LEAST_MW:
            continue
        for end in _ends(context, retrofit, stands, year):
            last = next_period(context, end) == next_period(context, context.periods[-1])
            origin = f"{FROM}{before}" + ("" if last else f"_until_{end}")
            most = min(stands[end], retrofit.left_mw)
            cost = _pay_retrofit(context, retrofit, year)
            slots.append(Slot(name, origin, year, year, next_period(context, end), 0.0, most, cost))
    return slots


def _ends(context: Context, retrofit: Retrofit, stands: dict[int, float], year: int) -> list[int]:
    """Return the last periods of a retrofit done in a year: where what stands falls, and the last one."""
    later = [period for period in context.periods if period >= year]
    if retrofit.kind == LIFE:
        return [year]
    falls = [
        period for period, after in pairwise(later) if stands[after] < (1.0 - SMALL_FALL) * stands[period]
    ]
    return [*falls, *([later[-1]] if stands[later[-1]] > 0 else [])]


def _stand_for(context: Context, retrofit: Retrofit) -> dict[int, float]:
    """Return what a retrofit may take in each period [MW]."""
    if retrofit.kind != LIFE:
        return choose_capacity(context, retrofit.before)
    stands = stand_capacity(context, retrofit.before)
    name = retrofit.before["technology"]
    life = context.book.require(name, "lifetime", context.periods[0]) + retrofit.added_life
    return {year: context.fleet.standing_mw(name, year, life) - stands[year] for year in context.periods}


def _pay_retrofit(context: Context, retrofit: Retrofit, year: int) -> float:
    """Return annuity of the work over the remaining life and fixed operation [CNY/MW/a]."""
    fixed = fix_cost(context.book, retrofit.after, year)
    if retrofit.kind == LIFE:
        years = retrofit.added_life
    else:
        name = retrofit.before["technology"]
        life = context.book.require(name, "lifetime", context.periods[0])
        years = context.fleet.remaining_life(name, year, life) + retrofit.added_life
    return fixed + retrofit.investment * annuity_of(context.rate, max(years, 1.0))


def limit_transfers(context: Context, slots: list[Slot], retrofits: list[Retrofit]) -> None:
    """Add the rows by which old and retrofitted capacity share what stands, and the limits of retrofits."""
    limits = context.draft.capacity_limits
    stay = context.inputs.settings.retirement == "age"
    for row in context.of_kind("coal", "coal_chp"):
        name = row["technology"]
        stands = choose_capacity(context, row)
        for year in context.periods:
            active = [s for s in slots if s.active(year) and _takes_from(s, name, retrofits)]
            if not any(slot.origin == UNTIL for slot in active):
                continue
            terms = tuple((slot.id, 1.0) for slot in active)
            limits.append(CapacityLimit(f"age.{name}.{year}", year, terms, "<=", stands[year]))
            if stay:
                limits.append(CapacityLimit(f"stay.{name}.{year}", year, terms, ">=", stands[year]))
    for retrofit in retrofits:
        _limit_retrofit(context, retrofit, slots)


def _takes_from(slot: Slot, name: str, retrofits: list[Retrofit]) -> bool:
    """Return whether a slot takes of what stands of a class."""
    if slot.technology == name and slot.origin == UNTIL:
        return True
    return any(r.kind != LIFE and r.before["technology"] == name and _is_of(slot, r) for r in retrofits)


def _is_of(slot: Slot, retrofit: Retrofit) -> bool:
    origin = f"{FROM}{retrofit.before['technology']}"
    same = slot.origin == origin or slot.origin.startswith(f"{origin}_until_")
    return same and slot.technology == retrofit.after["technology"]


def _limit_retrofit(context: Context, retrofit: Retrofit, slots: list[Slot]) -> None:
    before, after = retrofit.before["technology"], retrofit.after["technology"]
    stands = _stand_for(context, retrofit)
    for year in context.periods:
        active = [slot for slot in slots if slot.active(year) and _is_of(slot, retrofit)]
        most = min(retrofit.left_mw, stands[year]) if retrofit.kind == LIFE else retrofit.left_mw
        if active and math.isfinite(most):
            name = f"retrofit.{retrofit.kind}.{before}.{after}.{year}"
            terms = tuple((slot.id, 1.0) for slot in active)
            context.draft.capacity_limits.append(CapacityLimit(name, year, terms, "<=", most))
