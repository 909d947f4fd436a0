"""The reduced form, links, tariffs and market files through their use cases on a small pack."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.pathway_engine import build_engine, lay_foundation, resolve_all
from dafeng.app.pathway_scenario import GroundRequest
from dafeng.app.pathway_words import list_parameters
from dafeng.app.power_file import PlanRequest
from dafeng.app.power_links import (
    DesignPoint,
    lay_design,
    lower_min_load,
    prepare_response,
    run_response,
)
from dafeng.app.power_links_file import MarketRequest, run_market
from dafeng.app.power_profiles import ProfileRequest
from dafeng.errors import InputRefused, TableError
from dafeng.job import Job
from dafeng.pack import PACK_TABLES, read_pack
from dafeng.pathway.power_step import power_parameters, respond_parameters, select_response
from dafeng.power.market import PriceLimits
from dafeng.power.response import COEFFICIENTS
from dafeng.table import check

if TYPE_CHECKING:
    from pathlib import Path

ROW = {
    "scenario": None, "year": 2030, "variable": "curtailment_slope", "value": 0.4, "unit": "1", "error": 0.02,
    "runs": 16.0, "state": "derived", "source_id": None, "grade": "C", "note_zh": None, "note_en": None,
}  # fmt: skip


def test_without_the_table_nothing_changes() -> None:
    assert respond_parameters([], "plan") == power_parameters()


def test_own_rows_go_before_shared_ones_and_later_years_before_earlier() -> None:
    rows = [
        {**ROW, "scenario": "plan", "value": 0.5},
        {**ROW, "year": 2035, "value": 41.0, "unit": "%"},
        ROW,
        {**ROW, "variable": "marginal_factor", "value": 0.7, "unit": "t/MWh"},
    ]
    assert respond_parameters(rows, "plan").curtailment_slope == 0.5
    assert respond_parameters(rows, "other").curtailment_slope == pytest.approx(0.41)
    assert respond_parameters(rows, "other").storage_relief == power_parameters().storage_relief
    assert set(select_response(rows, "plan")) == {"curtailment_slope"}


def test_engine_and_its_words_take_the_hourly_model() -> None:
    pack = read_pack("tests/packs/tiny")
    foundation = lay_foundation(pack, date(2026, 1, 1))
    table = pl.DataFrame(
        [ROW, {**ROW, "scenario": "plan", "value": 0.7}], schema=pack.tables["power_response"].schema
    )
    changed = replace(foundation, tables={**foundation.tables, "power_response": table})
    scenarios = resolve_all(pack)
    name = next(iter(scenarios))
    before = build_engine(foundation, scenarios[name]).parts.parameters
    after = build_engine(changed, scenarios[name]).parts.parameters
    assert before == power_parameters()
    assert after.curtailment_slope == (0.7 if name == "plan" else 0.4)
    words = list_parameters(replace(pack, tables={**pack.tables, "power_response": table}))
    told = {row["parameter"]: row for row in words.iter_rows(named=True)}
    assert told["curtailment_slope"]["value"] == 0.4
    assert told["curtailment_slope"]["state"] == "derived"
    assert "0.25" in told["curtailment_slope"]["en"]
    assert told["curtailment_slope (plan)"]["value"] == 0.7
    assert told["storage_relief"]["state"] == "demonstration"


def test_shanxi_takes_its_curtailment_from_the_hourly_model() -> None:
    pack = read_pack("shanxi")
    rows = pack.tables["power_response"].to_dicts()
    assert set(select_response(rows, "")) == set(COEFFICIENTS)
    foundation = lay_foundation(pack, date(2026, 11, 22))
    for name, scenario in resolve_all(pack).items():
        parameters = build_engine(foundation, scenario).parts.parameters
        for row in select_response(rows, name).values():
            assert getattr(parameters, row["variable"]) == row["value"]
            assert "demonstration" in row["note_en"]
    told = {row["parameter"]: row for row in list_parameters(pack).iter_rows(named=True)}
    assert told["storage_relief"]["state"] == "derived"
    assert "on demonstration values" in told["storage_relief"]["en"]
    power, stand_in = foundation.parts.power, foundation.parts.parameters
    share = power.wind_pv_twh / (1 - stand_in.curtailment_base) / power.generation_twh
    shipped = next(row["value"] for row in rows if row["variable"] == "wind_pv_share_base")
    assert shipped == pytest.approx(share, rel=1e-3)  # another base year wants another fit


def test_design_reaches_down_to_the_base_year_and_varies_one_thing_at_a_time() -> None:
    points = lay_design(0.4)
    assert points[0] == DesignPoint(0.4)
    assert DesignPoint() in points
    for point in points[4:]:
        changed = [point.storage != 1, point.min_load_fall != 0, point.response != 1]
        assert sum(changed) == 1


def test_minimum_load_falls_for_coal_only_and_stops() -> None:
    tables = read_pack("shanxi").tables
    before, after = tables["power_parameters"], lower_min_load(tables, 0.3)["power_parameters"]
    joined = before.with_columns(after=after["value"]).filter(pl.col("parameter") == "min_load")
    for row in joined.iter_rows(named=True):
        scale = 100.0 if row["unit"] == "%" else 1.0
        coal = row["subject"].startswith("coal_") and row["subject"] != "coalbed_gas"
        lowered = (
            max(row["value"] / scale - 0.3, min(row["value"] / scale, 0.1)) if coal else row["value"] / scale
        )
        assert row["after"] / scale == pytest.approx(lowered), row["subject"]


def test_market_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    lines = ["market,node,date,time,price_cny_per_mwh,wind_share"]
    lines += [f"day_ahead,,2025-03-01,{hour:02d}:00,{300 + hour}," for hour in range(24)]
    file, output = tmp_path / "spot.csv", tmp_path / "out"
    file.write_text("\n".join([*lines[:5], *lines[6:]]), "utf-8")
    request = MarketRequest(file, "spot", output, PriceLimits())
    with pytest.raises(TableError):
        run_market(request)
    assert not output.exists()
    file.write_text("\n".join(lines), "utf-8")
    frames = run_market(request)
    assert frames["market.spot_months"]["mean_cny_per_mwh"][0] == pytest.approx(311.5)
    assert {path.name for path in output.iterdir()} == {"market.spot.csv", "market.spot_months.csv"}


def test_limits_the_wrong_way_round_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "spot.csv"
    file.write_text("x", "utf-8")
    with pytest.raises(InputRefused) as caught:
        run_market(MarketRequest(file, "spot", tmp_path / "out", PriceLimits(10.0, 1.0)))
    assert caught.value.findings[0].code == "setting_invalid"


def test_reduced_form_of_a_small_pack_fits_the_pack_table(tmp_path: Path) -> None:
    request = PlanRequest(
        GroundRequest("tests/packs/tiny", "2026-01-01", accept_findings=False), "plan", (2030,), tmp_path,
        profiles=ProfileRequest(hours=48),
    )  # fmt: skip
    answer = run_response(prepare_response(request), Job())
    values = dict(answer.response.select("variable", "value").iter_rows())
    assert answer.runs.height == 16
    assert values["storage_relief"] > 0
    assert values["flexibility_relief"] > 0
    assert 0 < values["average_factor"] < values["marginal_factor"] < 1.2
    check(answer.pack_rows, PACK_TABLES["power_response"])
    lowest, planned = answer.runs["curtailed_share"][0], answer.runs["curtailed_share"][2]
    assert lowest <= planned + 1e-9
    assert planned < answer.runs["curtailed_share"][3]
