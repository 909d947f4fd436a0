"""Write the rest days of the calendar beside the module that reads them.

Usage: python scripts/make_rest_days.py TARGET        (needs chinese-calendar and lunardate)

Up to the last year that the State Council has announced, the file holds the exceptions from "weekends are
free" (chinese-calendar, MIT, which compiles the yearly notices). After it, it holds the dates of the
statutory holidays; of lunar ones the date is computed. Facts only.
"""

from __future__ import annotations

import csv
import sys
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
from chinese_calendar import constants
from lunardate import LunarDate

FIRST, LAST = 2015, 2060


def main(target: Path) -> None:
    announced = max(day.year for day in constants.holidays)
    rows = [
        (day.isoformat(), "work" if day in constants.workdays else "rest")
        for day in sorted({*constants.workdays, *constants.holidays})
        if day.year >= FIRST and (day in constants.workdays or day.weekday() < 5)
    ]
    for year in range(announced + 1, LAST + 1):
        rows += [(day.isoformat(), "statutory") for day in statutory_days(year)]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("date", "kind"), *rows])


def statutory_days(year: int) -> list[date]:
    """Return the 13 statutory holidays of the rules in force since 2025 (State Council Decree No. 795)."""
    new_year = LunarDate(year, 1, 1).to_solar_date()
    terms = chinese_calendar.get_solar_terms(date(year, 4, 1), date(year, 4, 10))
    return sorted(
        [
            date(year, 1, 1),
            *(new_year + timedelta(days=n) for n in (-1, 0, 1, 2)),
            next(day for day, name in terms if name == "清明"),
            date(year, 5, 1), date(year, 5, 2),
            LunarDate(year, 5, 5).to_solar_date(),
            LunarDate(year, 8, 15).to_solar_date(),
            date(year, 10, 1), date(year, 10, 2), date(year, 10, 3),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
