r"""Assets that work alike share their columns: one unit, whose capacity is the sum of theirs.

Everything that an asset may do scales with its capacity. So vintages, retrofits and retirement options that
differ in their years, their capacity and its cost only can do together exactly what one asset of the summed
capacity can, and the optimum stays the same: a sum of copies of a convex cone is the cone. What does not
scale stays alone: a limit on the energy of one asset, inflow, a capacity without end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.assembly_checks import assets_of
from dafeng.power.network import Generator, StorageUnit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.power.assembly_time import TimeLine
    from dafeng.power.network import Asset, Commitment, Network

_OWN = {
    "id", "technology", "zone", "build_year", "retire_year", "p_nom", "extendable", "p_nom_min", "p_nom_max",
    "capital_cost",
}  # fmt: skip
"""What may differ among assets that work alike."""


@dataclass(frozen=True)
class Unit:
    """Assets that share columns."""

    leader: Asset
    """The first of them, with the years of them all; its id names the columns."""
    members: tuple[Asset, ...]


def join_alike(network: Network, time: TimeLine) -> tuple[Unit, ...]:
    """Return the assets that stand in some period as units, in the order of their leaders.

    Parameters
    ----------
    network : Network
        Any network whose parts fit together.
    time : TimeLine
        Its hours.
    """
    groups: dict[tuple[object, ...], list[Asset]] = {}
    for asset in assets_of(network):
        run = time.active(asset)
        if run.stop > run.start:
            groups.setdefault(_kind_of(asset), []).append(asset)
    units: list[Unit] = []
    for members in groups.values():
        together = _follow_each_other(members, time) and _count_alike(members, network, time)
        for part in [members] if together else [[asset] for asset in members]:
            first = min(asset.build_year for asset in part)
            last = max(asset.retire_year for asset in part)
            leader = replace(
                part[0], build_year=first, retire_year=last, extendable=any(a.extendable for a in part)
            )
            units.append(Unit(leader, tuple(part)))
    return tuple(units)


def fingerprint(value: object) -> object:
    """Return something hashable that is equal for equal values, arrays and nan among them."""
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, tuple):
        return tuple(fingerprint(part) for part in value)
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def is_tightened(generator: Generator, commitment: Commitment) -> bool:
    """Return whether the ramp rows are tightened: starts and stops cost the same, the capacity is fixed."""
    same = commitment.start_up_cost == commitment.shut_down_cost
    ramped = not np.isnan([generator.ramp_limit_up, generator.ramp_limit_down]).all()
    return same and ramped and not generator.extendable


def _kind_of(asset: Asset) -> tuple[object, ...]:
    """Return what assets that work alike have in common."""
    values = (getattr(asset, item.name) for item in fields(asset) if item.name not in _OWN)
    key = [type(asset).__name__, *(fingerprint(value) for value in values)]
    alone = math.isinf(asset.p_nom)
    if isinstance(asset, Generator):
        alone = alone or asset.e_sum_min > 0 or math.isfinite(asset.e_sum_max)
        key.append(asset.commitment is not None and is_tightened(asset, asset.commitment))
    if isinstance(asset, StorageUnit):
        alone = alone or bool(np.any(asset.inflow))
    return (*key, asset.id if alone else "")


def _follow_each_other(members: list[Asset], time: TimeLine) -> bool:
    """Return whether the periods in which any of them stands have no gap."""
    runs = sorted((time.active(asset) for asset in members), key=lambda run: int(run.start))
    end = runs[0].stop
    for run in runs:
        if run.start > end:
            return False
        end = max(end, run.stop)
    return True


def _count_alike(members: list[Asset], network: Network, time: TimeLine) -> bool:
    """Return whether every limit and reserve counts the output of all of them alike."""
    ids = [asset.id for asset in members]
    lists: list[tuple[Iterable[tuple[str, float]], list[str]]] = [
        (limit.terms, [a.id for a in members if time.is_active(a, limit.period)])
        for limit in network.energy_limits
    ]
    for reserve in network.reserves:
        lists += [(reserve.providers, ids), (reserve.requirement_of_output, ids)]
    return all(len({_total(terms, name) for name in names}) <= 1 for terms, names in lists)


def _total(terms: Iterable[tuple[str, float]], name: str) -> float:
    return sum(value for asset, value in terms if asset == name)
