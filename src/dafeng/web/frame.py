"""The frame of every page: head, navigation, language, sign-in; a page fills in its body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse
from markupsafe import Markup

from dafeng.report.charts import json_text
from dafeng.web.drawing import draw
from dafeng.web.page import GROUPS, all_pages

if TYPE_CHECKING:
    from fastapi import Response

    from dafeng.web.page import Asking, Body, WebPage

STYLES = ("report.css", "portal.css")
SCRIPTS = ("htmx.min.js", "portal.js")
LANGUAGE_COOKIE = "dafeng_language"


def navigation(asking: Asking, here: WebPage | None) -> list[tuple[str, list[WebPage], bool]]:
    """Return the groups with the pages that the visitor may open, and whether he is in it."""
    made: list[tuple[str, list[WebPage], bool]] = []
    for group in GROUPS:
        pages = [page for page in all_pages() if page.group == group and page.listed and page.allowed(asking)]
        if pages:
            made.append((group, pages, here is not None and here.group == group))
    return made


def draw_frame(asking: Asking, page: WebPage | None, body: Body) -> Response:
    """Return the whole page, or only its body where a fragment is asked for."""
    headers = {"Cache-Control": "private, no-cache", **body.headers}
    if asking.is_fragment:
        return HTMLResponse(str(body.html), body.status, headers)
    title = body.title or ((page.title_zh, page.title_en) if page else ("", ""))
    styles, scripts = list(STYLES), list(SCRIPTS)
    for more in (page, body):
        styles += more.styles if more else ()
        scripts += more.scripts if more else ()
    html = draw(
        "portal_frame.html", asking=asking, page=page, title=title, body=body.html,
        navigation=navigation(asking, page), styles=list(dict.fromkeys(styles)),
        scripts=list(dict.fromkeys(scripts)), language=asking.language, meta=asking.portal.pack.config.pack,
        data=Markup(json_text(body.data)) if body.data is not None else None,  # noqa: S704 - escaped JSON
        htmx=json.dumps({"includeIndicatorStyles": False, "allowEval": False, "selfRequestsOnly": True}),
    )  # fmt: skip
    return HTMLResponse(str(html), body.status, headers)
