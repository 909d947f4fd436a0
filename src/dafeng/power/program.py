"""A linear programme as arrays, whose columns and rows say to which hour they belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GLOBAL = -1
"""Hour of a column or row that belongs to no single hour: capacities, annual limits."""


@dataclass(frozen=True)
class LinearProgram:
    r"""Minimise :math:`c^T x + k` subject to :math:`l \le A x \le u` and :math:`a \le x \le b`.

    Hours are numbered through all periods. A row that links two hours (storage, ramps) carries the later
    one, the first hour of a cyclic year the row that closes the ring. Units are MW, MWh and CNY before
    scaling.
    """

    cost: NDArray[np.float64]
    """Cost of each column, shape (columns,) [CNY per unit of the column]."""
    lower: NDArray[np.float64]
    """Lower bound of each column, shape (columns,); ``-inf`` where there is none."""
    upper: NDArray[np.float64]
    """Upper bound of each column, shape (columns,); ``inf`` where there is none."""
    row_lower: NDArray[np.float64]
    """Lower side of each row, shape (rows,)."""
    row_upper: NDArray[np.float64]
    """Upper side of each row, shape (rows,)."""
    indptr: NDArray[np.int32]
    """Start of each row in ``indices`` and ``data`` (compressed sparse rows), shape (rows + 1,)."""
    indices: NDArray[np.int32]
    """Column of each entry."""
    data: NDArray[np.float64]
    """Value of each entry."""
    column_hour: NDArray[np.int32]
    """Hour of each column, ``GLOBAL`` for capacities, shape (columns,)."""
    row_hour: NDArray[np.int32]
    """Hour of each row, ``GLOBAL`` for annual and capacity limits, shape (rows,)."""
    hours: int
    """Number of hours, all periods together."""
    offset: float = 0.0
    """Constant of the objective [CNY]."""

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.cost.size)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.row_lower.size)


@dataclass(frozen=True)
class Solution:
    """What a solver found, with what it proves."""

    status: str
    """``optimal``, ``feasible`` (stopped at a tolerance), ``infeasible``, ``unbounded``, ``interrupted``."""
    objective: float
    """Objective of ``x`` [CNY]; ``nan`` when there is none."""
    lower_bound: float
    """No solution costs less than this [CNY]; ``-inf`` when nothing is proved."""
    x: NDArray[np.float64]
    """Value of each column, shape (columns,)."""
    row_dual: NDArray[np.float64]
    """Change of the objective per unit of the right-hand side of each row, shape (rows,)."""
    seconds: float
    """Wall time of the solve [s]."""

    @property
    def gap(self) -> float:
        """Relative distance of the objective from what is proved [1]; ``inf`` when nothing is proved."""
        if not np.isfinite(self.lower_bound) or not np.isfinite(self.objective):
            return float("inf")
        return (self.objective - self.lower_bound) / max(abs(self.objective), 1.0)
