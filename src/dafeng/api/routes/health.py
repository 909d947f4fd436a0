"""Health: what an operator should look at; probes need no rights: ``/healthz``, ``/readyz``, ``/metrics``."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.asking import BookOf, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.portal_health import check_health

router = APIRouter(tags=["health"], route_class=ApiRoute)


class Check(BaseModel):
    """One thing that was looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str = Field(description="项目 / what was looked at", examples=["database"])
    state: str = Field(description="状态：good、watch、bad、unknown / state", examples=["good"])
    value: str = Field(description="所见 / what was found")
    zh: str | None = Field(None, description="中文说明和改法 / text and cure in Chinese")
    en: str | None = Field(None, description="英文说明和改法 / text and cure in English")


class Health(BaseModel):
    """Everything that was looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    good: bool = Field(description="是否全部正常 / whether nothing is bad")
    checks: list[Check] = Field(description="检查项目 / checks")


@router.get("/health", summary="系统健康 / system health", responses=UNCHANGED)
def get_health(book: BookOf, portal: PortalOf) -> Health:
    """Return the state of database, folders, disk, results, runs and history."""
    found = check_health(portal, book)
    return Health(
        good=all(one.state != "bad" for one in found),
        checks=[
            Check(
                check=one.id, state=one.state, value=one.value,
                zh=one.finding.text("zh") if one.finding else None,
                en=one.finding.text("en") if one.finding else None,
            )
            for one in found
        ],
    )  # fmt: skip
