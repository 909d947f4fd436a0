"""Plans within a budget: ranges by hand, and sets of plans that differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dafeng.power.alternatives import (
    find_alternatives,
    group_capacities,
    measure_distance,
    open_budget,
    range_capacities,
)
from dafeng.power.assembly import assemble
from dafeng.power.network import CapacityLimit, Generator, Horizon

from .made_networks import electricity, solve

ONE = Generator("one", "el", extendable=True, capital_cost=100.0)
OTHER = replace(ONE, id="other", capital_cost=120.0)
NETWORK = electricity([ONE, OTHER], [50.0])


def near(slack: float = 0.08, network=NETWORK):
    assembled = assemble(network)
    return open_budget(network, assembled, solve(assembled.program), slack)


def test_ranges_by_hand() -> None:
    """All of ``one`` costs 5000; 400 more pay for 20 MW of ``other`` instead, or 4 MW too many of ``one``."""
    budget = near()
    ranges, plans = range_capacities(budget, solve)
    by_name = {item.technology: item for item in ranges}
    assert (by_name["one"].least, by_name["one"].most) == pytest.approx((30.0, 54.0))
    assert (by_name["other"].least, by_name["other"].most) == pytest.approx((0.0, 20.0))
    assert by_name["one"].optimal == pytest.approx(50.0)
    assert {plan.id for plan in plans} == {"least one", "most one", "least other", "most other"}
    assert all(plan.cost <= 5400 * (1 + 1e-9) for plan in plans)


def test_what_costs_nothing_has_no_most() -> None:
    network = electricity([ONE, replace(OTHER, capital_cost=0.0, p_max_pu=0.0)], [50.0])
    ranges, _plans = range_capacities(near(network=network), solve, ["other"])
    assert ranges[0].most == np.inf


def test_different_plans_lean_on_other_technologies() -> None:
    found = find_alternatives(near(), solve)
    assert [plan.id for plan in found] == ["different 1"]
    assert found[0].capacity == pytest.approx({"one": 30.0, "other": 20.0})
    assert found[0].cost == pytest.approx(5400.0)


def test_a_plan_without_room_has_no_alternatives() -> None:
    assert find_alternatives(near(slack=0.0), solve) == []


def test_plans_differ_from_each_other_and_keep_budget_and_rules() -> None:
    rng = np.random.default_rng(3)
    names = ("wind", "sun", "gas", "coal", "water")
    generators = [
        replace(
            ONE, id=name, capital_cost=cost, marginal_cost=marginal,
            p_max_pu=rng.uniform(0.2, 1.0, size=24) if marginal == 0 else 1.0,
        )
        for name, cost, marginal in zip(names, (900, 800, 200, 400, 950), (0, 0, 60, 30, 0), strict=True)
    ]  # fmt: skip
    peak = CapacityLimit("peak", 2030, (("gas", 1.0), ("coal", 1.0), ("wind", 0.1)), ">=", 60.0)
    network = electricity(generators, 50 + 30 * rng.uniform(size=24), capacity_limits=(peak,))
    budget = near(0.1, network)
    found = find_alternatives(budget, solve, count=4)
    assert len(found) >= 2
    plans = [budget.optimum, *found]
    largest = {name: max(1.0, *(plan.capacity[name] for plan in plans)) for name in names}
    for k, plan in enumerate(plans):
        assert plan.cost <= budget.optimum.cost * 1.1 * (1 + 1e-7)
        assert plan.capacity["gas"] + plan.capacity["coal"] + 0.1 * plan.capacity["wind"] >= 60 - 1e-6
        assert all(measure_distance(plan, other, largest) > 0.04 for other in plans[:k])


def test_groups_follow_technologies_in_the_last_period() -> None:
    horizon = Horizon((2030, 2035), (1, 1), (1.0, 1.0), (5.0, 5.0))
    early = replace(ONE, technology="wind", retire_year=2035)
    late = replace(OTHER, technology="wind", build_year=2035)
    later = replace(OTHER, id="third", technology="wind")
    network = electricity([early, late, later], [1.0, 1.0], horizon)
    assembled = assemble(network)
    columns = assembled.map.capacity
    assert group_capacities(network, assembled) == {"wind": {columns["other"]: 1.0, columns["third"]: 1.0}}


def test_a_budget_below_the_optimum_is_a_defect_of_the_caller() -> None:
    assembled = assemble(NETWORK)
    optimum = replace(solve(assembled.program), objective=4000.0)
    with pytest.raises(ValueError, match="infeasible"):
        find_alternatives(open_budget(NETWORK, assembled, optimum), solve)
