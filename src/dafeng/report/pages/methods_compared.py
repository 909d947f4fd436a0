"""Both methods side by side: CO2 by year, the gap by term, all gases by category, the reference approach."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.provenance import worst_grade
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import missing, number, number_button, traced
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import phrase, plain, term, term_pair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.report.context import ReportContext

METHODS, GAP, TOTALS = "accounts.methods", "accounts.method_gap", "accounts.totals"
LINES, REFERENCE, COVERAGE = "accounts.lines", "accounts.reference", "accounts.completeness"
GASES = ("CO2", "CH4", "N2O", "CF4", "C2F6", "SF6", "CO2e")
CATEGORIES = ("1A1", "1A2", "1A3", "1A4", "1A", "1B1", "1B2", "1B", "2A", "2B", "2C", "2", "3", "4", "total")
CELLS_SHOWN = 10
BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
WIDTH, HALF = 360, 180
MORE, LESS = "#8c4a3f", "#1f4e79"
MT_PER_KT, PJ_PER_TJ = 0.001, 0.001
CAUSES = ("conversion_tj", "loss_tj", "statistical_difference_tj", "recovered_tj", "unexplained_tj")
Row = dict[str, Any]


def render_methods(context: ReportContext) -> str:
    """Return the comparison of the two methods and what the second one holds."""
    methods = context.own_rows(METHODS)
    known = [row["year"] for row in methods if row["difference_mt"] is not None]
    if not known:
        return draw("empty.html", text=phrase("methods.none"))
    latest = max(known)
    gap = context.own_rows(GAP)
    traces = {year: _trace_year(context, year) for year in sorted({row["year"] for row in methods})}
    by_term = _sum_terms(gap)
    totals = context.own_rows(TOTALS)
    return draw(
        "methods_compared.html",
        title=_message(methods, latest, traces[latest]),
        largest=_largest_term(by_term, latest, traces[latest]),
        years=sorted(traces),
        latest=latest,
        rows=_method_rows(methods, traces)
        + _equivalent_row(totals, {year: _trace_year(context, year, "Mt", GASES) for year in traces}),
        bars=_term_bars(by_term, latest, traces[latest]),
        terms=_term_rows(by_term, sorted(traces), traces),
        cells=_largest_cells(gap, latest, traces[latest]),
        gases=[
            gas.translate(BELOW)
            for gas in GASES
            if any(row["gas"] == gas for row in totals if row["year"] == latest)
        ],
        categories=_category_rows(totals, latest, _trace_year(context, latest, "kt", GASES)),
        gwp_set=next((row["gwp_set"] for row in totals if row["gwp_set"]), None),
        reference=[_reference_row(context, row) for row in context.own_rows(REFERENCE)],
        gaps=_missing(context.own_rows(COVERAGE), latest),
    )


def _trace_year(context: ReportContext, year: int, unit: str = "Mt", gases: Iterable[str] = ("CO2",)) -> str:
    """Return the key of the trace of a year's figures: every source of its lines of some gases."""
    rows = [
        row
        for row in context.own_rows(LINES)
        if row["year"] == year and row["value"] is not None and row["gas"] in gases
    ]
    ids = dict.fromkeys(s for row in rows for s in (row["source_id"] or "").split(";") if s)
    return context.add_trace(
        Trace(
            sources=tuple(ids),
            grade=str(worst_grade({row["grade"] for row in rows}) or ""),
            unit_zh={"Mt": "百万吨", "kt": "千吨"}[unit],
            unit_en=unit,
            step_zh=plain("methods.step", "zh"),
            step_en=plain("methods.step", "en"),
        )
    )


def _message(methods: list[Row], year: int, key: str) -> Markup:
    row = next(r for r in methods if r["year"] == year and r["scope"] == "combustion")
    gap, first = row["difference_mt"], row["first_mt"]
    return phrase(
        "methods.message", year=year, second=traced(row["second_mt"], key, 1), first=traced(first, key, 1),
        gap=traced(gap, key, 1, signed=True),
        share=number_button(f"{number(100 * gap / first, 1, signed=True)}%", key) if first else missing(),
    )  # fmt: skip


