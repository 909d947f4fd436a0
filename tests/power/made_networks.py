"""Small networks that can be solved by hand, and a plain solve for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np

from dafeng.power.assembly import assemble
from dafeng.power.network import Generator, Horizon, Load, Network
from dafeng.power.program import LinearProgram, Solution
from dafeng.power.solution import PlanResult, read_solution

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUSES = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
}


def solve(program: LinearProgram) -> Solution:
    """Solve a small programme by simplex."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.columns, program.rows
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.indptr, program.indices
    lp.a_matrix_.value_ = program.data
    lp.offset_ = program.offset
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)  # noqa: FBT003 - its only form
    highs.passModel(lp)
    highs.run()
    status = STATUSES[highs.getModelStatus()]
    if status != "optimal":
        empty = np.empty(0)
        return Solution(status, float("nan"), float("-inf"), empty, empty, 0.0)
    objective, found = highs.getInfo().objective_function_value, highs.getSolution()
    x, dual = np.array(found.col_value), np.array(found.row_dual)
    return Solution(status, objective, objective, x, dual, 0.0)


def plan(network: Network) -> PlanResult:
    """Assemble, solve, read."""
    assembled = assemble(network)
    solution = solve(assembled.program)
    assert solution.status == "optimal"
    return read_solution(network, assembled, solution)


def one_year(hours: int, hour_weight: float = 1.0, weight: float = 1.0) -> Horizon:
    """Return a horizon of a single short year."""
    return Horizon((2030,), (hours,), (weight,), (1.0,), (hour_weight,))


def electricity(
    generators: Sequence[Generator], demand: Sequence[float], horizon: Horizon | None = None, **more: object
) -> Network:
    """Return a network of one bus ``el`` with one load."""
    profile = np.asarray(demand, dtype=float)
    parts = {"buses": (("el", "electricity"),), "loads": (Load("demand", "el", profile),)} | more
    return Network("made", horizon or one_year(profile.size), generators=tuple(generators), **parts)
