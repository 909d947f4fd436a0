"""The hindcast: on an invented province whose engine is right, and on the pack from 2014."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.inventory.compute import ceads_factors, compute_inventory
from dafeng.pathway.hindcast import (
    ACCEPTED,
    Hindcast,
    HindcastPlan,
    hindcast,
    judge_coverage,
    read_outcomes,
)
from dafeng.pathway.history import History, gather_history

from .factor_engine import FactorEngine

if TYPE_CHECKING:
    from datetime import date

    from dafeng.pack import Pack

REGION = "CN-SX"
PLAN = HindcastPlan(draws=1024, seed=3)


@pytest.fixture(scope="module")
def history(shanxi: Pack) -> History:
    tables = shanxi.tables
    columns = ("region", "year", "variable", "sector", "unit", "value")
    cement = tables["products"].filter(pl.col("sector") == "cement").select(columns)
    energy = tables["energy"].drop("source_id")
    inventory = compute_inventory(energy, ceads_factors(), cement, accept_findings=True)
    return gather_history(tables, inventory.emissions, REGION)


@pytest.fixture(scope="module")
def result(shanxi: Pack, history: History) -> Hindcast:
    outlooks = shanxi.tables["driver_outlooks"]

    def build(known: History, base_year: int, as_of: date) -> FactorEngine:
        return FactorEngine(known, base_year, as_of, outlooks, 2025)

    outcomes = read_outcomes(shanxi.tables["observations"], REGION, 2023, 2025)
    return hindcast(build, history, PLAN, outcomes)


def row(result: Hindcast, model: str, target: str) -> dict[str, float]:
    summary = result.summary
    return summary.filter((pl.col("model") == model) & (pl.col("target") == target)).row(0, named=True)


def test_the_ninety_percent_range_covers_sector_years_and_says_when_it_is_too_wide(result: Hindcast) -> None:
    engine = row(result, "engine", "groups")
    assert engine["n"] == 13 * 7
    assert engine["coverage90"] >= ACCEPTED[0]  # too narrow would be a defect
    assert engine["low90"] <= ACCEPTED[1]  # and no wider than 91 cases can tell
    assert (judge_coverage(result.coverage) == "fits") == (ACCEPTED[0] <= engine["coverage90"] <= ACCEPTED[1])
    assert result.misses.height == round((1 - engine["coverage90"]) * 91)


def test_the_engine_beats_the_naive_trend_on_sectors_and_total(result: Hindcast) -> None:
    assert row(result, "engine", "groups")["skill"] > 0.3
    assert row(result, "engine", "total")["skill"] > 0.2
    assert row(result, "naive_trend", "groups")["skill"] == pytest.approx(0)


def test_every_reference_is_scored(result: Hindcast) -> None:
    models = set(result.scores["model"])
    assert models == {"engine", "naive_trend", "random_walk", "stirpat"}
    assert result.ridge is not None
    assert row(result, "stirpat", "total")["n"] == 7


def test_indicators_are_scored_where_the_engine_has_them(result: Hindcast) -> None:
    indicators = result.scores.filter(pl.col("kind") == "indicator")
    assert set(indicators["series"]) == {"electricity_demand_twh"}
    assert indicators["year"].min() >= 2023


def test_the_engine_sees_only_what_was_known(shanxi: Pack, history: History) -> None:
    seen: list[History] = []

    def build(known: History, base_year: int, as_of: date) -> FactorEngine:
        seen.append(known)
        return FactorEngine(known, base_year, as_of, shanxi.tables["driver_outlooks"], 2022)

    first = hindcast(build, history, PLAN)
    assert seen[0].records["known_on"].max() <= PLAN.as_of
    assert seen[0].group_co2["year"].max() == PLAN.start_year
    later = pl.col("known_on") > PLAN.as_of
    other = replace(
        history,
        records=history.records.with_columns(value=pl.when(later).then(1e6).otherwise(pl.col("value"))),
    )
    again = hindcast(build, other, PLAN)
    engine = pl.col("model") == "engine"
    assert first.scores.filter(engine).equals(again.scores.filter(engine))


def test_the_same_seed_gives_the_same_scores(shanxi: Pack, history: History, result: Hindcast) -> None:
    def build(known: History, base_year: int, as_of: date) -> FactorEngine:
        return FactorEngine(known, base_year, as_of, shanxi.tables["driver_outlooks"], 2025)

    again = hindcast(build, history, PLAN).scores
    co2 = result.scores.filter(pl.col("kind") != "indicator")
    assert again.equals(co2)


def test_a_start_without_co2_is_refused(history: History) -> None:
    with pytest.raises(InputRefused, match="1980"):
        hindcast(lambda *_: pytest.fail("built"), history, replace(PLAN, start_year=1980))


def test_outcomes_are_exact_yearly_figures_in_the_units_of_the_engine() -> None:
    rows = [
        ("wind_pv_capacity", REGION, "2023", 4990.0, "eq", "2024-01"),
        ("wind_pv_capacity", REGION, "2024", 6000.0, "ge", "2025-01"),
        ("wind_pv_capacity", REGION, "2025-06", 7000.0, "eq", "2025-07"),
        ("wind_pv_capacity", "140100", "2025", 10.0, "eq", "2026-01"),
        ("elec_consumption_social", REGION, "2023", 2885.0, "eq", "2024-01"),
        ("elec_consumption_social", REGION, "2023", 2890.0, "eq", "2024-06"),
    ]
    names = ["series_id", "region", "period", "value", "bound", "known_on"]
    found = read_outcomes(pl.DataFrame(rows, schema=names, orient="row"), REGION, 2023, 2025)
    assert found.rows() == [
        ("electricity_demand_twh", 2023, pytest.approx(289.0), "TWh"),
        ("wind_pv_capacity_gw", 2023, pytest.approx(49.9), "GW"),
    ]


def test_every_range_is_open_and_every_score_finite(result: Hindcast) -> None:
    spread = result.scores.filter((pl.col("model") == "engine") & (pl.col("kind") == "group"))
    assert (spread["p05"].to_numpy() < spread["p95"].to_numpy()).all()
    assert np.isfinite(spread["crps"].to_numpy()).all()
