"""What handlers get: who answers, the book in the name of who asks; parameters that every list has.

These are coroutines although they wait for nothing: each plain function would cost a hop to another thread.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from dafeng.app.portal import Portal
from dafeng.app.register_book import Book
from dafeng.doors.visitor import portal_of, visitor_of


async def read_book(request: Request) -> Book:
    """Return the book in the name of who asks."""
    return visitor_of(request).book


async def read_portal(request: Request) -> Portal:
    """Return who answers."""
    return portal_of(request)


BookOf = Annotated[Book, Depends(read_book)]
PortalOf = Annotated[Portal, Depends(read_portal)]
Name = Annotated[str, Path(min_length=1, max_length=200)]


async def list_parameters(
    sort: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="排序列，逗号分隔，前加 - 为降序 / columns of the order, commas between, - descends",
            examples=["-year,region"],
        ),
    ] = None,
    columns: Annotated[
        str | None,
        Query(max_length=4000, description="只要这些列，逗号分隔 / only these columns, commas between"),
    ] = None,
    limit: Annotated[
        int | None,
        Query(
            ge=1,
            le=2**31,
            description="每页行数；JSON 默认 100、最多 10000，CSV 和 Parquet 默认全部 / rows of a page; "
            "JSON: 100 unless told, at most 10,000; CSV and Parquet: all unless told",
        ),
    ] = None,
    offset: Annotated[int, Query(ge=0, le=2**31, description="跳过行数 / rows to skip")] = 0,
    form: Annotated[
        str | None,
        Query(
            alias="format",
            pattern="^(json|csv|parquet)$",
            description="json、csv 或 parquet；不写则按 Accept / or by the header Accept",
        ),
    ] = None,
) -> None:
    """Tell the document what every list takes; :mod:`dafeng.api.answers` reads it from the query."""


Listed = Depends(list_parameters)
CONDITIONS: dict[str, Any] = {
    "parameters": [
        {
            "name": "conditions", "in": "query", "required": False, "style": "form", "explode": True,
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
            "description": "条件：列名=值，或 列名__运算=值（eq ne lt le gt ge in contains starts "
            "below missing present），须同时成立 / conditions: column=value or column__operator=value; "
            "all must hold",
            "example": {"year__ge": "2020"},
        }
    ]
}  # fmt: skip
"""Parameters that bear the names of columns."""
