"""Key categories: level and trend, approach 1 and 2 (2006 IPCC Guidelines, vol. 1, ch. 4).

With E emissions of a row (category, main fuel, gas) in base year 0 and in year t, and sums over all rows::

    level     L = |E_t| / sum |E_t|                                                        (equation 4.1)
    trend     T = |E_0| / sum |E_0| x | (E_t - E_0) / |E_0| - (sum E_t - sum E_0) / |sum E_0| |    (4.2)
              T = | E_t / sum |E_0| |                                            where E_0 = 0        (4.3)
    approach 2:  L U / sum (L U)   and   T U / sum (T U),  U the combined uncertainty of the row  (4.4, 4.5)

Rows are ranked by their assessment; key are those that are needed to reach 95 % of its sum (approach 1) or
90 % (approach 2). Approach 2 knows only rows with known uncertainty.
"""

from __future__ import annotations

import polars as pl

from dafeng.inventory.uncertainty.approach1 import ROW, YEAR
from dafeng.inventory.uncertainty.contracts import KeyCategoryRow, names_of
from dafeng.table import check, empty_table

THRESHOLDS = {1: 0.95, 2: 0.90}
"""Cumulative share up to which rows are key, by approach."""
_EXACT = 1e-12


def rank_categories(lines: pl.DataFrame, propagated: pl.DataFrame, base_year: int) -> pl.DataFrame:
    """Return the key category analysis of every year.

    Parameters
    ----------
    lines : UncertainLine
        All lines with a value, also those whose uncertainty is not known.
    propagated : PropagatedRow
        Where approach 2 takes the combined uncertainty of a row.
    base_year : int
        Year of the trend; without it in the data only the level is assessed.

    Returns
    -------
    KeyCategoryRow
    """
    rows = _assess_rows(lines, base_year)
    known = propagated.select(*YEAR, *ROW, "combined_uncertainty")
    rows = rows.join(known, on=[*YEAR, *ROW], how="left", nulls_equal=True)
    parts = []
    for assessment in ("level", "trend"):
        for approach in THRESHOLDS:
            weight = pl.col("combined_uncertainty") if approach == 2 else pl.lit(1.0)
            parts.append(_rank(rows.with_columns(pl.col(assessment) * weight), assessment, approach))
    ranked = pl.concat(parts)
    if ranked.is_empty():
        return empty_table(KeyCategoryRow)
    columns = names_of(KeyCategoryRow)
    ordered = ranked.sort(*YEAR, "approach", "assessment", "rank")
    return check(ordered.select(columns), KeyCategoryRow)


def _assess_rows(lines: pl.DataFrame, base_year: int) -> pl.DataFrame:
    """Return rows of all years with level and trend; a row that has ended is there with zero."""
    summed = lines.filter(pl.col("value").is_not_null())
    unit = summed["unit"].first() if summed.height else ""
    summed = summed.group_by(*YEAR, *ROW, maintain_order=True).agg(pl.col("value").sum())
    years = summed.select(YEAR).unique()
    base = summed.filter(pl.col("year") == base_year).drop("year").rename({"value": "base_value"})
    has_base = base.select("region").unique().with_columns(compared=True)
    ever = years.join(base, on="region").select(*YEAR, *ROW, "base_value")
    rows = summed.join(ever, on=[*YEAR, *ROW], how="full", coalesce=True, nulls_equal=True)
    rows = rows.join(has_base, on="region", how="left").with_columns(
        pl.col("value").fill_null(0.0),
        pl.when(pl.col("compared")).then(pl.col("base_value").fill_null(0.0)).alias("base_value"),
        pl.lit(base_year, pl.Int64).alias("base_year"),
        pl.lit(unit).alias("unit"),
    )
    before, now = pl.col("base_value"), pl.col("value")
    all_before, all_now = before.sum().over(YEAR), now.sum().over(YEAR)
    size_before, size_now = before.abs().sum().over(YEAR), now.abs().sum().over(YEAR)
    against = (now - before) / before.abs() - (all_now - all_before) / all_before.abs()
    trend = (
        pl.when(before == 0)
        .then((now / size_before).abs())
        .otherwise(before.abs() / size_before * against.abs())
    )
    usable = (pl.col("year") != base_year) & (all_before != 0)
    return rows.with_columns(
        pl.when(size_now > 0).then(now.abs() / size_now).alias("level"),
        pl.when(usable).then(trend).alias("trend"),
    )


def _rank(rows: pl.DataFrame, assessment: str, approach: int) -> pl.DataFrame:
    """Return rows by falling assessment with contribution, cumulative contribution and mark."""
    known = rows.filter(pl.col(assessment).is_not_null() & (pl.col(assessment) > 0))
    ordered = known.sort(*YEAR, assessment, *ROW, descending=[False, False, True, False, False, False])
    share = pl.col(assessment) / pl.col(assessment).sum().over(YEAR)
    ranked = ordered.with_columns(
        pl.col(assessment).alias("assessed"), share.alias("contribution_share")
    ).with_columns(
        pl.col("contribution_share").cum_sum().over(YEAR).alias("cumulative_share"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(YEAR).alias("rank"),
        pl.lit(approach, pl.Int64).alias("approach"),
        pl.lit(assessment).alias("assessment"),
    )
    before = pl.col("cumulative_share") - pl.col("contribution_share")
    return ranked.with_columns((before < THRESHOLDS[approach] - _EXACT).alias("is_key"))
