"""The peak test: has a series peaked, when could the rule confirm it, how often is the rule wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.fan_chart import SMALL, WIDE, Dot, Fan, Line, Size, draw_fan
from dafeng.report.figures import number, number_button, traced, unit_pair
from dafeng.report.page import Page
from dafeng.report.pathway_view import hundred_text
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

TESTS, SERIES, ERRORS = "tracking.peak_tests", "tracking.peak_series", "tracking.peak_errors"
STEP = "peaktest.study_peak"
MAIN_ORDER = ("own_co2_total", "published_co2_total")
"""Series that the page begins with, the first that was tested; else the first of the table."""
RATES = {"declining": ("#1f4e79", ""), "plateau": ("#8c4a3f", "7 4"), "growing": ("#5c6570", "2 4")}
"""Truth -> stroke and pattern of the share that is called peaked."""
BADGES = {"peaked": "v-met", "plateau": "v-on_track"}
LOW = Size(900, 300, 52)
NARROW = replace(SMALL, left=66, right=24, top=26)
NONE = Markup('<span class="null">—</span>')
Row = dict[str, Any]
Key = tuple[str, str]


def render_peak_test(context: ReportContext) -> str:
    """Return verdicts in words and as charts, the table of all series, and the error rates by years."""
    tests = sorted(context.rows(TESTS), key=_rank)
    if not tests:
        return draw("empty.html", text=phrase("peaktest.none"))
    figures = _group(context.rows(SERIES))
    errors = _group(context.rows(ERRORS))
    views = [_view(context, row, figures.get(_key(row), []), errors.get(_key(row), [])) for row in tests]
    main_errors = errors.get(_key(tests[0]), [])
    return draw(
        "peak_test.html",
        main=views[0],
        main_chart=_draw_series(tests[0], figures.get(_key(tests[0]), []), views[0], WIDE),
        others=[
            view | {"chart": _draw_series(row, figures.get(_key(row), []), view, NARROW)}
            for row, view in zip(tests[1:], views[1:], strict=True)
        ],
        errors=_draw_errors(main_errors, tests[0]["confirmable_after"], views[0]["simulated"]),
        rows=views,
        steps=sorted({row["years_since"] for row in context.rows(ERRORS)}),
        truths=[(code, term("peak_truth", code), *style) for code, style in RATES.items()],
        samples=max(row["samples"] for row in context.rows(ERRORS)),
        done=[both(step.zh, step.en) for step in context.steps if step.name == STEP],
        assumed=any(view["assumed"] for view in views),
    )


def _rank(row: Row) -> int:
    name = row["series_id"]
    return MAIN_ORDER.index(name) if name in MAIN_ORDER else len(MAIN_ORDER)


def _key(row: Row) -> Key:
    return row["series_id"], row["region"]


def _group(rows: list[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return found


def _view(context: ReportContext, row: Row, figures: list[Row], errors: list[Row]) -> Row:
    """Return a series as the page shows it."""
    measured = _trace_series(context, row, figures)
    simulated = _trace_rates(context, row, errors)
    name = f"peaktest-{row['series_id']}-{row['region']}".rstrip("-")
    ties, after = [str(year) for year in _list_ties(row)], row["confirmable_after"]
    return {
        "id": name, "name": both(row["name_zh"], row["name_en"]), "grade": grade_mark(row["grade"]),
        "verdict": term("peak_verdict", row["verdict"]), "badge": BADGES.get(row["verdict"], ""),
        "why": both(row["why_zh"], row["why_en"]), "unit": row["unit"], "region": _region(context, row),
        "measured": measured, "simulated": simulated,
        "years": f"{row['first_year']}–{row['last_year']}",
        "peak_year": number_button(str(row["peak_year"]), measured),
        "peak": traced(row["peak"], measured),
        "ties": both("、".join(ties), ", ".join(ties)) if ties else NONE, "since": row["years_since"],
        "slope": _percent(row["slope_share"], measured, signed=True), "p": _p_value(row, measured),
        "noise": _percent(row["noise_share"], simulated),
        "ar1": traced(row["noise_ar1"], simulated, 1),
        "basis": term("peak_noise", row["noise_basis"]), "assumed": row["noise_basis"] == "assumed",
        "hit": _count(row["hit_share"], simulated), "alarm": _count(row["false_alarm_share"], simulated),
        "after": phrase("peaktest.never") if after is None else number_button(str(after), simulated),
        "waiting": _waiting(row, simulated), "cells": _cells(errors, simulated),
    }  # fmt: skip


def _region(context: ReportContext, row: Row) -> Markup:
    """Return the region where it is not the reported province."""
    if row["region"] in context.region_codes():
        return Markup("")
    return term("provinces", row["region"])


def _list_ties(row: Row) -> list[int]:
    return [int(year) for year in (row["near_ties"] or "").split(";") if year]


def _draw_series(row: Row, figures: list[Row], view: Row, size: Size) -> Markup:
    """Return the series with its maximum as a filled mark and near ties as hollow ones."""
    trace = view["measured"]
    points = tuple((float(r["year"]), float(r["value"])) for r in figures)
    values = {r["year"]: r["value"] for r in figures}
    dots = [Dot(year, values[year], hollow=True, trace=trace) for year in _list_ties(row) if year in values]
    dots.append(Dot(row["peak_year"], row["peak"], trace=trace))
    fan = Fan((), "", (Line(points, "#1f4e79", trace=trace),), tuple(dots), (row["peak_year"],))
    return draw_fan(fan, view["id"], size)


def _draw_errors(errors: list[Row], after: int | None, trace: str) -> Markup:
    """Return of 100 series how many are called peaked, by years since the turn and by what is true."""
    lines = []
    for truth, (colour, dash) in RATES.items():
        called = [r for r in errors if r["truth"] == truth and r["verdict"] == "peaked"]
        points = tuple((float(r["years_since"]), 100 * r["share"]) for r in called)
        if points:
            lines.append(Line(points, colour, dash, trace))
    marks = () if after is None else (after,)
    return draw_fan(Fan((), "", tuple(lines), (), marks), "peaktest-errors", LOW) if lines else Markup("")


def _cells(errors: list[Row], trace: str) -> list[Markup]:
    """Return by years since the turn: declines found and plateaus called peaked, of 100."""
    peaked = {(r["years_since"], r["truth"]): r["share"] for r in errors if r["verdict"] == "peaked"}
    return [
        Markup("{} / {}").format(
            _count(peaked[year, "declining"], trace), _count(peaked[year, "plateau"], trace)
        )
        for year in sorted({year for year, _ in peaked})
    ]


def _waiting(row: Row, trace: str) -> Markup:
    """Return when the rule could confirm a peak; of one that it confirms, how often it errs."""
    after = row["confirmable_after"]
    if row["verdict"] == "peaked":
        return phrase("peaktest.confirmed", alarms=_count(row["false_alarm_share"], trace))
    if after is None:
        return phrase("peaktest.never_confirms")
    return phrase("peaktest.confirms", years=number_button(str(after), trace))


def _count(share: float, trace: str) -> Markup:
    return number_button(hundred_text(share), trace)


def _percent(share: float | None, trace: str, *, signed: bool = False) -> Markup:
    if share is None:
        return NONE
    return number_button(f"{number(100 * share, 1, signed=signed)}%", trace)


def _p_value(row: Row, trace: str) -> Markup:
    p = row["p_falling"]
    if p is None:
        return NONE
    return number_button("<0.01" if p < 0.01 else number(p, 2), trace)


def _trace_series(context: ReportContext, row: Row, figures: list[Row]) -> str:
    sources = dict.fromkeys(name for r in figures for name in r["source_ids"].split(";") if name)
    unit = unit_pair(row["unit"])
    years = f"{row['first_year']}–{row['last_year']}"
    assumed = any(r["known_assumed"] for r in figures)
    return context.add_trace(
        Trace(
            sources=tuple(sources),
            grade=row["grade"] or "",
            unit_zh=unit["zh"],
            unit_en=unit["en"],
            step_zh=plain("peaktest.step", "zh"),
            step_en=plain("peaktest.step", "en"),
            note_zh=plain("peaktest.day_assumed", "zh") if assumed else "",
            note_en=plain("peaktest.day_assumed", "en") if assumed else "",
            place_zh=f"{row['name_zh']}，{years}",
            place_en=f"{row['name_en']}, {years}",
        )
    )


def _trace_rates(context: ReportContext, row: Row, errors: list[Row]) -> str:
    words = {"noise": f"{100 * row['noise_share']:.1f}%", "ar1": f"{row['noise_ar1']:.1f}"}
    words["samples"] = str(errors[0]["samples"]) if errors else ""
    basis = {code: terms.name("peak_noise", row["noise_basis"], code) for code in ("zh", "en")}
    return context.add_trace(
        Trace(
            grade=row["grade"] or "",
            unit_zh=plain("peaktest.of_hundred", "zh"),
            unit_en=plain("peaktest.of_hundred", "en"),
            step_zh=plain("peaktest.simulated", "zh", **words, basis=basis["zh"]),
            step_en=plain("peaktest.simulated", "en", **words, basis=basis["en"]),
            place_zh=row["name_zh"],
            place_en=row["name_en"],
        )
    )


PAGE = Page("peak-test", "是否已达峰", "Has it peaked", (TESTS, SERIES, ERRORS), render_peak_test)
