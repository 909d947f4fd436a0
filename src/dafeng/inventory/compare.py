"""Our totals beside published ones."""

from __future__ import annotations

import polars as pl

from dafeng.inventory.combustion import sum_known
from dafeng.inventory.contracts import Comparison
from dafeng.table import check


def compare_published(emissions: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """Return computed and published totals side by side, for years that either has.

    Parameters
    ----------
    emissions : Emissions
    published : polars.DataFrame
        ``region, year, variable, value`` [Mt CO2].

    Returns
    -------
    Comparison
        ``difference_share`` = computed / published - 1.
    """
    ours = (
        emissions.filter(pl.col("sector") == "total")
        .group_by("region", "year", "variable")
        .agg(computed_mt=sum_known("value"))
        .drop_nulls("computed_mt")
    )
    theirs = published.group_by("region", "year", "variable").agg(published_mt=pl.col("value").first())
    both = ours.join(theirs, on=["region", "year", "variable"], how="full", coalesce=True)
    both = both.with_columns(difference_share=pl.col("computed_mt") / pl.col("published_mt") - 1)
    return check(both.sort("region", "year", "variable"), Comparison)
