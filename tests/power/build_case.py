"""A small province for the builder: every kind of class, invented numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.pack.schema import PACK_TABLES
from dafeng.power.build_settings import BuildInputs, PlanSettings
from dafeng.scenario import Scenario
from dafeng.table import columns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOURS = 72
TECHNOLOGIES = [
    ("coal_old", "coal", "coal", None, "coal", False),
    ("coal_flex", "coal", "coal", None, "coal", False),
    ("coal_heat", "coal_chp", "coal", None, "coal", False),
    ("gas", "gas", "gas", None, "gas", False),
    ("hydro", "hydro", None, "hydro", "hydro", False),
    ("pumped", "pumped_hydro", None, None, "pumped_hydro", False),
    ("battery", "battery", None, None, "battery", True),
    ("wind", "wind", None, "wind", "wind", True),
    ("pv", "pv", None, "pv", "pv", True),
    ("waste", "biomass", "waste", None, "biomass", False),
    ("recovered", "recovered", None, None, "recovered", False),
    ("electrolysis", "electrolysis", None, None, "hydrogen", True),
    ("hydrogen_store", "hydrogen_store", None, None, "hydrogen", True),
    ("shift", "demand_shift", None, None, "demand", False),
    ("cut", "demand_cut", None, None, "demand", False),
    ("ev", "ev", None, None, "demand", False),
    ("boiler", "boiler", "coal", None, "heat_supply", False),
]
COAL = {
    "coal_rate": 320, "min_load": 50, "part_load_penalty": 0.1, "online_share": 0.6, "start_cost": 400,
    "availability": 0.9,
}  # fmt: skip
COMMON = {"investment": 4000, "fixed_cost_share": 0.02, "lifetime": 30, "capacity_credit": 0.9}
STORAGE = {"efficiency_store": 0.9, "efficiency_dispatch": 0.9, "duration": 4}
PARAMETERS: dict[str, dict[str, float]] = {
    "coal_old": COMMON | COAL,
    "coal_flex": COMMON | COAL | {"min_load": 30},
    "coal_heat": COMMON | COAL | {"heat_ratio": 1.2, "heat_loss": 0.15},
    "gas": COMMON | {"efficiency": 0.5},
    "hydro": COMMON,
    "pumped": COMMON | STORAGE,
    "battery": COMMON | STORAGE | {"investment": 1000, "duration": 2, "build_limit": 500},
    "wind": COMMON | {"build_limit": 2000, "potential": 9000},
    "pv": COMMON | {"investment": 3000},
    "waste": COMMON | {"efficiency": 0.25, "full_load_hours": 4380},
    "recovered": COMMON | {"full_load_hours": 4380},
    "electrolysis": COMMON | {"efficiency": 0.7},
    "hydrogen_store": COMMON | {"investment": 300},
    "shift": {"share_of_load": 0.03, "shift_hours": 4, "variable_cost": 40, "capacity_credit": 0.8},
    "cut": {"share_of_load": 0.02, "variable_cost": 2000, "capacity_credit": 1},
    "ev": {"share_of_load": 0.5, "shift_hours": 6},
    "boiler": COMMON | {"efficiency": 0.9},
    "coal": {"fuel_price": 800, "emission_factor": 2.7},
}
FUELS = {
    "gas": {"fuel_price": 2000, "emission_factor": 1.6},
    "waste": {"fuel_price": 0, "emission_factor": 0},
}
UNITS = {
    "coal_rate": "gce/kWh", "min_load": "%", "investment": "CNY/kW", "lifetime": "a", "start_cost": "CNY/MW",
    "duration": "hour", "build_limit": "MW/a", "potential": "MW", "full_load_hours": "hour",
    "shift_hours": "hour", "variable_cost": "CNY/MWh", "fuel_price": "CNY/tce", "emission_factor": "t/tce",
}  # fmt: skip
FLEET = [
    ("coal_old", 1996, 2005, "operating", 1000.0),
    ("coal_old", 2011, 2020, "operating", 2000.0),
    ("coal_heat", 2015, 2015, "operating", 1500.0),
    ("gas", 2015, 2015, "operating", 300.0),
    ("hydro", 2000, 2000, "operating", 200.0),
    ("pumped", 2028, 2028, "construction", 300.0),
    ("wind", 2015, 2020, "operating", 1200.0),
    ("wind", 2026, 2026, "planned", 5000.0),
    ("pv", 2018, 2018, "operating", 500.0),
    ("waste", 2015, 2015, "operating", 50.0),
    ("recovered", 2015, 2015, "operating", 100.0),
    ("boiler", 2010, 2020, "operating", 600.0),
]
RULES = [
    ("discount_rate", 0.08, "1"), ("unserved_cost", 20, "CNY/kWh"), ("reserve_load", 3, "%"),
    ("reserve_wind", 0.1, "1"), ("peak_margin", 0.05, "1"),
]  # fmt: skip
DEMANDS = [
    ("electricity", 2025, 20000.0), ("electricity", 2035, 24000.0), ("district_heat", 2025, 4000.0),
    ("district_heat", 2035, 4000.0), ("hydrogen", 2025, 100.0), ("hydrogen", 2035, 100.0),
    ("ev", 2025, 200.0), ("ev", 2035, 400.0),
]  # fmt: skip


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows as a table of the pack; what a row leaves out is null, or a demonstration of grade C."""
    specs = columns_of(PACK_TABLES[name])
    usual = {"state": "demonstration", "grade": "C", "source_id": "made_up"}
    filled = [{spec.name: usual.get(spec.name) for spec in specs} | row for row in rows]
    return pl.DataFrame(filled, schema={spec.name: spec.dtype for spec in specs})


