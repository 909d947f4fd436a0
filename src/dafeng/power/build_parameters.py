"""Parameters of classes and fuels in the units of the model; what is missing is collected."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from dafeng.errors import Finding, InputRefused, Place
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

GJ_PER_TCE = 29.3076
"""Energy of a tonne of coal equivalent [GJ]: 7000 kcal per kg, GB/T 2589-2020, 3.7."""
TCE_PER_MWH = 3.6 / GJ_PER_TCE
"""Coal equivalent of a MWh of fuel or heat [tce/MWh]."""

_SHARE = {"1": 1.0, "%": 0.01}
_PER_HOUR = {**_SHARE, "1/hour": 1.0, "1/h": 1.0, "%/hour": 0.01, "%/h": 0.01}
_HOURS = {"hour": 1.0, "h": 1.0}
_POWER = {"MW": 1.0, "GW": 1000.0, "10^4 kW": 10.0}
_COST = {"CNY/MWh": 1.0, "CNY/kWh": 1000.0}
UNITS: Mapping[str, Mapping[str, float]] = {
    "investment": {"CNY/kW": 1000.0, "CNY/MW": 1.0, "CNY/kWh": 1000.0, "CNY/MWh": 1.0},
    "fixed_cost_share": {**_SHARE, "1/a": 1.0, "%/a": 0.01},
    "variable_cost": _COST,
    "fuel_price": {
        "CNY/tce": 1.0, "CNY/GJ": GJ_PER_TCE, "CNY/TJ": GJ_PER_TCE / 1000.0, "CNY/MWh": 1.0 / TCE_PER_MWH,
    },
    "lifetime": {"a": 1.0, "year": 1.0},
    "coal_rate": {"gce/kWh": 1.0, "kgce/kWh": 1000.0},
    "own_use": _SHARE,
    "part_load_penalty": _SHARE,
    "efficiency": _SHARE,
    "efficiency_store": _SHARE,
    "efficiency_dispatch": _SHARE,
    "standing_loss": _PER_HOUR,
    "duration": _HOURS,
    "min_load": _SHARE,
    "ramp": _PER_HOUR,
    "start_cost": {"CNY/MW": 1.0, "CNY/kW": 1000.0},
    "min_up_time": _HOURS,
    "min_down_time": _HOURS,
    "availability": _SHARE,
    "online_share": _SHARE,
    "heat_ratio": {"1": 1.0, "MWh/MWh": 1.0},
    "heat_loss": {"1": 1.0, "MWh/MWh": 1.0},
    "capacity_credit": _SHARE,
    "potential": {**_POWER, "MWh": 1.0, "GWh": 1000.0},
    "build_limit": {
        **_POWER, **{f"{unit}/a": scale for unit, scale in _POWER.items()}, "MWh/a": 1.0, "GWh/a": 1000.0,
    },
    "share_of_load": _SHARE,
    "shift_hours": _HOURS,
    "emission_factor": {
        "t/tce": 1.0, "tCO2/tce": 1.0, "t CO2/tce": 1.0, "t/TJ": GJ_PER_TCE / 1000.0,
        "tCO2/TJ": GJ_PER_TCE / 1000.0, "t CO2/TJ": GJ_PER_TCE / 1000.0, "kg/GJ": GJ_PER_TCE / 1000.0,
        "t/GJ": GJ_PER_TCE, "t/MWh": 1.0 / TCE_PER_MWH,
    },
    "full_load_hours": {**_HOURS, "h/a": 1.0, "hour/a": 1.0},
}  # fmt: skip
"""Parameter -> unit that a pack may use -> factor into the unit of the model: MW, MWh, CNY, tce, gce/kWh,
shares of one."""

MONEY = frozenset({"investment", "variable_cost", "fuel_price", "start_cost"})
"""Parameters that are prices of a year."""
_PRICE = re.compile(r"(?P<fuel>[a-z_]+?)_cny_(?P<year>\d{4})_per_(?P<unit>tce|gj|tj|mwh)")
_PRICE_UNITS = {"tce": "CNY/tce", "gj": "CNY/GJ", "tj": "CNY/TJ", "mwh": "CNY/MWh"}


class ParameterBook:
    """Parameters by subject and year; remembers what was asked for and not found.

    Parameters
    ----------
    frame : PowerParameters
    price_year : int
        Year whose prices money is converted into where the index allows.
    price_index : mapping of int to float, optional
        Price level by year.
    prices : mapping of str to float, optional
        Prices of a scenario by series name, for example ``coal_cny_2020_per_tce``; they go before the pack.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        price_year: int,
        price_index: Mapping[int, float] | None = None,
        prices: Mapping[str, float] | None = None,
    ) -> None:
        self._price_year = price_year
        self._index = dict(price_index or {})
        self._rows: dict[tuple[str, str], list[tuple[int, float, str]]] = {}
        self._missing: dict[tuple[str, str], set[int]] = {}
        self._problems: list[Finding] = []
        self.kept_price_years: set[int] = set()
        """Price years that no index bridges: their prices were kept."""
        self.demonstration: set[tuple[str, str]] = set()
        """Subjects and parameters that were used and are demonstration values."""
        self._shown = {
            (row["subject"], row["parameter"])
            for row in frame.iter_rows(named=True)
            if row["state"] == "demonstration"
        }
        for row in frame.sort("from_year").iter_rows(named=True):
            self._add(row)
        for name, price in (prices or {}).items():
            self._override(name, price)

    def _add(self, row: Mapping[str, object]) -> None:
        parameter, unit, subject = str(row["parameter"]), str(row["unit"]), str(row["subject"])
        scales = UNITS.get(parameter, {})
        if unit not in scales:
            params = {"subject": subject, "parameter": parameter, "unit": unit, "known": KnownNames(scales)}
            self._problems.append(
                Finding("power_unit_unknown", Place("power_parameters.csv", column="unit"), params)
            )
            return
        value = float(str(row["value"])) * scales[unit]
        if row["price_year"] is not None and parameter in MONEY:
            value *= self.deflate(int(str(row["price_year"])))
        found = self._rows.setdefault((subject, parameter), [])
        found.append((int(str(row["from_year"])), value, unit))

    def deflate(self, year: int) -> float:
        """Return the factor into the price year of the model; 1 where no index bridges the years."""
        if year == self._price_year:
            return 1.0
        if year in self._index and self._price_year in self._index:
            return self._index[self._price_year] / self._index[year]
        self.kept_price_years.add(year)
        return 1.0

    def _override(self, name: str, price: float) -> None:
        match = _PRICE.fullmatch(name)
        if match is None or (match["fuel"], "fuel_price") not in self._rows:
            return
        unit = _PRICE_UNITS[match["unit"]]
        value = price * UNITS["fuel_price"][unit] * self.deflate(int(match["year"]))
        self._rows[match["fuel"], "fuel_price"] = [(0, value, unit)]

    def _find(self, subject: str, parameter: str, year: int) -> tuple[int, float, str] | None:
        known = [row for row in self._rows.get((subject, parameter), []) if row[0] <= year]
        if known and (subject, parameter) in self._shown:
            self.demonstration.add((subject, parameter))
        return known[-1] if known else None

    def require(self, subject: str, parameter: str, year: int) -> float:
        """Return a parameter that must be known [unit of the model]; nan and remembered when it is not."""
        found = self._find(subject, parameter, year)
        if found is None:
            self._missing.setdefault((subject, parameter), set()).add(year)
            return math.nan
        return found[1]

    def read(self, subject: str, parameter: str, year: int, default: float) -> float:
        """Return a parameter [unit of the model], or what its absence means."""
        found = self._find(subject, parameter, year)
        return default if found is None else found[1]

    def unit_of(self, subject: str, parameter: str, year: int) -> str:
        """Return the unit as the pack writes it; empty when the parameter is missing."""
        found = self._find(subject, parameter, year)
        return "" if found is None else found[2]

    def raise_missing(self) -> None:
        """Refuse when something was asked for and not found, or has an unknown unit.

        Raises
        ------
        InputRefused
            ``power_parameter_missing`` per subject and parameter with its years, ``power_unit_unknown``.
        """
        missing = [
            Finding(
                "power_parameter_missing", Place("power_parameters.csv"),
                {"subject": subject, "parameter": parameter, "years": ", ".join(map(str, sorted(years)))},
            )
            for (subject, parameter), years in sorted(self._missing.items())
        ]  # fmt: skip
        if missing or self._problems:
            raise InputRefused([*self._problems, *missing])
