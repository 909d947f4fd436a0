r"""Coal units: condensing units on the grid, CHP units with a steam bus between grid and district heat.

A CHP class is a boiler, counted in the power that its steam gives at full condensing, with two links on its
steam bus. *Condensing* turns the steam into power; *heating* at the largest extraction gives

.. math:: e = \frac{1}{1 + z h}, \qquad q = h e

of power and heat, with the heat per power h and the power lost per heat z: the line of equal fuel of an
extraction turbine, whose corners are those of its operating region.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from dafeng.power.build_assets import Slot, spread_periods
from dafeng.power.build_context import GRID, HEAT
from dafeng.power.build_costs import cost_unit, read_curve
from dafeng.power.build_retrofits import coal_slots, limit_transfers, read_retrofits
from dafeng.power.network import Commitment, Generator, Link

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dafeng.power.build_context import Context


def add_coal(context: Context) -> None:
    """Add the coal fleet with its retrofits."""
    retrofits = read_retrofits(context)
    everything: list[Slot] = []
    for row in context.of_kind("coal", "coal_chp"):
        slots = coal_slots(context, row, retrofits)
        everything += slots
        bus = GRID
        if row["kind"] == "coal_chp" and slots:
            bus = _add_turbine(context, row, slots)
        for slot in slots:
            context.draft.generators.append(_generate(context, row, slot, bus))
    limit_transfers(context, everything, retrofits)


def _generate(context: Context, row: dict[str, Any], slot: Slot, bus: str) -> Generator:
    """Return the generator of a slot."""
    book, name = context.book, row["technology"]
    committed = context.inputs.settings.commitment == "linear"
    costs = {year: cost_unit(book, row, year, committed=committed) for year in context.periods}
    first = max(slot.build_year, context.periods[0])
    ramp = book.read(name, "ramp", first, math.nan)
    return Generator(
        **slot.fields(context.zone), bus=bus, carrier=row["fuel"] or "",
        marginal_cost=spread_periods(context, slot, {year: cost.marginal for year, cost in costs.items()}),
        co2=costs[first].co2, p_min_pu=least_output(context, row, first, committed=committed),
        p_max_pu=scale_profile(context, row, book.read(name, "availability", first, 1.0)),
        ramp_limit_up=ramp, ramp_limit_down=ramp,
        commitment=_commit(context, row, first) if committed else None,
    )  # fmt: skip


def least_output(context: Context, row: dict[str, Any], year: int, *, committed: bool) -> float:
    """Return the least output per capacity; without commitment that of the online share [1]."""
    least = context.book.require(row["technology"], "min_load", year)
    return least if committed else least * context.book.require(row["technology"], "online_share", year)


def scale_profile(context: Context, row: dict[str, Any], availability: float) -> float | NDArray[np.float64]:
    """Return the availability of a class, by hour where it has a profile [1]."""
    profile = context.profile(row["profile"])
    return availability if isinstance(profile, float) else availability * profile


def _commit(context: Context, row: dict[str, Any], year: int) -> Commitment:
    book, name = context.book, row["technology"]
    stand_by = read_curve(book, name, year).stand_by / 1000.0
    price = book.require(row["fuel"], "fuel_price", year)
    factor = book.require(row["fuel"], "emission_factor", year)
    return Commitment(
        start_up_cost=book.require(name, "start_cost", year),
        stand_by_cost=stand_by * price,
        stand_by_co2=stand_by * factor,
        min_up_time=_hours(book.read(name, "min_up_time", year, 0.0)),
        min_down_time=_hours(book.read(name, "min_down_time", year, 0.0)),
    )


def _hours(value: float) -> int:
    return 0 if math.isnan(value) else round(value)


def _add_turbine(context: Context, row: dict[str, Any], slots: list[Slot]) -> str:
    """Add the steam bus and the two links of a CHP class; return the bus."""
    draft, name = context.draft, row["technology"]
    bus = f"steam.{name}"
    draft.buses[bus] = "steam"
    whole = sum(slot.p_nom if math.isnan(slot.p_nom_max) else slot.p_nom_max for slot in slots)
    shared = {"bus": bus, "technology": name, "zone": context.zone, "p_nom": whole}
    draft.links.append(Link(id=f"{name}.condensing", outputs=((GRID, 1.0),), **shared))
    if HEAT in draft.buses:
        ratio = context.book.require(name, "heat_ratio", context.periods[0])
        loss = context.book.require(name, "heat_loss", context.periods[0])
        power = 1.0 / (1.0 + loss * ratio)
        outputs = ((GRID, power), (HEAT, power * ratio))
        draft.links.append(Link(id=f"{name}.heating", outputs=outputs, **shared))
    return bus
