"""Reconciliation: close a balance whose cells contradict each other, by weighted least squares.

Observations with their reliability go in; out come the closed table, how far each cell and each source was
moved, and, where nothing satisfies locks, bounds and identities, which of them contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.reconcile_conflict import CellLabel, explain_conflict
from dafeng.balance.reconcile_contracts import BalanceObservations
from dafeng.balance.reconcile_input import check_observations
from dafeng.balance.reconcile_model import ReconcileOptions, build_model, default_sds
from dafeng.balance.reconcile_report import (
    KEY,
    ReconcileSummary,
    list_adjustments,
    list_cells_reconciled,
    list_residuals,
    rank_sources,
    summarise,
)
from dafeng.balance.reconcile_solve import solve_model
from dafeng.errors import Finding, InputRefused, NegativeAnswer
from dafeng.table import check

if TYPE_CHECKING:
    from dafeng.balance.model import Balance

__all__ = ["ReconcileOptions", "ReconcileSummary", "Reconciliation", "observe_balance", "reconcile_balance"]


@dataclass(frozen=True, slots=True, eq=False)
class Reconciliation:
    """A closed balance and what it took.

    Attributes
    ----------
    cells : ReconciledCells
    adjustments : Adjustments
    sources : SourcePull
    identities : IdentityResiduals
    summary : ReconcileSummary
    findings : tuple of Finding
        What the user should look at.
    """

    cells: pl.DataFrame
    adjustments: pl.DataFrame
    sources: pl.DataFrame
    identities: pl.DataFrame
    summary: ReconcileSummary
    findings: tuple[Finding, ...]


def observe_balance(balance: Balance, source: str) -> pl.DataFrame:
    """Return the cells of a balance table as observations of one source.

    Parameters
    ----------
    balance : Balance
    source : str
        Name of the source.

    Returns
    -------
    BalanceObservations
        Reliability by the evidence grade of each cell.
    """
    blank = {"relative_sd": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "locked": pl.Boolean}
    frame = balance.cells.with_columns(
        pl.lit(source).alias("source"), *(pl.lit(None, kind).alias(name) for name, kind in blank.items())
    )
    return check(frame, BalanceObservations)


def reconcile_balance(
    observations: pl.DataFrame, options: ReconcileOptions | None = None, *, name: str = ""
) -> Reconciliation:
    """Close a balance by weighted least squares under identities, bounds and locks.

    Parameters
    ----------
    observations : BalanceObservations
        One or many provinces and years; several sources may give the same cell.
    options : ReconcileOptions, optional
    name : str
        How findings call the table.

    Returns
    -------
    Reconciliation
        Identities hold to 1e-9 of the largest cell of the fuel; locked cells keep their value.

    Raises
    ------
    TableError, InputRefused
        The observations contradict themselves.
    NegativeAnswer
        ``balance_infeasible`` with one irreducible set of locks, bounds and identities, in words.
    """
    chosen = options or ReconcileOptions()
    _check_options(chosen)
    checked = check(observations, BalanceObservations, name=name)
    check_observations(checked, name)
    notes = _check_transfers(checked, chosen)
    model = build_model(checked, chosen)
    solution = solve_model(model)
    if not solution.feasible or not solution.polished:
        conflict = explain_conflict(model)
        if conflict:
            raise NegativeAnswer(conflict)
        notes.append(Finding("balance_not_exact", severity="warning"))
    cells = list_cells_reconciled(model, solution, checked)
    adjustments = list_adjustments(model, solution)
    summary = summarise(model, solution, cells)
    open_cells = cells.filter(pl.col("state") == "undetermined").select(KEY)
    notes += [
        Finding("cell_undetermined", params={"cell": CellLabel(key)}, severity="warning")
        for key in open_cells.iter_rows()
    ]
    return Reconciliation(
        cells, adjustments, rank_sources(adjustments), list_residuals(model, solution), summary, tuple(notes)
    )


def _check_options(options: ReconcileOptions) -> None:
    """Refuse a default grade without reliability and a difference held to nothing by a soft rule."""
    if options.default_grade not in default_sds():
        raise InputRefused.of("reliability_missing", value=options.default_grade)
    if not options.difference_share > 0 and options.difference != "zero":
        rule = "difference_share > 0"
        raise InputRefused.of("value_out_of_range", value=options.difference_share, rule=rule)


def _check_transfers(observations: pl.DataFrame, options: ReconcileOptions) -> list[Finding]:
    """Return a note of the provinces that take no part; refuse a single one."""
    if not options.match_transfers:
        return []
    present = set(observations["region"])
    if len(present) < 2:
        raise InputRefused.of("transfers_one_province", have=len(present))
    missing = [entry["zh"] for code, entry in terms.entries("provinces").items() if code not in present]
    if not missing:
        return []
    params = {"count": len(present), "missing": "、".join(missing)}
    return [Finding("transfers_without", params=params, severity="warning")]
