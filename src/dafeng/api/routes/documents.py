"""Documents made from the last run: which there are, and one as a file."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.answers import name_file
from dafeng.api.asking import BookOf, Name, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.documents import DocumentWish, default_period, list_kinds, list_subjects, make_document

router = APIRouter(tags=["reports"], route_class=ApiRoute)


class DocumentKind(BaseModel):
    """A kind of document that the reader may have made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = Field(description="种类 / kind", examples=["quarterly"])
    period: str = Field(description="默认报告期 / period unless told", examples=["2026-Q3"])
    subjects: dict[str, dict[str, str]] = Field(
        description="可选的市或部门；其他种类为空 / cities or bodies to choose from; empty for other kinds"
    )


@router.get("/documents", summary="可生成的文件 / documents that can be made", responses=UNCHANGED)
def get_documents(book: BookOf, portal: PortalOf) -> list[DocumentKind]:
    """Return the kinds of documents that the reader may have made, with their subjects."""
    return [
        DocumentKind(
            kind=kind, period=default_period(portal, kind), subjects=list_subjects(portal, book, kind)
        )
        for kind in list_kinds(portal, book)
    ]  # fmt: skip


@router.get(
    "/documents/{kind}",
    summary="生成一个文件 / make a document",
    response_class=Response,
    responses={
        **UNCHANGED,
        200: {"description": "文件 / the file", "content": {"application/octet-stream": {}}},
    },
)
def get_document(
    book: BookOf,
    portal: PortalOf,
    kind: Name,
    period: Annotated[str, Query(max_length=20, description="报告期：2025 或 2026-Q3 / period")] = "",
    subject: Annotated[str, Query(max_length=64, description="市代码或部门编号 / city or body")] = "",
    form: Annotated[
        Literal["docx", "html", "md", "xlsx", "pdf"], Query(alias="format", description="格式 / format")
    ] = "docx",
    language: Annotated[Literal["zh", "en"], Query(description="语言 / language")] = "zh",
) -> Response:
    """Return a document as a file; only what the reader may see stands in it."""
    made = make_document(portal, book, DocumentWish(kind, period, subject, form, language))
    return Response(made.raw, media_type="application/octet-stream", headers=dict(name_file(made.name)))
