"""The stage of energy balances: the tables of the pack, their flows, statistical differences and audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.tables import name_tables
from dafeng.balance import (
    Balance,
    compute_balance_flow,
    detect_edition,
    list_differences,
    list_undrawn_cells,
)
from dafeng.balance.audit import AuditFindings, audit_balance
from dafeng.provenance import Step
from dafeng.result import Result
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from dafeng.app.stages import RunContext

BALANCE_FILES = ("balances",)


def show_balances(context: RunContext) -> Result:
    """Return the balances of the pack with flows, statistical differences and audit findings.

    Raises
    ------
    InputRefused
        A balance follows no known layout, or several.
    """
    published = context.pack.tables["balances"]
    cells = published.drop("source_id")
    balances = split_balances(cells)
    reports = [audit_balance(balance) for balance in balances]
    found = pl.concat([report.table for report in reports]) if reports else empty_table(AuditFindings)
    frames = {
        "balance.cells": published,
        "balance.flow": compute_balance_flow(cells),
        "balance.undrawn": list_undrawn_cells(cells),
        "balance.differences": list_differences(cells),
        "balance.audit": check(found, AuditFindings),
    }
    editions = sorted({balance.edition for balance in balances})
    step = Step(
        "balance.compute_balance_flow",
        f"读入 {len(balances)} 张能源平衡表，画出能流，平衡差额照列",
        f"read {len(balances)} energy balances and drew their flow; differences stand as published",
        {"editions": editions},
        published.height,
    )
    findings = tuple(finding for report in reports for finding in report.findings)
    return Result("balance", name_tables(frames), (step, *(s for r in reports for s in r.steps)), findings)


def split_balances(cells: pl.DataFrame) -> list[Balance]:
    """Return one balance a layout from the cells of many provinces and years.

    Raises
    ------
    InputRefused
        ``balance_edition_none`` or ``balance_edition_ambiguous``.
    """
    by_edition: dict[str, list[pl.DataFrame]] = {}
    for part in cells.partition_by("region", "year", maintain_order=True):
        edition = detect_edition(part["row"], part["fuel"], part["year"])
        by_edition.setdefault(edition.code, []).append(part)
    return [Balance(pl.concat(parts), edition) for edition, parts in by_edition.items()]
