"""Sources that are not coal: gas, hydro, wind, PV, biomass and waste, recovered energy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from dafeng.power.build_assets import Slot, all_slots, spread_periods
from dafeng.power.build_coal import scale_profile
from dafeng.power.build_context import GRID, HOURS_PER_YEAR, RENEWABLE
from dafeng.power.build_costs import cost_unit
from dafeng.power.build_demand import demand_gwh
from dafeng.power.network import Generator, Link, StorageUnit

if TYPE_CHECKING:
    from dafeng.power.build_context import Context

BASE_KINDS = frozenset({"biomass", "recovered"})
"""Kinds that run at a steady output through the year, as their fuel comes."""


def add_sources(context: Context) -> None:
    """Add every source but coal."""
    for row in context.of_kind("gas", "biomass"):
        for slot in all_slots(context, row):
            context.draft.generators.append(_burn(context, row, slot))
    for row in context.of_kind("recovered"):
        _add_recovered(context, row)
    for row in context.of_kind("hydro"):
        _add_hydro(context, row)
    _add_wind_pv(context)


def _marginal(context: Context, row: dict[str, Any], slot: Slot) -> Any:
    costs = {year: cost_unit(context.book, row, year).marginal for year in context.periods}
    return spread_periods(context, slot, costs)


def _burn(context: Context, row: dict[str, Any], slot: Slot) -> Generator:
    """Return a generator that burns gas, biomass or waste.

    Full-load hours bound the yearly energy of gas where the capacity is given. Standing biomass and waste
    with full-load hours run at the steady output that these make, as the grid must buy what they make.
    """
    book, name = context.book, row["technology"]
    first = max(slot.build_year, context.periods[0])
    available = book.read(name, "availability", first, 1.0)
    hours = book.read(name, "full_load_hours", first, math.inf)
    least = book.read(name, "min_load", first, 0.0) * book.read(name, "online_share", first, 0.0)
    given, energy = math.isnan(slot.p_nom_max), math.inf
    if row["kind"] not in BASE_KINDS and given:
        energy = hours * slot.p_nom
    else:
        available = min(available, hours / HOURS_PER_YEAR)
        if given and math.isfinite(hours):
            least = available
    ramp = book.read(name, "ramp", first, math.nan)
    return Generator(
        **slot.fields(context.zone), bus=GRID, carrier=row["fuel"] or "",
        marginal_cost=_marginal(context, row, slot), co2=cost_unit(book, row, first).co2, p_min_pu=least,
        p_max_pu=scale_profile(context, row, available), e_sum_max=energy, ramp_limit_up=ramp,
        ramp_limit_down=ramp,
    )  # fmt: skip


def _add_recovered(context: Context, row: dict[str, Any]) -> None:
    """Add recovered energy at the steady output of its yearly energy, else of its full-load hours."""
    for slot in all_slots(context, row):
        year = max(slot.build_year, context.periods[0])
        energy = demand_gwh(context, "recovered", year)
        if energy is not None and slot.p_nom > 0:
            output = energy * 1000.0 / (slot.p_nom * HOURS_PER_YEAR)
        else:
            output = context.book.require(row["technology"], "full_load_hours", year) / HOURS_PER_YEAR
        context.draft.generators.append(
            Generator(
                **slot.fields(context.zone), bus=GRID, marginal_cost=_marginal(context, row, slot),
                p_max_pu=min(output, 1.0),
            )
        )  # fmt: skip


def _add_hydro(context: Context, row: dict[str, Any]) -> None:
    """Add hydro: with a reservoir and inflow where it has a duration, else as the river runs."""
    book, name = context.book, row["technology"]
    profile = context.profile(row["profile"])
    for slot in all_slots(context, row):
        year = max(slot.build_year, context.periods[0])
        hours = book.read(name, "duration", year, 0.0)
        shared = {**slot.fields(context.zone), "bus": GRID, "marginal_cost": _marginal(context, row, slot)}
        if hours > 0 and math.isnan(slot.p_nom_max):
            inflow = slot.p_nom * profile
            context.draft.storage_units.append(
                StorageUnit(**shared, max_hours=hours, inflow=inflow, p_min_pu=0.0)
            )
        else:
            context.draft.generators.append(Generator(**shared, p_max_pu=profile))


def _add_wind_pv(context: Context) -> None:
    """Add wind and PV on the renewable bus and the way from there to the grid."""
    draft, whole = context.draft, 0.0
    for row in context.of_kind("wind", "pv"):
        profile = scale_profile(context, row, 1.0)
        for slot in all_slots(context, row):
            whole += slot.p_nom if math.isnan(slot.p_nom_max) else min(slot.p_nom_max, 1e6)
            draft.generators.append(
                Generator(
                    **slot.fields(context.zone), bus=RENEWABLE, carrier=row["kind"],
                    marginal_cost=_marginal(context, row, slot), p_max_pu=profile,
                )
            )  # fmt: skip
    draft.links.append(
        Link(id="renewable_to_grid", bus=RENEWABLE, zone=context.zone, p_nom=whole, outputs=((GRID, 1.0),))
    )
