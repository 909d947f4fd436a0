"""What a plan is made of: the tables, the scenario, the profiles, and how the model is set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from dafeng.scenario import Scenario


@dataclass(frozen=True)
class PlanSettings:
    """How the network is set up; the data decide the rest."""

    commitment: Literal["none", "linear"] = "none"
    """Coal units: a fixed online share, or linearised unit commitment."""
    foresight: Literal["perfect", "myopic"] = "perfect"
    """Whether the periods are planned together or one after the other."""
    wind_pv: Literal["given", "free"] = "given"
    """Wind and PV together as the lever says, or as cost decides."""
    storage: Literal["given", "free"] = "given"
    """Storage at least as the lever says, or as cost decides."""
    retirement: Literal["age", "choice"] = "age"
    """Coal units stand until their life ends, or may go earlier to save their fixed cost."""
    retrofits: bool = True
    """Retrofits of coal units may be chosen."""
    new_builds: bool = True
    """New capacity may be built; without it only what stands runs."""
    reserve: bool = True
    """Operating reserve of every hour, by the rules of the pack."""
    peak: bool = True
    """Capability at the peak, by the rules of the pack."""
    co2_price: tuple[float, ...] = ()
    """Price of CO2 in each period [CNY/t]; empty: the carbon price lever of the scenario."""
    co2_limit: tuple[float, ...] = ()
    """Most CO2 in each period's year [t]; empty: none."""
    price_year: int = 2020
    """Year whose prices all money is in, as far as a price index is given."""
    allocation: Literal["heat", "power_loss"] = "heat"
    """Fuel of CHP between heat and power: by heat content, or by the power that the heat costs."""


@dataclass(frozen=True)
class BuildInputs:
    """Everything that a network is built from."""

    tables: Mapping[str, pl.DataFrame]
    """Tables of the pack, by file name without ``.csv``."""
    scenario: Scenario
    """Resolved: whatever it inherits is filled in."""
    periods: tuple[int, ...]
    """Years that are modelled hour by hour, ascending."""
    profiles: Mapping[str, NDArray[np.float64]]
    """Hourly arrays over all periods, by profile id: shares of capacity for wind, PV and hydro; any scale
    for ``load``, ``heat``, ``ev``, ``hydrogen`` and the shapes of corridors."""
    demand: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    """Yearly demand by item of ``power_demand`` and year [GWh]; the pack's table where it has nothing."""
    levers: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    """Value of each lever by year [unit of the lever], as the pathways deliver it."""
    settings: PlanSettings = PlanSettings()
    hours: tuple[int, ...] = ()
    """Modelled hours by period; empty: all hours of each calendar year."""
    calendar_years: tuple[int, ...] = ()
    """Calendar and weather year of each period's profiles; empty: the period itself."""
    price_index: Mapping[int, float] = field(default_factory=dict)
    """Price level by year on any base; empty: prices stay those of their price year, and that is told."""
