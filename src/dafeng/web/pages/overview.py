"""The overview: what an official sees first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.report.pages.headlines import PAGE as HEADLINES
from dafeng.web.page import Body, WebPage, everybody
from dafeng.web.report_part import draw_pages

if TYPE_CHECKING:
    from dafeng.web.page import Asking


def show(asking: Asking) -> Body:
    """Draw the headline sentences."""
    return draw_pages(asking, HEADLINES).body()


PAGE = WebPage("overview", "/", "总览", "Overview", "home", 0, show, everybody)
