"""Indicators out of quantities, and what futures say of the targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dafeng import terms
from dafeng.pathway.indicators import indicator_paths, indicator_rules, needed_quantities
from dafeng.pathway.target_outlook import (
    OutlookReadings,
    TargetOutlook,
    fulfils,
    judge_targets,
    outlook_reasons,
)
from dafeng.table import check
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from dafeng.pack import Pack
    from dafeng.pathway.indicators import IndicatorPaths

YEARS = np.arange(2022, 2036)
DRAWS = 100
SPREAD = np.linspace(-1, 1, DRAWS)


def paths_of(pack: Pack, history: bool = True, **more: np.ndarray) -> IndicatorPaths:
    """Return paths of flat quantities, except for the ones that are given."""
    flat = {name: np.ones((len(YEARS), DRAWS)) for name in needed_quantities(pack.tables)}
    past = {"co2_total_mt": {2020: 0.8, 2021: 0.9}, "gdp_index": {2020: 0.5, 2021: 0.7}}
    return indicator_paths({**flat, **more}, YEARS, pack.tables, 2020, past if history else None)


def outlook(pack: Pack, paths: IndicatorPaths, **more: Any) -> dict[str, dict[str, Any]]:
    made = judge_targets(paths, pack.tables, scenario="s", region="CN-SX", **more)
    assert check(made, TargetOutlook).height == pack.tables["targets"].height
    return {row["target_id"]: row for row in made.iter_rows(named=True)}


def test_rules_name_indicators_and_levers_of_the_pack_in_units_that_convert(shanxi: Pack) -> None:
    indicators = dict(shanxi.tables["indicators"].select("indicator_id", "unit").iter_rows())
    levers = dict(shanxi.tables["lever_ranges"].select("lever_id", "unit").iter_rows())
    named = 0
    for rule in indicator_rules().values():
        if rule.since is None and (indicators[rule.indicator_id] or "1") != rule.unit:
            assert (
                rule.indicator_id == "coal_consumption"
            )  # physical or standard coal: the plan leaves it open
        if rule.lever:
            given = levers[rule.lever].replace("/yr", "")
            assert conversion_factor(given, rule.unit) == pytest.approx(rule.scale)
            named += 1
    assert named >= 20


def test_changes_refer_to_the_base_year_and_reach_back_into_history(shanxi: Pack) -> None:
    paths = paths_of(shanxi)
    change = paths.values["co2_intensity_change"]
    assert paths.years[0] == 2020
    assert change[0] == pytest.approx(0)
    assert change[1] == pytest.approx((0.9 / 0.7) / (0.8 / 0.5) * 100 - 100)
    assert change[2] == pytest.approx(1 / 1.6 * 100 - 100)
    assert paths.values["co2_intensity"][2] == pytest.approx(1)
    without = paths_of(shanxi, history=False)
    assert np.isnan(without.values["co2_intensity_change"]).all()
    assert np.isfinite(without.values["co2_intensity"]).all()


def test_a_share_of_sums_is_not_a_sum_of_shares(shanxi: Pack) -> None:
    paths = paths_of(
        shanxi,
        wind_pv_generation_twh=np.full((len(YEARS), DRAWS), 60.0),
        hydro_generation_twh=np.full((len(YEARS), DRAWS), 20.0),
        generation_twh=np.full((len(YEARS), DRAWS), 400.0),
    )
    assert paths.values["new_clean_generation_share"][-1] == pytest.approx(20)


def test_what_the_engine_does_not_give_is_left_out(shanxi: Pack) -> None:
    paths = indicator_paths({"gdp_index": np.ones((3, 2))}, YEARS[:3], shanxi.tables, 2022)
    assert not paths.values


def test_a_level_is_judged_in_its_year_and_unit(shanxi: Pack) -> None:
    ramp = np.linspace(0.10, 0.23, len(YEARS))[:, None] + 0.05 * SPREAD  # 18 % +- 5 points in 2030
    row = outlook(shanxi, paths_of(shanxi, non_fossil_share=ramp))["T1.2b-3"]
    assert row["unit"] == "%"
    assert row["p50"] == pytest.approx(18)
    assert (row["met_low"], row["met_high"], row["state"]) == (0.5, 0.5, "expressed")
    assert "50" in row["reason_zh"]
    assert row["p05"] == pytest.approx(13.5)


def test_what_levers_deliver_has_values_and_no_share(shanxi: Pack) -> None:
    ramp = np.linspace(40, 170, len(YEARS))[:, None] + 10 * SPREAD  # 120 GW +- 10 in 2030
    cdq = 90 + np.zeros((len(YEARS), DRAWS)) + SPREAD
    paths = paths_of(shanxi, wind_pv_capacity_gw=ramp, **{"lever:L_coke_43": cdq})
    rows = outlook(shanxi, paths, readings=OutlookReadings((0.0,)))
    row = rows["T2.2.1-2"]
    assert row["unit"] == "10^4 kW"
    assert row["p50"] == pytest.approx(12000)
    assert row["p05"] == pytest.approx(11100, abs=1)
    assert rows["D-sx-work-report-2026-2"]["p50"] == pytest.approx(1000)  # yearly addition
    assert rows["D-sx-work-report-2026-1"]["p50"] == pytest.approx(5000)  # since the base year of the target
    for name in ("T2.2.1-2", "D-sx-work-report-2026-1", "T2.2.3-1", "T3.1.2-1"):
        assert (rows[name]["state"], rows[name]["met_low"], rows[name]["met_high"]) == ("assumed", None, None)
        assert "no share is given" in rows[name]["reason_en"]
    assert "assumed share of delivery" in row["reason_en"]
    assert "the same in every future" in rows["T2.2.3-1"]["reason_en"]  # flat here
    assert "scope is open" in rows["D-sx-forest-2024-1"]["reason_en"]


def test_only_rules_of_levers_alone_are_delivered(shanxi: Pack) -> None:
    rules = indicator_rules()
    made = {name for name, rule in rules.items() if rule.delivered and not rule.lever}
    assert made == {
        "wind_pv_capacity", "renewable_capacity_added", "new_energy_capacity_connected", "storage_capacity",
    }  # fmt: skip
    effects = shanxi.tables["lever_effects"]
    assert "L_wind_pv" in rules["wind_pv_capacity"].delivering(effects)
    assert rules["storage_capacity"].delivering(effects) == ("L_storage",)
    assert rules["dispersed_coal"].delivering(None) == ("L_scattered_coal",)
    assert rules["non_fossil_share"].delivering(effects) == ()


def test_about_needs_a_decision_only_where_the_readings_differ(shanxi: Pack) -> None:
    flat = 13 + np.zeros((len(YEARS), 1)) + SPREAD  # 13 +- 1
    readings = OutlookReadings((0.0, 0.05), settled=frozenset({"coal_output_unspecified"}))
    target = "D-sx-work-report-2026-5"
    row = outlook(shanxi, paths_of(shanxi, coal_output_100mt=flat), readings=readings)[target]
    assert row["state"] == "needs_decision"
    assert row["met_low"] < row["met_high"]
    far = outlook(shanxi, paths_of(shanxi, coal_output_100mt=3 * flat), readings=readings)[target]
    assert (far["state"], far["met_low"]) == ("expressed", 0.0)


def test_keeps_falling_has_two_readings(shanxi: Pack) -> None:
    saw = np.linspace(2, 1, len(YEARS))[:, None] + 0.1 * (np.arange(len(YEARS)) % 2)[:, None] + 0 * SPREAD
    rows = outlook(shanxi, paths_of(shanxi, coal_use_mtce=saw))
    assert rows["T1.2b-2"]["state"] == "needs_decision"
    assert (rows["T1.2b-2"]["met_low"], rows["T1.2b-2"]["met_high"]) == (0.0, 1.0)
    decided = outlook(
        shanxi, paths_of(shanxi, coal_use_mtce=saw), readings=OutlookReadings(trends=("whole_span",))
    )
    assert decided["T1.2b-2"]["state"] == "expressed"


def test_a_base_year_before_the_engine_needs_history(shanxi: Pack) -> None:
    flat = {"energy_use_mtce": np.full((len(YEARS), DRAWS), 200.0)}
    assert outlook(shanxi, paths_of(shanxi, **flat))["D-sx-es-14fyp-1"]["state"] == "not_expressed"
    past = {"energy_use_mtce": {2020: 250.0}, "gdp_index": {2020: 0.9}}
    quantities = {name: np.ones((len(YEARS), DRAWS)) for name in needed_quantities(shanxi.tables)} | flat
    row = outlook(shanxi, indicator_paths(quantities, YEARS, shanxi.tables, 2020, past))["D-sx-es-14fyp-1"]
    assert row["p50"] == pytest.approx(200 / (250 / 0.9) * 100 - 100)
    assert row["met_low"] == 1.0


@pytest.mark.parametrize(
    ("target", "state"),
    [
        ("T2.1.2-1", "not_expressed"),  # a threshold
        ("T2.1.4-1", "not_expressed"),  # mine size is not in the engine
        ("D-cn-carbon-15fyp-1", "not_expressed"),  # the country
        ("D-cn-energy-12fyp-1", "not_expressed"),  # 2015
        ("T1.2a-1", "no_number"),
        ("T1.2a-6", "no_number"),
        ("T7.3-1", "no_number"),
        ("T3.3.2-1", "needs_decision"),  # no year
        ("T1.2a-4", "needs_decision"),  # the set of clean energy is open
        ("T1.2b-3", "expressed"),
        ("T3.1.2-1", "assumed"),  # a lever
    ],
)
def test_what_cannot_be_said_is_said(shanxi: Pack, target: str, state: str) -> None:
    assert outlook(shanxi, paths_of(shanxi))[target]["state"] == state


def test_decisions_settle_years_values_and_scopes(shanxi: Pack) -> None:
    readings = OutlookReadings(
        target_year={"T3.3.2-1": 2030}, target_value={"T1.2a-6": -18.0},
        settled=frozenset({"new_clean_generation_share"}),
    )  # fmt: skip
    rows = outlook(shanxi, paths_of(shanxi), readings=readings, peaks={"T1.2b-7": 0.42})
    assert rows["T3.3.2-1"]["state"] == "assumed"
    assert rows["T1.2a-4"]["state"] == "expressed"
    assert (rows["T1.2a-6"]["met_low"], rows["T1.2a-6"]["value"]) == (1.0, -18.0)  # falls by 37.5 %
    assert (rows["T1.2b-7"]["met_low"], rows["T1.2b-7"]["state"]) == (0.42, "expressed")
    assert "42" in rows["T1.2b-7"]["reason_en"]


def test_a_lever_that_is_a_change_answers_changes_only(shanxi: Pack) -> None:
    gain = np.linspace(0, 13, len(YEARS))[:, None] + 0 * SPREAD
    rows = outlook(shanxi, paths_of(shanxi, **{"lever:L_geothermal": 20 * gain, "lever:L_forest": gain}))
    assert rows["T2.2.5-1"]["p50"] == pytest.approx(60)  # growth over 2020, as the lever counts
    assert rows["T4.3.2-1"]["p50"] == pytest.approx(3)
    assert rows["D-sx-forest-2024-1"]["p50"] == pytest.approx(1)  # one year to the next
    assert rows["D-sx-forest-2025-1"]["state"] == "not_expressed"  # a level
    assert "2020" in rows["D-sx-forest-2025-1"]["reason_en"]


def test_numbers_for_demonstration_are_marked(shanxi: Pack) -> None:
    rows = outlook(shanxi, paths_of(shanxi))
    ranges = {row["lever_id"]: row for row in shanxi.tables["lever_ranges"].iter_rows(named=True)}
    assert ranges["L_steel_eff"]["base_state"] == "demonstration"
    assert rows["T3.1.1-2"]["basis"] == "demonstration"
    assert "演示" in rows["T3.1.1-2"]["reason_zh"]
    assert rows["T2.2.3-1"]["basis"] == "derived"  # storage: of the value and the share of its lever
    assert rows["T2.2.1-2"]["basis"] == "demonstration"  # roofs are part of wind and PV
    assert rows["T1.2b-3"]["basis"] == "derived"
    assert "演示" not in rows["T1.2b-3"]["reason_zh"]


def test_every_target_has_words(shanxi: Pack) -> None:
    rows = outlook(shanxi, paths_of(shanxi)).values()
    assert {row["state"] for row in rows} == set(terms.entries("outlook_state"))
    assert all(row["reason_zh"] and row["reason_en"] and "{" not in row["reason_zh"] for row in rows)
    assert all((row["met_low"] is None) == (row["met_high"] is None) for row in rows)
    assert set(outlook_reasons()) >= {"judged", "judged_peak", "no_year"}


@pytest.mark.parametrize(
    ("comparator", "direction", "value", "met"),
    [
        ("ge", "up", 10.0, [False, True, True]),
        ("gt", "up", 10.0, [False, False, True]),
        ("le", "down", 10.0, [True, True, False]),
        ("lt", "down", 10.0, [True, False, False]),
        ("eq", "up", 10.0, [False, True, True]),
        ("eq", "down", 10.0, [True, True, False]),
        ("eq", "none", 10.0, [False, True, False]),
        ("about", "none", 10.0, [False, True, False]),
        ("change_about", "down", -9.5, [False, False, False]),
        ("points_ge", "up", 9.0, [True, True, True]),
    ],
)
def test_comparators(comparator: str, direction: str, value: float, met: list[bool]) -> None:
    case = {"comparator": comparator, "direction": direction, "value": value}
    assert fulfils(case, np.array([9.0, 10.0, 11.0]), 0.02).tolist() == met


def test_a_range_has_two_ends() -> None:
    case = {"comparator": "range", "lower": 5.0, "upper": 10.0, "value": None, "direction": "up"}
    assert fulfils(case, np.array([4.9, 5.0, 10.0, 10.1])).tolist() == [False, True, True, False]
