"""Aggregates over placed lines by region and year, with what every row gives to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import polars as pl

from dafeng.register.measures_time import LINE, YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.register.measures_time import Placement

REGION = "region"
CELL = [REGION, YEAR]
ROW = "row_id"
ZERO_OF_NONE = frozenset({"sum", "count"})
"""Aggregates that are 0 where no row fulfils the condition; the others are then missing."""


@dataclass(frozen=True, slots=True)
class Part:
    """One aggregate of a formula.

    Parameters
    ----------
    name : str
        Column of its result.
    text : str
        As it is written.
    function : {"sum", "mean", "min", "max", "count"}
    unit : str
        Of its result.
    values : polars.Series
        What each line gives; 1 for a count. [unit]
    chosen : polars.Series
        Whether the line fulfils the condition; missing if that is not known.
    """

    name: str
    text: str
    function: str
    unit: str
    values: pl.Series
    chosen: pl.Series


@dataclass(frozen=True, slots=True)
class Summed:
    """Aggregates and what is behind them.

    Parameters
    ----------
    cells : polars.DataFrame
        ``region``, ``year``, one column a part, ``rows``, ``left_out``, ``grade``, ``known_on``.
    gifts : polars.DataFrame
        ``region``, ``year``, ``part``, ``row_id``, ``value``, ``unit``: what a row gives; the sum over the
        rows is the aggregate.
    """

    cells: pl.DataFrame
    gifts: pl.DataFrame


def sum_parts(
    lines: pl.DataFrame,
    placement: Placement,
    counted: pl.Series,
    parts: Sequence[Part],
    regions: pl.DataFrame,
    home: str,
) -> Summed:
    """Return every aggregate of every region and year.

    Parameters
    ----------
    lines : polars.DataFrame
        ``row_id``, ``grade``, ``changed_on`` of each line.
    placement : Placement
        Years in which each line counts.
    counted : polars.Series
        Whether the figure is about the line at all; missing if that is not known. [Boolean]
    parts : sequence of Part
    regions : polars.DataFrame
        ``line``, ``region``: to which regions a line belongs.
    home : str
        Region of all lines.

    Returns
    -------
    Summed
        A line that lacks a value which any part needs, its date or the answer to a condition is left out of
        all parts, so that a ratio never counts it on one side only.
    """
    lacking = reduce(
        pl.Series.__or__, (part.chosen.is_null() | (part.chosen & part.values.is_null()) for part in parts)
    ).fill_null(value=False)
    about = counted.fill_null(value=True)
    out = about & (counted.is_null() | placement.undated | lacking)
    marks = pl.DataFrame({LINE: pl.int_range(lines.height, eager=True), "out": out, "in": about & ~out})
    marks = marks.with_columns(lines[ROW], lines["grade"], lines["changed_on"])
    nowhere = marks.filter(pl.col("out") & placement.undated).select(LINE)
    years = pl.DataFrame({YEAR: placement.years}, schema={YEAR: pl.Int64})
    everywhere = nowhere.join(years, how="cross").select(LINE, YEAR)
    placed = pl.concat([placement.places, everywhere]).join(marks, on=LINE).join(regions, on=LINE)
    used = placed.filter("in").sort(*CELL, ROW, LINE)
    cells = _count_rows(placed, used, years, home)
    gifts = []
    for part in parts:
        given = _give(part, used)
        gifts.append(given)
        cells = _add_part(cells, part, given)
    return Summed(cells.sort(CELL), pl.concat(gifts))


def _count_rows(placed: pl.DataFrame, used: pl.DataFrame, years: pl.DataFrame, home: str) -> pl.DataFrame:
    """Return the grid of regions and years with the rows that count and those that are left out.

    A region is there from the first year in which it had a row, the whole in the last year in any case.
    """
    known = used.group_by(CELL).agg(
        pl.col(ROW).n_unique().cast(pl.Int64).alias("rows"),
        pl.col("grade").max(),
        pl.col("changed_on").max().alias("known_on"),
    )
    without = placed.filter("out").group_by(CELL).agg(pl.col(ROW).n_unique().cast(pl.Int64).alias("left_out"))
    first = (
        placed.filter(pl.col("in") | pl.col("out")).group_by(REGION).agg(pl.col(YEAR).min().alias("first"))
    )
    if home not in first[REGION]:
        first = first.vstack(pl.DataFrame({REGION: [home], "first": [years[YEAR].max()]}))
    grid = first.join(years, how="cross").filter(pl.col(YEAR) >= pl.col("first")).select(CELL)
    joined = grid.join(known, on=CELL, how="left").join(without, on=CELL, how="left")
    return joined.with_columns(pl.col("rows", "left_out").fill_null(0))


def _give(part: Part, used: pl.DataFrame) -> pl.DataFrame:
    """Return what each row gives to an aggregate."""
    chosen = pl.DataFrame({
        LINE: pl.int_range(len(part.values), eager=True), "value": part.values.cast(pl.Float64),
        "chosen": part.chosen,
    })  # fmt: skip
    given = used.join(chosen.filter("chosen"), on=LINE).sort(*CELL, ROW, LINE)
    if part.function == "mean":
        given = given.with_columns(pl.col("value") / pl.len().over(CELL))
    elif part.function in {"min", "max"}:
        best = pl.col("value").min() if part.function == "min" else pl.col("value").max()
        first = pl.col("value").eq(best.over(CELL)).arg_true().first()
        given = given.filter(pl.int_range(pl.len()).over(CELL) == first.over(CELL))
    rows = given.group_by([*CELL, ROW], maintain_order=True).agg(pl.col("value").sum())
    return rows.select(
        REGION, YEAR, pl.lit(part.text).alias("part"), ROW, "value", pl.lit(part.unit).alias("unit")
    )


def _add_part(cells: pl.DataFrame, part: Part, given: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with an aggregate; it is missing where nothing counts but rows that lack a value."""
    sums = given.group_by(CELL, maintain_order=True).agg(pl.col("value").sum().alias(part.name))
    joined = cells.join(sums, on=CELL, how="left")
    if part.function not in ZERO_OF_NONE:
        return joined
    empty = pl.col(part.name).is_null() & ((pl.col("rows") > 0) | (pl.col("left_out") == 0))
    return joined.with_columns(pl.when(empty).then(0.0).otherwise(pl.col(part.name)).alias(part.name))
