"""What a solved programme says about its network: capacities, hours, prices, and how exact it is.

The price of a bus is the dual of its balance over the weight of the hour, so a price is what a further MWh
in that hour of that year would cost, not discounted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.assembly_checks import assets_of
from dafeng.power.assembly_extension import matrix_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.power.assembly import Assembled, ColumnMap
    from dafeng.power.assembly_blocks import Indices, Numbers
    from dafeng.power.network import Network
    from dafeng.power.program import Solution

BALANCE_TOLERANCE = 1e-6
"""Largest residual of a balance against the demand that it meets [1]."""
NOISE = 1e-6
"""Distance from a bound, of the capacity (at least 1 MW), that is the solver's rounding and set right [1]."""


@dataclass(frozen=True)
class Exactness:
    """How well a solution keeps the programme."""

    balance: float
    """Largest residual of a bus in an hour, relative to the largest demand (at least 1 MW) [1]."""
    rows: float
    """Largest distance of a row from its sides, relative to the larger of 1 and its side [1]."""
    bounds: float
    """Largest distance of a column from its bounds, relative likewise [1]."""
    gap: float
    """Relative distance of the objective from the proved bound [1]; ``inf`` when nothing is proved."""


@dataclass(frozen=True)
class PlanResult:
    """A solved network; every array has one value per hour over all periods, zero where inactive.

    Assets that work alike do together what the programme says of them; each gets the share of its capacity.
    """

    status: str
    objective: float
    """Objective with the constant of fixed capacity [CNY]."""
    lower_bound: float
    """No plan costs less than this [CNY]."""
    seconds: float
    capacity: dict[str, float]
    """Capacity of every asset that stands in some period, fixed or found [MW, stores MWh]."""
    power: dict[str, Numbers]
    """Generators: output; links: taken from ``bus``; storage units and stores: into the bus, charging
    negative [MW]."""
    energy: dict[str, Numbers]
    """State of charge of storage units and stores at the end of the hour [MWh]."""
    spill: dict[str, Numbers]
    """Inflow that a storage unit could not use, only of those with inflow [MW]."""
    online: dict[str, Numbers]
    """Online capacity of committed generators [MW]."""
    started: dict[str, Numbers]
    """Capacity brought online in the hour, of committed generators [MW]."""
    reserve: dict[tuple[str, str], Numbers]
    """Held ready, by (reserve, provider) [MW]."""
    prices: dict[str, Numbers]
    """Price of each bus, not discounted [CNY/MWh]."""
    reserve_prices: dict[str, Numbers]
    """Price of each reserve, not discounted [CNY/MW/h]."""
    limit_prices: dict[tuple[str, int], float]
    """What a unit of each yearly limit is worth in its year, by (id, period), not negative
    [CNY per unit of the limit]; ``("co2", period)`` in CNY/t."""
    exactness: Exactness

    def active_capacity(self, asset: str, period: int, network: Network) -> float:
        """Return the capacity of an asset in a period, nothing where it does not stand [MW].

        Raises
        ------
        KeyError
            If the network has no such asset.
        """
        stands = {a.id: a.build_year <= period < a.retire_year for a in assets_of(network)}
        return self.capacity[asset] if stands[asset] else 0.0


def read_solution(network: Network, assembled: Assembled, solution: Solution) -> PlanResult:
    """Translate a solution of the programme back into the network.

    Parameters
    ----------
    network : Network
        The network that was assembled.
    assembled : Assembled
        Its programme.
    solution : Solution
        A solution with ``x``; prices are zero where ``row_dual`` is.

    Returns
    -------
    PlanResult
        Arrays of shape (hours,) by id.
    """
    where, raw = assembled.map, solution.x
    capacity = dict(where.fixed) | {name: float(raw[column]) for name, column in where.capacity.items()}
    x = _settle(assembled, raw, capacity)
    capacity |= {name: float(x[column]) for name, column in where.capacity.items()}
    found = _Reading(network, assembled, replace(solution, x=x), capacity)
    return PlanResult(
        status=solution.status,
        objective=solution.objective,
        lower_bound=solution.lower_bound,
        seconds=solution.seconds,
        capacity=capacity,
        power=found.power(),
        energy=found.all_of(where.energy),
        spill=found.spill(),
        online=found.all_of(where.online),
        started=found.started(),
        reserve={
            (reserve, asset): hours
            for (reserve, provider), columns in where.reserve.items()
            for asset, hours in found.share(provider, x[columns]).items()
        },
        prices={bus: found.price(rows) for bus, rows in where.balance.items()},
        reserve_prices={name: found.price(rows) for name, rows in where.reserve_rows.items()},
        limit_prices=found.limit_prices(),
        exactness=measure_exactness(assembled, solution),
    )


def _settle(assembled: Assembled, x: Numbers, capacity: Mapping[str, float]) -> Numbers:
    """Return columns with those on their bound that miss it by rounding alone; larger misses stay."""
    where, program = assembled.map, assembled.program
    of_unit: dict[str, float] = {}
    for asset, unit in where.unit_of.items():
        of_unit[unit] = of_unit.get(unit, 0.0) + max(capacity.get(asset, 0.0), 0.0)
    reach = np.full(x.size, NOISE)
    for columns in (where.power, where.charge, where.energy, where.online):
        for unit, places in columns.items():
            reach[places] = NOISE * max(1.0, of_unit.get(unit, 0.0))
    within = np.clip(x, program.lower, program.upper)
    return np.where(np.abs(x - within) <= reach, within, x)


