"""What every part of the builder needs: horizon, classes, parameters, profiles, and the draft it adds to."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import Finding, InputRefused, Place
from dafeng.power.build_fleet import read_fleet
from dafeng.power.build_parameters import ParameterBook
from dafeng.power.network import Horizon
from dafeng.table import KnownNames
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from dafeng.power.build_fleet import Fleet
    from dafeng.power.build_settings import BuildInputs
    from dafeng.power.network import (
        CapacityLimit,
        EnergyLimit,
        Generator,
        Link,
        Load,
        Reserve,
        StorageUnit,
        Store,
    )  # fmt: skip

GRID = "grid"
"""Bus of the province's load and units."""
RENEWABLE = "renewable"
"""Bus of wind and PV; from here to the grid and to corridors with a renewable share."""
HEAT = "heat"
HYDROGEN = "hydrogen"
CONSTANT = "constant"
HOURS_PER_YEAR = 8760.0
RULE, RETROFIT = "rule", "retrofit"
"""Subjects of demonstration values that are no parameters."""


@dataclass
class Draft:
    """Components as they are found."""

    buses: dict[str, str] = field(default_factory=dict)
    generators: list[Generator] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    storage_units: list[StorageUnit] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    energy_limits: list[EnergyLimit] = field(default_factory=list)
    capacity_limits: list[CapacityLimit] = field(default_factory=list)
    reserves: list[Reserve] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Context:
    """Inputs of the builder, read once.

    Attributes
    ----------
    inputs : BuildInputs
    horizon : Horizon
    zone : str
    classes : tuple of dict
        Rows of ``power_technologies``.
    book : ParameterBook
    fleet : Fleet
    rate : float
        Discount rate [1/a].
    draft : Draft
        What has been built so far.
    """

    inputs: BuildInputs
    horizon: Horizon
    zone: str
    classes: tuple[dict[str, Any], ...]
    book: ParameterBook
    fleet: Fleet
    rate: float
    draft: Draft

    @property
    def periods(self) -> tuple[int, ...]:
        """Years that are modelled."""
        return self.horizon.periods

    def of_kind(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the classes of some kinds."""
        return [row for row in self.classes if row["kind"] in kinds]

    def table(self, name: str) -> pl.DataFrame:
        """Return a table of the pack."""
        return self.inputs.tables[name]

    def slices(self) -> list[slice]:
        """Return the hours of each period."""
        ends = np.cumsum(self.horizon.hours)
        return [
            slice(int(end) - hours, int(end)) for end, hours in zip(ends, self.horizon.hours, strict=True)
        ]

    def profile(self, name: str | None) -> float | NDArray[np.float64]:
        """Return an hourly profile; 1 for a constant one, a remembered problem for one that is missing."""
        if name in (None, "", CONSTANT):
            return 1.0
        found = self.inputs.profiles.get(str(name))
        if found is None:
            self._problem("power_profile_missing", profile=name, known=KnownNames(self.inputs.profiles))
            return 1.0
        array = np.asarray(found, dtype=np.float64)
        if array.shape != (sum(self.horizon.hours),):
            self._problem("power_profile_length", id=name, rows=array.size, hours=sum(self.horizon.hours))
            return 1.0
        return array

    def shape_energy(self, name: str | None, energies_mwh: Sequence[float]) -> NDArray[np.float64]:
        """Return an hourly demand [MW] that has a profile's shape and a yearly energy in each period."""
        shape = self.profile(name)
        whole = np.full(sum(self.horizon.hours), shape) if isinstance(shape, float) else shape
        power = np.empty_like(whole)
        for part, energy, weight in zip(self.slices(), energies_mwh, self.weights(), strict=True):
            total = float(whole[part].sum()) * weight
            power[part] = whole[part] * (energy / total) if total > 0 else 0.0
        return power

    def weights(self) -> tuple[float, ...]:
        """Return the hours that a modelled hour stands for, by period [h]."""
        return self.horizon.hour_weight or tuple(1.0 for _ in self.periods)

    def rule(self, name: str, year: int) -> float | None:
        """Return the value of a rule in a year as a share or in its own unit; None when there is none."""
        rows = [
            row for row in self.table("power_rules").sort("from_year").iter_rows(named=True)
            if row["rule"] == name and row["from_year"] <= year
        ]  # fmt: skip
        if not rows:
            return None
        if rows[-1]["state"] == "demonstration":
            self.book.demonstration.add((RULE, name))
        scale = {"%": 0.01, "CNY/kWh": 1000.0}.get(rows[-1]["unit"], 1.0)
        return float(rows[-1]["value"]) * scale

    def lever(self, name: str, year: int) -> float | None:
        """Return the value of a lever in a year [unit of the lever]; None when nothing gives it."""
        path = self.inputs.levers.get(name)
        if not path:
            return None
        years = sorted(path)
        if not years[0] <= year <= years[-1]:
            return None
        return float(np.interp(year, years, [path[y] for y in years]))

    def lever_as(self, name: str, year: int, unit: str) -> float | None:
        """Return the value of a lever in a unit of the model; None when nothing gives it."""
        value = self.lever(name, year)
        if value is None:
            return None
        units = {row["lever_id"]: row["unit"] for row in self.table("lever_ranges").iter_rows(named=True)}
        return value * conversion_factor(units.get(name, unit), unit)

    def _problem(self, code: str, **params: object) -> None:
        self.draft.problems.append(Finding(code, Place(), params))


def open_context(inputs: BuildInputs) -> Context:
    """Return the context of a build.

    Raises
    ------
    InputRefused
        ``power_zone_count`` unless the pack has exactly one zone, ``power_rule_missing`` without a discount
        rate, ``power_periods_order``.
    """
    settings = inputs.settings
    zones = inputs.tables["power_zones"]
    if zones.height != 1:
        raise InputRefused.of("power_zone_count", Place("power_zones.csv"), count=zones.height)
    if not inputs.periods or list(inputs.periods) != sorted(set(inputs.periods)):
        raise InputRefused.of("power_periods_order", years=", ".join(map(str, inputs.periods)) or "-")
    book = ParameterBook(
        inputs.tables["power_parameters"], settings.price_year, inputs.price_index, inputs.scenario.prices
    )
    fleet = read_fleet(inputs.tables, zones["region"][0], inputs.periods[0])
    classes = tuple(inputs.tables["power_technologies"].iter_rows(named=True))
    rate = _discount_rate(inputs.tables["power_rules"], inputs.periods[0])
    draft = Draft(buses={GRID: "electricity", RENEWABLE: "electricity"})
    horizon = _horizon(inputs, rate)
    context = Context(inputs, horizon, zones["zone_id"][0], classes, book, fleet, rate, draft)
    context.rule("discount_rate", inputs.periods[0])  # so that a demonstration value is told
    return context


def _discount_rate(rules: pl.DataFrame, year: int) -> float:
    rows = [
        row for row in rules.sort("from_year").iter_rows(named=True)
        if row["rule"] == "discount_rate" and row["from_year"] <= year
    ]  # fmt: skip
    if not rows:
        raise InputRefused.of("power_rule_missing", Place("power_rules.csv"), rule="discount_rate", year=year)
    return float(rows[-1]["value"]) * (0.01 if rows[-1]["unit"] == "%" else 1.0)


def _horizon(inputs: BuildInputs, rate: float) -> Horizon:
    """Return the horizon: a period stands for the years up to the next one, the last for as many as before.

    The weight of a period is the sum of the discount factors of its years; the first year of all is worth
    one. A single period stands for itself.
    """
    periods = inputs.periods
    gaps = [after - before for before, after in pairwise(periods)]
    years = (*gaps, gaps[-1]) if gaps else (1,)
    weights = tuple(
        sum((1.0 + rate) ** -(period - periods[0] + step) for step in range(length))
        for period, length in zip(periods, years, strict=True)
    )
    calendars = inputs.calendar_years or periods
    full = tuple(8784 if calendar.isleap(year) else 8760 for year in calendars)
    hours = inputs.hours or full
    weight = tuple(whole / part for whole, part in zip(full, hours, strict=True))
    return Horizon(
        periods, hours, weights, tuple(float(length) for length in years),
        () if hours == full else weight, inputs.calendar_years,
    )  # fmt: skip
