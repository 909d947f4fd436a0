"""Scenarios computed on demand: the pathway explorer for programs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.asking import BookOf, Name, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.portal_explorer import explore, require_explorer
from dafeng.app.portal_wish import SCENARIO, read_wish, write_wish

router = APIRouter(tags=["scenarios"], route_class=ApiRoute)
DIALS: dict[str, Any] = {
    "parameters": [
        {
            "name": "dials", "in": "query", "required": False, "style": "form", "explode": True,
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
            "description": "改动：杠杆=数值、杠杆.end=到位年、growth.gdp=%、growth.export=%、autonomous、"
            "delay，与路径试算页面的地址相同 / changes: lever=value, lever.end=year, growth.gdp=%, "
            "growth.export=%, autonomous, delay; the same as in the address of the explorer page",
            "example": {"L_wind_pv": "150"},
        }
    ]
}  # fmt: skip


class ScenarioAnswer(BaseModel):
    """What common futures say of a scenario; asked again later it rests on more of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: str = Field(description="所改情景 / scenario that was changed")
    changes: dict[str, str] = Field(description="与该情景不同之处 / what differs from it")
    draws: int = Field(description="未来的个数 / futures")
    rounds: int = Field(description="后台已加算的轮数 / rounds of the background that are finished")
    peak: dict[str, Any] = Field(
        description="达峰的份额、年份、峰值及误差（同表 pathway.peak） / share, year and level of the "
        "peak with the error of the sample"
    )
    fan: list[dict[str, Any]] = Field(description="各年分位数 / quantiles of every year")
    cumulative: list[dict[str, Any]] = Field(description="累计排放 / cumulative emissions")
    targets: list[dict[str, Any]] = Field(description="目标达成的份额 / targets reached")
    wedges: list[dict[str, Any]] | None = Field(
        description="减排分解；尚未算出时为空 / who avoids what; null until it was computed"
    )


@router.get(
    "/scenarios/{scenario}/answer",
    summary="试算一个情景 / compute a scenario",
    responses=UNCHANGED,
    openapi_extra=DIALS,
)
def get_answer(request: Request, book: BookOf, portal: PortalOf, scenario: Name) -> ScenarioAnswer:
    """Return what the common futures say of a scenario of the pack, changed as wished."""
    dials = require_explorer(portal, book).ground()[1]
    pairs = [(key, value) for key, value in request.query_params.multi_items() if key != SCENARIO]
    wish = read_wish([(SCENARIO, scenario), *pairs], dials)
    answer, _ = explore(portal, book, wish)
    return ScenarioAnswer(
        scenario=wish.scenario,
        changes={key: value for key, value in write_wish(wish) if key != SCENARIO},
        draws=answer.draws,
        rounds=answer.rounds,
        peak=dict(answer.peak),
        fan=answer.fan.to_dicts(),
        cumulative=answer.cumulative.to_dicts(),
        targets=answer.targets.to_dicts(),
        wedges=None if answer.wedges is None else answer.wedges.to_dicts(),
    )
