"""What PyPSA has no word for, said with buses, generators and links that it has.

The balance of a bus is a linear equation in every hour. A *capacity flow* brings ``profile * p_nom`` to a
bus: a constant for a fixed capacity; for a chosen one the constant ``profile * M`` less the forced flow of a
link whose capacity is the spare ``M - p_nom`` (a ``tech_capacity_expansion_limit`` makes the two add up to
``M``). With it headroom, online capacity and limits on capacity become balances, and every component of the
plan stays what it is: same class, same name, same ``p_nom``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.exchange.components import BOOKKEEPING, life
from dafeng.power.network import Generator, StorageUnit, Store

if TYPE_CHECKING:
    from dafeng.power.exchange.components import Export
    from dafeng.power.network import Asset, CapacityLimit, Profile, Reserve

UNLIMITED = float("inf")
SPARE = "spare"
"""Bus from which forced flows of spare capacity take; what they take costs nothing."""


def add_bus(export: Export, name: str) -> str:
    """Add a bus of rules once and return its name."""
    if name not in export.draft.parts["Bus"]:
        export.add_carrier(BOOKKEEPING)
        export.draft.add("Bus", name, carrier=BOOKKEEPING)
    return name


def add_sink(export: Export, bus: str, asset: Asset | None = None) -> None:
    """Add what takes any surplus of a bus at no cost."""
    export.draft.add(
        "Generator", f"{bus}:surplus", bus=bus, p_nom=UNLIMITED, p_min_pu=-1.0, p_max_pu=0.0,
        carrier=BOOKKEEPING, **(life(asset) if asset else {}),
    )  # fmt: skip


def add_source(export: Export) -> None:
    """Add once the bus from which the flows of rules take, and what fills it at no cost."""
    if SPARE not in export.draft.parts["Generator"]:
        export.draft.add("Generator", SPARE, bus=add_bus(export, SPARE), p_nom=UNLIMITED, carrier=BOOKKEEPING)


def isolate_asset(export: Export, asset: Asset) -> str:
    """Put a generator or storage unit on a bus of its own with a link to where it stood; return the link.

    The flow of the link is the output, which other balances can count.
    """
    name = f"{asset.id}:output"
    if name in export.draft.parts["Link"]:
        return name
    part = export.draft.parts["Generator" if isinstance(asset, Generator) else "StorageUnit"][asset.id]
    part["bus"] = add_bus(export, name)
    lowest = float(np.min(part["p_min_pu"]))
    export.draft.add(
        "Link", name, bus0=name, bus1=asset.bus, efficiency=1.0, p_nom=UNLIMITED,
        p_min_pu=-1.0 if lowest < 0.0 else 0.0, carrier=part["carrier"], **life(asset),
    )  # fmt: skip
    return name


def add_capacity_flow(export: Export, asset: Asset, bus: str, profile: Profile) -> None:
    """Bring ``profile * p_nom`` of an asset to a bus in each hour in which it is active [MW]."""
    most = bound_capacity(export, asset) if asset.extendable else asset.p_nom
    export.draft.add(
        "Generator", f"{asset.id}:capacity:{bus}", bus=bus, p_nom=most, p_min_pu=profile, p_max_pu=profile,
        carrier=BOOKKEEPING, **life(asset),
    )  # fmt: skip
    if asset.extendable:
        export.draft.attach(_add_spare(export, asset, most), bus, -1.0 * profile)


def bound_capacity(export: Export, asset: Asset) -> float:
    """Return the most that a chosen capacity can become; a number that no plan reaches if none is given."""
    if np.isfinite(asset.p_nom_max):
        return asset.p_nom_max
    peak = sum(float(np.max(load.p_set)) for load in export.network.loads)
    return (peak + asset.p_nom_min) * (1e4 if isinstance(asset, Store) else 1e2)


def _add_spare(export: Export, asset: Asset, most: float) -> str:
    spare, draft = f"{asset.id}:{SPARE}", export.draft
    if spare in draft.parts["Link"]:
        return spare
    add_source(export)
    draft.add(
        "Link", spare, bus0=SPARE, p_nom_extendable=True, p_min_pu=1.0, p_max_pu=1.0,
        carrier=asset.id, **life(asset),
    )  # fmt: skip
    draft.add(
        "GlobalConstraint", spare, type="tech_capacity_expansion_limit", carrier_attribute=asset.id,
        sense="==", constant=most,
    )  # fmt: skip
    return spare


def limit_capacity(export: Export, limit: CapacityLimit) -> None:
    """Say a limit on capacities as the balance of a bus in the first hour of its period."""
    hours = export.time.of_period(limit.period)
    first = np.zeros(export.time.hours)
    first[hours.start] = 1.0
    bus = add_bus(export, limit.id)
    for name, coefficient in limit.terms:
        asset = export.assets[name]
        if export.time.is_active(asset, limit.period):
            add_capacity_flow(export, asset, bus, coefficient * first)
    above = limit.sense == ">="
    export.draft.add("Load", limit.id, bus=bus, p_set=limit.constant * first, carrier=BOOKKEEPING)
    export.draft.add(
        "Generator", f"{bus}:surplus", bus=bus, p_nom=UNLIMITED, p_min_pu=-1.0 if above else 0.0,
        p_max_pu=0.0 if above else 1.0, carrier=BOOKKEEPING,
    )  # fmt: skip


def require_reserve(export: Export, reserve: Reserve) -> None:
    """Say a reserve as a bus whose load is the requirement and whose supply is the headroom of providers."""
    bus = add_bus(export, reserve.id)
    export.draft.add("Load", reserve.id, bus=bus, p_set=reserve.requirement, carrier=BOOKKEEPING)
    add_sink(export, bus)
    for name, coefficient in reserve.requirement_of_output:
        if export.is_active(export.assets[name]):
            export.draft.attach(isolate_asset(export, export.assets[name]), bus, -coefficient)
    for name, share in reserve.providers:
        if export.is_active(export.assets[name]):
            _provide_reserve(export, bus, export.assets[name], share)


def _provide_reserve(export: Export, bus: str, asset: Asset, share: float) -> None:
    name = f"{asset.id}:{bus}"
    export.draft.add(
        "Link", name, bus0=open_headroom(export, asset), bus1=bus, efficiency=1.0,
        p_nom=UNLIMITED if asset.extendable else share * asset.p_nom, carrier=BOOKKEEPING, **life(asset),
    )  # fmt: skip
    if asset.extendable:
        share_bus = add_bus(export, f"{name}:share")
        add_capacity_flow(export, asset, share_bus, share)
        add_sink(export, share_bus, asset)
        export.draft.attach(name, share_bus, -1.0)


def open_headroom(export: Export, asset: Asset) -> str:
    """Return the bus on which what an asset could give meets what it gives; made once."""
    bus = f"{asset.id}:headroom"
    if bus in export.draft.parts["Bus"]:
        return bus
    add_bus(export, bus)
    export.draft.attach(isolate_asset(export, asset), bus, -1.0)
    add_sink(export, bus, asset)
    committed = isinstance(asset, Generator) and asset.commitment is not None
    if isinstance(asset, (Generator, StorageUnit)) and not committed:
        add_capacity_flow(export, asset, bus, asset.p_max_pu)
    return bus
