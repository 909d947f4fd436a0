"""What a link asks of the explorer: read, written, made into a scenario, told where it is untested."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dafeng.app.pathway_engine import build_engine, lay_foundation, resolve_all
from dafeng.app.portal_wish import (
    MOST_BESIDE,
    Dials,
    Wish,
    find_untested,
    list_dials,
    make_scenario,
    read_wish,
    write_wish,
)
from dafeng.errors import InputRefused
from dafeng.scenario import Scenario, inherit_scenario

if TYPE_CHECKING:
    from dafeng.app.pathway_engine import Foundation
    from dafeng.pack import Pack

WORDS = {"gdp": ("产值", "GDP"), "power_export": ("外送", "Export"), "delay": ("推迟", "Delay")}


@pytest.fixture(scope="module")
def foundation(shanxi: Pack) -> Foundation:
    return lay_foundation(shanxi, date(2026, 11, 22))


@pytest.fixture(scope="module")
def dials(shanxi: Pack, foundation: Foundation) -> Dials:
    return list_dials(foundation, resolve_all(shanxi))


def test_every_lever_of_the_pack_has_a_dial_with_its_bounds(dials: Dials, shanxi: Pack) -> None:
    ranges = {row["lever_id"]: row for row in shanxi.tables["lever_ranges"].to_dicts()}
    assert set(dials.levers) == set(ranges)
    wind = dials.levers["L_wind_pv"]
    assert (wind.lower, wind.upper) == (ranges["L_wind_pv"]["lower"], ranges["L_wind_pv"]["upper"])
    reached = [
        lever.value for one in dials.scenarios.values() for lever in one.levers if lever.id == wind.lever
    ]
    assert wind.tested == (min(wind.today, *reached), max(wind.today, *reached))


def test_a_link_reads_back_what_was_written(dials: Dials) -> None:
    wish = Wish(
        "plan", {"L_wind_pv": 151.5}, {"L_wind_pv": 2034, "L_ev": 2035}, {"gdp": 3.25}, 0.5, 2, ("frozen",)
    )
    assert read_wish(write_wish(wish), dials) == wish


def test_what_changes_nothing_is_left_out(dials: Dials) -> None:
    plan = {lever.id: lever for lever in dials.scenarios["plan"].levers}["L_wind_pv"]
    pairs = [("scenario", "plan"), ("L_wind_pv", f"{plan.value}"), ("L_wind_pv.end", f"{plan.end}"),
             ("growth.gdp", ""), ("autonomous", "1.0"), ("delay", "0"), ("L_ccus", "0")]  # fmt: skip
    wish = read_wish(pairs, dials)
    assert write_wish(wish) == [("scenario", "plan")]
    assert not wish.changed
    assert make_scenario(wish, dials) == dials.scenarios["plan"]


def test_everything_that_is_wrong_is_told_at_once(dials: Dials) -> None:
    pairs = [("scenario", "nowhere"), ("L_wind", "3"), ("L_wind_pv", "1e9"), ("L_ev", "nan"), ("delay", "x"),
             ("growth.gdp", "11"), ("autonomous", "-1")]  # fmt: skip
    with pytest.raises(InputRefused) as refused:
        read_wish(pairs, dials)
    codes = sorted(one.code for one in refused.value.findings)
    assert codes == ["portal_wish_unknown", *["portal_wish_value"] * 5, "scenario_unknown"]


def test_the_language_and_the_stage_of_a_page_are_no_part_of_a_wish(dials: Dials) -> None:
    assert read_wish([("lang", "en"), ("seen", "256")], dials) == Wish("plan")


def test_at_most_three_scenarios_stand_beside_and_never_the_own_one(dials: Dials) -> None:
    names = [name for name in dials.scenarios if name != "plan"]
    wish = read_wish([("with", name) for name in ["plan", *names, *names]], dials)
    assert wish.beside == tuple(names[:MOST_BESIDE])


def test_a_turned_dial_moves_the_lever_and_keeps_the_rest(dials: Dials, foundation: Foundation) -> None:
    made = make_scenario(Wish("plan", {"L_wind_pv": 200.0, "L_ccus": 9.0}, {"L_wind_pv": 2024}), dials)
    levers = {lever.id: lever for lever in made.levers}
    plan = {lever.id: lever for lever in dials.scenarios["plan"].levers}
    assert (levers["L_wind_pv"].value, levers["L_wind_pv"].end) == (200.0, 2024)
    assert levers["L_wind_pv"].start <= 2024
    assert levers["L_wind_pv"].then == plan["L_wind_pv"].then
    assert levers["L_ccus"].value == 9.0
    assert "L_ccus" not in plan
    assert {name: lever for name, lever in levers.items() if name not in {"L_wind_pv", "L_ccus"}} == {
        name: lever for name, lever in plan.items() if name != "L_wind_pv"
    }
    assert made.id == "plan"
    build_engine(foundation, made)


def test_the_delay_is_that_of_a_scenario_of_the_pack(dials: Dials) -> None:
    plan = dials.scenarios["plan"]
    bare = Scenario(
        id="x", name_zh="x", name_en="x", first_year=plan.first_year, last_year=plan.last_year, delay_years=3
    )
    assert make_scenario(Wish("plan", delay=3), dials).levers == inherit_scenario(bare, plan).levers


def test_a_form_that_was_drawn_without_delay_keeps_none_of_its_years(dials: Dials) -> None:
    years = [(f"{lever}.end", str(dials.order(Wish("plan"), lever).end)) for lever in dials.levers]
    form = [("scenario", "plan"), ("delay.was", "0"), ("delay", "2"), *years]
    assert read_wish(form, dials) == Wish("plan", delay=2)


def test_growth_is_a_share_in_the_scenario_and_percent_in_the_link(dials: Dials) -> None:
    assert make_scenario(Wish("plan", growth={"gdp": 2.5}), dials).growth["gdp"] == pytest.approx(0.025)


def test_what_no_run_ever_tried_is_told(dials: Dials) -> None:
    high = dials.levers["L_wind_pv"].tested[1]
    inside = Wish("plan", {"L_wind_pv": high}, growth={"gdp": 4.0}, delay=3)
    assert find_untested(inside, dials, WORDS) == []
    outside = Wish("plan", {"L_wind_pv": high + 1}, growth={"gdp": 4.1}, delay=4)
    told = find_untested(outside, dials, WORDS)
    assert [one.value for one in told] == [high + 1, 4.1, 4]
    assert told[0].high == high
