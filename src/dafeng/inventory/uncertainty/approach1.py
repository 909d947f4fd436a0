"""Approach 1: error propagation, table 3.2 of the 2006 IPCC Guidelines, vol. 1, ch. 3.

With E and F the 95 % half-widths of activity and factor over their estimates [1], C and D emissions of a row
in the base year and in year t, and sums over all rows with known uncertainty::

    G = sqrt(E² + F²)                                                             (equation 3.1)
    H = (G D)² / (sum D)²,  total half-width = sqrt(sum H)                        (equation 3.2)
    I = (0.01 D + sum D - 0.01 C - sum C) / (0.01 C + sum C) x 100 - (sum D - sum C) / sum C x 100
    J = D / sum C
    K = I F        where the factor is the same in both years, else J F sqrt 2
    L = J E sqrt 2 where the activities are independent, else I E
    M = K² + L²,   half-width of the trend = sqrt(sum M)

I is a number of percentage points per percent and so needs no unit; its sign is kept. A row is a category,
main fuel and gas. Lines inside a row are combined by equation 3.2; where they share a figure (same id) their
half-widths are added before squaring, because they err together.

Two totals are given. ``independent`` is the table as it stands: rows err independently. ``shared`` keeps
the covariance of rows that rest on the same figure, in level and in trend::

    level:  sum over figures x of (sum over lines i of year t on x:  E_i u_i)² / (sum D)²
    trend:  sum over figures x of (sum_t D_i u_i / sum C - (sum D / (sum C)²) sum_0 C_j u_j)²

First order in the uncertainties: valid for half-widths up to about 0.6; beyond, use approach 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.inventory.uncertainty.contracts import PropagatedRow, names_of
from dafeng.inventory.uncertainty.lines import select_covered
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Sequence

YEAR = ["region", "year"]
ROW = ["category", "fuel_group", "gas"]
FIGURES = ("activity", "factor")


def propagate_errors(lines: pl.DataFrame, base_year: int) -> pl.DataFrame:
    """Return table 3.2: a row for each category, main fuel and gas of every year.

    Parameters
    ----------
    lines : UncertainLine
        Lines whose uncertainty is not known are left out.
    base_year : int
        Year of column C; without it in the data the columns of the trend are null.

    Returns
    -------
    PropagatedRow
    """
    covered = select_covered(lines)
    rows = covered.group_by(*YEAR, *ROW, maintain_order=True).agg(
        pl.col("value").sum(), pl.col("unit").first()
    )
    for figure in FIGURES:
        rows = rows.join(_combine_in_rows(covered, figure), on=[*YEAR, *ROW], nulls_equal=True)
    rows = _add_base_year(rows, covered, base_year)
    return check(_fill_columns(rows).select(names_of(PropagatedRow)), PropagatedRow)


def _combine_in_rows(covered: pl.DataFrame, figure: str) -> pl.DataFrame:
    """Return the absolute half-width of each row that comes from one kind of figure."""
    moved = pl.col("value") * pl.col(f"{figure}_half_width")
    by_figure = covered.group_by(*YEAR, *ROW, f"{figure}_id", maintain_order=True).agg(
        moved.sum().alias("moved")
    )
    width = (pl.col("moved") ** 2).sum().sqrt().alias(f"{figure}_moved")
    return by_figure.group_by(*YEAR, *ROW, maintain_order=True).agg(width)


def _add_base_year(rows: pl.DataFrame, covered: pl.DataFrame, base_year: int) -> pl.DataFrame:
    """Return rows with C, the sums of C and D, and whether each kind of figure is the same in both years."""
    base = covered.filter(pl.col("year") == base_year)
    group = ["region", *ROW]
    before = base.group_by(group, maintain_order=True).agg(pl.col("value").sum().alias("base_value"))
    sums = base.group_by("region", maintain_order=True).agg(pl.col("value").sum().alias("sum_c"))
    joined = rows.join(before, on=group, how="left", nulls_equal=True, maintain_order="left")
    joined = joined.join(sums, on="region", how="left", maintain_order="left")
    joined = joined.with_columns(
        pl.when(pl.col("sum_c").is_not_null()).then(pl.col("base_value").fill_null(0.0)).alias("base_value"),
        pl.col("value").sum().over(YEAR).alias("sum_d"),
        pl.lit(base_year, pl.Int64).alias("base_year"),
    )
    for figure in FIGURES:
        known = base.select(*group, f"{figure}_id").unique().with_columns(same=True)
        now = covered.select(*YEAR, *ROW, f"{figure}_id").unique()
        now = now.join(known, on=[*group, f"{figure}_id"], how="left", nulls_equal=True)
        same = now.group_by(*YEAR, *ROW, maintain_order=True).agg(pl.col("same").any().fill_null(value=False))
        joined = joined.join(
            same.rename({"same": f"{figure}_same"}), on=[*YEAR, *ROW], how="left", nulls_equal=True,
            maintain_order="left",
        )  # fmt: skip
    return joined


def _fill_columns(rows: pl.DataFrame) -> pl.DataFrame:
    size = pl.col("value").abs()
    c, d, sum_c, sum_d = (pl.col(name) for name in ("base_value", "value", "sum_c", "sum_d"))
    more = (0.01 * d + sum_d - (0.01 * c + sum_c)) / (0.01 * c + sum_c) * 100
    both = (pl.col("activity_moved") ** 2 + pl.col("factor_moved") ** 2).sqrt()
    compared = (pl.col("year") != pl.col("base_year")) & (sum_c != 0)
    a, b = pl.col("sensitivity_a"), pl.col("sensitivity_b")
    filled = rows.with_columns(
        *(pl.when(size > 0).then(pl.col(f"{f}_moved") / size).alias(f"{f}_uncertainty") for f in FIGURES),
        pl.when(size > 0).then(both / size).alias("combined_uncertainty"),
        pl.when(sum_d != 0).then((both / sum_d) ** 2).alias("variance_contribution"),
        pl.when(compared).then(more - (sum_d - sum_c) / sum_c * 100).alias("sensitivity_a"),
        pl.when(compared).then(d / sum_c).alias("sensitivity_b"),
    )
    # a new category has nothing to be correlated with: I and J then agree and K needs no doubling
    is_new = pl.col("base_value") == 0
    filled = filled.with_columns(
        pl.when(pl.col("factor_same") | is_new).then(a).otherwise(b * 2**0.5).alias("by_factor"),
        pl.when(pl.col("activity_same")).then(a).otherwise(b * 2**0.5).alias("by_activity"),
    ).with_columns(
        (pl.col("by_factor") * pl.col("factor_uncertainty")).alias("trend_by_factor"),
        (pl.col("by_activity") * pl.col("activity_uncertainty")).alias("trend_by_activity"),
    )
    squares = pl.col("trend_by_factor") ** 2 + pl.col("trend_by_activity") ** 2
    return filled.with_columns(squares.alias("trend_variance")).sort(*YEAR, *ROW)


def total_independent(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the totals at the foot of table 3.2.

    Parameters
    ----------
    rows : PropagatedRow

    Returns
    -------
    polars.DataFrame
        ``region, year, half_width_share, trend_half_width`` [1]; null where there is nothing to say.
    """
    return rows.group_by(YEAR, maintain_order=True).agg(
        _root_of_sum("variance_contribution").alias("half_width_share"),
        _root_of_sum("trend_variance").alias("trend_half_width"),
    )


