"""A made-up power system of two years: every table of the power pages, small and by formula."""

from __future__ import annotations

from typing import Any

import numpy as np

Rows = dict[str, list[dict[str, Any]]]
YEARS = (2025, 2030)
CLASSES = {
    "coal_a": ("coal", "煤电甲", "Coal A", 20_000.0),
    "wind_a": ("wind", "风电甲", "Wind A", 8_000.0),
    "pv_a": ("pv", "光伏甲", "PV A", 10_000.0),
    "battery_a": ("battery", "储能甲", "Battery A", 2_000.0),
}
"""Class -> kind, names, capacity in the first year [MW]."""


def hourly_series(year: int, hours: int) -> dict[str, np.ndarray]:
    """Return load and output by class [MW]; they balance in every hour."""
    clock = np.arange(hours)
    growth = 1.0 + 0.1 * (year - YEARS[0]) / 5
    load = growth * (14_000 + 3_000 * np.sin((clock % 24 - 8) * np.pi / 12) + 500 * np.sin(clock / 700))
    sun = np.clip(np.sin((clock % 24 - 6) * np.pi / 12), 0, None)
    wind = CLASSES["wind_a"][3] * growth**3 * (0.35 + 0.25 * np.sin(clock / 37.0))
    pv = CLASSES["pv_a"][3] * growth**3 * 0.8 * sun
    battery = np.where(sun > 0.7, -1.0, np.where(clock % 24 >= 18, 1.0, 0.0)) * 0.6 * CLASSES["battery_a"][3]
    coal = load - wind - pv - battery
    export = np.full(hours, 1_000.0)
    return {
        "load": load, "wind_a": wind, "pv_a": pv, "battery_a": battery, "coal_a": coal + export,
        "export": export, "curtailed": 0.02 * wind, "unserved": np.zeros(hours),
        "residual_load": load - 1.02 * wind - pv,
    }  # fmt: skip


def make_rows(hours: int = 240, scenario: str = "plan") -> Rows:
    """Return the rows of every table of the power pages."""
    rows: Rows = {
        name: []
        for name in (
            "capacity", "energy", "storage", "corridors", "system", "hourly", "costs", "targets",
            "certificate", "profiles", "technologies", "demands", "parameters",
        )
    }  # fmt: skip
    for code, (kind, zh, en, _) in CLASSES.items():
        rows["technologies"].append(
            {"technology": code, "name_zh": zh, "name_en": en, "kind": kind, "extendable": True}
        )
    for year in YEARS:
        _add_year(rows, scenario, year, hours)
    rows["certificate"].append({
        "scenario": scenario, "run": "plan", "method": "bundle", "foresight": "perfect",
        "objective_cny": 9.5e11, "lower_bound_cny": 9.492e11, "certified_gap": 8.42e-4,
        "hours": 2.0 * hours, "columns": 657000.0, "rows": 604000.0, "solve_seconds": 61.3,
    })  # fmt: skip
    shared = {"scenario": scenario, "year": 2030, "unit": "GW"}
    rows["targets"] = [
        {**shared, "target_id": "T_wind_pv", "target": 120.0, "modelled": 120.0, "outcome": "imposed",
         "reason_zh": "情景给定", "reason_en": "given by the scenario"},
        {**shared, "target_id": "T_pumped", "target": 3.9, "modelled": 2.7, "outcome": "short"},
        {**shared, "target_id": "T_export", "target": 0.5, "modelled": 0.52, "unit": "1",
         "outcome": "reached"},
        {**shared, "target_id": "T_other", "target": 1.0, "outcome": "not_modelled"},
    ]  # fmt: skip
    rows["parameters"].append({
        "subject": "coal_a", "parameter": "coal_rate", "from_year": 2020, "value": 300.0, "unit": "gce/kWh",
        "state": "demonstration", "grade": "C", "source_id": "book",
    })  # fmt: skip
    return {f"power.{name}": [_round(row) for row in found] for name, found in rows.items()}


