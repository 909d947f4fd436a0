"""The frame of every page: head, navigation, language, sign-in; a page fills in its body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

import polars as pl
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from dafeng.report.charts import json_text
from dafeng.report.words import term
from dafeng.version import __version__
from dafeng.web.drawing import draw
from dafeng.web.page import GROUPS, all_pages

if TYPE_CHECKING:
    from fastapi import Response

    from dafeng.app.register_book import Book
    from dafeng.pack import Pack
    from dafeng.web.page import Asking, Body, WebPage

STYLES = ("report.css", "portal.css")
SCRIPTS = ("htmx.min.js", "portal.js")
LANGUAGE_COOKIE = "dafeng_language"
HTMX = json.dumps(
    {
        "includeIndicatorStyles": False, "allowEval": False, "selfRequestsOnly": True,
        "historyCacheSize": 0, "refreshOnHistoryMiss": True,
    }
)  # fmt: skip
"""Nothing is computed from texts, nothing goes elsewhere, no page is kept with the styles of its charts."""

MOST_OPEN = 256
"""Most visitors whose open pages are kept."""
_OPEN: dict[int, tuple[Book, tuple[str, str], list[tuple[str, list[WebPage]]]]] = {}


def navigation(asking: Asking, here: WebPage | None) -> list[tuple[str, list[WebPage], bool]]:
    """Return the groups with the pages that the visitor may open, and whether he is in it."""
    return [(group, pages, here is not None and here.group == group) for group, pages in _open_pages(asking)]


def _open_pages(asking: Asking) -> list[tuple[str, list[WebPage]]]:
    """Return the groups with the pages that may be opened; kept with the book, which lives for seconds."""
    edition = asking.portal.data.edition()
    mark = (edition.id if edition else "", asking.visitor.kind)
    kept = _OPEN.get(id(asking.book))
    if kept is not None and kept[0] is asking.book and kept[1] == mark:
        return kept[2]
    made = []
    for group in GROUPS:
        pages = [page for page in all_pages() if page.group == group and page.listed and page.allowed(asking)]
        if pages:
            made.append((str(group), pages))
    if len(_OPEN) >= MOST_OPEN:
        _OPEN.clear()
    _OPEN[id(asking.book)] = asking.book, mark, made
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
    edition = asking.portal.data.edition()
    html = draw(
        "portal_frame.html", asking=asking, page=page, title=title, body=body.html, lead=body.lead,
        actions=body.actions, crumbs=body.crumbs, navigation=navigation(asking, page),
        styles=list(dict.fromkeys(styles)), scripts=list(dict.fromkeys(scripts)), language=asking.language,
        meta=asking.portal.pack.config.pack, here=_here(asking), htmx=HTMX, data=_data_text(body),
        roles=[term("access_role", role) for role in sorted(asking.book.roles)],
        as_of=edition.manifest.as_of if edition else "", software=__version__,
        province=province_names(asking.portal.pack),
    )  # fmt: skip
    return HTMLResponse(str(html), body.status, headers)


def province_names(pack: Pack) -> tuple[str, str]:
    """Return the Chinese and English name of the province."""
    info = pack.config.pack
    for row in pack.tables["regions"].filter(pl.col("code") == info.region).iter_rows(named=True):
        return row["name_zh"], row["name_en"] or info.name_en
    return info.name_zh, info.name_en


def _here(asking: Asking) -> str:
    """Return the address of the page without the language, for the switch."""
    url = asking.request.url
    kept = [pair for pair in parse_qsl(url.query, keep_blank_values=True) if pair[0] != "lang"]
    return url.path + (f"?{urlencode(kept)}" if kept else "")


def _data_text(body: Body) -> Markup | None:
    if body.data is None or isinstance(body.data, Markup):
        return body.data
    return json_text(body.data)
