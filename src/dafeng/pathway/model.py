"""What the parts of the engine hand to each other: arrays with the last axis over draws.

Axes: ``chain`` in the order of :data:`Engine.chains`, ``year`` from the base year to the last year, ``draw``.
A *draw* is one future: one point of the unit cube, one coordinate per uncertain input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dafeng.scenario import Scope

Array = NDArray[np.float64]
CARRIERS = ("coal", "coke", "coal_gas", "oil", "gas", "other", "electricity", "heat", "hydrogen")
"""Energy carriers of a chain, in the order of the carrier axis."""
FUELS = CARRIERS[:6]
"""Carriers that are burnt where they are used."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One uncertain input: a coordinate of the unit cube.

    Attributes
    ----------
    id : str
        For example ``driver:gdp:0``, ``residual:steel:0``, ``success:L_wind_pv``, ``effect:L_cdq:1``.
    group : str
        A group of the sensitivity analysis: vocabulary ``uncertainty_group``.
    zh, en : str
        Name in words.
    """

    id: str
    group: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one call of the engine returns, for a number of draws.

    Attributes
    ----------
    years : ndarray, shape (year,)
    chains : tuple of str
    co2_mt : ndarray, shape (chain, year, draw)
        CO2 of combustion inside the province [Mt].
    process_mt : ndarray, shape (chain, year, draw)
        CO2 of processes [Mt].
    other_mt : mapping of str to ndarray, shape (chain, year, draw)
        Other gases by code of the vocabulary ``gases`` [Mt of the gas].
    exported_mt : ndarray, shape (year, draw)
        CO2 of electricity that is sent out, net [Mt]; part of ``co2_mt`` of the chain ``power``.
    quantities : mapping of str to ndarray, shape (year, draw)
        Other results by name with the unit as suffix, for example ``electricity_demand_twh``,
        ``wind_pv_capacity_gw``, ``coal_use_mtce``, ``gdp_index``, ``removal_mt``.
    """

    years: NDArray[np.int64]
    chains: tuple[str, ...]
    co2_mt: Array
    process_mt: Array
    other_mt: Mapping[str, Array]
    exported_mt: Array
    quantities: Mapping[str, Array]

    def by_chain(self, scope: Scope, gwp: Mapping[str, float] | None = None) -> Array:
        """Return emissions by chain in a scope, shape (chain, year, draw) [Mt CO2 or Mt CO2e].

        Exported electricity is taken off the chain ``power`` where the scope leaves it out: always in the
        boundary ``consumption``, else by the axis ``power_export``.

        Parameters
        ----------
        scope : Scope
        gwp : mapping of str to float, optional
            Warming potentials by gas; needed when the scope counts all gases.

        Raises
        ------
        KeyError
            If the scope counts all gases and a potential is missing: a defect of the caller.
        """
        total = self.co2_mt.copy()
        if scope.process == "with_process":
            total += self.process_mt
        if scope.gases == "all":
            potentials = {} if gwp is None else gwp
            for gas, mass in self.other_mt.items():
                total += potentials[gas] * mass
        if scope.boundary == "consumption" or scope.power_export == "excluded":
            total[self.chains.index("power")] -= self.exported_mt
        return total

    def total(self, scope: Scope, gwp: Mapping[str, float] | None = None) -> Array:
        """Return the provincial total in a scope, shape (year, draw); see :meth:`by_chain`."""
        return np.asarray(self.by_chain(scope, gwp).sum(axis=0))


class Simulator(Protocol):
    """What ensembles, attribution, sensitivity and hindcast ask of an engine."""

    @property
    def years(self) -> NDArray[np.int64]:
        """Years of the outcome, from the base year on."""

    @property
    def chains(self) -> tuple[str, ...]:
        """Chains in the order of the chain axis."""

    @property
    def dimensions(self) -> Sequence[Dimension]:
        """Uncertain inputs in the order of the coordinates of a point."""

    @property
    def levers(self) -> tuple[str, ...]:
        """Levers that the scenario moves."""

    def simulate(self, points: Array, on: Collection[str] | None = None) -> Outcome:
        """Return the outcome of futures.

        Parameters
        ----------
        points : ndarray, shape (draw, dimension)
            Points of the open unit cube.
        on : collection of str, optional
            Levers that act; default all. A lever that is off keeps the value it has today.
        """

    def worth(self, points: Array, scope: Scope) -> Worth:
        """Return a fast evaluation of many coalitions of levers on the same futures."""


class Worth(Protocol):
    """Emissions by coalition of levers on common draws, with memory of what was computed."""

    def __call__(self, on: frozenset[str]) -> Array:
        """Return the provincial total of a coalition, shape (year, draw) [Mt]."""
