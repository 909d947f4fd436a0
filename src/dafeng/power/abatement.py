r"""What it costs to avoid a tonne in the power system: one plan against another, and the price of a cap.

.. math:: c = \frac{K_B - K_A}{E_A - E_B}

with the yearly cost K and the CO2 E of the reference A and the plan B in the same year. The cost holds what
the system spends: annuities, operation, fuel, unserved demand. Payments for carbon and revenue of exports are
left out, for they move money and save nothing. The emissions are those of plants in the province, exported
power included. The shadow price of a cap is what the last tonne costs, the quotient what the mean tonne does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.power.link_contracts import PowerAbatement
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.power.solution import PlanResult

TRANSFERS = ("carbon", "revenue")
"""Kinds of cost that only move money."""
LEAST_REDUCTION = 1e-6
"""Reduction below which no cost per tonne is told [Mt]."""
T_PER_MT = 1e6
SCOPE = (
    "省内电厂二氧化碳（含外送电）；系统年成本，不含碳价支出和外送收入",
    "CO2 of plants in the province, exported power included; yearly cost without carbon and export payments",
)


def compare_plans(
    plan: Mapping[str, pl.DataFrame], reference: Mapping[str, pl.DataFrame],
    shadow_prices: Mapping[int, float] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return what a plan costs more and emits less than a reference in every year that both have.

    Parameters
    ----------
    plan, reference : mapping of str to polars.DataFrame
        ``power.system`` and ``power.costs`` of each.
    shadow_prices : mapping of int to float, optional
        Year -> shadow price of the plan's CO2 cap [CNY/t]; see :func:`price_cap`.

    Returns
    -------
    PowerAbatement
        Negative costs are kept; no cost per tonne where nothing is reduced.
    """
    own, others = _by_year(plan), _by_year(reference)
    rows: list[dict[str, Any]] = []
    for year in sorted(set(own) & set(others)):
        mine, other = own[year], others[year]
        reduction, added = other["co2_mt"] - mine["co2_mt"], mine["cost_cny"] - other["cost_cny"]
        priced = reduction > LEAST_REDUCTION
        rows.append(
            {
                "scenario": mine["scenario"], "reference": other["scenario"], "year": year,
                "status": "priced" if priced else "no_abatement", "reduction_mt": reduction,
                "added_cost_cny": added,
                "cost_cny_per_t": added / (reduction * T_PER_MT) if priced else None,
                "shadow_price_cny_per_t": None if shadow_prices is None else shadow_prices.get(year),
                "price_year": mine["price_year"], "scope_zh": SCOPE[0], "scope_en": SCOPE[1],
            }
        )  # fmt: skip
    return frame_of(rows, PowerAbatement)


def price_cap(result: PlanResult) -> dict[int, float]:
    """Return the shadow price of the CO2 cap of each year that has one [CNY/t]."""
    return {year: price for (name, year), price in result.limit_prices.items() if name == "co2"}


def as_lever_costs(abatement: pl.DataFrame, lever_id: str, source_id: str) -> pl.DataFrame:
    """Return costs in the layout of ``lever_costs.csv``, for a cost curve of the pathways.

    Parameters
    ----------
    abatement : PowerAbatement
    lever_id : str
        Lever in which the plan and its reference differ.
    source_id : str
        Source of the pack under which the model's results stand.
    """
    note = pl.format("{} 对 {}，{}", "scenario", "reference", "scope_zh")
    english = pl.format("{} against {}; {}", "scenario", "reference", "scope_en")
    return abatement.filter(pl.col("status") == "priced").select(
        lever_id=pl.lit(lever_id), year="year", cost_cny_per_t="cost_cny_per_t", price_year="price_year",
        weak=pl.lit(value=True), state=pl.lit("derived"), source_id=pl.lit(source_id), grade=pl.lit("C"),
        note_zh=note, note_en=english,
    )  # fmt: skip


def _by_year(tables: Mapping[str, pl.DataFrame]) -> dict[int, dict[str, Any]]:
    """Return scenario, CO2, cost and price year by year."""
    spent = tables["power.costs"].filter(~pl.col("kind").is_in(TRANSFERS))
    summed = spent.group_by("year").agg(pl.col("cost_cny").sum(), pl.col("price_year").max())
    joined = tables["power.system"].select("scenario", "year", "co2_mt").join(summed, on="year")
    return {row["year"]: row for row in joined.iter_rows(named=True)}
