"""Made-up tables of the registers; names are hostile on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.app.tables import name_tables
from dafeng.register.contracts import MeasureRows, MeasureValues, RegisterAlerts, RegisterList
from dafeng.register.whole_contracts import BudgetRows, CityBudgets, SystemCover
from dafeng.report import ReportContext, ReportMeta
from dafeng.table import frame_of

if TYPE_CHECKING:
    import polars as pl

HOSTILE = "</script><img src=x onerror=alert(1)> & '\""


def register(name: str, rows: int | None = None) -> dict[str, Any]:
    return {
        "register_id": name, "name_zh": f"{name}台账", "name_en": f"Register {name}", "kind": "list",
        "edition": 1, "basis_zh": "据", "basis_en": "basis", "sendable": False, "fields": 3, "rows": rows,
        "changed_at": "2026-11-20T09:00:00+08:00" if rows else None,
    }  # fmt: skip


def value(year: int, number: float | None, **more: Any) -> dict[str, Any]:
    return {
        "register_id": "ovens", "measure_id": "share", "region": "CN-SX", "year": year, "kind": "stock",
        "name_zh": "占比", "name_en": "Share", "value": number, "unit": "%", "rows": 2, "left_out": 0,
        "grade": "B", "status": "computed", "known_on": "2026-11-20",
    } | more  # fmt: skip


def gift(number: int) -> dict[str, Any]:
    return {
        "register_id": "ovens", "measure_id": "share", "region": "CN-SX", "year": 2026,
        "part": "sum(capacity)", "row_id": f"r{number}", "version": 1,
        "label": HOSTILE if number == 0 else f"炉{number}",
        "value": None if number == 1 else float(number), "unit": "10^4 t",
    }  # fmt: skip


VALUES = [
    value(2025, 40.0), value(2026, 75.25), value(2030, 99.0), value(2026, 50.0, region="140100"),
    value(2026, None, measure_id="mean", rows=0, left_out=3, status="values_missing", grade=None),
    value(2025, 309.5, measure_id="rate", kind="flow"),
    value(2026, None, measure_id="rate", kind="flow", rows=0, status="no_rows", grade=None),
    value(2026, None, measure_id="silent", rows=0, status="no_rows", grade=None),
]  # fmt: skip
SYSTEMS = [
    {
        "system_id": f"S{number}", "clause_id": "c1", "name_zh": f"系统{number}",
        "name_en": f"System {number}", "priority": "core", "cover": cover,
        "register_ids": "ovens" if cover == "register" else None,
    }
    for number, cover in enumerate(("register", "part", "not_built"))
]  # fmt: skip
CITY = {"year": 2026, "unit": "10^4 tCO2", "energy_unit": "10^4 tce", "waiting_projects": 1, "left_out": 0}
BUDGETS = [
    {**CITY, "region": "140100", "operating": 30.0, "building": 0.0, "approved": 10.0, "locked": 40.0,
     "waiting": 70.0, "budget": 500.0, "room": 100.0, "remaining": 60.0, "projects": 2, "grade": "A",
     "status": "waiting_exceeds"},
    {**CITY, "region": "140200", "locked": 5.0, "operating": 5.0, "projects": 1, "status": "no_budget"},
]  # fmt: skip
PROJECT = {
    "region": "140100", "year": 2026, "part": "waiting", "register_id": "two_high_projects", "row_id": "r1",
    "version": 1, "label": HOSTILE, "unit": "10^4 tCO2", "energy_unit": "10^4 tce", "beyond": True,
}  # fmt: skip
ALERT = {
    "register_id": "ovens", "alert_id": "late", "row_id": "r1", "label": HOSTILE, "level": "red",
    "text_zh": "已过期", "text_en": "overdue", "region": "140100",
}  # fmt: skip


def make_context(*, filled: bool) -> ReportContext:
    """Return a report over registers with rows, or as they are at first."""
    made = {
        "register.list": (
            [register("ovens", 3 if filled else None), register("two_high_projects")],
            RegisterList,
        ),
        "register.measures": (VALUES if filled else [], MeasureValues),
        "register.measure_rows": ([gift(n) for n in range(40)] if filled else [], MeasureRows),
        "register.alerts": ([ALERT] if filled else [], RegisterAlerts),
        "register.systems": (SYSTEMS, SystemCover),
        "register.budgets": (BUDGETS if filled else [], CityBudgets),
        "register.budget_rows": ([PROJECT] if filled else [], BudgetRows),
    }
    frames: dict[str, pl.DataFrame] = {name: frame_of(rows, kind) for name, (rows, kind) in made.items()}
    meta = ReportMeta("CN-SX", "山西省", "Shanxi", "p", "1", "t", "2026-11-22")
    return ReportContext(meta, name_tables(frames))
