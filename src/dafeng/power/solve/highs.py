"""HiGHS fed with arrays: any of its methods, cancelled at any time, with a bound that is proved here.

A programme goes over in one call. HiGHS works in a thread of its own, so that Ctrl-C and the cancel token of
a job are seen while it runs.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dafeng.errors import InputRefused
from dafeng.power.solve.bound import prove_objective
from dafeng.power.solve.outcome import Outcome

if TYPE_CHECKING:
    import threading

    from dafeng.power.program import LinearProgram
    from dafeng.power.solve.outcome import Report

Method = Literal["simplex", "ipx", "hipo", "pdlp"]
POLL = 0.1
"""Time between two looks at the cancel token [s]."""
TOLERANCES: dict[str, str] = {
    "ipx": "ipm_optimality_tolerance",
    "hipo": "ipm_optimality_tolerance",
    "pdlp": "pdlp_optimality_tolerance",
}


def load_highs(program: LinearProgram) -> Any:
    """Return a silent HiGHS object that holds the programme.

    Parameters
    ----------
    program : LinearProgram
        Any programme; its arrays are copied.
    """
    import highspy  # noqa: PLC0415 compiled, only where a plan is solved

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.columns, program.rows
    model.col_cost_, model.offset_ = program.cost, program.offset
    model.col_lower_, model.col_upper_ = program.lower, program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_col_, matrix.num_row_ = program.columns, program.rows
    matrix.start_, matrix.index_, matrix.value_ = program.indptr, program.indices, program.data
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 the name of the option says it
    solver.passModel(model)
    return solver


def has_method(method: Method) -> bool:
    """Tell whether the installed HiGHS offers a method; HiPO needs ``highspy-extras``."""
    import highspy  # noqa: PLC0415 compiled, only where a plan is solved

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 the name of the option says it
    return bool(solver.setOptionValue("solver", method) == highspy.HighsStatus.kOk)


def run_method(
    program: LinearProgram,
    method: Method,
    *,
    tolerance: float | None = None,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> Outcome:
    """Solve a programme with one method of HiGHS, interior points without crossover.

    Parameters
    ----------
    program : LinearProgram
        Any programme.
    method : {"simplex", "ipx", "hipo", "pdlp"}
        Method of HiGHS.
    tolerance : float, optional
        Relative optimality tolerance of the method, simplex has none [1]; default: its own.
    report : callable, optional
        Takes (done, total); HiGHS does not say how far it is, so seconds of unknown total (0).
    cancel : threading.Event, optional
        Set from outside to stop.

    Returns
    -------
    Outcome
        With the bound that its duals prove; ``interrupted`` where it was stopped.

    Raises
    ------
    InputRefused
        If the installed HiGHS does not offer the method.
    """
    if not has_method(method):
        raise InputRefused.of("power_method_missing", method=method)
    start = time.monotonic()
    solver = load_highs(program)
    solver.setOptionValue("solver", method)
    solver.setOptionValue("run_crossover", "off")
    if tolerance is not None and method in TOLERANCES:
        solver.setOptionValue(TOLERANCES[method], tolerance)
    run_highs(solver, report, cancel)
    return read_outcome(solver, program, f"HiGHS {method}", start)


def run_highs(solver: Any, report: Report | None = None, cancel: threading.Event | None = None) -> None:
    """Run a HiGHS object; stop it when it is cancelled or the user presses Ctrl-C."""
    solver.HandleUserInterrupt = True
    start, done = time.monotonic(), False
    solver.startSolve()
    try:
        while not done:
            done, _ = solver.wait(POLL)
            if cancel is not None and cancel.is_set():
                solver.cancelSolve()
            if report is not None:
                report(int(time.monotonic() - start), 0)
    except BaseException:
        solver.cancelSolve()
        solver.wait()
        raise


def read_outcome(solver: Any, program: LinearProgram, method: str, start: float) -> Outcome:
    """Return what a HiGHS object found, with the bound that its duals prove."""
    status = _read_status(solver)
    found = solver.getSolution()
    if status in {"infeasible", "unbounded"} or not found.value_valid:
        return Outcome.without_plan(program, status, method, start)
    x, y = np.asarray(found.col_value), np.asarray(found.row_dual)
    objective = float(program.cost @ x) + program.offset
    proves = status in {"optimal", "feasible"} and found.dual_valid
    bound = prove_objective(program, y, objective) if proves else float("-inf")
    return Outcome(status, objective, bound, x, y, time.monotonic() - start, method)


def _read_status(solver: Any) -> str:
    import highspy  # noqa: PLC0415 compiled, only where a plan is solved

    names = highspy.HighsModelStatus
    known = {
        names.kOptimal: "optimal",
        names.kInfeasible: "infeasible",
        names.kUnbounded: "unbounded",
        names.kUnboundedOrInfeasible: "infeasible",
        names.kInterrupt: "interrupted",
        names.kModelEmpty: "optimal",
    }
    return known.get(solver.getModelStatus(), "feasible")
