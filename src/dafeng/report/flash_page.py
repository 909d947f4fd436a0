"""The page of a flash estimate: one file, one sheet of A4, Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup

from dafeng.report.drawing import draw
from dafeng.report.figures import missing, number
from dafeng.report.frame import draw_page
from dafeng.report.words import phrase, plain, term, term_pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.errors import Finding

ERRORS_SHOWN = 10
"""Past issues on the page; all of them are in the JSON. [1]"""
SOURCES_SHOWN = 6
BAR, WIDTH, HEIGHT = 26, 330, 112
"""Size of the chart. [px]"""


@dataclass(frozen=True)
class FlashSheet:
    """What a page of the flash estimate shows.

    Parameters
    ----------
    region_zh, region_en : str
        Province.
    year, month : int
        The issue.
    made_on, next_issue, next_day : str
        Day of making; the issue that follows and when it opens.
    draft_day : str
        Day on which a draft's issue opens; empty for an issue that is open.
    tables : mapping
        ``estimates, indicators, months, errors, scores`` in the contracts of the flash estimate.
    covered : mapping of str to float
        Measure -> share of the benchmark with an indicator. [1]
    intensity : str
        ``carried`` or ``trend``.
    lag_years : int
        Years until an inventory counts as known. [year]
    day : int
        Day on which issues open.
    assumed : int
        Figures whose day of publication is assumed.
    fuels : tuple of str
        Fuels left out of the energy figure.
    sources : tuple of str
        What was read.
    software : str
        Version of dafeng.
    least_issues : int
        Past issues that an interval needs.
    least_covered : float
        Share of the benchmark with an indicator below which no growth rate is given. [1]
    doubts : tuple of Finding
        What is to be said at the top of the page.
    """

    region_zh: str
    region_en: str
    year: int
    month: int
    made_on: str
    next_issue: str
    next_day: str
    draft_day: str
    tables: Mapping[str, pl.DataFrame]
    covered: Mapping[str, float]
    intensity: str
    lag_years: int
    day: int
    assumed: int
    fuels: tuple[str, ...]
    sources: tuple[str, ...]
    software: str
    least_issues: int
    least_covered: float
    doubts: tuple[Finding, ...]


def render_flash(sheet: FlashSheet) -> str:
    """Return the page as HTML; the same for the same sheet."""
    period = f"{sheet.year}-{sheet.month:02d}"
    names = {"zh": sheet.region_zh, "en": sheet.region_en}
    title = {
        "zh": plain("flash.document", "zh", region=names["zh"], period=period),
        "en": plain("flash.document", "en", region=names["en"], period=period),
    }
    co2 = sheet.tables["estimates"].filter(pl.col("measure") == "co2")
    errors = sheet.tables["errors"].filter(pl.col("measure") == "co2")
    body = draw(
        "flash.html",
        region=(names["zh"], names["en"]), issue={"year": sheet.year, "month": sheet.month},
        made_on=sheet.made_on, next_issue=sheet.next_issue, next_day=sheet.next_day,
        draft_day=sheet.draft_day, heads=_heads(sheet),
        doubts=[(found.text("zh"), found.text("en")) for found in sheet.doubts],
        indicators=[indicator_row(row) for row in sheet.tables["indicators"].iter_rows(named=True)],
        groups=[_group_row(row, enough=_has_enough(sheet, "co2")) for row in _by_group(co2)],
        chart=draw_months(sheet.tables["months"].filter(pl.col("measure") == "co2"), sheet.year),
        errors=[_error_row(row) for row in errors.sort("year").tail(ERRORS_SHOWN).iter_rows(named=True)],
        score=_score_line(sheet), method=_method_line(sheet, co2), lag=sheet.lag_years, day=sheet.day,
        assumed=sheet.assumed, fuels=_names_of(sheet.fuels),
        sources=list_few(sheet.sources), software=sheet.software,
    )  # fmt: skip
    return draw_page(title, body, sheet.software, ("flash.css",), ("flash.js",))


def _total(sheet: FlashSheet, measure: str, span: str) -> dict[str, Any] | None:
    rows = sheet.tables["estimates"].filter(
        (pl.col("measure") == measure) & (pl.col("group") == "total") & (pl.col("span") == span)
    )
    return rows.row(0, named=True) if rows.height else None


def _heads(sheet: FlashSheet) -> list[dict[str, Any]]:
    month_name = "flash.co2_month_two" if sheet.month == 2 else "flash.co2_month"
    co2, month = _total(sheet, "co2", "ytd"), _total(sheet, "co2", "month")
    energy = _total(sheet, "energy", "ytd")
    return [
        _head(phrase("flash.co2_ytd"), co2, 1, [_growth(sheet, co2), _interval(sheet, "co2", co2)]),
        _head(phrase(month_name), month, 1, [_growth(sheet, month)]),
        _head(
            phrase("flash.energy_ytd"), energy, 0,
            [_growth(sheet, energy), _interval(sheet, "energy", energy)],
        )
        if energy
        else {"name": phrase("flash.energy_ytd"), "figure": _absent(), "unit": "",
              "more": [phrase("flash.no_energy")]},
    ]  # fmt: skip


def _head(name: Markup, row: dict[str, Any] | None, digits: int, more: list[Markup]) -> dict[str, Any]:
    value = None if row is None else row["value"]
    figure = missing() if value is None else number(value, digits)
    lines = [line for line in more if line]
    return {"name": name, "figure": figure, "unit": row["unit"] if row else "", "more": lines}


def _has_enough(sheet: FlashSheet, measure: str) -> bool:
    """Return whether indicators move enough of the benchmark for a growth rate to mean something."""
    return sheet.covered.get(measure, 0.0) >= sheet.least_covered


def _growth(sheet: FlashSheet, row: dict[str, Any] | None) -> Markup:
    """Return the growth rate of a headline, or that there are too few indicators for one."""
    if row is None or row["change_share"] is None:
        return Markup("")
    if not _has_enough(sheet, row["measure"]):
        return phrase("flash.no_change")
    return phrase("flash.change", change=percent(row["change_share"]) + "%")


def _absent() -> Markup:
    """Return the mark for a figure that the user did not give."""
    return Markup('<span class="null">{}</span>').format(phrase("flash.not_supplied"))


def _interval(sheet: FlashSheet, measure: str, row: dict[str, Any] | None) -> Markup:
    scores = sheet.tables["scores"].filter(pl.col("measure") == measure).to_dicts()
    if row is None or row["lower"] is None:
        count = scores[0]["issues"] if scores else 0
        return phrase("flash.no_interval", count=count, least=sheet.least_issues)
    digits = 1 if measure == "co2" else 0
    bounds = {"lower": number(row["lower"], digits), "upper": number(row["upper"], digits)}
    return phrase("flash.interval", level=f"{100 * scores[0]['level_share']:.0f}", **bounds)


def percent(share: float | None) -> str:
    """Return a change in percent with its sign; empty for a missing one."""
    return "" if share is None else number(100 * share, 1, signed=True)


def _cell(value: float | None, digits: int) -> Markup | str:
    return missing() if value is None else number(value, digits)


def _given(value: float | None) -> Markup | str:
    return _absent() if value is None else number(value, 1)


def indicator_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the table of indicators, ready to be drawn."""
    given = row["month_value"] is not None or row["ytd_value"] is not None
    return {
        "name": term("flash_item", row["item"]),
        "unit": row["unit"],
        "known_on": row["known_on"] or (phrase("flash.no_day") if given else ""),
        "cells": [
            _given(row["month_value"]), percent(row["month_change_share"]),
            _given(row["ytd_value"]), percent(row["ytd_change_share"]),
        ],
    }  # fmt: skip


