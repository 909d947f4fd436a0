"""Files of the last run: the report and the workbook."""

from __future__ import annotations

import polars as pl
from fastapi import APIRouter, Request, Response

from dafeng.api.answers import Listing, answer_listing, describe_rows, name_file
from dafeng.api.asking import CONDITIONS, BookOf, Listed, Name, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.portal_files import list_files, read_file
from dafeng.table import ColumnSpec

router = APIRouter(tags=["reports"], route_class=ApiRoute)
_WORDS = {
    "name": ("文件名", "File name"), "stage": ("计算阶段", "Stage"), "file_class": ("公开范围", "Class"),
    "media_type": ("类型", "Media type"), "size_bytes": ("大小", "Size"), "sha256": ("散列", "Hash"),
}  # fmt: skip


def _specs(frame: pl.DataFrame) -> list[ColumnSpec]:
    return [
        ColumnSpec(
            name, dtype, "B" if name == "size_bytes" else "", *_WORDS[name], key=name == "name",
            nullable=name == "size_bytes", vocabulary="", references="", form="", choices=(), low=None,
            high=None,
        )
        for name, dtype in frame.schema.items()
    ]  # fmt: skip


@router.get(
    "/reports",
    summary="报告文件 / files of the last run",
    response_class=Response,
    responses=describe_rows("文件 / files"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_reports(request: Request, book: BookOf, portal: PortalOf) -> Response:
    """Return the files that the reader may have; they hold everything, so few may."""
    frame = list_files(portal, book)
    edition = portal.data.edition()
    listing = Listing(
        "reports", "报告文件", "Files", frame, _specs(frame), edition.id if edition else None
    )  # fmt: skip
    return answer_listing(request, book, listing)


@router.get(
    "/reports/{name}",
    summary="取一个文件 / one file",
    response_class=Response,
    responses={
        **UNCHANGED,
        200: {"description": "文件 / the file", "content": {"application/octet-stream": {}}},
    },
)
def get_report(book: BookOf, portal: PortalOf, name: Name) -> Response:
    """Return a file of the last run, to be saved."""
    _, content = read_file(portal, book, name)
    return Response(content, media_type="application/octet-stream", headers=dict(name_file(name)))
