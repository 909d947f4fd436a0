"""The report as one self-contained page: nothing is loaded from a network, and its policy forbids it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.report.charts import json_text
from dafeng.report.drawing import draw
from dafeng.report.figures import split_pair
from dafeng.report.frame import draw_page
from dafeng.report.pages import PAGES
from dafeng.report.traces import TraceBook
from dafeng.report.words import plain, words

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext
    from dafeng.report.page import Page

SCRIPT_WORDS = (
    "null", "total", "combustion", "no_total", "published_total", "trace.source", "trace.method",
    "trace.place", "trace.grade", "trace.unit", "trace.step", "trace.jump", "trace.close",
    "trace.own", "no_agency", "targets.shown", "trace.hint", "power.load", "power.residual",
)  # fmt: skip


def render_report(context: ReportContext) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    context : ReportContext
        Description of the run and its tables. A section whose tables are missing says “not computed”.

    Returns
    -------
    str
        A complete page with styles, script, font, data and traces inside; the same for the same context.
    """
    fresh = replace(context, traces=TraceBook())
    sections = [(page, Markup(_render_page(page, fresh))) for page in PAGES]  # noqa: S704 - drawn with autoescape
    body = draw("body.html", meta=fresh.meta, sections=sections, data=json_text(page_data(fresh)))
    title = {language: plain("title", language, region=name) for language, name in _names(fresh)}
    return draw_page(title, body, fresh.meta.software_version)


def _names(context: ReportContext) -> tuple[tuple[Any, str], ...]:
    return ("zh", context.meta.region_zh), ("en", context.meta.region_en)


def _render_page(page: Page, context: ReportContext) -> str:
    lacking = [table_id for table_id in page.needs if not context.has(table_id)]
    if not lacking:
        return page.render(context)
    part = page.part if page.part in context.meta.stages_not_run else ""
    return draw("not_computed.html", tables=lacking, part=part)


def page_data(context: ReportContext) -> dict[str, Any]:
    """Return what the script needs to know: traces, the sources that they name, grades and words."""
    traces = {
        key: {
            name: value
            for name, value in (
                ("s", list(trace.sources)), ("g", trace.grade), ("u", _pair(trace.unit_zh, trace.unit_en)),
                ("p", _pair(trace.place_zh, trace.place_en)),
                ("d", _pair(trace.step_zh + trace.note_zh, trace.step_en + trace.note_en)),
                ("j", trace.jump),
            )
            if value
        }
        for key, trace in context.traces.items()
    }  # fmt: skip
    named = {source for _, trace in context.traces.items() for source in trace.sources}
    sources = {
        code: {
            "t": _pair(row["title_zh"], row["title_en"]), "p": split_pair(row["publisher"]),
            "d": row["date"] or "", "l": row["locator"] or "",
        }
        for code, row in context.by_key("pack.sources", "source_id").items()
        if code in named
    }  # fmt: skip
    grades = {code: _pair(row["zh"], row["en"]) for code, row in terms.entries("grade").items()}
    return {
        "traces": traces,
        "sources": sources,
        "grades": grades,
        "words": {key: _pair(words()[key]["zh"], words()[key]["en"]) for key in SCRIPT_WORDS},
    }


def _pair(zh: str, en: str) -> list[str]:
    return [zh, en] if zh or en else []
