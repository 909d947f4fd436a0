"""What the parts of the assembly share: time, capacities, balances, and rules between power and capacity."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from dafeng.power.assembly_blocks import (
    GLOBAL_HOURS,
    Capacity,
    Indices,
    Numbers,
    Positions,
    ProgramBuilder,
)
from dafeng.power.network import Asset

if TYPE_CHECKING:
    from dafeng.power.assembly_time import TimeLine
    from dafeng.power.assembly_units import Unit
    from dafeng.power.network import Network

    Terms = list[tuple[Indices, float | Numbers]]
    """Columns of a sum and their coefficients, one value an hour."""

_A = TypeVar("_A", bound=Asset)


@dataclass(frozen=True)
class Frame:
    """The programme in the making."""

    network: Network
    time: TimeLine
    builder: ProgramBuilder = field(default_factory=ProgramBuilder)
    balance: dict[str, Indices] = field(default_factory=dict)
    """Rows of each bus, shape (hours,)."""
    units: tuple[Unit, ...] = ()
    """Assets that share columns."""
    capacity: dict[str, Capacity] = field(default_factory=dict)
    """Capacity of each unit."""
    chosen: dict[str, int] = field(default_factory=dict)
    """Column of the capacity of each extendable asset."""
    reserve: dict[str, Terms] = field(default_factory=dict)
    """Reserve columns of each unit that provides, all reserves together."""
    output: dict[str, Indices] = field(default_factory=dict)
    """Power columns of units of generators and links in their active hours."""

    def hours_of(self, asset: Asset) -> Indices:
        """Return the hours in which an asset or unit stands."""
        return self.time.all_hours[self.time.active(asset)]

    def leaders(self, kind: type[_A]) -> list[_A]:
        """Return what stands for each unit of a kind."""
        return [unit.leader for unit in self.units if isinstance(unit.leader, kind)]

    @cached_property
    def unit_of(self) -> dict[str, Unit]:
        """Unit of each asset that stands in some period."""
        return {asset.id: unit for unit in self.units for asset in unit.members}


@dataclass(frozen=True, slots=True)
class Rule:
    """Names the rows of a rule and says for which of the asset's active hours they hold."""

    component: str
    kind: str
    hours: Indices


def add_capacities(frame: Frame) -> None:
    """Make a column of each extendable capacity; charge fixed capacity in the constant; add them up."""
    for unit in frame.units:
        for asset in unit.members:
            weight = frame.time.active_weight(asset)
            if asset.extendable:
                column = frame.builder.add_columns(
                    asset.id,
                    "capacity",
                    GLOBAL_HOURS,
                    lower=asset.p_nom_min,
                    upper=asset.p_nom_max,
                    cost=weight * asset.capital_cost,
                )
                frame.chosen[asset.id] = int(column[0])
            elif asset.capital_cost:
                frame.builder.offset += weight * asset.capital_cost * asset.p_nom
        frame.capacity[unit.leader.id] = _sum_capacity(frame, unit)


def _sum_capacity(frame: Frame, unit: Unit) -> Capacity:
    """Return the capacity of a unit in its hours: one number or one column a period."""
    run = frame.time.active(unit.leader)
    size = run.stop - run.start
    value, column = np.zeros(size), np.zeros(size, dtype=np.int32)
    for period in frame.time.horizon.periods:
        hours = frame.time.of_period(period)
        part = slice(hours.start - run.start, hours.stop - run.start)
        standing = [asset for asset in unit.members if frame.time.is_active(asset, period)]
        if not standing:
            continue
        if unit.leader.extendable:
            column[part] = _sum_column(frame, unit, standing, period)
        else:
            value[part] = sum(asset.p_nom for asset in standing)
    return Capacity(value, column if unit.leader.extendable else None)


