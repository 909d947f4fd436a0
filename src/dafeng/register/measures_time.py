"""In which years a row counts: stocks stand at year ends, flows happen in years, others are of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import InputRefused
from dafeng.period import parse_period

if TYPE_CHECKING:
    from dafeng.register.model import Measure

LINE, YEAR = "line", "year"
DATE_LENGTH = 10
"""Length of 2026-11-22. [characters]"""


@dataclass(frozen=True, slots=True)
class Placement:
    """Which lines count in which years.

    Parameters
    ----------
    places : polars.DataFrame
        Columns ``line`` (position in the frame) and ``year``.
    years : tuple of int
        Every year that is asked about, oldest first.
    undated : polars.Series
        Lines without the date that would place them: left out of every year, and told. [Boolean]
    """

    places: pl.DataFrame
    years: tuple[int, ...]
    undated: pl.Series


@dataclass(frozen=True, slots=True)
class Dates:
    """The last day of what each line names as its date.

    Parameters
    ----------
    start : polars.Series or None
        From when it counts (stock), or when it happened (flow). [Date]
    end : polars.Series or None
        From when it no longer counts (stock). [Date]
    """

    start: pl.Series | None = None
    end: pl.Series | None = None


def place_lines(measure: Measure, dates: Dates, height: int, as_of: date) -> Placement:
    """Return the years in which each line counts.

    Parameters
    ----------
    measure : Measure
    dates : Dates
        Of its ``start`` and ``end``, or of its ``date``.
    height : int
        Number of lines.
    as_of : date
        The year of this day is marked as of the day: a stock stands on it.

    Returns
    -------
    Placement
        A stock counts at the end of each year from the first start on (at the day itself in its year), a flow
        in the year of its date (also one that lies ahead: a budget, a plan), everything else in the year of
        the day alone.
    """
    if dates.start is None:
        numbers = pl.int_range(height, eager=True).alias(LINE)
        every = numbers.to_frame().with_columns(pl.lit(as_of.year, dtype=pl.Int64).alias(YEAR))
        return Placement(every, (as_of.year,), pl.Series([False], dtype=pl.Boolean).new_from_index(0, height))
    undated = dates.start.is_null()
    lines = pl.DataFrame({LINE: pl.int_range(height, eager=True), "start": dates.start}).with_columns(
        end=dates.end if dates.end is not None else pl.lit(None, dtype=pl.Date)
    )
    if measure.kind == "flow":
        places = lines.drop_nulls("start").select(LINE, pl.col("start").dt.year().cast(pl.Int64).alias(YEAR))
        return Placement(places, _span(places[YEAR], as_of.year), undated)
    known = lines.filter(pl.col("start") <= as_of)
    years = _span(known["start"].dt.year(), as_of.year)
    cuts = pl.DataFrame({YEAR: years, "cut": [min(date(year, 12, 31), as_of) for year in years]})
    stands = (pl.col("start") <= pl.col("cut")) & (pl.col("end").is_null() | (pl.col("end") > pl.col("cut")))
    return Placement(known.join(cuts, how="cross").filter(stands).select(LINE, YEAR), years, undated)


def _span(found: pl.Series, year: int) -> tuple[int, ...]:
    """Return the years from the first to the last that is found, and to the year of the day."""
    known = [int(each) for each in found.drop_nulls().unique()]
    return tuple(range(min(known), max(*known, year) + 1)) if known else (year,)


def read_days(values: pl.Series) -> pl.Series:
    """Return the last day of every date, year or period; a text that is none of them is missing.

    A year or a month stands for its last day, so that nothing counts too early.

    Examples
    --------
    >>> read_days(pl.Series([2024, None])).to_list()
    [datetime.date(2024, 12, 31), None]
    >>> read_days(pl.Series(["2026-02-01", "2026-02", "2025"])).to_list()
    [datetime.date(2026, 2, 1), datetime.date(2026, 2, 28), datetime.date(2025, 12, 31)]
    """
    if values.dtype == pl.Date:
        return values
    if values.dtype.is_integer():
        return pl.select(pl.date(pl.lit(values), 12, 31)).to_series().rename(values.name)
    days = {text: _last_day(text) for text in values.drop_nulls().unique().to_list()}
    return values.replace_strict(days, default=None, return_dtype=pl.Date)


def _last_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == DATE_LENGTH else parse_period(text).end
    except (ValueError, InputRefused):
        return None
