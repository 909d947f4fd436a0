"""What levers do: effects as records, their size in every future, and which chains they touch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dafeng.pathway.model import FUELS, Array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from dafeng.pathway.delivery import LeverState

SHARE_LIMIT = 0.95
"""Most of a quantity that one effect may take away."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of the table of lever effects.

    Attributes
    ----------
    id : str
        ``<lever>:<number>``.
    position : int
        Place among the effects of the pack: its coordinate.
    """

    id: str
    position: int
    lever: str
    kind: str
    chains: tuple[str, ...]
    carriers: tuple[str, ...]
    to_carrier: str
    to_chain: str
    variable: str
    coefficient: float
    low: float
    high: float
    ratio: float
    stock: str


def read_effects(table: pl.DataFrame) -> tuple[Effect, ...]:
    """Return the effects of a pack in the order of the file.

    Parameters
    ----------
    table : LeverEffects
    """
    return tuple(
        Effect(
            f"{row['lever_id']}:{row['number']}", position, row["lever_id"], row["effect"],
            _listed(row["chains"]), _listed(row["carriers"]) or FUELS, row["to_carrier"] or "",
            row["to_chain"] or "", row["variable"] or "", row["coefficient"], row["low"], row["high"],
            1.0 if row["ratio"] is None else row["ratio"], row["stock"] or "",
        )
        for position, row in enumerate(table.iter_rows(named=True))
    )  # fmt: skip


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


@dataclass(slots=True, eq=False)
class Delivered:
    """Levers and effects on common futures: values on and off, sizes of effects, remembered.

    A lever whose ceiling moves with another lever has one value for each state of that lever.
    """

    states: Mapping[str, LeverState]
    values_on: Mapping[str, Array]
    effects: Sequence[Effect]
    stocks: Mapping[str, Array]
    positions: Array
    """Coordinate of each effect, shape (effect, draw)."""
    ceilings: Mapping[str, tuple[Effect, ...]] = field(init=False)
    _sizes: dict[tuple[str, bool, tuple[bool, ...]], Array] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the ceilings by the lever that they limit."""
        found: dict[str, list[Effect]] = {}
        for effect in self.effects:
            if effect.kind == "ceiling":
                found.setdefault(effect.variable, []).append(effect)
        self.ceilings = {lever: tuple(rows) for lever, rows in found.items()}

    def value(self, lever: str, on: frozenset[str]) -> Array:
        """Return the value of a lever, shape (year, draw) or (year, 1)."""
        state = self.states[lever]
        value = self.values_on[lever] if lever in on and lever in self.values_on else state.observed[:, None]
        for effect in self.ceilings.get(lever, ()):
            limit = self.coefficient(effect) * self.value(effect.lever, on)
            value = np.maximum(np.minimum(value, limit), np.minimum(value, state.observed[:, None]))
        return value

    def change(self, lever: str, on: frozenset[str]) -> Array:
        """Return the change of a lever against the base year, shape (year, draw) or (year, 1)."""
        return np.asarray(self.value(lever, on) - self.states[lever].observed[0])

    def coefficient(self, effect: Effect) -> Array:
        """Return the coefficient of an effect, shape (draw,); its median is the stated value."""
        at = self.positions[effect.position]
        below = effect.low + 2 * at * (effect.coefficient - effect.low)
        above = effect.coefficient + (2 * at - 1) * (effect.high - effect.coefficient)
        return np.asarray(np.where(at < 0.5, below, above))

    def size(self, effect: Effect, on: frozenset[str]) -> Array:
        """Return coefficient times change, through the stock if one is named, shape (year, draw)."""
        linked = tuple(limit.lever in on for limit in self.ceilings.get(effect.lever, ()))
        key = (effect.id, effect.lever in on, linked)
        if key not in self._sizes:
            change = self.change(effect.lever, on)
            if effect.stock:
                change = self.stocks[effect.stock] @ change
            self._sizes[key] = np.asarray(self.coefficient(effect) * change)
        return self._sizes[key]

    def moves(self, effect: Effect, on: frozenset[str]) -> bool:
        """Return whether an effect is anything but zero."""
        if effect.lever in on and effect.lever in self.values_on:
            return True
        observed = self.states[effect.lever].observed
        return bool((observed != observed[0]).any())

    def share(self, effect: Effect, on: frozenset[str]) -> Array:
        """Return the share of a quantity that an effect takes away, at most ``SHARE_LIMIT``."""
        return np.clip(self.size(effect, on), -1.0, SHARE_LIMIT)


def touching(effects: Sequence[Effect], chain: str, driver: str) -> frozenset[str]:
    """Return the levers that can change what a chain emits or asks for, ceilings and drivers included."""
    found = {
        effect.lever for effect in effects
        if chain in effect.chains or (effect.kind == "driver" and effect.variable == driver)
    }  # fmt: skip
    limits = {effect.variable: effect.lever for effect in effects if effect.kind == "ceiling"}
    return frozenset(found | {limits[lever] for lever in found if lever in limits})