def _root_of_sum(name: str) -> pl.Expr:
    known = pl.col(name).is_not_null().any()
    return pl.when(known).then(pl.col(name).sum().sqrt())


def total_shared(lines: pl.DataFrame, base_year: int) -> pl.DataFrame:
    """Return totals that keep the covariance of lines resting on the same figure.

    Parameters
    ----------
    lines : UncertainLine
    base_year : int
        Year from which the trend is counted.

    Returns
    -------
    polars.DataFrame
        As :func:`total_independent`; the trend is first-order exact.
    """
    covered = select_covered(lines)
    sums = covered.group_by(YEAR, maintain_order=True).agg(pl.col("value").sum().alias("sum_d"))
    base = sums.filter(pl.col("year") == base_year).select("region", pl.col("sum_d").alias("sum_c"))
    sums = sums.join(base, on="region", how="left", maintain_order="left")
    moved = _moved_by_figure(covered)
    before = moved.filter(pl.col("year") == base_year).drop("year").rename({"moved": "moved_0"})
    level = moved.group_by(YEAR, maintain_order=True).agg((pl.col("moved") ** 2).sum().alias("level"))
    every = sums.filter(pl.col("year") != base_year).join(
        _figures_of_both(moved, before, base_year), on=YEAR, how="inner", maintain_order="right"
    )
    ratio = pl.col("sum_d") / pl.col("sum_c")
    step = (pl.col("moved").fill_null(0.0) - ratio * pl.col("moved_0").fill_null(0.0)) / pl.col("sum_c")
    trend = every.group_by(YEAR, maintain_order=True).agg((step**2).sum().sqrt().alias("trend"))
    joined = sums.join(level, on=YEAR, how="left").join(trend, on=YEAR, how="left")
    width, has_base = pl.col("level").sqrt() / pl.col("sum_d").abs(), pl.col("sum_c").fill_null(0.0) != 0
    return joined.select(
        *YEAR,
        pl.when(pl.col("sum_d") != 0).then(width).alias("half_width_share"),
        pl.when(has_base).then(pl.col("trend")).alias("trend_half_width"),
    ).sort(YEAR)


def _moved_by_figure(covered: pl.DataFrame) -> pl.DataFrame:
    """Return what each figure moves the total of a year when it is off by its half-width."""
    parts = []
    for figure in FIGURES:
        moved = (pl.col("value") * pl.col(f"{figure}_half_width")).sum().alias("moved")
        key = pl.concat_str(pl.lit(f"{figure} "), f"{figure}_id").alias("figure")
        parts.append(covered.group_by(*YEAR, key, maintain_order=True).agg(moved))
    return pl.concat(parts)


def _figures_of_both(moved: pl.DataFrame, before: pl.DataFrame, base_year: int) -> pl.DataFrame:
    """Return every figure of year t or the base year, for every year t."""
    years: Sequence[str] = YEAR
    later = moved.filter(pl.col("year") != base_year)
    pairs = later.select(years).unique().join(before, on="region", how="inner")
    both = later.join(pairs, on=[*years, "figure"], how="full", coalesce=True)
    return both.sort(*years, "figure")  # a sum of floats must not depend on the order of a join
