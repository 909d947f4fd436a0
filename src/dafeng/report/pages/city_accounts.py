"""City accounts: every city by one rule, the residual to the province, what is needed where none is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.report.drawing import draw
from dafeng.report.figures import missing, traced
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import both, pair, phrase, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

TOTALS, BENCHMARK, RULES = "inventory.city_totals", "inventory.city_benchmark", "inventory.city_rules"
ORDER = list(terms.entries("city_part"))
SILENT = {"not_published", "not_reported"}
COMMAND = "dafeng inventory cities --template"


def render_city_accounts(context: ReportContext) -> str:
    """Return the totals of the cities and the benchmark of the latest year, or what has to be reported."""
    totals = context.rows(TOTALS)
    if not totals:
        return draw("empty.html", text=phrase("city_accounts.no_cities"))
    reported = [row["year"] for row in totals if row["status"] not in SILENT]
    benchmark = context.rows(BENCHMARK)
    year = max(reported or [row["year"] for row in benchmark], default=None)
    return draw(
        "city_accounts.html",
        nothing=not reported,
        count=len({row["region"] for row in totals}),
        command=Markup("<code>{}</code>").format(COMMAND),
        items=_items(context),
        cities=_cities(context, totals),
        silent=_silent(context, totals),
        benchmark=_benchmark(context, [row for row in benchmark if row["year"] == year]),
        year=year,
    )


def _items(context: ReportContext) -> list[tuple[Markup, list[Markup]]]:
    parts: dict[str, dict[str, None]] = {}
    for row in context.rows(RULES):
        parts.setdefault(row["part"], {})[row["item"]] = None
    return [
        (term("city_part", part), [term("city_item", item) for item in items])
        for part, items in parts.items()
    ]


def _silent(context: ReportContext, totals: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the names of the cities that publish nothing."""
    names = {row["code"]: row for row in context.rows("pack.regions")}
    codes = dict.fromkeys(row["region"] for row in totals if row["status"] in SILENT)
    known = [names.get(code, {"name_zh": code, "name_en": code}) for code in codes]
    return "、".join(row["name_zh"] for row in known), ", ".join(row["name_en"] for row in known)


def _cities(context: ReportContext, totals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {row["code"]: both(row["name_zh"], row["name_en"]) for row in context.rows("pack.regions")}
    words = pair("city_accounts.trace")
    shown = []
    for row in totals:
        grade = row["grade"] or ""
        key = context.add_trace(Trace((), grade, "Mt CO₂", "Mt CO₂", words["zh"], words["en"]))
        share = context.add_trace(Trace((), grade, "1", "1", words["zh"], words["en"]))
        lacking, reliability = (row["missing_items"] or "").split(";"), row["reliability_share"]
        figures = [row[name] for name in ("co2_mt", "benchmarked_mt", "power_mt", "exported_power_mt")]
        shown.append(
            {
                "name": names.get(row["region"], row["region"]), "year": row["year"] or "—",
                "status": term("city_status", row["status"]),
                "cells": [*(traced(value, key, 2) for value in figures), traced(reliability, share, 2)],
                "missing": [term("city_item", code) for code in lacking if code],
            }
        )  # fmt: skip
    return shown


def _benchmark(context: ReportContext, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sums of the fuels by part; a part of which nothing is known stays empty."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(row["part"], []).append(row)
    words = pair("city_accounts.trace.province")
    sources = tuple(
        sorted({str(row["source_id"]) for row in context.rows("inventory.energy") if row["source_id"]})
    )
    key = context.add_trace(Trace(sources, "B", "Mt CO₂", "Mt CO₂", words["zh"], words["en"]))
    marks = {part: dict.fromkeys(row["outcome"] for row in own) for part, own in parts.items()}
    return [
        {
            "part": term("city_part", part),
            "city": _sum(own, "city_mt", key), "province": _sum(own, "province_mt", key),
            "residual": _sum(own, "residual_mt", key), "left": _sum(own, "left_mt", key),
            "outcomes": [term("benchmark_outcome", code) for code in marks[part]],
        }
        for part, own in sorted(parts.items(), key=lambda item: ORDER.index(item[0]))
    ]  # fmt: skip


def _sum(rows: list[dict[str, Any]], column: str, key: str) -> Markup:
    known = [row[column] for row in rows if row[column] is not None]
    return traced(sum(known), key, 2) if known else missing()


PAGE = Page("city-accounts", "各市核算", "City accounts", (TOTALS, BENCHMARK), render_city_accounts)
