"""From flows to the outcome: emissions by chain, other gases, and the quantities that targets ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.pathway.base import driver_of
from dafeng.pathway.futures import driver_paths
from dafeng.pathway.model import FUELS, Array, Outcome
from dafeng.pathway.power_step import TJ_PER_TWH, exported_co2
from dafeng.pathway.serve import serve_demand, step_one

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.pathway.chain_step import Flows
    from dafeng.pathway.engine import Engine
    from dafeng.pathway.futures import Futures
    from dafeng.pathway.serve import Served

TJ_PER_MTCE = 29307.6
"""Energy of a million tonnes of coal equivalent [TJ]."""
HYDROGEN_TJ_PER_KT = 120.0
"""Lower heating value of hydrogen [TJ/kt]."""
DRIVER_NAMES = {
    "gdp": "gdp_index", "population": "population_10k", "coal_output": "coal_output_100mt",
    "coke_output": "coke_output_10kt",
}  # fmt: skip


def run_futures(engine: Engine, futures: Futures, on: frozenset[str]) -> Outcome:
    """Return the full outcome of futures with a set of levers."""
    drivers = driver_paths(engine, futures, on)
    flows = {
        chain.name: step_one(futures, chain, drivers, on, carriers=True)
        for chain in engine.chain_bases
        if driver_of(chain.name) in drivers
    }
    shape = (len(engine.years), futures.count)
    demand = {
        carrier: np.asarray(
            sum((flow.demand_tj.get(carrier, 0.0) for flow in flows.values()), np.zeros(shape))
        )
        for carrier in ("electricity", "heat", "hydrogen")
    }
    served = serve_demand(engine, futures, demand, drivers, on, carriers=True)
    return collect_outcome(engine, futures, flows, served, drivers, demand, on)


def emit_gases(
    engine: Engine, futures: Futures, chain: str, index: Array, on: frozenset[str]
) -> dict[str, Array]:
    """Return the other gases of a chain [Mt of the gas], shape (year, draw) each.

    They follow the driver of the chain; the effect ``gas`` takes shares away.
    """
    position, found = engine.chains.index(chain), {}
    for gas, masses in engine.parts.base.gases_mt.items():
        if not masses[position]:
            continue
        mass = masses[position] * index
        for effect in engine.parts.effects:
            if effect.kind == "gas" and chain in effect.chains and futures.delivered.moves(effect, on):
                mass = mass * (1.0 - futures.delivered.share(effect, on))
        found[gas] = mass
    return found


def collect_outcome(
    engine: Engine, futures: Futures, flows: dict[str, Flows], served: Served, drivers: Mapping[str, Array],
    demand: Mapping[str, Array], on: frozenset[str],
) -> Outcome:  # fmt: skip
    """Return the outcome of one run."""
    shape = (len(engine.chains), len(engine.years), futures.count)
    co2, process = np.zeros(shape), np.zeros(shape)
    gases = {gas: np.zeros(shape) for gas in engine.parts.base.gases_mt}
    everything = {**flows, **served.flows}
    for name, flow in everything.items():
        place = engine.chains.index(name)
        co2[place] += flow.co2_mt
        process[place] += flow.process_mt
        for other, moved in flow.moved:
            co2[engine.chains.index(other)] += moved
        index = served.power.thermal_index if name in served.flows else drivers[driver_of(name)]
        for gas, mass in emit_gases(engine, futures, name, index, on).items():
            gases[gas][place] += mass
    co2[engine.chains.index("hydrogen")] += served.hydrogen_mt
    exported = exported_co2(served.power, co2[engine.chains.index("power")], engine.parts.power.own_use_share)
    quantities = {
        **_driver_quantities(engine, drivers),
        **_power_quantities(engine, futures, served, on),
        **_energy_quantities(engine, everything, served, demand, drivers),
        "captured_mt": _captured(everything, shape[1:]),
        "removal_mt": _removal(engine, futures, on, shape[1:]),
        "co2_total_mt": (co2 + process).sum(axis=0),
        **{f"{gas.lower()}_mt": mass.sum(axis=0) for gas, mass in gases.items()},
        **{
            f"lever:{lever}": futures.delivered.value(lever, on) + np.zeros(shape[1:])
            for lever in engine.parts.states
        },
    }
    return Outcome(engine.years, engine.chains, co2, process, gases, exported, quantities)


def _driver_quantities(engine: Engine, drivers: Mapping[str, Array]) -> dict[str, Array]:
    levels = {**engine.parts.driver_levels, "gdp": 1.0}
    return {
        name: levels[driver] * drivers[driver] for driver, name in DRIVER_NAMES.items() if driver in drivers
    }


def _power_quantities(
    engine: Engine, futures: Futures, served: Served, on: frozenset[str]
) -> dict[str, Array]:
    power = served.power
    hydro = np.full_like(power.demand_twh, engine.parts.power.hydro_twh)
    storage = sum(
        (
            futures.delivered.value(effect.lever, on) * effect.coefficient
            for effect in engine.parts.effects
            if effect.kind == "supply" and effect.variable == "storage"
        ),
        np.zeros_like(power.demand_twh),
    )
    return {
        "electricity_demand_twh": power.generation_twh - power.export_twh,
        "generation_twh": power.generation_twh,
        "thermal_generation_twh": power.thermal_twh,
        "wind_pv_generation_twh": power.wind_pv_twh,
        "hydro_generation_twh": hydro,
        "power_export_twh": power.export_twh,
        "wind_pv_capacity_gw": power.wind_pv_gw,
        "storage_gw": storage,
        "curtailment_share": power.curtailment,
        "coal_rate_gce_per_kwh": power.coal_rate,
    }


def _energy_quantities(
    engine: Engine, flows: Mapping[str, Flows], served: Served, demand: Mapping[str, Array],
    drivers: Mapping[str, Array],
) -> dict[str, Array]:  # fmt: skip
    """Return coal and energy use, shares of electricity and of non-fossil energy.

    Energy use is fuels that are burnt, what is lost in coking, and wind, PV and hydro at the net coal rate of
    thermal power; exported power is taken off at the same rate. Coal use counts all coal that is
    burnt or made into coke, also for coke that leaves: it is no part of energy use.
    """
    power, base = served.power, engine.parts.base
    by_fuel = {
        fuel: sum((flow.fuel_tj.get(fuel, 0.0) for flow in flows.values()), np.zeros_like(power.demand_twh))
        for fuel in FUELS
    }
    coking = base.coking_tj * drivers["coke_output"]
    final = sum(
        (
            sum((tj for tj in flow.fuel_tj.values()), np.zeros_like(power.demand_twh))
            for name, flow in flows.items() if name not in ("power", "heat_supply")
        ),
        np.zeros_like(power.demand_twh),
    ) + demand["electricity"] + demand["heat"] + demand["hydrogen"]  # fmt: skip
    per_twh = engine.parts.parameters.net_coal_rate * 1e-3
    clean = (power.wind_pv_twh + engine.parts.power.hydro_twh) * per_twh
    burnt = sum(by_fuel.values(), np.zeros_like(final)) / TJ_PER_MTCE
    lost = base.coking_loss_tj * drivers["coke_output"] / TJ_PER_MTCE
    used = burnt + lost + clean - power.export_twh * per_twh
    return {
        "coal_use_mtce": (by_fuel["coal"] + coking) / TJ_PER_MTCE,
        "energy_use_mtce": used,
        "non_fossil_share": clean / np.maximum(used + power.export_twh * per_twh, 1e-9),
        "final_energy_mtce": final / TJ_PER_MTCE,
        "electricity_final_share": demand["electricity"] / np.maximum(final, 1e-9),
        "hydrogen_kt": demand["hydrogen"] / HYDROGEN_TJ_PER_KT,
        "electricity_final_twh": demand["electricity"] / TJ_PER_TWH,
    }


def _captured(flows: Mapping[str, Flows], shape: tuple[int, ...]) -> Array:
    return sum((flow.captured_mt for flow in flows.values() if flow.captured_mt is not None), np.zeros(shape))


def _removal(engine: Engine, futures: Futures, on: frozenset[str], shape: tuple[int, ...]) -> Array:
    """Return what land takes up more than today [Mt]; never part of a total."""
    total = np.zeros(shape)
    for effect in engine.parts.effects:
        if effect.kind == "sink":
            total = total + futures.delivered.size(effect, on)
    return total