def measure_exactness(assembled: Assembled, solution: Solution) -> Exactness:
    """Return how far a solution is from keeping its rows and bounds, and from what is proved."""
    program, x = assembled.program, solution.x
    activity = matrix_of(program) @ x
    rows = _distance(activity, program.row_lower, program.row_upper)
    balance = np.concatenate([np.empty(0, dtype=np.int32), *assembled.map.balance.values()])
    demand = program.row_lower[balance]
    residual = np.abs(activity[balance] - demand)
    largest = max(1.0, float(np.abs(demand).max(initial=0.0)))
    return Exactness(
        balance=float(residual.max(initial=0.0)) / largest,
        rows=float(rows.max(initial=0.0)),
        bounds=float(_distance(x, program.lower, program.upper).max(initial=0.0)),
        gap=solution.gap,
    )


def _distance(values: Numbers, lower: Numbers, upper: Numbers) -> Numbers:
    below, above = lower - values, values - upper
    scale = np.maximum(1.0, np.where(below > above, np.abs(lower), np.abs(upper)))
    return np.maximum(np.maximum(below, above), 0.0) / np.where(np.isfinite(scale), scale, 1.0)


@dataclass(frozen=True)
class _Reading:
    network: Network
    assembled: Assembled
    solution: Solution
    capacity: dict[str, float]

    @property
    def where(self) -> ColumnMap:
        return self.assembled.map

    @cached_property
    def members(self) -> dict[str, dict[str, Numbers]]:
        """Share of each asset in its unit in every hour, by unit and asset: that of its capacity."""
        time = self.where.time
        members: dict[str, dict[str, Numbers]] = {}
        for asset in assets_of(self.network):
            if asset.id in self.where.unit_of:
                standing = np.zeros(time.hours)
                standing[time.active(asset)] = 1.0
                members.setdefault(self.where.unit_of[asset.id], {})[asset.id] = standing
        for shares in members.values():
            if len(shares) > 1:
                for name in shares:
                    shares[name] *= max(self.capacity[name], 0.0)
                total = sum(shares.values(), np.zeros(time.hours))
                for name in shares:
                    shares[name] /= np.where(total > 0, total, 1.0)
        return members

    def share(self, unit: str, values: Numbers) -> dict[str, Numbers]:
        """Return values of a unit's active hours by asset, in a line of all hours."""
        line = np.zeros(self.where.time.hours)
        line[self.where.active[unit]] = values
        return {name: line * share for name, share in self.members[unit].items()}

    def all_of(self, columns: dict[str, Indices]) -> dict[str, Numbers]:
        found: dict[str, Numbers] = {}
        for unit, places in columns.items():
            found |= self.share(unit, self.solution.x[places])
        return found

    def power(self) -> dict[str, Numbers]:
        power = self.all_of(self.where.power)
        for name, hours in self.all_of(self.where.charge).items():
            power[name] = power[name] - hours
        losses = {store.id: store.standing_loss for store in self.network.stores}
        for unit, places in self.where.energy.items():
            if unit in losses:
                run, energy = self.where.active[unit], self.solution.x[places]
                before = energy[self.where.time.previous[run] - run.start]
                power |= self.share(unit, (1.0 - losses[unit]) * before - energy)
        return power

    def spill(self) -> dict[str, Numbers]:
        activity = matrix_of(self.assembled.program) @ self.solution.x
        rows = self.where.rows.of_kind("state_of_charge")
        spill: dict[str, Numbers] = {}
        for unit in self.network.storage_units:
            if unit.id in rows and np.any(unit.inflow):
                inflow = self.where.time.values(unit.inflow, self.where.active[unit.id])
                spill |= self.share(unit.id, activity[rows[unit.id]] + inflow)
        return spill

    def started(self) -> dict[str, Numbers]:
        """Return what came online since the hour before; nothing in the first hour of a period."""
        started: dict[str, Numbers] = {}
        for unit, columns in self.where.online.items():
            online = self.solution.x[columns]
            rise = np.maximum(np.diff(online, prepend=online[:1]), 0.0)
            opening = self.where.time.first[self.where.active[unit]]
            started |= self.share(unit, np.where(opening > 0, 0.0, rise))
        return started

    def price(self, rows: Indices) -> Numbers:
        weight = self.where.time.weight
        dual = self.solution.row_dual[rows]
        return np.divide(dual, weight, out=np.zeros_like(dual), where=weight > 0)

    def limit_prices(self) -> dict[tuple[str, int], float]:
        horizon = self.where.time.horizon
        weight = dict(zip(horizon.periods, horizon.objective_weight, strict=True))
        return {
            (name, period): abs(float(self.solution.row_dual[row])) / weight[period]
            for (name, period), row in self.where.limits.items()
        }
