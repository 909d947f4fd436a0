"""Scenarios of the last run: levers, and the tables that hold their results."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from dafeng.api.asking import BookOf, Name, PortalOf
from dafeng.api.problems import UNCHANGED
from dafeng.api.routing import ApiRoute
from dafeng.app.portal_figures import list_scenarios, read_scenario

router = APIRouter(tags=["scenarios"], route_class=ApiRoute)


class Scenario(BaseModel):
    """A scenario with its levers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: str = Field(description="编号 / id", examples=["plan"])
    name_zh: str = Field(description="中文名称 / name in Chinese")
    name_en: str = Field(description="英文名称 / name in English")
    inherits: str | None = Field(description="继承自 / scenario that it inherits from")
    autonomous: float = Field(
        description="历史脱钩趋势延续的份额 / share of the historical trend that goes on"
    )
    levers: list[dict[str, Any]] = Field(description="政策杠杆，含单位 / levers with units")


class ScenarioResults(Scenario):
    """A scenario and where its results stand."""

    results: dict[str, int] = Field(
        description="有此情景结果的表及其行数，用 /tables/{表}/rows?scenario=编号 取得 / tables with "
        "results of the scenario and their rows, to be had by /tables/{table}/rows?scenario=ID"
    )


@router.get("/scenarios", summary="情景 / scenarios", responses=UNCHANGED)
def get_scenarios(book: BookOf, portal: PortalOf) -> list[Scenario]:
    """Return the scenarios of the last run with their levers."""
    return [Scenario(**one) for one in list_scenarios(portal, book)]


@router.get("/scenarios/{scenario}", summary="一个情景 / one scenario", responses=UNCHANGED)
def get_scenario(book: BookOf, portal: PortalOf, scenario: Name) -> ScenarioResults:
    """Return a scenario with its levers and the tables that hold its results."""
    found, results = read_scenario(portal, book, scenario)
    return ScenarioResults(**found, results=results)
