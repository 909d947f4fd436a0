"""Today, in China Standard Time."""

from __future__ import annotations

from datetime import date, datetime

from dafeng.errors import InputRefused
from dafeng.period import CST

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days outside are slips of the pen."""


def today() -> date:
    """Return the current date in China Standard Time."""
    return datetime.now(CST).date()


def parse_day(text: str | None) -> date:
    """Return a day written as 2025-12-31; today for None.

    Raises
    ------
    InputRefused
        ``date_invalid``, or ``value_out_of_range`` for a day that nothing can be known on.
    """
    if text is None:
        return today()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputRefused.of("date_invalid", value=text) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InputRefused.of("value_out_of_range", value=text, rule=f"{FIRST_DAY} … {LAST_DAY}")
    return day
