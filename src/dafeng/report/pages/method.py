"""Method and sources: how the totals are made, how they compare with published ones, and every source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.provenance import worst_grade
from dafeng.report.drawing import draw
from dafeng.report.figures import number, traced
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import plain, term, words

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

COMPARISON, SOURCES = "inventory.comparison", "pack.sources"
CITED_IN = (
    "plan.targets", "plan.documents", "plan.clauses", "plan.agencies", "tracking.observations",
    "inventory.published", "pack.economy", "pack.regions", "inventory.energy", "inventory.products",
    "inventory.factors",
)  # fmt: skip
PAPERS = ("paper.2016", "paper.2018", "paper.2020", "paper.2021")


def render_method(context: ReportContext) -> str:
    """Return method, comparison, steps, sources and licence notes."""
    return draw(
        "method.html",
        comparison=_comparison(context),
        sources=_sources(context),
        steps=context.steps,
        papers=[words()[key]["en"] for key in PAPERS],
        meta=context.meta,
    )


def _comparison(context: ReportContext) -> list[dict[str, Any]]:
    rows = []
    key = context.add_trace(
        Trace(
            unit_zh=words()["unit.Mt CO2"]["zh"],
            unit_en=words()["unit.Mt CO2"]["en"],
            step_zh=plain("step.comparison", "zh"),
            step_en=plain("step.comparison", "en"),
        )
    )
    rows_of = context.own_rows(COMPARISON)
    computed = {row["year"] for row in rows_of if row["computed_mt"] is not None}
    for row in rows_of:
        if row["year"] not in computed:
            continue
        share = row["difference_share"]
        rows.append(
            {
                "year": row["year"],
                "variable": term("emission_variables", row["variable"]),
                "computed": traced(row["computed_mt"], key, 3),
                "published": traced(row["published_mt"], key, 3),
                "difference": "" if share is None else f"{number(100 * share, 3, signed=True)}%",
            }
        )
    return rows


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
