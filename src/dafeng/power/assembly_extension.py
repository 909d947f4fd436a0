"""A programme with further columns or rows, or another objective: for explanations and alternatives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from dafeng.power.program import GLOBAL, LinearProgram

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.power.assembly_blocks import Indices, Numbers
    from dafeng.power.program import Solution

    Solve = Callable[[LinearProgram], Solution]
    """Anything that solves a programme."""


def matrix_of(program: LinearProgram) -> csr_array:
    """Return the matrix of a programme."""
    shape = (program.rows, program.columns)
    return csr_array((program.data, program.indices, program.indptr), shape=shape)


def append_slacks(program: LinearProgram, rows: Indices, signs: Numbers, cost: Numbers) -> LinearProgram:
    """Add a column without upper bound for each given row, which moves it by its sign.

    Parameters
    ----------
    program : LinearProgram
        Any programme.
    rows, signs, cost : array
        Row, entry and cost of each new column, shape (new columns,).
    """
    count = rows.size
    new = csr_array((signs, (rows, np.arange(count))), shape=(program.rows, count))
    matrix = csr_array(hstack([matrix_of(program), new], format="csr"))
    return replace(
        _with_matrix(program, matrix),
        cost=np.concatenate([program.cost, cost]),
        lower=np.concatenate([program.lower, np.zeros(count)]),
        upper=np.concatenate([program.upper, np.full(count, np.inf)]),
        column_hour=np.concatenate([program.column_hour, program.row_hour[rows]]),
    )


def append_rows(program: LinearProgram, new: csr_array, lower: Numbers, upper: Numbers) -> LinearProgram:
    """Add rows that belong to no single hour.

    Parameters
    ----------
    program : LinearProgram
        Any programme.
    new : csr_array
        Entries of the new rows, shape (new rows, columns).
    lower, upper : array
        Their sides, shape (new rows,).
    """
    matrix = csr_array(vstack([matrix_of(program), new], format="csr"))
    return replace(
        _with_matrix(program, matrix),
        row_lower=np.concatenate([program.row_lower, lower]),
        row_upper=np.concatenate([program.row_upper, upper]),
        row_hour=np.concatenate([program.row_hour, np.full(lower.size, GLOBAL, dtype=np.int32)]),
    )


def with_objective(program: LinearProgram, columns: Indices, cost: Numbers) -> LinearProgram:
    """Return the programme with another objective, zero on all other columns."""
    values = np.zeros(program.columns)
    np.add.at(values, columns, cost)
    return replace(program, cost=values, offset=0.0)


def _with_matrix(program: LinearProgram, matrix: csr_array) -> LinearProgram:
    return replace(
        program,
        indptr=matrix.indptr.astype(np.int32),
        indices=matrix.indices.astype(np.int32),
        data=matrix.data,
    )
