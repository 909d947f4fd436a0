"""Cross-source: the same figure from two sources, and wholes against the sum of their parts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.audit.catalogue import audit_rule

if TYPE_CHECKING:
    from dafeng.balance.audit.series_rules import SeriesCase

FIGURE = ("region", "year", "variable", "sector", "fuel", "unit")
NOT_ADDITIVE = r"%|=\s*100|/|^1$|(?i)index|ratio|rate|share|\bh$|persons/km2"
"""Units of figures that do not add up over regions."""
COUNTRY = "CN"


@cache
def _provinces_by_digits() -> dict[str, str]:
    return {row["gb_code"][:2]: code for code, row in terms.entries("provinces").items()}


def parent_of(region: pl.Expr) -> pl.Expr:
    """Return the whole that a region is part of: country of a province, province of a 6-digit city."""
    city = region.str.contains(r"^[0-9]{4}00$") & ~region.str.ends_with("0000")
    own = region.str.slice(0, 2).replace_strict(_provinces_by_digits(), default=None, return_dtype=pl.String)
    province = region.is_in(sorted(terms.codes("provinces")))
    return pl.when(city).then(own).when(province).then(pl.lit(COUNTRY))


@audit_rule("sources_differ")
def check_sources(case: SeriesCase) -> pl.DataFrame:
    """Find figures that two sources or vintages give differently, pair by pair."""
    bounds = case.bounds
    named = case.series.filter(pl.col("source").is_not_null()).unique(
        [*FIGURE, "source"], maintain_order=True
    )
    pairs = named.join(
        named, on=list(FIGURE), how="inner", nulls_equal=True, suffix="_other", maintain_order="left"
    )
    pairs = pairs.filter(pl.col("source") < pl.col("source_other"))
    larger = pl.max_horizontal(pl.col("value").abs(), pl.col("value_other").abs())
    share = pl.when(larger > 0).then((pl.col("value") - pl.col("value_other")).abs() / larger)
    found = pairs.with_columns(share=share, expected="value_other").filter(
        pl.col("share") >= bounds["sources_note"]
    )
    grave = pl.col("share") >= bounds["sources_warning"]
    return found.with_columns(severity=pl.when(grave).then(pl.lit("warning")).otherwise(pl.lit("note")))


def _sum_parts(case: SeriesCase) -> pl.DataFrame:
    """Return wholes with the sum of their parts by source of the parts, for figures that add up."""
    additive = case.series.filter(
        ~pl.col("unit").str.contains(NOT_ADDITIVE)
        & ~pl.col("variable").str.contains(r"index|rate|growth|share|per_")
    )
    once = additive.unique([*FIGURE, "source"], maintain_order=True)
    rest = ["year", "variable", "sector", "fuel", "unit"]
    parts = once.with_columns(whole=parent_of(pl.col("region"))).filter(pl.col("whole").is_not_null())
    sums = parts.group_by("whole", *rest, "source", maintain_order=True).agg(
        added=pl.col("value").sum(), count=pl.len(), least=pl.col("value").min()
    )
    joined = once.join(
        sums, left_on=["region", *rest], right_on=["whole", *rest], how="inner", nulls_equal=True,
        suffix="_parts", maintain_order="left",
    )  # fmt: skip
    return joined.filter((pl.col("value") > 0) & (pl.col("least") >= 0)).with_columns(
        share=pl.col("added") / pl.col("value"),
        expected="value",
        whole=pl.col("value"),
        value=pl.col("added"),
    )


@audit_rule("parts_exceed_whole")
def check_parts_over(case: SeriesCase) -> pl.DataFrame:
    """Find wholes that the sum of the known parts exceeds: cities over province, provinces over country."""
    found = _sum_parts(case).filter(pl.col("share") > 1 + case.bounds["parts_slack"])
    grave = pl.col("share") > 1 + case.bounds["parts_error"]
    return found.with_columns(severity=pl.when(grave).then(pl.lit("error")).otherwise(pl.lit("warning")))


@audit_rule("parts_fall_short")
def check_parts_under(case: SeriesCase) -> pl.DataFrame:
    """Find wholes that all parts together do not reach, where it is known how many parts there are."""
    expected = pl.col("region").replace_strict(case.parts, default=None, return_dtype=pl.UInt32)
    sums = _sum_parts(case).filter(pl.col("count") >= expected)
    return sums.filter(pl.col("share") < 1 - case.bounds["parts_slack"])
