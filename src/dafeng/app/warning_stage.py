"""The stage ``warning``: level and chance of every target, their replay over past year ends, their scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.decomposition_stage import decompose_pack
from dafeng.app.pathway_stage import PLANNED
from dafeng.app.tables import name_tables
from dafeng.app.track_stage import (
    TRACKING_FILES,
    TRACKING_NEEDS,
    accounts_on,
    readings_of,
    track_targets,
    with_accounts,
)
from dafeng.provenance import Step
from dafeng.result import Result
from dafeng.settings import read_settings
from dafeng.tracking import judge_targets, list_values
from dafeng.tracking.replay import replay_verdicts, year_ends
from dafeng.tracking.warning import Thresholds, WarningInputs, barometer_rules, warn_targets
from dafeng.tracking.warning.posed import list_series, pose_goals
from dafeng.tracking.warning.scores import plan_cases, score_hints, tabulate_reliability

if TYPE_CHECKING:
    from datetime import date

    from dafeng.app.stages import RunContext

WARNING_FILES = (*TRACKING_FILES, "clause_agencies", "levers")
WARNING_NEEDS = (
    "tracking.verdicts", "tracking.values", "pathway.targets", "decomposition.effects", *TRACKING_NEEDS,
)  # fmt: skip


def warning_parameters(context: RunContext) -> dict[str, object]:
    """Return what changes the warnings beside the files."""
    limits = read_thresholds()
    return {
        "as_of": context.as_of.isoformat(),
        "base_year": context.pack.config.pack.base_year,
        "decisions": context.pack.config.decisions.model_dump(mode="json"),
        "red_miss": limits.red_miss,
        "amber_miss": limits.amber_miss,
    }


def read_thresholds() -> Thresholds:
    """Return the thresholds of the own hint from the settings."""
    settings = read_settings()
    return Thresholds(settings.warning_red_miss, settings.warning_amber_miss)


def warn_pack(context: RunContext) -> Result:
    """Return the warnings of the pack on the day, the rule, the replay and the scores."""
    warnings = warn_now(context)
    replay = replay_warnings(context)
    tables = context.pack.tables
    series = list_series(tables["observations"], tables["series"], context.as_of)
    cases = {
        "plan_targets": plan_cases(replay, context.given["tracking.verdicts"], tables["targets"]),
        "posed_goals": pose_goals(series, context.as_of),
    }
    limits = read_thresholds()
    frames = {
        "tracking.warnings": warnings,
        "tracking.barometer": barometer_rules(),
        "tracking.replay": replay,
        "tracking.warning_scores": pl.concat(score_hints(c, basis, limits) for basis, c in cases.items()),
        "tracking.reliability": pl.concat(tabulate_reliability(c, basis) for basis, c in cases.items()),
    }
    posed, past = cases["posed_goals"].height, replay["as_of"].n_unique()
    said = {"red_miss": limits.red_miss, "amber_miss": limits.amber_miss}
    steps = (
        Step(
            "tracking.warning.warn_targets",
            "按日期有效的晴雨表规则定级，另按有误差的趋势给出概率",
            "levels by the dated rule of the barometer, and beside them a chance by a trend with error",
            said, warnings.height,
        ),
        Step(
            "tracking.warning.pose_goals",
            f"在 {len(series)} 个历史序列上设定 {posed} 个目标检验概率；回放 {past} 个年末",
            f"{posed} goals posed on {len(series)} series to test the chances; {past} year ends replayed",
            {"series": len(series), "year_ends": past}, posed,
        ),
    )  # fmt: skip
    return Result("warning", name_tables(frames), steps)


def warn_now(context: RunContext) -> pl.DataFrame:
    """Return the warnings of the day of a run, from the tables of the stages before."""
    given = context.given
    inputs = WarningInputs(
        values=given.get("tracking.values"), outlook=given.get("pathway.targets"),
        effects=given.get("decomposition.effects"), scenario=PLANNED,
        same_scope=context.pack.config.decisions.same_scope,
    )  # fmt: skip
    return warn_targets(
        context.pack.tables, context.as_of, given["tracking.verdicts"], readings_of(context.pack), inputs,
        read_thresholds(),
    )  # fmt: skip


def warn_on(
    context: RunContext, day: date, accounts: pl.DataFrame | None = None, verdicts: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the warnings of a day of the past, by what was known then; futures were not drawn then.

    Parameters
    ----------
    context : RunContext
    day : date
    accounts : AccountValues, optional
        As known on the day, where they were made already.
    verdicts : Verdicts, optional
        Of the day, where it was judged already.
    """
    tables, scope = context.pack.tables, context.pack.config.decisions.same_scope
    readings = readings_of(context.pack)
    accounts = accounts_on(context, day) if accounts is None else accounts
    inputs = WarningInputs(
        values=list_values(tables, day, scope, accounts),
        effects=context.given.get("decomposition.effects"), same_scope=scope,
    )  # fmt: skip
    if verdicts is None:
        verdicts = judge_targets(tables, day, readings, scope, accounts).verdicts
    return warn_targets(tables, day, verdicts, readings, inputs, read_thresholds())


def replay_warnings(context: RunContext) -> pl.DataFrame:
    """Return verdict, level and chance of every target at each year end from the base year to the day."""
    pack = context.pack
    days = [day for day in year_ends(pack.config.pack.base_year, context.as_of.year) if day <= context.as_of]
    accounts = {day: accounts_on(context, day) for day in days}
    return replay_verdicts(
        pack.tables, days, readings_of(pack), pack.config.decisions.same_scope,
        accounts.__getitem__,
        lambda day, verdicts: warn_on(context, day, accounts[day], verdicts),
    )  # fmt: skip


def make_warnings(context: RunContext) -> pl.DataFrame:
    """Return the warnings when nothing else was run: board and decomposition made on the spot, no futures."""
    whole = with_accounts(context)
    made = [track_targets(whole), decompose_pack(whole)]
    tables = {name: table.frame for result in made for name, table in result.tables.items()}
    return warn_now(replace(whole, given={**whole.given, **tables}))
