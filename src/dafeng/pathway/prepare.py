"""From the tables of a pack and the accounts to the parts of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused
from dafeng.pathway.base import BaseYear, take_base_year
from dafeng.pathway.delivery import read_lever_states, yearly_figures
from dafeng.pathway.effects import read_effects
from dafeng.pathway.engine import EngineParts
from dafeng.pathway.model import CARRIERS
from dafeng.pathway.power_step import TJ_PER_TWH, PowerBase, power_parameters
from dafeng.pathway.stock import renewal_matrices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.pathway.factors import FactorSet

TWH_PER_100GWH = 0.1
GW_PER_10MW = 0.01
POWER_SERIES = {
    "generation": "generation_total", "thermal": "generation_thermal", "wind": "generation_wind",
    "solar": "generation_solar", "hydro": "generation_hydro",
}  # fmt: skip
"""What the base year of power reads -> observed series of the pack [10^8 kWh]."""
CAPACITY_SERIES = ("wind_pv_capacity", "capacity_wind", "capacity_solar")


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """What the accounts of a province hand over.

    Attributes
    ----------
    energy : EnergyUse
    emissions : Emissions
    calorific : CalorificValue
    lines : EmissionLine
        Other gases; may be empty.
    """

    energy: pl.DataFrame
    emissions: pl.DataFrame
    calorific: pl.DataFrame
    lines: pl.DataFrame


def latest_base_year(accounts: Accounts) -> int:
    """Return the last year with combustion CO2 by sector and fuel.

    Raises
    ------
    InputRefused
        ``pathway_base_missing`` when there is none.
    """
    years = accounts.emissions.filter(
        (pl.col("variable") == "co2_fuel_combustion") & (pl.col("sector") != "total") & (pl.col("value") != 0)
    )["year"]
    if years.is_empty():
        raise InputRefused.of("pathway_base_missing", year="-")
    return int(years.max())  # type: ignore[arg-type]


def prepare_parts(
    tables: Mapping[str, pl.DataFrame], region: str, base: BaseYear, power: PowerBase, factors: FactorSet,
    gwp: Mapping[str, float], drivers: pl.DataFrame,
) -> EngineParts:  # fmt: skip
    """Return what all scenarios of a pack share.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of the pack.
    region : str
        Province.
    base : BaseYear
    power : PowerBase
    factors : FactorSet
        From the base year to the last year.
    gwp : mapping of str to float
        Warming potentials by gas; may be empty.
    drivers : polars.DataFrame
        Columns driver, year, value, see :func:`dafeng.pathway.history.read_drivers`.
    """
    years = np.arange(factors.base_year, factors.last_year + 1)
    names = {
        row["lever_id"]: (row["name_zh"], row["name_en"]) for row in tables["levers"].iter_rows(named=True)
    }
    return EngineParts(
        base, power, power_parameters(), factors,
        read_lever_states(tables["lever_ranges"], tables["observations"], years, region),
        read_effects(tables["lever_effects"]), renewal_matrices(tables, years, {}), names,
        driver_levels(drivers, factors.base_year), gwp,
    )  # fmt: skip


def read_base_year(
    accounts: Accounts, tables: Mapping[str, pl.DataFrame], region: str, year: int
) -> BaseYear:
    """Return the base year of a province; see :func:`dafeng.pathway.base.take_base_year`."""
    here = pl.col("region") == region
    return take_base_year(
        accounts.energy.filter(here),
        accounts.emissions.filter(here),
        accounts.calorific,
        tables["chain_shares"],
        accounts.lines.filter(here),
        year,
    )


def read_power_base(tables: Mapping[str, pl.DataFrame], region: str, base: BaseYear) -> PowerBase:
    """Return power in the base year from observed series and the energy use of the chains.

    The coal rate is the fuel of thermal power over its output: combined heat is in it, own use is not.

    Raises
    ------
    InputRefused
        ``pathway_power_missing`` with every series that has no figure for the year.
    """
    seen = yearly_figures(tables["observations"], region)
    found = {name: seen.get(series, {}).get(base.year) for name, series in POWER_SERIES.items()}
    export = seen.get("net_power_export", {}).get(base.year)
    problems = [
        Finding("pathway_power_missing", params={"series": series, "year": base.year})
        for name, series in POWER_SERIES.items() if found[name] is None and name in ("generation", "thermal")
    ]  # fmt: skip
    if problems:
        raise InputRefused(problems)
    twh = {name: TWH_PER_100GWH * (value or 0.0) for name, value in found.items()}
    power = base.chains.index("power")
    electricity = base.energy_tj[:, CARRIERS.index("electricity")]
    own_use = float(electricity[power]) / TJ_PER_TWH
    demand = float(electricity.sum()) / TJ_PER_TWH - own_use
    sent = TWH_PER_100GWH * export if export is not None else twh["generation"] - demand - own_use
    now, before = (_capacity(seen, year, base.year) for year in (base.year, base.year - 1))
    fuel_tj = float(base.energy_tj[power, : CARRIERS.index("electricity")].sum())
    rate = fuel_tj / 29.3076 / twh["thermal"] if twh["thermal"] else 0.0
    return PowerBase(
        twh["generation"], twh["thermal"], twh["wind"] + twh["solar"], twh["hydro"], sent, demand, own_use,
        now, before or now, rate,
    )  # fmt: skip


def _capacity(seen: Mapping[str, Mapping[int, float]], year: int, last: int) -> float:
    """Return wind and PV at the end of a year [GW]; between years up to the last one on the straight line."""
    known = dict(seen.get(CAPACITY_SERIES[0], {}))
    wind, solar = (seen.get(name, {}) for name in CAPACITY_SERIES[1:])
    known |= {at: wind[at] + solar[at] for at in sorted(set(wind) & set(solar) - set(known))}
    points = sorted(at for at in known if at <= last)
    if not points:
        return 0.0
    return GW_PER_10MW * float(np.interp(year, points, [known[at] for at in points]))


def driver_levels(drivers: pl.DataFrame, year: int) -> dict[str, float]:
    """Return the value of every driver in a year.

    Raises
    ------
    InputRefused
        ``pathway_driver_year_missing``, one finding per required driver without a value.
    """
    known = dict(drivers.filter(pl.col("year") == year).select("driver", "value").iter_rows())
    missing = [
        Finding(
            "pathway_driver_year_missing",
            params={"driver": code, "table": row["table"], "key": row["key"], "year": year},
        )
        for code, row in terms.entries("pathway_drivers").items()
        if row["required"] == "yes" and code not in known
    ]
    if missing:
        raise InputRefused(missing)
    return {code: float(known[code]) for code in terms.codes("pathway_drivers") if code in known}
