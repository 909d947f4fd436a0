"""Result tables of a solved network: capacity, energy, storage, corridors, the year of the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.power.build_assets import FROM, GIVEN, NEW, OLD, UNTIL
from dafeng.power.build_costs import COAL_KINDS, supplied_share
from dafeng.power.coal import mean_coal_rate
from dafeng.power.contracts import (
    PowerCapacity,
    PowerCorridorYear,
    PowerEnergy,
    PowerLimitPrice,
    PowerStorage,
    PowerYear,
)
from dafeng.power.results_cost import tabulate_costs
from dafeng.power.results_hourly import hourly_factors, tabulate_hours, tabulate_prices
from dafeng.power.results_view import (
    POWER_KINDS,
    RENEWABLE_KINDS,
    STORAGE_KINDS,
    ClassYear,
    Hours,
    ResultView,
    origin_of,
)
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.power.network import Network
    from dafeng.power.solution import PlanResult

HIDDEN_KINDS = frozenset({"shedding"})
SMALL_MW = 1e-6
"""Capacity that counts as none [MW]."""


def tabulate(
    network: Network, tables: Mapping[str, pl.DataFrame], result: PlanResult, scenario_id: str
) -> dict[str, pl.DataFrame]:
    """Return the result tables of a solved network.

    Parameters
    ----------
    network : Network
    tables : mapping of str to polars.DataFrame
        Tables of the pack from which the network was built.
    result : PlanResult
    scenario_id : str

    Returns
    -------
    dict of str to polars.DataFrame
        ``power.capacity``, ``power.energy``, ``power.storage``, ``power.corridors``, ``power.system``,
        ``power.hourly``, ``power.prices``, ``power.limit_prices``, ``power.costs``; contracts in
        :mod:`dafeng.power.contracts`.
    """
    view = ResultView(network, tables, result, scenario_id)
    costs = tabulate_costs(view)
    return {
        "power.capacity": _capacity(view),
        "power.energy": _energy(view),
        "power.storage": _storage(view),
        "power.corridors": _corridors(view),
        "power.system": _system(view, costs),
        "power.hourly": tabulate_hours(view),
        "power.prices": tabulate_prices(view),
        "power.limit_prices": _limit_prices(view),
        "power.costs": costs,
    }


def _classes(view: ResultView, year: int) -> list[tuple[dict[str, Any], ClassYear]]:
    """Return the classes that have an asset in a period."""
    names = {asset.technology for asset in view.active(year)}
    return [
        (row, view.class_year(name, year))
        for name, row in view.classes.items()
        if name in names and row["kind"] not in HIDDEN_KINDS
    ]


def _capacity(view: ResultView) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    before: dict[str, float] = {}
    for year in view.network.horizon.periods:
        now: dict[str, float] = {}
        for name, row in view.classes.items():
            if row["kind"] in HIDDEN_KINDS or not any(a.technology == name for a in view.assets):
                continue
            its = view.class_year(name, year)
            parts = _origins(view, name, year, before.get(name, 0.0))
            now[name] = its.capacity
            rows.append(
                {
                    "scenario": view.scenario, "year": year, "technology": name, "zone": _zone(view, name),
                    "power_group": row["published_group"], "capacity_mw": its.capacity,
                    "energy_mwh": its.energy if its.energy > 0 else None, **parts,
                }
            )  # fmt: skip
        before = now
    return frame_of(rows, PowerCapacity)


def _zone(view: ResultView, technology: str) -> str:
    return next((asset.zone for asset in view.assets if asset.technology == technology), "")


def _origins(view: ResultView, name: str, year: int, before: float) -> dict[str, float]:
    """Return what of a class's capacity stood before, was built, was retrofitted, went in a period."""
    first = year == view.network.horizon.periods[0]
    existing = built = retrofitted = left = now = 0.0
    row = view.classes[name]
    for asset in view.active(year):
        origin, capacity = origin_of(asset), view.result.capacity[asset.id]
        from_class = origin.removeprefix(FROM).partition("_until_")[0] if origin.startswith(FROM) else ""
        done_now = asset.build_year == year
        if from_class == name and asset.technology != name and done_now:
            left += capacity
        if asset.technology != name or _is_way(view, asset.id, row):
            continue
        now += capacity
        if origin in (OLD, UNTIL):
            existing += capacity
        elif origin.startswith(FROM) and done_now:
            retrofitted += capacity
        elif origin == NEW and done_now:
            built += capacity
        elif origin == GIVEN:
            built += max(capacity - before, 0.0)
    gone = 0.0 if first else max(before + built + retrofitted - left - now, 0.0)
    return {
        "existing_mw": existing, "built_mw": built, "retrofitted_mw": retrofitted,
        "retired_mw": gone if gone > SMALL_MW else 0.0,
    }  # fmt: skip


