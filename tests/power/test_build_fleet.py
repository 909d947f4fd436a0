"""What stands: age, published totals, finished retrofits, and retrofits that may be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.power import build_case
from tests.power.made_networks import plan

from dafeng.power.build import build_network
from dafeng.power.build_fleet import Block, read_fleet
from dafeng.power.build_settings import PlanSettings

if TYPE_CHECKING:
    from dafeng.power.network import Network
    from dafeng.power.solution import PlanResult

LIFE = 30.0


@given(st.integers(1980, 2020), st.integers(0, 15), st.integers(2020, 2060), st.floats(1.0, 60.0))
def test_what_stands_never_grows_once_all_is_built(start: int, span: int, year: int, life: float) -> None:
    block = Block("coal", start, start + span, 100.0)
    now, later = block.standing_mw(max(year, start + span), life), block.standing_mw(year + 20, life)
    assert 0.0 <= later <= now <= 100.0


def test_age_of_a_span() -> None:
    fleet = read_fleet(build_case.tables(), "CN-SX", 2025)
    assert fleet.standing_mw("coal_old", 2025, LIFE) == pytest.approx(1000.0 + 2000.0)
    assert fleet.standing_mw("coal_old", 2030, LIFE) == pytest.approx(500.0 + 2000.0)
    assert fleet.standing_mw("coal_old", 2045, LIFE) == pytest.approx(1000.0)
    assert fleet.remaining_life("coal_heat", 2025, LIFE) == pytest.approx(20.0)


def test_gap_to_the_published_total_is_filled_and_told() -> None:
    fleet = read_fleet(build_case.tables(), "CN-SX", 2025)
    assert fleet.standing_mw("wind", 2025, LIFE) == pytest.approx(1500.0)
    assert [step.parameters["mw"] for step in fleet.steps] == [pytest.approx(300.0)]
    network = build_network(build_case.inputs())
    assert any("300 MW" in text for key, text in network.notes if key.startswith("step"))


def test_total_of_wind_and_pv_adds_what_came_after_the_figures_of_each() -> None:
    tables = build_case.tables()
    later = tables["power_statistics"].with_columns(
        period=pl.lit("2025"), published_group=pl.lit("wind_pv"), value=pl.lit(300.0)
    )
    tables["power_statistics"] = pl.concat([tables["power_statistics"], later])
    fleet = read_fleet(tables, "CN-SX", 2025)
    assert fleet.standing_mw("wind", 2025, LIFE) == pytest.approx(1500.0 + 1000.0 * 1500 / 2000)
    assert fleet.standing_mw("pv", 2025, LIFE) == pytest.approx(500.0 + 1000.0 * 500 / 2000)
    assert [step.parameters["group"] for step in fleet.steps] == ["wind", "wind_pv"]


def test_later_statistics_do_not_count() -> None:
    fleet = read_fleet(build_case.tables(), "CN-SX", 2022)
    assert fleet.standing_mw("wind", 2022, LIFE) == pytest.approx(1200.0)


def _retrofits(**change: Any) -> dict[str, pl.DataFrame]:
    tables = build_case.tables()
    row = tables["power_retrofits"].with_columns(**{k: pl.lit(v) for k, v in change.items()})
    schema = build_case.tables()["power_retrofits"].schema
    return tables | {"power_retrofits": row.cast(dict(schema))}


def test_finished_retrofits_are_in_the_fleet_unless_the_list_has_them() -> None:
    after = read_fleet(_retrofits(done_mw=900.0, done_year=2025), "CN-SX", 2025)
    assert after.standing_mw("coal_flex", 2025, LIFE) == pytest.approx(900.0)
    assert after.standing_mw("coal_old", 2025, LIFE) == pytest.approx(2100.0)
    assert after.standing_mw("coal_flex", 2030, LIFE) == pytest.approx(900.0 * 2500 / 3000)
    before = read_fleet(_retrofits(done_mw=900.0, done_year=2023), "CN-SX", 2025)
    assert before.standing_mw("coal_flex", 2025, LIFE) == 0.0


def _under_construction(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    fleet = tables["power_fleet"]
    new = fleet.filter(technology="coal_old").head(1).with_columns(
        built_from=pl.lit(2026, pl.Int64), built_to=pl.lit(2028, pl.Int64),
        status=pl.lit("construction"), capacity_mw=pl.lit(600.0),
    )  # fmt: skip
    return tables | {"power_fleet": pl.concat([fleet, new.cast(dict(fleet.schema))])}


def test_finished_retrofits_were_done_on_what_ran() -> None:
    tables = _under_construction(_retrofits(done_mw=900.0, done_year=2025))
    fleet = read_fleet(tables, "CN-SX", 2025)
    assert fleet.standing_mw("coal_flex", 2025, LIFE) == pytest.approx(900.0)
    assert fleet.standing_mw("coal_old", 2030, LIFE) == pytest.approx(2100.0 * 2500 / 3000 + 600.0)


def test_units_that_come_later_need_no_retrofit_to_stand() -> None:
    tables = _under_construction(_retrofits(investment_cny_per_kw=1e4))
    network = build_network(build_case.inputs(2025, 2035, tables=tables))
    result = plan(network)
    assert _coal(network, result, 2025) == pytest.approx({"coal_old": 3000.0, "coal_flex": 0.0}, abs=1e-3)
    assert _coal(network, result, 2035) == pytest.approx({"coal_old": 2600.0, "coal_flex": 0.0}, abs=1e-3)


def _coal(network: Network, result: PlanResult, year: int) -> dict[str, float]:
    found = {"coal_old": 0.0, "coal_flex": 0.0}
    for unit in network.generators:
        if unit.technology in found:
            found[unit.technology] += result.active_capacity(unit.id, year, network)
    return found


@pytest.mark.parametrize("retirement", ["age", "choice"])
def test_old_and_retrofitted_share_what_stands(retirement: Any) -> None:
    settings = PlanSettings(retirement=retirement)
    network = build_network(build_case.inputs(2025, 2035, settings=settings))
    result = plan(network)
    for year, stands in ((2025, 3000.0), (2035, 2000.0)):
        whole = sum(_coal(network, result, year).values())
        assert whole <= stands + 1e-6
        if retirement == "age":
            assert whole == pytest.approx(stands)


def test_retrofit_is_chosen_when_it_pays_and_keeps_the_remaining_life() -> None:
    tables = _retrofits(investment_cny_per_kw=1.0)
    network = build_network(build_case.inputs(2025, 2035, tables=tables))
    result = plan(network)
    assert _coal(network, result, 2025)["coal_flex"] > 100.0
    assert _coal(network, result, 2035)["coal_flex"] <= 2000.0 + 1e-6


def test_limit_of_a_retrofit_binds() -> None:
    tables = _retrofits(investment_cny_per_kw=1.0, limit_mw=150.0)
    network = build_network(build_case.inputs(2025, tables=tables))
    assert _coal(network, plan(network), 2025)["coal_flex"] == pytest.approx(150.0)


def test_longer_life_keeps_what_would_go() -> None:
    change = {"retrofit": "life", "to_technology": "coal_old", "added_life_years": 15.0}
    network = build_network(build_case.inputs(2035, tables=_retrofits(**change)))
    longer = next(g for g in network.generators if g.id == "coal_old.from_coal_old.2035")
    assert longer.p_nom_max == pytest.approx(1000.0)
    limit = next(row for row in network.capacity_limits if row.id.startswith("retrofit.life"))
    assert limit.constant == pytest.approx(1000.0)


def test_no_retrofits_on_request() -> None:
    network = build_network(build_case.inputs(settings=PlanSettings(retrofits=False)))
    assert not any("from_" in unit.id for unit in network.generators)
