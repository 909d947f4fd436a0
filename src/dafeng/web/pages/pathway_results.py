"""The computed pathways: pages of the report on the peak, its spread, the levers and the engine's past."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dafeng.report.pages.hindcast import PAGE as HINDCAST
from dafeng.report.pages.peak import PAGE as PEAK
from dafeng.report.pages.peak_test import PAGE as PEAK_TEST
from dafeng.report.pages.scenarios import PAGE as SCENARIOS
from dafeng.report.pages.spread import PAGE as SPREAD
from dafeng.report.pages.wedges import PAGE as WEDGES
from dafeng.web.page import WebPage, needs_tables
from dafeng.web.report_part import draw_pages

if TYPE_CHECKING:
    from dafeng.report.page import Page
    from dafeng.web.page import Asking, Body

SHOWN: tuple[Page, ...] = (PEAK, WEDGES, SCENARIOS, SPREAD, HINDCAST, PEAK_TEST)


def show(page: Page, asking: Asking) -> Body:
    """Draw a page of the report."""
    return draw_pages(asking, page).body()


PAGES = [
    WebPage(
        f"pathway-{page.id}", f"/pathways/{page.id}", page.title_zh, page.title_en, "pathway",
        10 * (place + 1), partial(show, page), needs_tables(*page.needs),
    )
    for place, page in enumerate(SHOWN)
]  # fmt: skip
