"""Storage and conversion: pumped hydro, new storage, hydrogen, heat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.power.build_assets import Slot, all_slots, spread_periods
from dafeng.power.build_context import GRID, HEAT, HYDROGEN
from dafeng.power.build_costs import cost_unit
from dafeng.power.network import Generator, Link, StorageUnit, Store

if TYPE_CHECKING:
    from dafeng.power.build_context import Context

CONVERTED = {"electrolysis": (GRID, HYDROGEN), "electric_heat": (GRID, HEAT)}
"""Kind -> bus that it takes from and bus that it gives to."""


def add_storage(context: Context) -> None:
    """Add storage of power, the hydrogen chain and the heat chain, as far as their buses exist."""
    draft = context.draft
    for row, slot in _slots_of(context, "pumped_hydro", "battery"):
        draft.storage_units.append(_store_power(context, row, slot))
    for kind, (source, target) in CONVERTED.items():
        if target in draft.buses:
            for row, slot in _slots_of(context, kind):
                draft.links.append(_convert(context, row, slot, source, target))
    if HYDROGEN in draft.buses:
        for row, slot in _slots_of(context, "hydrogen_store"):
            draft.stores.append(_keep(context, row, slot))
    if HEAT in draft.buses:
        for row, slot in _slots_of(context, "heat_store"):
            draft.storage_units.append(_store_power(context, row, slot, HEAT))
        for row, slot in _slots_of(context, "boiler"):
            draft.generators.append(_boil(context, row, slot))


def _slots_of(context: Context, *kinds: str) -> list[tuple[dict[str, Any], Slot]]:
    """Return every slot of some kinds with its class."""
    return [(row, slot) for row in context.of_kind(*kinds) for slot in all_slots(context, row)]


def storage_hours(context: Context, row: dict[str, Any], year: int) -> float:
    """Return the duration of a storage [h]; new-type storage has at least what the rule asks for."""
    hours = context.book.require(row["technology"], "duration", year)
    least = context.rule("storage_hours", year) if row["kind"] == "battery" else None
    return hours if least is None else max(hours, least)


def _store_power(context: Context, row: dict[str, Any], slot: Slot, bus: str = GRID) -> StorageUnit:
    book, name = context.book, row["technology"]
    year = max(slot.build_year, context.periods[0])
    available = book.read(name, "availability", year, 1.0)
    return StorageUnit(
        **slot.fields(context.zone), bus=bus, marginal_cost=cost_unit(book, row, year).marginal,
        max_hours=storage_hours(context, row, year),
        efficiency_store=book.require(name, "efficiency_store", year),
        efficiency_dispatch=book.require(name, "efficiency_dispatch", year),
        standing_loss=book.read(name, "standing_loss", year, 0.0), p_min_pu=-available, p_max_pu=available,
    )  # fmt: skip


def _convert(context: Context, row: dict[str, Any], slot: Slot, source: str, target: str) -> Link:
    """Return a conversion; its capacity is the power that it takes."""
    year = max(slot.build_year, context.periods[0])
    efficiency = context.book.require(row["technology"], "efficiency", year)
    return Link(
        **slot.fields(context.zone), bus=source, outputs=((target, efficiency),),
        marginal_cost=context.book.read(row["technology"], "variable_cost", year, 0.0),
    )  # fmt: skip


def _keep(context: Context, row: dict[str, Any], slot: Slot) -> Store:
    year = max(slot.build_year, context.periods[0])
    loss = context.book.read(row["technology"], "standing_loss", year, 0.0)
    return Store(**slot.fields(context.zone), bus=HYDROGEN, standing_loss=loss)


def _boil(context: Context, row: dict[str, Any], slot: Slot) -> Generator:
    """Return a boiler; its capacity is the heat that it gives."""
    costs = {year: cost_unit(context.book, row, year) for year in context.periods}
    year = max(slot.build_year, context.periods[0])
    marginal = spread_periods(context, slot, {y: cost.marginal for y, cost in costs.items()})
    return Generator(
        **slot.fields(context.zone), bus=HEAT, carrier=row["fuel"] or "", marginal_cost=marginal,
        co2=costs[year].co2,
    )  # fmt: skip
