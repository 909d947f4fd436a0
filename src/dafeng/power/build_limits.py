"""Rows over many assets: reserve, capability at the peak, capacities that the scenario gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.build_context import GRID
from dafeng.power.network import CapacityLimit, Reserve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.power.build_context import Context
    from dafeng.power.network import Asset, Generator, StorageUnit

FIRM_KINDS = (
    "coal", "coal_chp", "gas", "hydro", "wind", "pv", "biomass", "recovered", "pumped_hydro", "battery",
    "demand_cut", "demand_shift",
)  # fmt: skip
"""Kinds that count at the peak, each with its capacity credit."""
RESERVE_KINDS = ("coal", "coal_chp", "gas", "hydro", "pumped_hydro", "battery")
"""Kinds whose headroom is reserve."""
STORAGE_KINDS = ("pumped_hydro", "battery")
RESERVE_RULES = (("reserve_wind", "wind"), ("reserve_pv", "pv"))


def _units(context: Context, *kinds: str) -> Iterable[Generator | StorageUnit]:
    """Return generators and storage units of some kinds."""
    names = {row["technology"] for row in context.of_kind(*kinds)}
    everything: tuple[Generator | StorageUnit, ...] = (
        *context.draft.generators, *context.draft.storage_units,
    )  # fmt: skip
    return [unit for unit in everything if unit.technology in names]


def is_active(asset: Asset, year: int) -> bool:
    """Return whether an asset may stand in a period."""
    return asset.build_year <= year < asset.retire_year


def add_limits(context: Context) -> None:
    """Add the rows that the rules of the pack and the levers of the scenario ask for."""
    settings = context.inputs.settings
    if settings.reserve:
        _add_reserve(context)
    for year in context.periods:
        if settings.peak:
            _cover_peak(context, year)
        if settings.wind_pv == "given":
            _give_wind_pv(context, year)
        if settings.storage == "given":
            _give_storage(context, year)
        _pair_storage(context, year)


def _add_reserve(context: Context) -> None:
    """Add the operating reserve: shares of the load, of wind and of PV output.

    Rules are those of the first period; one requirement holds over all hours.
    """
    first = context.periods[0]
    of_load = context.rule("reserve_load", first) or 0.0
    output = []
    for rule, kind in RESERVE_RULES:
        share = context.rule(rule, first) or 0.0
        if share > 0:
            output += [(unit.id, share) for unit in _units(context, kind)]
    if of_load <= 0 and not output:
        return
    load = np.zeros(sum(context.horizon.hours))
    for item in context.draft.loads:
        if item.bus == GRID:
            load = load + item.p_set
    providers = tuple((unit.id, 1.0) for unit in _units(context, *RESERVE_KINDS))
    context.draft.reserves.append(Reserve("operating", of_load * load, providers, tuple(output)))


def _cover_peak(context: Context, year: int) -> None:
    """Add the row of the peak: credited capacity covers the highest load and exports with a margin."""
    margin = context.rule("peak_margin", year)
    if margin is None:
        return
    credits_ = {
        row["technology"]: context.book.require(row["technology"], "capacity_credit", year)
        for row in context.of_kind(*FIRM_KINDS)
    }
    units = [unit for unit in _units(context, *FIRM_KINDS) if is_active(unit, year)]
    terms = tuple((unit.id, credits_[unit.technology]) for unit in units)
    needed = (1.0 + margin) * highest_demand(context, year)
    context.draft.capacity_limits.append(CapacityLimit(f"peak.{year}", year, terms, ">=", needed))


def highest_demand(context: Context, year: int) -> float:
    """Return the highest hour of the grid's load and the exports together [MW]."""
    whole = np.zeros(sum(context.horizon.hours))
    for load in context.draft.loads:
        if context.draft.buses[load.bus] == "electricity":
            whole = whole + load.p_set
    part = context.slices()[context.periods.index(year)]
    return float(whole[part].max(initial=0.0))


def _give_wind_pv(context: Context, year: int) -> None:
    """Set wind and PV together to what the lever says; never below what stands and may not go."""
    goal = context.lever_as("L_wind_pv", year, "MW")
    if goal is None:
        return
    units = [unit for unit in _units(context, "wind", "pv") if is_active(unit, year)]
    stands = sum(unit.p_nom for unit in units if not unit.extendable)
    terms = tuple((unit.id, 1.0) for unit in units if unit.extendable)
    rest = goal - stands
    limits = context.draft.capacity_limits
    if terms:
        limits.append(CapacityLimit(f"lever.L_wind_pv.least.{year}", year, terms, ">=", max(rest, 0.0)))
        limits.append(CapacityLimit(f"lever.L_wind_pv.most.{year}", year, terms, "<=", max(rest, 0.0)))


def _pair_storage(context: Context, year: int) -> None:
    """Add the new-type storage that new wind and PV must bring, where a rule in force asks for it."""
    share = context.rule("storage_share", year) or 0.0
    new = [u for u in _units(context, "wind", "pv") if u.extendable and is_active(u, year)]
    stores = [u for u in _units(context, "battery") if is_active(u, year)]
    if share > 0 and new and stores:
        terms = (*((u.id, 1.0) for u in stores), *((u.id, -share) for u in new))
        limit = CapacityLimit(f"storage_share.{year}", year, terms, ">=", 0.0)
        context.draft.capacity_limits.append(limit)


def _give_storage(context: Context, year: int) -> None:
    """Set pumped hydro and new storage together to at least what the lever says."""
    goal = context.lever_as("L_storage", year, "MW")
    if goal is None:
        return
    units = [unit for unit in _units(context, *STORAGE_KINDS) if is_active(unit, year)]
    stands = sum(unit.p_nom for unit in units if not unit.extendable)
    terms = tuple((unit.id, 1.0) for unit in units if unit.extendable)
    if terms and goal > stands:
        limit = CapacityLimit(f"lever.L_storage.least.{year}", year, terms, ">=", goal - stands)
        context.draft.capacity_limits.append(limit)
