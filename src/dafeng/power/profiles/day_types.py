"""Which days of a year are workdays and which are rest days.

Up to the last year whose arrangement is announced, weekends, holidays and made-up workdays are as the State
Council's yearly notices say. For later years only the statutory holidays are known (13 days since 2025); a
holiday that falls on a weekend is given back, here on the next workday, and which weekends will be worked
instead is not known until the autumn before.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import numpy as np

from dafeng.errors import Finding, InputRefused
from dafeng.power.profiles.hours import count_hours

if TYPE_CHECKING:
    from numpy.typing import NDArray

DayType = Literal["workday", "restday"]


@cache
def _read_exceptions() -> dict[date, str]:
    text = files("dafeng.power.profiles").joinpath("rest_days.csv").read_text("utf-8")
    return {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(text.splitlines())}


def is_announced(year: int) -> bool:
    """Return whether the arrangement of a year's holidays is announced, and not only the law known.

    Examples
    --------
    >>> is_announced(2024), is_announced(2035)
    (True, False)
    """
    return any(day.year == year and kind != "statutory" for day, kind in _read_exceptions().items())


def find_rest_days(year: int) -> NDArray[np.bool_]:
    """Return which days of a year are rest days, shape (days,).

    Parameters
    ----------
    year : int
        A year of the file of rest days.

    Raises
    ------
    InputRefused
        ``rest_days_unknown`` for a year that the file does not hold.

    Examples
    --------
    >>> int(find_rest_days(2018).sum())
    115
    """
    exceptions = {day: kind for day, kind in _read_exceptions().items() if day.year == year}
    if not exceptions:
        known = sorted({day.year for day in _read_exceptions()})
        params = {"year": year, "first": known[0], "last": known[-1]}
        raise InputRefused([Finding("rest_days_unknown", params=params)])
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(count_hours(year) // 24)]
    free = {day for day in days if day.weekday() >= 5}
    if is_announced(year):
        free |= {day for day, kind in exceptions.items() if kind == "rest"}
        free -= {day for day, kind in exceptions.items() if kind == "work"}
    else:
        given_back = sum(day in free for day in exceptions)
        free |= set(exceptions)
        for day in sorted(exceptions):
            if given_back == 0:
                break
            if day.weekday() >= 5:
                free.add(next(d for n in range(1, 15) if (d := day + timedelta(days=n)) not in free))
                given_back -= 1
    return np.array([day in free for day in days])
