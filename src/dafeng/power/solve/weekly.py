r"""Dispatch of given capacities, week after week, in one HiGHS object that keeps its basis.

A window takes its first states from the week before. What lies beyond it, later hours and rules of the
whole year, counts with the prices of a plan known before: the cost of a column becomes
:math:`c_j - \sum_{i \notin W} a_{ij} y_i`, the water value at the end of the window among them. Columns that
later hours build upon are drawn to their values in that plan by a small price on the distance, so that
storage over seasons does not drift where its value is flat.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import block_array, csr_array, eye_array

from dafeng.power.program import GLOBAL, LinearProgram
from dafeng.power.solve.bound import prove_objective
from dafeng.power.solve.highs import load_highs
from dafeng.power.solve.outcome import Outcome
from dafeng.power.solve.presolve import read_matrix, tighten_bounds

if TYPE_CHECKING:
    import threading

    from dafeng.power.program import Solution
    from dafeng.power.solve.outcome import Report
    from dafeng.power.solve.presolve import Indices, Mask, Numbers

WEEK = 168
AHEAD = 24
"""Hours that a window looks further than it decides [h]."""
DRAW = 0.02
"""Price of leaving the plan at the end of a window, as a share of the value there [1]."""
METHOD = "weekly dispatch"


def fix_capacities(program: LinearProgram, x: Numbers) -> LinearProgram:
    """Return the programme with every column that belongs to no hour fixed at its value in ``x``."""
    return _fix(program, program.column_hour == GLOBAL, x)


def fix_ring(program: LinearProgram, x: Numbers) -> LinearProgram:
    """Return the programme with columns that an earlier hour builds upon fixed at their value in ``x``."""
    row = np.repeat(program.row_hour, np.diff(program.indptr))
    early = (row != GLOBAL) & (row < program.column_hour[program.indices])
    ring = np.zeros(program.columns, dtype=bool)
    ring[program.indices[early]] = True
    return _fix(program, ring, x)


def _fix(program: LinearProgram, fixed: Mask, x: Numbers) -> LinearProgram:
    x = np.clip(x, program.lower, program.upper)
    lower, upper = np.where(fixed, x, program.lower), np.where(fixed, x, program.upper)
    return replace(program, lower=lower, upper=upper)


def dispatch_weekly(
    program: LinearProgram,
    plan: Solution,
    *,
    window: int = WEEK,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> Outcome:
    """Dispatch the capacities of a plan, hour by hour, in windows.

    Parameters
    ----------
    program : LinearProgram
        The programme, its profiles and costs perhaps others than those of the plan.
    plan : Solution
        Capacities, prices and the states at the ends of windows; one entry for each column and row.
    window : int
        Hours that are decided at a time [h].
    report : callable, optional
        Takes (hours done, hours).
    cancel : threading.Event, optional
        Set from outside to stop.

    Returns
    -------
    Outcome
        ``feasible`` with the cost of the dispatch, prices of a vertex and the bound that they prove for these
        capacities; rules of the whole year are priced, not kept: see
        :func:`dafeng.power.solve.certified.measure_violation`. ``infeasible`` where a window had no way,
        ``interrupted`` where it was stopped.
    """
    start, year = time.monotonic(), _Dispatch(program, plan)
    for first in range(0, program.hours, window):
        last = min(first + window, program.hours)
        if cancel is not None and cancel.is_set():
            return Outcome.without_plan(program, "interrupted", METHOD, start)
        if not year.decide(first, last, min(last + AHEAD, program.hours)):
            return Outcome.without_plan(program, "infeasible", METHOD, start)
        if report is not None:
            report(last, program.hours)
    objective = float(program.cost @ year.x) + program.offset
    bound = prove_objective(fix_capacities(program, plan.x), year.y, objective)
    return Outcome("feasible", objective, bound, year.x, year.y, time.monotonic() - start, METHOD)


class _Dispatch:
    """The year while it is dispatched."""

    def __init__(self, program: LinearProgram, plan: Solution) -> None:
        self.program = fix_ring(fix_capacities(program, plan.x), plan.x)
        self.prices = plan.row_dual
        self.matrix = read_matrix(program)
        self.transposed = self.matrix.T.tocsr()
        self.columns = np.argsort(program.column_hour, kind="stable")
        self.rows = np.argsort(program.row_hour, kind="stable")
        self.column_hour, self.row_hour = program.column_hour[self.columns], program.row_hour[self.rows]
        self.x, self.y = np.clip(plan.x, self.program.lower, self.program.upper), plan.row_dual.copy()
        self.solver: Any = None
        self.loaded: LinearProgram | None = None

    def decide(self, first: int, last: int, end: int) -> bool:
        """Decide the hours up to ``last``, looking on to ``end``; tell whether there was a way."""
        columns = self.columns[slice(*np.searchsorted(self.column_hour, [first, end]))]
        rows = self.rows[slice(*np.searchsorted(self.row_hour, [first, end]))]
        reduction = tighten_bounds(self._cut_out(columns, rows, end))
        if reduction.broken.size:
            return False
        self._load(reduction.program)
        self.solver.run()
        if self.solver.modelStatusToString(self.solver.getModelStatus()) != "Optimal":
            return False
        found = self.solver.getSolution()
        kept = self.program.column_hour[columns] < last
        self.x[columns[kept]] = np.asarray(found.col_value)[: columns.size][kept]
        kept = self.program.row_hour[rows] < last
        duals = reduction.restore_duals(np.asarray(found.row_dual))
        self.y[rows[kept]] = duals[: rows.size][kept]
        return True

    def _cut_out(self, columns: Indices, rows: Indices, end: int) -> LinearProgram:
        """Return the programme of a window; columns outside are given, rows outside are priced."""
        whole, strip, beyond = self.program, self.matrix[rows], self.transposed[columns]
        given = self.x.copy()
        given[columns] = 0.0
        activity = strip @ given
        outside = self.prices.copy()
        outside[rows] = 0.0
        value = beyond @ outside
        border = np.flatnonzero(abs(beyond) @ (whole.row_hour >= end))
        ends = csr_array(
            (np.ones(border.size), (np.arange(border.size), border)), shape=(border.size, columns.size)
        )
        off = eye_array(border.size)
        matrix = block_array([[strip[:, columns], None, None], [ends, -off, off]], format="csr")
        draw = np.tile(DRAW * np.abs(value[border]), 2)
        aim, none = self.x[columns[border]], np.zeros(2 * border.size)
        return LinearProgram(
            cost=np.concatenate([whole.cost[columns] - value, draw]),
            lower=np.concatenate([whole.lower[columns], none]),
            upper=np.concatenate([whole.upper[columns], none + np.inf]),
            row_lower=np.concatenate([whole.row_lower[rows] - activity, aim]),
            row_upper=np.concatenate([whole.row_upper[rows] - activity, aim]),
            indptr=matrix.indptr.astype(np.int32),
            indices=matrix.indices.astype(np.int32),
            data=matrix.data,
            column_hour=np.concatenate([whole.column_hour[columns], none.astype(np.int32) + end - 1]),
            row_hour=np.concatenate([whole.row_hour[rows], np.full(border.size, end - 1, dtype=np.int32)]),
            hours=whole.hours,
        )

    def _load(self, program: LinearProgram) -> None:
        """Hand a window over; where only numbers at the edges changed, the basis stays."""
        known, self.loaded = self.loaded, program
        same = known is not None and all(
            np.array_equal(getattr(known, part), getattr(program, part))
            for part in ("indptr", "indices", "data")
        )
        if not same or known is None or known.columns != program.columns:
            self.solver = load_highs(program)
            return
        columns, rows = np.arange(program.columns, dtype=np.int32), np.arange(program.rows, dtype=np.int32)
        self.solver.changeColsCost(columns.size, columns, program.cost)
        self.solver.changeColsBounds(columns.size, columns, program.lower, program.upper)
        self.solver.changeRowsBounds(rows.size, rows, program.row_lower, program.row_upper)