def parameters(**changes: float | None) -> pl.DataFrame:
    """Return the parameters; ``subject__parameter=value`` changes one, None takes it out."""
    known = {subject: dict(values) for subject, values in PARAMETERS.items()}
    for fuel, values in FUELS.items():
        known[fuel] = known.get(fuel, {}) | values
    for key, value in changes.items():
        subject, _, parameter = key.partition("__")
        known[subject][parameter] = value  # type: ignore[assignment]
    rows = [
        {
            "subject": subject, "parameter": parameter, "from_year": 2020, "value": float(value),
            "unit": "CNY/kWh" if (subject, parameter) == ("hydrogen_store", "investment")
            else UNITS.get(parameter, "1"),
        }
        for subject, values in known.items()
        for parameter, value in values.items()
        if value is not None
    ]  # fmt: skip
    return table("power_parameters", rows)


def tables(**changes: float | None) -> dict[str, pl.DataFrame]:
    """Return the tables of the small province."""
    columns = ("technology", "kind", "fuel", "profile", "published_group", "extendable")
    classes = [dict(zip(columns, row, strict=True)) for row in TECHNOLOGIES]
    fleet = [
        {
            "technology": name, "built_from": start, "built_to": end, "status": status,
            "capacity_mw": capacity, "list_year": 2023,
        }
        for name, start, end, status, capacity in FLEET
    ]  # fmt: skip
    retrofit = {
        "retrofit": "flexibility", "from_technology": "coal_old", "to_technology": "coal_flex",
        "from_year": 2025, "investment_cny_per_kw": 100.0, "price_year": 2020, "added_life_years": 0.0,
    }  # fmt: skip
    corridor = {
        "corridor": "east", "from_year": 2020, "direction": "export", "capacity_mw": 1000.0,
        "energy_gwh": 3000.0, "shape": "constant", "renewable_share_min": 0.5, "price_cny_per_mwh": 300.0,
        "price_year": 2020,
    }  # fmt: skip
    published = {
        "region": "CN-SX", "period": "2023", "moment": "end", "measure": "capacity",
        "published_group": "wind", "value": 150.0, "unit": "10^4 kW", "known_on": "2024-02-08",
    }  # fmt: skip
    levers = [
        ("L_wind_pv", "GW"), ("L_storage", "GW"), ("L_export_re_share", "%"), ("L_ets_price", "CNY/t"),
        ("L_power_export", "MWh"),
    ]  # fmt: skip
    return {
        "power_zones": table("power_zones", [{"zone_id": "one", "region": "CN-SX"}]),
        "power_technologies": table("power_technologies", classes),
        "power_parameters": parameters(**changes),
        "power_fleet": table("power_fleet", fleet),
        "power_statistics": table("power_statistics", [published]),
        "power_retrofits": table("power_retrofits", [retrofit]),
        "power_corridors": table("power_corridors", [corridor]),
        "power_demands": table(
            "power_demands",
            [{"item": item, "year": year, "value": value, "unit": "GWh"} for item, year, value in DEMANDS],
        ),
        "power_rules": table(
            "power_rules",
            [{"rule": rule, "from_year": 2020, "value": float(v), "unit": unit} for rule, v, unit in RULES],
        ),
        "lever_ranges": table("lever_ranges", [{"lever_id": name, "unit": unit} for name, unit in levers]),
    }


def profiles(periods: int, hours: int = HOURS) -> dict[str, NDArray[np.float64]]:
    """Return profiles with a day in them."""
    hour = np.arange(hours)
    day = np.sin((hour % 24 - 6) / 12 * np.pi)
    one = {
        "load": 1.0 + 0.2 * day,
        "heat": 1.0 - 0.3 * day,
        "wind": np.clip(0.3 + 0.2 * np.cos(hour / 11.0), 0, 1),
        "pv": np.clip(day, 0, 1) * 0.8,
        "hydro": np.full(hours, 0.3),
    }
    return {name: np.tile(values, periods) for name, values in one.items()}


def inputs(*periods: int, settings: PlanSettings | None = None, **changes: Any) -> BuildInputs:
    """Return inputs for some periods of three days; fields of BuildInputs may be changed."""
    scenario = Scenario(id="made", name_zh="试", name_en="Made", first_year=2022, last_year=2060)
    years = periods or (2025,)
    base = BuildInputs(
        tables=tables(), scenario=scenario, periods=years, profiles=profiles(len(years)),
        levers={"L_wind_pv": {2025: 2.5, 2035: 5.0}, "L_storage": {2025: 0.2, 2035: 0.6}},
        settings=settings or PlanSettings(), hours=tuple(HOURS for _ in years),
    )  # fmt: skip
    return replace(base, **changes)
