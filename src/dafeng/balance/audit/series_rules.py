"""Time series: breaks, outliers, changed definitions, gaps, constant runs, slipped decimals.

Breaks are judged by the modified z-score of the yearly growth of the logarithm,

    z = 0.6745 (g - median g) / MAD(g),

with the bound 3.5 (Iglewicz and Hoaglin, How to Detect and Handle Outliers, ASQC Quality Press 1993,
section 3.3); where more than half of the growths are equal, MAD is 0 and 1.2533 x the mean absolute deviation
takes its place. Growth over a gap is per year. Values that are not positive have no growth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.balance.audit.catalogue import audit_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

SERIES = ("region", "variable", "sector", "fuel", "source")
NORMAL_MAD, NORMAL_MEAN = 0.6745, 1.2533
NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class SeriesCase:
    """What the rules of series read: AuditSeries (values known), bounds, how many parts a whole has."""

    series: pl.DataFrame
    bounds: Mapping[str, float]
    parts: Mapping[str, int]


def _follow(case: SeriesCase) -> pl.DataFrame:
    """Return each series in order of years, one row a year, with its growth and the z of it."""
    once = case.series.unique([*SERIES, "year"], keep="first", maintain_order=True).sort(*SERIES, "year")
    key = list(SERIES)
    before = pl.col("value").shift(1).over(key)
    step = pl.col("year") - pl.col("year").shift(1).over(key)
    grown = (pl.col("value") > 0) & (before > 0)
    log = pl.col("value").log()
    frame = once.with_columns(
        before=before, growth=pl.when(grown).then((log - log.shift(1).over(key)) / step)
    )
    frame = frame.with_columns(
        middle=pl.col("growth").median().over(key), n=pl.col("growth").count().over(key)
    )
    away = (pl.col("growth") - pl.col("middle")).abs()
    frame = frame.with_columns(mad=away.median().over(key), mean_away=away.mean().over(key))
    scale = (
        pl.when(pl.col("mad") > NOISE)
        .then(pl.col("mad") / NORMAL_MAD)
        .otherwise(NORMAL_MEAN * pl.col("mean_away"))
    )
    bounds = case.bounds
    z = pl.when(scale > NOISE).then((pl.col("growth") - pl.col("middle")) / scale).otherwise(0.0)
    wide = (
        (z.abs() > bounds["break_z"])
        & (away >= bounds["break_growth"])
        & (pl.col("n") >= bounds["break_years"])
    )
    return frame.with_columns(z=z, odd=wide.fill_null(value=False))


def _with_return(case: SeriesCase) -> pl.DataFrame:
    """Return the followed series; ``back`` marks a jump that the next value takes back."""
    frame = _follow(case)
    key = list(SERIES)
    away = pl.col("growth") - pl.col("middle")
    after = away.shift(-1).over(key)
    opposite = (away.sign() * after.sign() < 0) & (after.abs() > 0.5 * away.abs()) & pl.col("odd")
    return frame.with_columns(back=(opposite & pl.col("odd").shift(-1).over(key)).fill_null(value=False))


@audit_rule("series_break")
def check_breaks(case: SeriesCase) -> pl.DataFrame:
    """Find years whose growth is far from usual, is not taken back and is no change of definition."""
    frame = _with_return(case)
    returning = pl.col("back").shift(1).over(list(SERIES)).fill_null(value=False)
    found = frame.filter(pl.col("odd") & ~pl.col("back") & ~returning)
    redefined = check_definitions(case).select(*SERIES, "year")
    return found.join(
        redefined, on=[*SERIES, "year"], how="anti", nulls_equal=True, maintain_order="left"
    ).with_columns(expected=_usual())


@audit_rule("series_outlier")
def check_outliers(case: SeriesCase) -> pl.DataFrame:
    """Find single years far from both neighbours: a jump that the next year takes back."""
    return _with_return(case).filter("back").with_columns(expected=_usual())


def _usual() -> pl.Expr:
    """Return the value that the usual growth would have given."""
    return pl.col("before") * pl.col("middle").exp()


@audit_rule("series_definition")
def check_definitions(case: SeriesCase) -> pl.DataFrame:
    """Find breaks that stay while the other series of the same variable do not move: a changed definition.

    It stays if growth over the next two years goes on as usual, neither back nor further away.
    """
    frame = _with_return(case)
    key = list(SERIES)
    usual = pl.col("growth") - pl.col("middle")
    later = pl.max_horizontal(usual.shift(-1).over(key).abs(), usual.shift(-2).over(key).abs())
    returning = pl.col("back").shift(1).over(key).fill_null(value=False)
    stays = (later <= 0.5 * usual.abs()).fill_null(value=False) & ~returning
    others = frame.select(
        "region", "variable", "source", "year", "fuel", "sector", other="growth"
    ).drop_nulls("other")
    pairs = frame.with_columns(stays=stays).filter(pl.col("odd") & pl.col("stays") & ~pl.col("back"))
    joined = pairs.join(others, on=["region", "variable", "source", "year"], how="inner", nulls_equal=True)
    apart = ~(pl.col("fuel").eq_missing("fuel_right") & pl.col("sector").eq_missing("sector_right"))
    moved = (
        joined.filter(apart).group_by(*key, "year", maintain_order=True).agg(moved=pl.col("other").median())
    )
    known = pairs.join(moved, on=[*key, "year"], how="inner", nulls_equal=True, maintain_order="left")
    gap = (pl.col("growth") - pl.col("moved")).abs()
    alone = (gap >= 0.5 * usual.abs()) & (gap >= case.bounds["definition_gap"])
    return known.filter(alone).with_columns(expected=pl.col("before") * pl.col("moved").exp())


@audit_rule("series_decimal")
def check_decimals(case: SeriesCase) -> pl.DataFrame:
    """Find values that are 10, 100, … times the geometric mean of their neighbours, or that part of it."""
    frame = _follow(case)
    key = list(SERIES)
    log = pl.when(pl.col("value") > 0).then(pl.col("value").log10())
    middle = (log.shift(1).over(key) + log.shift(-1).over(key)) / 2
    apart = (log.shift(1).over(key) - log.shift(-1).over(key)).abs() / 2
    shift = log - middle
    tens = shift.round(0)
    slack = case.bounds["decimal_slack"]
    found = frame.with_columns(tens=tens, shift=shift, apart=apart, expected=pl.lit(10.0).pow(middle))
    near = ((pl.col("shift") - pl.col("tens")).abs() <= slack) & (pl.col("apart") <= slack)
    return found.filter((pl.col("tens").abs() >= 1) & near)


@audit_rule("series_repeated")
def check_repeats(case: SeriesCase) -> pl.DataFrame:
    """Find years that stand more than once in one series: an error with other figures, else a note."""
    key = [*SERIES, "year"]
    again = case.series.with_columns(
        expected=pl.col("value").first().over(key), rank=pl.int_range(pl.len()).over(key)
    )
    same = (pl.col("value") - pl.col("expected")).abs() <= NOISE * pl.col("expected").abs()
    severity = pl.when(same).then(pl.lit("note")).otherwise(pl.lit("error"))
    return again.filter(pl.col("rank") > 0).with_columns(severity=severity)


@audit_rule("series_unit")
def check_units(case: SeriesCase) -> pl.DataFrame:
    """Find years in which the unit of a series changes."""
    ordered = case.series.sort(*SERIES, "year")
    before = pl.col("unit").shift(1).over(list(SERIES))
    return ordered.with_columns(unit_before=before, expected=pl.lit(None, pl.Float64)).filter(
        pl.col("unit") != pl.col("unit_before")
    )


@audit_rule("series_gap")
def check_gaps(case: SeriesCase) -> pl.DataFrame:
    """Find years that are missing between the first and the last of a series."""
    ordered = case.series.unique([*SERIES, "year"], maintain_order=True).sort(*SERIES, "year")
    step = pl.col("year") - pl.col("year").shift(1).over(list(SERIES))
    found = ordered.with_columns(missing=step - 1).filter(pl.col("missing") > 0)
    return found.with_columns(
        last_known=pl.col("year") - 1 - pl.col("missing"), year=pl.col("year") - pl.col("missing"),
        value=pl.lit(None, pl.Float64), expected=pl.lit(None, pl.Float64),
    )  # fmt: skip


@audit_rule("series_constant")
def check_constant_runs(case: SeriesCase) -> pl.DataFrame:
    """Find runs of equal values that are not zero: figures that were carried forward."""
    key = list(SERIES)
    ordered = case.series.unique([*key, "year"], maintain_order=True).sort(*key, "year")
    run = (pl.col("value") != pl.col("value").shift(1)).fill_null(value=True).cum_sum().over(key)
    runs = (
        ordered.with_columns(run=run)
        .group_by(*key, "run", maintain_order=True)
        .agg(pl.col("unit", "value", "year").first(), last=pl.col("year").last(), years=pl.len())
    )
    long = (pl.col("years") >= case.bounds["constant_years"]) & (pl.col("value") != 0)
    return runs.filter(long).with_columns(expected=pl.lit(None, pl.Float64))
