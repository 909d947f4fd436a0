"""Slots of capacity: what stands in each period, what may be built, what each of them costs.

A slot becomes one asset of the network. Its id is ``class.origin.year``: ``old`` for what stands in that
period, ``new`` for what is built in it, ``from_X`` for what is retrofitted from class X in it, ``until`` for
what stands up to and including it, ``given`` for demand response of that period.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.power.network import FOREVER, CapacityLimit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dafeng.power.build_context import Context
    from dafeng.power.build_parameters import ParameterBook

OLD, NEW, UNTIL, GIVEN, FROM = "old", "new", "until", "given", "from_"
ENERGY_KINDS = frozenset({"hydrogen_store"})
"""Kinds whose capacity is counted in MWh."""
_PER_ENERGY = frozenset({"CNY/kWh", "CNY/MWh"})
NO_RATE = 1e-12
"""Discount rate that counts as none [1/a]."""


@dataclass(frozen=True)
class Slot:
    """Capacity of one class with one origin.

    Attributes
    ----------
    technology, origin : str
    build_year, retire_year : int
        Active in ``build_year <= period < retire_year``.
    p_nom : float
        Capacity when it is given [MW, MWh of stores].
    p_nom_max : float
        Most of it when it is chosen; nan when it is given.
    capital_cost : float
        [CNY/MW/a]
    """

    technology: str
    origin: str
    year: int
    build_year: int
    retire_year: int
    p_nom: float
    p_nom_max: float
    capital_cost: float

    @property
    def id(self) -> str:
        """Id of the asset."""
        return f"{self.technology}.{self.origin}.{self.year}"

    def fields(self, zone: str) -> dict[str, Any]:
        """Return the fields that every asset has, without its bus and its marginal cost."""
        chosen = not math.isnan(self.p_nom_max)
        return {
            "id": self.id, "technology": self.technology, "zone": zone, "build_year": self.build_year,
            "retire_year": self.retire_year, "extendable": chosen, "p_nom": 0.0 if chosen else self.p_nom,
            "p_nom_max": self.p_nom_max if chosen else float("inf"), "capital_cost": self.capital_cost,
        }  # fmt: skip

    def active(self, period: int) -> bool:
        """Return whether it may stand in a period."""
        return self.build_year <= period < self.retire_year


def annuity_of(rate: float, lifetime: float) -> float:
    r"""Return the yearly payment per investment [1/a]: :math:`r / (1 - (1 + r)^{-L})`, 1/L without interest.

    Examples
    --------
    >>> round(annuity_of(0.08, 20.0), 6)
    0.101852
    """
    if abs(rate) < NO_RATE:
        return 1.0 / lifetime
    return rate / -math.expm1(-lifetime * math.log1p(rate))


def invest_per_unit(book: ParameterBook, row: dict[str, Any], year: int) -> float:
    """Return the investment of a class [CNY/MW], of stores [CNY/MWh]."""
    name = row["technology"]
    price = book.require(name, "investment", year)
    per_energy = book.unit_of(name, "investment", year) in _PER_ENERGY
    if per_energy and row["kind"] not in ENERGY_KINDS:
        price *= book.require(name, "duration", year)
    return price


def fix_cost(book: ParameterBook, row: dict[str, Any], year: int) -> float:
    """Return the fixed operation of a class [CNY/MW/a]."""
    return invest_per_unit(book, row, year) * book.require(row["technology"], "fixed_cost_share", year)


def pay_capital(context: Context, row: dict[str, Any], year: int) -> float:
    """Return annuity and fixed operation of what is built in a year [CNY/MW/a]."""
    book = context.book
    life = book.require(row["technology"], "lifetime", year)
    invested = invest_per_unit(book, row, year)
    return invested * annuity_of(context.rate, life) + fix_cost(book, row, year)


def next_period(context: Context, period: int) -> int:
    """Return the period after one, ``FOREVER`` after the last."""
    later = [year for year in context.periods if year > period]
    return later[0] if later else FOREVER


def stand_capacity(context: Context, row: dict[str, Any]) -> dict[int, float]:
    """Return what stands of a class in each period by age alone [MW]."""
    name = row["technology"]
    if not any(block.technology == name for block in context.fleet.blocks):
        return {year: 0.0 for year in context.periods}  # noqa: C420 - values may differ below
    found = {}
    for year in context.periods:
        life = context.book.require(name, "lifetime", context.periods[0])
        found[year] = context.fleet.standing_mw(name, year, life)
    return found


def old_slots(context: Context, row: dict[str, Any]) -> list[Slot]:
    """Return one slot per period for what stands of a class."""
    slots = []
    for year, capacity in stand_capacity(context, row).items():
        if capacity > 0:
            cost = fix_cost(context.book, row, year)
            until = next_period(context, year)
            slots.append(Slot(row["technology"], OLD, year, year, until, capacity, math.nan, cost))
    return slots


def new_slots(context: Context, row: dict[str, Any], cap: float = math.inf) -> list[Slot]:
    """Return one slot per period for what may be built of a class, with its limits.

    Parameters
    ----------
    context : Context
    row : dict
        The class.
    cap : float
        Most that may stand of it, new and old [MW].
    """
    if not row["extendable"] or not context.inputs.settings.new_builds:
        return []
    name, book = row["technology"], context.book
    stands, slots = stand_capacity(context, row), []
    before = context.fleet.list_year
    for year in context.periods:
        rate = book.read(name, "build_limit", year, math.inf)
        span = max(year - before, 1)
        ceiling = min(book.read(name, "potential", year, math.inf), cap) - stands[year]
        most = max(min(rate * span, ceiling), 0.0)
        life = book.require(name, "lifetime", year)
        gone = FOREVER if math.isnan(life) else year + math.ceil(life)
        if most > 0:
            slots.append(Slot(name, NEW, year, year, gone, 0.0, most, pay_capital(context, row, year)))
        before = year
    _limit_potential(context, row, slots, cap)
    return slots


def _limit_potential(context: Context, row: dict[str, Any], slots: Sequence[Slot], cap: float) -> None:
    """Add the rows by which several vintages share one potential."""
    stands = stand_capacity(context, row)
    for year in context.periods:
        active = [slot for slot in slots if slot.active(year)]
        potential = min(context.book.read(row["technology"], "potential", year, math.inf), cap)
        if len(active) > 1 and math.isfinite(potential):
            context.draft.capacity_limits.append(
                CapacityLimit(
                    f"potential.{row['technology']}.{year}", year,
                    tuple((slot.id, 1.0) for slot in active), "<=", max(potential - stands[year], 0.0),
                )
            )  # fmt: skip


def all_slots(context: Context, row: dict[str, Any]) -> list[Slot]:
    """Return what stands and what may be built of a class."""
    return [*old_slots(context, row), *new_slots(context, row)]


def spread_periods(context: Context, slot: Slot, by_period: dict[int, float]) -> float | NDArray[np.float64]:
    """Return a value of each period as a profile; a number where the slot's periods agree."""
    values = {by_period[year] for year in context.periods if slot.active(year)}
    if len(values) <= 1:
        return values.pop() if values else 0.0
    hourly = np.zeros(sum(context.horizon.hours))
    for part, year in zip(context.slices(), context.periods, strict=True):
        hourly[part] = by_period[year]
    return hourly
