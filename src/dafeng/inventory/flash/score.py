"""The record of past issues: replayed with what was known then, compared with the later inventory, scored.

The prediction interval is the split-conformal one of past log errors (Lei et al. 2018, J. Am. Stat. Assoc.
113:1094-1111, doi:10.1080/01621459.2017.1307116): with n past issues its half-width is the k-th smallest
|ln(published / estimate)|, k = ceil((n + 1) * level). It supposes that errors to come are like past ones, and
rests on errors of whole years: year-to-date figures borrow it. Below eight issues there is none.
"""

from __future__ import annotations

from math import ceil, log
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import InputRefused
from dafeng.inventory.flash.contracts import FlashErrors, FlashEstimates, FlashScores
from dafeng.inventory.flash.method import FlashOptions, estimate_flash
from dafeng.monthly.issue import FLASH_DAY, Issue
from dafeng.monthly.spans import select_known
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from datetime import date

LEAST_ISSUES = 8
"""Issues below which no interval is given. [1]"""
RECORD_ISSUES = 12
"""Newest issues that are scored: the structure of an economy of longer ago says little. [1]"""
LEVEL = 0.8
"""Nominal coverage of the interval. [1]"""
FIGURE_KEY = ["region", "item", "period"]
BENCHMARK_KEY = ["region", "measure", "group", "year"]


def replay_years(
    figures: pl.DataFrame, benchmarks: pl.DataFrame, totals: pl.DataFrame, as_of: date,
    options: FlashOptions | None = None, day: int = FLASH_DAY,
) -> pl.DataFrame:  # fmt: skip
    """Return the errors of the December issues of all past years, each made with what was known on its day.

    Parameters
    ----------
    figures : FlashFigures
        Of one region, all vintages.
    benchmarks : FlashBenchmark
        Of the same region.
    totals : polars.DataFrame
        ``region, measure, year, unit, value, known_on``: yearly totals to compare with
        (:func:`total_by_year`, or published ones).
    as_of : date
        Totals that became known later are not compared with.
    options : FlashOptions, optional
    day : int
        Day on which issues open.

    Returns
    -------
    FlashErrors
        A year in which no flash could be made has no row.
    """
    truth = select_known(totals, as_of, ["region", "measure", "year"])
    rows = []
    for row in truth.sort("measure", "year").iter_rows(named=True):
        issue = Issue(row["year"], 12)
        made_on = issue.opens_on(day)
        if made_on > as_of:
            continue
        own = benchmarks.filter((pl.col("measure") == row["measure"]) & (pl.col("year") < row["year"]))
        known = select_known(own, made_on, BENCHMARK_KEY)
        try:
            made = estimate_flash(select_known(figures, made_on, FIGURE_KEY), known, issue, options)
        except InputRefused:
            continue  # nothing could have been said on that day
        total = made.estimates.row(
            by_predicate=(pl.col("group") == "total") & (pl.col("span") == "ytd"), named=True
        )
        if total["value"] is not None and row["value"]:
            rows.append(_error_of(row, total, made_on))
    return check(pl.DataFrame(rows, schema={s.name: s.dtype for s in columns_of(FlashErrors)}), FlashErrors)


def _error_of(truth: dict[str, Any], total: dict[str, Any], made_on: date) -> dict[str, Any]:
    same = {name: truth[name] for name in ("region", "measure", "year", "unit")}
    error = {"error_share": total["value"] / truth["value"] - 1}
    figures = {"estimate": total["value"], "published": truth["value"], **error}
    made = {"origin": "replay", "made_on": made_on.isoformat(), "benchmark_year": total["benchmark_year"]}
    return {**same, **made, **figures}


def compare_archive(archived: pl.DataFrame, totals: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the errors of issues that were really made: the first December issue of every year.

    Parameters
    ----------
    archived : polars.DataFrame
        Rows of FlashEstimates with ``made_on``.
    totals : polars.DataFrame
        As in :func:`replay_years`.
    as_of : date
        Nothing later counts.
    """
    truth = select_known(totals, as_of, ["region", "measure", "year"])
    made = archived.filter(
        (pl.col("group") == "total") & (pl.col("span") == "ytd") & (pl.col("month") == 12)
        & pl.col("value").is_not_null() & (pl.col("made_on") <= as_of.isoformat())
    )  # fmt: skip
    first = made.sort("made_on").unique(["region", "measure", "year"], keep="first", maintain_order=True)
    joined = first.select("region", "measure", "year", "made_on", "benchmark_year", estimate="value").join(
        truth.select("region", "measure", "year", "unit", published="value"),
        on=["region", "measure", "year"], how="inner",
    )  # fmt: skip
    errors = joined.with_columns(
        origin=pl.lit("archive"), error_share=pl.col("estimate") / pl.col("published") - 1
    )
    return check(errors.sort("measure", "year"), FlashErrors)


def join_records(replayed: pl.DataFrame, archived: pl.DataFrame) -> pl.DataFrame:
    """Return one error a year: of the issue that was really made, else of its replay."""
    rest = replayed.join(archived, on=["region", "measure", "year"], how="anti")
    return check(pl.concat([archived, rest]).sort("measure", "year"), FlashErrors)


def score_errors(errors: pl.DataFrame) -> pl.DataFrame:
    """Return bias, mean absolute error, interval and coverage of the newest issues, by measure.

    Parameters
    ----------
    errors : FlashErrors

    Returns
    -------
    FlashScores
        ``half_width_share`` and ``coverage_share`` are null below eight issues. Coverage is that of the
        interval which the other issues would have given.
    """
    rows = []
    for (region, measure), whole in errors.sort("year").group_by("region", "measure", maintain_order=True):
        part = whole.tail(RECORD_ISSUES)
        sizes = [abs(log(p / e)) for p, e in part.select("published", "estimate").iter_rows()]
        enough = len(sizes) >= LEAST_ISSUES
        rows.append(
            {
                "region": region, "measure": measure, "issues": len(sizes), "unit": part["unit"][0],
                "bias_share": part["error_share"].mean(), "mape_share": part["error_share"].abs().mean(),
                "mean_absolute_error": (part["estimate"] - part["published"]).abs().mean(),
                "level_share": LEVEL, "half_width_share": _half_width(sizes) if enough else None,
                "coverage_share": _coverage(sizes) if enough else None,
            }
        )  # fmt: skip
    return check(pl.DataFrame(rows, schema={s.name: s.dtype for s in columns_of(FlashScores)}), FlashScores)


def add_interval(estimates: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """Return the estimates with the interval of the total year to date, where it can be estimated.

    Parameters
    ----------
    estimates : FlashEstimates
    scores : FlashScores
    """
    widths = dict(scores.select("measure", "half_width_share").iter_rows())
    width = pl.col("measure").replace_strict(widths, default=None, return_dtype=pl.Float64)
    width = pl.when((pl.col("group") == "total") & (pl.col("span") == "ytd")).then(width)
    bounds = estimates.with_columns(
        lower=pl.col("value") * (-width).exp(), upper=pl.col("value") * width.exp()
    )
    return check(bounds, FlashEstimates)


def _half_width(sizes: list[float]) -> float:
    """Return the conformal quantile of the sizes of log errors."""
    return sorted(sizes)[min(len(sizes), ceil((len(sizes) + 1) * LEVEL)) - 1]


def _coverage(sizes: list[float]) -> float:
    """Return the share of issues inside the interval of the others."""
    inside = [size <= _half_width(sizes[:place] + sizes[place + 1 :]) for place, size in enumerate(sizes)]
    return sum(inside) / len(inside)
