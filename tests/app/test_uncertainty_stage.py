"""The uncertainty of the built-in pack: what the report may say and what it may not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.accounts_stage import guideline_inventory
from dafeng.app.stages import RunContext
from dafeng.app.uncertainty_file import UncertaintyRequest, run_uncertainty
from dafeng.app.uncertainty_stage import assess_pack_uncertainty, uncertainty_parameters
from dafeng.inventory.uncertainty import DrawPlan
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack
    from dafeng.result import Result


@pytest.fixture(scope="module")
def context(shanxi: Pack) -> RunContext:
    return RunContext(shanxi, date(2026, 11, 22), accept_findings=True)


@pytest.fixture(scope="module")
def result(context: RunContext) -> Result:
    return assess_pack_uncertainty(context)


def test_all_tables_are_there_and_the_total_is_that_of_the_lines(result: Result) -> None:
    assert set(result.tables) == {
        f"uncertainty.{n}" for n in ("totals", "approach1", "approach2", "key_categories", "known_parts")
    }
    totals, parts = (result.tables[f"uncertainty.{name}"].frame for name in ("totals", "known_parts"))
    for year in totals["year"].unique():
        estimate = totals.filter(pl.col("year") == year)["estimate"][0]
        assert parts.filter(pl.col("year") == year)["value"].sum() == pytest.approx(estimate, rel=1e-9)


def test_an_interval_is_shown_only_for_what_is_covered(result: Result) -> None:
    totals = result.tables["uncertainty.totals"].frame
    assert totals.filter((pl.col("covered") == 0) & pl.col("low").is_not_null()).is_empty()
    assert totals["at_least_share"].is_not_null().all()
    assert totals["covered_share"].is_between(0, 1).all()


def test_coal_power_and_mine_methane_are_key(result: Result) -> None:
    keys = result.tables["uncertainty.key_categories"].frame
    latest = keys.filter(
        (pl.col("year") == keys["year"].max()) & (pl.col("approach") == 1) & (pl.col("assessment") == "level")
    )
    assert latest["category"].to_list()[:2] == ["1A1a", "1B1ai1"]


def test_the_command_gives_the_totals_of_the_run_on_the_lines_of_the_run(
    context: RunContext, result: Result, tmp_path: Path
) -> None:
    """The file that the program writes must not be taken for activity x factor in one unit."""
    path = tmp_path / "accounts.lines.csv"
    guideline_inventory(context).lines.write_csv(path, include_bom=True)
    settings = read_settings()
    plan = DrawPlan(settings.uncertainty_draws, settings.uncertainty_seed)
    base, gwp_set = context.pack.config.pack.base_year, context.pack.config.accounts.gwp_set
    request = UncertaintyRequest(path, tmp_path / "out", gwp_set=gwp_set, base_year=base, draws=plan)
    run_uncertainty(request)
    read = pl.read_csv(tmp_path / "out" / "totals.csv", infer_schema_length=None)
    expected = result.tables["uncertainty.totals"].frame
    assert read.height == expected.height > 0
    for name in ("estimate", "covered", "low", "high", "trend_share", "at_least_share", "without_value"):
        for one, other in zip(read[name], expected[name], strict=True):
            assert one == (other if other is None else pytest.approx(other, rel=1e-9)), name


def test_draws_and_seed_are_part_of_what_decides_the_result(context: RunContext) -> None:
    assert {"draws", "seed", "base_year", "gwp_set"} <= set(uncertainty_parameters(context))
