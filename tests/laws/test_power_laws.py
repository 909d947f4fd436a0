"""What holds for every power network: duality, balance, weights, relaxation, prices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from tests.power.made_networks import plan, solve

from dafeng.errors import NegativeAnswer
from dafeng.power.alternatives import open_budget, range_capacities
from dafeng.power.assembly import assemble
from dafeng.power.myopic import plan_myopically
from dafeng.power.network import (
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
from dafeng.power.solution import BALANCE_TOLERANCE, read_solution

if TYPE_CHECKING:
    from dafeng.power.program import LinearProgram, Solution

HOURS = 8


def shapes(low: float = 0.0, high: float = 1.0) -> st.SearchStrategy[np.ndarray]:
    """Profiles that are random but small to describe."""
    seeds = st.integers(0, 2**16)
    return seeds.map(lambda seed: np.random.default_rng(seed).uniform(low, high, 2 * HOURS).round(3))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Two periods, power and heat; shedding keeps every one of them feasible."""
    share, money = st.floats(0.0, 0.5).map(lambda x: round(x, 3)), st.integers(1, 400).map(float)
    maybe, times = st.booleans(), st.integers(0, 3)
    coal = Generator(
        "coal", "el", p_nom=80.0, marginal_cost=draw(money), co2=0.8, p_min_pu=draw(share), capital_cost=3.0,
        ramp_limit_up=0.4, retire_year=draw(st.sampled_from([2035, 9999])),
        commitment=draw(st.none() | st.builds(Commitment, money, money, share, share, times, times)),
    )  # fmt: skip
    gas = Generator(
        "gas", "el", extendable=True, capital_cost=draw(money), marginal_cost=draw(money), co2=0.4,
        p_min_pu=draw(share), ramp_limit_down=draw(st.sampled_from([np.nan, 0.3])),
        build_year=draw(st.sampled_from([0, 2035])),
    )  # fmt: skip
    wind = Generator(
        "wind", "el", extendable=True, p_nom_max=200.0, capital_cost=draw(money), p_max_pu=draw(shapes())
    )
    dump = Generator("dump", "el", p_nom=1e3, p_min_pu=-1.0, p_max_pu=0.0)
    shed = Generator("shed", "el", p_nom=1e4, marginal_cost=5e3)
    cold = Generator("cold", "heat", p_nom=1e4, marginal_cost=4e3)
    pump = Link(
        "pump", "el", outputs=(("heat", draw(shapes(2.0, 4.0))),), extendable=True, capital_cost=draw(money)
    )
    battery = StorageUnit(
        "battery", "el", extendable=draw(maybe), p_nom=10.0, capital_cost=draw(money), max_hours=2.0,
        efficiency_store=0.9, efficiency_dispatch=0.95, standing_loss=draw(share) / 10, marginal_cost=0.5,
    )  # fmt: skip
    lake = StorageUnit("lake", "el", p_nom=20.0, max_hours=3.0, p_min_pu=0.0, inflow=draw(shapes(0.0, 30.0)))
    reserve = Reserve(
        "up", 6.0, (("coal", 0.3), ("gas", 1.0), ("battery", 1.0), ("shed", 1.0)), (("wind", 0.1),)
    )
    limit = EnergyLimit("most_gas", 2035, (("gas", 1.0), ("pump", 0.1)), "<=", 150.0)
    return Network(
        "random",
        Horizon((2030, 2035), (HOURS, HOURS), (draw(money), 1.5), (5.0, 5.0), (3.0, 3.0)),
        (("el", "electricity"), ("heat", "heat")),
        generators=(coal, gas, wind, dump, shed, cold),
        links=(pump,),
        storage_units=(battery, lake),
        stores=(Store("tank", "heat", p_nom=40.0, standing_loss=0.02, marginal_cost=0.1),),
        loads=(Load("demand", "el", 100 * draw(shapes())), Load("warm", "heat", 30 * draw(shapes()))),
        energy_limits=(limit,) if draw(maybe) else (),
        reserves=(reserve,) if draw(maybe) else (),
        co2_price=(5.0, 50.0) if draw(maybe) else (),
        co2_limit=(np.inf, draw(st.sampled_from([800.0, 1400.0]))),
    )  # fmt: skip


