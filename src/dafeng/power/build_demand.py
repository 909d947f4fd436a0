"""Demand: load, district heat, hydrogen, EV charging; shifting and cutting; export and import corridors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import Finding, Place
from dafeng.power.build_assets import GIVEN, Slot, next_period, pay_capital, spread_periods
from dafeng.power.build_context import CONSTANT, GRID, HEAT, HYDROGEN, RENEWABLE
from dafeng.power.build_costs import cost_unit
from dafeng.power.network import EnergyLimit, Generator, Link, Load, StorageUnit
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dafeng.power.build_context import Context

SHEDDING = "shedding"
MOST_RAISED = 1e9
"""Factor beyond which a curve with hours at zero is not raised [1]."""


def demand_gwh(context: Context, item: str, year: int) -> float | None:
    """Return a yearly demand [GWh]: of the scenario, else of the pack, straight between its years.

    Outside the known years the nearest one is held, and that is noted; electricity is never held. None where
    nothing is known.
    """
    known = dict(context.inputs.demand.get(item, {}))
    if not known:
        known = {
            row["year"]: row["value"] * conversion_factor(row["unit"], "GWh")
            for row in context.table("power_demands").iter_rows(named=True)
            if row["item"] == item
        }
    years = sorted(known)
    inside = bool(years) and years[0] <= year <= years[-1]
    if not years or (item == "electricity" and not inside):
        return None
    if not inside:
        held = years[0] if year < years[0] else years[-1]
        note = (f"demand.{item}.{year}", f"{held}年的数沿用 / figure of {held} held")
        if note not in context.draft.notes:
            context.draft.notes.append(note)
    return float(np.interp(year, years, [known[y] for y in years]))


def _energies(context: Context, item: str, *, needed: bool) -> list[float] | None:
    """Return the demand of each period [MWh]; None, and a problem where it is needed, when it is unknown."""
    found = [demand_gwh(context, item, year) for year in context.periods]
    if None in found:
        if needed:
            params = {"item": item, "years": ", ".join(map(str, context.periods))}
            context.draft.problems.append(Finding("power_demand_missing", Place("power_demands.csv"), params))
        return None
    return [1000.0 * value for value in found if value is not None]


def add_loads(context: Context) -> None:
    """Add the loads and the buses that they need."""
    draft = context.draft
    electricity = _energies(context, "electricity", needed=True)
    if electricity is not None:
        draft.loads.append(
            Load("load", GRID, context.shape_energy("load", electricity), technology="electricity")
        )
    for item, bus in (("district_heat", HEAT), ("hydrogen", HYDROGEN)):
        energies = _energies(context, item, needed=False)
        if energies is not None and any(energies):
            draft.buses[bus] = bus
            shape = bus if bus in context.inputs.profiles or bus == HEAT else CONSTANT
            draft.loads.append(Load(item, bus, context.shape_energy(shape, energies), technology=item))
    charging = _energies(context, "ev", needed=False)
    if charging is not None and any(charging):
        shape = "ev" if "ev" in context.inputs.profiles else CONSTANT
        draft.loads.append(Load("ev", GRID, context.shape_energy(shape, charging), technology="ev"))


def peak_mw(context: Context, year: int) -> float:
    """Return the highest load of the grid in a period, EV charging included, exports not [MW]."""
    whole = np.zeros(sum(context.horizon.hours))
    for load in context.draft.loads:
        if load.bus == GRID:
            whole = whole + load.p_set
    part = context.slices()[context.periods.index(year)]
    return float(whole[part].max()) if whole[part].size else 0.0


def add_flexible_demand(context: Context) -> None:
    """Add demand that can be cut or shifted, smart charging, and unserved demand at a high price.

    Cutting and shifting together are the share of the peak that the lever of demand response says, in the
    proportion of the classes' own shares; without the lever these shares themselves, and what the rule of
    peak shaving asks for at least.
    """
    rows = context.of_kind("demand_cut", "demand_shift")
    for year in context.periods:
        peak = peak_mw(context, year)
        own = {
            row["technology"]: context.book.require(row["technology"], "share_of_load", year) for row in rows
        }
        ordered = context.lever_as("L_demand_response", year, "1")
        whole = sum(own.values())
        goal = max(whole, context.rule("peak_shaving", year) or 0.0) if ordered is None else ordered
        scale = goal / whole if whole > 0 else 1.0
        for row in rows:
            capacity = peak * own[row["technology"]] * scale
            if capacity > 0:
                _add_response(context, row, year, capacity)
    for row in context.of_kind("ev"):
        _add_smart_charging(context, row)
    _add_shedding(context)


def _given_slot(context: Context, row: dict[str, Any], year: int, capacity: float) -> Slot:
    """Return a slot of one period with a given capacity."""
    book, name = context.book, row["technology"]
    priced = bool(book.unit_of(name, "investment", year))
    cost = pay_capital(context, row, year) if priced else 0.0
    return Slot(name, GIVEN, year, year, next_period(context, year), capacity, math.nan, cost)


def _add_response(context: Context, row: dict[str, Any], year: int, capacity: float) -> None:
    book, name = context.book, row["technology"]
    slot = _given_slot(context, row, year, capacity)
    shared = {**slot.fields(context.zone), "bus": GRID, "marginal_cost": cost_unit(book, row, year).marginal}
    if row["kind"] == "demand_cut":
        hours = book.read(name, "full_load_hours", year, math.inf)
        context.draft.generators.append(Generator(**shared, e_sum_max=hours * capacity))
        return
    hours = book.require(name, "shift_hours", year)
    context.draft.storage_units.append(StorageUnit(**shared, max_hours=hours))


def _add_smart_charging(context: Context, row: dict[str, Any]) -> None:
    """Add the part of EV charging that may be shifted, as a storage without losses.

    It gives back at most the smart share of what is charged in that hour: vehicles do not feed the grid.
    """
    load = next((load for load in context.draft.loads if load.id == "ev"), None)
    if load is None:
        return
    book, name = context.book, row["technology"]
    charging = np.broadcast_to(load.p_set, (sum(context.horizon.hours),))
    for year, part in zip(context.periods, context.slices(), strict=True):
        highest = float(charging[part].max())
        smart = book.require(name, "share_of_load", year) * highest
        if smart > 0:
            slot = _given_slot(context, row, year, smart)
            hours = book.require(name, "shift_hours", year)
            most = np.minimum(charging / highest, 1.0)
            context.draft.storage_units.append(
                StorageUnit(**slot.fields(context.zone), bus=GRID, max_hours=hours, p_max_pu=most)
            )


def _add_shedding(context: Context) -> None:
    """Add unserved demand on every bus that has a load of its own."""
    prices = {year: context.rule("unserved_cost", year) for year in context.periods}
    for year, price in prices.items():
        if price is None:
            params = {"rule": "unserved_cost", "year": year}
            context.draft.problems.append(Finding("power_rule_missing", Place("power_rules.csv"), params))
            return
    slot = Slot(SHEDDING, "all", context.periods[0], 0, 9999, 0.0, math.nan, 0.0)
    cost = spread_periods(context, slot, {year: float(price or 0.0) for year, price in prices.items()})
    for bus in (GRID, HEAT, HYDROGEN):
        highest = [float(np.max(load.p_set)) for load in context.draft.loads if load.bus == bus]
        exported = [row["capacity_mw"] for row in context.table("power_corridors").iter_rows(named=True)]
        if highest:
            whole = sum(highest) + (sum(exported) if bus == GRID else 0.0)
            context.draft.generators.append(
                Generator(
                    id=f"{SHEDDING}.{bus}", bus=bus, technology=SHEDDING, zone=context.zone, p_nom=whole,
                    carrier=SHEDDING, marginal_cost=cost,
                )
            )  # fmt: skip


def add_corridors(context: Context) -> None:
    """Add the export and import corridors of each period."""
    for year in context.periods:
        rows = _corridors_in(context, year)
        energies = _corridor_energies(context, rows, year)
        for row in rows:
            if row["direction"] == "import":
                _add_import(context, row, year, energies[row["corridor"]])
            elif energies[row["corridor"]] > 0:
                _add_export(context, row, year, energies[row["corridor"]])


def _corridors_in(context: Context, year: int) -> list[dict[str, Any]]:
    """Return the row of each corridor that holds in a year."""
    found: dict[str, dict[str, Any]] = {}
    for row in context.table("power_corridors").sort("from_year").iter_rows(named=True):
        if row["from_year"] <= year:
            found[row["corridor"]] = row
    return [row for row in found.values() if row["capacity_mw"] > 0]


def _corridor_energies(context: Context, rows: list[dict[str, Any]], year: int) -> dict[str, float]:
    """Return the contracted energy of each corridor [MWh].

    The lever of net exports scales the exports of the table so that exports less imports are what it says.
    Where the table has no energy, the corridor takes its share by capacity of what is left.
    """
    given = {row["corridor"]: 1000.0 * (row["energy_gwh"] or 0.0) for row in rows}
    exports = [row for row in rows if row["direction"] == "export"]
    ordered = context.lever_as("L_power_export", year, "MWh")
    open_rows = [row for row in exports if row["energy_gwh"] is None]
    if ordered is None:
        for row in open_rows:
            params = {"corridor": row["corridor"], "year": year}
            context.draft.problems.append(
                Finding("power_corridor_energy", Place("power_corridors.csv"), params)
            )
        return given
    brought = sum(given[row["corridor"]] for row in rows if row["direction"] == "import")
    goal, known = ordered + brought, sum(given[row["corridor"]] for row in exports)
    if open_rows:
        weight = sum(row["capacity_mw"] for row in open_rows)
        rest = max(goal - known, 0.0)
        given |= {row["corridor"]: rest * row["capacity_mw"] / weight for row in open_rows}
    elif known > 0:
        given |= {row["corridor"]: given[row["corridor"]] * goal / known for row in exports}
    return given


def _add_export(context: Context, row: dict[str, Any], year: int, energy: float) -> None:
    """Add a corridor of one period: its bus, its contracted load, its way from the grid, its green way."""
    draft, name = context.draft, f"{row['corridor']}.{year}"
    bus = f"corridor.{name}"
    energies = [energy if period == year else 0.0 for period in context.periods]
    part = context.slices()[context.periods.index(year)]
    power = context.shape_energy(row["shape"], energies)
    hours = (part.stop - part.start) * context.weights()[context.periods.index(year)]
    if energy > row["capacity_mw"] * hours:
        params = {
            "corridor": row["corridor"], "year": year, "mean": round(energy / hours),
            "capacity": row["capacity_mw"],
        }  # fmt: skip
        draft.problems.append(Finding("power_corridor_over", Place("power_corridors.csv"), params))
    elif float(power.max()) > row["capacity_mw"]:
        power[part] = flatten_shape(power[part], row["capacity_mw"])
        draft.notes.append(
            (
                f"corridor.{name}",
                "曲线在通道能力处削平，年电量不变 / shape flattened at the capability, energy kept",
            )
        )
    draft.buses[bus] = "electricity"
    draft.loads.append(Load(f"{bus}.load", bus, power, technology=row["corridor"]))
    span = {"build_year": year, "retire_year": next_period(context, year), "zone": context.zone}
    shared = {**span, "technology": row["corridor"], "p_nom": row["capacity_mw"], "outputs": ((bus, 1.0),)}
    draft.links.append(Link(id=f"{name}.brown", bus=GRID, **shared))
    share = least_renewable_share(context, row, year)
    if share > 0:
        draft.links.append(Link(id=f"{name}.green", bus=RENEWABLE, **shared))
        limit = (1.0 - share) * energy
        draft.energy_limits.append(
            EnergyLimit(f"renewable_share.{name}", year, ((f"{name}.brown", 1.0),), "<=", limit)
        )


def flatten_shape(power: NDArray[np.float64], capacity: float) -> NDArray[np.float64]:
    """Return a curve that is cut at a capacity and raised elsewhere in proportion, with the same sum [MW].

    Examples
    --------
    >>> flatten_shape(np.array([10.0, 20.0, 60.0]), 40.0).round(6).tolist()
    [16.666667, 33.333333, 40.0]
    """
    goal, low, high = float(power.sum()), 1.0, 2.0
    while float(np.minimum(high * power, capacity).sum()) < goal * (1.0 - 1e-12) and high < MOST_RAISED:
        high *= 2.0
    for _ in range(100):
        middle = (low + high) / 2.0
        low, high = (middle, high) if np.minimum(middle * power, capacity).sum() < goal else (low, middle)
    return np.asarray(np.minimum(high * power, capacity))


def least_renewable_share(context: Context, row: dict[str, Any], year: int) -> float:
    """Return the renewable share that a corridor must have [1].

    The lever speaks of new corridors: of those for which the table asks a share at all.
    """
    least = float(row["renewable_share_min"])
    ordered = context.lever_as("L_export_re_share", year, "1")
    return least if ordered is None or least <= 0 else min(max(least, ordered), 1.0)


def _add_import(context: Context, row: dict[str, Any], year: int, energy: float) -> None:
    """Add the import of one period as a source with a price and, where it is known, an energy."""
    price = row["price_cny_per_mwh"]
    if price is None:
        context.draft.problems.append(
            Finding(
                "power_parameter_missing", Place("power_corridors.csv"),
                {"subject": row["corridor"], "parameter": "price_cny_per_mwh", "years": year},
            )
        )  # fmt: skip
        return
    name, scale = row["corridor"], context.book.deflate(row["price_year"] or context.periods[0])
    context.draft.generators.append(
        Generator(
            id=f"{name}.{year}.import", bus=GRID, technology=name, zone=context.zone, build_year=year,
            retire_year=next_period(context, year), p_nom=row["capacity_mw"], carrier="import",
            marginal_cost=price * scale, e_sum_max=energy if row["energy_gwh"] is not None else math.inf,
        )
    )  # fmt: skip
