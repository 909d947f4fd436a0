"""The plan: clauses by chapter, one clause with everything that hangs on it, bodies, systems, search."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.report.words import term_pair
from dafeng.web.drawing import draw
from dafeng.web.kept_pages import keep_drawn
from dafeng.web.page import Body, Route, WebPage, needs_tables
from dafeng.web.plan.search import search_plan
from dafeng.web.plan.view import read_plan

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.web.page import Asking
    from dafeng.web.plan.view import PlanView

LONGEST_QUERY = 100
CRUMB = ("/plan", "方案条文", "Clauses of the plan")
AGENCIES = ("/plan/agencies", "责任部门", "Responsible bodies")
KINDS = ("clause", "target", "system", "agency", "lever", "question")
NEEDED = needs_tables("plan.clauses")


def show_plan(asking: Asking) -> Body:
    """Draw the clauses by chapter, or what a search finds."""
    view = read_plan(asking)
    query = asking.request.query_params.get("q", "").strip()[:LONGEST_QUERY]
    if query:
        html = _draw_hits(view, query, asking)
    else:
        html = keep_drawn(
            asking, ("plan-page", asking.language), partial(_draw_chapters, view, asking.language)
        )
    return Body(html, styles=("plan.css",))


def _draw_chapters(view: PlanView, language: str) -> Markup:
    return draw("plan.html", view=view, query="", language=language)


def _draw_hits(view: PlanView, query: str, asking: Asking) -> Markup:
    kind = asking.request.query_params.get("kind", "")
    hits = search_plan(view, query, asking.language)
    counts = {one: sum(hit.entry.kind == one for hit in hits) for one in KINDS}
    shown = [hit for hit in hits if not kind or hit.entry.kind == kind]
    return draw(
        "plan_search.html", hits=shown, query=query, kind=kind, counts=counts, total=len(hits),
        language=asking.language,
    )  # fmt: skip


def show_clause(asking: Asking) -> Body:
    """Draw one clause: its content in our words, targets, bodies, systems, levers."""
    view, code = read_plan(asking), asking.request.path_params["clause_id"]
    row = view.clauses.get(code)
    if row is None:
        raise InputRefused.of("portal_page_unknown", path=asking.request.url.path)
    return Body(
        keep_drawn(asking, ("clause", code), lambda: draw("plan_clause.html", view=view, row=row)),
        title=(f"{row['label']} {row['title_zh']}", f"{row['label']} {row['title_en'] or row['title_zh']}"),
        crumbs=(CRUMB,), styles=("plan.css",),
    )  # fmt: skip


def show_agencies(asking: Asking) -> Body:
    """Draw the responsible bodies with how much hangs on each."""
    view = read_plan(asking)
    return Body(keep_drawn(asking, "agencies", lambda: draw("plan_agencies.html", view=view)))


def show_agency(asking: Asking) -> Body:
    """Draw one body: its clauses, targets and systems."""
    view, code = read_plan(asking), asking.request.path_params["agency_id"]
    row = view.board.agencies.get(code)
    if row is None:
        raise InputRefused.of("portal_page_unknown", path=asking.request.url.path)
    return Body(
        keep_drawn(asking, ("agency", code), lambda: draw("plan_agency.html", view=view, row=row, code=code)),
        title=(row["name_zh"], row["name_en"] or row["name_zh"]), crumbs=(AGENCIES,), styles=("plan.css",),
    )  # fmt: skip


def show_systems(asking: Asking) -> Body:
    """Draw the systems and platforms that the plan orders, by kind."""
    view, kind = read_plan(asking), asking.request.query_params.get("kind", "")
    rows = view.context.rows("plan.systems")
    kinds = {one: sum(row["kind"] == one for row in rows) for one in sorted({row["kind"] for row in rows})}
    shown = [row for row in rows if kind in {"", row["kind"]}]
    html = draw(
        "plan_systems.html", view=view, rows=shown, kinds=kinds, kind=kind, total=len(rows),
        codes=terms.entries("priority"), term_pair=term_pair,
    )  # fmt: skip
    return Body(html)


PAGES = [
    WebPage(
        "plan", CRUMB[0], CRUMB[1], CRUMB[2], "plan", 30, show_plan, NEEDED,
        routes=(Route("/plan/clauses/{clause_id}", show_clause),),
    ),
    WebPage(
        "agencies", AGENCIES[0], AGENCIES[1], AGENCIES[2], "plan", 40, show_agencies, NEEDED,
        routes=(Route(AGENCIES[0] + "/{agency_id}", show_agency),),
    ),
    WebPage(
        "systems", "/plan/systems", "制度和平台", "Systems and platforms", "plan", 50, show_systems,
        needs_tables("plan.systems"),
    ),
]  # fmt: skip
