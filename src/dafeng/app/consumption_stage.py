"""The stage of coal-mine methane and of the territorial and consumption views."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.tables import name_tables
from dafeng.inventory import ceads_factors, compute_inventory
from dafeng.inventory.guideline.coal_methane import compare_coal_methane, emit_coal_methane
from dafeng.inventory.guideline.consumption import list_territorial, total_emissions, view_consumption
from dafeng.inventory.guideline.transfers import list_balance_transfers, list_power_exchange
from dafeng.provenance import Step
from dafeng.result import Result
from dafeng.tracking import known_observations

if TYPE_CHECKING:
    from dafeng.app.stages import RunContext

CONSUMPTION_FILES = (
    "energy", "products", "published_emissions", "balances", "observations", "factors", "activities",
)  # fmt: skip
NET_EXPORT, GENERATION, USE = "net_power_export", "generation_total", "elec_consumption_balance"
"""Series of the pack: net electricity sent out, and what stands in for it [10^8 kWh]."""


def consumption_parameters(context: RunContext) -> dict[str, object]:
    """Return what beside the files changes the result."""
    return {
        "accept_findings": context.accept_findings, "as_of": context.as_of.isoformat(),
        "region": context.pack.config.pack.region,
    }  # fmt: skip


def view_borders(context: RunContext) -> Result:
    """Return coal-mine methane, its factors side by side, and the territorial and consumption views.

    Raises
    ------
    InputRefused
        Structural defects of the energy use; activities that contradict each other.
    """
    tables = context.pack.tables
    activities, factors = tables["activities"], tables["factors"]
    coal = activities.filter(
        pl.col("activity").str.contains("^(coal_|abandoned_)")
        & (pl.col("region") == context.pack.config.pack.region)
    )
    methane = emit_coal_methane(coal, factors)
    views = view_consumption(_territorial(context), _transfers(context), factors)
    step = Step(
        "inventory.guideline.view_consumption",
        "计算煤矿甲烷，并列出本地、扣除外送电和消费侧三种口径",
        "coal-mine methane; territorial view, without exported power, consumption view",
        {},
        views.height,
    )
    frames = {
        "accounts.methane": methane,
        "accounts.methane_factors": compare_coal_methane(coal, factors),
        "accounts.consumption": views,
    }
    return Result("consumption", name_tables(frames), (step,))


def _territorial(context: RunContext) -> pl.DataFrame:
    """Return our own totals, and published ones for the years without energy use."""
    tables = context.pack.tables
    made = compute_inventory(
        tables["energy"], ceads_factors(), tables["products"], accept_findings=context.accept_findings
    )
    totals = list_territorial(total_emissions(made.emissions), tables["published_emissions"])
    return totals.filter(pl.col("region") == context.pack.config.pack.region)


def _transfers(context: RunContext) -> pl.DataFrame:
    tables, region = context.pack.tables, context.pack.config.pack.region
    balances = tables["balances"].filter(pl.col("region") == region)
    fuels = list_balance_transfers(balances).filter(pl.col("fuel") != "Electricity")
    known = known_observations(tables["observations"], context.as_of)
    exact = (pl.col("region") == region) & (pl.col("bound") == "eq")
    yearly = known.filter(exact & pl.col("period").str.contains(r"^\d{4}$")).select(
        "series_id", "region", "value", "source_id", "grade", year=pl.col("period").cast(pl.Int64)
    )
    series = [
        yearly.filter(pl.col("series_id") == name)
        .drop("series_id")
        .unique(["region", "year"], keep="first", maintain_order=True)
        for name in (NET_EXPORT, GENERATION, USE)
    ]
    power = list_power_exchange(balances, series[0], series[1], series[2])
    return pl.concat([power, fuels])
