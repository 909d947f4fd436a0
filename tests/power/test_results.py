"""Result tables of a solved small province: they close, add up, and say what the arrays say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.power import build_case
from tests.power.made_networks import plan

from dafeng.power.build import build_network
from dafeng.power.build_settings import PlanSettings
from dafeng.power.coal import LoadCurve
from dafeng.power.results import tabulate

if TYPE_CHECKING:
    from dafeng.power.network import Network
    from dafeng.power.solution import PlanResult

Solved = tuple["Network", "PlanResult", dict[str, pl.DataFrame]]


@pytest.fixture(scope="module", params=["none", "linear"])
def solved(request: pytest.FixtureRequest) -> Solved:
    """Return a solved network of two periods with its tables, with and without unit commitment."""
    settings = PlanSettings(commitment=request.param, co2_price=(50.0, 80.0))
    network = build_network(build_case.inputs(2025, 2035, settings=settings))
    result = plan(network)
    return network, result, tabulate(network, build_case.tables(), result, "made")


def rows(tables: dict[str, pl.DataFrame], name: str, year: int) -> pl.DataFrame:
    """Return a table of one period."""
    return tables[f"power.{name}"].filter(pl.col("year") == year)


def value(tables: dict[str, pl.DataFrame], technology: str, column: str, year: int = 2025) -> float:
    """Return a cell of the energy table."""
    return float(rows(tables, "energy", year).filter(technology=technology)[column][0])


@pytest.mark.parametrize("year", [2025, 2035])
def test_energy_closes_in_the_tables(solved: Solved, year: int) -> None:
    _, _, tables = solved
    energy, system = rows(tables, "energy", year), rows(tables, "system", year).row(0, named=True)
    made = energy["generation_gwh"].sum() - energy["consumption_gwh"].sum() + system["unserved_gwh"]
    used = system["demand_gwh"] + system["export_gwh"]
    assert made == pytest.approx(used, rel=1e-6)
    assert used > 20000


@pytest.mark.parametrize("year", [2025, 2035])
def test_every_hour_closes(solved: Solved, year: int) -> None:
    _, _, tables = solved
    wide = rows(tables, "hourly", year).pivot(on="series", index="hour", values="power_mw")
    known = {"load", "export", "unserved", "curtailed", "residual_load", "hour"}
    classes = [name for name in wide.columns if name not in known]
    made = wide.select(made=pl.sum_horizontal(*classes, "unserved"))["made"].to_numpy()
    used = (wide["load"] + wide["export"]).to_numpy()
    assert made == pytest.approx(used, rel=1e-6)


def test_costs_add_up_to_the_objective(solved: Solved) -> None:
    network, result, tables = solved
    weight = dict(zip(network.horizon.periods, network.horizon.objective_weight, strict=True))
    costs = tables["power.costs"].filter(pl.col("kind") != "revenue")
    whole = sum(weight[year] * cost for year, cost in costs.select("year", "cost_cny").iter_rows())
    assert whole == pytest.approx(result.objective, rel=1e-9)
    system = tables["power.system"]
    assert system["cost_cny"].sum() == pytest.approx(costs["cost_cny"].sum())


def test_revenue_is_energy_times_price(solved: Solved) -> None:
    _, _, tables = solved
    revenue = tables["power.costs"].filter((pl.col("kind") == "revenue") & (pl.col("year") == 2025))
    assert revenue["cost_cny"].to_list() == [pytest.approx(-300.0 * 3e6)]


def test_capacity_is_told_by_where_it_came_from(solved: Solved) -> None:
    _, _, tables = solved
    for row in tables["power.capacity"].iter_rows(named=True):
        parts = row["existing_mw"] + row["built_mw"] + row["retrofitted_mw"]
        if row["year"] == 2025:
            assert row["capacity_mw"] == pytest.approx(parts, abs=1e-6)
    coal = rows(tables, "capacity", 2035).filter(technology="coal_old").row(0, named=True)
    before = rows(tables, "capacity", 2025).filter(technology="coal_old").row(0, named=True)
    both = tables["power.capacity"].filter(pl.col("technology").is_in(["coal_old", "coal_flex"]))
    moved = both.filter((pl.col("year") == 2035) & (pl.col("technology") == "coal_flex"))
    left = before["capacity_mw"] - coal["capacity_mw"] - moved["retrofitted_mw"][0]
    assert coal["retired_mw"] == pytest.approx(max(left, 0.0), abs=1e-6)


def test_curtailed_is_what_could_have_been(solved: Solved) -> None:
    network, result, tables = solved
    hours = slice(0, build_case.HOURS)
    wind = [g for g in network.generators if g.technology == "wind" and g.build_year <= 2025]
    most = sum(float((g.p_max_pu[hours] * result.capacity[g.id]).sum()) for g in wind)
    used = sum(float(result.power[g.id][hours].sum()) for g in wind)
    weight = network.horizon.hour_weight[0]
    assert value(tables, "wind", "curtailed_gwh") == pytest.approx((most - used) * weight / 1000.0, abs=1e-6)


def test_coal_rate_follows_the_curve(solved: Solved) -> None:
    network, result, tables = solved
    hours = slice(0, build_case.HOURS)
    units = [g for g in network.generators if g.technology == "coal_flex" and g.build_year <= 2025]
    curve, fuel, power = LoadCurve(320.0, 0.3, 0.1), 0.0, 0.0
    for unit in units:
        output = result.power[unit.id][hours]
        if unit.commitment is None:
            online = np.maximum(0.6 * result.capacity[unit.id], output)
        else:
            online = result.online[unit.id][hours]
        fuel += float((curve.stand_by * online + curve.slope * output).sum())
        power += float(output.sum())
    assert value(tables, "coal_flex", "coal_rate_gce_per_kwh") == pytest.approx(fuel / power)
    assert 320.0 < value(tables, "coal_flex", "coal_rate_gce_per_kwh") < 352.1


def test_coal_rate_is_net_of_own_use() -> None:
    tables = build_case.tables(coal_old__own_use=0.05, coal_old__part_load_penalty=0.0)
    network = build_network(build_case.inputs(2025, tables=tables))
    found = tabulate(network, tables, plan(network), "made")
    assert value(found, "coal_old", "coal_rate_gce_per_kwh") == pytest.approx(320.0)
    fuel, energy = value(found, "coal_old", "fuel_tce"), value(found, "coal_old", "generation_gwh")
    assert fuel == pytest.approx(0.95 * 320.0 * energy)


def test_co2_is_fuel_times_factor(solved: Solved) -> None:
    _, _, tables = solved
    for name, factor in (("coal_flex", 2.7), ("coal_heat", 2.7), ("waste", 0.0)):
        fuel, co2 = value(tables, name, "fuel_tce"), value(tables, name, "co2_kt")
        assert co2 == pytest.approx(fuel * factor / 1000.0)
    whole = rows(tables, "energy", 2025)["co2_kt"].sum() / 1000.0
    assert rows(tables, "system", 2025)["co2_mt"][0] == pytest.approx(whole)


def test_heat_of_chp_carries_its_fuel(solved: Solved) -> None:
    network, result, tables = solved
    power = result.power["coal_heat.heating"][: build_case.HOURS] * network.horizon.hour_weight[0]
    heat = (
        float(power.sum())
        * dict(next(x for x in network.links if x.id == "coal_heat.heating").outputs)["heat"]
    )
    fuel = value(tables, "coal_heat", "fuel_tce") - heat * 3.6 / 29.3076 / 0.9
    rate = 1000.0 * fuel / (value(tables, "coal_heat", "generation_gwh") * 1000.0)
    assert value(tables, "coal_heat", "coal_rate_gce_per_kwh") == pytest.approx(rate)


def test_storage_loses_what_its_efficiencies_say(solved: Solved) -> None:
    _, _, tables = solved
    battery = rows(tables, "storage", 2035).filter(technology="battery").row(0, named=True)
    assert battery["discharged_gwh"] == pytest.approx(battery["charged_gwh"] * 0.81)
    assert battery["loss_gwh"] == pytest.approx(battery["charged_gwh"] - battery["discharged_gwh"])
    assert battery["duration_hours"] == pytest.approx(2.0)


def test_corridor_keeps_its_share(solved: Solved) -> None:
    _, _, tables = solved
    row = rows(tables, "corridors", 2025).row(0, named=True)
    assert (row["corridor"], row["direction"]) == ("east", "export")
    assert row["energy_gwh"] == pytest.approx(3000.0)
    assert row["renewable_share"] >= row["renewable_share_min"] - 1e-9
    assert row["renewable_share_min"] == pytest.approx(0.5)


def test_prices_and_factors(solved: Solved) -> None:
    _network, result, tables = solved
    prices = rows(tables, "prices", 2035)
    assert prices["price_cny_per_mwh"].to_numpy() == pytest.approx(result.prices["grid"][build_case.HOURS :])
    assert prices["average_factor_t_per_mwh"].is_between(0, 1.2).all()
    assert prices["marginal_factor_t_per_mwh"].is_between(0, 2.0).all()


def test_marginal_factor_is_that_of_the_unit_that_sets_the_price() -> None:
    network = build_network(build_case.inputs(2025, settings=PlanSettings(retrofits=False)))
    result = plan(network)
    prices = tabulate(network, build_case.tables(), result, "made")["power.prices"]
    coal = next(g for g in network.generators if g.id == "coal_old.old.2025")
    power = result.power[coal.id]
    moves = (power > 0.3 * 3000 + 1) & (power < 0.9 * 3000 - 1)
    at_coal = np.abs(prices["price_cny_per_mwh"].to_numpy() - coal.marginal_cost) < 1e-6
    assert (moves & at_coal).sum() > 10
    factors = prices["marginal_factor_t_per_mwh"].to_numpy()[moves & at_coal]
    assert factors == pytest.approx(np.full(factors.size, coal.co2))


def test_units_of_years_are_weighted_by_their_hours(solved: Solved) -> None:
    network, result, tables = solved
    weight = network.horizon.hour_weight[0]
    hydro = float(result.power["hydro.old.2025"].sum()) * weight / 1000.0
    assert value(tables, "hydro", "generation_gwh") == pytest.approx(hydro)
    assert value(tables, "hydro", "full_load_hours") == pytest.approx(hydro * 1000.0 / 200.0)
