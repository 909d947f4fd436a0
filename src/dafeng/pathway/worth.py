"""What coalitions of levers are worth on common futures, with memory of what was computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.pathway.base import driver_of
from dafeng.pathway.futures import driver_paths
from dafeng.pathway.outcome import emit_gases
from dafeng.pathway.power_step import exported_co2
from dafeng.pathway.serve import serve_demand, step_one

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.pathway.chain_step import ChainBase
    from dafeng.pathway.engine import Engine
    from dafeng.pathway.futures import Futures
    from dafeng.pathway.model import Array
    from dafeng.pathway.serve import Served
    from dafeng.scenario import Scope


class CoalitionWorth:
    """Emissions of coalitions on common draws; blocks of chains that the same levers touch are remembered."""

    def __init__(self, engine: Engine, futures: Futures, scope: Scope) -> None:
        """Group the chains by the levers that touch them."""
        self._engine, self._futures, self._scope = engine, futures, scope
        self._blocks: dict[frozenset[str], list[ChainBase]] = {}
        for chain in engine.chain_bases:
            if driver_of(chain.name) in engine.parts.driver_levels:
                levers = engine.touched[chain.name] & frozenset(engine.levers)
                self._blocks.setdefault(levers, []).append(chain)
        self._sums: dict[tuple[frozenset[str], frozenset[str]], Array] = {}
        self._drivers: dict[frozenset[str], dict[str, Array]] = {}
        self._moving = frozenset(
            effect.lever for effect in engine.parts.effects if effect.kind == "driver"
        ) & frozenset(engine.levers)  # fmt: skip

    def __call__(self, on: frozenset[str]) -> Array:
        """Return the provincial total of a coalition, shape (year, draw) [Mt]."""
        drivers = self._driver_paths(on)
        total = np.zeros((4, len(self._engine.years), self._futures.count))
        for levers in self._blocks:
            total += self._block(levers, on, drivers)
        demand = {"electricity": total[1], "heat": total[2], "hydrogen": total[3]}
        served = serve_demand(self._engine, self._futures, demand, drivers, on, carriers=False)
        power = served.flows["power"].co2_mt
        result = total[0] + power + served.flows["heat_supply"].co2_mt + served.hydrogen_mt
        if self._scope.boundary == "consumption" or self._scope.power_export == "excluded":
            result = result - exported_co2(served.power, power, self._engine.parts.power.own_use_share)
        if self._scope.gases == "all":
            result = result + self._special_gases(served, on)
        return np.asarray(result)

    def _driver_paths(self, on: frozenset[str]) -> dict[str, Array]:
        key = on & self._moving
        if key not in self._drivers:
            self._drivers[key] = driver_paths(self._engine, self._futures, on)
        return self._drivers[key]

    def _block(self, levers: frozenset[str], on: frozenset[str], drivers: Mapping[str, Array]) -> Array:
        key = (levers, levers & on)
        if key not in self._sums:
            total = np.zeros((4, len(self._engine.years), self._futures.count))
            for chain in self._blocks[levers]:
                flow = step_one(self._futures, chain, drivers, on, carriers=False)
                total[0] += flow.co2_mt + sum((co2 for _, co2 in flow.moved), np.zeros(total.shape[1:]))
                if self._scope.process == "with_process":
                    total[0] += flow.process_mt
                if self._scope.gases == "all":
                    total[0] += self._gases(chain.name, drivers[driver_of(chain.name)], on)
                for place, carrier in enumerate(("electricity", "heat", "hydrogen"), start=1):
                    total[place] += flow.demand_tj.get(carrier, 0.0)
            self._sums[key] = total
        return self._sums[key]

    def _gases(self, chain: str, index: Array, on: frozenset[str]) -> Array:
        masses = emit_gases(self._engine, self._futures, chain, index, on)
        return sum(
            (self._engine.parts.gwp[gas] * mass for gas, mass in masses.items()), np.zeros_like(index)
        )  # fmt: skip

    def _special_gases(self, served: Served, on: frozenset[str]) -> Array:
        return self._gases("power", served.power.thermal_index, on) + self._gases(
            "heat_supply", served.power.thermal_index, on
        )
