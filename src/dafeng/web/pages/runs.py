"""Runs on the web: the list, one run with its log, the form that starts one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.responses import RedirectResponse

from dafeng.app.portal_runs import (
    RUNS,
    RunWish,
    cancel_run,
    read_run,
    read_run_log,
    read_runs,
    start_run,
)
from dafeng.app.register_book import judge
from dafeng.app.stages import SLOW_PARTS
from dafeng.errors import InputRefused
from dafeng.web.drawing import draw
from dafeng.web.page import Body, Route, WebPage

if TYPE_CHECKING:
    from fastapi import Response

    from dafeng.web.page import Asking

PER_PAGE = 30


def show(asking: Asking, told: tuple[Any, ...] = (), status: int = 200) -> Body:
    """Draw the list of runs and, for who may start one, the form."""
    number = asking.request.query_params.get("page", "1")
    page = min(max(int(number), 1), 100_000) if number.isdecimal() and number.isascii() else 1
    runs, total = read_runs(asking.portal, asking.book, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    html = draw(
        "runs.html", asking=asking, runs=runs, total=total, page=page, pages=max(1, -(-total // PER_PAGE)),
        open=any(one.is_open for one in runs), parts=SLOW_PARTS, told=told, language=asking.language,
        may_start=judge(asking.book, "start", RUNS).allowed, form=asking.form,
        today=asking.book.clock().date().isoformat(),
    )  # fmt: skip
    return Body(html, status=status)


def show_one(asking: Asking) -> Body:
    """Draw one run with its log."""
    run = read_run(asking.portal, asking.book, asking.request.path_params["run"])
    html = draw(
        "runs_one.html", asking=asking, run=run, language=asking.language,
        log=read_run_log(asking.portal, asking.book, run.job_id),
        may_cancel=judge(asking.book, "cancel", RUNS).allowed,
    )  # fmt: skip
    return Body(html, title=(f"计算 {run.job_id}", f"Run {run.job_id}"))


def start(asking: Asking) -> Body | Response:
    """Start a run, and show it."""
    form = asking.form
    wish = RunWish(
        str(form.get("as_of", "")).strip() or None,
        frozenset(str(one) for one in form.getlist("parts")),
        form.get("accept_findings") == "yes",
    )
    try:
        made = start_run(asking.portal, asking.book, wish)
    except InputRefused as error:
        if error.findings[0].code == "access_refused":
            raise
        return show(asking, error.findings, 422)
    return RedirectResponse(f"/runs/{made.job_id}", status_code=303)


def cancel(asking: Asking) -> Response:
    """Cancel a run, and show it."""
    run = cancel_run(asking.portal, asking.book, asking.request.path_params["run"])
    return RedirectResponse(f"/runs/{run.job_id}", status_code=303)


def allowed(asking: Asking) -> bool:
    """Allow who may see runs."""
    return judge(asking.book, "see", RUNS).allowed


PAGE = WebPage(
    "runs", "/runs", "计算任务", "Runs", "system", 10, show, allowed,
    routes=(
        Route("/runs", start, ("POST",)), Route("/runs/{run}", show_one),
        Route("/runs/{run}/cancel", cancel, ("POST",)),
    ),
    styles=("operations.css",), scripts=("operations.js",),
)  # fmt: skip
