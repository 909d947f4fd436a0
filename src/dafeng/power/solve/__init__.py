"""Solvers of power programmes: certified, direct with HiGHS, and dispatch week by week."""

from dafeng.power.solve.bound import bound_objective, find_boxes, prove_objective
from dafeng.power.solve.certified import measure_violation, solve_certified, solve_direct
from dafeng.power.solve.outcome import Outcome

__all__ = [
    "Outcome",
    "bound_objective",
    "find_boxes",
    "measure_violation",
    "prove_objective",
    "solve_certified",
    "solve_direct",
]
