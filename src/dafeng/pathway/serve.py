"""Ordinary chains, and power, heat and hydrogen that serve their demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dafeng.pathway.base import driver_of, group_of
from dafeng.pathway.chain_step import ChainBase, Flows, step_chain
from dafeng.pathway.model import CARRIERS
from dafeng.pathway.power_step import SUPPLY_SCALE, step_power, supply_change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.pathway.engine import Engine
    from dafeng.pathway.futures import Futures
    from dafeng.pathway.model import Array
    from dafeng.pathway.power_step import PowerFlows

HEAT = CARRIERS.index("heat")


def step_one(futures: Futures, chain: ChainBase, drivers: Mapping[str, Array],
             on: frozenset[str], *, carriers: bool) -> Flows:  # fmt: skip
    """Return the flows of an ordinary chain."""
    group = group_of(chain.name)
    fuel = futures.paths.get(f"residual:{group}")
    power = futures.paths.get(f"electricity:{group}")
    activity = drivers[driver_of(chain.name)]
    one = np.ones_like(activity)
    return step_chain(
        chain, activity, one if fuel is None else np.exp(fuel), one if power is None else np.exp(power),
        futures.delivered, on, carriers=carriers,
    )  # fmt: skip


@dataclass(slots=True, eq=False)
class Served:
    """Power, heat and hydrogen as the demand wants them."""

    power: PowerFlows
    flows: dict[str, Flows]
    hydrogen_mt: Array


def serve_demand(engine: Engine, futures: Futures, demand: Mapping[str, Array], drivers: Mapping[str, Array],
                 on: frozenset[str], *, carriers: bool) -> Served:  # fmt: skip
    """Return what power, heat and hydrogen emit for a demand of electricity, heat and hydrogen [TJ]."""
    parts, by_name = engine.parts, {chain.name: chain for chain in engine.chain_bases}
    delivered, effects = futures.delivered, engine.parts.effects
    supply = {name: supply_change(name, effects, delivered, on) for name in SUPPLY_SCALE}
    heat_base = sum(
        float(chain.energy_tj[HEAT]) for chain in engine.chain_bases if driver_of(chain.name) in drivers
    )
    one = np.ones((len(engine.years), futures.count))
    heat_index = demand["heat"] / heat_base if heat_base else one
    heat_residual = np.exp(futures.paths["residual:heat"]) if "residual:heat" in futures.paths else one
    heat = step_chain(
        by_name["heat_supply"], heat_index, heat_residual, one, delivered, on, carriers=carriers
    )
    green = np.clip(np.asarray(supply["hydrogen_green"]), 0.0, 1.0)
    made = parts.parameters
    coal = demand["hydrogen"] * (1.0 - green) * made.hydrogen_coal
    hydrogen_mt = coal * by_name["hydrogen"].per_tj[CARRIERS.index("coal")]
    per_hydrogen = (
        green * made.hydrogen_power + (1.0 - green) * made.hydrogen_coal_power + made.hydrogen_handling
    )
    electricity = (
        demand["electricity"] + heat.demand_tj.get("electricity", 0.0) + demand["hydrogen"] * per_hydrogen
    )
    hours = np.exp(futures.paths["power:re_hours"]) if "power:re_hours" in futures.paths else one
    export = parts.power.export_twh * drivers["power_export"]
    power = step_power(parts.power, parts.parameters, electricity, export, hours, supply)
    residual = np.exp(futures.paths["power:coal_rate"]) if "power:coal_rate" in futures.paths else one
    thermal = step_chain(
        by_name["power"], power.thermal_index, residual, one, delivered, on, carriers=carriers
    )
    return Served(power, {"power": thermal, "heat_supply": heat}, np.asarray(hydrogen_mt + 0.0 * one))
