"""One plan of the power system from inputs to tables: network, programme, solution, certificate, targets."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dafeng.app.power_solving import SolveSettings, solve_network
from dafeng.power.build import build_network
from dafeng.power.build_settings import BuildInputs, PlanSettings
from dafeng.power.contracts import PowerCertificate
from dafeng.power.results import tabulate
from dafeng.power.targets import judge_targets
from dafeng.provenance import Step
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.app.power_demand import PowerDemand
    from dafeng.app.power_profiles import ProfileSet
    from dafeng.app.power_solving import Solved
    from dafeng.job import Job
    from dafeng.power.network import Network
    from dafeng.power.solution import PlanResult
    from dafeng.scenario import Scenario

STAGE = "power"
PARTS = ("power_build", "power_solve", "power_tables")
"""Parts of a plan as progress shows them."""
PASSED_ON = {
    "power.technologies": "power_technologies", "power.parameters": "power_parameters",
    "power.statistics": "power_statistics", "power.corridors_given": "power_corridors",
}  # fmt: skip
"""Result table -> table of the pack that the pages read."""


@dataclass(frozen=True, eq=False)
class PowerCase:
    """Everything that decides a plan; plain data, so that it can be sent to workers.

    Attributes
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of the pack.
    scenario : Scenario
        Resolved; its prices replace those of the pack.
    years : tuple of int
    profiles : ProfileSet
    demand : PowerDemand
    settings : PlanSettings
    solving : SolveSettings
    capacities : mapping of str to float, optional
        Class -> capacity that is given [MW]: dispatch instead of expansion.
    about : tuple of float
        Tolerances of 左右 in targets: the decided one, or all readings [1].
    """

    tables: Mapping[str, pl.DataFrame]
    scenario: Scenario
    years: tuple[int, ...]
    profiles: ProfileSet
    demand: PowerDemand
    settings: PlanSettings = field(default_factory=PlanSettings)
    solving: SolveSettings = field(default_factory=SolveSettings)
    capacities: Mapping[str, float] | None = None
    about: tuple[float, ...] = (0.0,)


@dataclass(frozen=True, eq=False)
class PowerStudy:
    """A solved case.

    Attributes
    ----------
    case : PowerCase
    network : Network
    solved : Solved
    tables : mapping of str to polars.DataFrame
        By table id: ``power.capacity`` …
    steps : tuple of Step
    seconds : mapping of str to float
        Wall time of ``build``, ``solve``, ``tables`` and ``total`` [s].
    """

    case: PowerCase
    network: Network
    solved: Solved
    tables: Mapping[str, pl.DataFrame]
    steps: tuple[Step, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def result(self) -> PlanResult:
        """Capacities, hours and prices."""
        return self.solved.result


def study_power(case: PowerCase, job: Job) -> PowerStudy:
    """Return the plan, or the dispatch, of a case.

    Raises
    ------
    InputRefused
        What the builder and the assembly refuse, all of it at once.
    NegativeAnswer
        ``power_infeasible_…``: which rules stand against each other and what would free them.
    Interrupted
        If the job is cancelled.
    """
    clock = [time.perf_counter()]
    job.advance(PARTS[0], 0, len(PARTS))
    network = lay_network(case)
    clock.append(time.perf_counter())
    job.advance(PARTS[1], 1, len(PARTS))
    solved = solve_network(network, case.settings.foresight, case.solving, job)
    clock.append(time.perf_counter())
    job.advance(PARTS[2], 2, len(PARTS))
    tables = tell_plan(case, network, solved)
    clock.append(time.perf_counter())
    parts = [after - before for before, after in pairwise(clock)]
    seconds = dict(zip(("build", "solve", "tables"), parts, strict=True)) | {"total": clock[-1] - clock[0]}
    return PowerStudy(
        case, network, solved, tables, (case.demand.step, _step(case, network, solved)), seconds
    )


def lay_network(case: PowerCase) -> Network:
    """Return the network of a case; given capacities stand in it as they are.

    Raises
    ------
    InputRefused
        See :func:`dafeng.power.build.build_network`.
    """
    network = build_network(
        BuildInputs(
            tables=case.tables,
            scenario=case.scenario,
            periods=case.years,
            profiles=case.profiles.values,
            demand=case.demand.demand,
            levers=case.demand.levers,
            settings=case.settings,
            hours=case.profiles.hours,
            calendar_years=case.profiles.calendar_years,
        )
    )
    if case.capacities is None:
        return network
    from dafeng.app.power_dispatch import fix_capacities  # noqa: PLC0415 - only a dispatch needs it

    return fix_capacities(network, case.capacities)


def tell_plan(case: PowerCase, network: Network, solved: Solved) -> dict[str, pl.DataFrame]:
    """Return the tables of a solved case with its certificate, profiles, demand and judged targets."""
    name = case.scenario.id
    tables = tabulate(network, case.tables, solved.result, name)
    tables["power.targets"] = judge_targets(network, case.tables, tables, name, case.about)
    tables["power.certificate"] = certify(case, network, solved)
    tables["power.profiles"] = case.profiles.uses
    tables["power.demands"] = case.demand.table
    return tables | {table_id: case.tables[source] for table_id, source in PASSED_ON.items()}


def certify(case: PowerCase, network: Network, solved: Solved) -> pl.DataFrame:
    """Return what the solve cost and proved: contract ``PowerCertificate``."""
    hours = float(sum(network.horizon.hours))
    shared: dict[str, Any] = {
        "scenario": case.scenario.id, "foresight": case.settings.foresight, "hours": hours,
        "columns": float(solved.columns), "rows": float(solved.rows),
    }  # fmt: skip
    gap, bound = solved.gap, solved.lower_bound
    row = shared | {
        "run": "plan" if case.capacities is None else "dispatch", "method": solved.method,
        "objective_cny": solved.objective, "lower_bound_cny": bound, "certified_gap": gap,
        "solve_seconds": solved.seconds,
    }  # fmt: skip
    return frame_of([row], PowerCertificate)


def _step(case: PowerCase, network: Network, solved: Solved) -> Step:
    hours = sum(network.horizon.hours)
    years = ", ".join(map(str, case.years))
    return Step(
        "power.plan" if case.capacities is None else "power.dispatch",
        f"逐时优化电力系统：{years} 年，共 {hours} 小时，方法 {solved.method}",
        f"hourly optimisation of the power system: {years}, {hours} hours, method {solved.method}",
        {
            "scenario": case.scenario.id, "years": list(case.years), "hours": list(network.horizon.hours),
            "foresight": case.settings.foresight, "commitment": case.settings.commitment,
            "method": solved.method, "gap": solved.gap, "notes": dict(network.notes),
        },
        hours,
    )  # fmt: skip
