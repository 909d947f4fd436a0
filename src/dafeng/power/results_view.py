"""A solved network by class and period: power, heat, fuel and emissions of each hour.

Fuel and CO2 here are physical: coal follows its part-load curve at the capacity online. With unit commitment
that is what the model keeps online, without it the online share of the parameters, and more where the output
needs it; the objective of a plan without unit commitment prices the rate in the middle of the curve.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dafeng.power.build_assets import FROM, GIVEN, NEW, OLD, UNTIL
from dafeng.power.build_context import GRID
from dafeng.power.build_costs import COAL_KINDS, read_curve
from dafeng.power.build_parameters import TCE_PER_MWH, ParameterBook
from dafeng.power.coal import allocate_heat_fuel, assume_online
from dafeng.power.network import Generator, Link, StorageUnit, Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.power.network import Asset, Network
    from dafeng.power.solution import PlanResult

Hours = NDArray[np.float64]
POWER_KINDS = frozenset({"coal", "coal_chp", "gas", "hydro", "wind", "pv", "biomass", "recovered"})
"""Kinds whose output is generation."""
RENEWABLE_KINDS = frozenset({"hydro", "wind", "pv", "biomass"})
FREE_KINDS = frozenset({"wind", "pv", "hydro"})
"""Kinds whose unused output is curtailed."""
STORAGE_KINDS = frozenset({"pumped_hydro", "battery", "hydrogen_store", "heat_store", "demand_shift", "ev"})
ELECTRICITY = "electricity"
CORRIDOR = "corridor."
"""How the buses of corridors begin."""
DEFAULT_PRICE_YEAR = 2020


def origin_of(asset: Asset) -> str:
    """Return where an asset came from: ``old``, ``until``, ``new``, ``given`` or ``from_X``.

    An id that does not say so is new when its capacity is chosen, else old.
    """
    parts = asset.id.split(".")
    known = {OLD, UNTIL, NEW, GIVEN}
    for part in parts[1:]:
        if part in known or part.startswith(FROM):
            return part
    return NEW if asset.extendable else OLD


@dataclass
class ClassYear:
    """One class in one period; arrays have one value per modelled hour.

    Attributes
    ----------
    capacity : float
        [MW]
    energy : float
        Energy of storage [MWh]; 0 without.
    given, taken : ndarray
        Power into and out of electricity buses [MW].
    charged, discharged : ndarray
        Into and out of a storage, in its own carrier [MW].
    heat : ndarray
        [MW]
    available : ndarray
        What wind, PV and hydro could have given [MW].
    fuel, heat_fuel : ndarray
        Fuel, and what of it heat carries [tce/h].
    co2 : ndarray
        [t/h]
    """

    capacity: float
    energy: float
    given: Hours
    taken: Hours
    charged: Hours
    discharged: Hours
    heat: Hours
    available: Hours
    fuel: Hours
    heat_fuel: Hours
    co2: Hours


@dataclass(frozen=True)
class ResultView:
    """A solved network with the tables that it came from."""

    network: Network
    tables: Mapping[str, pl.DataFrame]
    result: PlanResult
    scenario: str
    _years: dict[tuple[str, int], ClassYear] = field(default_factory=dict)

    @cached_property
    def notes(self) -> dict[str, str]:
        """What the network says of its inputs."""
        return dict(self.network.notes)

    @cached_property
    def price_year(self) -> int:
        """Year whose prices the money is in."""
        return int(self.notes.get("price_year", DEFAULT_PRICE_YEAR))

    @cached_property
    def book(self) -> ParameterBook:
        """Parameters of the classes."""
        return ParameterBook(self.tables["power_parameters"], self.price_year)

    @cached_property
    def classes(self) -> dict[str, dict[str, Any]]:
        """Rows of ``power_technologies`` by class."""
        return {row["technology"]: row for row in self.tables["power_technologies"].iter_rows(named=True)}

    @cached_property
    def electric(self) -> frozenset[str]:
        """Buses that carry electricity."""
        return frozenset(bus for bus, carrier in self.network.buses if carrier == ELECTRICITY)

    @cached_property
    def assets(self) -> tuple[Asset, ...]:
        """Every asset."""
        net = self.network
        return (*net.generators, *net.links, *net.storage_units, *net.stores)

    def part(self, year: int) -> slice:
        """Return the hours of a period."""
        hours = self.network.horizon.hours
        place = self.network.horizon.periods.index(year)
        start = sum(hours[:place])
        return slice(start, start + hours[place])

    def weight(self, year: int) -> float:
        """Return the hours that a modelled hour of a period stands for [h]."""
        weights = self.network.horizon.hour_weight
        return weights[self.network.horizon.periods.index(year)] if weights else 1.0

    def active(self, year: int, technology: str | None = None) -> list[Asset]:
        """Return the assets of a period, of one class or all."""
        return [
            asset
            for asset in self.assets
            if asset.build_year <= year < asset.retire_year
            and (technology is None or asset.technology == technology)
            and asset.id in self.result.capacity
        ]

    def power(self, asset: Asset, year: int) -> Hours:
        """Return the power of an asset in a period [MW]."""
        return self.result.power[asset.id][self.part(year)]

    def hourly(self, profile: float | Hours, year: int) -> Hours:
        """Return a profile of the network in a period."""
        part = self.part(year)
        if np.ndim(profile) == 0:
            return np.full(part.stop - part.start, float(np.asarray(profile)))
        return np.asarray(profile, dtype=np.float64)[part]

    @cached_property
    def home(self) -> frozenset[str]:
        """Electricity buses of the province itself, those of corridors not."""
        return frozenset(bus for bus in self.electric if not bus.startswith(CORRIDOR))

    @cached_property
    def grid(self) -> str:
        """The bus whose price counts: that of the builder, else the electricity bus with the most load."""
        if GRID in self.home:
            return GRID
        energy = dict.fromkeys(sorted(self.home), 0.0)
        for load in self.network.loads:
            if load.bus in energy:
                energy[load.bus] += float(np.sum(load.p_set))
        return max(energy, key=lambda bus: energy[bus])

    def load(self, year: int) -> Hours:
        """Return the load of the province in a period, EV charging included, exports not [MW]."""
        whole = np.zeros(self.part(year).stop - self.part(year).start)
        for load in self.network.loads:
            if load.bus in self.home:
                whole = whole + self.hourly(load.p_set, year)
        return whole

    def class_year(self, technology: str, year: int) -> ClassYear:
        """Return one class in one period; made once."""
        key = technology, year
        if key not in self._years:
            self._years[key] = self._collect(technology, year)
        return self._years[key]

    def _collect(self, technology: str, year: int) -> ClassYear:
        row = self.classes[technology]
        count = self.part(year).stop - self.part(year).start
        found = ClassYear(0.0, 0.0, *(np.zeros(count) for _ in range(9)))
        for asset in self.active(year, technology):
            power, capacity = self.power(asset, year), self.result.capacity[asset.id]
            if isinstance(asset, Link):
                self._add_link(found, asset, power, year)
                if row["kind"] != "coal_chp":
                    found.capacity += capacity
            elif isinstance(asset, StorageUnit | Store):
                self._add_storage(found, asset, power, year)
            elif isinstance(asset, Generator):
                found.capacity += capacity
                self._add_generator(found, row, asset, year)
        if row["kind"] == "coal_chp":
            found.heat_fuel = self._share_heat(row, found, year)
        return found

    def _add_link(self, found: ClassYear, link: Link, power: Hours, year: int) -> None:
        if link.bus in self.electric:
            found.taken = found.taken + power
        for bus, efficiency in link.outputs:
            given = power * self.hourly(efficiency, year)
            if bus in self.electric:
                found.given = found.given + given
            elif bus == "heat":
                found.heat = found.heat + given

    def _add_storage(self, found: ClassYear, asset: StorageUnit | Store, power: Hours, year: int) -> None:
        capacity = self.result.capacity[asset.id]
        out, into = np.maximum(power, 0.0), np.maximum(-power, 0.0)
        if isinstance(asset, StorageUnit):
            found.capacity += capacity
            found.energy += capacity * asset.max_hours
            if np.any(asset.inflow):
                spill = self.result.spill.get(asset.id)
                lost = np.zeros_like(out) if spill is None else spill[self.part(year)]
                found.available = found.available + out + lost
        else:
            found.energy += capacity
        found.charged, found.discharged = found.charged + into, found.discharged + out
        if asset.bus in self.electric:
            found.given, found.taken = found.given + out, found.taken + into

    def _add_generator(self, found: ClassYear, row: dict[str, Any], asset: Generator, year: int) -> None:
        power = self.power(asset, year)
        if asset.bus in self.electric:
            found.given = found.given + power
        elif asset.bus == "heat":
            found.heat = found.heat + power
        if row["kind"] in FREE_KINDS:
            most = self.hourly(asset.p_max_pu, year) * self.result.capacity[asset.id]
            found.available = found.available + most
        if row["fuel"] is not None:
            fuel = self._burn(row, asset, power, year)
            found.fuel = found.fuel + fuel
            found.co2 = found.co2 + fuel * self.book.read(row["fuel"], "emission_factor", year, 0.0)
            if row["kind"] == "boiler":
                found.heat_fuel = found.heat_fuel + fuel

    def _burn(self, row: dict[str, Any], asset: Generator, power: Hours, year: int) -> Hours:
        """Return the fuel of a generator by hour [tce/h]."""
        name = row["technology"]
        if row["kind"] not in COAL_KINDS:
            return power * TCE_PER_MWH / self.book.require(name, "efficiency", year)
        online = self.result.online.get(asset.id)
        if online is None:
            share = self.book.read(name, "online_share", year, 0.0)
            running = assume_online(power, self.result.capacity[asset.id], share)
        else:
            running = online[self.part(year)]
        return read_curve(self.book, name, year).burn(power, running)

    def _share_heat(self, row: dict[str, Any], found: ClassYear, year: int) -> Hours:
        """Return the fuel that the heat of a CHP class carries, by hour [tce/h]."""
        name, boilers = row["technology"], [r for r in self.classes.values() if r["kind"] == "boiler"]
        efficiency = self.book.read(name, "efficiency", year, 0.0)
        for boiler in boilers:
            if efficiency <= 0 and boiler["fuel"] == row["fuel"]:
                efficiency = self.book.read(boiler["technology"], "efficiency", year, 0.0)
        if self.notes.get("allocation", "heat") == "heat" and efficiency > 0:
            return allocate_heat_fuel(found.fuel, found.given, found.heat, "heat", efficiency)
        loss = self.book.read(name, "heat_loss", year, 0.0)
        return allocate_heat_fuel(found.fuel, found.given, found.heat, "power_loss", loss)
