"""How a programme is solved: with a certificate or without, progress told, cancelled when asked."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused, Interrupted
from dafeng.power.assembly import assemble
from dafeng.power.infeasibility import explain_infeasibility
from dafeng.power.myopic import plan_myopically
from dafeng.power.solution import read_solution
from dafeng.power.solve import solve_certified, solve_direct
from dafeng.power.solve.certified import SHORT, measure_violation
from dafeng.power.solve.weekly import dispatch_weekly

if TYPE_CHECKING:
    from dafeng.job import Job
    from dafeng.power.network import Network
    from dafeng.power.program import LinearProgram, Solution
    from dafeng.power.solution import PlanResult
    from dafeng.power.solve import Outcome

QUICK_GAP = 1e-2
"""Gap at which a plan stops that need not prove the wanted one [1]."""
KEPT = 1e-3
"""Largest distance from a row or a bound at which it counts as kept [MW, MWh]."""


@dataclass(frozen=True, slots=True)
class SolveSettings:
    """How to solve.

    Attributes
    ----------
    gap : float
        Largest proved gap that is good enough [1].
    certificate : bool
        Whether the gap is proved; without it the solve stops at ``QUICK_GAP``, which is told.
    weekly : bool
        Whether the hours are decided week by week afterwards, with the prices of the whole year for what
        lies beyond each week.
    """

    gap: float = 1e-3
    certificate: bool = True
    weekly: bool = False


@dataclass(frozen=True, eq=False)
class Solved:
    """A solved network with what is proved of it.

    Attributes
    ----------
    result : PlanResult
    method : str
    objective : float
        [CNY]
    lower_bound : float or None
        [CNY]; None when nothing is proved.
    gap : float or None
        [1]; None when nothing is proved.
    columns, rows : int
        Size of the programme.
    seconds : float
        Wall time of the solve [s].
    """

    result: PlanResult
    method: str
    objective: float
    lower_bound: float | None
    gap: float | None
    columns: int
    rows: int
    seconds: float


def solve_network(network: Network, foresight: str, settings: SolveSettings, job: Job) -> Solved:
    """Solve a network: all years at once with a certificate, or year by year.

    Parameters
    ----------
    network : Network
    foresight : {"perfect", "myopic"}
    settings : SolveSettings
    job : Job
        Asked at every step of the solver whether to go on.

    Raises
    ------
    NegativeAnswer
        ``power_infeasible_…``: the rules that stand against each other and what would free them.
    Interrupted
        If the job is cancelled.
    """
    program_solver = ProgramSolver(settings, job)
    if foresight == "myopic":
        plan = plan_myopically(network, program_solver.solve_directly)
        assembled, solution, result = plan.assembled, plan.solution, plan.result
        method = f"myopic, {program_solver.method}"
    else:
        assembled = assemble(network)
        solution = program_solver(assembled.program)
        if solution.status == "infeasible":
            raise explain_infeasibility(assembled, program_solver.solve_directly).error()
        if settings.weekly:
            solution = program_solver.roll(assembled.program, solution)
        result, method = read_solution(network, assembled, solution), program_solver.method
    proved = math.isfinite(solution.lower_bound)
    return Solved(
        result=result,
        method=method,
        objective=solution.objective,
        lower_bound=solution.lower_bound if proved else None,
        gap=max(solution.gap, 0.0) if proved else None,
        columns=assembled.program.columns,
        rows=assembled.program.rows,
        seconds=solution.seconds,
    )


class ProgramSolver:
    """Solves programmes as the settings say and passes progress on.

    Parameters
    ----------
    settings : SolveSettings
    job : Job
    """

    def __init__(self, settings: SolveSettings, job: Job) -> None:
        self._settings = settings
        self._job = job
        self.method = ""
        """How the last programme was solved."""

    def __call__(self, program: LinearProgram) -> Solution:
        """Return the solution with its bound; a short programme is solved to its vertex."""
        if program.hours < SHORT:
            return self.solve_directly(program)
        gap = self._settings.gap if self._settings.certificate else max(self._settings.gap, QUICK_GAP)
        return self._check(solve_certified(program, gap=gap, report=self._tell, cancel=self._job.cancelled))

    def solve_directly(self, program: LinearProgram) -> Solution:
        """Return the solution as exactly as the size of the programme allows."""
        return self._check(solve_direct(program, report=self._tell, cancel=self._job.cancelled))

    def roll(self, program: LinearProgram, plan: Solution) -> Solution:
        """Return the hours of a plan decided week by week.

        The bound of the plan holds for it too, unless a rule of the whole year is not kept.
        """
        rolled = self._check(dispatch_weekly(program, plan, report=self._tell, cancel=self._job.cancelled))
        if rolled.status == "infeasible":
            return plan
        kept = measure_violation(program, rolled.x) <= KEPT
        seconds = plan.seconds + rolled.seconds
        return replace(rolled, lower_bound=plan.lower_bound if kept else -math.inf, seconds=seconds)

    def _check(self, outcome: Outcome) -> Solution:
        if outcome.status == "interrupted" or self._job.cancelled.is_set():
            raise Interrupted.of("interrupted")
        self.method = outcome.method
        if outcome.status != "infeasible" and not math.isfinite(outcome.objective):
            raise InputRefused.of("power_unsolved", method=outcome.method, status=outcome.status)
        return outcome

    def _tell(self, done: int, total: int) -> None:
        if total:  # HiGHS does not know how far it is
            self._job.advance("power_solve", done, total)
