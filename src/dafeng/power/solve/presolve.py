"""A programme without what needs no solver: rows of one entry become bounds, fixed columns constants.

A capacity row of a solar park at night, ``p <= 0 * P``, leaves its column no room inside its bounds; an
interior point wants such columns gone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dafeng.power.program import LinearProgram

    Numbers = NDArray[np.float64]
    Indices = NDArray[np.intp]
    Mask = NDArray[np.bool_]

SAME = 1e-9
"""Bounds that are closer than this, relative to the larger of 1 and their size, fix a column."""
BROKEN = 1e-7
"""An empty row whose sides miss zero by more than this, relative likewise, cannot be kept."""
ROUNDING = 1e-12
"""What a sum over fixed columns may be off, relative to the sum of their sizes."""
ROUNDS = 8


def read_matrix(program: LinearProgram) -> csr_array:
    """Return the matrix of a programme in compressed rows."""
    shape = (program.rows, program.columns)
    return csr_array((program.data, program.indices, program.indptr), shape=shape)


@dataclass(frozen=True)
class SingleRows:
    """Rows with one entry left, as the bounds that they put on their column."""

    row: Indices
    column: Indices
    value: Numbers
    low: Numbers
    high: Numbers

    def price(self, whole: LinearProgram, reduced: Numbers) -> tuple[Indices, Numbers]:
        """Return rows and duals that take over the reduced cost which they cause."""
        lifts = (reduced[self.column] > 0) & (self.low > whole.lower[self.column])
        holds = (reduced[self.column] < 0) & (self.high < whole.upper[self.column])
        tightest = np.where(lifts, -self.low, np.where(holds, self.high, np.inf))
        order = np.lexsort((tightest, self.column))
        order = order[(lifts | holds)[order]]
        _, first = np.unique(self.column[order], return_index=True)
        chosen = order[first]
        return self.row[chosen], reduced[self.column[chosen]] / self.value[chosen]


@dataclass(frozen=True)
class Reduction:
    """A smaller programme with the same optimum, and the way back."""

    program: LinearProgram
    columns: Indices
    """Columns of the whole programme that are left."""
    rows: Indices
    """Rows of the whole programme that are left."""
    lower: Numbers
    """Lower bounds of all columns with what single-entry rows say."""
    upper: Numbers
    broken: Indices
    """Rows that no value of their column, or none at all, can keep: the programme is infeasible."""
    whole: LinearProgram
    singles: SingleRows

    def restore_values(self, values: Numbers) -> Numbers:
        """Return the value of every column, fixed ones included."""
        x = self.lower.copy()
        x[self.columns] = values
        return x

    def restore_duals(self, duals: Numbers) -> Numbers:
        """Return the dual of every row; a single-entry row takes the reduced cost of its column."""
        y = np.zeros(self.whole.rows)
        y[self.rows] = duals
        rows, prices = self.singles.price(self.whole, self.whole.cost - read_matrix(self.whole).T @ y)
        y[rows] = prices
        return y


class _Rounds:
    """The programme while it shrinks: masks over its rows, columns and entries."""

    def __init__(self, program: LinearProgram) -> None:
        self.program = program
        self.lower, self.upper = program.lower.astype(float), program.upper.astype(float)
        self.low, self.high = program.row_lower.astype(float), program.row_upper.astype(float)
        self.columns = np.ones(program.columns, dtype=bool)
        self.rows = np.isfinite(self.low) | np.isfinite(self.high)
        self.row_of = np.repeat(np.arange(program.rows), np.diff(program.indptr))
        self.live = program.data != 0.0
        self.slip = np.zeros(program.rows)
        self.broken: list[Indices] = []
        self.singles: list[SingleRows] = []

    def take_singles(self) -> None:
        entries = np.flatnonzero(self.live & self.rows[self.row_of])
        counts = np.bincount(self.row_of[entries], minlength=self.program.rows)
        entries = entries[counts[self.row_of[entries]] == 1]
        row, column = self.row_of[entries], self.program.indices[entries].astype(np.intp)
        value = self.program.data[entries]
        one, other = self.low[row] / value, self.high[row] / value
        low, high = np.where(value > 0, one, other), np.where(value > 0, other, one)
        np.maximum.at(self.lower, column, low)
        np.minimum.at(self.upper, column, high)
        end = self.upper[column]
        room = SAME * np.maximum(1.0, np.where(np.isfinite(end), np.abs(end), 1.0))
        room += self.slip[row] / np.abs(value)
        self.broken.append(row[self.lower[column] > end + room])
        self.upper[column] = np.maximum(end, self.lower[column])  # crossed by rounding: one value is left
        self.singles.append(SingleRows(row, column, value, low, high))
        empty = self.rows & (counts == 0)
        missed = (self.low > self._room(self.low) + self.slip) | (
            self.high < -self._room(self.high) - self.slip
        )
        self.broken.append(np.flatnonzero(empty & missed))
        self.rows &= counts > 1

    def take_fixed(self) -> bool:
        known = self.columns & np.isfinite(self.lower) & np.isfinite(self.upper)
        lower = np.where(known, self.lower, 0.0)
        fixed = known & (np.where(known, self.upper, 1.0) - lower <= SAME * np.maximum(1.0, np.abs(lower)))
        value = np.where(fixed, self.lower, 0.0)
        entries = np.flatnonzero(self.live & fixed[self.program.indices])
        moved = self.program.data[entries] * value[self.program.indices[entries]]
        activity = np.bincount(self.row_of[entries], weights=moved, minlength=self.program.rows)
        self.low, self.high = self.low - activity, self.high - activity
        size = np.bincount(self.row_of[entries], weights=np.abs(moved), minlength=self.program.rows)
        self.slip += ROUNDING * size
        self.columns &= ~fixed
        self.live[entries] = False
        return bool(fixed.any())

    @staticmethod
    def _room(side: Numbers) -> Numbers:
        return np.asarray(BROKEN * np.maximum(1.0, np.where(np.isfinite(side), np.abs(side), 1.0)))


def reduce_program(program: LinearProgram) -> Reduction:
    """Turn rows with one entry into bounds and take fixed columns and empty rows out.

    Parameters
    ----------
    program : LinearProgram
        Any programme.

    Returns
    -------
    Reduction
        The smaller programme; where ``broken`` is not empty, there is no solution.
    """
    rounds = _Rounds(program)
    for _ in range(ROUNDS):
        rounds.take_singles()
        if not rounds.take_fixed():
            break
    rounds.take_singles()
    return _gather(rounds)


def tighten_bounds(program: LinearProgram) -> Reduction:
    """Turn rows with one entry into bounds, once, and keep every column.

    Parameters
    ----------
    program : LinearProgram
        Any programme.

    Returns
    -------
    Reduction
        Programmes of alike hours keep alike matrices, whatever their bounds are.
    """
    rounds = _Rounds(program)
    rounds.take_singles()
    return _gather(rounds)


def _gather(rounds: _Rounds) -> Reduction:
    program = rounds.program
    columns, rows = np.flatnonzero(rounds.columns), np.flatnonzero(rounds.rows)
    matrix = read_matrix(program)[rows][:, columns]
    matrix.eliminate_zeros()
    matrix.sort_indices()
    gone = ~rounds.columns
    small = replace(
        program,
        cost=program.cost[columns],
        lower=rounds.lower[columns],
        upper=rounds.upper[columns],
        row_lower=rounds.low[rows],
        row_upper=rounds.high[rows],
        indptr=matrix.indptr.astype(np.int32),
        indices=matrix.indices.astype(np.int32),
        data=matrix.data,
        column_hour=program.column_hour[columns],
        row_hour=program.row_hour[rows],
        offset=program.offset + float(program.cost[gone] @ rounds.lower[gone]),
    )
    parts = [[getattr(s, name) for s in rounds.singles] for name in ("row", "column", "value", "low", "high")]
    singles = SingleRows(*(np.concatenate(part) for part in parts))
    broken = np.unique(np.concatenate(rounds.broken))
    return Reduction(small, columns, rows, rounds.lower, rounds.upper, broken, program, singles)
