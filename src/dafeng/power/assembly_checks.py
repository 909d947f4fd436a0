"""What must hold before a network can become a programme: ids, buses, lengths, numbers."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import Finding, InputRefused, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.power.network import Asset, Network, Profile

_PROFILES = ("p_min_pu", "p_max_pu", "marginal_cost", "inflow", "e_min_pu", "e_max_pu")


def check_network(network: Network) -> None:
    """Refuse a network whose parts do not fit together.

    Parameters
    ----------
    network : Network
        Any network.

    Raises
    ------
    InputRefused
        With a finding for each id given twice, bus or term unknown, profile of a wrong length or with
        gaps, and capacity whose least is more than its most.
    """
    findings = [
        *_check_ids(network),
        *_check_buses(network),
        *_check_profiles(network),
        *_check_terms(network),
        *_check_horizon(network),
    ]
    if findings:
        raise InputRefused(findings)


def assets_of(network: Network) -> tuple[Asset, ...]:
    """Return all assets of a network."""
    return (*network.generators, *network.links, *network.storage_units, *network.stores)


def _check_ids(network: Network) -> Iterator[Finding]:
    names = [asset.id for asset in assets_of(network)] + [load.id for load in network.loads]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield Finding("power_id_twice", params={"id": name})
        seen.add(name)
    for asset in assets_of(network):
        if asset.extendable and not asset.p_nom_min <= asset.p_nom_max:
            params = {"id": asset.id, "low": asset.p_nom_min, "high": asset.p_nom_max}
            yield Finding("power_capacity_crossed", params=params)


def _check_buses(network: Network) -> Iterator[Finding]:
    known = {bus for bus, _carrier in network.buses}
    used = [(asset.id, asset.bus) for asset in assets_of(network)]
    used += [(link.id, bus) for link in network.links for bus, _efficiency in link.outputs]
    used += [(load.id, load.bus) for load in network.loads]
    for name, bus in used:
        if bus not in known:
            yield Finding("power_bus_unknown", params={"id": name, "bus": bus})


def _check_profiles(network: Network) -> Iterator[Finding]:
    hours = sum(network.horizon.hours)
    for name, attribute, profile in _profiles(network):
        values = np.asarray(profile, dtype=np.float64)
        place = Place(column=attribute)
        if values.ndim and values.shape != (hours,):
            params = {"id": name, "rows": values.size, "hours": hours}
            yield Finding("power_profile_length", place, params)
        elif np.isnan(values).any():
            first = int(np.flatnonzero(np.isnan(np.atleast_1d(values)))[0])
            yield Finding("power_profile_gap", place, {"id": name, "hour": first})


def _profiles(network: Network) -> Iterator[tuple[str, str, Profile]]:
    for asset in assets_of(network):
        given = {item.name for item in fields(asset)}
        for attribute in _PROFILES:
            if attribute in given:
                yield asset.id, attribute, getattr(asset, attribute)
    for link in network.links:
        for bus, efficiency in link.outputs:
            yield link.id, f"efficiency {bus}", efficiency
    for load in network.loads:
        yield load.id, "p_set", load.p_set
    for reserve in network.reserves:
        yield reserve.id, "requirement", reserve.requirement


def _check_terms(network: Network) -> Iterator[Finding]:
    outputs = {asset.id for asset in (*network.generators, *network.links)}
    providers = {asset.id for asset in (*network.generators, *network.storage_units)}
    generators = {asset.id for asset in network.generators}
    every = {asset.id for asset in assets_of(network)}
    used = [(limit.id, name, outputs) for limit in network.energy_limits for name, _ in limit.terms]
    used += [(limit.id, name, every) for limit in network.capacity_limits for name, _ in limit.terms]
    used += [(reserve.id, name, providers) for reserve in network.reserves for name, _ in reserve.providers]
    used += [
        (reserve.id, name, generators)
        for reserve in network.reserves
        for name, _ in reserve.requirement_of_output
    ]
    for limit, name, known in used:
        if name not in known:
            yield Finding("power_term_unknown", params={"limit": limit, "id": name})


def _check_horizon(network: Network) -> Iterator[Finding]:
    horizon = network.horizon
    count = len(horizon.periods)
    parts = {
        "hours": horizon.hours,
        "objective_weight": horizon.objective_weight,
        "years": horizon.years,
        "hour_weight": horizon.hour_weight,
        "co2_price": network.co2_price,
        "co2_limit": network.co2_limit,
    }
    for name, values in parts.items():
        if len(values) != count and not (not values and name in {"hour_weight", "co2_price", "co2_limit"}):
            params = {"name": name, "values": len(values), "periods": count}
            yield Finding("power_horizon_length", params=params)
    dated = [(limit.id, limit.period) for limit in network.energy_limits]
    dated += [(limit.id, limit.period) for limit in network.capacity_limits]
    for name, period in dated:
        if period not in horizon.periods:
            yield Finding("power_period_unknown", params={"limit": name, "period": period})
