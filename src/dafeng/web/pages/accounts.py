"""The accounts: emissions, what moved them, energy flow, balance, methane, uncertainty, method."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dafeng.report.pages.assessment import PAGE as ASSESSMENT
from dafeng.report.pages.balance import PAGE as BALANCE
from dafeng.report.pages.decomposition import PAGE as DECOMPOSITION
from dafeng.report.pages.emissions import PAGE as EMISSIONS
from dafeng.report.pages.flow import PAGE as FLOW
from dafeng.report.pages.methane import PAGE as METHANE
from dafeng.report.pages.method import PAGE as METHOD
from dafeng.report.pages.methods_compared import PAGE as METHODS_COMPARED
from dafeng.report.pages.territorial_consumption import PAGE as TERRITORIAL_CONSUMPTION
from dafeng.report.pages.uncertainty import PAGE as UNCERTAINTY
from dafeng.web.page import WebPage, needs_every_table
from dafeng.web.report_part import draw_pages

if TYPE_CHECKING:
    from dafeng.report.page import Page
    from dafeng.web.page import Asking, Body

SHOWN: tuple[tuple[Page, str], ...] = (
    (EMISSIONS, "emissions"), (DECOMPOSITION, "drivers"), (FLOW, "flow"), (BALANCE, "balance"),
    (METHODS_COMPARED, "methods"), (METHANE, "methane"), (TERRITORIAL_CONSUMPTION, "consumption"),
    (UNCERTAINTY, "uncertainty"), (ASSESSMENT, "assessment"),
)  # fmt: skip
"""Pages of the report and the last part of their addresses."""


def show(page: Page, asking: Asking) -> Body:
    """Draw a page of the report."""
    return draw_pages(asking, page).body()


def _make(page: Page, name: str, order: int) -> WebPage:
    return WebPage(
        f"accounts-{name}", f"/accounts/{name}", page.title_zh, page.title_en, "accounts", order,
        partial(show, page), needs_every_table(*page.needs),
    )  # fmt: skip


PAGES = [
    *(_make(page, name, 10 * (place + 2)) for place, (page, name) in enumerate(SHOWN)),
    WebPage(
        "accounts-method", "/accounts/method", METHOD.title_zh, METHOD.title_en, "accounts", 900,
        partial(show, METHOD), needs_every_table(*EMISSIONS.needs),
    ),
]  # fmt: skip
