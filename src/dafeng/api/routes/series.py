"""Observed series: what is published about the province, with day of publication, source and grade."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.answers import Listing, answer_listing, describe_rows
from dafeng.api.asking import CONDITIONS, BookOf, Listed, Name, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.portal_answers import read_table
from dafeng.app.portal_figures import OBSERVATIONS, SERIES, read_series, read_sources
from dafeng.app.tables import TABLES
from dafeng.table import columns_of

router = APIRouter(tags=["series"], route_class=ApiRoute)


class Series(BaseModel):
    """A series with its observations, every vintage of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    series: dict[str, Any] = Field(description="序列，含单位和口径 / the series with unit and scope")
    observations: list[dict[str, Any]] = Field(
        description="各期数值；known_on 为公布日期 / values by period; known_on is the day of publication"
    )
    sources: list[dict[str, Any]] = Field(description="来源 / sources")


@router.get(
    "/series",
    summary="观测序列 / observed series",
    response_class=Response,
    responses=describe_rows("序列 / series"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_series_list(request: Request, book: BookOf, portal: PortalOf) -> Response:
    """Return the series that are observed."""
    table = read_table(portal, book, SERIES)
    listing = Listing(
        "series", "观测序列", "Observed series", table.frame, columns_of(table.contract), table.edition.id
    )
    return answer_listing(request, book, listing)


@router.get("/series/{series_id}", summary="一个序列 / one series", responses=UNCHANGED)
def get_series(book: BookOf, portal: PortalOf, series_id: Name) -> Series:
    """Return a series with all that was published of it."""
    series, observed = read_series(portal, book, series_id)
    cited = observed["source_id"].to_list()
    return Series(series=series, observations=observed.to_dicts(), sources=read_sources(portal, book, cited))


@router.get(
    "/series/{series_id}/observations",
    summary="一个序列的数值 / values of a series",
    response_class=Response,
    responses=describe_rows("数值 / values"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_observations(request: Request, book: BookOf, portal: PortalOf, series_id: Name) -> Response:
    """Return the observations of a series, also as CSV or Parquet."""
    series, observed = read_series(portal, book, series_id)
    listing = Listing(
        series_id, series["name_zh"], series["name_en"], observed, columns_of(TABLES[OBSERVATIONS][0]),
        portal.data.require_edition().id,
    )  # fmt: skip
    return answer_listing(request, book, listing)
