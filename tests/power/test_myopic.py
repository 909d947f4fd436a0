"""Planning period by period: what stays, what ages, what the lack of foresight costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dafeng.errors import NegativeAnswer
from dafeng.power.assembly import assemble
from dafeng.power.myopic import group_variants, plan_myopically
from dafeng.power.network import (
    CapacityLimit,
    Commitment,
    EnergyLimit,
    Generator,
    Horizon,
    Link,
    Load,
    Network,
    Reserve,
    StorageUnit,
    Store,
)
from dafeng.power.solution import measure_exactness

from .made_networks import electricity, plan, solve

TWO = Horizon((2030, 2035), (1, 1), (1.0, 1.0), (5.0, 5.0), (1000.0, 1000.0))


def test_what_was_built_stays_although_foresight_would_not_have_built_it() -> None:
    """Coal at 140 a MWh beats wind at 150 in 2030; from 2035 carbon costs 100 and the plant stands idle."""
    coal = Generator("coal", "el", extendable=True, capital_cost=4e4, marginal_cost=100.0, co2=1.0)
    wind = Generator("wind", "el", extendable=True, capital_cost=1.5e5)
    late = replace(wind, id="late", build_year=2035)
    network = replace(electricity([coal, wind, late], [100.0, 100.0], TWO), co2_price=(0.0, 100.0))
    myopic = plan_myopically(network, solve)
    assert myopic.result.capacity == pytest.approx({"coal": 100.0, "wind": 0.0, "late": 100.0})
    assert myopic.solution.objective == pytest.approx(100 * (4e4 + 1e5) + 100 * (4e4 + 1.5e5))
    assert plan(network).objective == pytest.approx(2 * 100 * 1.5e5)
    assert myopic.solution.status == "feasible"
    assert myopic.solution.lower_bound == -np.inf


def test_later_assets_are_chosen_later_and_old_ones_age() -> None:
    first = Generator("first", "el", extendable=True, capital_cost=1.0, retire_year=2035)
    second = replace(first, id="second", build_year=2035, retire_year=9999, capital_cost=2.0)
    result = plan_myopically(electricity([first, second], [10.0, 30.0], TWO), solve).result
    assert result.capacity == pytest.approx({"first": 10.0, "second": 30.0})
    assert result.power["second"] == pytest.approx([0.0, 30.0])


OLD = Generator("old_2030", "el", extendable=True, p_nom_max=600.0, marginal_cost=300.0, retire_year=2035)
LONG = replace(OLD, id="old_2035", retire_year=9999, p_nom_max=500.0)
GAS = Generator("gas", "el", p_nom=1e3, marginal_cost=900.0)


def fleet(terms: dict[str, float]) -> tuple[CapacityLimit, ...]:
    given = tuple(terms.items())
    return (
        CapacityLimit("fleet", 2030, given, "<=", 600.0),
        CapacityLimit("fleet", 2035, given, "<=", 500.0),
    )


def test_an_old_fleet_is_retrofitted_later_although_it_went_on_before() -> None:
    """In 2030 nothing pays but the old fleet; in 2035 the retrofit does, and the fleet gives way to it."""
    retrofit = replace(LONG, id="better", build_year=2035, marginal_cost=200.0, capital_cost=5e4)
    limits = fleet({"old_2030": 1.0, "old_2035": 1.0, "better": 1.0})
    network = electricity([OLD, LONG, retrofit, GAS], [600.0, 600.0], TWO, capacity_limits=limits)
    result = plan_myopically(network, solve).result
    assert result.capacity == pytest.approx(
        {"old_2030": 600.0, "old_2035": 0.0, "better": 500.0, "gas": 1000.0}
    )
    assert result.objective == pytest.approx(1000 * (600 * 300 + 500 * 200 + 100 * 900) + 500 * 5e4)
    assert result.objective == pytest.approx(plan(network).objective)


def test_no_more_is_retrofitted_than_the_age_of_the_fleet_leaves_later() -> None:
    """The retrofit of 2030 stays; had it taken all 600 MW, 100 MW too many would stand in 2035."""
    better = replace(LONG, id="better", p_nom_max=600.0, marginal_cost=100.0, capital_cost=1e4)
    limits = fleet({"old_2030": 1.0, "old_2035": 1.0, "better": 1.0})
    network = electricity([OLD, LONG, better, GAS], [600.0, 600.0], TWO, capacity_limits=limits)
    capacity = plan_myopically(network, solve).result.capacity
    assert capacity["better"] == pytest.approx(500.0)
    assert capacity["old_2030"] == pytest.approx(100.0)


def test_variants_share_what_the_fleet_did() -> None:
    network = electricity(
        [OLD, LONG, GAS], [600.0, 450.0], TWO, capacity_limits=fleet({"old_2030": 1.0, "old_2035": 1.0})
    )
    myopic = plan_myopically(network, solve)
    result = myopic.result
    assert result.capacity["old_2030"] + result.capacity["old_2035"] == pytest.approx(600.0)
    assert result.power["old_2030"] + result.power["old_2035"] == pytest.approx([600.0, 450.0])
    assert result.power["old_2030"][0] == pytest.approx(result.capacity["old_2030"])
    assert measure_exactness(myopic.assembled, myopic.solution).rows < 1e-9


def test_only_the_retirement_year_may_differ_in_a_group() -> None:
    sizes = [len(g.members) for g in group_variants(electricity([OLD, LONG], [1.0, 1.0], TWO))]
    assert sizes == [2]
    other = replace(LONG, marginal_cost=301.0)
    sizes = [len(g.members) for g in group_variants(electricity([OLD, other], [1.0, 1.0], TWO))]
    assert sizes == [1, 1]


def test_limit_that_counts_variants_differently_is_refused() -> None:
    network = electricity([OLD, LONG], [1.0, 1.0], TWO, capacity_limits=fleet({"old_2030": 1.0}))
    with pytest.raises(ValueError, match="differently"):
        plan_myopically(network, solve)


def test_period_without_a_plan_says_why() -> None:
    with pytest.raises(NegativeAnswer) as caught:
        plan_myopically(electricity([replace(GAS, p_nom=10.0)], [5.0, 20.0], TWO), solve)
    assert {f.code for f in caught.value.findings} == {"power_infeasible_shortage"}
    assert caught.value.findings[0].params["period"] == 2035


def full_network(rng: np.random.Generator) -> Network:
    """One of everything, three periods of a day each."""
    hours = 24
    horizon = Horizon((2025, 2030, 2035), (hours,) * 3, (5.0, 4.0, 3.0), (5.0,) * 3, (365.0,) * 3)
    wind = rng.uniform(size=3 * hours)
    standing = Commitment(start_up_cost=20.0, stand_by_cost=2.0, stand_by_co2=0.1, min_up_time=3)
    coal = Generator(
        "coal", "el", p_nom=90.0, marginal_cost=200.0, p_min_pu=0.4, co2=0.8, commitment=standing
    )
    gas = Generator(
        "gas", "el", extendable=True, capital_cost=4e4, marginal_cost=500.0, co2=0.4, ramp_limit_up=0.4
    )
    peaker = replace(gas, id="peaker", build_year=2030)
    turbine = Generator("wind", "el", extendable=True, capital_cost=9e5, p_max_pu=wind, build_year=2030)
    old = Generator(
        "old_2025", "el", extendable=True, p_nom_max=30.0, capital_cost=1e3, retire_year=2030,
        marginal_cost=260.0, e_sum_max=1e5,
    )  # fmt: skip
    long = replace(old, id="old_2035", retire_year=9999)
    terms = (("old_2025", 1.0), ("old_2035", 1.0))
    return Network(
        "full",
        horizon,
        (("el", "electricity"), ("heat", "heat")),
        generators=(
            coal,
            gas,
            peaker,
            turbine,
            old,
            long,
            Generator("shed", "el", p_nom=1e4, marginal_cost=5e3),
        ),
        links=(Link("pump", "el", outputs=(("heat", 2.5 + wind),), extendable=True, capital_cost=1e4),),
        storage_units=(StorageUnit("battery", "el", extendable=True, capital_cost=2e4, max_hours=4.0),),
        stores=(Store("tank", "heat", extendable=True, capital_cost=1e2, standing_loss=0.01),),
        loads=(Load("demand", "el", 60 + 50 * rng.uniform(size=3 * hours)), Load("warm", "heat", 30.0)),
        energy_limits=(EnergyLimit("least_gas", 2030, (("gas", 1.0), ("peaker", 1.0)), ">=", 1e4),),
        capacity_limits=tuple(CapacityLimit("old", p, terms, "<=", 30.0) for p in horizon.periods),
        reserves=(Reserve("up", 8.0, (("coal", 0.5), ("gas", 1.0), ("battery", 1.0)), (("wind", 0.05),)),),
        co2_price=(10.0, 20.0, 30.0),
        co2_limit=(np.inf, 6e5, 5e5),
    )


def test_a_myopic_plan_keeps_every_rule_and_costs_at_least_as_much_as_foresight() -> None:
    network = full_network(np.random.default_rng(7))
    myopic = plan_myopically(network, solve)
    exact = measure_exactness(myopic.assembled, myopic.solution)
    assert max(exact.balance, exact.rows, exact.bounds) < 1e-6
    best = solve(assemble(network).program).objective
    assert myopic.solution.objective >= best * (1 - 1e-9)
    assert len(myopic.stages) == 3


def test_without_choice_myopic_and_perfect_foresight_agree() -> None:
    network = full_network(np.random.default_rng(8))
    network = replace(network, co2_limit=())
    best = plan(network)

    def settle(asset: Generator) -> Generator:
        mw = best.capacity[asset.id]
        return replace(asset, p_nom_min=mw, p_nom_max=mw + 1e-6) if asset.extendable else asset

    settled = replace(
        network,
        generators=tuple(settle(g) for g in network.generators),
        links=tuple(settle(link) for link in network.links),
        storage_units=tuple(settle(unit) for unit in network.storage_units),
        stores=tuple(settle(store) for store in network.stores),
    )
    myopic = plan_myopically(settled, solve)
    assert myopic.solution.objective == pytest.approx(best.objective, rel=1e-6)
    assert myopic.result.prices["el"].mean() > 0
