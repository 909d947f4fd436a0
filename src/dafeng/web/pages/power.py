"""The power system: hour by hour, capacity, storage and exports, costs, the certificate, forecasts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dafeng.app.register_book import judge
from dafeng.report import power_view as shared
from dafeng.report.figures import number
from dafeng.report.pages.power_capacity import PAGE as CAPACITY
from dafeng.report.pages.power_certificate import PAGE as CERTIFICATE
from dafeng.report.pages.power_cost import PAGE as COST
from dafeng.report.pages.power_forecast import PAGE as FORECAST
from dafeng.report.pages.power_storage import PAGE as STORAGE
from dafeng.report.pages.power_week import PAGE as WEEK
from dafeng.report.power_hours import hardest_week, read_hours, week_dates
from dafeng.web.drawing import draw
from dafeng.web.kept_pages import keep_drawn
from dafeng.web.page import Body, WebPage, needs_tables
from dafeng.web.power_drawing import MW_PER_GW, draw_week, hour_text
from dafeng.web.report_part import draw_pages

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.page import Page
    from dafeng.report.power_hours import HourlyYear
    from dafeng.web.page import Asking

PATH, PART = "/power", "power"
SHOWN: tuple[tuple[Page, str, tuple[str, str]], ...] = (
    (CAPACITY, "capacity", ("装机、电量与目标", "Capacity, output and targets")),
    (STORAGE, "storage", ("储能与外送", "Storage and exports")),
    (COST, "cost", ("成本与排放", "Cost and emissions")),
    (WEEK, "duration", ("全年与历时曲线", "The year and its duration")),
    (CERTIFICATE, "certificate", ("求解凭证与曲线", "Certificate and profiles")),
    (FORECAST, "forecast", ("预报评分", "Scores of forecasts")),
)
TITLE = "power-hours"
DAYS = 7


def show(asking: Asking) -> Body:
    """Draw a week of the hourly dispatch; say so where it was not computed."""
    if not set(WEEK.needs) <= set(asking.portal.data.visible_tables(asking.book)):
        return Body(_draw_missing(asking))
    wanted = _number(asking, "year"), _number(asking, "week")
    html = keep_drawn(asking, ("power", *wanted, asking.language), partial(_draw, asking, *wanted))
    return Body(_draw_missing(asking) if html is None else html)


def show_part(page: Page, asking: Asking) -> Body:
    """Draw a page of the report; where nobody ran the model, say so."""
    if not set(page.needs) <= set(asking.portal.data.visible_tables(asking.book)):
        return Body(_draw_missing(asking))
    return draw_pages(asking, page).body()


def _draw_missing(asking: Asking) -> Markup:
    """Return what is said before the model was run; its form bears the visitor's proof and is never kept."""
    return draw("power_missing.html", asking=asking, may_start=_may_start(asking), part=PART)


def _draw(asking: Asking, year: int | None, week: int | None) -> Markup | None:
    """Return the page of a week; None where there are no hours."""
    view = shared.view_power(asking.portal.data.context(asking.book))
    hourly = None
    if view is not None and view.years:
        year = min(view.years, key=lambda one: abs(one - (year or view.years[-1])))
        hourly = read_hours(view, year)
    if view is None or hourly is None:
        return None
    hardest = hardest_week(hourly)
    shown = hardest if week is None else min(max(week - 1, 0), hourly.weeks() - 1)
    return draw(
        "power.html", title=TITLE, year=hourly.year, years=view.years, week=shown, weeks=hourly.weeks(),
        dates=[week_dates(hourly.year, one) for one in range(hourly.weeks())], hardest=hardest,
        scope=shared.scope_line(view), chart=draw_week(hourly, shown, TITLE, asking.language),
        legend=[(shared.colour_of(kind), shared.kind_name(kind)) for kind in hourly.kinds],
        days=_days(hourly, shown), hours=_hours(hourly, shown),
    )  # fmt: skip


def _days(hourly: HourlyYear, week: int) -> list[dict[str, Any]]:
    """Return by day: highest load, highest and lowest residual load [GW], output of wind and PV [GWh]."""
    hours = hourly.hours_of(week)
    made = []
    for start in range(hours.start, hours.stop, 24):
        part = slice(start, min(start + 24, hours.stop))
        residual, load = hourly.residual[part], hourly.load[part]
        values = (load.max(), residual.max(), residual.min(), hourly.green[part].sum(), load.sum())
        cells = [number(float(one) / MW_PER_GW, 1) for one in values]
        made.append({"day": hour_text(hourly.year, start)[:5], "cells": cells})
    return made


def _hours(hourly: HourlyYear, week: int) -> list[tuple[str, list[str]]]:
    hours = hourly.hours_of(week)
    series = (hourly.load, hourly.residual, *hourly.kinds.values())
    return [
        (hour_text(hourly.year, hour), [number(float(one[hour]) / MW_PER_GW, 2) for one in series])
        for hour in range(hours.start, hours.stop)
    ]


def _number(asking: Asking, key: str) -> int | None:
    text = asking.request.query_params.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < DAYS else None


def _may_start(asking: Asking) -> bool:
    return judge(asking.book, "start", "runs").allowed


def _allowed(asking: Asking) -> bool:
    """Allow who may see the results, and who may have them computed where nobody did."""
    if needs_tables(*WEEK.needs)(asking):
        return True
    edition = asking.portal.data.edition()
    made = edition is not None and not set(edition.table_ids()).isdisjoint(WEEK.needs)
    return not made and _may_start(asking)


PAGES = [
    WebPage(
        "power", PATH, "逐时出力", "Hour by hour", "power", 0, show, _allowed,
        styles=("power.css",),
    ),
    *(
        WebPage(
            f"power-{name}", f"{PATH}/{name}", *titles, "power", 10 * (place + 1), partial(show_part, page),
            needs_tables(*page.needs),
        )
        for place, (page, name, titles) in enumerate(SHOWN)
    ),
]  # fmt: skip
