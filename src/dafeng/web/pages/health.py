"""System health: what an operator should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.portal_health import SYSTEM, check_health
from dafeng.app.register_book import judge
from dafeng.version import __version__
from dafeng.web.drawing import draw
from dafeng.web.page import Body, WebPage

if TYPE_CHECKING:
    from dafeng.web.page import Asking


def show(asking: Asking) -> Body:
    """Draw the checks."""
    checks = check_health(asking.portal, asking.book)
    html = draw(
        "health.html", checks=checks, version=__version__, language=asking.language,
        bad=sum(one.state == "bad" for one in checks), watch=sum(one.state == "watch" for one in checks),
        at=asking.book.now(),
    )  # fmt: skip
    return Body(html)


def allowed(asking: Asking) -> bool:
    """Allow who may see the state of the system."""
    return judge(asking.book, "see", SYSTEM).allowed


PAGE = WebPage(
    "health", "/health", "系统健康", "System health", "system", 20, show, allowed, styles=("operations.css",)
)
