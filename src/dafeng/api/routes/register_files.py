"""Files of registers: imports, and attachments of rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.answers import Listing, answer_listing, describe_rows, name_file
from dafeng.api.asking import CONDITIONS, BookOf, Listed, Name, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.api.uploads import keep_upload
from dafeng.app.register_attach import attach_file, list_attachments, read_attachment
from dafeng.app.register_import import ImportOutcome, ImportRequest, import_file
from dafeng.errors import InputRefused
from dafeng.register.contracts import Attachments
from dafeng.register.import_plan import ImportOptions
from dafeng.table import columns_of

router = APIRouter(tags=["registers"], route_class=ApiRoute)
MB = 2**20
LINES_TOLD = 1_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Sent = Annotated[UploadFile, File(description="文件 / file")]


class Imported(BaseModel):
    """What an import did, or would do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_id: str = Field(description="批次；空为没有写入 / batch; empty if nothing was written")
    sha256: str = Field(description="文件散列 / hash of the file")
    inserted: int = Field(description="新增行 / new rows")
    updated: int = Field(description="更新行 / changed rows")
    same: int = Field(description="相同行 / rows that stay")
    refused: int = Field(description="退回行 / rows that are refused")
    findings: list[dict[str, Any]] = Field(description="问题，最多 1000 条 / findings, at most 1,000")
    preview: list[dict[str, Any]] = Field(description="逐行处理，最多 1000 条 / line by line, at most 1,000")


class Attached(BaseModel):
    """A file that was attached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(description="散列 / hash")


@dataclass(frozen=True, slots=True)
class ImportSent:
    """What comes with a file that is imported."""

    options: ImportOptions
    reason: str | None
    dry_run: bool
    accept_good: bool
    workbook: bool


async def read_import(
    mode: Annotated[
        Literal["add", "update", "upsert"], Form(description="新增、更新或都可 / what may happen")
    ] = "upsert",
    source: Annotated[str, Form(max_length=500, description="数据来源 / where the figures come from")] = "",
    reason: Annotated[str | None, Form(max_length=2000, description="理由 / reason")] = None,
    *,
    dry_run: Annotated[bool, Form(description="只预览 / only look")] = False,
    accept_good: Annotated[bool, Form(description="只收无误的行 / take the good rows alone")] = False,
    workbook: Annotated[bool, Form(description="有问题时返回标注后的工作簿 / errors as a workbook")] = False,
) -> ImportSent:
    """Return the fields of the form."""
    return ImportSent(ImportOptions(mode=mode, source=source), reason, dry_run, accept_good, workbook)


@router.post(
    "/registers/{register_id}/import",
    summary="导入文件 / import a file",
    response_model=Imported,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
def post_import(
    book: BookOf,
    portal: PortalOf,
    register_id: Name,
    file: Sent,
    sent: Annotated[ImportSent, Depends(read_import)],
) -> Imported | Response:
    """Import a sheet: all rows or none, unless good ones are taken alone; ``dry_run`` only looks."""
    most = portal.settings.max_file_mb * MB
    with keep_upload(file, most) as path, TemporaryDirectory(prefix="dafeng-errors-") as folder:
        request = ImportRequest(
            register_id, path, sent.options, dry_run=sent.dry_run, accept_good=sent.accept_good,
            errors_to=Path(folder) / "errors.xlsx" if sent.workbook else None, reason=sent.reason,
            max_bytes=most,
        )  # fmt: skip
        outcome = import_file(book, request)
        if outcome.workbook is not None:
            headers = dict(name_file(f"{register_id}-errors.xlsx"))
            return Response(outcome.workbook.read_bytes(), media_type=XLSX, headers=headers)
    if outcome.errors and not sent.dry_run and not outcome.is_written:
        raise InputRefused(outcome.errors)
    return _tell_import(outcome)


def _tell_import(outcome: ImportOutcome) -> Imported:
    return Imported(
        batch_id=outcome.batch_id, sha256=outcome.sha256, inserted=outcome.inserted, updated=outcome.updated,
        same=outcome.same, refused=outcome.refused, findings=outcome.table.head(LINES_TOLD).to_dicts(),
        preview=outcome.preview.head(LINES_TOLD).to_dicts(),
    )  # fmt: skip


@router.get(
    "/registers/{register_id}/rows/{row}/attachments",
    summary="附件 / attachments",
    response_class=Response,
    responses=describe_rows("附件 / attachments"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_attachments(request: Request, book: BookOf, register_id: Name, row: Name) -> Response:
    """Return the attachments of a row."""
    found = list_attachments(book, register_id, row)
    listing = Listing(f"{register_id}.attachments", "附件", "Attachments", found, columns_of(Attachments))
    return answer_listing(request, book, listing)


@router.get(
    "/registers/{register_id}/rows/{row}/attachments/{attachment}",
    summary="取一个附件 / one attachment",
    response_class=Response,
    responses={
        **UNCHANGED,
        200: {"description": "文件 / the file", "content": {"application/octet-stream": {}}},
    },
)
def get_attachment(book: BookOf, register_id: Name, row: Name, attachment: Name) -> Response:
    """Return an attachment by its id, name or hash, to be saved; its hash was checked."""
    name, content = read_attachment(book, register_id, row, attachment)
    return Response(content, media_type="application/octet-stream", headers=dict(name_file(name)))


@router.post(
    "/registers/{register_id}/rows/{row}/attachments", status_code=201, summary="添加附件 / attach a file"
)
def post_attachment(
    book: BookOf,
    portal: PortalOf,
    register_id: Name,
    row: Name,
    file: Sent,
    purpose: Annotated[str | None, Form(max_length=200, description="用途 / what it proves")] = None,
) -> Attached:
    """Attach a file to a row."""
    most = portal.settings.max_file_mb * MB
    with keep_upload(file, most) as path:
        return Attached(sha256=attach_file(book, register_id, row, path, purpose, most))
