"""What is read back, and how inexact solutions show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dafeng.power.assembly import assemble
from dafeng.power.network import Generator, Horizon, StorageUnit
from dafeng.power.solution import BALANCE_TOLERANCE, measure_exactness, read_solution

from .made_networks import electricity, plan, solve

BASE = Generator("base", "el", p_nom=100.0, marginal_cost=200.0)
LATE = Generator("late", "el", extendable=True, marginal_cost=100.0, capital_cost=1.0, build_year=2035)
HORIZON = Horizon((2030, 2035), (2, 2), (3.0, 2.0), (5.0, 5.0))
NETWORK = electricity([BASE, LATE], [50.0, 60.0, 70.0, 80.0], HORIZON)


def test_hours_of_assets_that_do_not_stand_are_zero() -> None:
    result = plan(NETWORK)
    assert result.power["late"] == pytest.approx([0.0, 0.0, 70.0, 80.0])
    assert result.capacity == pytest.approx({"base": 100.0, "late": 80.0})
    assert result.active_capacity("late", 2030, NETWORK) == 0.0
    assert result.active_capacity("late", 2035, NETWORK) == pytest.approx(80.0)
    with pytest.raises(KeyError):
        result.active_capacity("nobody", 2035, NETWORK)


def test_exact_solutions_are_exact() -> None:
    exact = plan(NETWORK).exactness
    assert exact.balance < BALANCE_TOLERANCE
    assert exact.gap == pytest.approx(0.0)


def test_every_kind_of_error_shows() -> None:
    assembled = assemble(NETWORK)
    solution = solve(assembled.program)
    x = solution.x.copy()
    x[assembled.map.power["base"][1]] += 8e-3
    off = measure_exactness(assembled, replace(solution, x=x))
    assert off.balance == pytest.approx(1e-4)
    x = solution.x.copy()
    x[assembled.map.capacity["late"]] = -2.0
    off = measure_exactness(assembled, replace(solution, x=x))
    assert off.bounds == pytest.approx(2.0)
    assert off.rows == pytest.approx(82.0)
    open_bound = measure_exactness(assembled, replace(solution, lower_bound=-np.inf))
    assert open_bound.gap == np.inf
    loose = measure_exactness(assembled, replace(solution, lower_bound=0.9 * solution.objective))
    assert loose.gap == pytest.approx(0.1)


def test_rounding_at_a_bound_is_set_right_and_more_is_not() -> None:
    assembled = assemble(NETWORK)
    solution = solve(assembled.program)
    for miss, read in ((9e-5, 0.0), (2e-4, -2e-4)):
        x = solution.x.copy()
        x[assembled.map.power["base"][0]] = -miss
        x[assembled.map.capacity["late"]] = -miss / 100.0
        result = read_solution(NETWORK, assembled, replace(solution, x=x))
        assert result.power["base"][0] == read
        assert result.capacity["late"] == read / 100.0
        assert result.exactness.bounds == pytest.approx(miss)


def test_without_duals_prices_are_zero_not_missing() -> None:
    assembled = assemble(NETWORK)
    solution = solve(assembled.program)
    result = read_solution(NETWORK, assembled, replace(solution, row_dual=np.zeros(assembled.program.rows)))
    assert result.prices["el"].tolist() == [0.0] * 4


def test_charging_is_negative_and_energy_is_at_the_end_of_the_hour() -> None:
    sun = Generator("sun", "el", p_nom=30.0, p_max_pu=np.array([1.0, 0.0]))
    battery = StorageUnit("battery", "el", p_nom=30.0, efficiency_store=0.5)
    result = plan(electricity([sun, BASE], [0.0, 15.0], storage_units=(battery,)))
    assert result.power["battery"] == pytest.approx([-30.0, 15.0])
    assert result.energy["battery"] == pytest.approx([15.0, 0.0])
