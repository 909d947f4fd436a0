"""How lists are answered: pages, CSV, JSON or Parquet, columns with their units and words, names of files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.filters import OWN, filter_frame, read_asked
from dafeng.errors import InputRefused
from dafeng.store.table_bytes import table_as_csv, table_as_parquet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from dafeng.app.register_book import Book
    from dafeng.table import ColumnSpec

Form = Literal["json", "csv", "parquet"]
FORMS: dict[Form, str] = {
    "json": "application/json", "csv": "text/csv", "parquet": "application/vnd.apache.parquet",
}  # fmt: skip
USUAL_ROWS = 100
MOST_ROWS = 10_000
"""Most rows of one page in JSON; CSV and Parquet hold everything unless a limit is given."""
LARGEST_OFFSET = 2**31
WITH_DATA = frozenset({*OWN})


class Column(BaseModel):
    """What a column is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="列名 / name", examples=["co2_kt"])
    type: str = Field(description="类型 / type", examples=["Float64"])
    unit: str = Field(
        description="单位；空为无；若为另一列的列名，则单位逐行写在该列 / unit; empty: none; where it is "
        "the name of another column, that column holds the unit of each row"
    )
    zh: str = Field(description="中文名称 / name in Chinese")
    en: str = Field(description="英文名称 / name in English")
    key: bool = Field(default=False, description="是否主键 / part of the key")
    nullable: bool = Field(default=True, description="可否缺失 / may be missing")


