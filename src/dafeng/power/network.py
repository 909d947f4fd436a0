"""A power network as records and arrays, with the names and the meaning that PyPSA gives them.

Everything is in MW, MWh, CNY and CO2 in t. An *asset* is active in the periods ``build_year <= period <
retire_year``. Its capacity ``p_nom`` is a number when it is not extendable, otherwise a column between
``p_nom_min`` and ``p_nom_max``. ``capital_cost`` is yearly (annuity and fixed operation) per MW and counts
in each active period with the period's weight. Profiles have one value per hour over all periods, in the
order of the periods.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Profile = float | NDArray[np.float64]
    """A number that holds in every hour, or one value per hour over all periods."""

FOREVER = 9999
"""Retirement year of an asset that outlives every period."""


@dataclass(frozen=True)
class Horizon:
    """The years that are modelled hour by hour.

    Hours of a period are the hours of its labelled year from 1 January 00:00 +08:00, unless
    ``hours`` says fewer (tests, previews): then each hour stands for ``hour_weight`` hours.
    """

    periods: tuple[int, ...]
    """Investment years, ascending."""
    hours: tuple[int, ...]
    """Modelled hours in each period."""
    objective_weight: tuple[float, ...]
    """Weight of each period's yearly cost in the objective (discounted years)."""
    years: tuple[float, ...]
    """Years that each period stands for [a]."""
    hour_weight: tuple[float, ...] = ()
    """Hours that a modelled hour stands for, by period [h]; one when empty."""
    calendar_years: tuple[int, ...] = ()
    """Weather and calendar year of each period's profiles; the period itself when empty."""


@dataclass(frozen=True)
class Asset:
    """What every asset has."""

    id: str
    bus: str
    technology: str = ""
    """Class of the fleet table, the key of result tables."""
    zone: str = ""
    build_year: int = 0
    retire_year: int = FOREVER
    p_nom: float = 0.0
    """Capacity when not extendable [MW]."""
    extendable: bool = False
    p_nom_min: float = 0.0
    p_nom_max: float = float("inf")
    capital_cost: float = 0.0
    """Yearly cost of a MW [CNY/MW/a]; charged on extendable and on fixed capacity alike."""
    marginal_cost: Profile = 0.0
    """Cost of a MWh at ``bus`` [CNY/MWh], carbon price not included."""


@dataclass(frozen=True)
class Commitment:
    """Linearised unit commitment of a class: the online capacity is a column of its own.

    ``p_min_pu * online <= p <= p_max_pu * online``, ``online <= p_nom``, start and stop are its changes.
    """

    start_up_cost: float = 0.0
    """Cost of bringing a MW online [CNY/MW]."""
    shut_down_cost: float = 0.0
    """Cost of taking a MW offline [CNY/MW]."""
    stand_by_cost: float = 0.0
    """Cost of a MW online for an hour, the no-load fuel of part load [CNY/MW/h]."""
    stand_by_co2: float = 0.0
    """CO2 of a MW online for an hour [t/MW/h]."""
    min_up_time: int = 0
    """Hours that what was started stays online [h]."""
    min_down_time: int = 0
    """Hours that what was stopped stays offline [h]."""


@dataclass(frozen=True)
class Generator(Asset):
    """A source at one bus."""

    carrier: str = ""
    p_min_pu: Profile = 0.0
    p_max_pu: Profile = 1.0
    ramp_limit_up: float = float("nan")
    """Share of capacity per hour; nan where there is no limit."""
    ramp_limit_down: float = float("nan")
    co2: float = 0.0
    """CO2 of a MWh at ``bus`` [t/MWh]; negative for a sink."""
    e_sum_min: float = 0.0
    """Least energy in an active period's year [MWh]."""
    e_sum_max: float = float("inf")
    """Most energy in an active period's year [MWh]."""
    commitment: Commitment | None = None


@dataclass(frozen=True)
class Link(Asset):
    """A conversion: takes from ``bus``, gives ``efficiency`` of it to each output (negative: takes)."""

    outputs: tuple[tuple[str, Profile], ...] = ()
    p_min_pu: Profile = 0.0
    p_max_pu: Profile = 1.0
    ramp_limit_up: float = float("nan")
    ramp_limit_down: float = float("nan")


@dataclass(frozen=True)
class StorageUnit(Asset):
    """Power and energy in a fixed ratio; the state of charge closes the ring of each period."""

    max_hours: float = 1.0
    """Energy per MW of capacity [h]."""
    efficiency_store: float = 1.0
    efficiency_dispatch: float = 1.0
    standing_loss: float = 0.0
    """Loss of the state of charge per hour [1]."""
    inflow: Profile = 0.0
    """Natural inflow [MW]; what does not fit is spilled at no cost."""
    p_min_pu: Profile = -1.0
    p_max_pu: Profile = 1.0


@dataclass(frozen=True)
class Store(Asset):
    """Energy without a limit of power: ``p_nom`` and its bounds are in MWh here (PyPSA's ``e_nom``)."""

    e_min_pu: Profile = 0.0
    e_max_pu: Profile = 1.0
    standing_loss: float = 0.0


@dataclass(frozen=True)
class Load:
    """A demand that must be met."""

    id: str
    bus: str
    p_set: Profile
    """Demand in each hour [MW]."""
    technology: str = ""


@dataclass(frozen=True)
class EnergyLimit:
    """A limit on the yearly sum of outputs in one period: CO2 cap, renewable share."""

    id: str
    period: int
    terms: tuple[tuple[str, float], ...]
    """Generator or link and the coefficient of its MWh; ``p`` of a link is what it takes from ``bus``."""
    sense: Literal["<=", ">="]
    constant: float


@dataclass(frozen=True)
class CapacityLimit:
    """A limit on active capacities in one period: peak capability, targets, transfer by retrofit."""

    id: str
    period: int
    terms: tuple[tuple[str, float], ...]
    """Asset and the coefficient of its MW."""
    sense: Literal["<=", ">="]
    constant: float


@dataclass(frozen=True)
class Reserve:
    """Upward operating reserve in each hour: the free headroom of providers covers the requirement."""

    id: str
    requirement: Profile
    """Fixed part [MW]."""
    providers: tuple[tuple[str, float], ...]
    """Generator or storage unit and the share of its capacity that may count at most [1]."""
    requirement_of_output: tuple[tuple[str, float], ...] = ()
    """Generator and the reserve that each MW of its output asks for [1]."""


@dataclass(frozen=True)
class Network:
    """A whole network; ids are unique over all components."""

    name: str
    horizon: Horizon
    buses: tuple[tuple[str, str], ...]
    """Bus and its carrier (electricity, heat, hydrogen, ...)."""
    generators: tuple[Generator, ...] = ()
    links: tuple[Link, ...] = ()
    storage_units: tuple[StorageUnit, ...] = ()
    stores: tuple[Store, ...] = ()
    loads: tuple[Load, ...] = ()
    energy_limits: tuple[EnergyLimit, ...] = ()
    capacity_limits: tuple[CapacityLimit, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    co2_price: tuple[float, ...] = ()
    """Price of CO2 in each period [CNY/t]; none when empty."""
    co2_limit: tuple[float, ...] = ()
    """Most CO2 in each period's year [t]; none when empty, inf for a free period."""
    notes: tuple[tuple[str, str], ...] = field(default=())
    """What the charts must name: profile set, weather year, scope, as (key, value)."""
