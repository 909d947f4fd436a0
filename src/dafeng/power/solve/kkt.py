"""The linear system of an interior point, factorised with a fixed order of elimination.

Slacks are eliminated, what stays is quasi-definite, so any symmetric order has a stable factor (Vanderbei
1995, SIAM J. Optim. 5). QDLDL keeps the order and the pattern between iterations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import block_array, csr_array, diags_array, vstack

if TYPE_CHECKING:
    from dafeng.power.solve.presolve import Numbers
    from dafeng.power.solve.standard import StandardForm

REGULAR = 1e-9
"""Added to both diagonals; what it changes is refined away."""
REFINE = 1e-6
"""Residual, relative to the right side, that calls for refinement."""
REFINEMENTS = 3
LONG = 1000
"""Entries of a column that make it long."""
CHUNK = 24
"""Entries of each copy of a long column."""


class FactorError(ArithmeticError):
    """The system has no factor at the precision of numbers here."""


class KktSystem:
    """Solves ``[-D A'; A E] (dx, dy) = (r, s)`` for changing diagonals."""

    def __init__(self, form: StandardForm) -> None:
        self.form = form
        lifted = split_long_columns(form.matrix)
        self.extra = lifted.shape[0] - form.rows
        ones = (diags_array(np.ones(size)) for size in reversed(lifted.shape))
        upper = block_array([[next(ones), lifted.T], [None, next(ones)]], format="csc")
        upper.sort_indices()
        self.matrix = upper
        self.diagonal = upper.indptr[1:] - 1
        self.solver: Any = None

    def factorise(self, weights: Numbers) -> None:
        """Take the weights of columns and slacks as diagonals and factorise."""
        import qdldl  # noqa: PLC0415 compiled, only where a plan is solved

        form, none = self.form, np.zeros(self.extra)
        self.column_weight = weights[: form.columns]
        self.slack_room = 1.0 / np.maximum(weights[form.columns :], REGULAR)
        self.row_weight = np.zeros(form.rows)
        self.row_weight[form.uneven] = self.slack_room
        columns, rows = np.append(self.column_weight, none), np.append(self.row_weight, none)
        self.matrix.data[self.diagonal] = np.concatenate([-(columns + REGULAR), rows + REGULAR])
        try:
            if self.solver is None:
                self.solver = qdldl.Solver(self.matrix, upper=True)
            else:
                self.solver.update(self.matrix, upper=True)
        except RuntimeError as error:
            raise FactorError(str(error)) from error

    def _back_substitute(self, prices: Numbers, residual: Numbers) -> Numbers:
        n, none = self.form.columns, np.zeros(self.extra)
        step = self.solver.solve(np.concatenate([prices, none, residual, none]))
        return np.concatenate([step[:n], step[n + self.extra : n + self.extra + self.form.rows]])

    def solve(self, prices: Numbers, residual: Numbers) -> tuple[Numbers, Numbers]:
        """Return the step of ``w`` and ``y`` for the right side over ``w`` and over the rows."""
        form, n = self.form, self.form.columns
        right = residual.copy()
        right[form.uneven] -= form.sign * prices[n:] * self.slack_room
        both = np.concatenate([prices[:n], right])
        step = self._back_substitute(both[:n], both[n:])
        allowed = REFINE * np.abs(both).max()
        for _ in range(REFINEMENTS):
            error = both - self._apply(step)
            if not np.abs(error).max() > allowed:
                break
            step += self._back_substitute(error[:n], error[n:])
        dy = step[n:]
        slack = -(prices[n:] + form.sign * dy[form.uneven]) * self.slack_room
        return np.concatenate([step[:n], slack]), dy

    def _apply(self, step: Numbers) -> Numbers:
        form, n = self.form, self.form.columns
        dx, dy = step[:n], step[n:]
        top = form.transposed @ dy - self.column_weight * dx
        return np.concatenate([top, form.matrix @ dx + self.row_weight * dy])


def split_long_columns(matrix: csr_array) -> csr_array:
    """Return the matrix with a copy of each long column for every ``CHUNK`` of its entries.

    A row for each copy says that it equals its column. The minimum-degree order sets columns of more than
    ten roots of the size aside as dense (Amestoy, Davis and Duff 2004, ACM TOMS 30); long ones that it would
    not, cost it minutes, so they are cut.
    """
    rows, columns = matrix.shape
    counts = np.bincount(matrix.indices, minlength=columns)
    long = (counts > LONG) & (counts <= 10.0 * np.sqrt(rows + columns))
    entries = np.flatnonzero(long[matrix.indices])
    order = entries[np.argsort(matrix.indices[entries], kind="stable")]
    starts = np.cumsum(counts[long]) - counts[long]
    first = (np.arange(order.size) - np.repeat(starts, counts[long])) % CHUNK == 0
    indices = matrix.indices.copy()
    indices[order] = columns + np.cumsum(first) - 1
    made = int(first.sum())
    body = csr_array((matrix.data, indices, matrix.indptr), shape=(rows, columns + made))
    row = np.arange(made)
    values = np.concatenate([np.ones(made), -np.ones(made)])
    ends = np.concatenate([columns + row, matrix.indices[order][first]])
    link = csr_array((values, (np.tile(row, 2), ends)), shape=(made, columns + made))
    return vstack([body, link], format="csr")