def _sum_column(frame: Frame, unit: Unit, standing: list[Asset], period: int) -> int:
    """Return the column of the capacity that stands: that of the only asset, or a sum."""
    if len(standing) == 1 and standing[0].extendable:
        return frame.chosen[standing[0].id]
    builder, name = frame.builder, unit.leader.id
    fixed = float(sum(asset.p_nom for asset in standing if not asset.extendable))
    columns = [frame.chosen[asset.id] for asset in standing if asset.extendable]
    most = np.inf if columns else fixed
    total = builder.add_columns(name, "sum", GLOBAL_HOURS, lower=fixed, upper=most, period=period)
    if columns:
        rows = builder.add_rows(name, "sum", GLOBAL_HOURS, lower=-fixed, upper=-fixed, period=period)
        builder.add_terms(rows, [(np.array(columns, dtype=np.int32), 1.0), (total, -1.0)])
    return int(total[0])


def bound_by_capacity(capacity: Capacity, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
    """Return the bounds of columns between two shares of a capacity; only their signs if it is a column."""
    if capacity.column is None:
        return capacity.times(low), capacity.times(high)
    return np.where(low < 0, -np.inf, 0.0), np.where(high > 0, np.inf, 0.0)


def keep_below_capacity(
    frame: Frame, rule: Rule, terms: Terms, share: Numbers, capacity: Capacity, *, even_zero: bool = False
) -> None:
    """Add rows ``sum of terms <= share * capacity``; hours without share are left to the bounds."""
    chosen = np.arange(share.size) if even_zero else np.flatnonzero(share)
    _add_side(frame, rule, _pick(terms, chosen), (share[chosen], capacity, chosen), sign=1)


def keep_above_capacity(frame: Frame, rule: Rule, terms: Terms, share: Numbers, capacity: Capacity) -> None:
    """Add rows ``sum of terms >= share * capacity``; hours without share are left to the bounds."""
    chosen = np.flatnonzero(share)
    _add_side(frame, rule, _pick(terms, chosen), (share[chosen], capacity, chosen), sign=-1)


def add_power_limits(frame: Frame, asset: Asset, power: Indices, low: Numbers, high: Numbers) -> None:
    """Add the rows that keep power and reserve between two shares of capacity.

    Where the capacity is a number and there is no reserve, the bounds of the columns have said it.
    """
    capacity, hours = frame.capacity[asset.id], frame.hours_of(asset)
    reserve = frame.reserve.get(asset.id, [])
    terms: Terms = [(power, 1.0), *reserve]
    if capacity.column is None:
        if reserve:
            keep_below_capacity(frame, Rule(asset.id, "p_max", hours), terms, high, capacity, even_zero=True)
        return
    if not reserve and np.array_equal(low, high):
        chosen = np.flatnonzero(high)
        rows = frame.builder.add_rows(asset.id, "p_exact", hours[chosen], lower=0.0, upper=0.0)
        frame.builder.add_terms(rows, [(power[chosen], 1.0), *capacity.term(-high[chosen], chosen)])
        return
    keep_below_capacity(frame, Rule(asset.id, "p_max", hours), terms, high, capacity, even_zero=bool(reserve))
    keep_above_capacity(frame, Rule(asset.id, "p_min", hours), [(power, 1.0)], low, capacity)


def _pick(terms: Terms, chosen: Positions) -> Terms:
    return [
        (columns[chosen], value if np.ndim(value) == 0 else np.asarray(value)[chosen])
        for columns, value in terms
    ]


def _add_side(
    frame: Frame, rule: Rule, terms: Terms, share: tuple[Numbers, Capacity, Positions], sign: int
) -> None:
    shares, capacity, chosen = share
    limit = capacity.times(shares, chosen)
    lower, upper = (-np.inf, limit) if sign > 0 else (limit, np.inf)
    rows = frame.builder.add_rows(rule.component, rule.kind, rule.hours[chosen], lower=lower, upper=upper)
    frame.builder.add_terms(rows, [*terms, *capacity.term(-shares, chosen)])
