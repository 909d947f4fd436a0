"""Laws of the proof: no duals bound a programme above its optimum, and the solver's own close the gap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.power.solve.made_programs import make_program, make_year

from dafeng.power.solve import bound_objective, find_boxes, prove_objective, solve_certified, solve_direct
from dafeng.power.solve.bound import prove_infeasible

if TYPE_CHECKING:
    from dafeng.power.program import LinearProgram

INF = float("inf")
SMALL = st.integers(-4, 4)
YEAR = make_year(48, 1)
OPTIMUM = solve_direct(YEAR, "simplex")


@st.composite
def programs(draw: st.DrawFn) -> LinearProgram:
    """Return small programmes of every kind of bound and row, feasible or not."""
    columns, rows = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    cost = [draw(SMALL) for _ in range(columns)]
    matrix = [[draw(SMALL) for _ in range(columns)] for _ in range(rows)]
    sides = []
    for kind in [draw(st.sampled_from("=<>b")) for _ in range(rows)]:
        low = draw(SMALL)
        high = low if kind == "=" else low + draw(st.integers(1, 5))
        sides.append((-INF if kind == "<" else low, INF if kind == ">" else high))
    bounds = []
    for kind in [draw(st.sampled_from("lubf")) for _ in range(columns)]:
        low = draw(SMALL)
        high = low + draw(st.integers(0, 6))
        bounds.append((-INF if kind in "uf" else low, INF if kind in "lf" else high))
    return make_program(cost, bounds, matrix, sides)


@settings(max_examples=60, deadline=None)
@given(program=programs())
def test_any_small_programme_ends_as_with_simplex(program: LinearProgram) -> None:
    exact, found = solve_direct(program, "simplex"), solve_certified(program, gap=1e-7)
    endless = np.isinf(find_boxes(program).lower) | np.isinf(find_boxes(program).upper)
    unproved = endless.any() and found.lower_bound == -INF
    assert found.status == ("feasible" if unproved and exact.status == "optimal" else exact.status)
    if exact.status == "optimal":
        assert found.objective == pytest.approx(exact.objective, rel=1e-6, abs=1e-6)
        assert found.lower_bound <= exact.objective + 1e-9


@settings(max_examples=60, deadline=None)
@given(program=programs(), data=st.data())
def test_no_duals_bound_above_the_optimum(program: LinearProgram, data: st.DataObject) -> None:
    exact = solve_direct(program, "simplex")
    assume(exact.status == "optimal")
    y = np.array([data.draw(st.floats(-5, 5)) for _ in range(program.rows)])
    for boxes in (find_boxes(program), find_boxes(program, exact.objective + 1e-6)):
        assert bound_objective(program, y, boxes) <= exact.objective + 1e-9


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), noise=st.floats(0, 100))
def test_noise_on_the_prices_of_a_year_only_lowers_the_bound(seed: int, noise: float) -> None:
    y = OPTIMUM.row_dual + noise * np.random.default_rng(seed).normal(size=YEAR.rows)
    assert prove_objective(YEAR, y, OPTIMUM.objective) <= OPTIMUM.objective
    assert bound_objective(YEAR, y, find_boxes(YEAR, OPTIMUM.objective * 1.01)) <= OPTIMUM.objective


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_nothing_proves_a_feasible_year_infeasible(seed: int) -> None:
    assert not prove_infeasible(YEAR, np.random.default_rng(seed).normal(size=YEAR.rows))


def test_exact_prices_prove_the_optimum() -> None:
    assert prove_objective(YEAR, OPTIMUM.row_dual, OPTIMUM.objective) == pytest.approx(OPTIMUM.objective)


def test_a_ray_proves_that_there_is_no_plan() -> None:
    program = make_program([0.0, 0.0], [(0, 1), (0, 1)], [[1, 1], [1, 1]], [(3, INF), (-INF, 9)])
    assert prove_infeasible(program, np.array([1.0, 0.0]))
    assert not prove_infeasible(replace(program, row_lower=np.array([2.0, -INF])), np.array([1.0, 0.0]))


def test_an_endless_column_proves_nothing_without_a_known_plan() -> None:
    program = make_program([1.0, 1.0], [(0, INF), (0, INF)], [[1, 1]], [(4, INF)])
    y = np.array([1.0 + 1e-9])
    assert bound_objective(program, y, find_boxes(program)) == -INF
    assert bound_objective(program, y, find_boxes(program, 4.1)) == pytest.approx(4.0, rel=1e-6)


def test_boxes_follow_from_rows() -> None:
    program = make_program([1.0, 0.0], [(0, 10), (0, INF)], [[1, -2], [1, 1]], [(-INF, 8), (-INF, 25)])
    boxes = find_boxes(program)
    assert boxes.upper == pytest.approx([10, 25])