def _largest_term(by_term: dict[str, dict[int, float]], year: int, key: str) -> Markup:
    """Return the sentence on the term that moves the gap of a year most; empty without known terms."""
    known = [code for code, by_year in by_term.items() if year in by_year]
    if not known:
        return Markup("")
    largest = max(known, key=lambda code: abs(by_term[code][year]))
    names = term_pair("gap_term", largest)
    value = traced(by_term[largest][year], key, 1, signed=True)
    return phrase("methods.largest", term=(names["zh"], names["en"]), value=value)


def _sum_terms(gap: list[Row]) -> dict[str, dict[int, float]]:
    """Return the gap of combustion by term and year; a year with an unknown part is absent. [Mt]"""
    sums: dict[str, dict[int, float]] = {}
    unknown = {(row["term"], row["year"]) for row in gap if row["value_mt"] is None}
    for row in gap:
        if row["fuel"] != "process" and (row["term"], row["year"]) not in unknown:
            by_year = sums.setdefault(row["term"], defaultdict(float))
            by_year[row["year"]] += row["value_mt"]
    return {code: sums[code] for code in terms.entries("gap_term") if code in sums}


def _method_rows(methods: list[Row], traces: dict[int, str]) -> list[tuple[Markup, list[Markup]]]:
    by_place = {(row["scope"], row["year"]): row for row in methods}
    made = []
    for scope in ("combustion", "process"):
        for column in ("first_mt", "second_mt", "difference_mt"):
            cells = [
                traced(by_place[scope, year][column], key, 1, signed=column == "difference_mt")
                if (scope, year) in by_place
                else missing()
                for year, key in traces.items()
            ]
            made.append((phrase(f"methods.row.{scope}.{column}"), cells))
    return made


def _equivalent_row(totals: list[Row], traces: dict[int, str]) -> list[tuple[Markup, list[Markup]]]:
    """Return the sum of what is estimated of all gases; no row without a set of warming potentials."""
    rows = [row for row in totals if (row["category"], row["gas"]) == ("total", "CO2e")]
    if not rows:
        return []
    equivalents = {row["year"]: row["estimated_kt"] for row in rows}
    weakest = str(worst_grade({row["grade"] for row in rows}) or "")
    cells = [traced(_times(equivalents.get(year), MT_PER_KT), key, 1) for year, key in traces.items()]
    name = Markup("{} {}").format(phrase("methods.row.equivalent"), grade_mark(weakest))
    return [(name, cells)]


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale


def _term_bars(
    by_term: dict[str, dict[int, float]], year: int, key: str
) -> list[tuple[Markup, Markup, Markup]]:
    """Return the terms of a year with bars to the left and right of nil."""
    values = {code: by_year[year] for code, by_year in by_term.items() if year in by_year}
    widest = max((abs(value) for value in values.values()), default=0.0) or 1.0
    return [
        (term("gap_term", code), _draw_bar(value / widest), traced(value, key, 1, signed=True))
        for code, value in values.items()
    ]


def _draw_bar(part: float) -> Markup:
    width = abs(part) * (HALF - 6)
    left = HALF if part >= 0 else HALF - width
    return Markup(
        '<svg viewBox="0 0 {0} 18" width="{0}" height="18" aria-hidden="true">'
        '<rect x="{1:.1f}" y="2" width="{2:.1f}" height="14" fill="{3}"/>'
        '<path d="M{4} 0V18" stroke="#4d5a66"/></svg>'
    ).format(WIDTH, left, width, MORE if part >= 0 else LESS, HALF)


def _term_rows(
    by_term: dict[str, dict[int, float]], years: list[int], traces: dict[int, str]
) -> list[tuple[Markup, list[Markup]]]:
    return [
        (term("gap_term", code), [traced(by_year.get(y), traces[y], 2, signed=True) for y in years])
        for code, by_year in by_term.items()
    ]


def _largest_cells(gap: list[Row], year: int, key: str) -> list[dict[str, Markup]]:
    valued = [row for row in gap if row["year"] == year and row["value_mt"] is not None]
    largest = sorted(valued, key=lambda row: -abs(row["value_mt"]))[:CELLS_SHOWN]
    return [
        {
            "sector": term("sectors", row["sector"]),
            "fuel": term("fuels", row["fuel"]),
            "term": term("gap_term", row["term"]),
            "value": traced(row["value_mt"], key, 2, signed=True),
        }
        for row in largest
    ]


