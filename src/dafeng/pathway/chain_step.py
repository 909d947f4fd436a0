"""One chain in one future after the other: activity, intensity, savings, switches, emissions, demands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dafeng.pathway.model import CARRIERS, FUELS, Array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.pathway.base import BaseYear
    from dafeng.pathway.effects import Delivered, Effect

DEMANDS = ("electricity", "heat", "hydrogen")
"""Carriers that other chains make."""


@dataclass(slots=True, eq=False)
class Flows:
    """What a chain emits and asks for, shape (year, draw) each.

    Attributes
    ----------
    co2_mt, process_mt : ndarray
        Combustion and process CO2 [Mt].
    captured_mt : ndarray or None
        CO2 captured; already taken off [Mt].
    demand_tj : mapping of str to ndarray
        Electricity, heat and hydrogen [TJ].
    fuel_tj : mapping of str to ndarray
        Fuels burnt by carrier [TJ].
    moved : list of (chain, ndarray)
        CO2 that is booked in another chain [Mt].
    """

    co2_mt: Array
    process_mt: Array
    captured_mt: Array | None
    demand_tj: dict[str, Array]
    fuel_tj: dict[str, Array]
    moved: list[tuple[str, Array]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class ChainBase:
    """The base year of one chain.

    Attributes
    ----------
    name : str
    co2_mt : ndarray, shape (fuel,)
    energy_tj : ndarray, shape (carrier,)
    process_mt : float
    per_tj : ndarray, shape (fuel,)
        CO2 per energy for carriers that the chain does not burn yet: the mean of the province [Mt/TJ].
    effects : tuple of Effect
        Effects that name the chain, in the order of the file.
    """

    name: str
    co2_mt: Array
    energy_tj: Array
    process_mt: float
    per_tj: Array
    effects: tuple[Effect, ...]


def prepare_chains(base: BaseYear, effects: Sequence[Effect]) -> tuple[ChainBase, ...]:
    """Return the base year chain by chain."""
    energy = base.energy_tj[:, : len(FUELS)].sum(axis=0)
    mean = np.divide(base.co2_mt.sum(axis=0), energy, out=np.zeros(len(FUELS)), where=energy > 0)
    found = []
    for position, name in enumerate(base.chains):
        own = base.energy_tj[position, : len(FUELS)]
        per_tj = np.where(
            own > 0, np.divide(base.co2_mt[position], own, out=mean.copy(), where=own > 0), mean
        )
        found.append(
            ChainBase(
                name,
                base.co2_mt[position],
                base.energy_tj[position],
                float(base.process_mt[position]),
                per_tj,
                tuple(effect for effect in effects if name in effect.chains),
            )
        )
    return tuple(found)


def step_chain(
    chain: ChainBase, activity: Array, fuel_index: Array, power_index: Array, delivered: Delivered,
    on: frozenset[str], *, carriers: bool = True,
) -> Flows:  # fmt: skip
    """Return what a chain emits and asks for.

    Parameters
    ----------
    chain : ChainBase
    activity : ndarray, shape (year, draw)
        Index of the activity, 1 in the base year.
    fuel_index, power_index : ndarray, shape (year, draw)
        Index of the fuel and of the electricity intensity.
    delivered : Delivered
    on : frozenset of str
        Levers that act.
    carriers : bool
        Whether fuels by carrier are wanted; a coalition needs only CO2 and demands.
    """
    acting = [effect for effect in chain.effects if delivered.moves(effect, on)]
    level = activity
    for effect in acting:
        if effect.kind == "activity":
            level = level * np.maximum(1.0 + delivered.size(effect, on), 0.05)
    fuel, power = level * fuel_index, level * power_index
    left = _keep(acting, delivered, on)
    added, moved_tj = _switch(chain, acting, delivered, on, left)
    co2 = _emit(chain, left, added) * fuel
    process = chain.process_mt * level
    for effect in acting:
        if effect.kind == "process":
            process = process * (1.0 - delivered.share(effect, on))
    captured = None
    for effect in acting:
        if effect.kind == "capture":
            taken = np.minimum(
                np.maximum(delivered.size(effect, on), 0.0) / len(effect.chains), co2 + process
            )
            captured = taken if captured is None else captured + taken
            left_over = 1.0 - taken / np.maximum(co2 + process, 1e-12)
            co2, process = co2 * left_over, process * left_over
    index = {carrier: power if carrier == "electricity" else fuel for carrier in CARRIERS}
    demand = {
        carrier: index[carrier] * _amount(chain, carrier, left, {}) + fuel * added.get(carrier, 0.0)
        for carrier in DEMANDS
        if chain.energy_tj[CARRIERS.index(carrier)] or carrier in added
    }
    fuels = {}
    if carriers:
        fuels = {
            carrier: fuel * _amount(chain, carrier, left, added)
            for carrier in FUELS
            if chain.energy_tj[CARRIERS.index(carrier)] or carrier in added
        }
    moved = [(name, fuel * mt) for name, mt in moved_tj]
    return Flows(co2, process, captured, demand, fuels, moved)


def _keep(acting: Sequence[Effect], delivered: Delivered, on: frozenset[str]) -> dict[str, Array]:
    """Return the share of each carrier that savings leave; carriers that nothing touches are absent."""
    left: dict[str, Array] = {}
    for effect in acting:
        if effect.kind != "saving":
            continue
        kept = 1.0 - delivered.share(effect, on)
        for carrier in effect.carriers:
            left[carrier] = left[carrier] * kept if carrier in left else kept
    return left


def _switch(
    chain: ChainBase,
    acting: Sequence[Effect],
    delivered: Delivered,
    on: frozenset[str],
    left: dict[str, Array],
) -> tuple[dict[str, Array], list[tuple[str, Array]]]:
    """Move carriers; return energy added by carrier [TJ at base activity] and CO2 booked elsewhere [Mt]."""
    added: dict[str, Array] = {}
    moved: list[tuple[str, Array]] = []
    chosen = [effect for effect in acting if effect.kind in ("switch", "addition")]
    for effect in sorted(chosen, key=lambda one: one.kind == "switch"):  # additions see what is not yet moved
        share = delivered.size(effect, on)
        if effect.kind == "switch":
            share = np.clip(share, 0.0, 1.0)
        energy: Array | float = 0.0
        for carrier in effect.carriers:
            own = chain.energy_tj[CARRIERS.index(carrier)]
            if not own or carrier == effect.to_carrier:
                continue
            energy = energy + own * share * left.get(carrier, 1.0)
            if effect.kind == "switch":
                left[carrier] = left[carrier] * (1.0 - share) if carrier in left else 1.0 - share
        more = np.asarray(effect.ratio * energy)
        if more.ndim == 0:
            continue
        if effect.to_chain and effect.to_carrier in FUELS:
            moved.append((effect.to_chain, more * chain.per_tj[FUELS.index(effect.to_carrier)]))
        else:
            added[effect.to_carrier] = added.get(effect.to_carrier, 0.0) + more
    return added, moved


def _emit(chain: ChainBase, left: dict[str, Array], added: dict[str, Array]) -> Array | float:
    """Return CO2 at base activity [Mt]."""
    constant = float(
        sum(co2 for carrier, co2 in zip(FUELS, chain.co2_mt, strict=True) if carrier not in left)
    )
    total: Array | float = constant
    for carrier, co2 in zip(FUELS, chain.co2_mt, strict=True):
        if carrier in left and co2:
            total = total + co2 * left[carrier]
    for carrier, energy in added.items():
        if carrier in FUELS:
            total = total + energy * chain.per_tj[FUELS.index(carrier)]
    return total


def _amount(chain: ChainBase, carrier: str, left: dict[str, Array], added: dict[str, Array]) -> Array | float:
    """Return the energy of a carrier at base activity [TJ]."""
    own = float(chain.energy_tj[CARRIERS.index(carrier)])
    kept: Array | float = own * left[carrier] if carrier in left else own
    return kept + added[carrier] if carrier in added else kept
