"""Dispatch of given capacities: a network in which every class has the capacity that somebody gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from dafeng.app.power_contracts import GivenCapacity
from dafeng.errors import Finding, InputRefused, Place
from dafeng.power.network import Asset, Network
from dafeng.table import KnownNames, check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_A = TypeVar("_A", bound=Asset)


def read_capacities(frame: pl.DataFrame, year: int, file: str) -> dict[str, float]:
    """Return the capacities of a year by class.

    Parameters
    ----------
    frame : polars.DataFrame
        ``technology``, ``year``, ``capacity_mw`` and perhaps more: the capacity table of a plan, or a CSV.
    year : int
    file : str
        For messages.

    Raises
    ------
    InputRefused
        ``power_capacities_year`` when the table has no such year; defects of the table.
    """
    names = ["technology", "year", "capacity_mw"]
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise InputRefused(
            Finding("column_missing", Place(file), {"column": name, "present": ", ".join(frame.columns)})
            for name in missing
        )
    summed = (
        frame.select(names)
        .group_by("technology", "year", maintain_order=True)
        .agg(pl.col("capacity_mw").sum())
    )
    given = check(summed, GivenCapacity).filter(pl.col("year") == year)
    if given.is_empty():
        years = ", ".join(map(str, sorted(set(frame["year"].to_list())))) or "-"
        raise InputRefused.of("power_capacities_year", Place(file), year=year, years=years)
    return dict(given.select("technology", "capacity_mw").iter_rows())


def fix_capacities(network: Network, capacities: Mapping[str, float]) -> Network:
    """Return a network of one year in which nothing is left to choose but the hours.

    A class that is named has exactly that capacity, first of what stands, then of what was retrofitted or
    built. A class that is not named has what stands and nothing more. Limits on capacity are dropped: nothing
    is left for them to decide.

    Parameters
    ----------
    network : Network
        One period, with everything that could be chosen.
    capacities : mapping of str to float
        Class -> capacity [MW; stores MWh].

    Raises
    ------
    InputRefused
        ``power_capacity_unplaced`` for a class that the network does not have in that year.
    """
    given = _share_out(network, capacities)
    return replace(
        network,
        generators=_fix(network.generators, given),
        links=_fix(network.links, given),
        storage_units=_fix(network.storage_units, given),
        stores=_fix(network.stores, given),
        capacity_limits=(),
    )


def _fix(assets: tuple[_A, ...], given: Mapping[str, float]) -> tuple[_A, ...]:
    return tuple(replace(a, extendable=False, p_nom=given[a.id]) if a.id in given else a for a in assets)


def _share_out(network: Network, capacities: Mapping[str, float]) -> dict[str, float]:
    """Return the capacity of every asset that a class sizes."""
    sized = _sized_assets(network)
    unplaced = [name for name, capacity in capacities.items() if capacity > 0 and name not in sized]
    if unplaced:
        known = KnownNames(sized)
        raise InputRefused(
            Finding("power_capacity_unplaced", params={"technology": name, "known": known})
            for name in unplaced
        )
    given: dict[str, float] = {}
    for name, assets in sized.items():
        ordered = sorted(assets, key=lambda asset: (asset.extendable, ".new." in asset.id))
        if name not in capacities:
            stays = {a.id: a.p_nom_max if ".until." in a.id else 0.0 for a in ordered if a.extendable}
            given |= stays
            continue
        rest = capacities[name]
        for asset in ordered:
            most = asset.p_nom_max if asset.extendable else asset.p_nom
            given[asset.id] = min(rest, most)
            rest -= given[asset.id]
        given[ordered[-1].id] += max(rest, 0.0)
    return given


def _sized_assets(network: Network) -> dict[str, list[Asset]]:
    """Return the assets by class whose capacity is that of the class: of a CHP class not its turbine."""
    period = network.horizon.periods[0]
    found: dict[str, list[Asset]] = {}
    sources: Sequence[Asset] = (*network.generators, *network.storage_units, *network.stores)
    for asset in sources:
        if asset.technology and asset.build_year <= period < asset.retire_year:
            found.setdefault(asset.technology, []).append(asset)
    owned = set(found)
    for link in network.links:
        if link.technology and link.technology not in owned and link.extendable:
            found.setdefault(link.technology, []).append(link)
    return found
