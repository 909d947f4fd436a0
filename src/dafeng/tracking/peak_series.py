"""Which yearly series are tested for their peak, from what was known on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.period import latest_date
from dafeng.provenance import worst_grade
from dafeng.tracking.evidence import known_observations
from dafeng.tracking.figures import latest_assumed_year

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

FEWEST_YEARS = 8
"""Consecutive yearly figures that a series needs to be tested [a]."""
COMPARATORS = ("peak_by", "capped", "falling")
"""Targets that ask for a peak, a cap or a fall."""
_FIGURES = ("year", "value", "unit", "known_assumed", "source_ids", "grade")


@dataclass(frozen=True, slots=True)
class CandidateSeries:
    """A series that may be tested.

    Attributes
    ----------
    series_id, region, name_zh, name_en : str
    figures : polars.DataFrame
        year, value, unit, known_assumed, source_ids, grade: the latest consecutive run of at least
        ``FEWEST_YEARS`` years; the latest run of any length where none is that long.
    """

    series_id: str
    region: str
    name_zh: str
    name_en: str
    figures: pl.DataFrame

    @property
    def testable(self) -> bool:
        """True with enough consecutive years and a maximum above zero."""
        top = self.figures["value"].max()
        return self.figures.height >= FEWEST_YEARS and isinstance(top, float) and top > 0


def gather_candidates(
    tables: Mapping[str, pl.DataFrame], emissions: pl.DataFrame | None, as_of: date
) -> list[CandidateSeries]:
    """Return the series that a peak, a cap or a fall is wanted of, as they were known on a day.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of the pack: series, observations, indicators, indicator_series, targets, published_emissions.
    emissions : Emissions, optional
        The inventory; None where it was not made.
    as_of : date
        Figures that became known later are left out. Accounts and published totals bear no date: those of a
        year count as known from the end of the second year after it (``known_assumed``).

    Returns
    -------
    list of CandidateSeries
        Own total and combustion of the inventory, the published total, then flows of the pack that belong to
        an indicator wanted lower or a target in ``COMPARATORS``.
    """
    accounts: list[CandidateSeries] = []
    if emissions is not None:
        for variable in ("co2_total", "co2_fuel_combustion"):
            accounts += _from_accounts(_sum_fuels(emissions, variable), "own", variable, as_of)
    published = tables["published_emissions"].filter(pl.col("variable") == "co2_total")
    published = published.rename({"source_id": "source_ids"})
    return [*accounts, *_from_accounts(published, "published", "co2_total", as_of), *_observed(tables, as_of)]


def _sum_fuels(emissions: pl.DataFrame, variable: str) -> pl.DataFrame:
    """Return the yearly total of a variable: its row without fuel, else the sum over fuels.

    A year in which any of them is not known has no sum.
    """
    rows = emissions.filter((pl.col("variable") == variable) & (pl.col("sector") == "total"))
    whole = rows.filter(pl.col("fuel").is_null())
    rows = whole if whole.height else rows
    return (
        rows.group_by("region", "year", "unit", maintain_order=True)
        .agg(pl.when(~pl.col("value").is_null().any()).then(pl.col("value").sum()),
             pl.col("source").unique().sort().str.join(";").alias("source_ids"),
             pl.col("quality").max().alias("grade"))
    )  # fmt: skip


def _from_accounts(
    totals: pl.DataFrame, origin: str, variable: str, as_of: date
) -> list[CandidateSeries]:  # fmt: skip
    known = totals.drop_nulls("value").filter(pl.col("year") <= latest_assumed_year(as_of))
    figures = known.with_columns(known_assumed=pl.lit(value=True))
    words = {"own": ("本省清单自算", "own inventory"), "published": ("已公布", "as published")}[origin]
    zh, en = (terms.name("emission_variables", variable, language) for language in ("zh", "en"))
    return [
        CandidateSeries(
            f"{origin}_{variable}",
            str(region),
            f"{zh}（{words[0]}）",
            f"{en} ({words[1]})",
            _latest_run(rows),
        )
        for (region,), rows in figures.group_by("region", maintain_order=True)
    ]


def _observed(tables: Mapping[str, pl.DataFrame], as_of: date) -> list[CandidateSeries]:
    wanted = _list_wanted(tables)
    known = known_observations(tables["observations"], as_of).filter(
        pl.col("series_id").is_in(wanted)
        & pl.col("period").str.contains(r"^\d{4}$")
        & pl.col("bound").is_in(["eq", "about"])
    )
    figures = known.with_columns(
        year=pl.col("period").cast(pl.Int64),
        published=pl.col("known_on").map_elements(latest_date, return_dtype=pl.Date),
        known_assumed=pl.col("known_on").is_null(),
        source_ids=pl.col("source_id"),
        unit=pl.col("unit").fill_null(""),
    ).sort("grade", "published", descending=[True, False], nulls_last=False)
    newest = figures.unique(["series_id", "region", "year"], keep="last", maintain_order=True)
    found = []
    for row in tables["series"].filter(pl.col("series_id").is_in(wanted)).iter_rows(named=True):
        own = newest.filter(pl.col("series_id") == row["series_id"])
        for (region,), rows in own.group_by("region", maintain_order=True):
            run = _latest_run(rows)
            found.append(CandidateSeries(row["series_id"], str(region), row["name_zh"], row["name_en"], run))
    return found


def _list_wanted(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """Return the flows of indicators that are wanted lower, or that a target caps or wants to peak."""
    targets = tables["targets"].filter(pl.col("comparator").is_in(COMPARATORS))
    lower = tables["indicators"].filter(
        (pl.col("direction") == "down") | pl.col("indicator_id").is_in(targets["indicator_id"].implode())
    )
    linked = tables["indicator_series"].filter(pl.col("indicator_id").is_in(lower["indicator_id"].implode()))
    flows = tables["series"].filter(
        (pl.col("kind") == "flow") & pl.col("series_id").is_in(linked["series_id"].implode())
    )
    return flows["series_id"].to_list()


def _latest_run(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the latest run of consecutive years that is long enough, else the latest run.

    A run is no longer told of where a later year stands above its maximum: the series has not peaked in it.
    """
    years = rows["year"].sort().to_list()
    first, last = find_run(years)
    inside = rows.filter(pl.col("year").is_between(first, last))["value"]
    if rows.filter((pl.col("year") > last) & (pl.col("value") > inside.max())).height:
        first, last = find_run(years, fewest=1)
    chosen = rows.filter(pl.col("year").is_between(first, last)).sort("year")
    return chosen.select(_FIGURES)


def find_run(years: Sequence[int], fewest: int = FEWEST_YEARS) -> tuple[int, int]:
    """Return first and last year of the latest long enough run of consecutive years, else of the latest run.

    Parameters
    ----------
    years : sequence of int
        Different years, ascending, at least one.
    fewest : int
        Years that are enough.

    Examples
    --------
    >>> find_run([2001, 2002, 2003, 2005], fewest=3), find_run([2001, 2003, 2004], fewest=3)
    ((2001, 2003), (2003, 2004))
    """
    runs: list[tuple[int, int]] = []
    for year in years:
        if runs and year == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    long = [run for run in runs if run[1] - run[0] + 1 >= fewest]
    return (long or runs)[-1]


def grade_of(figures: pl.DataFrame) -> str | None:
    """Return the weakest grade of the figures of a series."""
    grade = worst_grade(figures["grade"].drop_nulls())
    return None if grade is None else grade.value
