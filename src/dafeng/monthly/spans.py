"""Year-to-date figures turned into spans of months, without filling anything.

The bureau publishes cumulative figures, January together with February, and revises what it has said
within the year. The rules here:

1. Of several rows for one period the one that became known last, but not after the day of the issue, holds.
2. The cumulative curve of a year is built from year-to-date rows; a row of a single month is used only where
   the curve has no point, because revisions of earlier months are in the cumulative figure alone.
3. January is never split from February.
4. Months that were not published stay together in one span (June to August, say); nothing is interpolated.
5. Where the curve falls, an earlier figure was revised downward: the earlier point is given up, its months
   join the following span, and a finding says so. A fall beyond
   :data:`FALL_LIMIT` is no revision but an error.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, Place
from dafeng.period import latest_date, parse_period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

MONTH_TOLERANCE = 0.005
"""Relative difference of a month from the difference of two cumulative figures that is worth a note. [1]"""
FALL_LIMIT = 0.20
"""Largest fall of a cumulative figure that can be a revision. [1]

Revisions within a year are a few percent, and the new month adds to the total: a fall by a fifth would take
back more than a fifth of all earlier months. Such a figure is a slip: a month in the place of the cumulative
figure, a lost digit, another unit.
"""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A quantity over whole months of one year, both included."""

    year: int
    first: int
    last: int
    value: float


def select_known(table: pl.DataFrame, as_of: date, key: list[str]) -> pl.DataFrame:
    """Return of each key the row that was known last on a day.

    Parameters
    ----------
    table : FlashFigures or FlashBenchmark
        With ``known_on``; a day known only to the month or year counts as its last day.
    as_of : date
        Nothing that became known later is returned.
    key : list of str
        Columns that name a figure.
    """
    if table.is_empty():
        return table
    days = {text: latest_date(text) for text in table["known_on"].unique().to_list()}
    known = table.with_columns(_day=pl.col("known_on").replace_strict(days, return_dtype=pl.Date))
    known = known.filter(pl.col("_day") <= as_of).sort("_day", maintain_order=True)
    return known.unique(key, keep="last", maintain_order=True).drop("_day")


def read_spans(figures: pl.DataFrame) -> tuple[dict[str, list[Span]], tuple[Finding, ...]]:
    """Return the spans of every item in order of time, and what was found on the way.

    Parameters
    ----------
    figures : FlashFigures
        Of one region, each period once (:func:`select_known`).

    Returns
    -------
    dict
        item -> spans. [unit of the item]
    tuple of Finding
        Falling cumulative figures (errors beyond :data:`FALL_LIMIT`) and months that contradict them
        (warnings).
    """
    spans: dict[str, list[Span]] = {}
    findings: list[Finding] = []
    for (item,), rows in figures.sort("item", "period").group_by("item", maintain_order=True):
        curves = _curves(rows.select("period", "value").iter_rows())
        for year in sorted(curves):
            totals, months = curves[year]
            place = Place(column=f"{item} {year}")
            findings += _compare_months(totals, months, year, place)
            knots, fallen = _monotone(_knots(totals, months))
            findings += [_tell_fall(params, year, place) for params in fallen]
            spans.setdefault(str(item), []).extend(_between(year, knots))
    return spans, tuple(findings)


def _curves(rows: Iterable[tuple[str, float]]) -> dict[int, tuple[dict[int, float], dict[int, float]]]:
    """Return year -> (cumulative by last month, single months)."""
    curves: dict[int, tuple[dict[int, float], dict[int, float]]] = {}
    years: dict[int, float] = {}
    for text, value in rows:
        period = parse_period(text)
        totals, months = curves.setdefault(period.start.year, ({}, {}))
        if period.kind == "ytd":
            totals[period.end.month] = value
        elif period.kind == "month":
            months[period.end.month] = value
        elif period.kind == "year":
            years[period.start.year] = value
    for year, value in years.items():
        curves[year][0].setdefault(12, value)
    return curves


def _knots(totals: dict[int, float], months: dict[int, float]) -> dict[int, float]:
    """Return the cumulative curve by month, months filled in where it has no point; without January."""
    knots = {0: 0.0, **totals}
    for month in range(1, 13):
        if month not in knots and month - 1 in knots and month in months:
            knots[month] = knots[month - 1] + months[month]
    for month in range(12, 1, -1):
        if month in knots and month - 1 not in knots and month in months:
            knots[month - 1] = knots[month] - months[month]
    if any(month >= 2 for month in knots):
        knots.pop(1, None)
    return {month: value for month, value in sorted(knots.items()) if month != 1}


def _monotone(knots: dict[int, float]) -> tuple[dict[int, float], list[dict[str, object]]]:
    """Return the curve without the points that a later, lower figure revised, and what was dropped."""
    kept: list[tuple[int, float]] = []
    fallen: list[dict[str, object]] = []
    for month, value in knots.items():
        while kept and kept[-1][0] > 0 and value < kept[-1][1]:
            earlier, was = kept.pop()
            fallen.append({"month": month, "value": f"{value:g}", "earlier": earlier, "was": f"{was:g}"})
        kept.append((month, value))
    return dict(kept), fallen


def _tell_fall(params: dict[str, object], year: int, place: Place) -> Finding:
    wrong = float(str(params["value"])) < (1 - FALL_LIMIT) * float(str(params["was"]))
    if not wrong:
        return Finding("flash_ytd_falls", place, {**params, "year": year}, "warning")
    return Finding("flash_ytd_wrong", place, {**params, "limit": f"{100 * FALL_LIMIT:g} %", "year": year})


def _between(year: int, knots: dict[int, float]) -> list[Span]:
    points = list(knots.items())
    return [
        Span(year, before + 1, month, value - at_before)
        for (before, at_before), (month, value) in itertools.pairwise(points)
    ]


def _compare_months(
    totals: dict[int, float], months: dict[int, float], year: int, place: Place
) -> list[Finding]:
    found = []
    for month, value in sorted(months.items()):
        if month in totals and (month - 1 in totals or month == 1):
            difference = totals[month] - totals.get(month - 1, 0.0)
            if abs(difference - value) > MONTH_TOLERANCE * max(abs(value), abs(difference)):
                params = {
                    "month": month, "value": f"{value:g}", "difference": f"{difference:g}", "year": year,
                }  # fmt: skip
                found.append(Finding("flash_month_differs", place, params, "warning"))
    return found


def sum_over(spans: list[Span], year: int, first: int, last: int) -> float | None:
    """Return the quantity over some months, None unless whole spans cover exactly these months."""
    inside = [span for span in spans if span.year == year and span.first >= first and span.last <= last]
    covered = sum(span.last - span.first + 1 for span in inside)
    return sum(span.value for span in inside) if covered == last - first + 1 else None
