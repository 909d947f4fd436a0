"""The overview: what an official sees first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.pages.headlines import PAGE as HEADLINES
from dafeng.web.page import Body, WebPage, everybody

if TYPE_CHECKING:
    from dafeng.web.page import Asking


def show(asking: Asking) -> Body:
    """Draw the headline sentences."""
    return Body(Markup(HEADLINES.render(asking.portal.data.context(asking.book))))  # noqa: S704 - drawn with autoescape


PAGE = WebPage("overview", "/", "总览", "Overview", "home", 0, show, everybody)
