"""Linearised unit commitment: PyPSA's own where it means the same, otherwise from links with delays.

PyPSA's own commitment has a fixed capacity, carries the status over the start of a period and shows it to no
other rule. Where a capacity is chosen, several periods are linked, headroom is reserve or stand-by CO2 is
capped, the online capacity becomes the flow of a link. Its further outputs stand in the balances of rules; an
output one hour late is the online capacity of the hour before.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import InputRefused
from dafeng.power.assembly_units import is_tightened
from dafeng.power.exchange.components import BOOKKEEPING, life
from dafeng.power.exchange.gadgets import (
    SPARE,
    UNLIMITED,
    add_bus,
    add_capacity_flow,
    add_source,
    isolate_asset,
    open_headroom,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dafeng.power.exchange.components import Export
    from dafeng.power.network import Commitment, Generator, Profile

LONG_BEFORE = 100_000
"""Hours for which everything has been online before the first [h]."""
NATIVE = "committable"


def commit_generator(export: Export, generator: Generator, commitment: Commitment) -> None:
    """Give a generator that is in the draft its commitment.

    Raises
    ------
    InputRefused
        ``pypsa_hour_weights``.
    """
    stand_by = commitment.stand_by_cost + export.price_co2(commitment.stand_by_co2)
    if is_native(export, generator, commitment):
        scale = generator.p_nom * float(export.time.weight[0])
        export.draft.parts["Generator"][generator.id].update(
            committable=True,
            start_up_cost=commitment.start_up_cost * scale,
            shut_down_cost=commitment.shut_down_cost * scale,
            stand_by_cost=stand_by * generator.p_nom,
            min_up_time=commitment.min_up_time,
            min_down_time=commitment.min_down_time,
            up_time_before=LONG_BEFORE,
        )
        return
    online = _add_online(export, generator, stand_by)
    _keep_output_online(export, generator, online)
    tight = is_tightened(generator, commitment)
    if tight or commitment.start_up_cost or commitment.min_up_time:
        _add_starts(export, generator, commitment, online)
    if commitment.shut_down_cost or commitment.min_down_time:
        _add_stops(export, generator, commitment, online)
    _add_ramps(export, generator, commitment, online)


def is_native(export: Export, generator: Generator, commitment: Commitment) -> bool:
    """Return whether PyPSA's own commitment means the same for a generator."""
    reserves = export.network.reserves
    reserving = any(name == generator.id for reserve in reserves for name, _ in reserve.providers)
    capped = bool(commitment.stand_by_co2) and bool(np.isfinite(export.network.co2_limit).any())
    tightened = commitment.start_up_cost == commitment.shut_down_cost and np.ndim(generator.p_max_pu) > 0
    several = export.several_periods
    return not (several or generator.extendable or reserving or capped or tightened)


def _add_online(export: Export, generator: Generator, stand_by: Profile) -> str:
    """Add the link whose flow is the online capacity."""
    name = f"{generator.id}:online"
    add_source(export)
    export.draft.add(
        "Link", name, bus0=SPARE, p_nom=UNLIMITED if generator.extendable else generator.p_nom,
        marginal_cost=stand_by, carrier=BOOKKEEPING, **life(generator),
    )  # fmt: skip
    if generator.extendable:
        rule = _Rule(export, generator, f"{name}:capacity")
        add_capacity_flow(export, generator, rule.bus, 1.0)
        rule.count(name, -1.0)
    return name


class _Rule:
    """A bus on which ``sum of counted flows >= 0`` holds in the hours of a generator."""

    def __init__(self, export: Export, generator: Generator, bus: str, free: Profile = 0.0) -> None:
        """``free`` is 1 in hours in which the rule does not hold."""
        self.export, self.generator = export, generator
        self.bus = add_bus(export, bus)
        export.draft.add(
            "Generator", f"{bus}:surplus", bus=bus, p_nom=UNLIMITED, p_min_pu=-1.0, p_max_pu=free,
            carrier=BOOKKEEPING, **life(generator),
        )  # fmt: skip

    def count(self, link: str, coefficient: Profile, back: int = 0) -> None:
        """Add the flow of a link ``back`` hours ago."""
        delay = _find_delay(self.export, self.generator, back) if back else 0
        self.export.draft.attach(link, self.bus, coefficient, delay)


