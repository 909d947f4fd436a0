"""The optimum of a small programme by HiGHS alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy

if TYPE_CHECKING:
    from dafeng.power.program import LinearProgram


def find_optimum(program: LinearProgram) -> float:
    """Return the least cost [CNY]."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.columns, program.rows
    model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, program.lower, program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = program.indptr, program.indices
    model.a_matrix_.value_ = program.data
    model.offset_ = program.offset
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS takes it by position
    solver.passModel(model)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(solver.getInfo().objective_function_value)
