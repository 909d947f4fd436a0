r"""Columns and rows of generators, links, storage units, stores and loads.

For an asset of capacity :math:`P` and shares :math:`\underline{f}_t, \overline{f}_t`:

.. math::
   \underline{f}_t P \le p_t \le \overline{f}_t P, \qquad
   -r^{-} P \le p_t - p_{t-1} \le r^{+} P

A storage unit with charging :math:`c`, discharging :math:`d`, inflow :math:`i` and spill between nothing and
the inflow (a row with two sides, no column):

.. math::
   0 \le (1-\lambda) s_{t-1} + \eta^{+} c_t - d_t/\eta^{-} + i_t - s_t \le i_t

A store has no power column: what it gives, :math:`(1-\lambda) e_{t-1} - e_t`, stands in the balance itself.
Ramps do not reach over the start of a period; the state of charge runs in the ring of each period.

Notes
-----
The meaning is that of PyPSA 1.4 (Brown, Hoersch, Schlachtberger 2018, doi:10.5334/jors.188).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.assembly_commitment import add_committed
from dafeng.power.assembly_frame import (
    Rule,
    add_power_limits,
    bound_by_capacity,
    keep_above_capacity,
    keep_below_capacity,
)
from dafeng.power.network import Generator, Link, StorageUnit, Store

if TYPE_CHECKING:
    from dafeng.power.assembly_blocks import Indices, Numbers
    from dafeng.power.assembly_frame import Frame


def add_balances(frame: Frame) -> None:
    """Add a row for each bus and hour: what comes in is what goes out and what loads take."""
    time = frame.time
    everything = slice(0, time.hours)
    for bus, _carrier in frame.network.buses:
        demand = np.zeros(time.hours)
        for load in frame.network.loads:
            if load.bus == bus:
                demand += time.values(load.p_set, everything)
        frame.balance[bus] = frame.builder.add_rows(
            bus, "balance", time.all_hours, lower=demand, upper=demand
        )


def price_output(frame: Frame, asset: Generator | Link, co2: float = 0.0) -> Numbers:
    """Return the cost of a MWh in each active hour, carbon price included, weighted."""
    time, run = frame.time, frame.time.active(asset)
    cost = time.values(asset.marginal_cost, run)
    if frame.network.co2_price and co2:
        cost = cost + co2 * time.spread(frame.network.co2_price)[run]
    return cost * time.weight[run]


def add_generators(frame: Frame) -> None:
    """Add every generator that stands in some period."""
    for generator in frame.leaders(Generator):
        run = frame.time.active(generator)
        cost = price_output(frame, generator, generator.co2)
        if generator.commitment is not None:
            power = add_committed(frame, generator, generator.commitment, cost)
        else:
            low, high = (frame.time.values(p, run) for p in (generator.p_min_pu, generator.p_max_pu))
            power = _add_power(frame, generator, low, high, cost)
        frame.output[generator.id] = power
        frame.builder.add_terms(frame.balance[generator.bus][run], [(power, 1.0)])


def add_links(frame: Frame) -> None:
    """Add every link that stands in some period."""
    for link in frame.leaders(Link):
        run = frame.time.active(link)
        low, high = (frame.time.values(p, run) for p in (link.p_min_pu, link.p_max_pu))
        power = _add_power(frame, link, low, high, price_output(frame, link))
        frame.output[link.id] = power
        frame.builder.add_terms(frame.balance[link.bus][run], [(power, -1.0)])
        for bus, efficiency in link.outputs:
            share = frame.time.values(efficiency, run)
            frame.builder.add_terms(frame.balance[bus][run], [(power, share)])


def add_storage_units(frame: Frame) -> None:
    """Add every storage unit that stands in some period."""
    for unit in frame.leaders(StorageUnit):
        run = frame.time.active(unit)
        hours = frame.hours_of(unit)
        capacity = frame.capacity[unit.id]
        high = np.maximum(frame.time.values(unit.p_max_pu, run), 0.0)
        into = np.maximum(-frame.time.values(unit.p_min_pu, run), 0.0)
        cost = frame.time.values(unit.marginal_cost, run) * frame.time.weight[run]
        zero = np.zeros(hours.size)
        lower, upper = bound_by_capacity(capacity, zero, high)
        power = frame.builder.add_columns(unit.id, "power", hours, lower=lower, upper=upper, cost=cost)
        if capacity.column is not None:
            keep_below_capacity(frame, Rule(unit.id, "p_max", hours), [(power, 1.0)], high, capacity)
        frame.output[unit.id] = power
        charge = _add_charge(frame, unit, into)
        energy = _add_energy(frame, unit, zero, np.full(hours.size, unit.max_hours))
        _add_storage_balance(frame, unit, (power, charge, energy))
        if reserve := frame.reserve.get(unit.id):
            net = [(power, 1.0), *([(charge, -1.0)] if charge is not None else []), *reserve]
            rule = Rule(unit.id, "reserve_room", hours)
            keep_below_capacity(frame, rule, net, high, capacity, even_zero=True)
        bus = frame.balance[unit.bus][run]
        frame.builder.add_terms(bus, [(power, 1.0)])
        if charge is not None:
            frame.builder.add_terms(bus, [(charge, -1.0)])


def add_stores(frame: Frame) -> None:
    """Add every store that stands in some period."""
    for store in frame.leaders(Store):
        run = frame.time.active(store)
        low, high = (frame.time.values(p, run) for p in (store.e_min_pu, store.e_max_pu))
        energy = _add_energy(frame, store, low, high)
        before = energy[frame.time.previous[run] - run.start]
        left = 1.0 - store.standing_loss
        bus = frame.balance[store.bus][run]
        frame.builder.add_terms(bus, [(before, left), (energy, -1.0)])
        cost = frame.time.values(store.marginal_cost, run) * frame.time.weight[run]
        if cost.any():
            frame.builder.add_cost(energy, -cost)
            frame.builder.add_cost(before, left * cost)


def _add_power(frame: Frame, asset: Generator | Link, low: Numbers, high: Numbers, cost: Numbers) -> Indices:
    hours = frame.hours_of(asset)
    lower, upper = bound_by_capacity(frame.capacity[asset.id], low, high)
    power = frame.builder.add_columns(asset.id, "power", hours, lower=lower, upper=upper, cost=cost)
    add_power_limits(frame, asset, power, low, high)
    span = float(high.max() - low.min())
    _add_ramps(frame, asset, power, span)
    return power


def _add_ramps(frame: Frame, asset: Generator | Link, power: Indices, span: float) -> None:
    """Add rows for limits narrower than the whole span between least and most power."""
    capacity = frame.capacity[asset.id]
    up, down = (x if x < span else np.inf for x in (asset.ramp_limit_up, asset.ramp_limit_down))
    later = np.flatnonzero(frame.time.first[frame.time.active(asset)] == 0)
    hours = frame.hours_of(asset)[later]
    change: list[tuple[Indices, float | Numbers]] = [(power[later], 1.0), (power[later - 1], -1.0)]
    if np.isinf(up) and np.isinf(down):
        return
    builder = frame.builder
    if capacity.column is None:
        mw = capacity.value[later]
        lower, upper = (np.inf if np.isinf(x) else x * mw for x in (down, up))
        builder.add_terms(builder.add_rows(asset.id, "ramp", hours, lower=-lower, upper=upper), change)
        return
    if not np.isinf(up):
        rows = builder.add_rows(asset.id, "ramp_up", hours, upper=0.0)
        builder.add_terms(rows, [*change, *capacity.term(-up, later)])
    if not np.isinf(down):
        rows = builder.add_rows(asset.id, "ramp_down", hours, lower=0.0)
        builder.add_terms(rows, [*change, *capacity.term(down, later)])


def _add_charge(frame: Frame, unit: StorageUnit, into: Numbers) -> Indices | None:
    """Add charging columns; none where the unit cannot charge (a reservoir)."""
    if not into.any():
        return None
    capacity, hours = frame.capacity[unit.id], frame.hours_of(unit)
    lower, upper = bound_by_capacity(capacity, np.zeros(hours.size), into)
    charge = frame.builder.add_columns(unit.id, "charge", hours, lower=lower, upper=upper)
    if capacity.column is not None:
        keep_below_capacity(frame, Rule(unit.id, "charge_max", hours), [(charge, 1.0)], into, capacity)
    return charge


def _add_energy(frame: Frame, asset: StorageUnit | Store, low: Numbers, high: Numbers) -> Indices:
    capacity, hours = frame.capacity[asset.id], frame.hours_of(asset)
    lower, upper = bound_by_capacity(capacity, low, high)
    energy = frame.builder.add_columns(asset.id, "energy", hours, lower=lower, upper=upper)
    if capacity.column is not None:
        keep_below_capacity(frame, Rule(asset.id, "e_max", hours), [(energy, 1.0)], high, capacity)
        keep_above_capacity(frame, Rule(asset.id, "e_min", hours), [(energy, 1.0)], low, capacity)
    return energy


def _add_storage_balance(
    frame: Frame, unit: StorageUnit, columns: tuple[Indices, Indices | None, Indices]
) -> None:
    power, charge, energy = columns
    run = frame.time.active(unit)
    inflow = frame.time.values(unit.inflow, run)
    before = energy[frame.time.previous[run] - run.start]
    rows = frame.builder.add_rows(
        unit.id, "state_of_charge", frame.hours_of(unit), lower=-inflow, upper=np.maximum(-inflow, 0.0)
    )
    frame.builder.add_terms(
        rows,
        [(before, 1.0 - unit.standing_loss), (power, -1.0 / unit.efficiency_dispatch), (energy, -1.0)],
    )
    if charge is not None:
        frame.builder.add_terms(rows, [(charge, unit.efficiency_store)])