def _find_delay(export: Export, generator: Generator, back: int) -> int:
    """Return the delay that means ``back`` modelled hours in every period of a generator [h]."""
    horizon = export.network.horizon
    weights = horizon.hour_weight or (1.0,) * len(horizon.periods)
    pairs = zip(horizon.periods, weights, strict=True)
    lived = [weight for period, weight in pairs if export.time.is_active(generator, period)]
    delay = ceil((back - 0.5) * min(lived))
    if not (back - 1) * max(lived) < delay <= back * min(lived):
        raise InputRefused.of("pypsa_hour_weights", id=generator.id)
    return delay


def _keep_output_online(export: Export, generator: Generator, online: str) -> None:
    headroom = open_headroom(export, generator)
    export.draft.attach(online, headroom, generator.p_max_pu)
    part = export.draft.parts["Generator"][generator.id]
    if np.any(generator.p_min_pu):
        part["p_min_pu"] = np.minimum(generator.p_min_pu, 0.0)
        floor = _Rule(export, generator, f"{generator.id}:floor")
        floor.count(isolate_asset(export, generator), 1.0)
        floor.count(online, -1.0 * generator.p_min_pu)


def _add_starts(export: Export, generator: Generator, commitment: Commitment, online: str) -> None:
    """Add the flow of what is started, at least the rise of the online capacity within a period."""
    name = f"{generator.id}:start"
    rule = _add_change(export, generator, name, commitment.start_up_cost, free=export.time.first)
    rule.count(online, -1.0)
    rule.count(online, 1.0, back=1)
    if commitment.min_up_time:
        lasting = _Rule(export, generator, f"{name}:lasting")
        lasting.count(online, 1.0)
        for back in range(commitment.min_up_time):
            lasting.count(name, -1.0, back)


def _add_stops(export: Export, generator: Generator, commitment: Commitment, online: str) -> None:
    """Add the flow of what is stopped; before a period everything is online."""
    name = f"{generator.id}:stop"
    rule = _add_change(export, generator, name, commitment.shut_down_cost, free=0.0)
    rule.count(online, 1.0)
    rule.count(online, -1.0, back=1)
    add_capacity_flow(export, generator, rule.bus, -1.0 * export.time.first)
    if commitment.min_down_time:
        lasting = _Rule(export, generator, f"{name}:lasting")
        add_capacity_flow(export, generator, lasting.bus, 1.0)
        lasting.count(online, -1.0)
        for back in range(commitment.min_down_time):
            lasting.count(name, -1.0, back)


def _add_change(export: Export, generator: Generator, name: str, cost: float, free: Profile) -> _Rule:
    export.draft.add(
        "Link", name, bus0=SPARE, p_nom=UNLIMITED if generator.extendable else generator.p_nom,
        marginal_cost=cost, carrier=BOOKKEEPING, **life(generator),
    )  # fmt: skip
    rule = _Rule(export, generator, name, free)
    rule.count(name, 1.0)
    return rule


def _add_ramps(export: Export, generator: Generator, commitment: Commitment, online: str) -> None:
    """Say ramp limits by what is online; rows that tighten the linearisation where PyPSA has them."""
    part = export.draft.parts["Generator"][generator.id]
    up, down = (part.pop(f"ramp_limit_{way}", float("nan")) for way in ("up", "down"))
    tight = is_tightened(generator, commitment)
    low: float | NDArray[np.float64] = generator.p_min_pu
    if not np.isnan(up):
        _ramp(export, generator, "ramp_up", online, (-1.0, 1.0, up - 1.0, 0.0))
        if tight:
            terms = (-1.0, low + up, -1.0 * low, 1.0 - low - up)
            _ramp(export, generator, "ramp_up_partly", online, terms)
    if not np.isnan(down):
        _ramp(export, generator, "ramp_down", online, (1.0, down - 1.0, 1.0, 0.0))
        if tight:
            _ramp(export, generator, "ramp_down_partly", online, (1.0, down - 1.0, 1.0, low + down - 1.0))


def _ramp(export: Export, generator: Generator, kind: str, online: str, terms: tuple[Profile, ...]) -> None:
    """Add ``way * (p_t - p_(t-1)) + now * u_t + before * u_(t-1) + start * v_t >= 0`` within periods."""
    way, now, before, start = terms
    rule = _Rule(export, generator, f"{generator.id}:{kind}", export.time.first)
    output = isolate_asset(export, generator)
    rule.count(output, way)
    rule.count(output, -1.0 * way, back=1)
    rule.count(online, now)
    rule.count(online, before, back=1)
    if np.any(start):
        rule.count(f"{generator.id}:start", start)
