"""Cover: what the report is about, its scope, its version and its stamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.report.drawing import draw
from dafeng.report.page import Page

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext


def render_cover(context: ReportContext) -> str:
    """Return scope, stamp, versions and date."""
    return draw("cover.html", meta=context.meta)


PAGE = Page("cover", "口径与版本", "Scope and version", (), render_cover)
