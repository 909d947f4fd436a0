"""The builder on a small province: what comes out, what is refused, what binds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from tests.power import build_case
from tests.power.made_networks import plan

from dafeng.errors import InputRefused
from dafeng.power.build import build_network
from dafeng.power.build_settings import BuildInputs, PlanSettings

if TYPE_CHECKING:
    from dafeng.power.network import Network
    from dafeng.power.solution import PlanResult


def changed(name: str, frame: pl.DataFrame, **more: Any) -> BuildInputs:
    """Return the inputs of 2025 with one table in another form."""
    return build_case.inputs(tables=build_case.tables() | {name: frame}, **more)


def row_changed(name: str, change: dict[str, Any], **more: Any) -> BuildInputs:
    """Return the inputs with a column of a one-row table changed."""
    frame = build_case.tables()[name]
    return changed(name, frame.with_columns(**{k: pl.lit(v) for k, v in change.items()}), **more)


@pytest.fixture(scope="module")
def network() -> Network:
    """Return the network of two periods."""
    return build_network(build_case.inputs(2025, 2035))


@pytest.fixture(scope="module")
def result(network: Network) -> PlanResult:
    """Return its solution."""
    return plan(network)


def ids(network: Network) -> set[str]:
    """Return the ids of all assets."""
    every = (*network.generators, *network.links, *network.storage_units, *network.stores)
    return {asset.id for asset in every}


class TestParts:
    def test_every_class_is_there(self, network: Network) -> None:
        every = (*network.generators, *network.links, *network.storage_units, *network.stores)
        found = {asset.technology for asset in every}
        assert {row[0] for row in build_case.TECHNOLOGIES} <= found

    def test_wind_and_pv_stand_on_the_renewable_bus(self, network: Network) -> None:
        buses = {g.bus for g in network.generators if g.technology in ("wind", "pv")}
        assert buses == {"renewable"}

    def test_existing_capacity_pays_fixed_operation_only(self, network: Network) -> None:
        costs = {g.id: g.capital_cost for g in network.generators}
        assert costs["wind.old.2025"] == pytest.approx(4e6 * 0.02)
        annuity = 0.08 / (1 - 1.08**-30)
        assert costs["wind.new.2025"] == pytest.approx(4e6 * (0.02 + annuity))

    def test_fuel_cost_is_rate_times_price(self, network: Network) -> None:
        gas = next(g for g in network.generators if g.id == "gas.old.2025")
        assert gas.marginal_cost == pytest.approx(2000 * 3.6 / 29.3076 / 0.5)
        coal = next(g for g in network.generators if g.id == "coal_flex.from_coal_old.2035")
        middle = 320 * (1 + 0.1 * 0.3 / 0.7 * (1 / 0.65 - 1))
        assert coal.marginal_cost == pytest.approx(middle * 0.8)
        assert coal.co2 == pytest.approx(middle * 2.7 / 1000)

    def test_own_use_is_fuel_that_a_generated_mwh_does_not_need(self, network: Network) -> None:
        tables = build_case.tables(coal_flex__own_use=0.05)
        with_use = build_network(build_case.inputs(2025, 2035, tables=tables))
        one, other = (
            next(g for g in net.generators if g.id == "coal_flex.from_coal_old.2035")
            for net in (network, with_use)
        )
        assert other.marginal_cost == pytest.approx(0.95 * one.marginal_cost)
        assert other.co2 == pytest.approx(0.95 * one.co2)

    def test_demonstration_rules_and_retrofits_are_told(self, network: Network) -> None:
        told = dict(network.notes)["demonstration"].split("; ")
        assert {"rule discount_rate", "rule peak_margin", "retrofit flexibility coal_old"} <= set(told)

    def test_chp_links_keep_the_fuel_line(self, network: Network) -> None:
        heating = next(link for link in network.links if link.id == "coal_heat.heating")
        power, heat = (efficiency for _, efficiency in heating.outputs)
        assert power + 0.15 * heat == pytest.approx(1.0)
        assert heat / power == pytest.approx(1.2)

    def test_loads_have_the_energy_of_their_year(self, network: Network) -> None:
        load = next(load for load in network.loads if load.id == "load")
        weight = network.horizon.hour_weight[1]
        assert load.p_set[build_case.HOURS :].sum() * weight == pytest.approx(24e6)

    def test_plants_under_construction_stand_from_their_end(self) -> None:
        assert "pumped.old.2025" not in ids(build_network(build_case.inputs(2025)))
        assert "pumped.old.2030" in ids(build_network(build_case.inputs(2030)))

    def test_commitment_pays_for_what_is_online(self) -> None:
        network = build_network(build_case.inputs(settings=PlanSettings(commitment="linear")))
        coal = next(g for g in network.generators if g.id.startswith("coal_old.until"))
        stand_by = 320 * 0.1 * 0.5 / 0.5 / 1000
        assert coal.commitment is not None
        assert coal.commitment.stand_by_cost == pytest.approx(stand_by * 800)
        assert coal.commitment.stand_by_co2 == pytest.approx(stand_by * 2.7)
        assert coal.marginal_cost == pytest.approx((0.32 - stand_by) * 800)
        assert coal.p_min_pu == 0.5

    def test_carbon_price_is_that_of_the_lever_unless_set(self) -> None:
        priced = build_network(build_case.inputs(levers={"L_ets_price": {2025: 90.0}}))
        assert priced.co2_price == (90.0,)
        given = PlanSettings(co2_price=(10.0,))
        both = build_case.inputs(levers={"L_ets_price": {2025: 90.0}}, settings=given)
        assert build_network(both).co2_price == (10.0,)

    def test_scenario_price_goes_before_the_pack(self) -> None:
        base = build_case.inputs()
        scenario = base.scenario.model_copy(update={"prices": {"gas_cny_2020_per_tce": 1000.0}})
        network = build_network(replace(base, scenario=scenario))
        gas = next(g for g in network.generators if g.id == "gas.old.2025")
        assert gas.marginal_cost == pytest.approx(1000 * 3.6 / 29.3076 / 0.5)

    def test_price_years_are_bridged_by_the_index_or_told(self) -> None:
        frame = build_case.parameters().with_columns(price_year=pl.lit(2010))
        told = build_network(changed("power_parameters", frame))
        assert ("price_years_kept", "2010") in told.notes
        bridged = build_network(changed("power_parameters", frame, price_index={2010: 80.0, 2020: 100.0}))
        gas = [next(g for g in n.generators if g.id == "gas.old.2025") for n in (told, bridged)]
        assert gas[1].capital_cost == pytest.approx(1.25 * gas[0].capital_cost)


class TestRefusal:
    def test_everything_missing_is_listed_at_once(self) -> None:
        tables = build_case.tables(coal_old__coal_rate=None, battery__duration=None, boiler__lifetime=None)
        profiles = build_case.profiles(1)
        del profiles["wind"]
        with pytest.raises(InputRefused) as error:
            build_network(build_case.inputs(tables=tables, profiles=profiles))
        said = {(f.code, f.params.get("subject"), f.params.get("parameter")) for f in error.value.findings}
        assert ("power_parameter_missing", "coal_old", "coal_rate") in said
        assert ("power_parameter_missing", "battery", "duration") in said
        assert ("power_parameter_missing", "boiler", "lifetime") in said
        assert ("power_profile_missing", None, None) in said

    def test_unit(self) -> None:
        frame = build_case.parameters().with_columns(
            unit=pl.when(pl.col("parameter") == "coal_rate").then(pl.lit("MJ/kWh")).otherwise(pl.col("unit"))
        )
        with pytest.raises(InputRefused, match="MJ/kWh"):
            build_network(changed("power_parameters", frame))

    def test_profile_of_another_length(self) -> None:
        profiles = build_case.profiles(1) | {"wind": np.zeros(5)}
        with pytest.raises(InputRefused) as error:
            build_network(build_case.inputs(profiles=profiles))
        assert error.value.findings[0].code == "power_profile_length"

    def test_electricity_is_not_extrapolated(self) -> None:
        with pytest.raises(InputRefused) as error:
            build_network(build_case.inputs(2040))
        assert [f.code for f in error.value.findings] == ["power_demand_missing"]

    def test_zones(self) -> None:
        zones = build_case.tables()["power_zones"]
        with pytest.raises(InputRefused, match="exactly one zone"):
            build_network(changed("power_zones", pl.concat([zones, zones])))

    def test_years_in_order(self) -> None:
        with pytest.raises(InputRefused) as error:
            build_network(build_case.inputs(2030, 2025))
        assert error.value.findings[0].code == "power_periods_order"

    def test_rules(self) -> None:
        with pytest.raises(InputRefused, match="discount_rate"):
            build_network(changed("power_rules", build_case.tables()["power_rules"].clear()))

    def test_corridor_beyond_its_capability(self) -> None:
        with pytest.raises(InputRefused) as error:
            build_network(row_changed("power_corridors", {"energy_gwh": 9000.0}))
        assert error.value.findings[0].code == "power_corridor_over"

    def test_corridor_without_energy(self) -> None:
        with pytest.raises(InputRefused) as error:
            build_network(row_changed("power_corridors", {"energy_gwh": None}))
        assert error.value.findings[0].code == "power_corridor_energy"


class TestCorridor:
    def test_renewable_share_binds(self) -> None:
        more = {"settings": PlanSettings(wind_pv="free")}
        free, bound = (
            build_network(
                row_changed("power_corridors", {"renewable_share_min": share, "energy_gwh": 8000.0}, **more)
            )
            for share in (0.0, 0.98)
        )
        result = plan(bound)
        assert result.objective > plan(free).objective
        power = result.power
        brown, green = power["east.2025.brown"].sum(), power["east.2025.green"].sum()
        assert green / (brown + green) == pytest.approx(0.98)

    def test_lever_raises_the_share_of_new_corridors(self) -> None:
        levers = {"L_export_re_share": {2025: 80.0}}
        limit = build_network(build_case.inputs(levers=levers)).energy_limits[0]
        assert limit.constant == pytest.approx(0.2 * 3e6)

    def test_export_lever_scales_the_energy(self) -> None:
        levers = {"L_power_export": {2025: 4e6}}
        network = build_network(build_case.inputs(levers=levers))
        load = next(load for load in network.loads if load.id == "corridor.east.2025.load")
        assert load.p_set.sum() * network.horizon.hour_weight[0] == pytest.approx(4e6)

    def test_peaky_shape_is_cut_and_keeps_its_energy(self) -> None:
        change = {"shape": "load", "energy_gwh": 8000.0}
        network = build_network(row_changed("power_corridors", change))
        load = next(load for load in network.loads if load.id == "corridor.east.2025.load")
        assert load.p_set.max() <= 1000.0 + 1e-6
        assert load.p_set.sum() * network.horizon.hour_weight[0] == pytest.approx(8e6)
        assert any(key == "corridor.east.2025" for key, _ in network.notes)

    def test_import_is_a_source_with_a_price(self) -> None:
        network = build_network(row_changed("power_corridors", {"direction": "import"}))
        source = next(g for g in network.generators if g.id == "east.2025.import")
        assert (source.marginal_cost, source.e_sum_max) == (300.0, 3e6)


class TestLimits:
    def test_wind_and_pv_are_what_the_lever_says(self, result: PlanResult, network: Network) -> None:
        for year, goal in ((2025, 2500.0), (2035, 5000.0)):
            its = [g for g in network.generators if g.technology in ("wind", "pv")]
            found = sum(result.active_capacity(g.id, year, network) for g in its)
            assert found == pytest.approx(goal)

    def test_storage_is_at_least_what_the_lever_says(self, result: PlanResult, network: Network) -> None:
        for year, goal in ((2025, 200.0), (2035, 600.0)):
            its = [u for u in network.storage_units if u.technology in ("battery", "pumped")]
            assert sum(result.active_capacity(u.id, year, network) for u in its) >= goal - 1e-6

    def test_free_means_no_rows(self) -> None:
        settings = PlanSettings(wind_pv="free", storage="free", peak=False, reserve=False, retrofits=False)
        network = build_network(build_case.inputs(settings=settings))
        assert (network.capacity_limits, network.reserves) == ((), ())

    def test_peak_margin_binds(self) -> None:
        rules = build_case.tables()["power_rules"].with_columns(
            value=pl.when(pl.col("rule") == "peak_margin").then(1.5).otherwise(pl.col("value"))
        )
        bound = plan(build_network(changed("power_rules", rules)))
        loose = plan(build_network(build_case.inputs()))
        assert bound.capacity["battery.new.2025"] > loose.capacity["battery.new.2025"] + 1
        assert bound.limit_prices["peak.2025", 2025] > 0

    def test_reserve_follows_load_and_wind(self, network: Network) -> None:
        reserve = network.reserves[0]
        load = sum(load.p_set for load in network.loads if load.bus == "grid")
        assert np.asarray(reserve.requirement) == pytest.approx(0.03 * np.asarray(load))
        assert ("wind.old.2025", 0.1) in reserve.requirement_of_output

    def test_build_limit_counts_from_the_lists(self, network: Network) -> None:
        most = {g.id: g.p_nom_max for g in network.generators}
        assert most["wind.new.2025"] == pytest.approx(2 * 2000)
        assert most["wind.new.2035"] == pytest.approx(9000 - 1500)

    def test_vehicles_shift_what_they_charge_and_no_more(self) -> None:
        profiles = build_case.profiles(1)
        profiles["ev"] = profiles["pv"] + 0.01
        network = build_network(build_case.inputs(profiles=profiles))
        smart = next(u for u in network.storage_units if u.technology == "ev")
        load = next(load for load in network.loads if load.id == "ev")
        assert smart.p_nom * np.asarray(smart.p_max_pu) == pytest.approx(0.5 * np.asarray(load.p_set))

    def test_demand_response_is_its_share_of_the_peak(self) -> None:
        network = build_network(build_case.inputs(levers={}))
        load = sum(load.p_set for load in network.loads if load.bus == "grid")
        cut = next(g for g in network.generators if g.technology == "cut")
        assert cut.p_nom == pytest.approx(0.02 * load.max())
