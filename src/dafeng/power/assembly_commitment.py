r"""Linearised unit commitment: the online capacity :math:`u` of a class, in MW, with its starts and stops.

.. math::
   \underline{f}_t u_t \le p_t \le \overline{f}_t u_t, \quad 0 \le u_t \le P, \quad
   v_t \ge u_t - u_{t-1}, \quad w_t \ge u_{t-1} - u_t, \quad
   \sum_{k<T^{+}} v_{t-k} \le u_t, \quad \sum_{k<T^{-}} w_{t-k} \le P - u_t

Before each period everything is online and has been so for long. With ramp limits a start may bring all
that is started up to full power, and a stop may drop it, as PyPSA has it when no start-up ramp is given;
where starts and stops cost the same and the capacity is fixed, PyPSA tightens these rows and so do we. Starts
and stops weigh as much as the hours that a modelled hour stands for.

Notes
-----
Linearisation: Hua, Baldick, Wang, IEEE Transactions on Power Systems, doi:10.1109/TPWRS.2017.2735026, in the
form of PyPSA 1.4. Two of its four tightening rows say nothing unless the availability of a committed class
varies, and then they bind the hour before by the hour after; they are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.assembly_frame import Rule, keep_below_capacity
from dafeng.power.assembly_units import is_tightened

if TYPE_CHECKING:
    from dafeng.power.assembly_blocks import Indices, Numbers, Positions
    from dafeng.power.assembly_frame import Frame
    from dafeng.power.network import Commitment, Generator


@dataclass(frozen=True, slots=True)
class _Fleet:
    """Columns of a committed class in its active hours."""

    generator: Generator
    hours: Indices
    low: Numbers
    high: Numbers
    power: Indices
    online: Indices
    start: Indices | None
    stop: Indices | None
    later: Positions
    """Positions that do not open a period."""


def add_committed(frame: Frame, generator: Generator, commitment: Commitment, cost: Numbers) -> Indices:
    """Add a committed generator and return its power columns."""
    builder, run, hours = frame.builder, frame.time.active(generator), frame.hours_of(generator)
    low, high = (frame.time.values(p, run) for p in (generator.p_min_pu, generator.p_max_pu))
    generator = _drop_idle_ramps(generator, low, high)
    weight = frame.time.weight[run]
    capacity = frame.capacity[generator.id]
    most = np.full(hours.size, np.inf) if capacity.column is not None else capacity.value
    stand_by = np.full(hours.size, commitment.stand_by_cost)
    if frame.network.co2_price and commitment.stand_by_co2:
        stand_by += commitment.stand_by_co2 * frame.time.spread(frame.network.co2_price)[run]
    lower = np.where(low < 0, -np.inf, 0.0)
    power = builder.add_columns(generator.id, "power", hours, lower=lower, cost=cost)
    online = builder.add_columns(generator.id, "online", hours, upper=most, cost=stand_by * weight)
    tight = is_tightened(generator, commitment)
    start = stop = None
    if tight or commitment.start_up_cost or commitment.min_up_time:
        price = commitment.start_up_cost * weight
        start = builder.add_columns(generator.id, "start", hours, upper=most, cost=price)
    if tight or commitment.shut_down_cost or commitment.min_down_time:
        price = commitment.shut_down_cost * weight
        stop = builder.add_columns(generator.id, "stop", hours, upper=most, cost=price)
    later = np.flatnonzero(frame.time.first[run] == 0)
    fleet = _Fleet(generator, hours, low, high, power, online, start, stop, later)
    _add_online_limits(frame, fleet)
    _add_transitions(frame, fleet, tight=tight)
    _add_lasting(frame, fleet, commitment)
    _add_ramps(frame, fleet, tight=tight)
    return power


def _drop_idle_ramps(generator: Generator, low: Numbers, high: Numbers) -> Generator:
    """Leave out ramp limits that the least output of what is online keeps anyway."""
    steady = low.min() == low.max() and high.max() <= 1.0
    up, down = (
        np.nan if steady and limit >= 1.0 - low[0] else limit
        for limit in (generator.ramp_limit_up, generator.ramp_limit_down)
    )
    return replace(generator, ramp_limit_up=up, ramp_limit_down=down)


def _add_online_limits(frame: Frame, fleet: _Fleet) -> None:
    builder, name, capacity = frame.builder, fleet.generator.id, frame.capacity[fleet.generator.id]
    reserve = frame.reserve.get(name, [])
    rows = builder.add_rows(name, "p_max", fleet.hours, upper=0.0)
    builder.add_terms(rows, [(fleet.power, 1.0), (fleet.online, -fleet.high), *reserve])
    held = np.flatnonzero(fleet.low)
    rows = builder.add_rows(name, "p_min", fleet.hours[held], lower=0.0)
    builder.add_terms(rows, [(fleet.power[held], 1.0), (fleet.online[held], -fleet.low[held])])
    if capacity.column is not None:
        ones = np.ones(fleet.hours.size)
        keep_below_capacity(
            frame, Rule(name, "online_max", fleet.hours), [(fleet.online, 1.0)], ones, capacity
        )


def _add_transitions(frame: Frame, fleet: _Fleet, *, tight: bool) -> None:
    """Add starts and stops as changes of the online capacity; before a period all of it is online.

    Where both are there they are the two parts of the change, one row; tightened ramps want them apart.
    """
    builder, name = frame.builder, fleet.generator.id
    later, online = fleet.later, fleet.online
    both = fleet.start is not None and fleet.stop is not None and not tight
    if fleet.start is not None:
        most = 0.0 if both else np.inf
        rows = builder.add_rows(name, "start", fleet.hours[later], lower=0.0, upper=most)
        builder.add_terms(rows, [(fleet.start[later], 1.0), (online[later], -1.0), (online[later - 1], 1.0)])
    if fleet.stop is None:
        return
    if both:
        builder.add_terms(rows, [(fleet.stop[later], -1.0)])
    else:
        rows = builder.add_rows(name, "stop", fleet.hours[later], lower=0.0)
        builder.add_terms(rows, [(fleet.stop[later], 1.0), (online[later], 1.0), (online[later - 1], -1.0)])
    opening = np.setdiff1d(np.arange(fleet.hours.size), later)
    capacity = frame.capacity[name]
    rows = builder.add_rows(name, "stop", fleet.hours[opening], lower=capacity.value[opening])
    builder.add_terms(rows, [(fleet.stop[opening], 1.0), (online[opening], 1.0)])
    builder.add_terms(rows, capacity.term(-1.0, opening))


def _add_lasting(frame: Frame, fleet: _Fleet, commitment: Commitment) -> None:
    """Add rows by which what was started stays online, and what was stopped stays offline, for a while."""
    builder, name, capacity = frame.builder, fleet.generator.id, frame.capacity[fleet.generator.id]
    if fleet.start is not None and commitment.min_up_time:
        rows = builder.add_rows(name, "min_up_time", fleet.hours, upper=0.0)
        _add_recent(frame, fleet, rows, fleet.start, commitment.min_up_time)
        builder.add_terms(rows, [(fleet.online, -1.0)])
    if fleet.stop is not None and commitment.min_down_time:
        rows = builder.add_rows(name, "min_down_time", fleet.hours, upper=capacity.value)
        _add_recent(frame, fleet, rows, fleet.stop, commitment.min_down_time)
        builder.add_terms(rows, [(fleet.online, 1.0)])
        builder.add_terms(rows, capacity.term(-1.0, np.arange(rows.size)))


def _add_recent(frame: Frame, fleet: _Fleet, rows: Indices, events: Indices, length: int) -> None:
    """Put the events of the last hours of the same period into rows."""
    run = frame.time.active(fleet.generator)
    opening = np.maximum.accumulate(np.where(frame.time.first[run] > 0, np.arange(rows.size), 0))
    age = np.arange(rows.size) - opening
    for back in range(min(length, rows.size)):
        chosen = np.flatnonzero(age >= back)
        frame.builder.add_terms(rows[chosen], [(events[chosen - back], 1.0)])


def _add_ramps(frame: Frame, fleet: _Fleet, *, tight: bool) -> None:
    builder, generator, later = frame.builder, fleet.generator, fleet.later
    now, before = (fleet.power[later], fleet.power[later - 1])
    on, was_on = (fleet.online[later], fleet.online[later - 1])
    low, hours, start = fleet.low[later], fleet.hours[later], fleet.start
    if not np.isnan(up := generator.ramp_limit_up):
        rows = builder.add_rows(generator.id, "ramp_up", hours, upper=0.0)
        builder.add_terms(rows, [(now, 1.0), (before, -1.0), (on, -1.0), (was_on, 1.0 - up)])
        if tight and start is not None:
            rows = builder.add_rows(generator.id, "ramp_up_partly_started", hours, upper=0.0)
            builder.add_terms(rows, [(now, 1.0), (before, -1.0), (on, -low - up), (was_on, low)])
            builder.add_terms(rows, [(start[later], low + up - 1.0)])
    if not np.isnan(down := generator.ramp_limit_down):
        rows = builder.add_rows(generator.id, "ramp_down", hours, upper=0.0)
        builder.add_terms(rows, [(before, 1.0), (now, -1.0), (was_on, -1.0), (on, 1.0 - down)])
        if tight and start is not None:
            rows = builder.add_rows(generator.id, "ramp_down_partly_stopped", hours, upper=0.0)
            builder.add_terms(rows, [(before, 1.0), (now, -1.0), (was_on, -1.0), (on, 1.0 - down)])
            builder.add_terms(rows, [(start[later], 1.0 - low - down)])
