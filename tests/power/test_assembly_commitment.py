"""Linearised unit commitment by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.power.assembly import assemble
from dafeng.power.network import Commitment, Generator, Horizon, Reserve

from .made_networks import electricity, one_year, plan

if TYPE_CHECKING:
    from dafeng.power.network import Network

UNIT = Generator(
    "unit", "el", p_nom=100.0, marginal_cost=10.0, p_min_pu=0.5, commitment=Commitment(start_up_cost=30.0)
)
HELP = Generator("help", "el", p_nom=1000.0, marginal_cost=100.0)
DEMAND = [100.0, 20.0, 100.0]


def committed(commitment: Commitment, demand: list[float] = DEMAND, **change: object) -> Network:
    unit = replace(UNIT, commitment=commitment, **change)
    return electricity([unit, HELP], demand)


def test_part_load_needs_stops_and_starts() -> None:
    """At 20 MW at most 40 MW can be online; the 60 MW that come back cost 30 each."""
    result = plan(committed(Commitment(start_up_cost=30.0)))
    assert result.online["unit"] == pytest.approx([100.0, 40.0, 100.0])
    assert result.started["unit"] == pytest.approx([0.0, 0.0, 60.0])
    assert result.objective == pytest.approx(220 * 10 + 60 * 30)


def test_start_dearer_than_the_help_is_not_made() -> None:
    result = plan(committed(Commitment(start_up_cost=95.0)))
    assert result.online["unit"][2] == pytest.approx(40.0)
    assert result.objective == pytest.approx(160 * 10 + 60 * 100)


def test_stop_costs_and_before_the_year_everything_is_online() -> None:
    result = plan(committed(Commitment(shut_down_cost=7.0), [20.0, 20.0]))
    assert result.objective == pytest.approx(40 * 10 + 60 * 7)


def test_stand_by_cost_is_paid_for_what_is_online() -> None:
    result = plan(committed(Commitment(stand_by_cost=4.0), [50.0]))
    assert result.online["unit"] == pytest.approx([50.0])
    assert result.objective == pytest.approx(50 * 14)


def test_what_was_stopped_stays_offline() -> None:
    result = plan(committed(Commitment(start_up_cost=30.0, min_down_time=2)))
    assert result.power["unit"] == pytest.approx([100.0, 20.0, 40.0])
    assert result.objective == pytest.approx(160 * 10 + 60 * 100)


def test_what_was_started_stays_online() -> None:
    """The 40 MW that may be online in the last hour can be those just started, the others stop; no more."""
    short = Commitment(start_up_cost=30.0)
    demand = [20.0, 100.0, 20.0]
    assert plan(committed(short, demand)).power["unit"] == pytest.approx([20.0, 100.0, 20.0])
    lasting = plan(committed(replace(short, min_up_time=2), demand))
    assert lasting.power["unit"] == pytest.approx([20.0, 80.0, 20.0])
    assert lasting.objective == pytest.approx(120 * 10 + 20 * 100 + 40 * 30)


def test_starts_weigh_as_much_as_their_hours() -> None:
    horizon = one_year(3, hour_weight=10.0, weight=2.0)
    network = electricity([UNIT, HELP], DEMAND, horizon)
    assert plan(network).objective == pytest.approx(20 * (220 * 10 + 60 * 30))


def test_periods_do_not_know_of_each_other() -> None:
    horizon = Horizon((2030, 2035), (1, 1), (1.0, 1.0), (5.0, 5.0))
    result = plan(electricity([UNIT, HELP], [20.0, 100.0], horizon))
    assert result.objective == pytest.approx(120 * 10)


def test_capacity_to_be_built_bounds_what_is_online() -> None:
    """Each MW saves 90 in two hours, 30 of it lost to its start where it had to stop, and costs 100."""
    unit = replace(UNIT, extendable=True, capital_cost=100.0)
    result = plan(electricity([unit, HELP], DEMAND))
    assert result.capacity["unit"] == pytest.approx(100.0)
    assert result.objective == pytest.approx(100 * 100 + 220 * 10 + 60 * 30)
    dear = replace(unit, capital_cost=170.0)
    assert plan(electricity([dear, HELP], DEMAND)).capacity["unit"] == pytest.approx(40.0)


def test_stops_of_capacity_to_be_built() -> None:
    stopping = Commitment(shut_down_cost=7.0, min_down_time=2)
    unit = replace(UNIT, extendable=True, p_nom_min=100.0, p_nom_max=100.0, commitment=stopping)
    result = plan(electricity([unit, HELP], [20.0, 100.0]))
    assert result.power["unit"] == pytest.approx([20.0, 40.0])
    assert result.objective == pytest.approx(60 * 10 + 60 * 100 + 60 * 7)


def test_price_of_co2_counts_the_stand_by_fuel_and_so_does_its_cap() -> None:
    standing = Commitment(stand_by_co2=0.2)
    network = committed(standing, [50.0], co2=0.8)
    priced = plan(replace(network, co2_price=(10.0,)))
    assert priced.objective == pytest.approx(50 * (10 + 8) + 50 * 2)
    capped = plan(replace(network, co2_limit=(30.0,)))
    assert capped.power["unit"] == pytest.approx([30.0])


def test_reserve_comes_from_what_is_online() -> None:
    reserve = Reserve("up", 10.0, (("unit", 1.0),))
    network = replace(committed(Commitment(stand_by_cost=1.0), [50.0]), reserves=(reserve,))
    result = plan(network)
    assert result.online["unit"] == pytest.approx([60.0])
    assert result.objective == pytest.approx(50 * 10 + 60)


@pytest.mark.parametrize("cost", [(0.0, 1.0), (2.0, 2.0)])
def test_ramps_count_on_what_stays_online(cost: tuple[float, float]) -> None:
    """What is online rises by a tenth an hour; only starts may bring more."""
    ramped = Commitment(start_up_cost=cost[0], shut_down_cost=cost[1], stand_by_cost=0.0)
    network = committed(ramped, [50.0, 100.0], ramp_limit_up=0.1, p_min_pu=0.0)
    result = plan(network)
    low = result.online["unit"]
    rise = result.power["unit"][1] - result.power["unit"][0]
    assert rise == pytest.approx(50.0)
    assert low[0] <= 100 - 40 / 0.9 + 1e-6


def test_no_columns_for_starts_and_stops_that_nothing_asks_for() -> None:
    kinds = {block.kind for block in assemble(committed(Commitment(stand_by_cost=1.0))).map.columns.blocks}
    assert kinds == {"power", "online"}
    assert np.size(assemble(committed(Commitment(min_up_time=3))).map.columns.of_kind("start")["unit"]) == 3


def test_ramps_that_the_least_output_keeps_anyway_have_no_rows() -> None:
    """At least half of what is online runs, so it cannot rise by more than the other half."""
    for limit, kinds in ((0.5, set()), (0.4, {"ramp_up"})):
        network = committed(Commitment(start_up_cost=30.0), ramp_limit_up=limit)
        rows = {block.kind for block in assemble(network).map.rows.blocks}
        assert rows & {"ramp_up", "ramp_down"} == kinds


def test_starts_and_stops_share_a_row_unless_ramps_are_tightened() -> None:
    both = Commitment(start_up_cost=30.0, shut_down_cost=30.0)
    assert assemble(committed(both)).map.rows.of_kind("stop")["unit"].size == 1
    ramped = committed(both, ramp_limit_up=0.4)
    assert assemble(ramped).map.rows.of_kind("stop")["unit"].size == 3
    assert plan(committed(both)).objective == pytest.approx(220 * 10 + 60 * 30 + 60 * 30)
