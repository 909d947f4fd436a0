"""The assessment accounts of the built-in pack beside what is published."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.assessment_stage import assess_pack
from dafeng.app.stages import RunContext

if TYPE_CHECKING:
    from dafeng.pack import Pack
    from dafeng.result import Result

PROCESS_UNKNOWN = {2017, 2021}


@pytest.fixture(scope="module")
def result(shanxi: Pack) -> Result:
    return assess_pack(RunContext(shanxi, date(2026, 11, 22), accept_findings=True))


def accounts(result: Result, scope: str, factor: str) -> dict[int, dict[str, object]]:
    frame = result.tables["assessment.accounts"].frame
    own = frame.filter((pl.col("scope") == scope) & (pl.col("power_factor") == factor))
    return {row["year"]: row for row in own.iter_rows(named=True)}


def test_the_new_definition_without_trade_is_the_published_total(shanxi: Pack, result: Result) -> None:
    published = shanxi.tables["published_emissions"].filter(pl.col("variable") == "co2_total")
    known = dict(published.filter(pl.col("year").is_between(2014, 2022)).select("year", "value").iter_rows())
    own = accounts(result, "ci_2026_territorial", "none")
    compared = {year: row["value"] for year, row in own.items() if row["value"] is not None}
    assert set(compared) == set(range(2014, 2023)) - PROCESS_UNKNOWN
    for year, value in compared.items():
        assert value == pytest.approx(known[year], rel=2e-6), year


def test_years_without_process_output_have_no_figure_and_say_why(result: Result) -> None:
    own = accounts(result, "ci_2026", "own_generation")
    for year in PROCESS_UNKNOWN:
        assert (own[year]["value"], own[year]["missing_terms"]) == (None, "co2_industrial_process")


def test_trade_is_the_difference_between_the_variants(result: Result) -> None:
    with_trade = accounts(result, "ci_13_14", "own_generation")
    without = accounts(result, "ci_13_14_territorial", "none")
    trade = result.tables["assessment.power"].frame.filter(pl.col("own_factor").is_not_null())
    assert trade.height == 9
    for row in trade.iter_rows(named=True):
        exported = row["net_export_twh"] * row["own_factor"]
        difference = float(str(without[row["year"]]["value"])) - float(str(with_trade[row["year"]]["value"]))
        assert difference == pytest.approx(exported)


def test_the_own_factor_agrees_with_the_published_one(result: Result) -> None:
    """The published factors (0.7222 in 2021, 0.7096 in 2022) count power used, ours power generated."""
    both = result.tables["assessment.power"].frame.drop_nulls("published_factor")
    assert both["year"].to_list() == [2021, 2022]
    for own, published in both.select("own_factor", "published_factor").iter_rows():
        assert own == pytest.approx(published, rel=0.015)


def test_energy_intensity_of_2020_matches_the_national_bulletin(result: Result) -> None:
    """−2.88 % in the bulletin of 2021-08-23 (prices of 2015); own figures carry one decimal of growth."""
    figures = result.tables["assessment.figures"].frame.filter(
        (pl.col("scope") == "ei_total") & (pl.col("variable") == "energy_intensity_change")
        & (pl.col("period") == "2020")
    )  # fmt: skip
    values = dict(figures.select("stage", "value").iter_rows())
    assert values["final_approved"] == -2.88
    assert values["own_estimate"] == pytest.approx(-2.88, abs=0.1)
    gap = result.tables["assessment.gap"].frame
    assert gap["value"].sum() == pytest.approx(values["own_estimate"] - values["final_approved"])


def test_a_scope_whose_terms_nobody_publishes_stays_empty(result: Result) -> None:
    own = accounts(result, "ei_14", "none")
    assert own
    assert {row["missing_terms"] for row in own.values()} == {"energy_raw_material;energy_non_fossil"}


def test_levels_need_nominal_gdp_of_the_same_vintage(result: Result) -> None:
    own = accounts(result, "ci_13_14", "own_generation")
    assert own[2020]["intensity"] is not None
    assert own[2022]["intensity"] is None
    assert {row["vintage"] for year, row in own.items() if year >= 2014} == {"first_published"}


def test_figures_that_were_not_known_yet_do_not_count(shanxi: Pack) -> None:
    early = assess_pack(RunContext(shanxi, date(2021, 8, 1), accept_findings=True))
    assert set(early.tables["assessment.figures"].frame["stage"]) == {"own_estimate"}
    assert early.tables["assessment.gap"].frame.is_empty()
