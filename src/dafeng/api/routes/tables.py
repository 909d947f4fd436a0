"""Tables of the last run, as far as the reader may see them."""

from __future__ import annotations

from typing import Any

import polars as pl
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.answers import (
    Column,
    Listing,
    answer_listing,
    choose_form,
    describe_column,
    describe_rows,
)
from dafeng.api.asking import CONDITIONS, BookOf, Listed, Name, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.portal_answers import list_tables, read_table, require_table_export
from dafeng.table import ColumnSpec, columns_of

router = APIRouter(tags=["tables"], route_class=ApiRoute)
_WORDS = {
    "table_id": ("表", "Table"), "name_zh": ("中文名称", "Chinese name"),
    "name_en": ("英文名称", "English name"), "room": ("分类", "Room"), "stage": ("计算阶段", "Stage"),
    "table_class": ("公开范围", "Class"),
}  # fmt: skip


class TableInfo(BaseModel):
    """What a table is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_id: str = Field(description="编号 / id", examples=["inventory.emissions"])
    name_zh: str = Field(description="中文名称 / name in Chinese")
    name_en: str = Field(description="英文名称 / name in English")
    room: str = Field(description="分类 / room")
    stage: str = Field(description="计算阶段 / stage that made it")
    table_class: str = Field(description="公开范围 / class: public, internal, sensitive")
    edition: str = Field(description="计算结果的版次 / edition of the results")
    as_of: str = Field(description="判断日期 / day of the results")
    rows: int = Field(description="可见行数 / rows that may be seen")
    columns: list[Column] = Field(description="列 / columns")
    steps: list[dict[str, Any]] = Field(description="怎样算出 / how it was made")


@router.get(
    "/tables",
    summary="数据表目录 / tables that may be seen",
    response_class=Response,
    responses=describe_rows("可见的表 / tables that may be seen"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_tables(request: Request, book: BookOf, portal: PortalOf) -> Response:
    """Return the tables of the last run that the reader may see."""
    frame = list_tables(portal, book)
    edition = portal.data.require_edition().id
    return answer_listing(
        request, book, Listing("tables", "数据表", "Tables", frame, _plain_specs(frame), edition)
    )


def _plain_specs(frame: pl.DataFrame) -> list[ColumnSpec]:
    return [
        ColumnSpec(
            name, dtype, "1" if dtype.is_integer() else "", *_WORDS[name], key=name == "table_id",
            nullable=False, vocabulary="", references="", form="", choices=(), low=None, high=None,
        )
        for name, dtype in frame.schema.items()
    ]  # fmt: skip


@router.get("/tables/{table_id}", summary="一张表的说明 / what a table is", responses=UNCHANGED)
def get_table(book: BookOf, portal: PortalOf, table_id: Name) -> TableInfo:
    """Return what a table is: columns with units and words, rows that the reader may see, steps."""
    table = read_table(portal, book, table_id)
    return TableInfo(
        **table.line, edition=table.edition.id, as_of=table.edition.manifest.as_of, rows=table.frame.height,
        columns=[Column(**describe_column(spec)) for spec in columns_of(table.contract)],
        steps=list(table.steps),
    )  # fmt: skip


@router.get(
    "/tables/{table_id}/rows",
    summary="一张表的行 / rows of a table",
    response_class=Response,
    responses=describe_rows("可见的行 / rows that may be seen"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_table_rows(request: Request, book: BookOf, portal: PortalOf, table_id: Name) -> Response:
    """Return rows of a table, filtered, sorted, paged, as JSON, CSV or Parquet."""
    table = read_table(portal, book, table_id)
    if choose_form(request) != "json":
        require_table_export(book, table_id)
    listing = Listing(
        table_id, table.line["name_zh"], table.line["name_en"], table.frame, columns_of(table.contract),
        table.edition.id,
    )  # fmt: skip
    return answer_listing(request, book, listing)
