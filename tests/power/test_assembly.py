"""Networks small enough to be solved by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.power.made_networks import electricity, one_year, plan, solve

from dafeng.errors import InputRefused
from dafeng.power.assembly import assemble
from dafeng.power.network import (
    CapacityLimit,
    EnergyLimit,
    Generator,
    Horizon,
    Link,
    Load,
    Reserve,
    StorageUnit,
    Store,
)
from dafeng.power.program import GLOBAL

CHEAP = Generator("cheap", "el", p_nom=100.0, marginal_cost=200.0)
DEAR = Generator("dear", "el", p_nom=100.0, marginal_cost=300.0)


class TestMeritOrder:
    def test_cheap_runs_first_and_the_last_sets_the_price(self) -> None:
        result = plan(electricity([DEAR, CHEAP], [150.0, 60.0]))
        assert result.objective == pytest.approx(100 * 200 + 50 * 300 + 60 * 200)
        assert result.power["cheap"] == pytest.approx([100.0, 60.0])
        assert result.prices["el"] == pytest.approx([300.0, 200.0])

    def test_prices_are_not_discounted_and_do_not_grow_with_the_weight_of_an_hour(self) -> None:
        horizon = one_year(1, hour_weight=8.0, weight=3.5)
        result = plan(electricity([DEAR, CHEAP], [150.0], horizon))
        assert result.objective == pytest.approx(35000 * 8 * 3.5)
        assert result.prices["el"] == pytest.approx([300.0])

    def test_availability_and_least_output_follow_their_profiles(self) -> None:
        wind = Generator("wind", "el", p_nom=100.0, p_max_pu=np.array([0.2, 0.9]))
        must = replace(DEAR, p_min_pu=0.4)
        result = plan(electricity([wind, CHEAP, must], [100.0, 100.0]))
        assert result.power["wind"] == pytest.approx([20.0, 60.0])
        assert result.power["dear"] == pytest.approx([40.0, 40.0])

    def test_fixed_capacity_adds_bounds_and_no_rows(self) -> None:
        program = assemble(electricity([CHEAP, DEAR], [150.0, 60.0])).program
        assert (program.rows, program.columns) == (2, 4)
        assert program.upper.tolist() == [100.0] * 4

    def test_fixed_cost_of_fixed_capacity_is_in_the_objective(self) -> None:
        result = plan(electricity([replace(CHEAP, capital_cost=7.0)], [10.0], one_year(1, weight=2.0)))
        assert result.objective == pytest.approx(2 * (10 * 200 + 100 * 7))


class TestExpansion:
    def test_peak_plant_is_built_up_to_where_it_pays(self) -> None:
        """Screening: peaker (10 a year, 300) against base (1000 a year, 200) is worth it below 9.9 h."""
        base = Generator("base", "el", extendable=True, capital_cost=1000.0, marginal_cost=200.0)
        peak = Generator("peak", "el", extendable=True, capital_cost=10.0, marginal_cost=300.0)
        result = plan(electricity([base, peak], [50.0] * 11 + [80.0] * 9))
        assert result.capacity == pytest.approx({"base": 50.0, "peak": 30.0})
        assert result.objective == pytest.approx(50 * 1000 + 30 * 10 + 50 * 20 * 200 + 30 * 9 * 300)

    def test_no_rows_for_hours_without_sun(self) -> None:
        sun = np.array([0.0, 0.0, 0.5, 0.0])
        pv = Generator("pv", "el", extendable=True, p_max_pu=sun, capital_cost=1.0)
        assembled = assemble(electricity([pv, replace(CHEAP, p_nom=500.0)], [100.0] * 4))
        assert assembled.map.rows.of_kind("p_max")["pv"].size == 1
        assert solve(assembled.program).x[assembled.map.power["pv"]] == pytest.approx([0, 0, 100, 0])

    def test_given_shape_is_one_equality_per_hour(self) -> None:
        shape = np.array([0.1, 0.4])
        mine = Generator("mine", "el", extendable=True, p_min_pu=shape, p_max_pu=shape, capital_cost=1.0)
        assembled = assemble(electricity([mine, CHEAP], [20.0, 80.0]))
        assert "p_exact" in {block.kind for block in assembled.map.rows.blocks}
        assert solve(assembled.program).x[assembled.map.power["mine"]] == pytest.approx([20.0, 80.0])

    def test_build_and_retirement_years_and_period_weights(self) -> None:
        horizon = Horizon((2030, 2035), (1, 1), (5.0, 4.0), (5.0, 5.0), (10.0, 10.0))
        old = Generator("old", "el", p_nom=60.0, marginal_cost=1.0, capital_cost=3.0, retire_year=2035)
        new = Generator("new", "el", extendable=True, capital_cost=20.0, marginal_cost=2.0, build_year=2035)
        ever = Generator("ever", "el", extendable=True, capital_cost=30.0, marginal_cost=0.5)
        result = plan(electricity([old, new, ever], [100.0, 100.0], horizon))
        assert result.capacity == pytest.approx({"old": 60.0, "new": 60.0, "ever": 40.0})
        cost_2030 = 10 * (60 * 1 + 40 * 0.5) + 60 * 3 + 40 * 30
        cost_2035 = 10 * (60 * 2 + 40 * 0.5) + 60 * 20 + 40 * 30
        assert result.objective == pytest.approx(5 * cost_2030 + 4 * cost_2035)
        assert result.power["old"].tolist() == [60.0, 0.0]


class TestStorage:
    def test_arbitrage(self) -> None:
        morning = replace(CHEAP, p_max_pu=np.array([1.0, 0.0]), marginal_cost=100.0)
        evening = replace(DEAR, marginal_cost=500.0)
        battery = StorageUnit("battery", "el", p_nom=50.0, efficiency_store=0.8)
        result = plan(electricity([morning, evening], [10.0, 60.0], storage_units=(battery,)))
        assert result.power["battery"] == pytest.approx([-50.0, 40.0])
        assert result.energy["battery"] == pytest.approx([40.0, 0.0])
        assert result.objective == pytest.approx(60 * 100 + 20 * 500)

    def test_standing_loss_runs_in_the_ring_of_the_period(self) -> None:
        """Charged in the last hour, used in the second of the same year: one hour of loss between."""
        sun = Generator("sun", "el", p_nom=100.0, p_max_pu=np.array([0, 0, 1.0]))
        battery = StorageUnit("battery", "el", p_nom=100.0, standing_loss=0.1, max_hours=2.0)
        result = plan(
            electricity([sun, replace(DEAR, p_nom=1e3)], [0.0, 81.0, 0.0], storage_units=(battery,))
        )
        assert result.objective == pytest.approx(0.0)
        assert result.power["battery"] == pytest.approx([0.0, 81.0, -100.0])

    def test_inflow_is_stored_or_spilled(self) -> None:
        lake = StorageUnit(
            "lake", "el", p_nom=30.0, max_hours=1.0, p_min_pu=0.0, inflow=np.array([100.0, 0.0])
        )
        result = plan(electricity([replace(DEAR, p_nom=1e3)], [50.0, 50.0], storage_units=(lake,)))
        assert result.power["lake"] == pytest.approx([30.0, 30.0])
        assert result.spill["lake"] == pytest.approx([40.0, 0.0])
        assert "lake" not in assemble(electricity([DEAR], [50.0, 50.0], storage_units=(lake,))).map.charge

    def test_storage_cannot_be_spilled_without_inflow(self) -> None:
        """A must-run plant that charges has to give it back: the ring allows no waste."""
        must = replace(CHEAP, p_min_pu=1.0)
        battery = StorageUnit("battery", "el", p_nom=10.0, max_hours=2.0)
        network = electricity([must], [95.0, 100.0], storage_units=(battery,))
        assert solve(assemble(network).program).status == "infeasible"

    def test_store_balances_a_heat_bus_without_a_power_column(self) -> None:
        network = electricity(
            [replace(CHEAP, p_max_pu=np.array([1.0, 0.0])), replace(DEAR, p_nom=1e3)],
            [10.0, 10.0],
            buses=(("el", "electricity"), ("heat", "heat")),
            links=(Link("pump", "el", outputs=(("heat", 3.0),), p_nom=100.0),),
            stores=(Store("tank", "heat", extendable=True, capital_cost=1.0, standing_loss=0.25),),
            loads=(Load("demand", "el", 10.0), Load("warm", "heat", np.array([0.0, 60.0]))),
        )
        result = plan(network)
        assert result.power["pump"] == pytest.approx([80 / 3, 0.0])
        assert result.power["tank"] == pytest.approx([-80.0, 60.0])
        assert result.capacity["tank"] == pytest.approx(80.0)
        assert result.objective == pytest.approx((10 + 80 / 3) * 200 + 10 * 300 + 80)

    def test_cost_of_a_store_is_on_what_it_gives(self) -> None:
        stores = (Store("tank", "el", p_nom=50.0, marginal_cost=np.array([0.0, 40.0])),)
        early = replace(CHEAP, p_max_pu=np.array([1.0, 0.0]))
        result = plan(electricity([early, DEAR], [10.0, 30.0], stores=stores))
        assert result.objective == pytest.approx(40 * 200 + 30 * 40)


class TestLinks:
    def test_one_input_several_outputs(self) -> None:
        """A back-pressure plant: steam to power and heat in a fixed ratio, power left over is exported."""
        network = electricity(
            [Generator("boiler", "steam", p_nom=1e3, marginal_cost=50.0), DEAR],
            [30.0],
            buses=(("el", "electricity"), ("steam", "steam"), ("heat", "heat")),
            links=(Link("turbine", "steam", outputs=(("el", 0.3), ("heat", 0.5)), p_nom=1e3),),
            loads=(Load("demand", "el", 30.0), Load("warm", "heat", 40.0)),
        )
        result = plan(network)
        assert result.power["turbine"] == pytest.approx([80.0])
        assert result.objective == pytest.approx(80 * 50 + 6 * 300)
        assert result.prices["heat"] == pytest.approx([(50 - 0.3 * 300) / 0.5])

    def test_ramps_bind(self) -> None:
        slow = Generator("slow", "el", p_nom=100.0, marginal_cost=10.0, ramp_limit_up=0.1)
        quick = Generator("quick", "el", p_nom=100.0, marginal_cost=50.0)
        result = plan(electricity([slow, quick], [10.0, 50.0]))
        assert result.power["slow"] == pytest.approx([10.0, 20.0])
        assert result.objective == pytest.approx(30 * 10 + 30 * 50)

    def test_ramps_of_capacity_to_be_built_and_no_ramp_over_new_year(self) -> None:
        horizon = Horizon((2030, 2035), (2, 2), (1.0, 1.0), (5.0, 5.0))
        slow = Generator("slow", "el", extendable=True, p_nom_max=100.0, ramp_limit_down=0.2)
        dump = Generator("dump", "el", p_nom=1e3, p_min_pu=-1.0, p_max_pu=0.0, marginal_cost=-7.0)
        must = replace(slow, p_nom_min=100.0)
        result = plan(electricity([must, dump], [90.0, 10.0, 100.0, 100.0], horizon))
        assert result.power["slow"] == pytest.approx([90.0, 70.0, 100.0, 100.0])
        assert result.objective == pytest.approx(60 * 7)


class TestLimits:
    def test_retrofit_transfer_binds_and_has_a_price(self) -> None:
        """What is retrofitted is gone from the old fleet, and inherits what is left of its life."""
        horizon = Horizon((2030, 2035), (1, 1), (1.0, 1.0), (5.0, 5.0), (8760.0, 8760.0))
        old = Generator("old", "el", extendable=True, p_nom_max=400.0, marginal_cost=300.0, retire_year=2035)
        long = replace(old, id="long", p_nom_max=600.0, retire_year=9999)
        better = replace(long, id="better", p_nom_max=1e3, marginal_cost=250.0, capital_cost=5e4)
        gas = Generator("gas", "el", p_nom=1e3, marginal_cost=600.0)
        fleet = (("old", 1.0), ("long", 1.0), ("better", 1.0))
        limits = (
            CapacityLimit("fleet", 2030, fleet, "<=", 1e3),
            CapacityLimit("fleet", 2035, fleet, "<=", 600.0),
        )
        network = electricity([old, long, better, gas], [800.0, 800.0], horizon, capacity_limits=limits)
        result = plan(network)
        assert result.capacity["better"] == pytest.approx(600.0)
        energy = (600 * 250 + 200 * 300) + (600 * 250 + 200 * 600)
        assert result.objective == pytest.approx(8760 * energy + 2 * 600 * 5e4)
        assert result.limit_prices["fleet", 2035] == pytest.approx(8760 * (350 + 50) - 2 * 5e4)
        assert result.limit_prices["fleet", 2030] == pytest.approx(0.0)

    def test_limit_on_fixed_capacity_alone_is_a_row_only_where_it_fails(self) -> None:
        held = CapacityLimit("enough", 2030, (("cheap", 1.0),), ">=", 90.0)
        network = electricity([CHEAP], [10.0], capacity_limits=(held,))
        assert assemble(network).map.limits == {}
        failed = replace(network, capacity_limits=(replace(held, constant=110.0),))
        assert solve(assemble(failed).program).status == "infeasible"

    def test_fixed_capacity_counts_in_a_limit(self) -> None:
        peak = CapacityLimit("peak", 2030, (("cheap", 0.5), ("new", 1.0)), ">=", 90.0)
        new = Generator("new", "el", extendable=True, capital_cost=1.0, marginal_cost=999.0)
        result = plan(electricity([CHEAP, new], [10.0], capacity_limits=(peak,)))
        assert result.capacity["new"] == pytest.approx(40.0)
        assert result.limit_prices["peak", 2030] == pytest.approx(1.0)

    def test_energy_limit_and_energy_of_a_generator(self) -> None:
        horizon = one_year(2, hour_weight=10.0)
        share = EnergyLimit("share", 2030, (("cheap", 1.0), ("dear", -1.0)), "<=", 400.0)
        result = plan(electricity([CHEAP, DEAR], [90.0, 90.0], horizon, energy_limits=(share,)))
        assert result.power["cheap"].sum() * 10 == pytest.approx(1100.0)
        least = replace(DEAR, e_sum_min=600.0)
        result = plan(electricity([CHEAP, least], [90.0, 90.0], horizon))
        assert result.power["dear"].sum() == pytest.approx(60.0)
        most = replace(CHEAP, e_sum_max=1000.0)
        result = plan(electricity([most, DEAR], [90.0, 90.0], horizon))
        assert result.power["cheap"].sum() == pytest.approx(100.0)
        assert result.limit_prices["cheap", 2030] == pytest.approx(100.0)

    def test_reserve_binds_and_has_a_price(self) -> None:
        """``dear`` may hold 10 at most, so ``cheap`` must leave 10 free."""
        cheap = replace(CHEAP, marginal_cost=10.0)
        dear = replace(DEAR, marginal_cost=20.0)
        reserve = Reserve("up", 20.0, (("cheap", 1.0), ("dear", 0.1)))
        result = plan(electricity([cheap, dear], [100.0], reserves=(reserve,)))
        assert result.power["cheap"] == pytest.approx([90.0])
        assert result.reserve["up", "dear"] == pytest.approx([10.0])
        assert result.reserve_prices["up"] == pytest.approx([10.0])

    def test_reserve_grows_with_output_and_storage_provides_it(self) -> None:
        wind = Generator("wind", "el", p_nom=200.0)
        battery = StorageUnit("battery", "el", p_nom=20.0)
        reserve = Reserve("up", 5.0, (("battery", 0.5),), (("wind", 0.1),))
        network = electricity([wind, DEAR], [100.0], storage_units=(battery,), reserves=(reserve,))
        result = plan(network)
        assert result.power["wind"] == pytest.approx([50.0])
        assert result.reserve["up", "battery"] == pytest.approx([10.0])

    @pytest.mark.parametrize("extendable", [False, True])
    def test_cap_on_co2_is_worth_its_price(self, *, extendable: bool) -> None:
        rng = np.random.default_rng(5)
        dirty = replace(CHEAP, co2=0.9, p_nom=120.0)
        clean = replace(DEAR, co2=0.4, marginal_cost=460.0, extendable=extendable, capital_cost=50.0)
        wind = Generator("wind", "el", extendable=True, capital_cost=5000.0, p_max_pu=rng.uniform(size=24))
        network = electricity([dirty, clean, wind], 60 + 40 * rng.uniform(size=24))
        free = plan(replace(network, co2_limit=(np.inf,)))
        capped = plan(replace(network, co2_limit=(700.0,)))
        price = capped.limit_prices["co2", 2030]
        assert price > 0
        priced = plan(replace(network, co2_price=(price,)))
        assert priced.objective == pytest.approx(capped.objective + price * 700.0)
        assert free.objective < capped.objective
        assert ("co2", 2030) not in free.limit_prices


class TestMap:
    def test_names_and_hours(self) -> None:
        horizon = Horizon((2030, 2035), (3, 3), (1.0, 1.0), (5.0, 5.0))
        pv = Generator("pv", "el", extendable=True, p_max_pu=0.5, build_year=2035)
        battery = StorageUnit("battery", "el", p_nom=1.0)
        network = electricity([pv, CHEAP], [1.0] * 6, horizon, storage_units=(battery,), co2_limit=(9.0, 9.0))
        assembled = assemble(network)
        program, where = assembled.program, assembled.map
        assert where.active["pv"] == slice(3, 6)
        assert where.power["pv"].size == 3
        rows = where.rows.of_kind("p_max")["pv"]
        assert where.describe_row(int(rows[1])) == ("pv", "p_max", 4, 2035)
        assert where.describe_row(int(where.balance["el"][2])) == ("el", "balance", 2, 2030)
        assert where.describe_row(where.limits["co2", 2035]) == ("co2", "co2_limit", GLOBAL, 2035)
        assert where.describe_column(where.capacity["pv"]) == ("pv", "capacity", GLOBAL, None)
        with pytest.raises(IndexError):
            where.describe_row(program.rows)
        assert [program.row_hour[where.limits["co2", p]] for p in (2030, 2035)] == [GLOBAL, GLOBAL]

    def test_a_row_belongs_to_the_latest_hour_of_its_columns_or_closes_the_ring(self) -> None:
        battery = StorageUnit("battery", "el", p_nom=1.0)
        slow = replace(CHEAP, ramp_limit_up=0.5)
        program = assemble(electricity([slow], [1.0] * 5, storage_units=(battery,))).program
        for row in range(program.rows):
            columns = program.indices[program.indptr[row] : program.indptr[row + 1]]
            hours = set(program.column_hour[columns].tolist())
            hour = int(program.row_hour[row])
            assert hours <= {hour, (hour - 1) % 5}
            assert hour in hours


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"generators": (CHEAP, CHEAP)}, "power_id_twice"),
            ({"generators": (replace(CHEAP, bus="elsewhere"),)}, "power_bus_unknown"),
            ({"loads": (Load("l", "el", np.ones(7)),)}, "power_profile_length"),
            ({"loads": (Load("l", "el", np.array([1.0, np.nan])),)}, "power_profile_gap"),
            (
                {"generators": (replace(CHEAP, extendable=True, p_nom_min=2.0, p_nom_max=1.0),)},
                "power_capacity_crossed",
            ),
            ({"energy_limits": (EnergyLimit("x", 2030, (("no", 1.0),), "<=", 1.0),)}, "power_term_unknown"),
            ({"capacity_limits": (CapacityLimit("x", 2031, (), "<=", 1.0),)}, "power_period_unknown"),
            ({"co2_limit": (1.0, 2.0)}, "power_horizon_length"),
        ],
    )
    def test_parts_that_do_not_fit(self, change: dict[str, object], code: str) -> None:
        network = replace(electricity([CHEAP], [1.0, 2.0]), **change)
        with pytest.raises(InputRefused) as caught:
            assemble(network)
        assert code in {finding.code for finding in caught.value.findings}
