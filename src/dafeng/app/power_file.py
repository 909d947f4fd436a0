"""Use case: the plan of a scenario from its name to a folder; nothing is written before all is checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dafeng.app.pathway_scenario import collecting, find_scenario
from dafeng.app.power_alternatives import range_study
from dafeng.app.power_ground import lay_power_ground
from dafeng.app.power_output import check_power_folder, write_study
from dafeng.app.power_profiles import ProfileRequest, gather_profiles
from dafeng.app.power_solving import SolveSettings
from dafeng.app.power_study import PowerCase, lay_network, study_power
from dafeng.errors import Finding, InputRefused
from dafeng.power.build_settings import PlanSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dafeng.app.pathway_scenario import GroundRequest
    from dafeng.app.power_document import PlanDocument
    from dafeng.app.power_ground import PowerGround
    from dafeng.app.power_study import PowerStudy
    from dafeng.job import Job

FIRST_YEAR, LAST_YEAR, MOST_YEARS = 2000, 2060, 8
LEAST_HOURS, MOST_HOURS = 24, 8784
MOST_GAP = 0.5
MOST_SEED = 2**31 - 1
MOST_PRICE = 1e6
"""[CNY/t]"""
DAY = 24
"""[h]"""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan and where to.

    Parameters
    ----------
    ground : GroundRequest
    scenario : str
        Name in the pack, or path of a TOML file.
    years : tuple of int
    output : Path
        Folder of the results.
    settings : PlanSettings
    solving : SolveSettings
    profiles : ProfileRequest
    alternatives : float, optional
        Share by which near-optimal plans may cost more; none are looked for without it [1].
    """

    ground: GroundRequest
    scenario: str
    years: tuple[int, ...]
    output: Path
    settings: PlanSettings = field(default_factory=PlanSettings)
    solving: SolveSettings = field(default_factory=SolveSettings)
    profiles: ProfileRequest = field(default_factory=ProfileRequest)
    alternatives: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPlan:
    """A plan that was checked and has not begun; nothing is written yet."""

    request: PlanRequest
    ground: PowerGround
    case: PowerCase


@dataclass(frozen=True, slots=True, eq=False)
class PlanAnswer:
    """What came out: the study and the content of ``plan.json``."""

    study: PowerStudy
    document: PlanDocument


def prepare_plan(request: PlanRequest) -> PreparedPlan:
    """Check everything that is asked for: folder, options, pack, scenario, profiles, network.

    Raises
    ------
    InputRefused
        With everything that is wrong.
    """
    problems: list[Finding] = [*check_years(request.years), *check_options(request)]
    with collecting(problems):
        check_power_folder(request.output)
    if problems:
        raise InputRefused(problems)
    ground = lay_power_ground(request.ground)
    case = make_case(ground, request)
    lay_network(case)
    return PreparedPlan(request, ground, case)


def make_case(ground: PowerGround, request: PlanRequest, draw: int | None = None) -> PowerCase:
    """Return the case of a request: scenario, profiles, demand.

    Raises
    ------
    InputRefused
        What is wrong with the scenario, the profile files and the demand, all of it.
    """
    scenario = find_scenario(ground.pack, request.scenario)
    problems: list[Finding] = []
    profiles = demand = None
    with collecting(problems):
        profiles = gather_profiles(ground.tables, scenario.id, request.years, request.profiles)
    with collecting(problems):
        demand = ground.find_demand(scenario, request.years, draw)
    if profiles is None or demand is None:
        raise InputRefused(problems)
    return PowerCase(
        ground.tables,
        scenario,
        request.years,
        profiles,
        demand,
        request.settings,
        request.solving,
        about=ground.about,
    )


def run_plan(prepared: PreparedPlan, job: Job) -> PlanAnswer:
    """Compute a prepared plan and write its folder.

    Raises
    ------
    NegativeAnswer
        The plan is infeasible: which rules stand against each other; nothing is written.
    Interrupted
        If the job is cancelled; nothing is written.
    InputRefused
        ``run_locked``, ``output_not_writable``.
    """
    study = study_power(prepared.case, job)
    extra = {}
    if prepared.request.alternatives is not None:
        extra["power.alternatives"] = range_study(study, prepared.request.alternatives, job)
    job.advance("commit", 0, 1)
    document = write_study(prepared.request.output, prepared.ground, study, extra)
    return PlanAnswer(study, document)


def check_years(years: Sequence[int]) -> list[Finding]:
    """Return what is wrong with the years of a plan."""
    shown = ", ".join(map(str, years)) or "-"
    if not years or list(years) != sorted(set(years)):
        return [Finding("power_periods_order", params={"years": shown})]
    if years[0] < FIRST_YEAR or years[-1] > LAST_YEAR or len(years) > MOST_YEARS:
        reason = f"{FIRST_YEAR} ≤ {shown} ≤ {LAST_YEAR}, ≤ {MOST_YEARS}"
        return [Finding("setting_invalid", params={"key": "--years", "reason": reason})]
    return []


def check_options(request: PlanRequest) -> list[Finding]:
    """Return what is wrong with the numbers of a request."""
    asked = {
        "--gap": (request.solving.gap, 0.0, MOST_GAP),
        "--hours": (request.profiles.hours, LEAST_HOURS, MOST_HOURS),
        "--seed": (request.profiles.seed, 0, MOST_SEED),
        "--weather": (request.profiles.weather, 1950, 2100),
        "--alternatives": (request.alternatives, 0.0, 1.0),
    }
    found = [
        Finding("option_outside", params={"key": key, "value": value, "low": low, "high": high})
        for key, (value, low, high) in asked.items()
        if value is not None and not low <= value <= high
    ]
    hours = request.profiles.hours or 0
    if hours % DAY and LEAST_HOURS <= hours <= MOST_HOURS:
        low = hours // DAY * DAY
        found.append(Finding("power_hours_days", params={"hours": hours, "low": low, "high": low + DAY}))
    given = {"--carbon-price": request.settings.co2_price, "--carbon-cap": request.settings.co2_limit}
    for key, values in given.items():
        if values and len(values) != len(request.years):
            reason = f"{len(values)} ≠ {len(request.years)} (--years)"
            found.append(Finding("setting_invalid", params={"key": key, "reason": reason}))
        if any(value < 0 for value in values):
            found.append(Finding("option_negative", params={"key": key}))
    top = max(request.settings.co2_price, default=0.0)
    if top > MOST_PRICE:
        params = {"key": "--carbon-price", "value": f"{top:g}", "low": 0, "high": f"{MOST_PRICE:g}"}
        found.append(Finding("option_outside", params=params))
    return found
