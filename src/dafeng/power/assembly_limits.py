"""Rows over a year and over the whole fleet: energy, capacity, CO2; and the reserve of each hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from dafeng.power.assembly_blocks import GLOBAL_HOURS, Indices, Numbers
from dafeng.power.assembly_checks import assets_of
from dafeng.power.assembly_frame import Rule, keep_below_capacity
from dafeng.power.network import Generator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.power.assembly_frame import Frame
    from dafeng.power.network import Asset

    Terms = list[tuple[Indices | int, float | Numbers]]

_ROUNDING = 1e-7
"""What fixed capacities miss of a limit through the rounding of an earlier solve [1]."""


def add_reserve_columns(frame: Frame) -> None:
    """Add what each provider holds ready for each reserve: at most its share of the capacity."""
    for reserve in frame.network.reserves:
        for leader, share in _by_unit(frame, reserve.providers):
            if share <= 0:
                continue
            hours, capacity = frame.hours_of(leader), frame.capacity[leader.id]
            shares = np.full(hours.size, share)
            upper = np.inf if capacity.column is not None else capacity.times(shares)
            columns = frame.builder.add_columns(leader.id, f"reserve {reserve.id}", hours, upper=upper)
            frame.reserve.setdefault(leader.id, []).append((columns, 1.0))
            if capacity.column is not None:
                rule = Rule(leader.id, "reserve_share", hours)
                keep_below_capacity(frame, rule, [(columns, 1.0)], shares, capacity)


def add_reserve_rows(frame: Frame) -> None:
    """Add a row for each reserve and hour: what is held ready covers what is asked for."""
    for reserve in frame.network.reserves:
        time = frame.time
        required = time.values(reserve.requirement, slice(0, time.hours))
        rows = frame.builder.add_rows(reserve.id, "reserve", time.all_hours, lower=required)
        held = frame.builder.columns.of_kind(f"reserve {reserve.id}")
        for leader, _share in _by_unit(frame, reserve.providers):
            if leader.id in held:
                frame.builder.add_terms(rows[time.active(leader)], [(held[leader.id], 1.0)])
        for leader, coefficient in _by_unit(frame, reserve.requirement_of_output):
            output = frame.output[leader.id]
            frame.builder.add_terms(rows[time.active(leader)], [(output, -coefficient)])


def _by_unit(
    frame: Frame, terms: Iterable[tuple[str, float]], period: int | None = None
) -> list[tuple[Asset, float]]:
    """Return the terms of what stands (in a period), one for each unit: its assets count alike."""
    given: dict[str, float] = {}
    for name, value in terms:
        given[name] = given.get(name, 0.0) + value
    found: dict[str, tuple[Asset, float]] = {}
    for name, value in given.items():
        unit = frame.unit_of.get(name)
        if unit is None:
            continue
        asset = next(member for member in unit.members if member.id == name)
        if period is None or frame.time.is_active(asset, period):
            found[unit.leader.id] = (unit.leader, value)
    return list(found.values())


def add_yearly_energy(frame: Frame) -> None:
    """Add the least and the most energy of a generator in each period's year."""
    for generator in frame.leaders(Generator):
        least = generator.e_sum_min if generator.e_sum_min > 0 else -np.inf
        most = generator.e_sum_max
        if np.isinf(least) and np.isinf(most):
            continue
        for period in frame.network.horizon.periods:
            if frame.time.is_active(generator, period):
                rows = frame.builder.add_rows(
                    generator.id, "energy_of_year", GLOBAL_HOURS, lower=least, upper=most, period=period
                )
                frame.builder.add_terms(rows, [_energy(frame, generator, period, 1.0)])


def add_energy_limits(frame: Frame) -> None:
    """Add the limits on yearly sums of outputs."""
    for limit in frame.network.energy_limits:
        lower, upper = _sides(limit.sense, limit.constant)
        terms: Terms = [
            _energy(frame, leader, limit.period, coefficient)
            for leader, coefficient in _by_unit(frame, limit.terms, limit.period)
        ]
        rows = frame.builder.add_rows(
            limit.id, "energy_limit", GLOBAL_HOURS, lower=lower, upper=upper, period=limit.period
        )
        frame.builder.add_terms(rows, terms)


def add_capacity_limits(frame: Frame) -> None:
    """Add the limits on capacities; a limit on fixed capacities alone only where it does not hold."""
    assets = {asset.id: asset for asset in assets_of(frame.network)}
    for limit in frame.network.capacity_limits:
        known, terms = 0.0, []
        for name, coefficient in limit.terms:
            if not frame.time.is_active(assets[name], limit.period):
                continue
            if name in frame.chosen:
                terms.append((frame.chosen[name], coefficient))
            else:
                known += coefficient * assets[name].p_nom
        rest = limit.constant - known
        if abs(rest) <= _ROUNDING * max(1.0, abs(limit.constant)):
            rest = 0.0
        holds = rest >= 0 if limit.sense == "<=" else rest <= 0
        if not terms and holds:
            continue
        lower, upper = _sides(limit.sense, rest)
        rows = frame.builder.add_rows(
            limit.id, "capacity_limit", GLOBAL_HOURS, lower=lower, upper=upper, period=limit.period
        )
        frame.builder.add_terms(rows, terms)


def add_co2_limits(frame: Frame) -> None:
    """Add the most CO2 of each period's year, stand-by included."""
    if not frame.network.co2_limit:
        return
    online = frame.builder.columns.of_kind("online")
    for period, most in zip(frame.network.horizon.periods, frame.network.co2_limit, strict=True):
        if np.isinf(most):
            continue
        terms: Terms = []
        for generator in frame.leaders(Generator):
            if not frame.time.is_active(generator, period):
                continue
            if generator.co2:
                terms.append(_energy(frame, generator, period, generator.co2))
            if generator.commitment is not None and generator.commitment.stand_by_co2:
                columns, weight = _of_period(frame, generator, online[generator.id], period)
                terms.append((columns, weight * generator.commitment.stand_by_co2))
        rows = frame.builder.add_rows("co2", "co2_limit", GLOBAL_HOURS, upper=most, period=period)
        frame.builder.add_terms(rows, terms)


def _sides(sense: Literal["<=", ">="], constant: float) -> tuple[float, float]:
    return (-np.inf, constant) if sense == "<=" else (constant, np.inf)


def _energy(
    frame: Frame, asset: Asset | Generator, period: int, coefficient: float
) -> tuple[Indices, Numbers]:
    columns, weight = _of_period(frame, asset, frame.output[asset.id], period)
    return columns, weight * coefficient


def _of_period(frame: Frame, asset: Asset, columns: Indices, period: int) -> tuple[Indices, Numbers]:
    """Return the columns of an asset in a period and the hours that each stands for."""
    hours = frame.time.of_period(period)
    start = frame.time.active(asset).start
    return columns[hours.start - start : hours.stop - start], frame.time.hour_weight[hours]
