"""Issues of the flash estimate: which month is open on which day.

The figures of a month are published by about the middle of the next one and the issue opens on a set day
of it. January has no issue of its own: the bureau publishes January and February together.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

FLASH_DAY = 25
"""Day of the following month on which an issue opens. [1]"""


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """The issue of one month, February to December.

    Parameters
    ----------
    year, month : int
        The last month that it covers.
    """

    year: int
    month: int

    def opens_on(self, day: int = FLASH_DAY) -> date:
        """Return the day on which the issue opens.

        Examples
        --------
        >>> Issue(2026, 12).opens_on(25)
        datetime.date(2027, 1, 25)
        """
        year, month = (self.year + 1, 1) if self.month == 12 else (self.year, self.month + 1)
        return date(year, month, min(day, calendar.monthrange(year, month)[1]))

    def following(self) -> Issue:
        """Return the next issue; after December comes February."""
        return Issue(self.year + 1, 2) if self.month == 12 else Issue(self.year, self.month + 1)

    def __str__(self) -> str:
        """Return the month in the grammar of periods."""
        return f"{self.year:04d}-{self.month:02d}"


def latest_issue(as_of: date, day: int = FLASH_DAY) -> Issue:
    """Return the newest issue that is open on a day.

    Examples
    --------
    >>> str(latest_issue(date(2026, 11, 25))), str(latest_issue(date(2026, 11, 24)))
    ('2026-10', '2026-09')
    >>> str(latest_issue(date(2026, 2, 26)))
    '2025-12'
    """
    issue = Issue(as_of.year, max(as_of.month, 2))
    while issue.opens_on(day) > as_of:
        issue = Issue(issue.year - 1, 12) if issue.month == 2 else Issue(issue.year, issue.month - 1)
    return issue
