"""Emissions over time by group of sectors and by group of fuels, with published totals as points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.charts import stack_chart
from dafeng.report.drawing import draw
from dafeng.report.emission_view import EMISSIONS, Axis, EmissionView, view_emissions
from dafeng.report.figures import number, number_button
from dafeng.report.page import Page
from dafeng.report.words import phrase, term, term_pair

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

AXES: tuple[Axis, ...] = ("sector_groups", "fuel_groups")


def render_emissions(context: ReportContext) -> str:
    """Return two stacked charts with their tables."""
    view = view_emissions(context)
    if not view.combustion:
        return draw("empty.html", text=phrase("emissions.none"))
    figures = [_figure(context, view, axis) for axis in AXES]
    return draw("emissions.html", figures=figures, gaps=view.years_without_total, weak=view.weak)


def _figure(context: ReportContext, view: EmissionView, axis: Axis) -> dict[str, Any]:
    return {
        "id": f"chart-{axis.replace('_', '-')}",
        "title": _message(context, view, axis),
        "axis": axis,
        "data": stack_chart(view, axis),
        "years": view.years,
        "rows": [
            (
                term(axis, code),
                [_cell(view, view.groups[axis][code].get(year, 0.0), year) for year in view.years],
            )
            for code, _ in view.ranked(axis, max(view.combustion))
        ],
        "sums": _sums(view),
    }


def _sums(view: EmissionView) -> list[tuple[Markup, list[Markup]]]:
    published = [
        number_button(number(view.published[y]["value"], 1), view.published_traces[y])
        if y in view.published
        else Markup("")
        for y in view.years
    ]
    sums = [
        (phrase("combustion"), [_cell(view, view.combustion.get(year), year) for year in view.years]),
        (term("fuel_groups", "process"), [_cell(view, view.process.get(year), year) for year in view.years]),
        (phrase("total"), [_cell(view, view.total.get(year), year) for year in view.years]),
    ]
    if view.published:
        sums.append((phrase("published_total"), [cell or phrase("null") for cell in published]))
    return sums


def _cell(view: EmissionView, value: float | None, year: int) -> Markup:
    if value is None or year not in view.combustion:
        return Markup('<span class="null">{}</span>').format(phrase("null"))
    return number_button(number(value, 1), view.traces[year])


def _message(context: ReportContext, view: EmissionView, axis: Axis) -> Markup:
    """Return the chart's title: the largest group and its share of combustion in the latest year."""
    year = max(view.combustion)
    (code, value), *_ = view.ranked(axis, year)
    names = term_pair(axis, code)
    key = context.derive_trace(view.traces[year], "step.share", year=year)
    share = number_button(f"{number(100 * value / view.combustion[year], 1)}%", key)
    return phrase("emissions.message", year=year, group=(names["zh"], names["en"]), share=share)


PAGE = Page("emissions", "排放变化", "Emissions over time", (EMISSIONS,), render_emissions)