def bound_by_duals(program: LinearProgram, solution: Solution) -> float:
    """Return the dual objective; reduced costs that are rounding noise on unbounded columns count as none."""
    matrix = csr_array((program.data, program.indices, program.indptr), shape=(program.rows, program.columns))
    reduced = program.cost - matrix.T @ solution.row_dual

    def value(price: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
        side = np.where(price > 0, lower, upper)
        assert np.all(np.isfinite(side) | (np.abs(price) < 1e-6))
        return float(price @ np.where(np.isfinite(side), side, 0.0))

    rows = value(solution.row_dual, program.row_lower, program.row_upper)
    return program.offset + rows + value(reduced, program.lower, program.upper)


@settings(max_examples=40, deadline=None)
@given(networks())
def test_duals_prove_the_optimum_and_every_bus_balances(network: Network) -> None:
    assembled = assemble(network)
    solution = solve(assembled.program)
    assert bound_by_duals(assembled.program, solution) == pytest.approx(solution.objective, rel=1e-7)
    result = read_solution(network, assembled, solution)
    assert result.exactness.balance < BALANCE_TOLERANCE
    assert max(result.exactness.rows, result.exactness.bounds) < 1e-6


@settings(max_examples=25, deadline=None)
@given(networks())
def test_what_each_asset_does_adds_up_to_the_demand_and_to_the_cost(network: Network) -> None:
    """The result read back, without the matrix: energy in every hour, money over all."""
    result = plan(network)
    supply = {bus: np.zeros(2 * HOURS) for bus, _carrier in network.buses}
    for asset in (*network.generators, *network.storage_units, *network.stores):
        supply[asset.bus] += result.power[asset.id]
    for link in network.links:
        supply[link.bus] -= result.power[link.id]
        for bus, efficiency in link.outputs:
            supply[bus] += efficiency * result.power[link.id]
    for load in network.loads:
        assert supply[load.bus] == pytest.approx(load.p_set, abs=1e-5)
    assert pay(network, result) == pytest.approx(result.objective, rel=1e-7)


def pay(network: Network, result) -> float:
    """Return the cost of a result from its own hours and capacities."""
    horizon = network.horizon
    year = np.repeat(np.array(horizon.objective_weight), HOURS)
    weight = 3.0 * year
    carbon = np.repeat(np.array(network.co2_price or (0.0, 0.0)), HOURS)
    total = 0.0
    for asset in (*network.generators, *network.links, *network.storage_units, *network.stores):
        stands = [asset.build_year <= period < asset.retire_year for period in horizon.periods]
        total += (
            asset.capital_cost * result.capacity[asset.id] * float(np.dot(stands, horizon.objective_weight))
        )
        power = result.power[asset.id]
        if isinstance(asset, StorageUnit):
            power = np.maximum(power, 0.0)
        total += float(weight @ (power * (asset.marginal_cost + carbon * getattr(asset, "co2", 0.0))))
        if getattr(asset, "commitment", None) is not None:
            given, online = asset.commitment, result.online[asset.id]
            stopped = np.maximum(-np.diff(online, prepend=0.0), 0.0)
            stopped[::HOURS] = np.where(stands, result.capacity[asset.id] - online[::HOURS], 0.0)
            active = np.repeat(stands, HOURS)
            cost = online * (given.stand_by_cost + carbon * given.stand_by_co2)
            cost += given.start_up_cost * result.started[asset.id] + given.shut_down_cost * stopped * active
            total += float(weight @ cost)
    return total


@settings(max_examples=15, deadline=None)
@given(networks(), st.sampled_from([0.25, 3.0]))
def test_all_weights_times_a_number_is_the_cost_times_it_at_the_same_prices(
    network: Network, factor: float
) -> None:
    scaled = tuple(weight * factor for weight in network.horizon.objective_weight)
    more = replace(network, horizon=replace(network.horizon, objective_weight=scaled))
    assert plan(more).objective == pytest.approx(factor * plan(network).objective, rel=1e-7)


@settings(max_examples=15, deadline=None)
@given(networks())
def test_a_rule_less_never_costs_more_and_a_price_is_worth_its_cap(network: Network) -> None:
    capped = plan(network)
    free = plan(replace(network, co2_limit=(), reserves=(), energy_limits=()))
    assert free.objective <= capped.objective * (1 + 1e-8)
    price = capped.limit_prices["co2", 2035]
    base = network.co2_price or (0.0, 0.0)
    priced = plan(replace(network, co2_limit=(), co2_price=(base[0], base[1] + price)))
    paid = price * network.co2_limit[1] * network.horizon.objective_weight[1]
    assert priced.objective == pytest.approx(capped.objective + paid, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(networks())
def test_the_price_of_a_bus_is_what_a_little_more_demand_costs(network: Network) -> None:
    result = plan(network)
    step = 1e-3
    demand = network.loads[0].p_set.copy()
    demand[3] += step
    more = plan(replace(network, loads=(replace(network.loads[0], p_set=demand), network.loads[1])))
    weight = 3.0 * network.horizon.objective_weight[0]
    assert more.objective - result.objective >= step * weight * result.prices["el"][3] - 1e-4


@settings(max_examples=10, deadline=None)
@given(networks())
def test_foresight_never_costs_more_than_none(network: Network) -> None:
    try:
        myopic = plan_myopically(network, solve).solution.objective
    except NegativeAnswer:
        reject()  # what was built first cannot keep the limits of the second period
    assert plan(network).objective <= myopic * (1 + 1e-8)


@settings(max_examples=10, deadline=None)
@given(networks(), st.floats(0.0, 0.2))
def test_near_optimal_ranges_hold_the_optimum_and_keep_the_budget(network: Network, slack: float) -> None:
    assembled = assemble(network)
    near = open_budget(network, assembled, solve(assembled.program), slack)
    ranges, plans = range_capacities(near, solve, ["wind", "gas"])
    for item in ranges:
        assert item.least - 1e-4 <= item.optimal <= item.most + 1e-4
    for found in plans:
        assert found.cost <= near.optimum.cost * (1 + slack) * (1 + 1e-6)
