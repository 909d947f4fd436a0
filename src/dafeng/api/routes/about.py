"""What answers: version, province, edition of the results."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.doors.visitor import portal_of
from dafeng.version import __version__

router = APIRouter(tags=["about"], route_class=ApiRoute)


class About(BaseModel):
    """What answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    software: str = Field(description="软件版本 / version of dafeng")
    pack: str = Field(description="省包 / province pack")
    region: str = Field(description="地区代码 / code of the region")
    edition: str | None = Field(
        description="计算结果的版次；尚无结果时为空 / edition of the results; null before the first run"
    )
    as_of: str | None = Field(description="判断日期 / day of the verdicts")


@router.get("/about", summary="服务信息 / what answers", responses=UNCHANGED)
def read_about(request: Request) -> About:
    """Return what answers."""
    portal = portal_of(request)
    edition = portal.data.edition()
    info = portal.pack.config.pack
    return About(
        software=__version__, pack=info.id, region=info.region,
        edition=edition.id if edition else None, as_of=edition.manifest.as_of if edition else None,
    )  # fmt: skip