def _by_group(co2: pl.DataFrame) -> list[dict[str, Any]]:
    ytd = co2.filter(pl.col("span") == "ytd").sort("benchmark_share", descending=True, nulls_last=True)
    return [
        *ytd.filter(pl.col("group") != "total").to_dicts(),
        *ytd.filter(pl.col("group") == "total").to_dicts(),
    ]


def _group_row(row: dict[str, Any], *, enough: bool) -> dict[str, Any]:
    moved = Markup("")
    if row["rule"] == "carried":
        moved = phrase("flash.carried", year=row["benchmark_year"])
    elif row["rule"] == "indicator":
        moved = term("flash_item", row["item"])
    share = row["benchmark_share"]
    return {
        "name": term("flash_group", row["group"]),
        "sum": row["rule"] == "sum",
        "moved": moved,
        "cells": [
            _cell(row["value"], 1), percent(row["change_share"]) if enough or row["rule"] != "sum" else "—",
            "" if share is None else number(100 * share, 1),
        ],
    }  # fmt: skip


def _error_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "year": row["year"],
        "base": row["benchmark_year"],
        "origin": phrase(f"flash.origin.{row['origin']}"),
        "cells": [number(row["estimate"], 1), number(row["published"], 1), percent(row["error_share"])],
    }


def _score_line(sheet: FlashSheet) -> Markup:
    rows = sheet.tables["scores"].filter(pl.col("measure") == "co2").to_dicts()
    if not rows or not rows[0]["issues"]:
        return Markup("")
    score = rows[0]
    coverage = score["coverage_share"]
    return phrase(
        "flash.record_score",
        count=score["issues"], bias=percent(score["bias_share"]) + "%",
        mape=number(100 * score["mape_share"], 1) + "%", level=f"{100 * score['level_share']:.0f}",
        coverage="—" if coverage is None else f"{100 * coverage:.0f}%",
    )  # fmt: skip


