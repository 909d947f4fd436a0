"""Coal-mine methane: by year with the range of the factors, what is not estimated and how to supply it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.errors import LANGUAGES, InputRefused
from dafeng.provenance import worst_grade
from dafeng.report.bars import Bar, Segment, draw_bars
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import missing, traced, unit_pair
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term, term_pair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.report.context import ReportContext

LINES, VARIANTS, TOTALS = "accounts.methane", "accounts.methane_factors", "accounts.totals"
KT_PER_MT = 1000.0
SHOWN = 18
"""Years in the drawing; the table has all."""
COLOURS = {
    "1B1ai1": "#4a5561", "1B1ai2": "#8c4a3f", "1B1aii1": "#e0a23b", "1B1aii2": "#5aa6a0",
}  # fmt: skip
Row = dict[str, Any]


def render_methane(context: ReportContext) -> str:
    """Return the drawing, the years, the factors side by side and what is not estimated."""
    lines = [row for row in context.own_rows(LINES) if row["gas"] == "CH4"]
    variants = context.own_rows(VARIANTS)
    known = {row["year"] for row in lines if row["value"] is not None}
    if not known:
        return draw("empty.html", text=phrase("methane.none"))
    latest = max(known)
    spans = _spans(variants)
    years = list(range(min(known), latest + 1))
    table = [_year_row(context, lines, spans, year) for year in years]
    return draw(
        "methane.html",
        title=say_methane(context, "methane.message"),
        chart=draw_bars(
            [_bar(context, lines, spans, y) for y in years[-SHOWN:]], "methane-message", digits=1
        ),
        legend=[(COLOURS[code], term("ipcc_categories", code)) for code in COLOURS],
        years=table,
        latest=latest,
        factors=[_factor_row(context, row) for row in variants if row["year"] == latest],
        equivalents=_equivalents(context, _of(lines, latest)),
        cautions=_cautions(context, [r for r in variants if r["year"] == latest and r["chosen"]]),
        missing=[
            (term("ipcc_categories", row["category"]), both(row["note_zh"], row["note_en"]))
            for row in _of(lines, latest)
            if row["value"] is None
        ],
        split=any(row["share_year"] is not None for row in variants if row["year"] == latest),
    )


def say_methane(context: ReportContext, key: str) -> Markup | None:
    """Return a sentence on the latest year with an estimate and the span of its factors; None without one.

    Parameters
    ----------
    key : str
        Word with the places ``year``, ``value``, ``low`` and ``high``.
    """
    lines = [row for row in context.own_rows(LINES) if row["gas"] == "CH4" and row["value"] is not None]
    if not lines:
        return None
    latest = max(row["year"] for row in lines)
    rows, variants = _of(lines, latest), _of(context.own_rows(VARIANTS), latest)
    total, ends = sum(row["value"] for row in rows), _spans(variants).get(latest, (None, None))
    low, high = (
        traced(_in_mt(value), _trace_end(context, variants, end), 1)
        for value, end in zip(ends, ("smallest", "largest"), strict=True)
    )
    value = traced(total / KT_PER_MT, _trace(context, rows), 1)
    return phrase(key, year=latest, value=value, low=low, high=high)


def _trace_end(context: ReportContext, variants: list[Row], end: str) -> str:
    """Return the trace of the smallest or the largest sum of the factors."""
    texts = [plain("methane.span_step", lang, end=plain(f"methane.{end}", lang)) for lang in LANGUAGES]
    names = unit_pair("Mt CH4")
    sources = tuple(dict.fromkeys(row["source_id"] for row in variants if row["source_id"]))
    grade = str(worst_grade({row["grade"] for row in variants}) or "")
    return context.add_trace(Trace(sources, grade, names["zh"], names["en"], texts[0], texts[1]))


def _of(lines: Iterable[Row], year: int) -> list[Row]:
    return [row for row in lines if row["year"] == year]


def _spans(variants: list[Row]) -> dict[int, tuple[float, float]]:
    """Return by year the sums of the smallest and of the largest factor of every source [kt]."""
    sources: dict[int, dict[tuple[str, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in variants:
        sources[row["year"]][row["category"], row["mine"]].append(row["methane_kt"])
    return {
        year: (sum(min(v) for v in by_source.values()), sum(max(v) for v in by_source.values()))
        for year, by_source in sources.items()
    }


def _trace(context: ReportContext, rows: list[Row]) -> str:
    valued = [row for row in rows if row["value"] is not None]
    ids = dict.fromkeys(s for row in valued for s in (row["source_id"] or "").split(";") if s)
    notes = [row for row in valued if row["note_zh"]]
    return context.add_trace(
        Trace(
            sources=tuple(ids),
            grade=str(worst_grade({row["grade"] for row in valued}) or ""),
            unit_zh=unit_pair("Mt CH4")["zh"],
            unit_en=unit_pair("Mt CH4")["en"],
            step_zh=plain("methane.step", "zh"),
            step_en=plain("methane.step", "en"),
            note_zh=notes[0]["note_zh"] if notes else "",
            note_en=notes[0]["note_en"] if notes else "",
        )
    )


def _bar(context: ReportContext, lines: list[Row], spans: dict[int, tuple[float, float]], year: int) -> Bar:
    rows = [row for row in _of(lines, year) if row["value"] is not None]
    segments = tuple(
        Segment(sum(row["value"] for row in rows if row["category"] == code) / KT_PER_MT, COLOURS[code])
        for code in COLOURS
        if any(row["category"] == code for row in rows)
    )
    low, high = spans.get(year, (None, None))
    trace = _trace(context, rows) if rows else ""
    return Bar(str(year), segments, _in_mt(low), _in_mt(high), trace)


def _in_mt(value: float | None) -> float | None:
    return None if value is None else value / KT_PER_MT


def _year_row(
    context: ReportContext, lines: list[Row], spans: dict[int, tuple[float, float]], year: int
) -> list[Markup]:
    rows = [row for row in _of(lines, year) if row["value"] is not None]
    if not rows:
        return [Markup("{}").format(year), *[missing()] * 4]
    key = _trace(context, rows)
    coal = sum(row["activity"] for row in rows if row["category"] in {"1B1ai1", "1B1aii1"})
    low, high = spans[year]
    total = sum(row["value"] for row in rows)
    cells = [traced(coal, key, 0), traced(low / KT_PER_MT, key, 2), traced(total / KT_PER_MT, key, 2)]
    return [Markup("{}").format(year), *cells, traced(high / KT_PER_MT, key, 2)]


def _factor_row(context: ReportContext, row: Row) -> dict[str, Any]:
    key = context.add_trace(
        Trace(
            sources=(row["source_id"],), grade=row["grade"], unit_zh="kg/t", unit_en="kg/t",
            step_zh=plain("methane.factor_step", "zh"), step_en=plain("methane.factor_step", "en"),
        )
    )  # fmt: skip
    return {
        "category": term("ipcc_categories", row["category"]), "mine": term("mine_kind", row["mine"]),
        "name": both(row["name_zh"], row["name_en"]), "factor": traced(row["factor"], key, 2),
        "value": traced(row["methane_kt"] / KT_PER_MT, key, 2), "chosen": row["chosen"],
        "grade": grade_mark(row["grade"]),
    }  # fmt: skip


def _cautions(context: ReportContext, chosen: list[Row]) -> list[tuple[Markup, Markup]]:
    """Return what the source list says of the factors that were taken."""
    known = context.by_key("pack.sources", "source_id")
    sources = dict.fromkeys(row["source_id"] for row in chosen)
    rows = [known[code] for code in sources if code in known and known[code]["note_zh"]]
    return [(both(row["title_zh"], row["title_en"]), both(row["note_zh"], row["note_en"])) for row in rows]


def _equivalents(context: ReportContext, rows: list[Row]) -> list[tuple[Markup, Markup]]:
    """Return the mass in CO2 equivalents: by the set that the pack chose, else by every set there is."""
    base = context.traces.get(_trace(context, rows))
    total_kt = sum(row["value"] for row in rows if row["value"] is not None)
    names = unit_pair("Mt CO2e")
    chosen = {row["gwp_set"] for row in context.own_rows(TOTALS)} - {None}
    found = []
    for code in sorted(chosen) or terms.entries("gwp_sets"):
        try:
            potential = terms.gwp("CH4", code)
        except InputRefused:
            continue
        own = term_pair("gwp_sets", code)
        step = [plain("methane.equivalent_step", lang, set=own[lang]) for lang in LANGUAGES]
        key = context.add_trace(
            replace(base, unit_zh=names["zh"], unit_en=names["en"], step_zh=step[0], step_en=step[1])
        )
        found.append((both(own["zh"], own["en"]), traced(total_kt / KT_PER_MT * potential, key, 0)))
    return found


PAGE = Page("methane", "煤矿甲烷", "Coal-mine methane", (LINES, VARIANTS), render_methane)
