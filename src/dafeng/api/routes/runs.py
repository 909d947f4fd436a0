"""Runs: started, followed, cancelled. The work itself is done by a process of its own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.asking import BookOf, Name, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.portal_runs import RunWish, cancel_run, read_run, read_run_log, read_runs, start_run
from dafeng.store.database.portal_jobs import JobRecord

WRITE_SCOPE = "runs"
router = APIRouter(tags=["runs"], route_class=ApiRoute)
Part = Literal["ensemble", "power"]


class RunRequest(BaseModel):
    """What to run; pack and workspace are those of the portal."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"as_of": "2026-11-22", "parts": ["ensemble"]}]},
    )

    as_of: str | None = Field(
        None, pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="结论日期，缺省今天 / day of the verdicts; default today",
    )  # fmt: skip
    parts: list[Part] = Field(
        default_factory=list, max_length=2, description="另算的较慢部分 / slow parts that are wanted too"
    )
    accept_findings: bool = Field(
        default=False, description="有可疑数据也照算 / compute in spite of implausible values"
    )


class Run(BaseModel):
    """A run and how far it has come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str = Field(description="编号 / id", examples=["01M845P33XCW3MXPB5PVF0CRHP"])
    state: str = Field(
        description="状态：waiting、running、cancelling、done、failed、cancelled、interrupted / state",
        examples=["running"],
    )
    actor: str = Field(description="启动人 / who started it")
    as_of: str = Field(description="结论日期 / day of the verdicts")
    parts: list[str] = Field(description="另算的较慢部分 / slow parts")
    accept_findings: bool = Field(description="有可疑数据也照算 / in spite of implausible values")
    created_at: str = Field(description="提出时间 / when it was asked for")
    started_at: str | None = Field(description="开始时间 / when it began")
    ended_at: str | None = Field(description="结束时间 / when it ended")
    stage: str | None = Field(description="所在阶段 / stage")
    done: int | None = Field(description="已完成的阶段数 / stages done")
    total: int | None = Field(description="阶段总数 / stages in all")
    outcome: dict[str, Any] | None = Field(
        description="结果：摘要，或拒绝的原因 / summary, or what refused it"
    )


class RunLog(Run):
    """A run with the end of its log."""

    log: str = Field(description="日志的末尾 / end of its log")


class Runs(BaseModel):
    """A page of runs, the newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: int = Field(description="总数 / how many there are")
    limit: int = Field(description="每页条数 / runs of a page")
    offset: int = Field(description="跳过条数 / runs that are skipped")
    runs: list[Run] = Field(description="计算任务 / runs")


@router.get("/runs", summary="计算任务 / runs", responses=UNCHANGED)
def get_runs(
    book: BookOf,
    portal: PortalOf,
    limit: Annotated[int, Query(ge=1, le=200, description="每页条数 / runs of a page")] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31, description="跳过条数 / runs to skip")] = 0,
) -> Runs:
    """Return runs, the newest first."""
    found, total = read_runs(portal, book, limit=limit, offset=offset)
    return Runs(total=total, limit=limit, offset=offset, runs=[Run(**_tell(one)) for one in found])


@router.post("/runs", summary="启动计算 / start a run", status_code=202)
def post_run(book: BookOf, portal: PortalOf, wish: RunRequest, response: Response) -> Run:
    """Ask for a run; it begins as soon as the workspace is free. Follow it at the address in ``Location``."""
    made = start_run(portal, book, RunWish(wish.as_of, frozenset(wish.parts), wish.accept_findings))
    response.headers["Location"] = f"runs/{made.job_id}"
    return Run(**_tell(made))


@router.get("/runs/{run}", summary="一项计算及其日志 / one run with its log", responses=UNCHANGED)
def get_run(book: BookOf, portal: PortalOf, run: Name) -> RunLog:
    """Return a run with the end of its log."""
    found = read_run(portal, book, run)
    return RunLog(**_tell(found), log=read_run_log(portal, book, found.job_id))


@router.post("/runs/{run}/cancel", summary="取消计算 / cancel a run")
def post_cancel(book: BookOf, portal: PortalOf, run: Name) -> Run:
    """Stop a run at its next safe point; one that has ended stays as it is."""
    return Run(**_tell(cancel_run(portal, book, run)))


def _tell(record: JobRecord) -> dict[str, Any]:
    """Return what is told of a run: no paths of the server."""
    asked = record.request
    return {
        "run": record.job_id, "state": record.state, "actor": record.actor, "as_of": asked["as_of"],
        "parts": list(asked["parts"]), "accept_findings": asked["accept_findings"],
        "created_at": record.created_at, "started_at": record.started_at, "ended_at": record.ended_at,
        "stage": record.stage, "done": record.done, "total": record.total,
        "outcome": dict(record.outcome) if record.outcome is not None else None,
    }  # fmt: skip
