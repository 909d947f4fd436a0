"""The monthly page of a province: one file, one sheet of A4, Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup

from dafeng.report.drawing import draw
from dafeng.report.effect_bars import INK, SOFT
from dafeng.report.fan_chart import Dot, Line, Size, draw_axes, draw_dot, draw_line, fit_scale, wrap_svg
from dafeng.report.figures import missing, number
from dafeng.report.flash_page import draw_months, indicator_row, list_few, percent
from dafeng.report.frame import draw_page
from dafeng.report.path_chart import REQUIRED
from dafeng.report.words import both, phrase, plain, term, term_pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.report.monthly_sheet import MonthlySheet

Row = dict[str, Any]
CHART = Size(430, 165, 46, right=12, top=10, bottom=22, font=11, marks=14, broad=False)
LEAST_COVERED = 0.5
"""Share of the benchmark with an indicator below which the page says that the CO2 rests on little. [1]"""
LARGE = 1000.0
"""From here on an estimate of the year is shown without decimals, in the unit of its item."""


def render_monthly(sheet: MonthlySheet) -> str:
    """Return the page as HTML; the same for the same sheet."""
    period = f"{sheet.year}-{sheet.month:02d}"
    title = {
        "zh": plain("monthly.document", "zh", region=sheet.region_zh, period=period),
        "en": plain("monthly.document", "en", region=sheet.region_en, period=period),
    }
    body = draw_body(sheet)
    return draw_page(title, body, sheet.software, ("flash.css", "monthly.css"), ("flash.js",))


def draw_body(sheet: MonthlySheet) -> str:
    """Return what stands on the sheet, without style, font and script."""
    return draw(
        "monthly.html",
        region=(sheet.region_zh, sheet.region_en), year=sheet.year, month=sheet.month,
        made_on=sheet.made_on, next_issue=sheet.next_issue, next_day=sheet.next_day,
        doubts=[both(found.text("zh"), found.text("en")) for found in sheet.doubts],
        heads=_heads(sheet), indicators=_indicator_rows(sheet), scored=sheet.tables["scores"].height > 0,
        path=_path(sheet), chart=_draw_path(sheet), groups=_group_rows(sheet),
        months=draw_months(_co2(sheet.tables["months"]), sheet.year),
        failed=[(term("flash_item", item), both(found.text("zh"), found.text("en")))
                for item, found in sheet.failed.items()],
        methods=_methods(sheet), day=sheet.day, assumed=sheet.assumed, benchmark=sheet.benchmark_year,
        covered=None if sheet.covered_share is None else f"{100 * sheet.covered_share:.0f}%",
        weak=sheet.covered_share is not None and sheet.covered_share < LEAST_COVERED,
        sources=list_few(sheet.sources), software=sheet.software,
    )  # fmt: skip


def _co2(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("measure") == "co2")


def _path_row(sheet: MonthlySheet) -> Row | None:
    """Return own CO2 beside the path at the month of the page; None without any."""
    rows = _co2(sheet.tables["path"]).filter(
        (pl.col("year") == sheet.year) & (pl.col("month") == sheet.month)
    )
    return rows.row(0, named=True) if rows.height else None


def _co2_total(sheet: MonthlySheet) -> Row | None:
    rows = _co2(sheet.tables["estimates"]).filter((pl.col("group") == "total") & (pl.col("span") == "ytd"))
    return rows.row(0, named=True) if rows.height else None


def _heads(sheet: MonthlySheet) -> list[dict[str, Any]]:
    """Return the three figures on top: power use, own CO2, and how far that is from the path."""
    power = sheet.tables["indicators"].filter(pl.col("item") == "electricity_use").to_dicts()
    co2, path = _co2_total(sheet), _path_row(sheet)
    value = co2["value"] if co2 else path["value"] if path else None
    change = _growth(co2["change_share"] if co2 else None)
    gap = path["gap"] if path else None
    more = phrase("monthly.no_path") if gap is None or path is None else _whole_path(path)
    return [
        {
            "name": phrase("monthly.power"), "figure": _figure(power[0]["ytd_value"] if power else None, 1),
            "unit": power[0]["unit"] if power and power[0]["ytd_value"] is not None else "",
            "more": _growth(power[0]["ytd_change_share"] if power else None),
        },
        {
            "name": phrase("monthly.co2"), "figure": _figure(value, 1), "more": change,
            "unit": "Mt CO2" if value is not None else "",
        },
        {
            "name": phrase("monthly.gap"), "more": more, "unit": "Mt CO2" if gap is not None else "",
            "figure": missing() if gap is None else number(gap, 1, signed=True),
        },
    ]  # fmt: skip


def _whole_path(path: Row) -> Markup:
    word = "over" if path["gap"] > 0 else "under"
    return phrase(f"monthly.path.{word}", whole=number(path["path_whole"], 1) or "—")


def _growth(share: float | None) -> Markup:
    return Markup("") if share is None else phrase("flash.change", change=percent(share) + "%")


def _figure(value: float | None, digits: int) -> Markup | str:
    return missing() if value is None else number(value, digits)


def _indicator_rows(sheet: MonthlySheet) -> list[dict[str, Any]]:
    """Return the items with month, year to date, and what the year will come to."""
    nowcasts = {row["item"]: row for row in sheet.tables["nowcasts"].iter_rows(named=True)}
    scores = {
        (row["item"], row["through_month"], row["method"]): row
        for row in sheet.tables["scores"].iter_rows(named=True)
    }
    return [
        indicator_row(row) | _nowcast_cells(nowcasts.get(row["item"]), scores)
        for row in sheet.tables["indicators"].iter_rows(named=True)
    ]


def _nowcast_cells(row: Row | None, scores: Mapping[tuple[str, int, str], Row]) -> dict[str, Any]:
    if row is None:
        return {"year": "—", "range": "", "year_change": "", "skill": "", "note": ""}
    score = scores.get((row["item"], row["through_month"], row["method"]))
    digits = 0 if row["mean"] >= LARGE else 1
    return {
        "year": number(row["mean"], digits),
        "range": ""
        if row["method"] == "complete"
        else f"{number(row['p10'], digits)}–{number(row['p90'], digits)}",
        "year_change": percent(row["change_share"]),
        "skill": "" if score is None else _skill(score),
        "note": both(row["note_zh"], row["note_en"]),
    }


def _skill(score: Row) -> str:
    """Return CRPS over that of the seasonal-naive method, coverage and number of cases, as far as known."""
    ratio, coverage = score["crps_ratio"], score["coverage80_share"]
    parts = [
        "—" if ratio is None else number(ratio, 2),
        "—" if coverage is None else f"{100 * coverage:.0f}%",
    ]
    return f"{parts[0]} · {parts[1]} ({score['cases']})"


def _methods(sheet: MonthlySheet) -> tuple[str, str] | None:
    """Return the names of the methods of the nowcasts."""
    codes = sheet.tables["nowcasts"]["method"].unique(maintain_order=True).to_list()
    names = [term_pair("nowcast_method", code) for code in codes]
    return ("、".join(n["zh"] for n in names), ", ".join(n["en"] for n in names)) if names else None


def _path(sheet: MonthlySheet) -> dict[str, Any] | None:
    """Return own CO2 beside the path in figures; None without any."""
    row = _path_row(sheet)
    if row is None:
        return None
    signed = None if row["gap"] is None else number(row["gap"], 1, signed=True)
    return {
        "unit": row["unit"],
        "cells": [
            (phrase("monthly.path.value"), _figure(row["value"], 1)),
            (phrase("monthly.path.previous"), _figure(row["previous"], 1)),
            (phrase("monthly.path.to_date"), _figure(row["path_to_date"], 1)),
            (phrase("monthly.path.gap"), missing() if signed is None else signed),
            (phrase("monthly.path.whole"), _figure(row["path_whole"], 1)),
        ],
        "which": both(row["path_zh"], row["path_en"]),
    }  # fmt: skip


def _draw_path(sheet: MonthlySheet) -> Markup:
    """Return own CO2 cumulated by month with last year and the path; empty without a figure."""
    rows = _co2(sheet.tables["path"]).filter(pl.col("year") == sheet.year).sort("month").to_dicts()
    path = [(row["month"], row["path_to_date"]) for row in rows if row["path_to_date"] is not None]
    if path and path[-1][0] < 12:
        path.append((12, rows[-1]["path_whole"]))
    months = _co2(sheet.tables["months"])
    lines = {
        "value": _cumulate(months, sheet.year), "previous": _cumulate(months, sheet.year - 1),
        "path_to_date": path,
    }  # fmt: skip
    values = [value for points in lines.values() for _, value in points]
    if not values:
        return Markup("")
    scale = fit_scale([1, 12], values, CHART)
    strokes = {"previous": (SOFT, "2 3"), "path_to_date": (REQUIRED, "5 3"), "value": (INK, "")}
    parts = [draw_axes(scale)]
    for name, (colour, dash) in strokes.items():
        if len(lines[name]) > 1:
            parts.append(draw_line(Line(tuple(lines[name]), colour, dash), scale))
    parts += [draw_dot(Dot(month, value), scale) for month, value in lines["value"]]
    return wrap_svg(parts, "monthly-path", CHART)


def _cumulate(months: pl.DataFrame, year: int) -> list[tuple[float, float]]:
    """Return the year to date by its last month, as far as no month is missing."""
    points: list[tuple[float, float]] = []
    rows = months.filter(pl.col("year") == year).sort("first_month")
    for first, last, value in rows.select("first_month", "last_month", "value").iter_rows():
        before = points[-1] if points else (0.0, 0.0)
        if value is None or first != before[0] + 1:
            break
        points.append((last, before[1] + value))
    return points


def _group_rows(sheet: MonthlySheet) -> list[dict[str, Any]]:
    """Return own CO2 of the year to date by group, the largest first, the sum last."""
    rows = _co2(sheet.tables["estimates"]).filter(pl.col("span") == "ytd").to_dicts()
    ordered = sorted(rows, key=lambda row: (row["group"] == "total", -(row["value"] or 0.0)))
    return [
        {
            "name": term("flash_group", row["group"]), "sum": row["group"] == "total",
            "value": _figure(row["value"], 1), "change": percent(row["change_share"]),
            "moved": phrase("flash.carried", year=row["benchmark_year"]) if row["rule"] == "carried"
            else term("flash_item", row["item"]) if row["rule"] == "indicator" else "",
        }
        for row in ordered
    ]  # fmt: skip
