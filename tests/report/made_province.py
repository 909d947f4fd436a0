"""A tiny made-up province with every table of the report; texts are hostile on purpose."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import inventory, tracking
from dafeng.app.tables import TABLES
from dafeng.inventory.guideline.activity_contracts import ConsumptionView, MethaneVariant
from dafeng.inventory.guideline.contracts import EmissionLine
from dafeng.pack import PACK_TABLES
from dafeng.report import ReportContext, ReportMeta
from dafeng.result import NamedTable
from dafeng.table import columns_of, empty_table

if TYPE_CHECKING:
    from dafeng.table import Table

REGION = "XX-T"
HOSTILE = "</script><img src=x onerror=alert(1)> & \u2028 '\""
FORMULA = "=1+1"
FACTS = {"source_id": "book", "grade": "A"}


def named(table_id: str, contract: type[Table], rows: list[dict[str, Any]]) -> NamedTable:
    """Return a table; columns that a row does not name are null."""
    schema = {spec.name: spec.dtype for spec in columns_of(contract)}
    return NamedTable(
        table_id, pl.DataFrame(rows, schema=schema), contract, f"表 {table_id}", f"Table {table_id}"
    )


def boundaries() -> str:
    """Return two square cities and their province."""

    def feature(code: str, west: float, east: float) -> dict[str, Any]:
        ring = [[west, 30.0], [east, 30.0], [east, 31.0], [west, 31.0], [west, 30.0]]
        return {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    features = [
        feature(REGION, 110.0, 112.0),
        feature("C1", 110.0, 111.0),
        feature("C2", 111.0, 112.0),
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def emission_rows() -> list[dict[str, Any]]:
    """Return three years; 2021 has no process emissions and so no total."""
    shared = {"region": REGION, "unit": "Mt CO2", "source": "dafeng made-up 1", "quality": "B"}
    rows = []
    for year, scale in ((2020, 1.0), (2021, 1.1), (2022, 1.2)):
        cells = {("power_heat", "Raw_Coal"): 60 * scale, ("ferrous_smelting", "Coke"): 30 * scale}
        for (sector, fuel), value in cells.items():
            rows.append(
                {
                    "variable": "co2_fuel_combustion",
                    "sector": sector,
                    "fuel": fuel,
                    "value": value,
                    "year": year,
                }
            )
            rows.append(
                {
                    "variable": "co2_fuel_combustion",
                    "sector": "total",
                    "fuel": fuel,
                    "value": value,
                    "year": year,
                }
            )
        known = year != 2021
        rows.append(
            {"variable": "co2_process", "sector": "total", "value": 10.0 if known else None, "year": year}
        )
        total = 90 * scale + 10 if known else None
        rows.append({"variable": "co2_total", "sector": "total", "value": total, "year": year})
    return [shared | row for row in rows]


def target_rows() -> list[dict[str, Any]]:
    """Return a target met, one adjusted by a later one, and one that needs a decision."""
    shared = {
        "document_id": "plan",
        "clause_id": "c1",
        "kind": "quantified",
        "nature": "binding",
        "unit": "%",
        "target_year": 2025,
        "timing": "dated",
        "sector": "energy",
        **FACTS,
    }
    rows = [
        {
            "target_id": "t1",
            "label": "一(1)",
            "name_zh": "目标甲",
            "name_en": "Target A",
            "comparator": "ge",
            "value": 50.0,
        },
        {"target_id": "t2", "name_zh": HOSTILE, "name_en": FORMULA, "comparator": "about", "value": 95.0},
        {
            "target_id": "t3",
            "name_zh": "目标丙",
            "name_en": "Target C",
            "comparator": "ge",
            "value": 90.0,
            "document_id": "later",
        },
        {
            "target_id": "t4",
            "name_zh": "目标丁",
            "name_en": "Target D",
            "comparator": "about",
            "value": 8000.0,
            "unit": "10^4 kW",
            "sector": "renewables",
        },
    ]
    return [shared | {"indicator_id": "i1", "region": REGION} | row for row in rows]


def verdict_rows() -> list[dict[str, Any]]:
    """Return one verdict a target."""
    seen = {"series_id": "s1", "period": "2025", "bound": "eq", "unit": "%", **FACTS}
    rows = [
        {
            "target_id": "t1",
            "verdict": "met",
            "in_force_target_id": "t1",
            "observed": 55.1,
            "required": 50.0,
            "gap": 5.1,
            **seen,
        },
        {"target_id": "t2", "verdict": "adjusted", "in_force_target_id": "t3"},
        {
            "target_id": "t3",
            "verdict": "off_track",
            "in_force_target_id": "t3",
            "observed": 84.0,
            "gap": -6.0,
            "needed_per_year": 1.2,
            **seen,
        },
        {
            "target_id": "t4",
            "verdict": "needs_decision",
            "in_force_target_id": "t4",
            "observed": 7880.8,
            "question_ids": "q1",
            **seen,
            "unit": "10^4 kW",
        },
    ]
    shared = {"as_of": "2026-11-22", "indicator_id": "i1", "why_zh": "理由", "why_en": "Reason"}
    return [shared | row for row in rows]


def make_tables() -> dict[str, NamedTable]:
    """Return all tables of the report."""
    pack = {
        "pack.sources": (
            "sources",
            [
                {
                    "source_id": "book",
                    "title_zh": "统计年鉴",
                    "title_en": "Yearbook",
                    "publisher": "统计局 / Bureau of Statistics",
                    "date": "2026",
                    "locator": "https://example.org/book",
                    "licence": "facts",
                },
                {
                    "source_id": "bad",
                    "title_zh": HOSTILE,
                    "title_en": "@SUM(1)",
                    "locator": "javascript:alert(1)",
                },
            ],
        ),
        "pack.regions": (
            "regions",
            [
                {
                    "code": "C1",
                    "name_zh": "甲市",
                    "short_name_zh": "甲",
                    "name_en": "City 1",
                    "level": "city",
                    **FACTS,
                },
                {"code": "C2", "name_zh": "乙市", "name_en": "City 2", "level": "city", **FACTS},
            ],
        ),
        "plan.documents": (
            "documents",
            [
                {
                    "document_id": "plan",
                    "title_zh": "测试方案",
                    "title_en": "Test plan",
                    "issuer_zh": "省",
                    "issuer_en": "P",
                    "rank": "provincial_plan",
                    **FACTS,
                },
                {
                    "document_id": "later",
                    "title_zh": "后来文件",
                    "title_en": "Later document",
                    "issuer_zh": "省",
                    "issuer_en": "P",
                    "rank": "work_report",
                    **FACTS,
                },
            ],
        ),
        "plan.clauses": (
            "clauses",
            [
                {
                    "clause_id": "c1",
                    "label": "一(1)",
                    "document_id": "plan",
                    "level": "clause",
                    "title_zh": "条",
                    "title_en": "Clause",
                    **FACTS,
                },
            ],
        ),
        "plan.agencies": (
            "agencies",
            [
                {
                    "agency_id": f"a{n}",
                    "name_zh": f"部门{n}",
                    "name_en": f"Body {n}",
                    "kind": "department",
                    "scored": True,
                    **FACTS,
                }
                for n in range(1, 5)
            ],
        ),
        "plan.clause_agencies": (
            "clause_agencies",
            [{"clause_id": "c1", "agency_id": f"a{n}", "role": "lead"} for n in range(1, 4)],
        ),
        "plan.targets": ("targets", target_rows()),
        "plan.links": (
            "target_links",
            [{"target_id": "t3", "relation": "adjusts", "other_target_id": "t2", **FACTS}],
        ),
        "plan.open_questions": (
            "open_questions",
            [
                {
                    "question_id": "q1",
                    "question_zh": "左右是多少？",
                    "question_en": "How much is about?",
                    "why_zh": "未写明",
                    "why_en": "not said",
                    "decision_key": "about",
                    "options_zh": "1%;2%",
                    "options_en": "1 %; 2 %",
                    "target_ids": "t4",
                },
            ],
        ),
        "tracking.series": (
            "series",
            [
                {"series_id": "s1", "name_zh": "占比", "name_en": "Share", "unit": "%", "kind": "share"},
            ],
        ),
        "tracking.observations": (
            "observations",
            [
                {
                    "series_id": "s1",
                    "region": "C1",
                    "period": "2024",
                    "value": 40.0,
                    "unit": "%",
                    "bound": "eq",
                    **FACTS,
                },
                {
                    "series_id": "s1",
                    "region": "C1",
                    "period": "2025-06 ytd",
                    "value": 44.0,
                    "unit": "%",
                    "bound": "ge",
                    **FACTS,
                },
                {
                    "series_id": "s1",
                    "region": REGION,
                    "period": "2025",
                    "value": 55.1,
                    "unit": "%",
                    "bound": "eq",
                    "source_id": "bad",
                    "grade": "C",
                },
            ],
        ),
        "inventory.published": (
            "published_emissions",
            [
                {
                    "region": REGION,
                    "year": year,
                    "variable": "co2_total",
                    "unit": "Mt CO2",
                    "value": value,
                    **FACTS,
                }
                for year, value in ((2020, 100.0), (2021, 108.5), (2022, 118.0))
            ],
        ),
    }
    tables = {key: named(key, PACK_TABLES[name], rows) for key, (name, rows) in pack.items()}
    flows = [("fuel:Raw_Coal", "use:power_heat", "原煤", "Raw coal", "电力热力", "Power and heat")]
    made = {
        "tracking.verdicts": (tracking.Verdicts, verdict_rows()),
        "tracking.variants": (
            tracking.Variants,
            [
                {
                    "target_id": "t4",
                    "reading": "1",
                    "reading_zh": "允差 1%",
                    "reading_en": "within 1 %",
                    "verdict": "missed",
                },
                {
                    "target_id": "t4",
                    "reading": "2",
                    "reading_zh": "允差 2%",
                    "reading_en": "within 2 %",
                    "verdict": "met",
                },
            ],
        ),
        "tracking.rules": (
            tracking.JudgingRules,
            [
                {
                    "kind": "quantified",
                    "case_id": "due",
                    "case_zh": "到期",
                    "case_en": "due",
                    "verdict": "met;missed",
                },
            ],
        ),
        "inventory.emissions": (inventory.Emissions, emission_rows()),
        "inventory.comparison": (
            inventory.Comparison,
            [
                {
                    "region": REGION,
                    "year": 2022,
                    "variable": "co2_total",
                    "computed_mt": 118.0,
                    "published_mt": 118.0,
                    "difference_share": 0.0,
                },
            ],
        ),
        "inventory.flow": (
            inventory.EnergyFlow,
            [
                {
                    "region": REGION,
                    "year": year,
                    "source": a,
                    "target": b,
                    "source_zh": c,
                    "source_en": d,
                    "target_zh": e,
                    "target_en": f,
                    "energy_tj": 5000.0 * year,
                }
                for year in (2021, 2022)
                for a, b, c, d, e, f in flows
            ],
        ),
    }
    drawn = {key: named(key, contract, rows) for key, (contract, rows) in made.items()}
    # what is not made up here has no rows: a page says so and does not fail
    empty = {
        key: NamedTable(key, empty_table(contract), contract, zh, en)
        for key, (contract, zh, en) in TABLES.items()
    }
    return empty | tables | drawn | border_tables() | made_by("made_power.py") | made_by("made_tracking.py")


def made_by(file: str) -> dict[str, NamedTable]:
    """Return the tables of another file of made-up rows: a power system; tracking and evaluation."""
    rows = runpy.run_path(str(Path(__file__).with_name(file)))["make_rows"]()
    return {key: named(key, TABLES[key][0], found) for key, found in rows.items()}


def border_tables() -> dict[str, NamedTable]:
    """Return coal-mine methane and the territorial and consumption views."""
    place = {"region": REGION, "year": 2022}
    line = {**place, "category": "1B1ai1", "sector": "underground", "gas": "CH4", "unit": "kt", "grade": "C"}
    variant = {
        **place, "category": "1B1ai1", "mine": "underground", "factor_id": "own", "name_zh": HOSTILE,
        "name_en": HOSTILE, "coal_mt": 10.0, "factor": 6.0, "factor_unit": "kg/t", "methane_kt": 60.0,
        "chosen": True, "share_year": 2022, "source_id": "book", "grade": "C",
    }  # fmt: skip
    scope = {"boundary": "production", "power_export": "included", "process": "with_process", "gases": "co2"}
    view = {**place, **scope, "source_id": "book", "grade": "B"}
    power = view | {
        "process": "energy_only", "item": "power_exchange", "variant": "year_factor", "energy": 100.0,
        "energy_unit": "10^8 kWh", "factor": 0.7, "factor_unit": "kg CO2/kWh", "value_mt": 7.0,
    }  # fmt: skip
    net = view | {"power_export": "excluded", "variant": "year_factor", "value_mt": 111.0}
    rows = {
        "accounts.methane": (
            EmissionLine,
            [
                line | {"activity": 1000.0, "activity_unit": "10^4 t", "value": 60.0, "note_zh": HOSTILE,
                        "note_en": HOSTILE},
                line | {"category": "1B1ai4", "sector": "used_or_flared", "notation": "NE",
                        "note_zh": HOSTILE, "note_en": HOSTILE},
            ],
        ),
        "accounts.methane_factors": (MethaneVariant, [variant]),
        "accounts.consumption": (
            ConsumptionView,
            [
                view | {"item": "territorial", "variant": "plain", "value_mt": 118.0},
                power,
                net | {"item": "without_power_export"},
                net | {"boundary": "consumption", "item": "consumption", "note_zh": HOSTILE},
                view | {"item": "coke_making", "variant": "plain", "energy": 5.0, "energy_unit": "10^4 t",
                        "value_mt": 0.01},
            ],
        ),
    }  # fmt: skip
    return {key: named(key, contract, made) for key, (contract, made) in rows.items()}


def make_context(**changes: Any) -> ReportContext:
    """Return the context of the made-up province."""
    given = {
        "region_code": REGION,
        "region_zh": "测试省",
        "region_en": "Testland",
        "pack_id": "tests",
        "pack_version": "1",
        "totals_version": "made-up 1 · tests 1 · 00000000",
        "as_of": "2026-11-22",
        "software_version": "0.0",
        "boundaries": boundaries(),
    }
    return ReportContext(ReportMeta(**(given | changes)), make_tables())
