"""A plan with a proof: an interior point that stops as soon as its own prices prove its cost.

The rule to stop is not a residual but the bound of :mod:`dafeng.power.solve.bound` against the cost of the
plan, both of the whole programme in plain units.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.solve.bound import bound_objective, find_boxes, prove_infeasible
from dafeng.power.solve.highs import has_method, run_method
from dafeng.power.solve.interior import InteriorPoint
from dafeng.power.solve.kkt import FactorError
from dafeng.power.solve.outcome import Outcome
from dafeng.power.solve.presolve import read_matrix, reduce_program
from dafeng.power.solve.standard import standardise

if TYPE_CHECKING:
    import threading

    from dafeng.power.program import LinearProgram
    from dafeng.power.solve.bound import Boxes
    from dafeng.power.solve.highs import Method
    from dafeng.power.solve.interior import Point, State
    from dafeng.power.solve.outcome import Report
    from dafeng.power.solve.presolve import Numbers, Reduction

GAP = 1e-3
LIMIT = 200
"""Iterations before another method is asked."""
NEAR = 3.0
"""The proof is tried once the estimated gap is within this factor of the wanted one."""
CLOSE = 1e-3
"""Row error in scaled units at which a plan is mended to see what it costs."""
EXACT = 1e-9
"""Largest row error in scaled units of a plan that counts as feasible."""
HOPELESS = 20
"""Iterations between two looks for a proof that there is no plan."""
STEPS = 100
"""What progress counts up to."""
SHORT = 1000
"""Below this number of hours simplex is fast enough [h]."""
WORTHY = 1e-4
"""Gap of a plan that is kept, as ``feasible``, where a finer one was wanted and could not be reached [1]."""
FINE = 1e-6
"""Gap of what is called direct [1]."""
METHOD = "interior point"


@dataclass
class _Listener:
    """Looks at each iteration: reports it, and tries the proof when the gap looks small enough."""

    program: LinearProgram
    walk: InteriorPoint
    gap: float
    report: Report | None
    cancel: threading.Event | None
    boxes: Boxes | None = None
    cutoff: float = np.inf
    lower_bound: float = -np.inf
    infeasible: bool = False
    proved: bool = False
    cancelled: bool = False

    def __call__(self, state: State, point: Point) -> bool:
        if self.report is not None:
            self.report(_progress(state, self.gap), STEPS)
        self.cancelled = self.cancel is not None and self.cancel.is_set()
        if self.cancelled:
            return True
        if state.iteration and state.iteration % HOPELESS == 0 and state.row_error > EXACT:
            self.infeasible = self.find_ray()
            return self.infeasible
        if state.row_error > CLOSE or not state.gap < NEAR * self.gap:
            return False
        if self.measure_gap(point) <= self.gap:
            self.settle()
        return self.proved

    def find_ray(self) -> bool:
        """Tell whether the prices prove that no plan keeps all rows."""
        return prove_infeasible(self.program, self.walk.form.duals(self.walk.point.y))

    def measure_gap(self, point: Point) -> float:
        """Return the distance of cost and bound relative to the cost.

        It is proved where the plan keeps its rows: boxes leave only plans out that cost more than ``cutoff``.
        """
        cost = float(self.program.cost @ self.walk.form.values(point.w)) + self.program.offset
        size = max(abs(cost), 1.0)
        if self.boxes is None or cost > self.cutoff:
            self.cutoff, self.lower_bound = cost + NEAR * self.gap * size, -np.inf
            self.boxes = find_boxes(self.program, self.cutoff)
        bound = bound_objective(self.program, self.walk.form.duals(point.y), self.boxes)
        self.lower_bound = max(self.lower_bound, bound)
        return (cost - self.lower_bound) / size

    def settle(self) -> bool:
        """Mend the plan of the last point; tell whether it is feasible and its gap is worth keeping."""
        gap = self.measure_gap(self.walk.point) if self.walk.mend() < EXACT else np.inf
        self.proved = gap <= self.gap
        return gap <= max(self.gap, WORTHY)


def solve_certified(
    program: LinearProgram,
    *,
    gap: float = GAP,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> Outcome:
    """Solve a programme until a plan and a bound on the cost of every plan are within a gap.

    Parameters
    ----------
    program : LinearProgram
        Any programme; made for many alike hours with few columns and rows that couple them.
    gap : float
        Relative distance of cost and bound at which to stop [1].
    report : callable, optional
        Takes (done, total) after each iteration.
    cancel : threading.Event, optional
        Set from outside to stop.

    Returns
    -------
    Outcome
        ``optimal`` with a plan that keeps every row, its cost and the bound; ``feasible`` where the gap was
        not reached; ``infeasible``, ``unbounded`` or ``interrupted`` without a plan. Its ``method`` tells
        when the interior point did not arrive and HiGHS had to finish.
    """
    start = time.monotonic()
    reduction = reduce_program(program)
    if reduction.broken.size:
        return Outcome.without_plan(program, "infeasible", "presolve", start)
    if reduction.program.rows == 0:
        return _ask_highs(program, gap, report, cancel)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"), suppress(FactorError):
        walk = InteriorPoint(standardise(reduction.program))
        listener = _Listener(reduction.program, walk, gap, report, cancel)
        walk.run(listener, LIMIT)
        if listener.cancelled:
            return Outcome.without_plan(program, "interrupted", METHOD, start)
        if listener.infeasible or listener.find_ray():
            return Outcome.without_plan(program, "infeasible", METHOD, start)
        if listener.proved or listener.settle():
            return _read_plan(reduction, listener, start)
    return _ask_highs(program, gap, report, cancel)


def _read_plan(reduction: Reduction, listener: _Listener, start: float) -> Outcome:
    """Return plan, prices and bound of the whole programme."""
    program, walk = reduction.whole, listener.walk
    walk.mend()
    x = np.clip(reduction.restore_values(walk.form.values(walk.point.w)), program.lower, program.upper)
    y = reduction.restore_duals(walk.form.duals(walk.point.y))
    objective = float(program.cost @ x) + program.offset
    bound = min(listener.lower_bound, objective)
    status = "optimal" if listener.proved else "feasible"
    return Outcome(status, objective, bound, x, y, time.monotonic() - start, METHOD)


def solve_direct(
    program: LinearProgram,
    method: Method | None = None,
    *,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> Outcome:
    """Solve a programme as exactly as its size allows.

    Parameters
    ----------
    program : LinearProgram
        Any programme.
    method : {"simplex", "ipx", "hipo", "pdlp"}, optional
        Method of HiGHS; default: simplex for fewer than ``SHORT`` hours, else :func:`solve_certified` with
        a gap of ``FINE``.
    report : callable, optional
        Takes (done, total).
    cancel : threading.Event, optional
        Set from outside to stop.

    Returns
    -------
    Outcome
        See :func:`solve_certified`.

    Raises
    ------
    InputRefused
        If the installed HiGHS does not offer the method.
    """
    if method is None and program.hours >= SHORT:
        return solve_certified(program, gap=FINE, report=report, cancel=cancel)
    return run_method(program, method or "simplex", report=report, cancel=cancel)


def measure_violation(program: LinearProgram, x: Numbers) -> float:
    """Return the largest distance from a row's side or a bound, relative to it (at least to 1) [1]."""
    activity = read_matrix(program) @ x
    sides = (
        (program.row_lower - activity, program.row_lower),
        (activity - program.row_upper, program.row_upper),
        (program.lower - x, program.lower),
        (x - program.upper, program.upper),
    )
    worst = 0.0
    for beyond, side in sides:
        size = np.maximum(1.0, np.abs(np.where(np.isfinite(side), side, 1.0)))
        worst = max(worst, float((beyond / size).max(initial=0.0)))
    return worst


def _progress(state: State, gap: float) -> int:
    """Return how much of the way to the gap is done, in steps of ``STEPS``, by orders of magnitude."""
    if not 0.0 < state.gap < 1.0:
        return 0
    return min(STEPS, int(STEPS * np.log(state.gap) / np.log(gap)))


def _ask_highs(
    program: LinearProgram, gap: float, report: Report | None, cancel: threading.Event | None
) -> Outcome:
    """Let HiGHS finish what the interior point could not."""
    method: Method = "simplex" if program.hours < SHORT else "hipo" if has_method("hipo") else "ipx"
    found = run_method(program, method, report=report, cancel=cancel)
    return replace(found, status="feasible") if found.status == "optimal" and found.gap > gap else found
