"""A made-up monthly page with everything on it: every item, every group, a path, scores, doubts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.errors import Finding
from dafeng.inventory.flash.contracts import FlashEstimates, FlashIndicators, FlashMonths
from dafeng.report.monthly_sheet import MonthlySheet
from dafeng.table import empty_table, frame_of
from dafeng.tracking.nowcast.contracts import Nowcasts, NowcastScores, YearToDate

if TYPE_CHECKING:
    import polars as pl

ITEMS = {
    "electricity_use": "10^8 kWh", "generation": "10^8 kWh", "thermal_generation": "10^8 kWh",
    "hydro_generation": "10^8 kWh", "wind_generation": "10^8 kWh", "solar_generation": "10^8 kWh",
    "electricity_sent_out": "10^8 kWh", "raw_coal": "10^4 t", "coke": "10^4 t", "crude_steel": "10^4 t",
    "cement": "10^4 t", "wind_added": "10^4 kW", "solar_added": "10^4 kW",
}  # fmt: skip
GROUPS = (
    "power_heat", "steel", "coking_refining", "coal_mining", "building_materials", "nonferrous", "chemicals",
    "other_gas", "other_oil", "other_solid", "cement_process", "total",
)  # fmt: skip
YEAR, MONTH = 2026, 10
PLACE = {"region": "CN-SX"}
HOSTILE = "<img src=x onerror=alert(1)>"


def make_tables() -> dict[str, pl.DataFrame]:
    """Return every table of the page."""
    indicators = [
        {
            **PLACE, "item": item, "year": YEAR, "month": MONTH, "unit": unit, "month_value": 210.5 + place,
            "month_change_share": 0.031, "ytd_value": 2105.0 + 10 * place, "ytd_change_share": -0.012,
            "known_on": "2026-11-18", "source": HOSTILE,
        }
        for place, (item, unit) in enumerate(ITEMS.items())
        if item != "coke"
    ] + [{**PLACE, "item": "coke", "year": YEAR, "month": MONTH, "unit": "10^4 t"}]  # fmt: skip
    nowcasts = [
        {
            **PLACE, "item": item, "year": YEAR, "through_month": MONTH, "unit": unit, "known": 2105.0,
            "mean": 2530.0, "p05": 2490.0, "p10": 2500.0, "p50": 2530.0, "p90": 2560.0, "p95": 2570.0,
            "previous": 2500.0, "change_share": 0.012, "method": "state_space", "years": 9,
        }
        for item, unit in ITEMS.items()
        if item != "coke"
    ]  # fmt: skip
    scores = [
        {
            **PLACE, "item": item, "through_month": MONTH, "method": method, "cases": 12, "unit": unit,
            "crps": 5.0, "crps_ratio": 0.71, "coverage80_share": 0.83, "coverage90_share": 0.92,
        }
        for item, unit in ITEMS.items()
        for method in ("state_space", "naive")
    ]  # fmt: skip
    return {
        "indicators": frame_of(indicators, FlashIndicators),
        "nowcasts": frame_of(nowcasts, Nowcasts),
        "scores": frame_of(scores, NowcastScores),
        **make_emissions(),
    }


def make_emissions() -> dict[str, pl.DataFrame]:
    """Return own CO2 by group and month, and beside the path."""
    path = [
        {
            "measure": "co2", "year": YEAR, "month": month, "unit": "Mt CO2", "value": 52.0 * month,
            "previous": 51.0 * month, "path_whole": 600.0, "path_to_date": 50.0 * month, "gap": 2.0 * month,
            "path_zh": "方案路径", "path_en": "Path of the plan",
        }
        for month in range(2, MONTH + 1)
    ]  # fmt: skip
    estimates = [
        {
            **PLACE, "measure": "co2", "group": group, "year": YEAR, "month": MONTH, "span": "ytd",
            "unit": "Mt CO2", "value": 520.0 if group == "total" else 40.0, "previous": 510.0,
            "change_share": 0.0196, "rule": "sum" if group == "total" else "carried", "benchmark_year": 2024,
        }
        for group in GROUPS
    ]  # fmt: skip
    months = [
        {
            **PLACE, "measure": "co2", "year": year, "first_month": first, "last_month": max(first, 2),
            "unit": "Mt CO2", "value": (104.0 if first == 1 else 52.0) - YEAR + year,
        }
        for year in (YEAR - 1, YEAR)
        for first in (1, *range(3, 13))
        if (year, first) <= (YEAR, MONTH)
    ]  # fmt: skip
    return {
        "path": frame_of(path, YearToDate),
        "estimates": frame_of(estimates, FlashEstimates),
        "months": frame_of(months, FlashMonths),
    }


def make_sheet(**changes: Any) -> MonthlySheet:
    """Return the fullest page; what is named is changed."""
    given: dict[str, Any] = {
        "region_zh": "测试省", "region_en": "Testland", "year": YEAR, "month": MONTH, "made_on": "2026-11-25",
        "next_issue": "2026-11", "next_day": "2026-12-25", "tables": make_tables(),
        "failed": {"coke": Finding("flash_no_such_issue", params={"value": HOSTILE})},
        "covered_share": 0.41, "benchmark_year": 2024, "day": 25, "assumed": 3,
        "sources": ("省统计局月度统计资料", HOSTILE), "software": "0.0",
        "doubts": (Finding("flash_no_such_issue", params={"value": "x"}),),
    }  # fmt: skip
    return MonthlySheet(**(given | changes))


def empty_tables() -> dict[str, pl.DataFrame]:
    """Return the tables of a page for which nothing was supplied."""
    contracts = {
        "indicators": FlashIndicators, "nowcasts": Nowcasts, "scores": NowcastScores, "path": YearToDate,
        "estimates": FlashEstimates, "months": FlashMonths,
    }  # fmt: skip
    return {name: empty_table(contract) for name, contract in contracts.items()}
