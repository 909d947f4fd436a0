"""The overview, what an official sees first; and the large screen, which shows it to a hall."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from dafeng.app.tasks_board import read_board
from dafeng.app.tasks_moves import list_moves
from dafeng.errors import InputRefused
from dafeng.web.drawing import draw
from dafeng.web.frame import province_names
from dafeng.web.kept_pages import keep_drawn
from dafeng.web.page import Body, Route, WebPage, everybody, needs_tables
from dafeng.web.report_part import Part, draw_part
from dafeng.web.standing import make_standing

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext
    from dafeng.web.page import Asking

TASKS_SHOWN = 4
TASKS_PLACE = Markup("<!-- tasks -->")
"""Where, in the drawing that equal readers share, the tasks of the one who asks are put."""
SCREEN_REFRESH_S = 900
"""After which the large screen asks for new figures. [s]"""
CHANGES_SHOWN = 6
SCREEN_CURVES = 6
SCREEN_WARNED = 7


def show(asking: Asking) -> Body:
    """Draw the overview; before the first run, say what to do."""
    if asking.portal.data.edition() is None:
        return Body(draw("overview_empty.html"), styles=("overview.css",))
    part = _draw_standing(asking, "overview.html")
    tasks = draw("overview_tasks_place.html") if asking.visitor.signed_in else Markup("")
    html = part.html.replace(TASKS_PLACE, tasks, 1)
    return Body(html, data=part.data, scripts=part.scripts, styles=("overview.css", "targets.css"))


def _draw_standing(asking: Asking, template: str) -> Part:
    def render(context: ReportContext) -> Markup:
        return draw(
            template, standing=make_standing(context), context=context, most_changes=CHANGES_SHOWN,
            tasks_place=TASKS_PLACE,
        )  # fmt: skip

    name = (template,)
    return keep_drawn(asking, name, lambda: draw_part(asking.portal.data.context(asking.book), render))


def show_tasks(asking: Asking) -> Body:
    """Draw the tasks that wait for the visitor: those in which he may take a step now."""
    if not asking.visitor.signed_in:
        raise InputRefused.of("portal_page_unknown", path=asking.request.url.path)
    try:
        board = read_board(asking.book, language=asking.language)
        moves = list_moves(asking.book, board.ground.tasks)
        mine = [row for row in board.tasks.to_dicts() if moves.get(row["task_no"])]
        overdue = sum(bool(row["overdue_days"]) for row in mine)
        ids = dict(board.ground.tasks.select("task_no", "row_id").iter_rows())
        html = draw("overview_tasks.html", rows=mine[:TASKS_SHOWN], total=len(mine), overdue=overdue, ids=ids)
    except InputRefused as refused:
        html = draw("overview_no_tasks.html", findings=refused.findings)
    return Body(html, title=("待我办理的任务", "Tasks that wait for me"), styles=("overview.css",))


def show_screen(asking: Asking) -> Response:
    """Draw the large screen: a page of its own without navigation, which turns by itself."""
    asking.portal.data.require_edition()
    part = keep_drawn(
        asking, ("screen", asking.language),
        lambda: draw_part(asking.portal.data.context(asking.book), partial(_draw_slides, asking)),
    )  # fmt: skip
    html = draw(
        "screen.html", slides=part.html, language=asking.language, refresh=SCREEN_REFRESH_S,
        names=province_names(asking.portal.pack), as_of=asking.portal.data.require_edition().manifest.as_of,
        now=asking.portal.now()[:16].replace("T", " "),
    )  # fmt: skip
    return HTMLResponse(str(html), headers={"Cache-Control": "private, no-cache"})


def _draw_slides(asking: Asking, context: ReportContext) -> Markup:
    return draw(
        "screen_slides.html", standing=make_standing(context), language=asking.language,
        most_curves=SCREEN_CURVES, most_warned=SCREEN_WARNED,
    )  # fmt: skip


PAGES = [
    WebPage(
        "overview", "/", "总览", "Overview", "home", 0, show, everybody,
        routes=(Route("/overview/tasks", show_tasks),), quick=True,
    ),
    WebPage(
        "screen", "/screen", "大屏", "Large screen", "home", 90, show_screen,
        needs_tables("tracking.verdicts", "inventory.emissions"),
    ),
]  # fmt: skip
