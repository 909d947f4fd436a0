"""What the hourly model must meet: demand and levers of a future of the pathways, or the pack's table.

The pathways and the power system know a scenario by the same name. The future that counts by default is the
central one, in which every uncertain input stands at its median.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.app.pathway_engine import build_engine
from dafeng.errors import InputRefused
from dafeng.pack import PACK_TABLES
from dafeng.pathway.base import driver_of
from dafeng.pathway.futures import draw_futures, driver_paths
from dafeng.pathway.power_step import TJ_PER_TWH, supply_change
from dafeng.pathway.sampling import sobol_points
from dafeng.pathway.serve import step_one
from dafeng.provenance import Step
from dafeng.table import check, columns_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dafeng.app.pathway_engine import Foundation
    from dafeng.pathway.engine import Engine
    from dafeng.pathway.model import Outcome
    from dafeng.scenario import Scenario

    Array = NDArray[np.float64]

GWH_PER_TWH = 1000.0
ROAD = ("road_light", "road_heavy")
"""Chains whose electricity charges vehicles."""
EXPORT_LEVER = "L_power_export"
"""Lever of net exports; the pathways let exports grow also where no scenario moves it."""
HEAT = "district_heat"
HELD = (
    "省包只有{}年的数，其后沿用；有路径时热力按其热力需求的变化推算",
    "the pack has a figure for {} only, which is kept; with a pathway heat follows its demand of heat",
)
NOTES = {
    "electricity": ("全社会用电量，减去下列单列项", "all use of electricity less the items of their own"),
    "ev": ("公路车辆充电", "charging of road vehicles"),
    "hydrogen": ("电解制氢的需求，低位热值", "hydrogen from electrolysis, lower heating value"),
}


@dataclass(frozen=True, slots=True, eq=False)
class PowerDemand:
    """Demand and levers of one future.

    Attributes
    ----------
    demand : mapping of str to mapping of int to float
        By item of ``power_demand`` and year [GWh]; items that it does not name are those of the pack.
    levers : mapping of str to mapping of int to float
        Value of each lever by year as it is delivered [unit of the lever].
    table : polars.DataFrame
        What is met, by item and year: contract :class:`~dafeng.pack.power_schema.PowerDemands`.
    step : Step
        Where it comes from.
    """

    demand: Mapping[str, Mapping[int, float]]
    levers: Mapping[str, Mapping[int, float]]
    table: pl.DataFrame
    step: Step


def future_demand(
    foundation: Foundation, scenario: Scenario, years: tuple[int, ...], draw: int | None = None,
    seed: int = 2030,
) -> PowerDemand:  # fmt: skip
    """Return the demand and the levers of a future of a scenario.

    Parameters
    ----------
    foundation : Foundation
        What the pathways of the pack stand on.
    scenario : Scenario
        Resolved.
    years : tuple of int
        Modelled years.
    draw : int, optional
        Number of the future, so that levers succeed as in it; default the central future.
    seed : int
        Seed of the futures.

    Raises
    ------
    InputRefused
        What the engine refuses; ``power_year_outside`` for a year that the scenario does not reach.
    """
    engine = build_engine(foundation, scenario)
    outside = [year for year in years if not engine.years[0] <= year <= engine.years[-1]]
    if outside:
        raise InputRefused.of(
            "power_year_outside", year=outside[0], first=engine.years[0], last=engine.years[-1]
        )
    width = len(engine.dimensions)
    points = np.full((1, width), 0.5) if draw is None else sobol_points(width, draw, 1, seed)
    outcome = engine.simulate(points)
    places = {int(year): place for place, year in enumerate(outcome.years)}
    items, heat = _items(engine, outcome, points)
    demand = {item: {year: float(values[places[year]]) for year in years} for item, values in items.items()}
    held = hold_items(foundation.tables["power_demands"], years, demand)
    heat_index = {year: float(heat[places[year]] / heat[0]) for year in years} if heat[0] > 0 else {}
    if HEAT in held and heat_index:
        held[HEAT] = {year: value * heat_index[year] for year, value in held[HEAT].items()}
    levers = {
        name.removeprefix("lever:"): {
            int(y): float(v) for y, v in zip(outcome.years, values[:, 0], strict=True)
        }
        for name, values in outcome.quantities.items()
        if name.startswith("lever:")
    }
    levers |= _exports(foundation, outcome)
    which = ("中位未来", "the central future") if draw is None else (f"第 {draw} 种未来", f"future {draw}")
    step = Step(
        "power.demand", f"用电需求和杠杆取自情景 {scenario.id} 的{which[0]}",
        f"demand and levers are those of {which[1]} of the scenario {scenario.id}",
        {"scenario": scenario.id, "draw": -1 if draw is None else draw, "years": list(years)}, len(demand),
    )  # fmt: skip
    table = join_demand(demand, held, foundation.tables["power_demands"], years)
    return PowerDemand(demand | held, levers, table, step)


def table_demand(tables: Mapping[str, pl.DataFrame], years: tuple[int, ...], why: str = "") -> PowerDemand:
    """Return the demand of the pack's own table; no lever is known then.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
    years : tuple of int
    why : str
        Code of the finding for which the pathways gave none.
    """
    held = hold_items(tables["power_demands"], years, {})
    step = Step(
        "power.demand",
        "路径没有给出用电需求，取省包的需求表",
        "no pathway gives the demand: it is the table of the pack",
        {"reason": why, "years": list(years)}, tables["power_demands"].height,
    )  # fmt: skip
    return PowerDemand(held, {}, join_demand({}, held, tables["power_demands"], years), step)


def hold_items(
    given: pl.DataFrame, years: tuple[int, ...], known: Mapping[str, Mapping[int, float]]
) -> dict[str, dict[int, float]]:
    """Return the items of the pack that it does not give for every modelled year [GWh].

    Between its years an item is a straight line; after its last and before its first year it is held. The
    demand of electricity is never held: without an outlook it must be refused.
    """
    found = {}
    for (item,), part in given.sort("item", "year").group_by("item", maintain_order=True):
        name, spans = str(item), part["year"].to_list()
        if name in known or name == "electricity" or all(spans[0] <= year <= spans[-1] for year in years):
            continue
        values = [row["value"] * conversion_factor(row["unit"], "GWh") for row in part.iter_rows(named=True)]
        found[name] = {year: float(np.interp(year, spans, values)) for year in years}
    return found


def join_demand(
    demand: Mapping[str, Mapping[int, float]], held: Mapping[str, Mapping[int, float]], given: pl.DataFrame,
    years: tuple[int, ...],
) -> pl.DataFrame:  # fmt: skip
    """Return what is met by item and year: of the future, else of the pack, as it is or held."""
    schema = {spec.name: spec.dtype for spec in columns_of(PACK_TABLES["power_demands"])}
    rows = [
        dict.fromkeys(schema)
        | {
            "item": item, "year": year, "value": value, "unit": "GWh", "state": "derived", "grade": "C",
            "note_zh": NOTES[item][0], "note_en": NOTES[item][1],
        }
        for item, by_year in demand.items()
        for year, value in by_year.items()
    ]  # fmt: skip
    for (item,), part in given.sort("item", "year").group_by("item", maintain_order=True):
        if str(item) not in demand:
            rows += _pack_rows(part, years, held.get(str(item), {}))
    return check(pl.DataFrame(rows, schema=schema), PACK_TABLES["power_demands"])


def _pack_rows(
    part: pl.DataFrame, years: tuple[int, ...], held: Mapping[int, float]
) -> list[dict[str, object]]:
    """Return the rows of one item of the pack at the modelled years."""
    known = part["year"].to_list()
    values = [row["value"] * conversion_factor(row["unit"], "GWh") for row in part.iter_rows(named=True)]
    made = []
    for year in years:
        before = part.filter(pl.col("year") <= year)
        row = before.row(-1, named=True) if before.height else part.row(0, named=True)
        if year in held:
            note = {"note_zh": HELD[0].format(row["year"]), "note_en": HELD[1].format(row["year"])}
            made.append(row | {"year": year, "value": held[year], "unit": "GWh", "state": "derived", **note})
        elif known[0] <= year <= known[-1]:
            made.append(row | {"year": year, "value": float(np.interp(year, known, values)), "unit": "GWh"})
    return made


def _items(engine: Engine, outcome: Outcome, points: Array) -> tuple[dict[str, Array], Array]:
    """Return yearly demand by item, shape (year,) each [GWh], and the demand of heat [TJ]."""
    futures, on = draw_futures(engine, points), frozenset(engine.levers)
    drivers = driver_paths(engine, futures, on)
    flows = {
        chain.name: step_one(futures, chain, drivers, on, carriers=True)
        for chain in engine.chain_bases
        if driver_of(chain.name) in drivers
    }
    none = np.zeros((len(engine.years), 1))
    hydrogen_tj = sum((flow.demand_tj.get("hydrogen", 0.0) for flow in flows.values()), none)
    charging = sum((flows[name].demand_tj.get("electricity", 0.0) for name in ROAD if name in flows), none)
    green = np.clip(supply_change("hydrogen_green", engine.parts.effects, futures.delivered, on) + none, 0, 1)
    electrolysis = hydrogen_tj * green * engine.parts.parameters.hydrogen_power
    whole = outcome.quantities["electricity_demand_twh"]
    scale = GWH_PER_TWH / TJ_PER_TWH
    found = {
        "electricity": GWH_PER_TWH * whole - scale * (charging + electrolysis),
        "ev": scale * charging,
        "hydrogen": scale * hydrogen_tj * green,
    }
    heat = sum((flow.demand_tj.get("heat", 0.0) for flow in flows.values()), none)
    wanted = {
        item: np.asarray(values)[:, 0]
        for item, values in found.items()
        if item == "electricity" or np.any(values > 0)
    }
    return wanted, np.asarray(heat)[:, 0]


def _exports(foundation: Foundation, outcome: Outcome) -> dict[str, dict[int, float]]:
    """Return net exports by year in the unit of their lever; nothing when the pack has no such lever."""
    ranges = foundation.tables["lever_ranges"].filter(pl.col("lever_id") == EXPORT_LEVER)
    if ranges.is_empty():
        return {}
    scale = conversion_factor("TWh", ranges["unit"][0])
    paths = zip(outcome.years, outcome.quantities["power_export_twh"][:, 0], strict=True)
    return {EXPORT_LEVER: {int(year): scale * float(value) for year, value in paths}}
