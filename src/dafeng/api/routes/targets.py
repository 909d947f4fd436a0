"""Targets with verdict, warning and evidence."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.answers import Listing, answer_listing, choose_form, describe_rows
from dafeng.api.asking import CONDITIONS, BookOf, Listed, Name, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.portal_answers import require_table_export
from dafeng.app.portal_figures import TARGETS, VERDICTS, WARNINGS, list_targets, read_target

router = APIRouter(tags=["targets"], route_class=ApiRoute)
Line = dict[str, Any]


class Target(BaseModel):
    """A target with what is known of it; what the reader may not see is empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: Line = Field(description="目标 / the target")
    verdict: Line | None = Field(description="结论；空为尚未判定或不可见 / verdict")
    warning: Line | None = Field(description="预警；空为没有或不可见 / warning")
    parts: dict[str, list[Line]] = Field(
        description="各表中有关此目标的行：读法、应达路径、回放、展望、部门 / rows of tables that speak of it"
    )
    evidence: list[Line] = Field(description="结论所依据的数值 / figures that the verdict rests on")
    sources: list[Line] = Field(description="来源 / sources")
    agencies: list[Line] = Field(description="责任单位 / bodies that are responsible")


@router.get(
    "/targets",
    summary="目标、结论和预警 / targets with verdict and warning",
    response_class=Response,
    responses=describe_rows("目标 / targets"),
    dependencies=[Listed],
    openapi_extra=CONDITIONS,
)
def get_targets(request: Request, book: BookOf, portal: PortalOf) -> Response:
    """Return the targets, one line each, for example ``verdict=missed`` or ``level__in=red,amber``."""
    standing = list_targets(portal, book)
    if choose_form(request) != "json":
        for table_id in (TARGETS, VERDICTS, WARNINGS):
            if table_id in portal.data.visible_tables(book):
                require_table_export(book, table_id)
    edition = portal.data.require_edition().id
    listing = Listing("targets", "目标", "Targets", standing.frame, standing.columns, edition)
    return answer_listing(request, book, listing)


@router.get("/targets/{target_id}", summary="一个目标 / one target", responses=UNCHANGED)
def get_target(book: BookOf, portal: PortalOf, target_id: Name) -> Target:
    """Return a target with verdict, warning, milestones, history, evidence, sources and bodies."""
    view = read_target(portal, book, target_id)
    return Target(
        target=dict(view.target), verdict=view.verdict and dict(view.verdict),
        warning=view.warning and dict(view.warning), parts=dict(view.parts), evidence=view.evidence,
        sources=view.sources, agencies=view.agencies,
    )  # fmt: skip
