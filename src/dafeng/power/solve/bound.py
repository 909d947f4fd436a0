r"""What no plan can cost less than, from any duals, exact ones or not.

For any :math:`y` the Lagrangian of a programme bounds its optimum from below,

.. math:: k + \sum_i \min_{l_i \le s \le u_i} y_i s + \sum_j \min_{a_j \le x \le b_j} (c - A^T y)_j x,

with boxes :math:`[a, b]` that an optimal plan keeps. Where the programme gives a column no bound, its box
follows from the rows and from the cost of a known plan, so that a small error of :math:`y` costs little and
never makes the bound wrong. What rounding may have added is taken off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.solve.presolve import read_matrix

if TYPE_CHECKING:
    from dafeng.power.program import LinearProgram
    from dafeng.power.solve.presolve import Numbers

PASSES = 12
"""Most passes over the rows; bounds walk from capacities through outputs, balances and storages."""
SAFETY = 1e-9
"""Implied bounds are widened by this share, so that rounding never cuts a plan off [1]."""
ROUNDING = 2.0**-52
MARGIN = 1e-4
"""What a known plan may cost more when its small violations are mended [1]."""


@dataclass(frozen=True)
class Boxes:
    """Bounds of every column that an optimal plan keeps."""

    lower: Numbers
    upper: Numbers


class _Entries:
    """The entries of the rows and of the objective, which a known cost bounds like a row."""

    def __init__(self, program: LinearProgram, cutoff: float) -> None:
        used = program.data != 0.0
        row = np.repeat(np.arange(program.rows), np.diff(program.indptr))[used]
        priced = np.flatnonzero(program.cost)
        self.row = np.concatenate([row, np.full(priced.size, program.rows)])
        self.column = np.concatenate([program.indices[used], priced])
        self.value = np.concatenate([program.data[used], program.cost[priced]])
        self.low = np.append(program.row_lower, -np.inf)
        self.high = np.append(program.row_upper, cutoff - program.offset)

    def implied(self, boxes: Boxes) -> Boxes:
        """Return the bounds that each row puts on columns, given the boxes of its other columns."""
        one, other = self.value * boxes.lower[self.column], self.value * boxes.upper[self.column]
        rising = self.value > 0
        least, most = np.where(rising, one, other), np.where(rising, other, one)
        above = (self.high[self.row] - self._others(least, -1.0)) / self.value
        below = (self.low[self.row] - self._others(most, 1.0)) / self.value
        lower, upper = np.full(boxes.lower.size, -np.inf), np.full(boxes.lower.size, np.inf)
        np.minimum.at(upper, self.column, np.where(rising, above, below))
        np.maximum.at(lower, self.column, np.where(rising, below, above))
        return Boxes(lower - SAFETY * (1.0 + np.abs(lower)), upper + SAFETY * (1.0 + np.abs(upper)))

    def _others(self, extreme: Numbers, side: float) -> Numbers:
        """Return the sum of a row without the entry, widened by rounding; endless where another is."""
        endless = np.isinf(extreme)
        finite = np.where(endless, 0.0, extreme)
        size = self.low.size
        total = np.bincount(self.row, weights=finite, minlength=size)
        spread = np.bincount(self.row, weights=np.abs(finite), minlength=size)
        count = np.bincount(self.row, weights=endless, minlength=size)
        rest = total[self.row] - finite + side * SAFETY * spread[self.row]
        return np.where(count[self.row] - endless > 0, side * np.inf, rest)


def find_boxes(program: LinearProgram, cutoff: float = math.inf) -> Boxes:
    """Return finite bounds for the columns, as far as they follow from bounds, rows and a known cost.

    Parameters
    ----------
    program : LinearProgram
        Any programme.
    cutoff : float
        Objective of a known plan, so that plans that cost more need not be looked at [CNY].

    Returns
    -------
    Boxes
        Bounds of the programme where it has them, implied ones elsewhere.
    """
    entries = _Entries(program, cutoff)
    boxes = Boxes(program.lower.astype(float), program.upper.astype(float))
    for _ in range(PASSES):
        open_low, open_high = np.isinf(boxes.lower), np.isinf(boxes.upper)
        if not (open_low.any() or open_high.any()):
            break
        with np.errstate(invalid="ignore"):
            implied = entries.implied(boxes)
        lower = np.where(open_low, implied.lower, boxes.lower)
        upper = np.where(open_high, implied.upper, boxes.upper)
        closed = (np.isfinite(lower) & open_low).any() or (np.isfinite(upper) & open_high).any()
        boxes = Boxes(lower, upper)
        if not closed:
            break
    return boxes


def bound_objective(program: LinearProgram, row_dual: Numbers, boxes: Boxes) -> float:
    """Return a value that no solution of the programme can go below.

    Parameters
    ----------
    program : LinearProgram
        Any programme.
    row_dual : array, shape (rows,)
        Any duals; those that point to a side that a row does not have count as zero.
    boxes : Boxes
        Bounds that some optimal solution keeps, see :func:`find_boxes`.

    Returns
    -------
    float
        The bound [CNY]; ``-inf`` where the duals prove nothing.
    """
    y = np.where(np.isfinite(row_dual), row_dual, 0.0)
    y = np.where((y > 0) & np.isinf(program.row_lower) | (y < 0) & np.isinf(program.row_upper), 0.0, y)
    side = np.where(y > 0, program.row_lower, program.row_upper)
    of_rows = np.multiply(y, side, out=np.zeros_like(y), where=y != 0)
    matrix = read_matrix(program)
    reduced = program.cost - matrix.T @ y
    size = np.abs(program.cost) + abs(matrix).T @ np.abs(y)
    count = np.bincount(program.indices, minlength=program.columns)
    doubt = ROUNDING * (count + 2) * size
    low = _least(reduced - doubt, boxes)
    high = _least(reduced + doubt, boxes)
    of_columns = np.minimum(low, high)
    if not np.isfinite(of_columns).all():
        return -math.inf
    terms = np.concatenate([[program.offset], of_rows, of_columns])
    return math.fsum(terms) - 2 * ROUNDING * math.fsum(np.abs(terms))


def _least(reduced: Numbers, boxes: Boxes) -> Numbers:
    """Return the least product of a reduced cost with a value in the box."""
    end = np.where(reduced > 0, boxes.lower, boxes.upper)
    return np.multiply(reduced, end, out=np.zeros_like(reduced), where=reduced != 0)


def prove_objective(program: LinearProgram, row_dual: Numbers, objective: float) -> float:
    """Return what no plan can cost less than, knowing a plan and any duals.

    Parameters
    ----------
    program : LinearProgram
        Any programme.
    row_dual : array, shape (rows,)
        Any duals; an empty array proves nothing.
    objective : float
        Cost of a known plan, feasible up to a tolerance, which gets a margin here [CNY].

    Returns
    -------
    float
        The bound [CNY], never above the objective itself.
    """
    if row_dual.size != program.rows:
        return -math.inf
    cutoff = objective + MARGIN * max(abs(objective), 1.0)
    return min(bound_objective(program, row_dual, find_boxes(program, cutoff)), objective)


def prove_infeasible(program: LinearProgram, row_dual: Numbers) -> bool:
    """Tell whether duals are a ray that no plan can pass (Farkas): the bound of zero costs above zero.

    Parameters
    ----------
    program : LinearProgram
        Any programme.
    row_dual : array, shape (rows,)
        Duals that grew beyond all costs, or those of a programme that counts violations only.
    """
    largest = float(np.abs(row_dual).max(initial=0.0))
    if not 0.0 < largest < math.inf:
        return False
    free = replace(program, cost=np.zeros(program.columns), offset=0.0)
    return bound_objective(free, row_dual / largest, find_boxes(free)) > 0.0
