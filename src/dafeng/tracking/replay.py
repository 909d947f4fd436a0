"""Replay: what the board and the values would have been on days of the past, by what was known then."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from dafeng.table import check, empty_table
from dafeng.tracking.board import judge_targets
from dafeng.tracking.indicator_contracts import ReplayedValues, ReplayedVerdicts
from dafeng.tracking.indicators import list_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dafeng.tracking.case import Readings

    Accounts = Callable[[date], pl.DataFrame | None]
    Warner = Callable[[date, pl.DataFrame], pl.DataFrame]

SHOWN = ["as_of", "target_id", "verdict", "period", "observed", "required", "unit"]


def no_accounts(_day: date) -> None:
    """Return no accounts: formulas that read them have no value."""


def year_ends(first: int, last: int) -> list[date]:
    """Return the last day of every year from the first to the last one.

    Examples
    --------
    >>> [day.isoformat() for day in year_ends(2024, 2025)]
    ['2024-12-31', '2025-12-31']
    """
    return [date(year, 12, 31) for year in range(first, last + 1)]


def replay_verdicts(
    tables: Mapping[str, pl.DataFrame], days: Iterable[date], readings: Readings,
    same_scope: Mapping[str, str] | None = None, accounts: Accounts = no_accounts,
    warn: Warner | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return what the board said of every target on each day.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        As for :func:`~dafeng.tracking.board.judge_targets`.
    days : iterable of date
    readings : Readings
    same_scope : mapping of str to str, optional
    accounts : callable
        Day -> ``AccountValues`` that were known then.
    warn : callable, optional
        Day and its ``Verdicts`` -> ``Warnings``; without it level and probability are empty.

    Returns
    -------
    ReplayedVerdicts
        A target is there from the day of its document. No row rests on anything that was published later.
    """
    parts = []
    for day in days:
        board = judge_targets(tables, day, readings, same_scope, accounts(day)).verdicts
        told = _warned(warn(day, board)) if warn is not None else _warned(None)
        parts.append(board.select(SHOWN).join(told, on="target_id", how="left", maintain_order="left"))
    return check(pl.concat(parts), ReplayedVerdicts) if parts else empty_table(ReplayedVerdicts)


def _warned(warnings: pl.DataFrame | None) -> pl.DataFrame:
    if warnings is None:
        return pl.DataFrame(schema={"target_id": pl.String, "level": pl.String, "p_met": pl.Float64})
    return warnings.select("target_id", "level", "p_met")


def replay_values(
    tables: Mapping[str, pl.DataFrame], days: Iterable[date],
    same_scope: Mapping[str, str] | None = None, accounts: Accounts = no_accounts,
) -> pl.DataFrame:  # fmt: skip
    """Return the values of all indicators as they were known on each day.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        As for :func:`~dafeng.tracking.indicators.list_values`.
    days : iterable of date
    same_scope : mapping of str to str, optional
    accounts : callable
        Day -> ``AccountValues`` that were known then.

    Returns
    -------
    ReplayedValues
    """
    parts = [
        list_values(tables, day, same_scope, accounts(day)).with_columns(as_of=pl.lit(day.isoformat()))
        for day in days
    ]
    return check(pl.concat(parts), ReplayedValues) if parts else empty_table(ReplayedValues)
