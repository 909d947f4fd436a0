"""The stage of warnings: on the pack of the province, on a tiny one, on a day of the past, by settings."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.stages import STAGES, RunContext
from dafeng.app.track_stage import FEEDING, readings_of, with_accounts
from dafeng.app.warning_stage import (
    WARNING_NEEDS,
    make_warnings,
    replay_warnings,
    warn_on,
    warn_pack,
    warning_parameters,
)
from dafeng.pack import read_pack
from dafeng.table import check
from dafeng.tracking import judge_targets, list_values
from dafeng.tracking.warning import WarningInputs, warn_targets

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack
    from dafeng.result import Result

TODAY = date(2026, 11, 22)
BEFORE = ("inventory", "decomposition", "assessment", "tracking")


def run_until_warned(pack: Pack, day: date) -> Result:
    context = RunContext(pack, day, accept_findings=True)
    made: dict[str, pl.DataFrame] = {}
    for stage in (stage for stage in STAGES if stage.id in BEFORE):
        given = {name: made[name] for name in stage.needs if name in made}
        made |= {
            name: table.frame for name, table in stage.compute(replace(context, given=given)).tables.items()
        }
    given = {name: made[name] for name in WARNING_NEEDS if name in made}
    return warn_pack(replace(context, given=given))


@pytest.fixture(scope="module")
def result(shanxi: Pack) -> Result:
    return run_until_warned(shanxi, TODAY)


def test_the_stage_follows_what_it_needs() -> None:
    order = [stage.id for stage in STAGES]
    assert order.index("warning") > max(order.index(name) for name in (*BEFORE, "pathway"))


def test_all_tables_are_made_and_fulfil_their_contracts(result: Result) -> None:
    assert set(result.tables) == {
        "tracking.warnings", "tracking.barometer", "tracking.replay", "tracking.warning_scores",
        "tracking.reliability",
    }  # fmt: skip
    for table in result.tables.values():
        check(table.frame, table.contract)
        assert table.frame.height, table.id


def test_the_replay_holds_every_year_end_with_level_and_chance(result: Result) -> None:
    replay = result.tables["tracking.replay"].frame
    assert replay["as_of"].unique().sort().to_list() == [f"{year}-12-31" for year in range(2020, 2026)]
    missed = replay.filter(pl.col("target_id") == "T2.1.4-3").sort("as_of")
    assert missed["level"].to_list() == ["green", "red", "red"]
    assert missed["p_met"].max() < 0.2  # type: ignore[operator]


def test_few_plan_targets_are_no_test_and_posed_goals_are(result: Result) -> None:
    scores = result.tables["tracking.warning_scores"].frame
    own = scores.filter(pl.col("basis") == "plan_targets")
    assert own.height
    assert not own["estimable"].any()
    assert own["hit_share"].null_count() == own.height
    assert scores.filter(pl.col("basis") == "posed_goals")["estimable"].all()


def test_the_driver_comes_from_the_decomposition(result: Result) -> None:
    warnings = result.tables["tracking.warnings"].frame
    peak = warnings.row(by_predicate=pl.col("target_id") == "T1.2b-7", named=True)
    assert (peak["driver_from"], peak["driver_to"]) == (2021, 2022)
    assert peak["driver_mt"] != 0


def test_a_day_of_the_past_repeats_its_row_of_the_replay(shanxi: Pack, result: Result) -> None:
    day = date(2024, 12, 31)
    then = make_warnings(RunContext(shanxi, day, accept_findings=True)).select("target_id", "level", "p_met")
    replay = result.tables["tracking.replay"].frame.filter(pl.col("as_of") == day.isoformat())
    assert replay.select("target_id", "level", "p_met").sort("target_id").equals(then.sort("target_id"))


def test_accounts_behind_a_warning_of_the_past_use_nothing_published_later(shanxi: Pack) -> None:
    """A figure of the accounts beside the target of the peak, and a revision of 2021 published in 2025."""
    own = pl.col("formula_id") == "own_co2_total"
    formulas = shanxi.tables["indicator_formulas"].with_columns(
        relation=pl.when(own).then(pl.lit("same")).otherwise("relation"),
        formula=pl.when(own).then(pl.lit("accounts.ci_13_14_own_generation")).otherwise("formula"),
    )
    observed = shanxi.tables["observations"]
    feeding = pl.col("series_id").is_in(FEEDING)
    revised = observed.filter(feeding & (pl.col("period") == "2021")).with_columns(
        value=pl.col("value") * 3, known_on=pl.lit("2025-05"), source_id=pl.lit("revision")
    )
    day, found = date(2023, 12, 31), []
    for rows in (observed, pl.concat([observed, revised])):
        tables = {**shanxi.tables, "indicator_formulas": formulas, "observations": rows}
        context = with_accounts(RunContext(replace(shanxi, tables=tables), TODAY, accept_findings=True))
        found.append((warn_on(context, day), replay_warnings(context)))
    (warned, replayed), (warned_later, replayed_later) = found
    seen = warned.row(by_predicate=pl.col("target_id") == "T1.2b-7", named=True)
    assert (seen["basis_id"], seen["period"]) == ("own_co2_total", "2021")
    assert warned.equals(warned_later)
    past = pl.col("as_of") < "2025"
    assert replayed.filter(past).equals(replayed_later.filter(past))


def test_thresholds_of_the_settings_change_hints_and_key(
    shanxi: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = RunContext(shanxi, date(2023, 12, 31), accept_findings=True)
    monkeypatch.chdir(tmp_path)
    usual, before = warning_parameters(context), make_warnings(context)
    (tmp_path / "dafeng.toml").write_text("warning_red_miss = 0.9\nwarning_amber_miss = 0.3\n", "utf-8")
    after = make_warnings(context)
    assert warning_parameters(context) != usual
    hints = [frame.filter(pl.col("target_id") == "T2.1.4-3")["own_level"].item() for frame in (before, after)]
    assert hints == ["red", "amber"]
    assert before["level"].equals(after["level"])


def test_another_province_is_warned_of_as_well(tiny_pack: Path) -> None:
    pack = read_pack(str(tiny_pack))
    result = run_until_warned(pack, TODAY)
    warnings = result.tables["tracking.warnings"].frame
    assert set(warnings["target_id"]) == set(pack.tables["targets"]["target_id"])
    forest = warnings.row(by_predicate=pl.col("target_id") == "D1", named=True)
    assert (forest["level"], forest["observed"]) == ("green", 45.0)
    assert forest["required"] == pytest.approx(42 * (46 / 42) ** 0.5)  # half the years of a compound path


def test_a_call_is_fast_enough_for_the_boards_of_all_provinces(shanxi: Pack) -> None:
    readings, day = readings_of(shanxi), TODAY
    verdicts = judge_targets(shanxi.tables, day, readings).verdicts
    values = list_values(shanxi.tables, day)
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        warn_targets(shanxi.tables, day, verdicts, readings, WarningInputs(values=values))
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.5
