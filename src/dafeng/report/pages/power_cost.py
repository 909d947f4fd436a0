"""What power costs and emits: cost by kind, prices, emissions, emission factors of the grid."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.report import power_view as shared
from dafeng.report.bars import draw_bars
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import traced
from dafeng.report.page import Page
from dafeng.report.power_view import COSTS, ENERGY, PARAMETERS, SYSTEM, PowerView, Row
from dafeng.report.words import phrase, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

PER_BILLION = 1e-9
TITLE = "power-cost-message"
COST_COLOURS = {
    "investment": "#1f4e79", "retrofit": "#9db7d5", "fixed": "#5aa6a0", "fuel": "#4a5561",
    "variable": "#b9c27a", "start": "#e0a23b", "carbon": "#8c4a3f", "unserved": "#ff2d1a",
    "revenue": "#6b5b95",
}  # fmt: skip
NONE = Markup('<span class="null">—</span>')
LINES = (
    ("demand_gwh", "GWh", 0), ("peak_mw", "MW", 0), ("residual_peak_mw", "MW", 0),
    ("generation_gwh", "GWh", 0), ("export_gwh", "GWh", 0), ("unserved_gwh", "GWh", 1),
    ("coal_rate_gce_per_kwh", "gce/kWh", 1),
    ("co2_mt", "Mt", 1), ("average_factor_t_per_mwh", "t/MWh", 3), ("marginal_factor_t_per_mwh", "t/MWh", 3),
    ("price_cny_per_mwh", "CNY/MWh", 0),
)  # fmt: skip
"""Columns of the yearly table, their unit and decimals."""


def render_cost(context: ReportContext) -> str:
    """Return cost by kind, emissions by kind of plant, and the year of the system."""
    view = shared.view_power(context)
    if view is None:
        return draw("empty.html", text=phrase("power.none"))
    costs, system = view.rows(COSTS), view.rows(SYSTEM)
    price_years = sorted({row["price_year"] for row in costs})
    return draw(
        "power_cost.html",
        scope=shared.scope_line(view),
        grade=grade_mark(view.grade),
        years=view.years,
        price_year="–".join(map(str, dict.fromkeys((*price_years[:1], *price_years[-1:])))),
        kept=_kept_price_years(context, price_years),
        cost=_cost_figure(view, costs),
        emissions=_emission_figure(view, system),
        lines=[_line(view, system, *line) for line in LINES],
    )


def _kept_price_years(context: ReportContext, known: list[int]) -> Markup:
    """Return that parameters keep price years of their own; empty when all have that of the costs."""
    years = {row["price_year"] for row in context.rows(PARAMETERS) if row["price_year"]} - set(known)
    if not years:
        return Markup("")
    return phrase("power.price_years", years=(_list(years, "、"), _list(years, ", ")))


def _list(years: set[int], comma: str) -> str:
    return comma.join(map(str, sorted(years)))


def _cost_figure(view: PowerView, rows: list[Row]) -> dict[str, Any] | None:
    """Return the bars of cost; revenue is told below and not drawn."""
    sums: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        sums[row["kind"]][row["year"]] += PER_BILLION * row["cost_cny"]
    kinds = [kind for kind in terms.entries("power_cost") if kind in sums and any(sums[kind].values())]
    if not kinds:
        return None
    key = view.trace("10^9 CNY", "power.step.cost")
    drawn = [kind for kind in kinds if all(value >= 0 for value in sums[kind].values())]
    last = view.years[-1]
    total = sum(sums[kind].get(last, 0.0) for kind in kinds)
    return {
        "title": phrase(
            "power.message.cost", year=last, total=traced(total, key, 1), kind=_largest(sums, kinds, last)
        ),
        "chart": draw_bars(shared.stack_years(view, {k: sums[k] for k in drawn}, COST_COLOURS, key), TITLE),
        "legend": [(COST_COLOURS.get(kind, "#b4bec8"), term("power_cost", kind)) for kind in drawn],
        "rows": [
            (term("power_cost", kind), [traced(sums[kind].get(year, 0.0), key, 2) for year in view.years])
            for kind in kinds
        ],
        "sums": [
            traced(sum(sums[kind].get(year, 0.0) for kind in kinds), key, 2) for year in view.years
        ],
    }  # fmt: skip


def _largest(sums: dict[str, dict[int, float]], kinds: list[str], year: int) -> tuple[str, str]:
    """Return the name of the largest kind of cost."""
    row = terms.entries("power_cost")[max(kinds, key=lambda kind: sums[kind].get(year, 0.0))]
    return row["zh"], row["en"].lower()


def _emission_figure(view: PowerView, system: list[Row]) -> dict[str, Any] | None:
    sums: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in view.rows(ENERGY):
        sums[view.kind(row["technology"])][row["year"]] += 1e-3 * row["co2_kt"]
    kinds = shared.kinds_in_order(kind for kind, years in sums.items() if max(years.values()) > 0)
    if not kinds:
        return None
    key = view.trace("Mt CO2", "power.step.emissions")
    by_year = {row["year"]: row["co2_mt"] for row in system}
    return {
        "title": _emission_message(view, by_year, key),
        "chart": draw_bars(
            shared.stack_years(view, {k: sums[k] for k in kinds}, shared.COLOURS, key), "power-emissions"
        ),
        "legend": [(shared.colour_of(kind), shared.kind_name(kind)) for kind in kinds],
    }  # fmt: skip


def _emission_message(view: PowerView, by_year: dict[int, float], key: str) -> Markup:
    """Return the heading: emissions of the first and the last year, or of the only one."""
    first, last = view.years[0], view.years[-1]
    end = traced(by_year[last], key, 1)
    if first == last:
        return phrase("power.message.emissions.one", year=last, end=end)
    start = traced(by_year[first], key, 1)
    return phrase("power.message.emissions", first=first, last=last, start=start, end=end)


def _line(view: PowerView, system: list[Row], column: str, unit: str, digits: int) -> dict[str, Any]:
    """Return one line of the yearly table."""
    key = view.trace(unit, "power.step")
    values = {row["year"]: row[column] for row in system}
    cells = [NONE if values.get(year) is None else traced(values[year], key, digits) for year in view.years]
    return {"name": phrase(f"power.line.{column}"), "unit": unit, "cells": cells}


PAGE = Page(
    "power-cost",
    "电力：成本与排放",
    "Power: cost and emissions",
    (COSTS, ENERGY, SYSTEM),
    render_cost,
    "power",
)
