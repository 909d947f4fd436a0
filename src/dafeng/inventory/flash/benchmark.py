"""Yearly benchmarks by flash group, and Denton-Cholette: months that sum to the year.

Proportional Denton in the form of Cholette (no starting condition): the ratio of the result to the
indicator changes as little as possible from span to span while every benchmarked year keeps its total,

    min sum_t (x_t / i_t - x_{t-1} / i_{t-1})^2   subject to   sum_{t in T} x_t = X_T .

Sources: Dagum and Cholette (2006), Benchmarking, Temporal Distribution, and Reconciliation Methods for Time
Series, Springer, chapter 6; IMF (2017), Quarterly National Accounts Manual, chapter 6, where the future year
gets a forecast ratio as its benchmark (the “enhanced” solution), as it does here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.inventory.combustion import sum_activity, sum_known
from dafeng.inventory.flash.contracts import FlashBenchmark
from dafeng.inventory.flash.tables import load_table
from dafeng.inventory.flow import calorific_values
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Sequence

TJ_PER_10_4_TCE = 293.076
"""GB/T 2589-2020: 29.3076 GJ per tce. [TJ / 10^4 tce]"""
_KEY = ["region", "year"]


def denton_cholette(
    indicator: Sequence[float] | np.ndarray[Any, Any], blocks: Sequence[int | None], totals: Sequence[float]
) -> np.ndarray[Any, Any]:
    """Return the series that follows the indicator and keeps the totals.

    Parameters
    ----------
    indicator : array, shape (n,)
        Non-negative. A span with indicator zero gets zero.
    blocks : sequence, length n
        Index into ``totals`` of the benchmark that a span belongs to; None for a span without benchmark.
    totals : sequence
        Benchmarks.

    Returns
    -------
    array, shape (n,)
        In the unit of the totals.

    Raises
    ------
    InputRefused
        ``series_length``; ``series_negative``; ``flash_zero_indicator`` where a benchmark that is not zero
        has an indicator of zero.

    Examples
    --------
    >>> denton_cholette([1.0, 1.0, 2.0], [0, 0, 0], [8.0]).round(6).tolist()
    [2.0, 2.0, 4.0]
    """
    series = np.asarray(indicator, dtype=float)
    if len(series) != len(blocks):
        raise InputRefused.of("series_length", what=f"indicator {len(series)}, blocks {len(blocks)}")
    if (series < 0).any():
        raise InputRefused.of("series_negative", what="indicator")
    wanted = np.asarray(totals, dtype=float)
    used = series > 0
    member = np.array([[block == place for block in blocks] for place in range(len(wanted))], dtype=float)
    member = member.reshape(len(wanted), len(series))
    if ((member @ series == 0) & (wanted != 0)).any():
        raise InputRefused.of("flash_zero_indicator")
    bound = member @ series > 0
    ratios = _smooth_ratios(series[used], member[bound][:, used] * series[used], wanted[bound])
    result = np.zeros_like(series)
    result[used] = ratios * series[used]
    for row, total in zip(member[bound] > 0, wanted[bound], strict=True):
        here = result[row].sum()
        if here != 0:
            result[row] *= total / here  # takes the last rounding error out
    return result


def _smooth_ratios(
    series: np.ndarray[Any, Any], weights: np.ndarray[Any, Any], totals: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Solve the equations of the constrained least squares for the ratios result / indicator."""
    if not len(totals):
        raise InputRefused.of("series_too_short", need=1, have=0)
    size, scale = len(series), series.mean()
    level = max(float(np.abs(totals).max()), np.finfo(float).tiny)
    steps = np.diff(np.eye(size), axis=0)
    system = np.block(
        [[steps.T @ steps, (weights / scale).T], [weights / scale, np.zeros((len(totals), len(totals)))]]
    )
    right = np.concatenate([np.zeros(size), totals / level])
    solved: np.ndarray[Any, Any] = np.linalg.solve(system, right)[:size] * (level / scale)
    return solved


def benchmark_emissions(emissions: pl.DataFrame, known_on: pl.Expr) -> pl.DataFrame:
    """Return the benchmarks of CO2: cells of sector and fuel summed into flash groups.

    Parameters
    ----------
    emissions : Emissions
        Combustion by sector and fuel; process in the rows of the sector ``total``.
    known_on : polars.Expr
        Gives the day of each row, for example a column or a rule over ``year``.

    Returns
    -------
    FlashBenchmark
        Every group of every year; null where a part is not known. [Mt CO2]
    """
    cells = emissions.filter(
        (pl.col("variable") == "co2_fuel_combustion") & (pl.col("sector") != "total")
        & pl.col("fuel").is_not_null()
    )  # fmt: skip
    process = emissions.filter(
        (pl.col("variable") == "co2_process") & (pl.col("sector") == "total") & pl.col("fuel").is_null()
    )
    years = cells.select(_KEY).unique(maintain_order=True)
    process = years.join(process, on=_KEY, how="left", maintain_order="left")
    parts = [
        cells.with_columns(group=_group()).select(*_KEY, "group", "value", known_on=known_on),
        process.with_columns(group=pl.lit("cement_process")).select(
            *_KEY, "group", "value", known_on=known_on
        ),
    ]
    parts[1] = parts[1].with_columns(pl.col("known_on").fill_null(pl.lit("0001-01-01")))  # no figure at all
    return _sum_groups(pl.concat(parts), "co2", "Mt CO2")


