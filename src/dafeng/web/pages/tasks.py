"""``/tasks``: the task board of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.tasks_rows import TASKS
from dafeng.web.page import Route, WebPage
from dafeng.web.registers.marks import seen_registers
from dafeng.web.tasks import board, forms

if TYPE_CHECKING:
    from dafeng.web.page import Asking

POST = ("POST",)


def allowed(asking: Asking) -> bool:
    """Allow who may see tasks."""
    return TASKS in seen_registers(asking.book)


PAGE = WebPage(
    "tasks", "/tasks", "任务看板", "Task board", "registers", 20, board.show, allowed,
    (
        Route("/tasks/move", board.move, POST), Route("/tasks/seed", board.seed, POST),
        Route("/tasks/export", board.export),
        Route("/tasks/add", forms.show_add), Route("/tasks/add", forms.add, POST),
        Route("/tasks/issue", forms.show_issue), Route("/tasks/issue", forms.issue, POST),
        Route("/tasks/escalations", forms.show_escalations),
        Route("/tasks/escalations", forms.pass_up, POST),
    ),
    ("tasks.js",), ("registers.css", "tasks.css"),
)  # fmt: skip
