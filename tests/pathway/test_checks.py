"""Scenarios are looked through before they run; the levers of the built-in pack are whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from dafeng import terms
from dafeng.pack import read_pack
from dafeng.pathway.checks import check_pack_levers, check_scenario
from dafeng.pathway.delivery import read_lever_states, schedule_lever, yearly_figures
from dafeng.scenario import Lever, Scenario, resolve_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dafeng.errors import Finding
    from dafeng.pack import Pack
    from dafeng.pathway.model import Array

BASE = 2022
YEARS = np.arange(BASE, 2061)
NAMES = ("frozen", "trend", "plan", "outlook15", "plan_delayed", "deeper")
# lever -> target of the plan and the factor from its unit into the unit of the lever
PLAN = {
    "L_coal_heat_rate": ("T2.1.2-3", 1), "L_wind_pv": ("T2.2.1-2", 0.01), "L_storage": ("T2.2.3-1", 0.01),
    "L_geothermal": ("T2.2.5-1", 1), "L_demand_response": ("T2.2.6-3", 1),
    "L_export_re_share": ("T2.2.6-2", 1), "L_scattered_coal": ("T2.3.2-1", 0.01),
    "L_steel_eff": ("T3.1.1-2", 1), "L_coke_43": ("T3.1.2-1", 0.01), "L_cdq": ("T3.1.2-2", 1),
    "L_coke_eff": ("T3.1.2-4", 1), "L_al_eff": ("T3.1.4-3", 1), "L_cement_eff": ("T3.1.5-3", 1),
    "L_twohigh_cap": ("T3.1.6-1", 1), "L_urban_green": ("T3.2.1-1", 1), "L_bldg_code": ("T3.2.2-1", 1),
    "L_rooftop_pv": ("T3.2.3-4", 1), "L_ev": ("T3.3.1-4", 1), "L_bus_ev": ("T3.3.1-3", 1),
    "L_green_travel": ("T3.3.1-1", 1), "L_rail_share": ("T3.3.2-1", 1), "L_airport_ev": ("T3.3.3-1", 1),
    "L_park_circular": ("T4.1.1-1", 1), "L_waste_ch4": ("T4.1.4-4", 1), "L_forest": ("T4.3.2-1", 1),
    "L_manure": ("T4.3.4-2", 1), "L_straw": ("T4.3.4-1", 1), "L_soil_carbon": ("T4.3.4-3", 1),
}  # fmt: skip
LAST_YEAR_OF_PLAN = 2030


def resolved(pack: Pack, name: str) -> Scenario:
    return resolve_scenario(pack.scenarios[name], pack.scenarios)


def made(*levers: Lever, growth: Mapping[str, float] | None = None, last_year: int = 2060) -> Scenario:
    return Scenario(
        id="made", name_zh="试", name_en="Made", first_year=BASE, last_year=last_year, levers=levers,
        growth=dict(growth or {}),
    )  # fmt: skip


def move(lever: str, value: float, start: int = 2025, end: int = 2030) -> Lever:
    return Lever(id=lever, start=start, end=end, value=value)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def order_of(pack: Pack, scenario: Scenario) -> dict[str, Array]:
    states = read_lever_states(pack.tables["lever_ranges"], pack.tables["observations"], YEARS, "CN-SX")
    return {lever.id: schedule_lever(states[lever.id], lever, YEARS) for lever in scenario.levers}


# --- the built-in pack


def test_every_lever_of_the_pack_has_a_range_and_an_effect(shanxi: Pack) -> None:
    assert len(shanxi.tables["levers"]) == 71
    assert check_pack_levers(shanxi.tables) == ()
    assert "none" not in set(shanxi.tables["lever_effects"]["effect"])


def test_the_six_scenarios_stand_and_have_no_finding(shanxi: Pack) -> None:
    assert set(shanxi.scenarios) >= set(NAMES)
    for name in NAMES:
        assert codes(check_scenario(resolved(shanxi, name), shanxi.tables, BASE)) == []


def test_frozen_stops_the_trend_and_the_trend_keeps_the_pace_of_wind_and_pv(shanxi: Pack) -> None:
    frozen, trend = resolved(shanxi, "frozen"), resolved(shanxi, "trend")
    assert (frozen.autonomous, trend.autonomous) == (0.0, 1.0)
    assert frozen.levers == ()
    (wind,) = trend.levers
    seen = yearly_figures(shanxi.tables["observations"], "CN-SX")["wind_pv_capacity"]
    pace = (seen[2025] - seen[2020]) / 5 * 0.01  # GW a year
    assert wind.then == pytest.approx(pace, abs=5e-4)
    assert wind.value == pytest.approx(0.01 * seen[2025] + 5 * pace, abs=5e-3)


def test_the_plan_moves_exactly_the_levers_with_a_number(shanxi: Pack) -> None:
    levers = {lever.id: lever for lever in resolved(shanxi, "plan").levers}
    assert set(levers) == set(PLAN)
    targets = {row["target_id"]: row for row in shanxi.tables["targets"].iter_rows(named=True)}
    for name, (target_id, factor) in PLAN.items():
        target = targets[target_id]
        assert target["document_id"] == shanxi.config.pack.plan_document
        assert levers[name].value == pytest.approx(target["value"] * factor, rel=1e-12)
        assert levers[name].end == (target["target_year"] or LAST_YEAR_OF_PLAN)


def test_the_outlook_adds_the_later_goals_in_force(shanxi: Pack) -> None:
    plan, outlook = (
        {lever.id: lever for lever in resolved(shanxi, name).levers} for name in ("plan", "outlook15")
    )
    targets = dict(shanxi.tables["targets"].select("target_id", "value").iter_rows())
    today = dict(shanxi.tables["lever_ranges"].select("lever_id", "base_value").iter_rows())
    changed = {name for name in outlook if outlook[name] != plan.get(name)}
    assert changed == {"L_wind_pv", "L_gas_supply", "L_coal_output"}
    added = targets["D-sx-work-report-2026-1"] * 0.01
    assert outlook["L_wind_pv"].value == pytest.approx(today["L_wind_pv"] + added)
    assert outlook["L_gas_supply"].value == targets["D-sx-work-report-2026-4"]
    assert outlook["L_coal_output"].value == targets["D-sx-work-report-2026-5"]


def test_the_delayed_plan_is_the_plan_three_years_later(shanxi: Pack) -> None:
    plan, delayed = resolved(shanxi, "plan").levers, resolved(shanxi, "plan_delayed").levers
    assert [(a.id, a.value, a.start + 3, a.end + 3) for a in plan] == [
        (b.id, b.value, b.start, b.end) for b in delayed
    ]


def test_deeper_is_never_weaker_than_the_plan(shanxi: Pack) -> None:
    plan, deeper = (order_of(shanxi, resolved(shanxi, name)) for name in ("plan", "deeper"))
    ways = dict(shanxi.tables["lever_ranges"].select("lever_id", "direction").iter_rows())
    assert set(plan) < set(deeper)
    for name, path in plan.items():
        sign = -1.0 if ways[name] == "down" else 1.0
        assert (sign * (deeper[name] - path) >= -1e-9).all(), name


def test_what_is_observed_goes_before_what_was_ordered(shanxi: Pack) -> None:
    order = order_of(shanxi, resolved(shanxi, "plan"))
    assert order["L_wind_pv"][[0, 3, 8]] == pytest.approx([40.13, 78.808, 120.0])
    assert order["L_coke_43"][:2] == pytest.approx([22.59, 0.0])
    assert order["L_urban_green"].min() == pytest.approx(40.28)  # 38.9 % was reached before


def test_percentages_stay_between_0_and_their_bound_and_demonstrations_say_so(shanxi: Pack) -> None:
    ranges = shanxi.tables["lever_ranges"]
    assert ranges.filter(pl.col("base_state") == "sourced")["source_id"].null_count() == 0
    for table, state in (("lever_ranges", "base_state"), ("lever_effects", "state")):
        invented = shanxi.tables[table].filter(pl.col(state) == "demonstration")
        assert invented["note_zh"].null_count() == 0
        assert set(invented["grade"]) == {"C"}
        assert invented["source_id"].null_count() == invented.height


def test_the_shadow_price_is_no_cost(shanxi: Pack) -> None:
    costs = shanxi.tables["lever_costs"]
    assert costs.filter(pl.col("cost_cny_per_t") > 4000).is_empty()
    assert dict(costs.select("lever_id", "weak").iter_rows()) == {"L_cmm_capture": False, "L_steel_eff": True}


# --- what is refused


def test_an_unknown_lever_is_refused_with_the_nearest_name(shanxi: Pack) -> None:
    found = check_scenario(made(move("L_wind_pw", 100)), shanxi.tables, BASE)
    assert codes(found) == ["pathway_lever_unknown"]
    assert "L_wind_pv" in found[0].text("zh")
    assert "did you mean L_wind_pv" in found[0].text("en")


@pytest.mark.parametrize("value", [437.9, 438.1])
def test_a_value_outside_its_bounds_is_refused(shanxi: Pack, value: float) -> None:
    found = check_scenario(made(move("L_wind_pv", value)), shanxi.tables, BASE)
    assert codes(found) == (["pathway_lever_bounds"] if value > 438 else [])


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [(2015, 2021, True), (2015, 2022, False), (2041, 2050, True), (2040, 2050, False)],
)
def test_a_schedule_outside_the_years_is_refused(shanxi: Pack, start: int, end: int, refused: bool) -> None:
    scenario = made(move("L_ccus", 10, start, end), last_year=2040)
    assert codes(check_scenario(scenario, shanxi.tables, BASE)) == ["pathway_schedule_span"] * refused


def test_two_that_set_one_driver_contradict(shanxi: Pack) -> None:
    double = shanxi.tables["lever_effects"].with_columns(
        pl.when(pl.col("lever_id") == "L_power_export")
        .then(pl.lit("coal_output"))
        .otherwise("variable")
        .alias("variable")
    )
    tables = {**shanxi.tables, "lever_effects": double}
    both = made(move("L_coal_output", 13), move("L_power_export", 1600))
    assert codes(check_scenario(both, tables, BASE)) == ["pathway_levers_contradict"]
    assert codes(check_scenario(both, shanxi.tables, BASE)) == []


def test_a_growth_rate_and_a_lever_on_one_driver_contradict(shanxi: Pack) -> None:
    scenario = made(move("L_coal_output", 13), growth={"coal_output": 0.01})
    assert codes(check_scenario(scenario, shanxi.tables, BASE)) == ["pathway_levers_contradict"]


def test_a_growth_rate_of_something_else_is_refused(shanxi: Pack) -> None:
    found = check_scenario(made(growth={"gpd": 0.05}), shanxi.tables, BASE)
    assert codes(found) == ["pathway_driver_unknown"]
    assert "gdp" in found[0].text("en")


def test_a_lever_above_what_another_allows_is_refused(shanxi: Pack) -> None:
    alone = check_scenario(made(move("L_steel_eaf", 40)), shanxi.tables, BASE)
    assert codes(alone) == ["pathway_lever_above_ceiling"]
    assert alone[0].params["year"] == 2027  # 5 % in 2025, 7 points a year: above 14.2 % in 2027
    with_scrap = made(move("L_steel_eaf", 40), move("L_scrap_supply", 30))
    assert codes(check_scenario(with_scrap, shanxi.tables, BASE)) == []


def test_everything_wrong_is_said_at_once(shanxi: Pack) -> None:
    scenario = made(
        move("L_unheard", 1), move("L_ev", 120), move("L_ccus", 10, 2062, 2065), growth={"weather": 0.1}
    )
    found = codes(check_scenario(scenario, shanxi.tables, BASE))
    assert sorted(found) == [
        "pathway_driver_unknown", "pathway_lever_above_ceiling", "pathway_lever_bounds",
        "pathway_lever_unknown", "pathway_schedule_span",
    ]  # fmt: skip


def test_a_lever_without_range_or_effect_is_refused(shanxi: Pack) -> None:
    tables = dict(shanxi.tables)
    for name in ("lever_ranges", "lever_effects"):
        tables[name] = tables[name].filter(pl.col("lever_id") != "L_ccus")
    expected = ["pathway_lever_no_range", "pathway_lever_no_effect"]
    assert codes(check_scenario(made(move("L_ccus", 10)), tables, BASE)) == expected
    assert codes(check_pack_levers(tables)) == expected


@pytest.mark.parametrize(("lever", "kind"), [("L_wind_pv", "supply"), ("L_charging", "ceiling")])
def test_an_effect_on_something_unknown_is_refused(shanxi: Pack, lever: str, kind: str) -> None:
    effects = shanxi.tables["lever_effects"].with_columns(
        pl.when(pl.col("lever_id") == lever).then(pl.lit("winds")).otherwise("variable").alias("variable")
    )
    tables = {**shanxi.tables, "lever_effects": effects}
    found = check_pack_levers(tables)
    assert codes(found) == ["pathway_effect_variable"]
    assert found[0].params["effect"] == kind


@pytest.mark.parametrize("driver", sorted(terms.codes("pathway_drivers")))
def test_a_required_driver_without_its_base_year_is_refused(shanxi: Pack, driver: str) -> None:
    row = terms.entries("pathway_drivers")[driver]
    column = {"economy": "variable", "observations": "series_id", "products": "sector"}[row["table"]]
    tables = dict(shanxi.tables)
    frame = tables[row["table"]]
    tables[row["table"]] = frame.filter(pl.col(column).ne_missing(row["key"]))
    found = check_scenario(made(), tables, BASE)
    assert [(finding.code, finding.params["driver"]) for finding in found] == [
        ("pathway_driver_year_missing", driver)
    ]


def test_a_city_is_no_province(shanxi: Pack) -> None:
    only_city = shanxi.tables["observations"].with_columns(
        pl.when(pl.col("series_id") == "coal_output")
        .then(pl.lit("140100"))
        .otherwise("region")
        .alias("region")
    )
    found = check_scenario(made(), {**shanxi.tables, "observations": only_city}, BASE)
    assert codes(found) == ["pathway_driver_year_missing"]


@pytest.mark.parametrize(
    ("table", "column", "value", "code"),
    [
        ("lever_ranges", "base_value", 1e6, "pathway_range_order"),
        ("lever_ranges", "success_low", 2.0, "pathway_range_order"),
        ("lever_effects", "high", 1e6, "pathway_effect_sign"),
        ("lever_effects", "coefficient", 1e6, "pathway_range_order"),
        ("lever_effects", "ratio", None, "pathway_effect_incomplete"),
        ("lever_effects", "to_carrier", None, "pathway_effect_incomplete"),
    ],
)
def test_numbers_of_levers_are_in_order(
    shanxi: Pack, table: str, column: str, value: float | None, code: str
) -> None:
    lever = "L_scattered_coal"
    own = pl.col("lever_id") == lever
    frame = shanxi.tables[table]
    changed = frame.with_columns(
        pl.when(own).then(pl.lit(value, frame.schema[column])).otherwise(column).alias(column)
    )
    assert set(codes(check_pack_levers({**shanxi.tables, table: changed}))) == {code}


def test_the_second_province_has_levers_and_scenarios_too(tiny_pack: Path) -> None:
    tiny = read_pack(str(tiny_pack))
    assert set(tiny.scenarios) == {"trend", "plan"}
    assert check_pack_levers(tiny.tables) == ()
    for name in tiny.scenarios:
        assert check_scenario(resolved(tiny, name), tiny.tables, BASE) == ()