class Rows(BaseModel):
    """A page of rows; a missing value is null, never zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="编号 / id")
    zh: str = Field(description="中文标题 / title in Chinese")
    en: str = Field(description="英文标题 / title in English")
    edition: str | None = Field(None, description="计算结果的版次 / edition of the results")
    columns: list[Column] = Field(description="列，含单位和中英文名称 / columns with units and names")
    total: int = Field(description="符合条件且可见的总行数 / rows that match and may be seen")
    limit: int = Field(description="每页行数 / rows of a page")
    offset: int = Field(description="跳过行数 / rows that are skipped")
    next: str | None = Field(None, description="下一页的相对地址 / relative address of the next page")
    rows: list[dict[str, Any]] = Field(description="行 / rows")


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows that may be answered.

    Parameters
    ----------
    id, zh, en : str
        What the list is called.
    frame : polars.DataFrame
        All rows that the reader may see.
    columns : sequence of ColumnSpec
        Its columns.
    edition : str, optional
        Of the results.
    """

    id: str
    zh: str
    en: str
    frame: pl.DataFrame
    columns: Sequence[ColumnSpec]
    edition: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, ready to be written.

    Parameters
    ----------
    listing : Listing
        Where they are from; its frame is the page.
    total : int
        Rows over all pages. [1]
    limit, offset : int
        Page.
    described : list of dict
        Columns as :class:`Column` has them, where the listing has no contract.
    """

    listing: Listing
    total: int
    limit: int
    offset: int
    described: list[dict[str, Any]] = field(default_factory=list)


def choose_form(request: Request) -> Form:
    """Return the form that is asked for by ``format``, else by ``Accept``; JSON goes first.

    Raises
    ------
    InputRefused
        ``api_format_unknown``.
    """
    given = request.query_params.get("format")
    if given is not None:
        for form in FORMS:
            if given == form:
                return form
        raise InputRefused.of("api_format_unknown", format=ascii(given)[1:40])
    accepted = request.headers.get("Accept", "")
    if "*/*" in accepted or FORMS["json"] in accepted:
        return "json"
    return next((form for form, kind in FORMS.items() if kind in accepted), "json")


def read_page(request: Request, form: Form) -> tuple[int | None, int]:
    """Return limit (None: everything) and offset that are asked for.

    Raises
    ------
    InputRefused
        ``api_page_invalid``.
    """
    usual = USUAL_ROWS if form == "json" else None
    limit, offset = _whole(request, "limit", usual), _whole(request, "offset", 0)
    most = MOST_ROWS if form == "json" else LARGEST_OFFSET
    if (limit is not None and not 1 <= limit <= most) or offset is None or not 0 <= offset <= LARGEST_OFFSET:
        raise InputRefused.of("api_page_invalid", most=MOST_ROWS)
    return limit, offset


def _whole(request: Request, name: str, usual: int | None) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return usual
    if not re.fullmatch(r"[0-9]{1,12}", text, re.ASCII):
        raise InputRefused.of("api_page_invalid", most=MOST_ROWS)
    return int(text)


def answer_listing(
    request: Request, book: Book, listing: Listing, own: frozenset[str] = frozenset()
) -> Response:
    """Return the rows of a list that are asked for, in the form that is asked for.

    Parameters
    ----------
    request : Request
        Its query holds conditions, order, columns and page.
    book : Book
        Of the reader.
    listing : Listing
        Rows that he may see.
    own : frozenset of str
        Further parameters of the endpoint, which are no conditions.

    Raises
    ------
    InputRefused
        As :func:`~dafeng.api.filters.read_asked`, :func:`choose_form`, :func:`read_page`.
    """
    form = choose_form(request)
    specs = {spec.name: spec for spec in listing.columns}
    asked = read_asked(request.query_params.multi_items(), specs, OWN | own)
    limit, offset = read_page(request, form)
    found = filter_frame(listing.frame, asked, book.regions)
    shown = found.slice(offset, limit)
    kept = Listing(
        listing.id, listing.zh, listing.en, shown, [specs[n] for n in shown.columns], listing.edition
    )
    return write_page(request, form, Page(kept, found.height, limit or max(shown.height, 1), offset))


def write_page(request: Request, form: Form, page: Page) -> Response:
    """Return a page in a form."""
    listing = page.listing
    if form == "json":
        body = {
            "id": listing.id, "zh": listing.zh, "en": listing.en, "edition": listing.edition,
            "columns": page.described or [describe_column(spec) for spec in listing.columns],
            "total": page.total, "limit": page.limit, "offset": page.offset,
            "next": _next_page(request, page), "rows": listing.frame.to_dicts(),
        }  # fmt: skip
        return Response(orjson.dumps(body), media_type=FORMS["json"])
    raw = table_as_csv(listing.frame) if form == "csv" else table_as_parquet(listing.frame)
    headers = {"X-Total-Count": str(page.total), **name_file(f"{listing.id}.{form}")}
    return Response(raw, media_type=FORMS[form], headers=headers)


def describe_column(spec: ColumnSpec) -> dict[str, Any]:
    """Return what a column of a contract is."""
    return {
        "name": spec.name, "type": str(spec.dtype), "unit": spec.unit, "zh": spec.zh, "en": spec.en,
        "key": spec.key, "nullable": spec.nullable,
    }  # fmt: skip


def _next_page(request: Request, page: Page) -> str | None:
    """Return the query of the next page: relative to the address of this one."""
    start = page.offset + page.limit
    if start >= page.total:
        return None
    kept = [pair for pair in request.query_params.multi_items() if pair[0] not in {"offset", "limit"}]
    return "?" + urlencode([*kept, ("limit", str(page.limit)), ("offset", str(start))])


def name_file(name: str) -> Mapping[str, str]:
    """Return the headers of a file that is saved, not shown; any name is told safely (RFC 6266, RFC 8187)."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip


def describe_rows(about: str, *, files: bool = True) -> dict[int | str, dict[str, Any]]:
    """Return how the document tells of a list.

    Parameters
    ----------
    about : str
        What the list is.
    files : bool
        Whether it also comes as CSV and Parquet.
    """
    kinds: dict[str, Any] = {}
    if files:
        kinds = {
            FORMS["csv"]: {"schema": {"type": "string"}},
            FORMS["parquet"]: {"schema": {"type": "string", "format": "binary"}},
        }
    return {
        200: {"model": Rows, "description": about, "content": kinds},
        304: {"description": "与 If-None-Match 所指相同 / the same as named by If-None-Match"},
    }
