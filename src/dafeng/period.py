"""Periods: calendar years, months, year-to-date, ranges of years. China Standard Time throughout.

Grammar: ``2024`` (year), ``2024-06`` (month), ``2024-06 ytd`` (January to that month),
``2021..2025`` (years, both included). Hours are labelled at their start, +08:00.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Literal

from dafeng.errors import InputRefused

CST = timezone(timedelta(hours=8), "CST")
"""China Standard Time, UTC+08:00; no daylight saving."""

PeriodKind = Literal["year", "month", "ytd", "years"]

_PATTERN = re.compile(
    r"(?P<year>[0-9]{4})(?:(?:-(?P<month>[0-9]{2}))(?P<ytd> ytd)?|\.\.(?P<last>[0-9]{4}))?",
)
_PUBLISHED = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of whole months.

    Parameters
    ----------
    start : date
        First day.
    end : date
        Last day, included.
    kind : {"year", "month", "ytd", "years"}
        Which form of the grammar it was written in.
    """

    start: date
    end: date
    kind: PeriodKind

    def __str__(self) -> str:
        """Return the canonical spelling; ``parse_period(str(p)) == p``."""
        if self.kind == "year":
            return f"{self.start.year:04d}"
        if self.kind == "month":
            return f"{self.start.year:04d}-{self.start.month:02d}"
        if self.kind == "ytd":
            return f"{self.end.year:04d}-{self.end.month:02d} ytd"
        return f"{self.start.year:04d}..{self.end.year:04d}"


def parse_period(text: str) -> Period:
    """Return the period that a text names.

    Parameters
    ----------
    text : str
        In the grammar of this module.

    Raises
    ------
    InputRefused
        ``cell_not_period`` if the text is outside the grammar or names no real span.

    Examples
    --------
    >>> parse_period("2024-06 ytd").end
    datetime.date(2024, 6, 30)
    >>> str(parse_period("2021..2025"))
    '2021..2025'
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None or int(match["year"]) < 1:
        raise InputRefused.of("cell_not_period", value=text)
    year = int(match["year"])
    if match["last"]:
        last = int(match["last"])
        if last < year:
            raise InputRefused.of("cell_not_period", value=text)
        return Period(date(year, 1, 1), date(last, 12, 31), "years")
    if not match["month"]:
        return Period(date(year, 1, 1), date(year, 12, 31), "year")
    month = int(match["month"])
    if not 1 <= month <= 12:
        raise InputRefused.of("cell_not_period", value=text)
    end = date(year, month, calendar.monthrange(year, month)[1])
    if match["ytd"]:
        return Period(date(year, 1, 1), end, "ytd")
    return Period(date(year, month, 1), end, "month")


def earliest_date(text: str) -> date:
    """Return the first day of a date written as 2026, 2026-02 or 2026-02-02.

    Raises
    ------
    InputRefused
        ``date_invalid``.
    """
    return _published_bounds(text)[0]


def latest_date(text: str) -> date:
    """Return the last day of a date written as 2026, 2026-02 or 2026-02-02.

    A figure whose publication is known only to the year counts as known at the end of it, so that
    a replay of the past never sees a figure too early.

    Raises
    ------
    InputRefused
        ``date_invalid``.
    """
    return _published_bounds(text)[1]


def _published_bounds(text: str) -> tuple[date, date]:
    if not _PUBLISHED.fullmatch(text):
        raise InputRefused.of("date_invalid", value=text)
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return day, day
        period = parse_period(text)
    except (ValueError, InputRefused) as error:
        raise InputRefused.of("date_invalid", value=text) from error
    return period.start, period.end


def hours_in_year(year: int) -> int:
    """Return the number of hours of a calendar year: 8760 or 8784."""
    return 8784 if calendar.isleap(year) else 8760
