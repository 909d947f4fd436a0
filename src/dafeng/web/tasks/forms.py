"""A task that somebody adds, an issue that blocks one, and issues that are due at a higher level."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from dafeng.app.register_book import require
from dafeng.app.register_rows import read_row
from dafeng.app.tasks_add import NewTask, add_task
from dafeng.app.tasks_issues import IssueReport, escalate, find_due, report_issue
from dafeng.app.tasks_rows import ISSUES, TASKS
from dafeng.app.tasks_subjects import list_subjects
from dafeng.doors.problems import status_of
from dafeng.errors import Finding, InputRefused, Place
from dafeng.report.words import both
from dafeng.web.page import Body
from dafeng.web.registers.address import go_to
from dafeng.web.registers.choices import draw
from dafeng.web.registers.marks import name_code, tell_all
from dafeng.web.tasks.board import clause_choices

if TYPE_CHECKING:
    from fastapi import Response

    from dafeng.web.page import Asking

SEVERITIES = ("minor", "serious", "major")


def _text(form: Any, name: str) -> str:
    return str(form.get(name) or "").strip()


def _require_filled(form: Any, names: tuple[str, ...]) -> None:
    """Refuse a form that lacks what its use case takes as given.

    Raises
    ------
    InputRefused
        ``cell_empty``, one a field.
    """
    empty = [Finding("cell_empty", Place(column=name)) for name in names if not _text(form, name)]
    if empty:
        raise InputRefused(empty)


def show_add(asking: Asking) -> Body:
    """Draw the form of a task beside those of the plan."""
    return _draw_add(asking)


def _draw_add(asking: Asking, error: InputRefused | None = None) -> Body:
    require(asking.book, "add", TASKS)
    subjects = [(one.id, both(one.name_zh, one.name_en)) for one in list_subjects(asking.book).values()]
    html = draw(
        "tasks_add.html", asking=asking, subjects=subjects, clauses=clause_choices(asking),
        given=defaultdict(str, asking.form or {}), told=tell_all(error.findings) if error else [],
    )  # fmt: skip
    return Body(html, ("新增任务", "Add a task"), status=status_of(error) if error else 200)


def add(asking: Asking) -> Body | Response:
    """Add a task with the next free number of its clause and body."""
    form = asking.form
    task = NewTask(
        _text(form, "clause"), _text(form, "subject"), _text(form, "title"), _text(form, "measure"),
        _text(form, "due") or None, _text(form, "source"), _text(form, "grade") or "B",
    )  # fmt: skip
    try:
        _require_filled(form, ("clause", "subject", "title", "measure", "source"))
        written = add_task(asking.book, task)
    except InputRefused as error:
        return _draw_add(asking, error)
    return go_to(f"/registers/{TASKS}/rows/{written.row_ids[0]}", [("done", "add")])


def show_issue(asking: Asking) -> Body:
    """Draw the form of an issue of a task."""
    return _draw_issue(asking, asking.request.query_params.get("task", ""))


def _draw_issue(asking: Asking, number: str, error: InputRefused | None = None) -> Body:
    book = asking.book
    task = read_row(book, book.library.register(TASKS), number)
    require(book, "add", ISSUES)
    severity = book.library.register(ISSUES).field("severity")
    agencies = book.library.pack_kinds["agency"]
    html = draw(
        "tasks_issue.html", asking=asking, task=task, told=tell_all(error.findings) if error else [],
        severities=[(one.code, both(one.zh, one.en)) for one in severity.choices],
        agencies=[
            (code, name_code(agencies, code)) for code in agencies.codes if code not in agencies.retired
        ],
        given=defaultdict(str, asking.form or {}),
    )  # fmt: skip
    return Body(html, ("报告问题", "Report an issue"), status=status_of(error) if error else 200)


def issue(asking: Asking) -> Body | Response:
    """Open an issue of a task, and report the task as blocked if its state allows."""
    form = asking.form
    severity = _text(form, "severity")
    report = IssueReport(
        _text(form, "task"), _text(form, "title"), _text(form, "about"),
        severity if severity in SEVERITIES else "serious", _text(form, "waiting_for") or None,
        _text(form, "asked") or None,
    )  # fmt: skip
    try:
        _require_filled(form, ("title", "about"))
        number = report_issue(asking.book, report)
    except InputRefused as error:
        return _draw_issue(asking, report.task, error)
    row = read_row(asking.book, asking.book.library.register(ISSUES), number)
    return go_to(f"/registers/{ISSUES}/rows/{row['row_id']}", [("done", "add")])


def show_escalations(asking: Asking) -> Body:
    """Draw the issues that a rule sends further up on this day."""
    require(asking.book, "see", ISSUES)
    due = find_due(asking.book)
    agencies = asking.book.library.pack_kinds["agency"]
    levels = {state.code: both(state.zh, state.en) for state in asking.book.library.register(ISSUES).states}
    lines = [
        {**row, "who": name_code(agencies, row["agency"]),
         "level": levels.get(row["due_level"], row["due_level"]),
         "now": levels.get(row["state"], row["state"]), "why": both(row["why_zh"], row["why_en"])}
        for row in due.iter_rows(named=True)
    ]  # fmt: skip
    html = draw("tasks_escalations.html", asking=asking, lines=lines)
    return Body(html, ("到期应上报的问题", "Issues due at a higher level"))


def pass_up(asking: Asking) -> Response:
    """Pass the chosen issues up, one step each with its rule as the reason."""
    chosen = [str(one) for one in asking.form.getlist("issue")]
    due = find_due(asking.book)
    escalate(asking.book, due.filter(due["issue_no"].is_in(chosen)))
    return go_to("/tasks/escalations", [("done", "step")])
