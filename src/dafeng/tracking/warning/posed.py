"""Goals posed on past series by what was known on the day, and whether they were met: a test of the chances.

A plan has too few targets with a known outcome to test a probability. So every yearly series is taken back to
past year ends, goals are posed for one to five years ahead around the growth seen until then, and the chance
that the trend gave on that day is laid beside what came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.provenance import Grade
from dafeng.tracking.figures import day_known, is_whole_year, read_period
from dafeng.tracking.warning.trend import FEWEST_YEARS, choose_scale, fit_trend, to_scale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

HORIZONS = (1, 2, 3, 4, 5)
"""Years from the day to the year of a goal [a]."""
GROWTH_YEARS = 5
"""Years whose growth a goal carries on."""
OFFSETS = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Yearly growth more or less than that, in standard deviations of a yearly step [1]."""
FEWEST_FIGURES = 8
"""Yearly figures that make a series long enough."""
CASES = {
    "case_id": pl.String, "horizon_years": pl.Int64, "outcome_year": pl.Int64, "chance": pl.Float64,
    "met": pl.Boolean,
}  # fmt: skip
"""Columns of a case: what it is posed on, years ahead, year of the outcome, chance given, whether it came."""


@dataclass(frozen=True, slots=True)
class DatedSeries:
    """A yearly series with the day on which each figure became known.

    Parameters
    ----------
    case_id : str
        Series and region.
    is_percent : bool
        Whether it is a share in percent.
    figures : tuple of (int, date, float)
        Year, day, value; revisions of a year in the order of their days.
    """

    case_id: str
    is_percent: bool
    figures: tuple[tuple[int, date, float], ...]

    def known(self, day: date) -> dict[int, float]:
        """Return the latest value of each year that was public on a day."""
        return {year: value for year, since, value in self.figures if since <= day}


def list_series(observations: pl.DataFrame, series: pl.DataFrame, as_of: date) -> list[DatedSeries]:
    """Return the yearly series long enough for goals, as known on a day.

    Parameters
    ----------
    observations : Observations
        Whole years and year ends, exact or rounded, of a grade that counts.
    series : Series
        Their kind says whether a December is a year end or a month of a flow.
    as_of : date
    """
    flows = set(series.filter(pl.col("kind") == "flow")["series_id"])
    found: dict[tuple[str, str], list[tuple[int, date, float, bool]]] = {}
    units: dict[tuple[str, str], str] = {}
    for row in observations.iter_rows(named=True):
        period = read_period(row["period"])
        yearly = is_whole_year(period, is_flow=row["series_id"] in flows)
        if not yearly or row["bound"] not in {"eq", "about"} or not Grade(row["grade"]).counts:
            continue
        day = day_known(row["known_on"], period)
        if day <= as_of:
            key = row["series_id"], row["region"]
            found.setdefault(key, []).append((period.end.year, day, row["value"], row["bound"] == "eq"))
            units[key] = row["unit"] or ""
    return [
        DatedSeries(" ".join(key), units[key] == "%", _exact_first(figures))
        for key, figures in sorted(found.items())
        if len({year for year, *_ in figures}) >= FEWEST_FIGURES
    ]


def _exact_first(figures: list[tuple[int, date, float, bool]]) -> tuple[tuple[int, date, float], ...]:
    """Return the figures without rounded ones of a year whose exact figure was public by then."""
    exact = [(year, day) for year, day, _, is_exact in figures if is_exact]
    return tuple(
        sorted(
            (year, day, value) for year, day, value, is_exact in figures
            if is_exact or not any(other == year and since <= day for other, since in exact)
        )
    )  # fmt: skip


def pose_goals(series: list[DatedSeries], as_of: date) -> pl.DataFrame:
    """Return the goals of all series with the chance given on their day and the outcome.

    Parameters
    ----------
    series : list of DatedSeries
    as_of : date
        Outcomes known later are not used.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`CASES`. On the last day of each year, for each horizon with an outcome, goals *at
        least* and *at most* the level that the growth of the past five years, moved by each offset, would
        reach. Level, growth, deviation and chance use nothing that became known after the day.
    """
    rows = [row for one in series for row in _pose_on(one, as_of)]
    return pl.DataFrame(rows, schema=CASES, orient="row")


def _pose_on(series: DatedSeries, as_of: date) -> Iterator[dict[str, Any]]:
    outcomes = series.known(as_of)
    for origin in range(series.figures[0][1].year, as_of.year):
        known = series.known(date(origin, 12, 31))
        if len(known) < FEWEST_YEARS:
            continue
        years = np.array(sorted(known), dtype=np.float64)
        values = np.array([known[int(year)] for year in years])
        for ahead in HORIZONS:
            if origin + ahead in outcomes and origin + ahead > years[-1]:
                yield from _cases(series, years, values, (origin, ahead, outcomes[origin + ahead]))


def _cases(
    series: DatedSeries, years: NDArray[np.float64], values: NDArray[np.float64],
    asked: tuple[int, int, float],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    origin, ahead, outcome = asked
    scale = choose_scale(values[:-1], [], is_percent=series.is_percent)
    trend, z = fit_trend(years, values, scale), to_scale(values, scale)
    recent = years >= years[-1] - GROWTH_YEARS
    first, last = z[recent][0], z[-1]
    span = years[-1] - years[recent][0]
    growth = (last - first) / span if span else trend.drift
    gone = origin + ahead - trend.last_year
    levels = last + (growth + np.array(OFFSETS) * trend.spread) * gone
    below = trend.chance_below(origin + ahead, levels)
    came = float(to_scale(outcome, scale))
    for level, chance in zip(levels, below, strict=True):
        for given, met in ((1 - chance, came >= level), (chance, came <= level)):
            yield {
                "case_id": series.case_id, "horizon_years": ahead, "outcome_year": origin + ahead,
                "chance": round(float(given), 4), "met": bool(met),
            }  # fmt: skip
