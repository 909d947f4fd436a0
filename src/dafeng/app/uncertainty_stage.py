"""The stage ``uncertainty``: what is known of it in the second inventory, and the key categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.accounts_stage import ACCOUNTS_FILES, guideline_inventory
from dafeng.app.tables import name_tables
from dafeng.inventory.uncertainty import (
    DrawPlan,
    KeyCategoryRow,
    KnownPart,
    PropagatedRow,
    SimulatedRow,
    TotalUncertainty,
    UncertaintyPlan,
    assess_uncertainty,
    lines_from_inventory,
)
from dafeng.provenance import Step
from dafeng.result import Result
from dafeng.settings import read_settings
from dafeng.table import empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.app.stages import RunContext

UNCERTAINTY_FILES = ACCOUNTS_FILES
CONTRACTS = {
    "totals": TotalUncertainty, "approach1": PropagatedRow, "approach2": SimulatedRow,
    "key_categories": KeyCategoryRow, "known_parts": KnownPart,
}  # fmt: skip


def assess_pack_uncertainty(context: RunContext) -> Result:
    """Return the uncertainty of the pack's second inventory; empty tables where it has no figures.

    The trend starts in the base year of the pack's targets, or in the first year where that has no figures.
    Without a set of warming potentials gases cannot be added and nothing is assessed.
    """
    lines, gwp_set = guideline_inventory(context).lines, context.pack.config.accounts.gwp_set
    valued = lines.drop_nulls("value")
    if valued.is_empty() or not gwp_set:
        empty = {f"uncertainty.{name}": empty_table(contract) for name, contract in CONTRACTS.items()}
        step = Step(
            "inventory.uncertainty.assess_uncertainty",
            "未估计不确定性：没有可用的数字，或未选定增温潜势",
            "no uncertainty: no figures, or no set of warming potentials is chosen",
        )
        return Result("uncertainty", name_tables(empty), (step,))
    made = assess_uncertainty(lines_from_inventory(lines, gwp_set), _plan(context, valued))
    frames = {f"uncertainty.{name}": frame for name, frame in made.tables.items()}
    return Result("uncertainty", name_tables(frames), made.steps)


def _plan(context: RunContext, valued: pl.DataFrame) -> UncertaintyPlan:
    settings, wanted = read_settings(), context.pack.config.pack.base_year
    base_year = wanted if wanted in set(valued["year"]) else None
    draws = DrawPlan(settings.uncertainty_draws, settings.uncertainty_seed)
    return UncertaintyPlan(base_year, context.pack.config.accounts.gwp_set, draws)


def uncertainty_parameters(context: RunContext) -> Mapping[str, object]:
    """Return what beside the files changes the stage's result."""
    settings = read_settings()
    return {
        "accept_findings": context.accept_findings, "gwp_set": context.pack.config.accounts.gwp_set,
        "base_year": context.pack.config.pack.base_year, "draws": settings.uncertainty_draws,
        "seed": settings.uncertainty_seed,
    }  # fmt: skip
