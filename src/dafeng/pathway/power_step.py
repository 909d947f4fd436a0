r"""Power, heat and hydrogen in reduced form: what the chains ask for is made here.

.. math:: G_{th} = \frac{(1 + \ell) D + X}{1 - u} - G_{wp} - G_{hyd} - G_{rec}, \qquad
          C = C_b \, \frac{G_{th}}{G_{th,b}} \, \frac{r}{r_b} \, e^{\rho}

with demand D, net export X, own use of plants u, wind and PV, hydro, power from recovered energy, the net
coal rate r, a residual :math:`\rho` and the base year b. The loss share :math:`\ell` closes the base year.
Curtailment rises with the share of wind and PV and falls with storage and flexible units. The coefficients
are those that ``power_response.csv`` of the pack has from the hourly model; the demonstration values of
``power_parameters.csv`` hold only for packs without that table, or without a row in it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.pathway.effects import Delivered, Effect
    from dafeng.pathway.model import Array

TJ_PER_TWH = 3600.0
THERMAL_FLOOR = 0.1
"""Least thermal output, as a share of the base year: heat and stability keep units on the grid."""
CURTAILMENT_LIMIT = 0.6
SUPPLY_SCALE = {
    "wind_pv_capacity": 1.0, "curtailment": 0.01, "coal_rate": 1.0, "storage": 1.0, "flexibility": 0.01,
    "peak_reduction": 0.01, "recovered_power": 0.1, "green_power": 0.0, "export_renewable": 0.01,
    "hydrogen_green": 0.01,
}  # fmt: skip
"""Supply variable -> factor into the unit used here: GW, 1, gce/kWh, TWh."""


@dataclass(frozen=True, slots=True)
class PowerBase:
    """Power of the base year.

    Attributes
    ----------
    generation_twh, thermal_twh, wind_pv_twh, hydro_twh, export_twh, demand_twh, own_use_twh : float
        Gross generation by kind, net export, final use of all chains but power, use of power plants [TWh].
    wind_pv_gw, wind_pv_gw_before : float
        Capacity at the end of the base year and of the year before [GW].
    coal_rate : float
        Coal per net power [gce/kWh].
    """

    generation_twh: float
    thermal_twh: float
    wind_pv_twh: float
    hydro_twh: float
    export_twh: float
    demand_twh: float
    own_use_twh: float
    wind_pv_gw: float
    wind_pv_gw_before: float
    coal_rate: float

    @property
    def other_twh(self) -> float:
        """Generation that is neither thermal nor wind, PV or hydro, and rounding; it stays [TWh]."""
        return self.generation_twh - self.thermal_twh - self.wind_pv_twh - self.hydro_twh

    @property
    def loss_share(self) -> float:
        """Share of the final use that is lost on the way or unexplained [1]."""
        return (self.generation_twh - self.own_use_twh - self.export_twh) / self.demand_twh - 1.0

    @property
    def own_use_share(self) -> float:
        """Share of the generation that power plants use [1]."""
        return self.own_use_twh / self.generation_twh

    @property
    def full_load_hours(self) -> float:
        """Hours of wind and PV together, of the mean capacity of the year [h]; 0 without capacity."""
        if not self.wind_pv_gw + self.wind_pv_gw_before:
            return 0.0
        return 1000.0 * self.wind_pv_twh / ((self.wind_pv_gw + self.wind_pv_gw_before) / 2)


@dataclass(frozen=True, slots=True)
class PowerParameters:
    """Numbers of the reduced form; ``power_parameters.csv`` says which of them have a source.

    Attributes
    ----------
    curtailment_base : float
        Curtailed share in the base year [1].
    curtailment_slope : float
        Rise of the curtailed share per rise of the share of wind and PV in generation [1].
    storage_relief, flexibility_relief, peak_relief : float
        Fall of the curtailed share per storage power over wind and PV capacity, per fall of the minimum load
        of coal units, per reduced share of the peak [1].
    hydrogen_coal, hydrogen_coal_power : float
        Coal and electricity per hydrogen by gasification [1].
    hydrogen_power : float
        Electricity per hydrogen by electrolysis [1].
    hydrogen_handling : float
        Electricity to store, move and fill, per hydrogen [1].
    net_coal_rate : float
        Net coal rate in the base year: levers change it in proportion, and wind, PV and hydro count at it
        in energy use [gce/kWh].
    """

    curtailment_base: float
    curtailment_slope: float
    storage_relief: float
    flexibility_relief: float
    peak_relief: float
    hydrogen_coal: float
    hydrogen_coal_power: float
    hydrogen_power: float
    hydrogen_handling: float
    net_coal_rate: float


@cache
def power_parameter_rows() -> tuple[Mapping[str, str], ...]:
    """Return the table of the parameters as text: parameter, value, unit, state, source, notes."""
    text = files("dafeng.pathway").joinpath("power_parameters.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def power_parameters() -> PowerParameters:
    """Return the parameters of the reduced form."""
    return PowerParameters(**{row["parameter"]: float(row["value"]) for row in power_parameter_rows()})


def select_response(responses: Iterable[Mapping[str, Any]], scenario: str) -> dict[str, Mapping[str, Any]]:
    """Return the rows of ``power_response.csv`` that hold for a scenario, by parameter.

    Rows of the scenario itself go before rows of all scenarios; of several years the last one counts.

    Parameters
    ----------
    responses : iterable of mapping
        Rows of the pack table; variables that the reduced form does not know are left out.
    scenario : str
        Id; the empty text finds rows of all scenarios only.
    """
    known = {row["parameter"]: row["unit"] for row in power_parameter_rows()}
    found: dict[str, Mapping[str, Any]] = {}
    ordered = sorted(responses, key=lambda row: (row["scenario"] is not None, row["year"]))
    for row in ordered:
        if row["variable"] in known and row["scenario"] in (None, scenario):
            value = row["value"] * conversion_factor(row["unit"], known[row["variable"]])
            found[row["variable"]] = {**row, "value": value, "unit": known[row["variable"]]}
    return found


def respond_parameters(responses: Iterable[Mapping[str, Any]], scenario: str) -> PowerParameters:
    """Return the parameters of a scenario: of the hourly model where the pack has them, else stand-ins."""
    found = {name: float(row["value"]) for name, row in select_response(responses, scenario).items()}
    return replace(power_parameters(), **found)


@dataclass(slots=True, eq=False)
class PowerFlows:
    """Power of every year and future, shape (year, draw) each."""

    demand_twh: Array
    generation_twh: Array
    thermal_twh: Array
    thermal_index: Array
    wind_pv_twh: Array
    wind_pv_gw: Array
    curtailment: Array
    coal_rate: Array
    export_twh: Array
    export_renewable: Array


def supply_change(
    variable: str, effects: tuple[Effect, ...], delivered: Delivered, on: frozenset[str]
) -> Array | float:
    """Return the change of a supply variable by all levers [its unit in ``SUPPLY_SCALE``]."""
    total: Array | float = 0.0
    for effect in effects:
        if effect.kind == "supply" and effect.variable == variable and delivered.moves(effect, on):
            total = total + SUPPLY_SCALE[variable] * delivered.size(effect, on)
    return total


def step_power(
    base: PowerBase, parameters: PowerParameters, demand_tj: Array, export_twh: Array, hours_index: Array,
    supply: Mapping[str, Array | float],
) -> PowerFlows:  # fmt: skip
    """Return the power of every year and future.

    Parameters
    ----------
    base : PowerBase
    parameters : PowerParameters
    demand_tj : ndarray, shape (year, draw)
        Final electricity of all chains and of hydrogen [TJ].
    export_twh : ndarray, shape (year, draw)
        Net export [TWh].
    hours_index : ndarray, shape (year, draw)
        Index of the full-load hours of wind and PV.
    supply : mapping of str to ndarray or float
        Change of every supply variable against the base year.
    """
    demand = demand_tj / TJ_PER_TWH
    capacity = np.maximum(base.wind_pv_gw + supply["wind_pv_capacity"] + np.zeros_like(demand), 0.0)
    before = np.vstack([np.full_like(capacity[:1], base.wind_pv_gw_before), capacity[:-1]])
    potential = (capacity + before) / 2 * base.full_load_hours / 1000.0 * hours_index
    potential = potential / (1.0 - parameters.curtailment_base)
    needed = ((1.0 + base.loss_share) * demand + export_twh) / (1.0 - base.own_use_share)
    share, share_base = (
        potential / needed,
        base.wind_pv_twh / (1.0 - parameters.curtailment_base) / base.generation_twh,
    )
    relief = (
        parameters.storage_relief * supply["storage"] / np.maximum(capacity, 1e-9)
        - parameters.flexibility_relief * supply["flexibility"]
        + parameters.peak_relief * supply["peak_reduction"]
    )
    curtailment = np.clip(
        parameters.curtailment_base + parameters.curtailment_slope * (share - share_base) - relief
        + supply["curtailment"],
        0.0, CURTAILMENT_LIMIT,
    )  # fmt: skip
    curtailment[0] = parameters.curtailment_base
    wind_pv = potential * (1.0 - curtailment)
    fixed = base.hydro_twh + base.other_twh + supply["recovered_power"]
    rest = needed - fixed
    thermal = np.maximum(rest - wind_pv, THERMAL_FLOOR * base.thermal_twh)
    wind_pv = np.maximum(np.minimum(wind_pv, rest - thermal), 0.0)
    curtailment = np.where(potential > 0, 1.0 - wind_pv / np.maximum(potential, 1e-12), 0.0)
    relative = np.maximum(1.0 + supply["coal_rate"] / parameters.net_coal_rate, 0.5)
    rate = base.coal_rate * relative + np.zeros_like(demand)
    generation = thermal + wind_pv + fixed
    return PowerFlows(
        demand, generation, thermal, thermal / base.thermal_twh * rate / base.coal_rate, wind_pv, capacity,
        curtailment, rate, export_twh, np.clip(supply["export_renewable"] + np.zeros_like(demand), 0.0, 1.0),
    )  # fmt: skip


def exported_co2(power: PowerFlows, co2_mt: Array, own_use_share: float) -> Array:
    """Return the CO2 of electricity sent out, net [Mt].

    Exports carry the mean of what plants of the province send out; where levers give them a larger share of
    renewables, only the rest of them is thermal.
    """
    sent = 1.0 - own_use_share
    mean = co2_mt / np.maximum(power.generation_twh * sent, 1e-9)
    thermal = co2_mt / np.maximum(power.thermal_twh * sent, 1e-9)
    renewable = power.wind_pv_twh / np.maximum(power.generation_twh, 1e-9)
    extra = np.clip(power.export_renewable - renewable, 0.0, 1.0)
    return np.asarray(power.export_twh * np.maximum(mean - extra * thermal, 0.0))
