"""The target board, a page for each target, the warnings and how good they were, the open questions."""

from __future__ import annotations

from dataclasses import astuple, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi.responses import Response

from dafeng.errors import InputRefused
from dafeng.report.pages.rules import PAGE as RULES
from dafeng.report.pages.unknown import PAGE as UNKNOWN
from dafeng.report.pages.warning_skill import PAGE as WARNING_SKILL
from dafeng.report.pages.warnings import PAGE as WARNINGS
from dafeng.web.drawing import draw
from dafeng.web.kept_pages import keep_drawn
from dafeng.web.page import Body, Route, WebPage, needs_every_table
from dafeng.web.report_part import TRACES, draw_pages, draw_part
from dafeng.web.targets.listing import (
    ALL,
    LEVELS,
    SORTS,
    choose,
    count_by,
    read_listing,
    read_wish,
    write_csv,
)
from dafeng.web.targets.sheet import render_target

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.web.page import Asking
    from dafeng.web.targets.listing import Listing, Wish

PATH = "/targets"
NEEDED = ("plan.targets", "tracking.verdicts")


def show_board(asking: Asking) -> Body:
    """Draw the board with what was asked for; a search is drawn each time, other choices are kept."""
    listing, wish = read_listing(asking), read_wish(asking.request.query_params)
    render = partial(_draw_board, listing, wish, asking.language)
    name = ("targets", asking.language, asking.is_fragment, *astuple(wish))
    html = render() if wish.text else keep_drawn(asking, name, render)
    export = f"{PATH}.csv?{urlencode(wish.query())}"
    return Body(
        html, data=listing.data, scripts=TRACES, styles=("targets.css",),
        lead=draw("targets_lead.html"), actions=draw("targets_actions.html", export=export),
    )  # fmt: skip


def _draw_board(listing: Listing, wish: Wish, language: str) -> Markup:
    rows = choose(listing, wish)
    in_document = choose(listing, replace(wish, text="", verdict="", level="", sector="", agency=""))
    unfiltered = choose(listing, replace(wish, verdict=""))
    return draw(
        "targets.html", rows=rows, wish=wish, listing=listing, language=language, all_documents=ALL,
        verdicts=count_by(unfiltered, "verdict"), total=len(unfiltered),
        levels=[code for code in LEVELS if code in count_by(in_document, "level")],
        sectors=count_by(in_document, "sector"), document=wish.document or listing.main,
        address=lambda **changes: f"{PATH}?{urlencode(wish.query(**changes))}", sorts=SORTS,
    )  # fmt: skip


def export_board(asking: Asking) -> Response:
    """Return the rows that are shown as CSV."""
    listing, wish = read_listing(asking), read_wish(asking.request.query_params)
    headers = {
        "Content-Disposition": 'attachment; filename="targets.csv"',
        "Cache-Control": "private, no-cache",
    }
    content = write_csv(listing, choose(listing, wish), asking.language)
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def show_target(asking: Asking) -> Body:
    """Draw the sheet of one target."""
    target_id = asking.request.path_params["target_id"]
    listing = read_listing(asking)
    found = next((row for row in listing.rows if row.shown.target_id == target_id), None)
    if found is None:
        raise InputRefused.of("portal_page_unknown", path=asking.request.url.path)
    context = asking.portal.data.context(asking.book)
    part = keep_drawn(
        asking, ("target", target_id), lambda: draw_part(context, lambda one: render_target(one, target_id))
    )
    body = part.body()
    return replace(
        body, title=found.names, styles=("targets.css",),
        crumbs=((PATH, "目标看板", "Target board"),),
    )  # fmt: skip


def show_warnings(asking: Asking) -> Body:
    """Draw the warnings."""
    return draw_pages(asking, WARNINGS).body()


def show_skill(asking: Asking) -> Body:
    """Draw how good the warnings were."""
    return draw_pages(asking, WARNING_SKILL).body()


def show_questions(asking: Asking) -> Body:
    """Draw what is unknown or undecided, and the rules of judging."""
    return draw_pages(asking, UNKNOWN, RULES).body()


PAGES = [
    WebPage(
        "targets", PATH, "目标看板", "Target board", "plan", 0, show_board, needs_every_table(*NEEDED),
        routes=(Route(f"{PATH}.csv", export_board), Route(PATH + "/{target_id}", show_target)),
        quick=True,
    ),
    WebPage(
        "warnings", "/warnings", "目标预警", "Warnings", "plan", 10, show_warnings,
        needs_every_table(*WARNINGS.needs), styles=("targets.css",),
    ),
    WebPage(
        "warning-skill", "/warnings/skill", WARNING_SKILL.title_zh, WARNING_SKILL.title_en, "plan", 20,
        show_skill, needs_every_table(*WARNING_SKILL.needs),
    ),
    WebPage(
        "questions", "/questions", UNKNOWN.title_zh, UNKNOWN.title_en, "plan", 90, show_questions,
        needs_every_table("plan.open_questions"),
    ),
]  # fmt: skip
