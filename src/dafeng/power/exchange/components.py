"""Generators, links, storage units, stores and loads in PyPSA's own words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.power.network import FOREVER, Generator, Link, StorageUnit, Store

if TYPE_CHECKING:
    from dafeng.power.assembly_time import TimeLine
    from dafeng.power.exchange.draft import Draft
    from dafeng.power.network import Asset, Network, Profile

BOOKKEEPING = "bookkeeping"
"""Carrier of the buses, links and generators that stand for rules, not for plant."""


@dataclass(frozen=True)
class Export:
    """The network that is exported, its hours and the draft that grows."""

    network: Network
    time: TimeLine
    draft: Draft
    own_carriers: frozenset[str]
    """Assets whose carrier is their id, because a rule must find them alone."""

    @property
    def several_periods(self) -> bool:
        """Whether the network has investment periods in PyPSA's sense."""
        return len(self.network.horizon.periods) > 1

    @property
    def cost_scale(self) -> float:
        """Factor of yearly costs where PyPSA has no weight of the period [1]."""
        return 1.0 if self.several_periods else self.network.horizon.objective_weight[0]

    @cached_property
    def assets(self) -> dict[str, Asset]:
        """All assets by id."""
        net = self.network
        return {a.id: a for a in (*net.generators, *net.links, *net.storage_units, *net.stores)}

    def carrier_of(self, asset: Asset) -> str:
        """Return the carrier of an asset: its technology, or its id where a rule must find it alone."""
        if asset.id in self.own_carriers:
            return asset.id
        fuel = asset.carrier if isinstance(asset, Generator) else ""
        return asset.technology or fuel or asset.id

    def is_active(self, asset: Asset) -> bool:
        """Return whether an asset stands in any period."""
        return any(self.time.is_active(asset, period) for period in self.network.horizon.periods)

    def price_co2(self, rate: float) -> Profile:
        """Return the cost of an emission rate [t/MWh] in each hour [CNY/MWh]."""
        if not self.network.co2_price or rate == 0.0:
            return 0.0
        return rate * self.time.spread(self.network.co2_price)

    def add_carrier(self, name: str, title: str = "") -> None:
        """Add a carrier once."""
        if name not in self.draft.parts["Carrier"]:
            self.draft.add("Carrier", name, **({"nice_name": title} if title and title != name else {}))


def life(asset: Asset) -> dict[str, float]:
    """Return build year and lifetime [a] as PyPSA wants them."""
    years = float("inf") if asset.retire_year >= FOREVER else float(asset.retire_year - asset.build_year)
    return {"build_year": asset.build_year, "lifetime": years}


def add_assets(export: Export) -> None:
    """Add every bus, load and asset that stands in a period, as PyPSA's component of the same meaning."""
    network = export.network
    for bus, carrier in network.buses:
        export.add_carrier(carrier)
        export.draft.add("Bus", bus, carrier=carrier)
    for load in network.loads:
        export.add_carrier(load.technology or "load")
        export.draft.add("Load", load.id, bus=load.bus, p_set=load.p_set, carrier=load.technology or "load")
    for asset in export.assets.values():
        if export.is_active(asset):
            export.add_carrier(export.carrier_of(asset), asset.technology)
            _add_asset(export, asset)


def _add_asset(export: Export, asset: Asset) -> None:
    if isinstance(asset, Generator):
        export.draft.add(
            "Generator", asset.id, bus=asset.bus, **_describe_capacity(export, asset, "p_nom"),
            **_describe_operation(asset), marginal_cost=asset.marginal_cost + export.price_co2(asset.co2),
        )  # fmt: skip
    elif isinstance(asset, Link):
        export.draft.add(
            "Link", asset.id, bus0=asset.bus, **_describe_capacity(export, asset, "p_nom"),
            **_describe_operation(asset), marginal_cost=asset.marginal_cost,
        )  # fmt: skip
        for bus, efficiency in asset.outputs:
            export.draft.attach(asset.id, bus, efficiency)
    elif isinstance(asset, StorageUnit):
        export.draft.add(
            "StorageUnit", asset.id, bus=asset.bus, **_describe_capacity(export, asset, "p_nom"),
            marginal_cost=asset.marginal_cost, max_hours=asset.max_hours,
            efficiency_store=asset.efficiency_store, efficiency_dispatch=asset.efficiency_dispatch,
            standing_loss=asset.standing_loss, inflow=asset.inflow,
            p_min_pu=asset.p_min_pu, p_max_pu=asset.p_max_pu,
            cyclic_state_of_charge=not export.several_periods,
            cyclic_state_of_charge_per_period=export.several_periods,
        )  # fmt: skip
    elif isinstance(asset, Store):
        export.draft.add(
            "Store", asset.id, bus=asset.bus, **_describe_capacity(export, asset, "e_nom"),
            marginal_cost=asset.marginal_cost, standing_loss=asset.standing_loss,
            e_min_pu=asset.e_min_pu, e_max_pu=asset.e_max_pu,
            e_cyclic=not export.several_periods, e_cyclic_per_period=export.several_periods,
        )  # fmt: skip


def _describe_capacity(export: Export, asset: Asset, attribute: str) -> dict[str, Any]:
    shared = {
        "carrier": export.carrier_of(asset),
        "capital_cost": asset.capital_cost * export.cost_scale,
        **life(asset),
    }
    if not asset.extendable:
        return shared | {attribute: asset.p_nom}
    bounds = {f"{attribute}_min": asset.p_nom_min, f"{attribute}_max": asset.p_nom_max}
    return shared | {f"{attribute}_extendable": True} | bounds


def _describe_operation(asset: Generator | Link) -> dict[str, Any]:
    limits: dict[str, Any] = {"p_min_pu": asset.p_min_pu, "p_max_pu": asset.p_max_pu}
    for name in ("ramp_limit_up", "ramp_limit_down"):
        limit = getattr(asset, name)
        if not np.isnan(limit):
            limits[name] = limit
    return limits
