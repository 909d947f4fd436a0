"""Tasks: the board, counts, escalation; new tasks and issues. Steps are those of the register ``tasks``."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.answers import Listing, answer_listing, describe_rows
from dafeng.api.asking import CONDITIONS, BookOf, Listed, Name
from dafeng.api.routes.register_rows import Receipt, tell_written
from dafeng.api.routing import ApiRoute
from dafeng.app.tasks_add import NewTask, add_task
from dafeng.app.tasks_board import read_board
from dafeng.app.tasks_issues import IssueReport, find_due, report_issue
from dafeng.register.tasks_contracts import Escalations, TaskBoard, TaskCounts
from dafeng.table import columns_of

router = APIRouter(tags=["tasks"], route_class=ApiRoute)
Language = Annotated[Literal["zh", "en"], Query(alias="lang", description="名称的语言 / language of names")]
OWN = frozenset({"lang"})
Short = Annotated[str, Field(min_length=1, max_length=200)]
Long = Annotated[str, Field(min_length=1, max_length=2000)]


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskSent(_Sent):
    """A task beside those of the plan."""

    clause: Short = Field(description="条款 / clause", examples=["C2.1.1"])
    subject: Short = Field(description="市或单位的编号或名称 / city or body: id or name")
    title: Short = Field(description="任务 / title")
    measure: Long = Field(description="措施 / measure")
    due: str | None = Field(None, max_length=10, description="期限 / due", examples=["2027-06-30"])
    source: Short = Field(description="依据 / on what it rests")
    grade: Literal["A", "B", "C", "X"] = Field("B", description="证据等级 / grade")


class IssueSent(_Sent):
    """What stands in the way of a task."""

    title: Short = Field(description="问题 / title")
    about: Long = Field(description="说明 / in full")
    severity: Literal["minor", "serious", "major"] = Field("serious", description="严重程度 / severity")
    waiting_for: str | None = Field(None, max_length=200, description="等哪个单位 / body that has to act")
    asked: str | None = Field(None, max_length=2000, description="请其做什么 / what is asked of it")


class IssueMade(BaseModel):
    """The issue that was opened."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issue_no: str = Field(description="问题编号 / number")


@router.get(
    "/tasks",
    summary="任务看板 / task board",
    response_class=Response,
    responses=describe_rows("任务 / tasks"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_tasks(request: Request, book: BookOf, lang: Language = "zh") -> Response:
    """Return where every task stands today, for example ``state=blocked`` or ``overdue_days__ge=30``."""
    board = read_board(book, language=lang)
    listing = Listing("tasks", "任务", "Tasks", board.tasks, columns_of(TaskBoard))
    return answer_listing(request, book, listing, OWN)


@router.get(
    "/tasks/counts",
    summary="任务计数 / counts of tasks",
    response_class=Response,
    responses=describe_rows("按单位、市、条款计数 / counts by body, city, clause"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_counts(request: Request, book: BookOf, lang: Language = "zh") -> Response:
    """Return how many tasks stand where, of those that the reader may see."""
    board = read_board(book, language=lang)
    listing = Listing("tasks.counts", "任务计数", "Counts of tasks", board.counts, columns_of(TaskCounts))
    return answer_listing(request, book, listing, OWN)


@router.get(
    "/tasks/escalations",
    summary="应上报的问题 / issues to pass up",
    response_class=Response,
    responses=describe_rows("问题 / issues"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_escalations(request: Request, book: BookOf) -> Response:
    """Return the issues that a dated rule sends further up today."""
    listing = Listing(
        "tasks.escalations", "应上报的问题", "Issues to pass up", find_due(book), columns_of(Escalations)
    )
    return answer_listing(request, book, listing)


@router.post("/tasks", status_code=201, summary="新增任务 / add a task")
def post_task(book: BookOf, sent: TaskSent) -> Receipt:
    """Add a task with the next free number of its clause and body."""
    return tell_written(add_task(book, NewTask(**sent.model_dump())))


@router.post("/tasks/{task}/issues", status_code=201, summary="报告问题 / report an issue")
def post_issue(book: BookOf, task: Name, sent: IssueSent) -> IssueMade:
    """Open an issue of a task, and report the task as blocked where its state allows."""
    return IssueMade(issue_no=report_issue(book, IssueReport(task=task, **sent.model_dump())))
