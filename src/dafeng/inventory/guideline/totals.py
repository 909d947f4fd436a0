"""Totals by IPCC category: gas by gas, and as CO2 equivalent where a GWP set is chosen.

A total with a part that is not estimated is empty; the sum of what is estimated stands beside it under its
own name, with the list of what is missing.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from dafeng import terms
from dafeng.inventory.guideline.method_contracts import CategoryTotal
from dafeng.table import check

TOTAL = "total"
MEMO = "MEMO"
EQUIVALENT = "CO2e"
_KEY = ["region", "year", "category", "gas"]


@cache
def ancestors(category: str) -> tuple[str, ...]:
    """Return a category and everything that it is part of; memo items are part of nothing.

    Examples
    --------
    >>> ancestors("1A2a")
    ('1A2a', '1A2', '1A', '1', 'total')
    """
    if category.startswith(MEMO):
        return (category,)
    parent = terms.entries("ipcc_categories")[category]["parent"]
    return (category, *(ancestors(parent) if parent else (TOTAL,)))


def sum_categories(lines: pl.DataFrame, gwp_set: str | None = None) -> pl.DataFrame:
    """Return the totals of every category, gas by gas and in CO2 equivalent.

    Parameters
    ----------
    lines : EmissionLine
    gwp_set : str, optional
        Code of the vocabulary ``gwp_sets``; without it there are no rows of CO2 equivalent.

    Returns
    -------
    CategoryTotal
        [kt of gas, kt CO2e]

    Raises
    ------
    InputRefused
        ``term_unknown`` if the set has no value for a gas.
    """
    climbing = {code: list(ancestors(code)) for code in terms.codes("ipcc_categories")}
    placed = lines.select(
        "region", "year", "gas", "value", "grade",
        category=pl.col("category").replace_strict(climbing, return_dtype=pl.List(pl.String)),
        missing=(pl.col("notation") == "NE").fill_null(value=False),
        source=pl.col("category") + ":" + pl.coalesce("fuel", "sector"),
    ).explode("category")  # fmt: skip
    parts = [_sum(placed).with_columns(gwp_set=pl.lit(None, pl.String))]
    if gwp_set is not None:
        gases = placed["gas"].unique().sort()
        potential = pl.Series("weight", [terms.gwp(gas, gwp_set) for gas in gases], pl.Float64)
        weighed = placed.join(pl.DataFrame([gases, potential]), on="gas", how="left", maintain_order="left")
        weighted = weighed.with_columns(value=pl.col("value") * pl.col("weight"), gas=pl.lit(EQUIVALENT))
        weighted = weighted.drop("weight")
        parts.append(_sum(weighted).with_columns(gwp_set=pl.lit(gwp_set)))
    return check(pl.concat(parts).sort(_KEY), CategoryTotal)


def _sum(placed: pl.DataFrame) -> pl.DataFrame:
    known = pl.col("value").is_not_null()
    open_sources = pl.col("source").filter(pl.col("missing")).unique().sort()
    summed = placed.group_by(_KEY, maintain_order=True).agg(
        estimated_kt=pl.when(known.any()).then(pl.col("value").sum()),
        complete=~pl.col("missing").any(),
        not_estimated=open_sources,
        grade=pl.col("grade").filter(known).max().fill_null(pl.col("grade").max()),
    )
    return summed.with_columns(
        total_kt=pl.when(pl.col("complete")).then("estimated_kt"),
        not_estimated=pl.col("not_estimated").list.join(";").replace("", None),
    )
