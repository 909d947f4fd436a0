r"""The programme as an interior point wants it: scaled, shifted to zero, inequalities with a slack.

.. math:: \min\; c^T w \quad A w_x - \sigma w_s = b,\; w \ge 0,\; w_U \le u

where :math:`w_s` are the slacks of the rows that are no equations. Rows and columns are scaled until their
largest entries are near one (Ruiz 2001, RAL-TR-2001-034), right-hand sides and costs so that nine in ten
are below one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dafeng.power.program import LinearProgram
    from dafeng.power.solve.presolve import Indices, Mask, Numbers

    Places = NDArray[np.integer]

SWEEPS = 8
LARGE = 90.0
"""Percentile of costs and of right-hand sides that becomes one."""


@dataclass(frozen=True)
class StandardForm:
    """A scaled programme over ``w`` (columns, then slacks) and the way back to plain units."""

    matrix: csr_array
    transposed: csr_array
    cost: Numbers
    """Cost of ``w``, zero for slacks, shape (columns + slacks,)."""
    right: Numbers
    """Right-hand side, shape (rows,)."""
    uneven: Indices
    """Rows that have a slack."""
    sign: Numbers
    """-1 where a slack hangs from its upper side, else 1, shape (slacks,)."""
    boxed: Indices
    """Places in ``w`` that have an upper bound."""
    width: Numbers
    """That upper bound, shape (boxed,)."""
    free: Mask
    """Where ``w`` has no bound at all."""
    base: Numbers
    """Value of each column where ``w`` is zero."""
    column_scale: Numbers
    row_scale: Numbers
    cost_scale: float
    cost_base: float
    """Objective where ``w`` is zero [CNY]."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.matrix.shape[0])

    @property
    def columns(self) -> int:
        """Number of columns without slacks."""
        return int(self.matrix.shape[1])

    def apply(self, w: Numbers) -> Numbers:
        """Return the left side of the rows."""
        left: Numbers = self.matrix @ w[: self.columns]
        left[self.uneven] -= self.sign * w[self.columns :]
        return left

    def apply_transposed(self, y: Numbers) -> Numbers:
        """Return the prices of ``w`` under the duals ``y``."""
        return np.concatenate([self.transposed @ y, -self.sign * y[self.uneven]])

    def values(self, w: Numbers) -> Numbers:
        """Return the columns in plain units."""
        return self.base + self.column_scale * w[: self.columns]

    def duals(self, y: Numbers) -> Numbers:
        """Return the duals of the rows in plain units."""
        return np.asarray(y * self.row_scale * self.cost_scale)

    def objective(self, scaled: float) -> float:
        """Return an objective in plain units [CNY]."""
        return self.cost_base + scaled * self.cost_unit

    @property
    def cost_unit(self) -> float:
        """What one unit of the scaled objective is worth [CNY]."""
        return self.cost_scale * self.size

    size: float = 1.0
    """Scale of right-hand sides."""


def standardise(program: LinearProgram) -> StandardForm:
    """Return the scaled form of a programme whose rows each have a side and whose bounds do not cross."""
    row = np.repeat(np.arange(program.rows), np.diff(program.indptr))
    rows, columns = scale_entries(program, row)
    base, sign = _anchor(program.lower, program.upper)
    columns = columns * sign
    uneven = np.flatnonzero(program.row_lower != program.row_upper)
    low, high = program.row_lower[uneven], program.row_upper[uneven]
    slack_base, slack_sign = _anchor(low, high)
    data = program.data * rows[row] * columns[program.indices]
    shape = (program.rows, program.columns)
    matrix = csr_array((data, program.indices, program.indptr), shape=shape)
    plain = csr_array((program.data, program.indices, program.indptr), shape=shape)
    target = program.row_lower.astype(float)
    target[uneven] = slack_base
    right = (target - plain @ base) * rows
    width = np.concatenate([(program.upper - program.lower) / np.abs(columns), (high - low) * rows[uneven]])
    cost = np.concatenate([program.cost * columns, np.zeros(uneven.size)])
    boxed = np.flatnonzero(np.isfinite(width))
    size = _typical(np.concatenate([right, width[boxed]]))
    cost_scale = _typical(cost)
    free = np.concatenate([np.isinf(program.lower) & np.isinf(program.upper), np.zeros(uneven.size, bool)])
    return StandardForm(
        matrix=matrix,
        transposed=matrix.T.tocsr(),
        cost=cost / cost_scale,
        right=right / size,
        uneven=uneven,
        sign=slack_sign,
        boxed=boxed,
        width=width[boxed] / size,
        free=free,
        base=base,
        column_scale=columns * size,
        row_scale=rows,
        cost_scale=cost_scale,
        cost_base=program.offset + float(program.cost @ base),
        size=size,
    )


def _anchor(lower: Numbers, upper: Numbers) -> tuple[Numbers, Numbers]:
    """Return where ``w`` is zero and in which direction it grows."""
    below, above = np.isfinite(lower), np.isfinite(upper)
    base = np.where(below, lower, np.where(above, upper, 0.0))
    return base, np.where(~below & above, -1.0, 1.0)


def _typical(values: Numbers) -> float:
    sizes = np.abs(values[values != 0])
    return float(np.percentile(sizes, LARGE)) if sizes.size else 1.0


def scale_entries(program: LinearProgram, row: Places) -> tuple[Numbers, Numbers]:
    """Return factors of rows and columns that bring the largest entry of each near one."""
    rows, columns = np.ones(program.rows), np.ones(program.columns)
    size = np.abs(program.data)
    for _ in range(SWEEPS):
        scaled = size * rows[row] * columns[program.indices]
        rows /= np.sqrt(_largest(scaled, row, program.rows))
        scaled = size * rows[row] * columns[program.indices]
        columns /= np.sqrt(_largest(scaled, program.indices, program.columns))
    return rows, columns


def _largest(values: Numbers, place: Places, count: int) -> Numbers:
    largest = np.zeros(count)
    np.maximum.at(largest, place, values)
    return np.where(largest > 0, largest, 1.0)
