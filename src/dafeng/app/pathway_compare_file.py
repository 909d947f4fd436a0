"""Use cases: scenarios side by side, and the levers of a pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.pathway_comparison import MAX_BYTES, read_comparison
from dafeng.app.pathway_engine import build_engine
from dafeng.app.pathway_executor import check_workers
from dafeng.app.pathway_file import calibration_of
from dafeng.app.pathway_output import check_file
from dafeng.app.pathway_scenario import check_plan, collecting, find_scenario, lay_ground
from dafeng.app.pathway_study import study_scenario
from dafeng.errors import Finding, InputRefused
from dafeng.pathway.comparison import compare_scenarios
from dafeng.pathway.lever_list import list_levers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from dafeng.app.pathway_scenario import Ground, GroundRequest
    from dafeng.app.pathway_study import StudyPlan
    from dafeng.job import Job
    from dafeng.pathway.calibration import CalibrationSummary
    from dafeng.scenario import Scenario

COMPARED = ("pathway.peak", "pathway.fan", "pathway.cumulative", "pathway.security")


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """What to lay side by side.

    Parameters
    ----------
    ground : GroundRequest
    scenarios : sequence of str
        Names in the pack or paths of TOML files; differences are to the first.
    plan : StudyPlan
        Draws and seed, the same for all.
    others : sequence of Path
        IAMC tables of other models.
    workers : int
        Processes of this machine; 0 computes here.
    max_bytes : int
        Limit of a file of others. [B]
    output : Path, optional
        File that the answer will be written to.
    """

    ground: GroundRequest
    scenarios: Sequence[str]
    plan: StudyPlan
    others: Sequence[Path] = ()
    workers: int = 0
    max_bytes: int = MAX_BYTES
    output: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PreparedComparison:
    """A comparison that was checked and has not begun."""

    request: CompareRequest
    ground: Ground
    scenarios: tuple[Scenario, ...]
    others: pl.DataFrame
    notes: tuple[Finding, ...]
    calibration: CalibrationSummary


def prepare_comparison(request: CompareRequest) -> PreparedComparison:
    """Check everything that is asked for.

    Raises
    ------
    InputRefused
        With everything that is wrong, scenario by scenario and file by file.
    """
    problems = [*check_plan(request.plan), *check_workers(request.workers, None)]
    if request.output is not None:
        problems += check_file(request.output)
    ground = None
    with collecting(problems):
        ground = lay_ground(request.ground)
    if ground is None:
        raise InputRefused(problems)
    scenarios: list[Scenario] = []
    for name in request.scenarios:
        with collecting(problems):
            scenario = find_scenario(ground.pack, name)
            build_engine(ground.foundation, scenario)
            if scenario.id in {known.id for known in scenarios}:
                raise InputRefused.of("setting_invalid", key="SCENARIO", reason=f"2 × {scenario.id}")
            scenarios.append(scenario)
    with collecting(problems):
        others, notes = read_comparison(ground.pack, request.others, max_bytes=request.max_bytes)
    if problems:
        raise InputRefused(_once(problems))
    return PreparedComparison(request, ground, tuple(scenarios), others, notes, calibration_of(ground))


def compare_pathways(
    prepared: PreparedComparison, job: Job | None = None, executor: Executor | None = None
) -> pl.DataFrame:
    """Return the scenarios side by side: contract :class:`~dafeng.pathway.comparison.ScenarioComparison`.

    Raises
    ------
    InputRefused, Interrupted
        See :func:`dafeng.app.pathway_study.study_scenario`.
    """
    plan, ground = prepared.request.plan, prepared.ground
    made = [
        study_scenario(ground.foundation, scenario, plan, job, executor=executor).tables
        for scenario in prepared.scenarios
    ]
    names = {scenario.id: (scenario.name_zh, scenario.name_en) for scenario in prepared.scenarios}
    tables = {name: pl.concat([each[name] for each in made]) for name in COMPARED}
    return compare_scenarios(names, tables, prepared.others)


def list_pack_levers(request: GroundRequest, name: str) -> pl.DataFrame:
    """Return every lever of a pack with what a scenario orders: contract ``LeverRow``.

    Raises
    ------
    InputRefused
        What is wrong with the pack or the scenario.
    """
    ground = lay_ground(request)
    scenario = find_scenario(ground.pack, name)
    build_engine(ground.foundation, scenario)
    parts = ground.foundation.parts
    return list_levers(ground.foundation.tables, parts.states, scenario, parts.base.year)


def _once(problems: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings without those that say the same."""
    return tuple({finding.text("en"): finding for finding in problems}.values())