def _round(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose numbers a spreadsheet keeps to the last digit."""
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()}


def _add_year(rows: Rows, scenario: str, year: int, hours: int) -> None:
    series, own = hourly_series(year, hours), {"scenario": scenario, "year": year}
    growth = 1.0 + 0.1 * (year - YEARS[0]) / 5
    weight = 8760 / hours
    for code, (kind, _, _, capacity) in CLASSES.items():
        scale = 1.0 if kind == "coal" else growth**3
        energy = weight * float(np.clip(series[code], 0, None).sum()) / 1000
        rows["capacity"].append(
            own | {
                "technology": code, "zone": "z", "capacity_mw": capacity * scale, "existing_mw": capacity,
                "built_mw": capacity * (scale - 1), "retrofitted_mw": 0.0, "retired_mw": 0.0,
            }
        )  # fmt: skip
        rows["energy"].append(
            own | {
                "technology": code, "zone": "z", "generation_gwh": energy, "consumption_gwh": 0.0,
                "curtailed_gwh": 12.0 if kind in {"wind", "pv"} else None, "full_load_hours": 2000.0,
                "coal_rate_gce_per_kwh": 301.5 if kind == "coal" else None,
                "co2_kt": 0.85 * energy if kind == "coal" else 0.0,
            }
        )  # fmt: skip
    rows["hourly"] += [
        own | {"hour": hour, "series": name, "power_mw": float(value)}
        for name, values in series.items()
        for hour, value in enumerate(values)
    ]
    rows["storage"].append(
        own | {
            "technology": "battery_a", "zone": "z", "charged_gwh": 900.0, "discharged_gwh": 810.0,
            "loss_gwh": 90.0, "cycles": 210.0, "duration_hours": 2.0,
        }
    )  # fmt: skip
    rows["corridors"].append(
        own | {
            "corridor": "east", "direction": "export", "capacity_mw": 8000.0, "energy_gwh": 40_000.0,
            "full_load_hours": 5000.0, "renewable_share": 0.52, "renewable_share_min": 0.5,
        }
    )  # fmt: skip
    load = series["load"]
    rows["system"].append(
        own | {
            "demand_gwh": weight * float(load.sum()) / 1000, "peak_mw": float(load.max()),
            "residual_peak_mw": float(series["residual_load"].max()),
            "generation_gwh": 150_000.0, "export_gwh": 40_000.0, "unserved_gwh": 0.0,
            "curtailed_share": 0.031, "renewable_share": 0.39, "coal_rate_gce_per_kwh": 301.5,
            "co2_mt": 78.5 - (year - YEARS[0]), "average_factor_t_per_mwh": 0.52,
            "marginal_factor_t_per_mwh": 0.81, "price_cny_per_mwh": 263.0, "cost_cny": 6.2e10,
        }
    )  # fmt: skip
    rows["costs"] += [
        own | {"technology": code, "kind": kind, "cost_cny": cost, "price_year": 2020}
        for code, kind, cost in (
            ("coal_a", "fuel", 4.1e10), ("coal_a", "fixed", 6e9), ("wind_a", "investment", 1.2e10),
            ("east", "revenue", -3e9),
        )
    ]  # fmt: skip
    for profile, origin in (("wind", "generated"), ("pv", "generated"), ("load", "typical")):
        rows["profiles"].append(
            own | {
                "profile": profile, "origin": origin, "seed": 7, "full_load_hours": 2251.0,
                "source_id": "book", "note_zh": "按 2020 年统计量", "note_en": "statistics of 2020",
            }
        )  # fmt: skip
    rows["demands"].append({
        "item": "electricity", "year": year, "value": 150_000.0, "unit": "GWh", "state": "derived",
        "grade": "C", "note_zh": "路径中位未来", "note_en": "central future",
    })  # fmt: skip
