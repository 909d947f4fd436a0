"""Pages of the report inside the workbench: the same drawings, from what the visitor may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.charts import json_text
from dafeng.report.drawing import draw as draw_report
from dafeng.report.html import page_data
from dafeng.report.traces import TraceBook
from dafeng.web.drawing import draw
from dafeng.web.kept_pages import keep_drawn
from dafeng.web.page import Body

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.report.context import ReportContext
    from dafeng.report.page import Page
    from dafeng.web.page import Asking

TRACES = ("report.js",)
"""Script of traces, for pages whose ``data`` holds those of :func:`~dafeng.report.html.page_data`."""
CHARTS = ("echarts.min.js", "report.js")
"""Scripts of the report's charts, with traces."""


@dataclass(frozen=True, slots=True)
class Part:
    """A drawing with the traces of its numbers.

    Parameters
    ----------
    html : Markup
        The drawing.
    data : Markup
        JSON of traces, sources, grades and words: ``Body.data``.
    scripts : tuple of str
        What it needs: ``Body.scripts``.
    """

    html: Markup
    data: Markup
    scripts: tuple[str, ...]

    def body(self) -> Body:
        """Return the part as a whole page."""
        return Body(self.html, data=self.data, scripts=self.scripts)


def draw_part(context: ReportContext, render: Callable[[ReportContext], str | Markup]) -> Part:
    """Return what a function draws from a context, with the traces that it used.

    Parameters
    ----------
    context : ReportContext
        Of the visitor; its traces are not touched.
    render : callable
        Draws with autoescape.
    """
    fresh = context.with_traces(TraceBook())
    html = Markup(render(fresh))  # noqa: S704 - drawn with autoescape
    scripts = CHARTS if "data-chart=" in html else TRACES
    return Part(html, json_text(page_data(fresh)), scripts)


def draw_pages(asking: Asking, *pages: Page) -> Part:
    """Return pages of the report one under the other; each says so where its part was not run.

    A page whose tables were made but may not be seen is left out.

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``.
    """
    made = set(asking.portal.data.require_edition().table_ids())

    def render(context: ReportContext) -> Markup:
        shown = []
        for page in pages:
            lacking = [name for name in page.needs if not context.has(name)]
            if lacking and made.issuperset(page.needs):
                continue
            shown.append((page, Markup(_render(page, context, lacking))))  # noqa: S704 - drawn with autoescape
        if len(pages) == 1:
            shown = [(page, _raise_headings(content)) for page, content in shown]
        return draw("report_part.html", sections=shown, headed=len(pages) > 1)

    names = ("report", *(page.id for page in pages))
    return keep_drawn(asking, names, lambda: draw_part(asking.portal.data.context(asking.book), render))


def _raise_headings(content: Markup) -> Markup:
    """Return a drawing whose headings follow the title of a page at once, if it has none between."""
    return content if "<h2" in content else content.replace(Markup("<h3"), Markup('<h3 aria-level="2"'))


def _render(page: Page, context: ReportContext, lacking: list[str]) -> str:
    if not lacking:
        return page.render(context)
    part = page.part if page.part in context.meta.stages_not_run else ""
    return draw_report("not_computed.html", tables=lacking, part=part)
