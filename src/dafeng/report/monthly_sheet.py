"""What the monthly page of a province shows: indicators, nowcasts of the year, own CO2 beside the path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.errors import Finding


@dataclass(frozen=True)
class MonthlySheet:
    """What a monthly page shows.

    Parameters
    ----------
    region_zh, region_en : str
        Province.
    year, month : int
        The last month that the page covers.
    made_on, next_issue, next_day : str
        Day of making; the month that follows and when its page can be made.
    tables : mapping
        Always present, empty where there is nothing:

        ``indicators`` (FlashIndicators)
            The items of the page in their order, month and year to date; missing ones are null.
        ``nowcasts`` (Nowcasts)
            What the year will come to, by item.
        ``scores`` (NowcastScores)
            How good nowcasts of this month and method were; empty unless the backtest was asked for.
        ``path`` (YearToDate)
            Own CO2 of the year to date beside the required path.
        ``estimates`` (FlashEstimates)
            Own CO2 by group, month and year to date; empty without an inventory.
        ``months`` (FlashMonths)
            Own CO2 month by month, for the chart; empty without an inventory.
    failed : mapping of str to Finding
        Item -> why there is no nowcast of it.
    covered_share : float or None
        Share of the benchmark that indicators move; None without an inventory. [1]
    benchmark_year : int or None
        Last year of the inventory that the months follow.
    day : int
        Day of the next month on which issues open.
    assumed : int
        Figures whose day of publication is assumed.
    sources : tuple of str
        What was read.
    software : str
        Version of dafeng.
    doubts : tuple of Finding
        What is to be said at the top of the page.
    """

    region_zh: str
    region_en: str
    year: int
    month: int
    made_on: str
    next_issue: str
    next_day: str
    tables: Mapping[str, pl.DataFrame]
    failed: Mapping[str, Finding]
    covered_share: float | None
    benchmark_year: int | None
    day: int
    assumed: int
    sources: tuple[str, ...]
    software: str
    doubts: tuple[Finding, ...]
