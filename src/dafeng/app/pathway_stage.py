"""The stage ``pathway``: every scenario of the pack, who avoids what, and how good the engine was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.app.accounts_stage import ACCOUNTS_FILES, guideline_inventory
from dafeng.app.pathway_answers import (
    HINDCAST_DAY,
    HINDCAST_START,
    attribute_scenario,
    explain_spread,
    look_back,
    price_levers,
)
from dafeng.app.pathway_assumptions import vary_assumptions
from dafeng.app.pathway_engine import PATHWAY_FILES, Foundation, lay_foundation, resolve_all
from dafeng.app.pathway_study import Study, StudyPlan, study_scenario
from dafeng.app.pathway_words import list_parameters, list_scenarios
from dafeng.app.tables import TABLES, name_tables
from dafeng.errors import InputRefused
from dafeng.pathway.stock import fleet_path
from dafeng.provenance import Step
from dafeng.result import Result
from dafeng.table import empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.app.stages import RunContext

STAGE_FILES = tuple(dict.fromkeys((*PATHWAY_FILES, *ACCOUNTS_FILES)))
PREFIX = "pathway."
LACKING = frozenset({
    "pathway_base_missing", "pathway_power_missing", "pathway_driver_missing", "pathway_driver_year_missing",
    "pathway_history_short",
})  # fmt: skip
"""Refusals that leave the pathways out of the main job instead of stopping it: figures are lacking."""
PLANNED = "plan"
"""Scenario that is explained: attribution, costs, spread and assumptions are those of the plan itself."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is computed: the usual run, or the large one.

    Attributes
    ----------
    draws : int
        Futures of a scenario, and of each changed assumption.
    attribution_draws : int
        Common futures of the attribution.
    hindcast_draws : int
    sensitivity_draws : int
        Base draws of the Shapley effects; 0 leaves them out.
    """

    draws: int = 1024
    attribution_draws: int = 64
    hindcast_draws: int = 1024
    sensitivity_draws: int = 0


USUAL = Effort()
LARGE = Effort(10_000, 256, 4096, 1024)


def run_pathways(context: RunContext) -> Result:
    """Return the pathways of the pack; empty tables when it has no scenarios or too few figures on the day.

    Raises
    ------
    InputRefused
        What contradicts itself in the tables and scenarios of the pack.
    """
    empty = {name: empty_table(TABLES[name][0]) for name in TABLES if name.startswith(PREFIX)}
    if not context.pack.scenarios:
        step = Step("pathway.study", "省包没有情景，未测算路径", "no pathways: the pack has no scenarios")
        return Result("pathway", name_tables(empty), (step,))
    try:
        return _study_all(context, empty)
    except InputRefused as refused:
        if {finding.code for finding in refused.findings} - LACKING:
            raise
        step = Step(
            "pathway.study",
            "省包在该日的数据不足，未测算路径",
            "no pathways: too few figures of the pack were known on the day",
        )
        told = tuple(replace(finding, severity="note") for finding in refused.findings)
        return Result("pathway", name_tables(empty), (step,), told)


def _study_all(context: RunContext, empty: dict[str, pl.DataFrame]) -> Result:
    """Return the pathways of a pack that has scenarios."""
    effort = LARGE if "ensemble" in context.extras else USUAL
    lines = guideline_inventory(context).lines
    foundation = lay_foundation(context.pack, context.as_of, lines, accept_findings=context.accept_findings)
    studies = {
        name: study_scenario(foundation, scenario, StudyPlan(effort.draws))
        for name, scenario in resolve_all(context.pack).items()
    }
    frames = empty | join_studies(studies) | tell_all(foundation, studies, effort)
    frames["pathway.scenarios"] = list_scenarios(context.pack, foundation)
    frames["pathway.parameters"] = list_parameters(context.pack)
    frames["pathway.calibration"] = foundation.parts.base.calibration
    frames["pathway.fleet"] = fleet_path(
        foundation.tables, np.arange(foundation.parts.base.year, foundation.parts.factors.last_year + 1)
    )
    frames["pathway.published"] = foundation.tables["published_scenarios"]
    for name in ("lever_ranges", "lever_effects", "driver_outlooks"):
        frames[f"pathway.{name}"] = foundation.tables[name]
    step = Step(
        "pathway.study",
        f"测算 {len(studies)} 个情景，每个 {effort.draws} 种未来",
        f"{len(studies)} scenarios with {effort.draws} futures each",
        {
            "draws": effort.draws,
            "seed": StudyPlan().seed,
            "base_year": foundation.parts.base.year,
            "hindcast_start": HINDCAST_START,
            "hindcast_known": HINDCAST_DAY.isoformat(),
        },
        sum(frame.height for frame in frames.values()),
    )
    return Result("pathway", name_tables(frames), (step,))


def join_studies(studies: Mapping[str, Study]) -> dict[str, pl.DataFrame]:
    """Return the tables of all scenarios, one below the other."""
    names = dict.fromkeys(name for study in studies.values() for name in study.tables)
    return {name: pl.concat([study.tables[name] for study in studies.values()]) for name in names}


def tell_all(foundation: Foundation, studies: Mapping[str, Study], effort: Effort) -> dict[str, pl.DataFrame]:
    """Return attribution, costs, spread and hindcast."""
    frames: dict[str, pl.DataFrame] = {}
    if PLANNED in studies:
        study = studies[PLANNED]
        wedges, totals = attribute_scenario(foundation, study.engine, effort.attribution_draws)
        frames["pathway.wedges"], frames["pathway.wedge_totals"] = wedges, totals
        frames |= price_levers(foundation, wedges)
        frames |= explain_spread(foundation, study, effort.sensitivity_draws)
        frames["pathway.assumptions"] = vary_assumptions(foundation, study.engine.scenario, effort.draws)
    frames |= look_back(foundation, effort.hindcast_draws)
    return frames


def pathway_parameters(context: RunContext) -> dict[str, object]:
    """Return what beside the files changes the result."""
    return {
        "accept_findings": context.accept_findings,
        "as_of": context.as_of.isoformat(),
        "region": context.pack.config.pack.region,
        "gwp_set": context.pack.config.accounts.gwp_set,
        "decisions": context.pack.config.decisions.model_dump(mode="json"),
        "scenarios": {
            name: scenario.model_dump(mode="json") for name, scenario in context.pack.scenarios.items()
        },
        "large": "ensemble" in context.extras,
    }