def _method_line(sheet: FlashSheet, co2: pl.DataFrame) -> Markup:
    rule = f"flash.rule.{sheet.intensity}"
    return phrase(
        "flash.method",
        base=co2["benchmark_year"][0],
        rule=(plain(rule, "zh"), plain(rule, "en")),
        share=f"{100 * sheet.covered.get('co2', 0.0):.0f}%",
    )


def list_few(names: tuple[str, ...]) -> str:
    """Return names in one line; beyond a few only that there are more, so that the page stays one sheet."""
    return "; ".join(names[:SOURCES_SHOWN]) + (" …" if len(names) > SOURCES_SHOWN else "")


def _names_of(fuels: tuple[str, ...]) -> tuple[str, str] | None:
    if not fuels:
        return None
    names = [term_pair("fuels", fuel) for fuel in fuels]
    return "、".join(name["zh"] for name in names), ", ".join(name["en"] for name in names)


def draw_months(months: pl.DataFrame, year: int) -> Markup:
    """Return bars for the year of the issue and a line for the year before, as monthly means."""
    means = {
        (y, first): None if value is None else value / (last - first + 1)
        for y, first, last, value in months.select("year", "first_month", "last_month", "value").iter_rows()
    }
    known = [value for (y, _), value in means.items() if value is not None and y >= year - 1]
    if not known:
        return Markup("")
    top = 1.12 * max(known)
    bars, points = Markup(""), []
    for place, first in enumerate((1, *range(3, 13))):
        x = 30 + place * BAR
        now, then = means.get((year, first)), means.get((year - 1, first))
        if now is not None:
            height = 88 * now / top
            bars += Markup('<rect x="{}" y="{:.1f}" width="18" height="{:.1f}" fill="#1f4e79"/>').format(
                x, 92 - height, height
            )
        if then is not None:
            points.append(f"{x + 9},{92 - 88 * then / top:.1f}")
        label = "1–2" if first == 1 else str(first)
        bars += Markup('<text x="{}" y="104" text-anchor="middle">{}</text>').format(x + 9, label)
    power = 10 ** max(0, int(log10(max(top / 4, 1))))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= top / 5)
    grid = Markup("").join(
        Markup(
            '<line x1="26" x2="{0}" y1="{1:.1f}" y2="{1:.1f}" stroke="#dbe1e7"/>'
            '<text x="22" y="{2:.1f}" text-anchor="end">{3}</text>'
        ).format(WIDTH - 8, 92 - 88 * at / top, 95 - 88 * at / top, at)
        for at in range(0, int(top) + 1, step)
    )
    names = {"zh": plain("flash.chart", "zh"), "en": plain("flash.chart", "en")}
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-label="{zh}" data-label-zh="{zh}" '
        'data-label-en="{en}" font-size="8.5" fill="#4d5a66">{grid}{bars}'
        '<polyline points="{points}" fill="none" stroke="#e0a23b" stroke-width="2"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, grid=grid, bars=bars, points=" ".join(points), **names)
