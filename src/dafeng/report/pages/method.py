"""Method and sources: how the totals are made, how they compare with published ones, and every source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.errors import LANGUAGES
from dafeng.provenance import worst_grade
from dafeng.report.drawing import draw
from dafeng.report.emission_view import (
    PRODUCTS,
    published_rows,
    trace_difference,
    trace_published,
    view_emissions,
)
from dafeng.report.figures import number, number_button, traced
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term, words

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

COMPARISON, SOURCES = "inventory.comparison", "pack.sources"
CITED_IN = (
    "plan.targets", "plan.documents", "plan.clauses", "plan.agencies", "tracking.observations",
    "inventory.published", "pack.economy", "pack.regions", "inventory.energy", "inventory.products",
    "inventory.factors", "inventory.calorific", "pack.factors", "balance.cells", "assessment.figures",
    "accounts.methane_factors", "accounts.factors",
)  # fmt: skip
ACCOUNTS = {
    "decomposition": "decomposition.effects", "balance": "balance.cells",
    "methods-compared": "accounts.methods", "methane": "accounts.methane",
    "uncertainty": "uncertainty.totals", "territorial-consumption": "accounts.consumption",
    "assessment": "assessment.accounts", "city-accounts": "inventory.city_totals",
}  # fmt: skip
"""Section -> table without which its method is not told."""
PAPERS = ("paper.2016", "paper.2018", "paper.2020", "paper.2021")


def render_method(context: ReportContext) -> str:
    """Return method, comparison, steps, sources and licence notes."""
    return draw(
        "method.html",
        comparison=_comparison(context),
        notes=_product_notes(context),
        sources=_sources(context),
        others=_others(context),
        steps=context.steps,
        papers=[words()[key]["en"] for key in PAPERS],
        meta=context.meta,
    )


def _comparison(context: ReportContext) -> list[dict[str, Any]]:
    """Return computed beside published figures, each with the trace of its own source."""
    rows = []
    rows_of = context.own_rows(COMPARISON)
    computed = {row["year"] for row in rows_of if row["computed_mt"] is not None}
    traces, published = view_emissions(context).traces, published_rows(context)
    for row in rows_of:
        year, share = row["year"], row["difference_share"]
        if year not in computed:
            continue
        key = traces.get(year) or _trace_untabled(context)
        theirs = published.get((row["variable"], year))
        their_key = key if theirs is None else trace_published(context, theirs)
        difference = Markup("")
        if share is not None:
            gap_key = key if theirs is None else trace_difference(context, key, theirs)
            difference = number_button(f"{number(100 * share, 3, signed=True)}%", gap_key)
        rows.append(
            {
                "year": year,
                "variable": term("emission_variables", row["variable"]),
                "computed": phrase("not_computed")
                if row["computed_mt"] is None
                else traced(row["computed_mt"], key, 3),
                "published": traced(row["published_mt"], their_key, 3),
                "difference": difference,
            }
        )
    return rows


def _trace_untabled(context: ReportContext) -> str:
    """Return the trace of a comparison whose emissions or published figures were not handed in."""
    names = words()["unit.Mt CO2"]
    step = {lang: plain("step.comparison", lang) for lang in LANGUAGES}
    return context.add_trace(
        Trace(unit_zh=names["zh"], unit_en=names["en"], step_zh=step["zh"], step_en=step["en"])
    )


def _others(context: ReportContext) -> list[tuple[Markup, Markup]]:
    """Return name, method and limits of the other accounts whose tables have rows."""
    return [
        (phrase(f"nav.{page}"), phrase(f"method.on.{page}"))
        for page, table_id in ACCOUNTS.items()
        if context.has(table_id) and not context.frame(table_id).is_empty()
    ]


def _product_notes(context: ReportContext) -> list[Markup]:
    """Return what the pack says of its output figures, each note once."""
    rows = context.own_rows(PRODUCTS)
    pairs = dict.fromkeys((row["note_zh"], row["note_en"]) for row in rows)
    return [both(zh, en) for zh, en in pairs if zh or en]


def _sources(context: ReportContext) -> list[dict[str, Any]]:
    """Return every source with the weakest grade under which a table cites it."""
    grades: dict[str, set[str]] = {}
    for table_id in CITED_IN:
        for row in context.rows(table_id):
            grades.setdefault(row["source_id"], set()).add(row.get("grade") or "")
    return [
        row
        | {
            "grade": str(worst_grade(grades.get(row["source_id"], set()) - {""}) or ""),
            "link": _link(row["locator"]),
        }
        for row in context.rows(SOURCES)
    ]


def _link(locator: str | None) -> str:
    """Return the locator if it is a web address and nothing else."""
    text = (locator or "").strip()
    return text if text.startswith("https://") and " " not in text else ""


PAGE = Page("method", "方法与来源", "Method and sources", (), render_method)
