"""What is known of the uncertainty where not all of it is: a lower bound, and the list of what is missing.

An interval needs the uncertainty of activity and of factor. Where one of them is unknown the line is in no
interval. What is known still bounds the uncertainty of the total from below: unknown terms could only add to
the variance of :mod:`~dafeng.inventory.uncertainty.approach1`, as long as emissions are positive.
"""

from __future__ import annotations

import polars as pl

from dafeng.inventory.uncertainty.approach1 import FIGURES, ROW, YEAR, total_shared
from dafeng.inventory.uncertainty.contracts import KnownPart, names_of
from dafeng.inventory.uncertainty.lines import measure_half_widths
from dafeng.table import check


def list_known_parts(lines: pl.DataFrame) -> pl.DataFrame:
    """Return by category, main fuel and gas what part has a known uncertainty, and what that weighs.

    Parameters
    ----------
    lines : UncertainLine

    Returns
    -------
    KnownPart
        ``known_share`` is the row's part in the sum of the known squared half-widths of a year.
    """
    valued = measure_half_widths(lines).filter(pl.col("value").is_not_null())
    size = pl.col("value").abs()
    known = [
        (size.filter(pl.col(f"{figure}_half_width").is_not_null()).sum() / size.sum()).alias(
            f"{figure}_known"
        )
        for figure in FIGURES
    ]
    rows = valued.group_by(*YEAR, *ROW, maintain_order=True).agg(
        pl.col("value").sum(), pl.col("unit").first(), size.sum().alias("size"), *known
    )
    for figure in FIGURES:
        moved = (pl.col("value") * pl.col(f"{figure}_half_width").fill_null(0.0)).sum().alias("moved")
        by_figure = valued.group_by(*YEAR, *ROW, f"{figure}_id", maintain_order=True).agg(moved)
        squares = by_figure.group_by(*YEAR, *ROW, maintain_order=True).agg(
            (pl.col("moved") ** 2).sum().alias(f"{figure}_square")
        )
        rows = rows.join(squares, on=[*YEAR, *ROW], how="left", nulls_equal=True, maintain_order="left")
    square = pl.col("activity_square") + pl.col("factor_square")
    total = square.sum().over(YEAR)
    rows = rows.filter(pl.col("size") > 0).with_columns(
        square.sqrt().alias("known_half_width"),
        pl.when(total > 0).then(square / total).alias("known_share"),
    )
    return check(rows.sort(*YEAR, *ROW).select(names_of(KnownPart)), KnownPart)


def bound_total(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the half-width of the total [1] that the known uncertainties alone cause.

    Parameters
    ----------
    lines : UncertainLine

    Returns
    -------
    polars.DataFrame
        ``region, year, at_least_share``; null where nothing is known.
    """
    measured = measure_half_widths(lines).filter(pl.col("value").is_not_null())
    anything = pl.any_horizontal(pl.col(f"{figure}_half_width").is_not_null() for figure in FIGURES)
    some = measured.group_by(YEAR, maintain_order=True).agg(anything.any().alias("some"))
    filled = measured.with_columns(
        pl.col(f"{figure}_half_width").fill_null(0.0).alias(f"{figure}_uncertainty") for figure in FIGURES
    ).with_columns(
        pl.lit(None, pl.Float64).alias(f"{figure}_{end}") for figure in FIGURES for end in ("low", "high")
    )
    widths = total_shared(filled, int(filled["year"].min() or 0)) if filled.height else None  # type: ignore[arg-type]
    if widths is None:
        return some.select(*YEAR, pl.lit(None, pl.Float64).alias("at_least_share"))
    found = pl.when(pl.col("some")).then("half_width_share").alias("at_least_share")
    return widths.join(some, on=YEAR).select(*YEAR, found)
