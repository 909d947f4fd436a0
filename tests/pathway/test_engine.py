"""Binding tests: the base year is exact, each lever changes what it should and nothing else."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pathway import toy

from dafeng.errors import InputRefused
from dafeng.pathway.sampling import sobol_points
from dafeng.scenario import Scope

WHOLE, ALL_GASES = Scope(), Scope(gases="all")
SCOPES = (
    WHOLE, ALL_GASES, Scope(power_export="excluded"), Scope(process="energy_only"),
    Scope(boundary="consumption", power_export="excluded"),
)  # fmt: skip
RAISES = {"addition", "export", "hydrogen"}
"""Levers of the toy that raise emissions when they go up; hydrogen is made of coal here."""
NOT_IN_TOTALS = {"forest", "drainage", "scrap", "green_h2", "electrify"}
"""Levers that alone leave CO2 as it is: removals, methane, a ceiling and what it holds, unused hydrogen."""


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return sobol_points(len(toy.engine().dimensions), 0, 32, 1)


def test_every_future_starts_from_the_inventory(points: np.ndarray) -> None:
    one = toy.engine(toy.ORDERS)
    outcome = one.simulate(points)
    base = one.parts.base
    np.testing.assert_allclose(outcome.co2_mt[:, 0].sum(axis=0), base.co2_mt.sum(), rtol=1e-12)
    np.testing.assert_allclose(
        outcome.co2_mt[:, 0], np.repeat(base.co2_mt.sum(axis=1)[:, None], 32, axis=1), rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(outcome.process_mt[:, 0].sum(axis=0), base.process_mt.sum(), rtol=1e-12)
    np.testing.assert_allclose(outcome.other_mt["CH4"][:, 0].sum(axis=0), 5.0, rtol=1e-12)


def test_all_levers_off_is_the_scenario_without_levers(points: np.ndarray) -> None:
    ordered, bare = toy.engine(toy.ORDERS), toy.engine()
    for scope in SCOPES:
        gwp = ordered.parts.gwp
        off = ordered.simulate(points, on=()).total(scope, gwp)
        np.testing.assert_array_equal(off, bare.simulate(points).total(scope, gwp))


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: "-".join(scope.model_dump().values()))
def test_coalitions_are_worth_what_a_full_run_says(points: np.ndarray, scope: Scope) -> None:
    one = toy.engine(toy.ORDERS)
    worth = one.worth(points, scope)
    rng = np.random.default_rng(3)
    for _ in range(12):
        on = frozenset(name for name in toy.ORDERS if rng.random() < 0.5)
        full = one.simulate(points, on).total(scope, one.parts.gwp)
        np.testing.assert_allclose(worth(on), full, rtol=1e-11)


def test_parts_sum_to_the_whole(points: np.ndarray) -> None:
    outcome = toy.engine(toy.ORDERS).simulate(points)
    for scope in SCOPES:
        by_chain = outcome.by_chain(scope, {"CH4": 28.0})
        np.testing.assert_allclose(by_chain.sum(axis=0), outcome.total(scope, {"CH4": 28.0}), rtol=1e-12)
    np.testing.assert_allclose(
        outcome.total(WHOLE) - outcome.total(SCOPES[2]), outcome.exported_mt, rtol=1e-9
    )
    q = outcome.quantities
    supply = q["generation_twh"] - q["electricity_demand_twh"]
    np.testing.assert_allclose(supply, q["power_export_twh"], rtol=1e-9)


@pytest.mark.parametrize("lever", sorted(set(toy.ORDERS) - NOT_IN_TOTALS))
def test_a_lever_moves_emissions_its_way_and_further_when_it_goes_further(
    lever: str, points: np.ndarray
) -> None:
    today = toy.STATES[lever].observed[0]
    wanted = [today + share * (toy.ORDERS[lever] - today) for share in (0.0, 0.5, 1.0)]
    totals = [toy.engine({lever: value}).simulate(points).total(WHOLE)[-1] for value in wanted]
    sign = 1 if lever in RAISES else -1
    assert (sign * np.diff(totals, axis=0) >= -1e-9).all()
    assert (sign * (totals[2] - totals[0])).max() > 1e-3


def test_a_lever_leaves_other_chains_alone(points: np.ndarray) -> None:
    bare = toy.engine().simulate(points)
    saved = toy.engine({"saving": 20.0}).simulate(points)
    for place, chain in enumerate(bare.chains):
        same = np.array_equal(bare.co2_mt[place], saved.co2_mt[place])
        assert same == (chain != "other_industry"), chain
    np.testing.assert_array_equal(
        bare.quantities["electricity_demand_twh"], saved.quantities["electricity_demand_twh"]
    )


def test_what_is_electrified_comes_back_as_demand(points: np.ndarray) -> None:
    bare, moved = (
        toy.engine().simulate(points),
        toy.engine({"electrify": 25.0, "scrap": 40.0}).simulate(points),
    )
    steel = bare.chains.index("steel_bf_bof")
    assert (moved.co2_mt[steel, -1] < bare.co2_mt[steel, -1]).all()
    power = bare.chains.index("power")
    assert (moved.co2_mt[power, -1] > bare.co2_mt[power, -1]).all()


def test_a_ceiling_holds_the_lever_that_it_limits(points: np.ndarray) -> None:
    free = toy.engine({"electrify": 25.0, "scrap": 40.0}).simulate(points)
    held = toy.engine({"electrify": 25.0}).simulate(points)
    np.testing.assert_allclose(held.quantities["lever:electrify"], 5.0)
    assert free.quantities["lever:electrify"][-1].min() > 5.0


def test_removals_are_shown_and_never_counted(points: np.ndarray) -> None:
    bare, grown = toy.engine().simulate(points), toy.engine({"forest": 30.0}).simulate(points)
    np.testing.assert_array_equal(bare.total(ALL_GASES, {"CH4": 28.0}), grown.total(ALL_GASES, {"CH4": 28.0}))
    assert grown.quantities["removal_mt"][-1].min() > 0


def test_drainage_lowers_methane_and_no_co2(points: np.ndarray) -> None:
    bare, drained = toy.engine().simulate(points), toy.engine({"drainage": 40.0}).simulate(points)
    np.testing.assert_array_equal(bare.total(WHOLE), drained.total(WHOLE))
    assert (drained.other_mt["CH4"][:, -1].sum(axis=0) < bare.other_mt["CH4"][:, -1].sum(axis=0)).all()


def test_capture_never_takes_more_than_there_is(points: np.ndarray) -> None:
    much = dict(toy.STATES) | {"ccus": toy.lever_state("ccus", upper=1e6)}
    one = toy.engine({"ccus": 1e6})
    object.__setattr__(one, "parts", type(one.parts)(**{**vars(one.parts), "states": much}))
    outcome = one.simulate(points)
    cement = outcome.chains.index("cement")
    assert (outcome.co2_mt[cement] + outcome.process_mt[cement] >= -1e-9).all()


def test_green_hydrogen_changes_its_make_only_where_hydrogen_is_used(points: np.ndarray) -> None:
    bare = toy.engine({"hydrogen": 30.0}).simulate(points)
    green = toy.engine({"hydrogen": 30.0, "green_h2": 50.0}).simulate(points)
    place = bare.chains.index("hydrogen")
    assert (green.co2_mt[place, -1] < bare.co2_mt[place, -1]).all()
    unused = toy.engine({"green_h2": 50.0}).simulate(points)
    np.testing.assert_array_equal(unused.total(WHOLE), toy.engine().simulate(points).total(WHOLE))


def test_frozen_technology_grows_with_its_drivers() -> None:
    one = toy.engine(noisy=False, autonomous=0.0)
    middle = np.full((1, len(one.dimensions)), 0.5)
    outcome = one.simulate(middle)
    place = outcome.chains.index("other_industry")
    growth = outcome.co2_mt[place, -1, 0] / outcome.co2_mt[place, 0, 0]
    assert growth == pytest.approx(np.exp(0.04 * 38))


def test_growth_of_a_scenario_replaces_the_outlook() -> None:
    one = toy.engine(noisy=False, growth={"gdp": 0.02})
    outcome = one.simulate(np.full((1, len(one.dimensions)), 0.5))
    assert outcome.quantities["gdp_index"][-1, 0] == pytest.approx(1.02**38)


def test_a_driver_lever_sets_the_middle_and_keeps_the_spread(points: np.ndarray) -> None:
    outcome = toy.engine({"export": 600.0}).simulate(points)
    export = outcome.quantities["power_export_twh"] / 50.0 * 500.0
    assert export[-1].std() > 1.0
    assert np.median(export[-1]) == pytest.approx(580, rel=0.08)  # 0.6 to 1.0 of the way from 500 to 600


@settings(max_examples=20, deadline=None)
@given(start=st.integers(0, 50), count=st.integers(1, 9))
def test_a_future_does_not_depend_on_its_neighbours(start: int, count: int) -> None:
    one = toy.engine(toy.ORDERS)
    width = len(one.dimensions)
    alone = one.simulate(sobol_points(width, start, count, 5)).total(Scope(process="energy_only"))
    together = one.simulate(sobol_points(width, 0, 60, 5)).total(Scope(process="energy_only"))
    np.testing.assert_allclose(alone, together[:, start : start + count], rtol=1e-12)


def test_an_engine_goes_through_pickle(points: np.ndarray) -> None:
    one = toy.engine(toy.ORDERS)
    one.simulate(points)
    again = pickle.loads(pickle.dumps(one))
    np.testing.assert_array_equal(one.simulate(points).total(WHOLE), again.simulate(points).total(WHOLE))


def test_points_of_another_width_are_refused() -> None:
    with pytest.raises(InputRefused, match="points"):
        toy.engine().simulate(np.full((1, 3), 0.5))
