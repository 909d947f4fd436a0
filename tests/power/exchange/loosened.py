"""The rules of each made network taken away, one at a time: without any of them the optimum is another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.power.network import Network


def change(network: Network, name: str, **changes: object) -> Network:
    """Return the network with attributes of one asset changed."""
    groups = ("generators", "links", "storage_units", "stores")
    parts = {
        group: tuple(
            replace(asset, **changes) if asset.id == name else asset  # type: ignore[arg-type]
            for asset in getattr(network, group)
        )
        for group in groups
    }
    return replace(network, **parts)  # type: ignore[arg-type]


def relent(name: str, attribute: str, **changes: object) -> Callable[[Network], Network]:
    """Return a function that loosens the commitment of a class."""

    def loosen(network: Network) -> Network:
        plan = next(g.commitment for g in network.generators if g.id == name)
        assert plan is not None
        return change(network, name, commitment=replace(plan, **{attribute: 0}), **changes)

    return loosen


NO_RAMP = {"ramp_limit_up": float("nan"), "ramp_limit_down": float("nan")}
LOOSER: dict[str, tuple[Callable[[Network], Network], ...]] = {
    "ramps": (
        lambda n: change(n, "coal", **NO_RAMP),
        lambda n: change(n, "gas", **NO_RAMP),
        lambda n: change(n, "tie", **NO_RAMP),
    ),
    "least_output": (
        lambda n: change(n, "coal", p_min_pu=0.0),
        lambda n: change(n, "gas", p_min_pu=0.0),
    ),
    "heat_and_power": (
        lambda n: change(n, "steam boiler", p_min_pu=0.0),
        lambda n: change(n, "heat store", standing_loss=0.0),
        lambda n: change(n, "heating", outputs=(("grid", 0.8), ("heat", 0.9))),
    ),
    "storage": (
        lambda n: change(n, "battery", standing_loss=0.0),
        lambda n: change(n, "battery", marginal_cost=0.0),
        lambda n: change(n, "pumped", inflow=0.0),
        lambda n: change(n, "pumped", max_hours=60.0),
        lambda n: change(n, "reservoir", max_hours=60.0),
    ),
    "chosen_store": (
        lambda n: change(n, "hydrogen store", marginal_cost=0.0),
        lambda n: change(n, "hydrogen store", standing_loss=0.0),
        lambda n: change(n, "hydrogen store", e_min_pu=0.0),
    ),
    "periods": (
        lambda n: change(n, "coal", retire_year=2040),
        lambda n: change(n, "wind", build_year=2025),
        lambda n: change(n, "new coal", e_sum_max=float("inf")),
        lambda n: change(n, "battery", build_year=2025),
        lambda n: change(n, "cold", p_nom=0.0),
    ),
    "retrofit": tuple(
        lambda n, k=k: replace(n, capacity_limits=n.capacity_limits[:k] + n.capacity_limits[k + 1 :])
        for k in range(3)
    ),
    "peak_capability": (lambda n: replace(n, capacity_limits=()),),
    "energy_limits": (
        lambda n: change(n, "coal", e_sum_max=float("inf")),
        lambda n: change(n, "biomass", e_sum_min=0.0),
        lambda n: replace(n, energy_limits=()),
    ),
    "energy_limits_by_period": (
        lambda n: change(n, "coal", e_sum_max=float("inf")),
        lambda n: change(n, "gas", e_sum_min=0.0),
        lambda n: replace(n, energy_limits=()),
    ),
    "co2_cap": (lambda n: replace(n, co2_limit=()), lambda n: change(n, "capture", p_nom=0.0)),
    "co2_by_period": (
        lambda n: replace(n, co2_limit=()),
        lambda n: replace(n, co2_limit=(float("inf"), 17000.0, float("inf"))),
        lambda n: replace(n, co2_price=()),
    ),
    "reserve": (
        lambda n: replace(n, reserves=n.reserves[:1]),
        lambda n: replace(n, reserves=n.reserves[1:]),
        lambda n: replace(n, reserves=(replace(n.reserves[0], requirement_of_output=()), n.reserves[1])),
    ),
    "committed": (
        relent("coal", "start_up_cost"),
        relent("coal", "stand_by_cost"),
        relent("coal", "min_up_time"),
        relent("coal", "min_down_time"),
        relent("gas", "stand_by_cost"),
        lambda n: change(n, "gas", **NO_RAMP),
    ),
    "committed_tightened": (
        relent("coal", "shut_down_cost"),
        lambda n: change(n, "coal", ramp_limit_up=float("nan")),
        lambda n: change(n, "coal", ramp_limit_down=float("nan")),
    ),
    "committed_rules": (
        lambda n: replace(n, reserves=()),
        lambda n: replace(n, co2_limit=()),
        relent("coal", "stand_by_co2"),
        relent("coal", "min_up_time"),
        relent("coal", "min_down_time"),
        relent("coal", "shut_down_cost"),
        lambda n: change(n, "coal", **NO_RAMP),
        lambda n: change(n, "gas", **NO_RAMP),
    ),
    "committed_periods": (
        relent("coal", "start_up_cost"),
        relent("coal", "shut_down_cost"),
        relent("gas", "min_up_time"),
        relent("coal", "min_down_time"),
        lambda n: change(n, "gas", **NO_RAMP),
    ),
    "flexible_demand": (
        lambda n: change(n, "cut", e_sum_max=0.0),
        lambda n: change(n, "shift", p_nom=0.0),
        lambda n: change(n, "batteries", e_min_pu=0.0),
    ),
    "corridor": (
        lambda n: replace(n, energy_limits=()),
        lambda n: change(n, "to grid", p_nom=0.0),
    ),
}
"""Rules of a case taken away, one at a time: each must matter."""
