"""The slow part ``power``: the plan of the power system for the scenario ``plan``, when it is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dafeng.app.pathway_engine import PATHWAY_FILES
from dafeng.app.pathway_stage import PLANNED
from dafeng.app.power_ground import NEEDED, ground_of
from dafeng.app.power_profiles import ProfileRequest, gather_profiles
from dafeng.app.power_study import PowerCase, study_power
from dafeng.app.tables import name_tables
from dafeng.errors import InputRefused, NegativeAnswer
from dafeng.pack.power_schema import POWER_TABLES
from dafeng.provenance import Step
from dafeng.result import Result
from dafeng.scenario import resolve_scenario

if TYPE_CHECKING:
    from dafeng.app.stages import RunContext
    from dafeng.errors import Finding

PART = "power"
POWER_FILES = tuple(dict.fromkeys((*POWER_TABLES, *PATHWAY_FILES)))
UNKNOWN = "power_demand_missing"
"""Refusal that leaves the plan out where the pathways know too little on the day."""
YEARS = (2025, 2030, 2035)
HOURS: int | None = None
"""Hours of each year; all of them unless a test says fewer."""


def plan_power(context: RunContext) -> Result:
    """Return the plan of the power system; no tables when it is not asked for or the pack has none.

    An infeasible plan is told and stops nothing else of the main job.

    Raises
    ------
    InputRefused
        What contradicts itself in the tables of the power system.
    Interrupted
        If the job is cancelled.
    """
    if PART not in context.extras:
        return Result(PART, {})
    pack = context.pack
    lacking = [name for name in NEEDED if pack.tables[name].is_empty()]
    if lacking or PLANNED not in pack.scenarios:
        return _told(
            "省包没有电力系统或方案情景，未规划", "no plan: the pack has no power system or no scenario plan"
        )
    ground = ground_of(pack, context.as_of, accept_findings=context.accept_findings)
    scenario = resolve_scenario(pack.scenarios[PLANNED], pack.scenarios)
    profiles = gather_profiles(ground.tables, scenario.id, YEARS, ProfileRequest(hours=HOURS))
    demand = ground.find_demand(scenario, YEARS)
    case = PowerCase(ground.tables, scenario, YEARS, profiles, demand, about=ground.about)
    try:
        study = study_power(case, context.job)
    except NegativeAnswer as answer:
        return _told("电力规划不可行，见发现", "the plan is infeasible; see the findings", answer.findings)
    except InputRefused as refused:
        if ground.foundation is not None or {finding.code for finding in refused.findings} - {UNKNOWN}:
            raise
        return _told(
            "该日没有用电需求的展望，未规划", "no plan: no outlook of the demand was known on the day",
            refused.findings,
        )  # fmt: skip
    return Result(PART, name_tables(study.tables), study.steps)


def _told(zh: str, en: str, findings: tuple[Finding, ...] = ()) -> Result:
    """Return a result without tables that says why."""
    told = tuple(replace(finding, severity="warning") for finding in findings)
    return Result(PART, {}, (Step("power.plan", zh, en),), told)


def power_parameters(context: RunContext) -> dict[str, object]:
    """Return what beside the files changes the result; nothing when it is not asked for."""
    if PART not in context.extras:
        return {"wanted": False}
    return {
        "wanted": True,
        "years": list(YEARS),
        "hours": HOURS,
        "accept_findings": context.accept_findings,
        "as_of": context.as_of.isoformat(),
        "region": context.pack.config.pack.region,
        "about": list(context.pack.config.decisions.about.tolerances),
        "scenarios": {
            name: scenario.model_dump(mode="json") for name, scenario in context.pack.scenarios.items()
        },
    }
