"""The stage ``accounts``: the second inventory, its totals, and both methods side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.tables import name_tables
from dafeng.balance import Balance
from dafeng.inventory import ceads_factors, compute_inventory
from dafeng.inventory.guideline import (
    GuidelineInputs,
    GuidelineInventory,
    ReferenceComparison,
    compare_totals,
    compute_guideline,
    explain_gap,
    list_factors,
    sum_categories,
)
from dafeng.result import Result
from dafeng.table import empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.app.stages import RunContext

ACCOUNTS_FILES = ("energy", "products", "activities", "factors", "balances")
CEMENT = "cement_output"


def guideline_inventory(context: RunContext) -> GuidelineInventory:
    """Return the second inventory of the pack.

    Raises
    ------
    InputRefused
        Structural defects; implausible values unless they are accepted.
    """
    return compute_guideline(guideline_inputs(context), "energy.csv")


def guideline_inputs(context: RunContext) -> GuidelineInputs:
    """Return what the pack holds for the second method; cement of the products counts as an activity."""
    tables, rows = context.pack.tables, context.pack.rows
    cells = tables["balances"].drop("source_id")
    return GuidelineInputs(
        tables["energy"].with_columns(rows["energy"].alias("row")),
        add_cement(tables["activities"], tables["products"]),
        tables["factors"],
        Balance(cells, "pack") if cells.height else None,
        context.accept_findings,
    )


def add_cement(activities: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Return activities with the cement of a product table where they hold none of that year."""
    cement = products.filter((pl.col("sector") == "cement") & (pl.col("variable") == "output"))
    rows = cement.with_columns(activity=pl.lit(CEMENT)).select(activities.columns)
    fresh = rows.join(activities, on=["region", "year", "activity"], how="anti", maintain_order="left")
    return pl.concat([activities, fresh])


def take_accounts(context: RunContext) -> Result:
    """Return the second inventory, its totals by category, and the comparison with the first method.

    Raises
    ------
    InputRefused
        See :func:`guideline_inventory`.
    """
    tables = context.pack.tables
    made = guideline_inventory(context)
    first = ceads_factors()
    emissions = compute_inventory(
        tables["energy"], first, tables["products"], accept_findings=True, file="energy.csv"
    ).emissions
    periods = made.lines.select("region", "year").unique()
    frames = {
        "accounts.lines": made.lines,
        "accounts.totals": sum_categories(made.lines, context.pack.config.accounts.gwp_set or None),
        "accounts.methods": compare_totals(made.lines, emissions),
        "accounts.method_gap": explain_gap(tables["energy"], made.lines, first, emissions),
        "accounts.reference": empty_table(ReferenceComparison) if made.reference is None else made.reference,
        "accounts.completeness": made.completeness,
        "accounts.factors": list_factors(periods, tables["factors"]),
    }
    return Result("accounts", name_tables(frames), made.steps, made.findings)


def accounts_parameters(context: RunContext) -> Mapping[str, object]:
    """Return what beside the files changes the stage's result."""
    return {"accept_findings": context.accept_findings, "gwp_set": context.pack.config.accounts.gwp_set}