def benchmark_energy(energy: pl.DataFrame, known_on: pl.Expr) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the benchmarks of energy: fossil fuel burnt, by calorific value, and the fuels left out.

    Parameters
    ----------
    energy : EnergyUse
    known_on : polars.Expr
        As in :func:`benchmark_emissions`.

    Returns
    -------
    FlashBenchmark
        [10^4 tce]
    tuple of str
        Fuels that are burnt but have no published calorific value; they are not in the sums.
    """
    fossil = [code for code, row in terms.entries("fuels").items() if row["fossil"] == "true"]
    burnt = sum_activity(energy).filter(
        pl.col("fuel").is_in(fossil) & (pl.col("fuel") != "Other_Petroleum_Products")
    )
    values = calorific_values().select("fuel", "tj_per_activity_unit")
    joined = burnt.join(values, on="fuel", how="left", maintain_order="left")
    left_out = joined.filter(pl.col("tj_per_activity_unit").is_null() & (pl.col("activity") != 0))
    tce = pl.col("activity") * pl.col("tj_per_activity_unit") / TJ_PER_10_4_TCE
    cells = joined.filter(pl.col("tj_per_activity_unit").is_not_null()).with_columns(
        group=_group(), value=tce
    )
    summed = _sum_groups(cells.select(*_KEY, "group", "value", known_on=known_on), "energy", "10^4 tce")
    return summed, tuple(sorted(left_out["fuel"].unique().to_list()))


def total_by_year(benchmarks: pl.DataFrame) -> pl.DataFrame:
    """Return the total of every year whose groups are all known.

    Parameters
    ----------
    benchmarks : FlashBenchmark

    Returns
    -------
    polars.DataFrame
        ``region, measure, year, unit, value, known_on``.
    """
    grouped = benchmarks.group_by("region", "measure", "year", "unit", maintain_order=True)
    totals = grouped.agg(value=sum_known("value"), known_on=pl.col("known_on").max())
    return totals.drop_nulls("value").sort("region", "measure", "year")


def published_totals(emissions: pl.DataFrame, benchmarks: pl.DataFrame) -> pl.DataFrame:
    """Return the totals to compare with: published ones, of years without detail too, else sums of groups.

    Parameters
    ----------
    emissions : polars.DataFrame
        Emissions with ``known_on``.
    benchmarks : FlashBenchmark

    Returns
    -------
    polars.DataFrame
        ``region, measure, year, unit, value, known_on``.
    """
    rows = emissions.filter(
        (pl.col("variable") == "co2_total") & (pl.col("sector") == "total") & pl.col("fuel").is_null()
    ).drop_nulls("value")
    names = ["region", "measure", "year", "unit", "value", "known_on"]
    own = rows.with_columns(measure=pl.lit("co2")).select(names)
    summed = total_by_year(benchmarks).select(names)
    rest = summed.join(own, on=["region", "measure", "year"], how="anti")
    return pl.concat([own, rest]).sort("region", "measure", "year")


def _group() -> pl.Expr:
    """Return the flash group of a cell; the first rule of ``groups.csv`` that fits holds."""
    sector_groups = {code: row["group"] for code, row in terms.entries("sectors").items()}
    fuel_groups = {code: row["group"] for code, row in terms.entries("fuels").items()}
    sector = pl.col("sector").replace_strict(sector_groups, return_dtype=pl.String)
    fuel = pl.col("fuel").replace_strict(fuel_groups, return_dtype=pl.String)
    chosen = pl.lit(None, pl.String)
    for rule in reversed(load_table("groups")):
        fits = pl.lit(value=True)
        if rule["sector_group"] != "*":
            fits &= sector == rule["sector_group"]
        if rule["fuel_group"] != "*":
            fits &= fuel == rule["fuel_group"]
        chosen = pl.when(fits).then(pl.lit(rule["group"])).otherwise(chosen)
    return chosen


def _sum_groups(cells: pl.DataFrame, measure: str, unit: str) -> pl.DataFrame:
    grouped = cells.group_by(*_KEY, "group", maintain_order=True)
    summed = grouped.agg(value=sum_known("value"), known_on=pl.col("known_on").max())
    full = summed.with_columns(measure=pl.lit(measure), unit=pl.lit(unit), year=pl.col("year").cast(pl.Int64))
    return check(full.sort(*_KEY, "group"), FlashBenchmark)
