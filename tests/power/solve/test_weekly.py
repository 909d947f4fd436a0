"""Weekly dispatch keeps every hour, costs about what the best dispatch costs, and reuses its object."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from tests.power.solve.made_programs import make_year, read_global

from dafeng.power.program import GLOBAL
from dafeng.power.solve import solve_certified, solve_direct
from dafeng.power.solve import weekly as weekly_module
from dafeng.power.solve.presolve import read_matrix
from dafeng.power.solve.weekly import dispatch_weekly, fix_capacities

HOURS = 1000


def test_it_costs_little_more_than_the_plan_and_keeps_every_hour() -> None:
    program = make_year(HOURS, 1)
    plan = solve_certified(program, gap=1e-6)
    found = dispatch_weekly(program, plan)
    assert found.status == "feasible"
    activity, hourly = read_matrix(program) @ found.x, program.row_hour != GLOBAL
    assert np.maximum(program.row_lower - activity, activity - program.row_upper)[hourly].max() < 1e-6
    assert (found.x >= program.lower - 1e-7).all()
    assert np.array_equal(read_global(program, found.x), read_global(program, plan.x))
    assert found.objective == pytest.approx(plan.objective, rel=5e-3)
    assert 0 <= found.gap < 0.02


def test_its_bound_holds_for_the_best_dispatch_of_these_capacities() -> None:
    program = make_year(336, 2)
    plan = solve_certified(program, gap=1e-4)
    found = dispatch_weekly(program, plan, window=100)
    best = solve_direct(fix_capacities(program, plan.x), "simplex")
    assert found.lower_bound <= best.objective * (1 + 1e-9)


def test_alike_weeks_reuse_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    program, loads = make_year(HOURS, 3), []
    plan = solve_certified(program, gap=1e-4)
    load = weekly_module.load_highs
    monkeypatch.setattr(weekly_module, "load_highs", lambda part: loads.append(part.rows) or load(part))
    dispatch_weekly(program, plan, window=96)
    assert len(loads) <= 4


def test_it_reports_and_stops() -> None:
    program, cancel, seen = make_year(336, 4), threading.Event(), []
    plan = solve_certified(program)

    def report(done: int, total: int) -> None:
        seen.append((done, total))
        cancel.set()

    assert dispatch_weekly(program, plan, report=report, cancel=cancel).status == "interrupted"
    assert seen == [(168, 336)]
