"""How much of each class plans hold that cost little more than the cheapest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dafeng.app.power_contracts import PowerAlternatives
from dafeng.app.power_solving import ProgramSolver
from dafeng.power.alternatives import open_budget, range_capacities
from dafeng.power.assembly import assemble
from dafeng.table import frame_of

if TYPE_CHECKING:
    import polars as pl

    from dafeng.app.power_study import PowerStudy
    from dafeng.job import Job


def range_study(study: PowerStudy, slack: float, job: Job) -> pl.DataFrame:
    """Return the ranges of a solved plan; two more solves for each class that may be chosen.

    Parameters
    ----------
    study : PowerStudy
    slack : float
        Share of the cheapest plan's cost [1].
    job : Job

    Raises
    ------
    Interrupted
        If the job is cancelled.
    """
    solver = ProgramSolver(study.case.solving, job)
    assembled = assemble(study.network)
    optimum = solver.solve_directly(assembled.program)
    near = open_budget(study.network, assembled, optimum, slack)
    rows = []
    for place, technology in enumerate(near.groups):
        job.advance("power_alternatives", place, len(near.groups))
        found = range_capacities(near, solver.solve_directly, [technology])[0][0]
        rows.append({
            "scenario": study.case.scenario.id, "technology": technology, "slack_share": slack,
            "least_mw": max(found.least, 0.0), "optimal_mw": max(found.optimal, 0.0),
            "most_mw": found.most if math.isfinite(found.most) else None,
        })  # fmt: skip
    return frame_of(rows, PowerAlternatives)