def _is_way(view: ResultView, asset: str, row: dict[str, Any]) -> bool:
    """Return whether an asset is a turbine link of a CHP class, whose capacity is its boiler's."""
    return row["kind"] == "coal_chp" and any(link.id == asset for link in view.network.links)


def _energy(view: ResultView) -> pl.DataFrame:
    rows = []
    for year in view.network.horizon.periods:
        weight = view.weight(year)
        for row, its in _classes(view, year):
            given = float(its.given.sum()) * weight
            rows.append(
                {
                    "scenario": view.scenario, "year": year, "technology": row["technology"],
                    "zone": _zone(view, row["technology"]), "generation_gwh": given / 1000.0,
                    "consumption_gwh": float(its.taken.sum()) * weight / 1000.0,
                    "curtailed_gwh": _curtailed(its) * weight / 1000.0 if its.available.any() else None,
                    "full_load_hours": given / its.capacity if its.capacity > SMALL_MW else None,
                    "fuel_tce": float(its.fuel.sum()) * weight if row["fuel"] else None,
                    "coal_rate_gce_per_kwh": _coal_rate(view, year, [(row, its)]),
                    "co2_kt": float(its.co2.sum()) * weight / 1000.0,
                }
            )  # fmt: skip
    return frame_of(rows, PowerEnergy)


def _curtailed(its: ClassYear) -> float:
    """Return what wind, PV or hydro could have given and did not [MWh per hour weight]."""
    return max(float((its.available - its.given).sum()), 0.0)


def _coal_rate(view: ResultView, year: int, made: list[tuple[dict[str, Any], ClassYear]]) -> float | None:
    """Return the net coal rate of the coal classes among some [gce/kWh]; None without output of coal."""
    coal = [(row["technology"], its) for row, its in made if row["kind"] in COAL_KINDS]
    return mean_coal_rate(
        [float((its.fuel - its.heat_fuel).sum()) for _, its in coal],
        [float(its.given.sum()) * supplied_share(view.book, name, year) for name, its in coal],
    )


def _storage(view: ResultView) -> pl.DataFrame:
    rows = []
    for year in view.network.horizon.periods:
        weight = view.weight(year)
        for row, its in _classes(view, year):
            if row["kind"] not in STORAGE_KINDS:
                continue
            charged, discharged = float(its.charged.sum()) * weight, float(its.discharged.sum()) * weight
            kept = its.energy > SMALL_MW
            rows.append(
                {
                    "scenario": view.scenario, "year": year, "technology": row["technology"],
                    "zone": _zone(view, row["technology"]), "charged_gwh": charged / 1000.0,
                    "discharged_gwh": discharged / 1000.0, "loss_gwh": (charged - discharged) / 1000.0,
                    "cycles": discharged / its.energy if kept else None,
                    "duration_hours": its.energy / its.capacity if kept and its.capacity > SMALL_MW else None,
                }
            )  # fmt: skip
    return frame_of(rows, PowerStorage)


def _corridors(view: ResultView) -> pl.DataFrame:
    rows = []
    for year in view.network.horizon.periods:
        weight = view.weight(year)
        for (name, direction), ways in _ways(view, year).items():
            energy = sum(float(view.power(way, year).sum()) for way in ways.values()) * weight
            capacity = max(view.result.capacity[way.id] for way in ways.values())
            green = ways.get("green")
            share = None
            if green is not None and energy > 0:
                share = float(view.power(green, year).sum()) * weight / energy
            rows.append(
                {
                    "scenario": view.scenario, "year": year, "corridor": name, "direction": direction,
                    "capacity_mw": capacity, "energy_gwh": energy / 1000.0,
                    "full_load_hours": energy / capacity if capacity > 0 else None, "renewable_share": share,
                    "renewable_share_min": _least_share(view, name, year, energy),
                }
            )  # fmt: skip
    return frame_of(rows, PowerCorridorYear)


