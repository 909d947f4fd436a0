"""Today, in China Standard Time."""

from __future__ import annotations

from datetime import date, datetime

from dafeng.errors import InputRefused
from dafeng.period import CST


def today() -> date:
    """Return the current date in China Standard Time."""
    return datetime.now(CST).date()


def parse_day(text: str | None) -> date:
    """Return a day written as 2025-12-31; today for None.

    Raises
    ------
    InputRefused
        ``date_invalid``.
    """
    if text is None:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputRefused.of("date_invalid", value=text) from error
