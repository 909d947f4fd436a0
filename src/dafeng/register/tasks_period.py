"""Periods of self-assessments and reports: a calendar year or one of its quarters."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from dafeng.errors import Language

_PATTERN = re.compile(r"(?P<year>(?:19|20)[0-9]{2})(?:-?[Qq](?P<quarter>[1-4]))?")
_QUARTERS = ("一", "二", "三", "四")


@dataclass(frozen=True, slots=True, order=True)
class ReportPeriod:
    """A year or a quarter of it.

    Parameters
    ----------
    year : int
        Calendar year.
    quarter : int
        1 to 4; 0 for the whole year.
    """

    year: int
    quarter: int = 0

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, 3 * self.quarter - 2 if self.quarter else 1, 1)

    @property
    def end(self) -> date:
        """Last day, included."""
        month = 3 * self.quarter or 12
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        """Return the canonical spelling; ``parse_report_period(str(p)) == p``."""
        return f"{self.year}-Q{self.quarter}" if self.quarter else str(self.year)

    def text(self, language: Language) -> str:
        """Return the period in words.

        Examples
        --------
        >>> ReportPeriod(2026, 3).text("zh"), ReportPeriod(2026).text("zh"), ReportPeriod(2026, 3).text("en")
        ('2026年第三季度', '2026年度', 'third quarter of 2026')
        """
        if not self.quarter:
            return f"{self.year}年度" if language == "zh" else str(self.year)
        if language == "zh":
            return f"{self.year}年第{_QUARTERS[self.quarter - 1]}季度"
        return f"{('first', 'second', 'third', 'fourth')[self.quarter - 1]} quarter of {self.year}"


def parse_report_period(text: str) -> ReportPeriod:
    """Return the period that a text names: ``2026`` or ``2026-Q3``.

    Raises
    ------
    InputRefused
        ``task_period_invalid``.

    Examples
    --------
    >>> parse_report_period("2026-Q3").end
    datetime.date(2026, 9, 30)
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise InputRefused.of("task_period_invalid", value=text)
    return ReportPeriod(int(match["year"]), int(match["quarter"] or 0))
