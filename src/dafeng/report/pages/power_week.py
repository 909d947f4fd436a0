"""Hour by hour: a week to choose, its dispatch; the duration of load and residual load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.report import power_view as shared
from dafeng.report.curve_chart import Curve, draw_curves
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import traced
from dafeng.report.page import Page
from dafeng.report.power_hours import (
    HourlyYear,
    hardest_week,
    read_hours,
    week_chart,
    week_dates,
    week_rows,
)
from dafeng.report.power_view import HOURLY, SYSTEM, PowerView
from dafeng.report.words import pair, phrase

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.context import ReportContext

SHADES = (("#9db7d5", "#e0c98f"), ("#5a86b3", "#d09a35"), ("#1f4e79", "#8f5a00"), ("#0f2a44", "#5a3800"))
"""Strokes of load and residual load, the later the darker."""
TICKS = 1000


def render_week(context: ReportContext) -> str:
    """Return the week browser and the duration curves."""
    view = shared.view_power(context)
    found = [] if view is None else [read_hours(view, year) for year in view.years]
    years = [hourly for hourly in found if hourly is not None]
    if view is None or not years:
        return draw("empty.html", text=phrase("power.none"))
    shown = years[-1]
    week = hardest_week(shown)
    key = view.trace("GW", "power.step.week")
    return draw(
        "power_week.html",
        scope=shared.scope_line(view),
        grade=grade_mark(view.grade),
        title=_week_message(shown, week, key),
        data=week_chart(years, (shown.year, week), key),
        years=[hourly.year for hourly in years],
        latest=shown.year,
        weeks=[_week_option(number) for number in range(max(hourly.weeks() for hourly in years))],
        week=week,
        rows=[_week_row(view, shown, row, key) for row in week_rows(shown)],
        duration=_duration(view, years),
    )


def _week_message(hourly: HourlyYear, week: int, key: str) -> Markup:
    first, last = week_dates(hourly.year, week)
    high = float(hourly.residual.max()) / 1000
    return phrase("power.message.week", year=hourly.year, first=first, last=last, high=traced(high, key, 1))


def _week_option(week: int) -> dict[str, Any]:
    """Return a week of the choice in both languages; the days are those of a common year."""
    first, last = week_dates(2025, week)
    return {"value": week, **pair("power.week", number=week + 1, first=first, last=last)}


def _week_row(view: PowerView, hourly: HourlyYear, row: dict[str, float], key: str) -> dict[str, Any]:
    first, last = week_dates(hourly.year, int(row["week"]))
    energy = view.trace("GWh", "power.step.week")
    return {
        "number": int(row["week"]) + 1, "days": f"{first} – {last}", "peak": traced(row["peak"], key, 1),
        "high": traced(row["high"], key, 1), "low": traced(row["low"], key, 1),
        "green": traced(row["green"], energy, 0),
    }  # fmt: skip


def _duration(view: PowerView, years: list[HourlyYear]) -> dict[str, Any]:
    """Return load and residual load of every year, each from the highest hour to the lowest."""
    key = view.trace("GW", "power.step.duration")
    hours = view.trace("h", "power.step.duration")
    shades = SHADES[-len(years) :] if len(years) <= len(SHADES) else SHADES[-1:] * len(years)
    curves, legend = [], []
    for hourly, (dark, light) in zip(years, shades, strict=False):
        for values, colour, dash, name in (
            (hourly.load, dark, "", "power.load"), (hourly.residual, light, "7 4", "power.residual"),
        ):  # fmt: skip
            curves.append(Curve(tuple(-np.sort(-values) / 1000), colour, dash, key))
            legend.append((colour, dash, hourly.year, phrase(name)))
    last = years[-1]
    below = float((last.residual < 0).sum()) * 8760 / last.residual.size if last.residual.size else 0.0
    return {
        "title": phrase(
            "power.message.duration", year=last.year, load=traced(float(last.load.max()) / 1000, key, 1),
            residual=traced(float(last.residual.max()) / 1000, key, 1), below=traced(below, hours, 0),
        ),
        "chart": draw_curves(curves, "power-duration", range(0, last.load.size, _tick(last.load.size))),
        "legend": legend,
        "rows": [_duration_row(hourly, key) for hourly in years],
    }  # fmt: skip


def _tick(hours: int) -> int:
    """Return the distance of the marks below: a thousand hours, fewer in a short horizon."""
    return TICKS if hours > 2 * TICKS else 24


def _duration_row(hourly: HourlyYear, key: str) -> dict[str, Any]:
    load, residual = hourly.load / 1000, hourly.residual / 1000
    values = (load.max(), load.mean(), load.min(), residual.max(), residual.mean(), residual.min())
    return {"year": hourly.year, "cells": [traced(float(value), key, 1) for value in values]}


PAGE = Page(
    "power-week",
    "电力：逐时出力与负荷",
    "Power: hour by hour",
    (SYSTEM, HOURLY),
    render_week,
    "power",
)
