"""The stage of tracking: values of the indicators, required paths, verdicts on every target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.assessment_stage import CONSUMPTION, ENERGY, GENERATION, assess_pack
from dafeng.app.register_figures import FIGURES, figures_on, list_dated_figures, names_read
from dafeng.app.tables import name_tables
from dafeng.app.track_accounts import ACCOUNT_TABLES, list_accounts
from dafeng.pack import list_decisions
from dafeng.period import latest_date
from dafeng.result import Result
from dafeng.table import empty_table
from dafeng.tracking import Readings, judge_targets, known_observations, list_values
from dafeng.tracking.figures import assumed_day, read_period
from dafeng.tracking.formula import ACCOUNTS
from dafeng.tracking.indicator_contracts import DatedFigures

if TYPE_CHECKING:
    from datetime import date

    from dafeng.app.stages import RunContext
    from dafeng.pack import Pack

TRACKING_FILES = (
    "documents", "targets", "target_links", "indicators", "indicator_series", "series", "observations",
    "open_questions", "indicator_formulas", "target_paths", "target_milestones",
)  # fmt: skip
TRACKING_NEEDS = (*ACCOUNT_TABLES, FIGURES)
FEEDING = (GENERATION, CONSUMPTION, ENERGY)
"""Series that the assessment accounts rest on."""


def track_targets(context: RunContext) -> Result:
    """Return the values, the required paths and the verdicts, and the decisions that they rest on."""
    tables, config = context.pack.tables, context.pack.config
    scope = config.decisions.same_scope
    accounts = list_own_figures(context, context.as_of)
    board = judge_targets(tables, context.as_of, readings_of(context.pack), scope, accounts)
    frames = {
        "tracking.verdicts": board.verdicts,
        "tracking.variants": board.variants,
        "tracking.rules": board.rules,
        "tracking.decisions": list_decisions(config.decisions),
        "tracking.values": list_values(tables, context.as_of, scope, accounts),
        "tracking.paths": board.paths,
        "tracking.accounts": accounts,
        "tracking.observations": known_observations(tables["observations"], context.as_of),
        **{f"tracking.{name}": tables[name] for name in ("series", "indicator_series", "indicator_formulas")},
    }
    return Result("tracking", name_tables(frames), board.steps)


def readings_of(pack: Pack) -> Readings:
    """Return how the pack decides open wording."""
    decisions = pack.config.decisions
    return Readings(
        about_tolerance=decisions.about.relative_tolerance,
        about_readings=decisions.about.readings,
        target_year=decisions.target_year,
        target_value=decisions.target_value,
        base_year=pack.config.pack.base_year,
    )


def reads_accounts(pack: Pack) -> bool:
    """Return whether any formula of the pack reads the system's own accounts."""
    return bool(pack.tables["indicator_formulas"]["formula"].str.contains(f"{ACCOUNTS}.", literal=True).any())


def with_accounts(context: RunContext) -> RunContext:
    """Return the context with the accounts and the figures of registers that formulas read, made on the spot.

    In the main job they come from the earlier stages; a command that asks for the board alone makes them.
    """
    from dafeng.app.stages import take_inventory  # noqa: PLC0415 - the list of stages imports this module

    given = dict(context.given)
    if reads_accounts(context.pack):
        made = [make(replace(context, accept_findings=True)) for make in (take_inventory, assess_pack)]
        tables = {name: table.frame for result in made for name, table in result.tables.items()}
        given |= {name: tables[name] for name in ACCOUNT_TABLES}
    if FIGURES not in given and names_read(context.pack):
        given[FIGURES] = make_register_figures(context)
    return replace(context, given=given)


def make_register_figures(context: RunContext) -> pl.DataFrame:
    """Return the figures over the rows of registers for formulas, read from the database of the settings."""
    from dafeng.app.register_shelf import find_database, open_shelf  # noqa: PLC0415 - compiles expressions
    from dafeng.app.register_stage import measure_shelf  # noqa: PLC0415

    if find_database() is None:
        return empty_table(DatedFigures)
    shelf = open_shelf(context.pack)
    values, _ = measure_shelf(shelf, context, shelf.rows_on(context.as_of, names_read(context.pack)))
    return list_dated_figures(shelf, context, values)


def list_own_figures(context: RunContext, day: date) -> pl.DataFrame:
    """Return what this system itself knew on a day: its accounts, and figures over the rows of registers.

    Returns
    -------
    AccountValues
    """
    return pl.concat([list_accounts(context.given, day), figures_on(context.given, day)])


def accounts_on(context: RunContext, day: date) -> pl.DataFrame:
    """Return the accounts as they were known on a day up to the day of the context.

    Parameters
    ----------
    context : RunContext
        With the accounts of its own day.
    day : date

    Returns
    -------
    AccountValues
        If a figure that the accounts rest on was published later than the accounts assume, they are made
        again from what was known on the day.
    """
    if day < context.as_of and reads_accounts(context.pack) and _has_late_figures(context.pack):
        context = with_accounts(replace(context, as_of=day))
    return list_own_figures(context, day)


def _has_late_figures(pack: Pack) -> bool:
    observed = pack.tables["observations"].filter(pl.col("series_id").is_in(FEEDING))
    return any(
        published is not None and latest_date(published) > assumed_day(read_period(period).end.year)
        for published, period in observed.select("known_on", "period").iter_rows()
    )
