"""The certified solver against simplex; what it says when there is no plan, and that it stops when told."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from tests.power.solve.made_programs import INF, make_program, make_year

from dafeng.power.program import GLOBAL
from dafeng.power.solve import certified as certified_module
from dafeng.power.solve import measure_violation, solve_certified, solve_direct
from dafeng.power.solve.interior import InteriorPoint
from dafeng.power.solve.kkt import KktSystem, split_long_columns
from dafeng.power.solve.standard import standardise


@pytest.mark.parametrize(("hours", "seed"), [(24, 0), (72, 1), (168, 2), (336, 3)])
def test_reaches_the_optimum_of_simplex(hours: int, seed: int) -> None:
    program = make_year(hours, seed)
    exact = solve_direct(program, "simplex")
    found = solve_certified(program, gap=1e-7)
    assert found.status == "optimal"
    assert found.method == "interior point"
    assert found.objective == pytest.approx(exact.objective, rel=1e-6)
    assert found.lower_bound <= exact.objective * (1 + 1e-12)
    assert measure_violation(program, found.x) < 1e-6


def test_the_gap_is_the_distance_of_its_own_cost_and_bound() -> None:
    program = make_year(168, 4)
    exact = solve_direct(program, "simplex").objective
    found = solve_certified(program, gap=0.01)
    assert 0 <= found.gap <= 0.01
    assert found.objective == pytest.approx(program.cost @ found.x + program.offset, rel=1e-12)
    assert found.lower_bound <= exact <= found.objective * (1 + 1e-9)


def test_prices_are_those_of_simplex() -> None:
    program = make_year(72, 5)
    price = solve_direct(program, "simplex").row_dual
    found = solve_certified(program, gap=1e-9)
    right = np.where(np.isfinite(program.row_lower), program.row_lower, program.row_upper)
    assert right @ found.row_dual == pytest.approx(right @ price, rel=1e-4)


def test_simplex_proves_its_own_optimum() -> None:
    found = solve_direct(make_year(72, 6))
    assert (found.status, found.method) == ("optimal", "HiGHS simplex")
    assert found.gap == pytest.approx(0.0, abs=1e-9)


def test_long_programmes_go_to_the_interior_point() -> None:
    found = solve_direct(make_year(1000, 7))
    assert found.method == "interior point"
    assert found.gap <= 1e-6


@pytest.mark.parametrize("solve", [solve_certified, solve_direct])
def test_infeasible_is_named(solve: object) -> None:
    program = make_year(72, 8, cap=0.3, shedding=False)
    few = replace(program, upper=np.where(program.column_hour == GLOBAL, 10.0, program.upper))
    found = solve(few)  # type: ignore[operator]
    assert found.status == "infeasible"
    assert found.lower_bound == INF
    assert np.isnan(found.objective)


def test_an_impossible_row_of_one_entry_is_infeasible() -> None:
    program = make_program([1.0, 1.0], [(0, 1), (0, 1)], [[2, 0], [1, 1]], [(5, 6), (0, 2)])
    assert solve_certified(program).status == "infeasible"


def test_an_empty_row_that_misses_zero_is_infeasible() -> None:
    program = make_program([1.0, 1.0], [(1, 1), (0, 1)], [[2, 0], [1, 1]], [(5, 6), (0, 2)])
    assert solve_certified(program).status == "infeasible"


def test_unbounded_is_named() -> None:
    program = make_program([-1.0, -1.0], [(0, INF), (0, INF)], [[1, -1], [1, -2]], [(-INF, 1), (-INF, 4)])
    assert solve_certified(program).status == "unbounded"


def test_without_rows_bounds_decide() -> None:
    program = make_program([1.0, -2.0], [(1, 3), (0, 4)], [], [])
    found = solve_certified(program)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(-7.0)


def test_single_rows_and_fixed_columns_keep_prices() -> None:
    program = make_program(
        [2.0, 3.0, 7.0], [(0, INF), (0, INF), (1, 1)],
        [[1, 1, 1], [1, 0, 0], [0, 0, 1]], [(10, 10), (-INF, 4), (0, 5)],
    )  # fmt: skip
    found = solve_certified(program, gap=1e-9)
    assert found.x == pytest.approx([4, 5, 1], rel=1e-6)
    assert found.row_dual == pytest.approx([3, -1, 0], abs=1e-5)
    assert found.objective == pytest.approx(30.0)


def test_free_and_upper_bounded_columns() -> None:
    program = make_program(
        [1.0, -1.0, 0.5], [(-INF, INF), (-INF, 3), (-2, INF)],
        [[1, 0, 1], [1, -1, 0]], [(2, INF), (-4, 9)],
    )  # fmt: skip
    exact = solve_direct(program, "simplex")
    found = solve_certified(program, gap=1e-8)
    assert found.objective == pytest.approx(exact.objective, rel=1e-6)


def test_a_set_token_stops_the_interior_point() -> None:
    cancel, seen = threading.Event(), []

    def report(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == 3:
            cancel.set()

    found = solve_certified(make_year(168, 9), report=report, cancel=cancel)
    assert found.status == "interrupted"
    assert len(seen) == 3
    assert all(0 <= done <= total for done, total in seen)


def test_a_set_token_stops_highs() -> None:
    cancel = threading.Event()
    cancel.set()
    found = solve_direct(make_year(2000, 10), "ipx", cancel=cancel)
    assert found.status == "interrupted"
    assert found.lower_bound == -INF


def test_what_a_report_raises_stops_highs() -> None:
    def report(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_direct(make_year(500, 11), "simplex", report=report)


def test_highs_finishes_when_the_interior_point_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certified_module, "LIMIT", 3)
    program = make_year(72, 12)
    found = solve_certified(program)
    assert found.method == "HiGHS simplex"
    assert found.status == "optimal"
    assert found.gap <= 1e-6


def test_long_columns_are_cut_without_changing_the_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    form = standardise(make_year(200, 13))
    weights = np.linspace(0.5, 2.0, form.cost.size)
    right = np.cos(np.arange(form.cost.size)), np.sin(np.arange(form.rows))
    whole = KktSystem(form)
    whole.factorise(weights)
    monkeypatch.setattr("dafeng.power.solve.kkt.LONG", 100)
    monkeypatch.setattr("dafeng.power.solve.kkt.REFINE", 1e-10)
    cut = KktSystem(form)
    cut.factorise(weights)
    assert split_long_columns(form.matrix).shape[1] > form.columns
    for one, other in zip(whole.solve(*right), cut.solve(*right), strict=True):
        assert one == pytest.approx(other, rel=1e-5, abs=1e-5)


def test_the_first_point_is_inside_its_bounds() -> None:
    point = InteriorPoint(standardise(make_year(48, 14))).point
    assert (point.w > 0).all()
    assert (point.z > 0).all()
    assert (point.v > 0).all()


def test_scale_of_money_and_power_does_not_matter() -> None:
    program = make_year(72, 15)
    large = replace(program, cost=program.cost * 1e6, offset=program.offset * 1e6)
    small, found = solve_certified(program, gap=1e-6), solve_certified(large, gap=1e-6)
    assert found.objective == pytest.approx(small.objective * 1e6, rel=1e-5)
