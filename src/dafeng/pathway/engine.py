"""The engine: a scenario over the years in any number of futures, with any set of its levers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dafeng.pathway.base import driver_of
from dafeng.pathway.chain_step import ChainBase, prepare_chains
from dafeng.pathway.effects import touching
from dafeng.pathway.futures import draw_futures
from dafeng.pathway.model import Array, Dimension, Outcome
from dafeng.pathway.outcome import run_futures
from dafeng.pathway.worth import CoalitionWorth

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from dafeng.pathway.base import BaseYear
    from dafeng.pathway.delivery import LeverState
    from dafeng.pathway.effects import Effect
    from dafeng.pathway.factors import FactorSet
    from dafeng.pathway.power_step import PowerBase, PowerParameters
    from dafeng.scenario import Scenario, Scope


@dataclass(frozen=True, eq=False)
class EngineParts:
    """Everything that all scenarios of a pack share; plain data, so that it can be sent to workers.

    Attributes
    ----------
    base : BaseYear
    power : PowerBase
    parameters : PowerParameters
    factors : FactorSet
    states : mapping of str to LeverState
        Every lever of the pack.
    effects : tuple of Effect
    stocks : mapping of str to ndarray, shape (year, year)
        Share of a stock by the share among additions.
    lever_names : mapping of str to (zh, en)
    driver_levels : mapping of str to float
        Value of every driver in the base year, in the unit of the vocabulary.
    gwp : mapping of str to float
        Warming potentials by gas; empty when the pack sets none.
    """

    base: BaseYear
    power: PowerBase
    parameters: PowerParameters
    factors: FactorSet
    states: Mapping[str, LeverState]
    effects: tuple[Effect, ...]
    stocks: Mapping[str, Array]
    lever_names: Mapping[str, tuple[str, str]]
    driver_levels: Mapping[str, float]
    gwp: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Engine:
    """One scenario on the parts of a pack; fulfils :class:`dafeng.pathway.model.Simulator`.

    Parameters
    ----------
    parts : EngineParts
    scenario : Scenario
        Resolved: nothing is inherited any more.
    """

    parts: EngineParts
    scenario: Scenario

    @cached_property
    def years(self) -> NDArray[np.int64]:
        """Years from the base year to the last year of the scenario."""
        return np.arange(self.parts.base.year, self.parts.factors.last_year + 1)

    @property
    def chains(self) -> tuple[str, ...]:
        """Chains in the order of the chain axis."""
        return self.parts.base.chains

    @property
    def levers(self) -> tuple[str, ...]:
        """Levers that the scenario moves."""
        return tuple(lever.id for lever in self.scenario.levers)

    @cached_property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Uncertain inputs: factors mode by mode, shares, coefficients; the same in all scenarios."""
        factors = self.parts.factors.factors
        modes = self.parts.factors.width // max(len(factors), 1)
        names = self.parts.lever_names
        found = [
            Dimension(f"{factor.id}:{mode}", factor.group, factor.zh, factor.en)
            for mode in range(modes) for factor in factors
        ]  # fmt: skip
        found += [
            Dimension(f"success:{lever}", "lever_success", *names[lever]) for lever in self.parts.states
        ]
        found += [
            Dimension(f"effect:{effect.id}", "lever_effect", *names[effect.lever])
            for effect in self.parts.effects
        ]
        return tuple(found)

    def simulate(self, points: Array, on: Collection[str] | None = None) -> Outcome:
        """Return the outcome of futures; see :meth:`dafeng.pathway.model.Simulator.simulate`.

        Raises
        ------
        InputRefused
            ``series_length`` when points have another number of coordinates.
        """
        acting = frozenset(self.levers if on is None else on)
        return run_futures(self, draw_futures(self, points), acting)

    def worth(self, points: Array, scope: Scope) -> CoalitionWorth:
        """Return a fast evaluation of coalitions on the same futures."""
        return CoalitionWorth(self, draw_futures(self, points), scope)

    @cached_property
    def chain_bases(self) -> tuple[ChainBase, ...]:
        """The base year chain by chain."""
        return prepare_chains(self.parts.base, self.parts.effects)

    @cached_property
    def touched(self) -> dict[str, frozenset[str]]:
        """Levers that can change what a chain asks for or emits."""
        return {chain: touching(self.parts.effects, chain, driver_of(chain)) for chain in self.chains}

    def __getstate__(self) -> dict[str, object]:
        """Send only what cannot be made again."""
        return {"parts": self.parts, "scenario": self.scenario}
