"""A network of ours as a network of PyPSA that solves to the same objective."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import InputRefused
from dafeng.power.assembly_time import TimeLine
from dafeng.power.exchange.commitment import commit_generator
from dafeng.power.exchange.components import Export, add_assets
from dafeng.power.exchange.draft import Draft
from dafeng.power.exchange.gadgets import limit_capacity, require_reserve
from dafeng.power.exchange.limits import limit_co2, limit_energy, limit_generation
from dafeng.power.network import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from dafeng.power.network import Horizon, Network

META = "dafeng"
"""Key under which the export says about itself in ``n.meta``."""
FIXED_COST = "fixed_cost_cny"


def load_pypsa() -> Any:
    """Import PyPSA, which takes seconds and is an extra.

    Raises
    ------
    InputRefused
        ``pypsa_missing``.
    """
    try:
        return import_module("pypsa")
    except ImportError as error:
        raise InputRefused.of("pypsa_missing") from error


def keep_strings(pypsa: Any) -> AbstractContextManager[Any]:
    """Return a context in which PyPSA keeps the strings of pandas, its next version's way."""
    context: AbstractContextManager[Any] = pypsa.option_context(
        "api.legacy_string_dtype",
        False,  # noqa: FBT003 - by position, as PyPSA wants it
    )
    return context


def to_pypsa(network: Network, capacities: Mapping[str, float] | None = None) -> Any:
    """Return a network as a :class:`pypsa.Network`.

    ``n.optimize()`` (``multi_investment_periods=True`` when there are several periods) reaches the objective
    of the assembled programme; the yearly cost of capacity that is not chosen is no part of PyPSA's
    objective and stands in ``n.meta["dafeng"]["fixed_cost_cny"]``. :func:`read_objective` adds both.

    Parameters
    ----------
    network : Network
        What is planned.
    capacities : mapping, optional
        Solved capacities by asset [MW; MWh of stores], kept as ``p_nom_opt`` and ``e_nom_opt``.

    Raises
    ------
    InputRefused
        ``pypsa_missing``; ``pypsa_hour_weights`` when committed assets live through periods whose hours
        weigh differently.

    Notes
    -----
    Rules that PyPSA has no word for are built from its own components with the carrier ``bookkeeping``
    (:mod:`dafeng.power.exchange.gadgets`). Written for PyPSA 1.4 (Brown, Hoersch, Schlachtberger 2018,
    doi:10.5334/jors.188).
    """
    pypsa = load_pypsa()
    export = _draft_network(network)
    with keep_strings(pypsa):
        target = pypsa.Network(name=network.name)
        _set_hours(target, network.horizon)
        export.draft.fill(target)
    for name, capacity in (capacities or {}).items():
        _note_capacity(target, export, name, capacity)
    target.meta = {META: _describe_export(export)}
    return target


def read_objective(solved: Any) -> float:
    """Return the objective of a solved export with the cost of its fixed capacity [CNY]."""
    about = solved.meta.get(META, {})
    return float(solved.objective + solved.objective_constant + about.get(FIXED_COST, 0.0))


def _draft_network(network: Network) -> Export:
    export = Export(network, TimeLine(network.horizon), Draft(), find_own_carriers(network))
    add_assets(export)
    for generator in network.generators:
        if not export.is_active(generator):
            continue
        limit_generation(export, generator)
        if generator.commitment is not None:
            commit_generator(export, generator, generator.commitment)
    for reserve in network.reserves:
        require_reserve(export, reserve)
    for limit in network.capacity_limits:
        limit_capacity(export, limit)
    for energy_limit in network.energy_limits:
        limit_energy(export, energy_limit)
    limit_co2(export)
    return export


def find_own_carriers(network: Network) -> frozenset[str]:
    """Return the assets that a global constraint must find alone: their carrier is their id."""
    named = {name for limit in network.capacity_limits for name, _ in limit.terms}
    named |= {name for limit in network.energy_limits for name, _ in limit.terms}
    named |= {name for reserve in network.reserves for name, _ in reserve.providers}
    for generator in network.generators:
        bounded = generator.e_sum_min != 0.0 or np.isfinite(generator.e_sum_max)
        if bounded or generator.co2 != 0.0 or generator.commitment is not None:
            named.add(generator.id)
    return frozenset(named)


def _set_hours(target: Any, horizon: Horizon) -> None:
    pandas = import_module("pandas")
    years = horizon.calendar_years or horizon.periods
    stamps = [
        pandas.date_range(f"{year}-01-01", periods=hours, freq="h")
        for year, hours in zip(years, horizon.hours, strict=True)
    ]
    each = horizon.hour_weight or (1.0,) * len(horizon.periods)
    weights = np.repeat(np.asarray(each, dtype=np.float64), horizon.hours)
    if len(horizon.periods) == 1:
        target.set_snapshots(stamps[0])
        target.snapshot_weightings["objective"] = weights * horizon.objective_weight[0]
    else:
        labels = [np.repeat(horizon.periods, horizon.hours), np.concatenate(stamps)]
        target.set_snapshots(pandas.MultiIndex.from_arrays(labels, names=["period", "timestep"]))
        target.investment_periods = list(horizon.periods)
        target.investment_period_weightings["objective"] = list(horizon.objective_weight)
        target.investment_period_weightings["years"] = list(horizon.years)
        target.snapshot_weightings["objective"] = weights
    target.snapshot_weightings["generators"] = weights
    target.snapshot_weightings["stores"] = 1.0


def _note_capacity(target: Any, export: Export, name: str, capacity: float) -> None:
    asset = export.assets[name]
    if export.is_active(asset):
        component = target.c[type(asset).__name__].static
        component.loc[name, "e_nom_opt" if isinstance(asset, Store) else "p_nom_opt"] = capacity


def _describe_export(export: Export) -> dict[str, Any]:
    horizon = export.network.horizon
    active = [asset for asset in export.assets.values() if export.is_active(asset)]
    return {
        "network": export.network.name,
        "notes": dict(export.network.notes),
        "periods": list(horizon.periods),
        "clock": "+08:00",
        "units": "MW, MWh, CNY, t CO2",
        FIXED_COST: sum(
            export.time.active_weight(asset) * asset.capital_cost * asset.p_nom
            for asset in active
            if not asset.extendable and asset.capital_cost
        ),
        "left_out": sorted(asset.id for asset in export.assets.values() if asset not in active),
        "rules": {
            "capacity_limits": [limit.id for limit in export.network.capacity_limits],
            "energy_limits": [limit.id for limit in export.network.energy_limits],
            "reserves": [reserve.id for reserve in export.network.reserves],
            "committed": [g.id for g in export.network.generators if g.commitment is not None],
        },
        "how": _say_how(export),
    }


def _say_how(export: Export) -> str:
    """Return how to solve an export and what its objective leaves out."""
    committed = any("committable" in part for part in export.draft.parts["Generator"].values())
    options = (
        "multi_investment_periods=True" if export.several_periods else "",
        "linearized_unit_commitment=True" if committed else "",
    )
    call = f"optimize({', '.join(option for option in options if option)})"
    return (
        f"{call}; whole cost = objective + objective_constant + {FIXED_COST};"
        " components of the carrier bookkeeping say rules"
    )
