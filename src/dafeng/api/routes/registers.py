"""Registers: what there are, their definitions, alerts, batches, templates and exports."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.answers import Listing, answer_listing, describe_rows, name_file
from dafeng.api.asking import CONDITIONS, BookOf, Listed, Name
from dafeng.api.problems import UNCHANGED
from dafeng.api.register_asking import read_row_question
from dafeng.api.routing import ApiRoute
from dafeng.app.register_book import require
from dafeng.app.register_export import ExportRequest, export_rows
from dafeng.app.register_history import list_batches, list_history
from dafeng.app.register_list import RegisterQuestion, find_alerts, find_registers
from dafeng.app.register_show import show_register
from dafeng.app.register_template import write_template
from dafeng.register.contracts import Batches, History, RegisterAlerts, RegisterList
from dafeng.table import columns_of

router = APIRouter(tags=["registers"], route_class=ApiRoute)
Text = Annotated[str, Query(max_length=200)]
EXPORT_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv",
    "json": "application/json",
}  # fmt: skip
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "文件 / the file",
        "content": {kind: {"schema": {"type": "string"}} for kind in EXPORT_KINDS.values()},
    }
}


class Definition(BaseModel):
    """A register as it is defined, and what the reader may do with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    register_id: str = Field(description="编号 / id")
    definition: dict[str, Any] = Field(description="定义：字段、子表、公式、规则、状态、手续 / definition")
    allowed: list[str] = Field(description="在至少一些行上可做的事 / what the reader may do on some rows")
    pointing: list[str] = Field(description="指向本台账的字段 / fields of registers that point here")


@router.get(
    "/registers",
    summary="台账目录 / registers",
    response_class=Response,
    responses=describe_rows("台账和可见行数 / registers with rows that may be seen"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_registers(
    request: Request, book: BookOf, words: Text = "", clause: Text = "", system: Text = "", agency: Text = ""
) -> Response:
    """Return the registers in force; ``words``, ``clause``, ``system``, ``agency`` choose among them."""
    found = find_registers(book, RegisterQuestion(words, clause, system, agency))
    listing = Listing("registers", "台账目录", "Registers", found, columns_of(RegisterList))
    own = frozenset({"words", "clause", "system", "agency"})
    return answer_listing(request, book, listing, own)


@router.get("/registers/{register_id}", summary="一个台账的定义 / a definition", responses=UNCHANGED)
def get_register(book: BookOf, register_id: Name) -> Definition:
    """Return the definition of a register: public, since what a form asks for is to be told."""
    view = show_register(book, register_id)
    return Definition(
        register_id=view.register.id, definition=view.register.model_dump(mode="json"),
        allowed=list(view.allowed), pointing=list(view.pointing),
    )  # fmt: skip


@router.get(
    "/registers/{register_id}/alerts",
    summary="提醒 / alerts",
    response_class=Response,
    responses=describe_rows("提醒 / alerts"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_alerts(request: Request, book: BookOf, register_id: Name) -> Response:
    """Return what somebody should look at today, in rows that the reader may see."""
    require(book, "see", book.library.register(register_id).id)
    found = find_alerts(book, register_id)
    listing = Listing(f"{register_id}.alerts", "提醒", "Alerts", found, columns_of(RegisterAlerts))
    return answer_listing(request, book, listing)


@router.get(
    "/registers/{register_id}/batches",
    summary="批次 / batches",
    response_class=Response,
    responses=describe_rows("批次 / batches"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_batches(request: Request, book: BookOf, register_id: Name) -> Response:
    """Return the acts of writing, the newest first; only one's own unless all rows may be seen."""
    found = list_batches(book, register_id)
    return answer_listing(
        request, book, Listing(f"{register_id}.batches", "批次", "Batches", found, columns_of(Batches))
    )


@router.get(
    "/registers/{register_id}/history",
    summary="变更记录 / history",
    response_class=Response,
    responses=describe_rows("变更 / events"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_history(
    request: Request,
    book: BookOf,
    register_id: Name,
    batch: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Return the events of rows that the reader may see, of one batch or of all."""
    found = list_history(book, register_id, None, batch)
    listing = Listing(f"{register_id}.history", "变更记录", "History", found, columns_of(History))
    return answer_listing(request, book, listing, frozenset({"batch"}))


@router.get(
    "/registers/{register_id}/export",
    summary="导出 / export",
    response_class=Response,
    responses={**UNCHANGED, **FILE},
    openapi_extra=CONDITIONS,
)
def get_export(
    request: Request,
    book: BookOf,
    register_id: Name,
    form: Annotated[Literal["xlsx", "csv", "json"], Query(alias="format")] = "xlsx",
    search: Text = "",  # noqa: ARG001 - read from the query with the conditions
    sort: Text = "",  # noqa: ARG001
) -> Response:
    """Return the rows that the reader may export, as a workbook that can be imported again, CSV or JSON."""
    register = book.library.register(register_id)
    question = read_row_question(request, book, register)
    with TemporaryDirectory(prefix="dafeng-export-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / f"{register.id}.{form}"
        export_rows(book, ExportRequest(register.id, path, question, form))
        content = path.read_bytes()
    return Response(content, media_type=EXPORT_KINDS[form], headers=dict(name_file(path.name)))


@router.get(
    "/registers/{register_id}/template",
    summary="填报模板 / template",
    response_class=Response,
    responses={**UNCHANGED, **FILE},
)
def get_template(
    book: BookOf,
    register_id: Name,
    outsiders: Annotated[bool, Query(description="发给本系统以外的单位 / for outsiders")] = False,
) -> Response:
    """Return the workbook to fill in, with drop-downs; for outsiders only with its legal marks."""
    with TemporaryDirectory(prefix="dafeng-template-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / f"{book.library.register(register_id).id}.xlsx"
        write_template(book, register_id, path, outsiders=outsiders)
        content = path.read_bytes()
    return Response(content, media_type=EXPORT_KINDS["xlsx"], headers=dict(name_file(path.name)))