def _category_rows(totals: list[Row], year: int, key: str) -> list[dict[str, Any]]:
    """Return the categories with the mass of each gas; what is not complete is marked."""
    by_place = {(row["category"], row["gas"]): row for row in totals if row["year"] == year}
    gases = [gas for gas in GASES if any(place[1] == gas for place in by_place)]
    made = []
    for code in CATEGORIES:
        rows = [by_place.get((code, gas)) for gas in gases]
        if any(rows):
            name = phrase("methods.total") if code == "total" else term("ipcc_categories", code)
            cells = [_category_cell(row, key) for row in rows]
            grades = {row["grade"] for row in rows if row is not None and row["estimated_kt"] is not None}
            made.append(
                {"name": name, "code": "" if code == "total" else code, "cells": cells,
                 "grade": grade_mark(str(worst_grade(grades) or ""))}
            )  # fmt: skip
    return made


def _category_cell(row: Row | None, key: str) -> Markup:
    if row is None:
        return Markup("")
    if row["estimated_kt"] is None:
        return Markup('<span class="null">NE</span>')
    digits = 1 if abs(row["estimated_kt"]) >= 10 else 3
    text = number_button(number(row["estimated_kt"], digits), key)
    return text if row["complete"] else Markup("{} {}").format(phrase("methods.partly"), text)


def _reference_row(context: ReportContext, row: Row) -> dict[str, Any]:
    key = context.add_trace(
        Trace(
            sources=("CESY2008_EBT",) if "CESY2008_EBT" in _sources(context) else (),
            grade=row["grade"], unit_zh="PJ", unit_en="PJ",
            step_zh=plain("methods.reference_step", "zh"), step_en=plain("methods.reference_step", "en"),
        )
    )  # fmt: skip
    share = row["energy_difference_share"]
    return {
        "year": row["year"],
        "group": phrase(f"methods.class.{row['group']}"),
        "energies": [
            traced(_times(row[name], PJ_PER_TJ), key, 1) for name in ("reference_tj", "sectoral_tj")
        ],
        "share": traced(_times(share, 100), key, 1, signed=True),
        "wide": share is not None and abs(share) > 0.05,
        "causes": [traced(_times(row[name], PJ_PER_TJ), key, 1, signed=True) for name in CAUSES],
        "co2": [
            traced(_times(row[name], MT_PER_KT), key, 1) for name in ("reference_co2_kt", "sectoral_co2_kt")
        ],
    }


def _sources(context: ReportContext) -> set[str]:
    return {row["source_id"] for row in context.rows("pack.sources")}


def _missing(coverage: list[Row], year: int) -> list[tuple[Markup, list[Markup]]]:
    """Return what is not estimated in a year, by reason, as names of categories with their sources."""
    made = []
    for status in ("no_activity", "no_factor", "partly"):
        by_category: dict[str, dict[str, None]] = defaultdict(dict)
        for row in coverage:
            if row["year"] == year and row["status"] == status:
                by_category[row["category"]][row["subject"]] = None
        if by_category:
            items = [_name_missing(category, subjects) for category, subjects in sorted(by_category.items())]
            made.append((phrase(f"methods.missing.{status}"), items))
    return made


def _name_missing(category: str, subjects: Iterable[str]) -> Markup:
    names = []
    for subject in subjects:
        vocabulary = next((v for v in ("fuels", "ghg_activities") if subject in terms.codes(v)), None)
        if vocabulary is not None:
            names.append(term(vocabulary, subject))
    head = Markup("<strong>{}</strong> {}").format(category, term("ipcc_categories", category))
    if not names:
        return head
    return Markup("{}{}{}").format(head, phrase("colon"), phrase("comma").join(names))


PAGE = Page(
    "methods-compared",
    "两种核算方法对照",
    "Both methods side by side",
    (METHODS, GAP, TOTALS, LINES),
    render_methods,
)
