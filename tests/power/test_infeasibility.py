"""What stands against each other, and what would free it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dafeng.power.assembly import assemble
from dafeng.power.infeasibility import Infeasibility, Relief, explain_infeasibility
from dafeng.power.network import CapacityLimit, EnergyLimit, Generator, Horizon, Network, Reserve

from .made_networks import electricity, one_year, solve

COAL = Generator("coal", "el", p_nom=100.0, marginal_cost=200.0, co2=0.8)
WIND = Generator("wind", "el", extendable=True, p_nom_max=50.0, p_max_pu=np.array([1.0, 0.5]))


def explain(network: Network) -> Infeasibility:
    assembled = assemble(network)
    assert solve(assembled.program).status == "infeasible"
    return explain_infeasibility(assembled, solve)


def by_kind(reliefs: tuple[Relief, ...]) -> dict[str, Relief]:
    return {relief.kind: relief for relief in reliefs}


def test_too_little_capacity_names_hours_and_gap() -> None:
    horizon = Horizon((2030, 2035), (2, 2), (1.0, 1.0), (5.0, 5.0), (10.0, 10.0))
    why = explain(electricity([COAL], [90.0, 100.0, 120.0, 130.0], horizon))
    (relief,) = why.alone
    assert (relief.component, relief.kind, relief.period) == ("el", "shortage", 2035)
    assert (relief.hours, relief.peak) == (20.0, pytest.approx(30.0))
    assert relief.amount == pytest.approx(500.0)
    text = why.error().text("en")
    assert "2035" in text
    assert "500" in text
    assert "this alone is enough" in text
    assert why.error().exit_code == 3


def test_each_way_out_of_a_conflict_is_named_with_its_size() -> None:
    """200 MWh need 150 MWh of coal, 120 t; the cap is 100 t, that is 25 MWh more of something else."""
    network = electricity([COAL, WIND], [100.0, 100.0], co2_limit=(100.0,))
    network = replace(network, generators=(COAL, replace(WIND, p_nom_max=100 / 3)))
    why = explain(network)
    ways = by_kind(why.alone)
    assert set(ways) == {"co2_limit", "capacity_most", "shortage"}
    assert ways["co2_limit"].amount == pytest.approx(20.0)
    assert ways["co2_limit"].unit == "t"
    assert ways["capacity_most"].amount == pytest.approx(25 / 1.5)
    assert ways["shortage"].amount == pytest.approx(25.0)
    assert all(relief.alone for relief in why.alone)


def test_what_no_single_change_frees_is_said_together() -> None:
    """Two years, two limits: each must give way."""
    horizon = Horizon((2030, 2035), (1, 1), (1.0, 1.0), (5.0, 5.0))
    limits = tuple(EnergyLimit(f"coal_{year}", year, (("coal", 1.0),), "<=", 60.0) for year in (2030, 2035))
    why = explain(electricity([COAL], [100.0, 80.0], horizon, energy_limits=limits))
    assert why.alone == ()
    assert {relief.component: round(relief.amount, 6) for relief in why.together} == {
        "coal_2030": 40.0,
        "coal_2035": 20.0,
    }
    assert "together with the others" in why.error().text("en")
    assert "一起放宽" in why.error().text("zh")


def test_target_above_what_may_be_built() -> None:
    target = CapacityLimit("wind_target", 2030, (("wind", 1.0),), ">=", 80.0)
    why = explain(electricity([COAL, WIND], [50.0, 50.0], capacity_limits=(target,)))
    ways = by_kind(why.alone)
    assert ways["capacity_limit"].amount == pytest.approx(30.0)
    assert ways["capacity_most"].amount == pytest.approx(30.0)


def test_floors_against_a_ceiling() -> None:
    ceiling = CapacityLimit("ceiling", 2030, (("wind", 1.0),), "<=", 30.0)
    wind = replace(WIND, p_nom_min=40.0)
    ways = by_kind(explain(electricity([COAL, wind], [90.0, 90.0], capacity_limits=(ceiling,))).alone)
    assert ways["capacity_least"].amount == pytest.approx(10.0)
    assert ways["capacity_limit"].amount == pytest.approx(10.0)


def test_least_output_above_demand_and_reserve_beyond_capacity() -> None:
    must = replace(COAL, p_min_pu=0.6)
    (excess,) = explain(electricity([must], [50.0], one_year(1))).alone
    assert (excess.kind, excess.amount) == ("excess", pytest.approx(10.0))
    reserve = Reserve("up", 20.0, (("coal", 1.0),))
    ways = by_kind(explain(electricity([COAL], [90.0], reserves=(reserve,))).alone)
    assert ways["reserve"].amount == pytest.approx(10.0)
    assert ways["shortage"].amount == pytest.approx(10.0)


def test_energy_of_a_year_in_large_numbers() -> None:
    """Amounts of real size, where a weight of one over the limit would drown in a solver's tolerance."""
    horizon = one_year(2, hour_weight=4380.0)
    coal = replace(COAL, p_nom=30_000.0)
    network = electricity([coal], [25_000.0, 20_000.0], horizon, co2_limit=(1.5e8,))
    ways = by_kind(explain(network).alone)
    assert ways["co2_limit"].amount == pytest.approx(45_000 * 4380 * 0.8 - 1.5e8)


def test_physics_that_contradicts_itself_is_not_explained_away() -> None:
    assembled = assemble(electricity([replace(COAL, p_min_pu=0.9, p_max_pu=0.5)], [60.0]))
    why = explain_infeasibility(assembled, solve)
    assert why.reliefs == ()
    assert why.error().findings[0].code == "power_infeasible_unexplained"


def test_feasible_programme_is_a_defect_of_the_caller() -> None:
    with pytest.raises(ValueError, match="feasible"):
        explain_infeasibility(assemble(electricity([COAL], [60.0])), solve)
