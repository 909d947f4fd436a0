r"""GDP at constant prices, one vintage a chain.

.. math:: V_t = \prod_{s=b+1}^{t} \frac{i_s}{100}, \qquad G_t = N_b V_t

with the index :math:`i_s` (previous year = 100), the price base year :math:`b` that the rules state for the
year, and nominal GDP :math:`N_b` of the same vintage. A vintage without nominal GDP of its base year has a
volume but no amount: amounts of another vintage are never put in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding
from dafeng.inventory.assessment.contracts import ConstantGdp, GdpIndex
from dafeng.inventory.assessment.rules import find_price_base
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping


GDP_UNIT = "10^8 CNY"


def chain_gdp(index: pl.DataFrame) -> pl.DataFrame:
    """Return GDP at constant prices by region and vintage.

    Parameters
    ----------
    index : GdpIndex

    Returns
    -------
    ConstantGdp
        One row a year of the index; null wherever a link of the chain is missing.
    """
    check(index, GdpIndex)
    rows = []
    for (region, vintage), part in index.sort("region", "vintage", "year").group_by(
        "region", "vintage", maintain_order=True
    ):
        ratios = {row["year"]: _ratio(row["gdp_index"]) for row in part.iter_rows(named=True)}
        nominal = dict(part.select("year", "gdp_nominal").iter_rows())
        for year, ratio in ratios.items():
            base = find_price_base(year)
            volume = None if base is None else multiply_ratios(ratios, base, year)
            level = nominal.get(base) if base is not None else None
            amount = volume * level if volume is not None and level is not None else None
            rows.append((region, year, vintage, ratio, base, volume, amount, GDP_UNIT))
    schema = {spec.name: spec.dtype for spec in columns_of(ConstantGdp)}
    return check(pl.DataFrame(rows, schema=schema, orient="row"), ConstantGdp)


def explain_intensity(accounts: pl.DataFrame, index: pl.DataFrame) -> tuple[Finding, ...]:
    """Return why an account with a value has no intensity: one note for each reason, years together.

    Parameters
    ----------
    accounts : AssessmentAccount
    index : GdpIndex
        Where the accounts took their GDP from; one vintage a region.
    """
    empty = accounts.filter(pl.col("value").is_not_null() & pl.col("intensity").is_null())
    years: dict[tuple[str, str, str, int | None], list[int]] = {}
    for region, year in empty.select("region", "year").unique(maintain_order=True).iter_rows():
        own = index.filter(pl.col("region") == region)
        reason, base = _find_gap(own, year)
        vintage = ", ".join(own["vintage"].unique().sort())
        years.setdefault((reason, region, vintage, base), []).append(year)
    return tuple(
        Finding(
            reason, severity="note",
            params={"region": region, "vintage": vintage, "base": base, "years": ", ".join(map(str, found))},
        )
        for (reason, region, vintage, base), found in years.items()
    )  # fmt: skip


def _find_gap(own: pl.DataFrame, year: int) -> tuple[str, int | None]:
    """Return which link between nominal GDP of the base year and a year is missing, and the base year."""
    base = find_price_base(year)
    if own.is_empty():
        return "intensity_no_gdp", base
    if base is None:
        return "intensity_no_base", base
    nominal = dict(own.select("year", "gdp_nominal").iter_rows())
    if nominal.get(base) is None:
        return "intensity_no_nominal", base
    return "intensity_no_index", base


def multiply_ratios(ratios: Mapping[int, float | None], first: int, last: int) -> float | None:
    """Return the product of yearly ratios after ``first`` up to ``last``; None if a year is missing."""
    product = 1.0
    for year in range(first + 1, last + 1):
        ratio = ratios.get(year)
        if ratio is None:
            return None
        product *= ratio
    return product


def _ratio(index: float | None) -> float | None:
    return None if index is None else index / 100.0