def _ways(view: ResultView, year: int) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the links and sources of each corridor in a period by its last word: brown, green, import."""
    known = set(view.tables["power_corridors"]["corridor"])
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for asset in view.active(year):
        if asset.technology in known and asset.technology not in view.classes:
            word = asset.id.rpartition(".")[2]
            direction = "import" if word == "import" else "export"
            found.setdefault((asset.technology, direction), {})[word] = asset
    return found


def _least_share(view: ResultView, corridor: str, year: int, energy: float) -> float:
    for limit in view.network.energy_limits:
        if limit.id == f"renewable_share.{corridor}.{year}" and energy > 0:
            return min(max(1.0 - limit.constant / energy, 0.0), 1.0)
    return 0.0


def _limit_prices(view: ResultView) -> pl.DataFrame:
    """Return the shadow price of every yearly limit: of CO2, of energy, of capacity; not discounted."""
    units = {limit.id: "CNY/MWh" for limit in view.network.energy_limits} | {"co2": "CNY/t"}
    rows = [
        {
            "scenario": view.scenario, "year": year, "limit": name, "price": price,
            "unit": units.get(name, "CNY/MW"),
        }
        for (name, year), price in sorted(view.result.limit_prices.items())
    ]  # fmt: skip
    return frame_of(rows, PowerLimitPrice)


def unserved(view: ResultView, year: int, bus: str) -> Hours:
    """Return the unserved demand of a bus in a period [MW]."""
    whole = np.zeros(view.part(year).stop - view.part(year).start)
    for asset in view.network.generators:
        if asset.technology == "shedding" and asset.bus == bus and asset.id in view.result.power:
            whole = whole + view.power(asset, year)
    return whole


def _system(view: ResultView, costs: pl.DataFrame) -> pl.DataFrame:
    rows = [
        {"scenario": view.scenario, "year": year, **_year_of(view, year, costs)}
        for year in view.network.horizon.periods
    ]
    return frame_of(rows, PowerYear)


def _year_of(view: ResultView, year: int, costs: pl.DataFrame) -> dict[str, Any]:
    """Return the figures of one period."""
    weight, load = view.weight(year), view.load(year)
    made = [(row, its) for row, its in _classes(view, year) if row["kind"] in POWER_KINDS]
    generation = sum((its.given for _, its in made), np.zeros_like(load))
    variable = [its for row, its in made if row["kind"] in ("wind", "pv")]
    available = sum((its.available for its in variable), np.zeros_like(load))
    lost = available - sum((its.given for its in variable), np.zeros_like(load))
    renewable = sum(float(its.given.sum()) for row, its in made if row["kind"] in RENEWABLE_KINDS)
    exchange = {
        key: sum(float(view.power(way, year).sum()) for way in ways.values())
        for key, ways in _ways(view, year).items()
    }
    exported = sum(energy if key[1] == "export" else -energy for key, energy in exchange.items())
    average, marginal = hourly_factors(view, year)
    price = view.result.prices[view.grid][view.part(year)]
    spent = costs.filter((pl.col("year") == year) & (pl.col("kind") != "revenue"))["cost_cny"].sum()
    whole = float(generation.sum())
    return {
        "demand_gwh": float(load.sum()) * weight / 1000.0, "peak_mw": float(load.max()),
        "residual_peak_mw": float((load - available).max()), "generation_gwh": whole * weight / 1000.0,
        "export_gwh": exported * weight / 1000.0,
        "unserved_gwh": max(float(unserved(view, year, view.grid).sum()), 0.0) * weight / 1000.0,
        "curtailed_share": _share(max(float(lost.sum()), 0.0), float(available.sum())),
        "renewable_share": _share(renewable, whole),
        "coal_rate_gce_per_kwh": _coal_rate(view, year, made),
        "co2_mt": sum(float(its.co2.sum()) for _, its in _classes(view, year)) * weight / 1e6,
        "average_factor_t_per_mwh": _share(float((average * generation).sum()), whole),
        "marginal_factor_t_per_mwh": _share(float((marginal * load).sum()), float(load.sum())),
        "price_cny_per_mwh": _share(float((price * load).sum()), float(load.sum())), "cost_cny": float(spent),
    }  # fmt: skip


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
