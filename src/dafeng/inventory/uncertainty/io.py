"""Read emission lines and default uncertainties from CSV files; columns that a file leaves out are empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import read_bytes
from dafeng.inventory.io import add_columns, list_columns
from dafeng.inventory.uncertainty.contracts import DefaultUncertainty, LineInput
from dafeng.parsing import MAX_BYTES, ParsedTable, parse_csv
from dafeng.table import columns_of

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.parsing import Extra
    from dafeng.table import Table

NEEDED = ("year", "category", "gas", "activity", "factor")
"""Columns that a file of lines must have."""
MATCHED = ("category", "sector", "fuel", "gas")
WIDTHS = ("activity_uncertainty", "factor_uncertainty")


def read_lines(path: Path, *, max_bytes: int = MAX_BYTES) -> ParsedTable:
    """Return emission lines of a CSV file (UTF-8 or GBK); other columns are carried past.

    Raises
    ------
    InputRefused, TableError
        With every defect of the file.
    """
    return _parse(read_bytes(path, max_bytes), path, LineInput, NEEDED, max_bytes)


def read_defaults(path: Path, *, max_bytes: int = MAX_BYTES) -> ParsedTable:
    """Return default uncertainties of a CSV file.

    Raises
    ------
    InputRefused, TableError
        With every defect of the file: ``column_unknown``; ``uncertainty_rule_columns`` without a column to
        match by or without an uncertainty; ``uncertainty_percent`` for a half-width above 1 whose
        distribution is not stated.
    """
    raw = read_bytes(path, max_bytes)
    parsed = _parse(raw, path, DefaultUncertainty, (), max_bytes)
    names = list_columns(raw, path.name, max_bytes)
    if not names & set(MATCHED) or not names & set(WIDTHS):
        needed = {"matched": ", ".join(MATCHED), "widths": ", ".join(WIDTHS)}
        raise InputRefused([Finding("uncertainty_rule_columns", Place(path.name, row=1), needed)])
    problems = [
        Finding("uncertainty_percent", Place(path.name, row=row, column=width), {"value": line[width]})
        for row, line in zip(parsed.rows, parsed.frame.iter_rows(named=True), strict=True)
        for width in WIDTHS
        if line[width] is not None
        and line[width] > 1
        and line[width.replace("uncertainty", "distribution")] is None
    ]
    if problems:
        raise InputRefused(problems)
    return parsed


def _parse(
    raw: bytes, path: Path, contract: type[Table], needed: tuple[str, ...], max_bytes: int
) -> ParsedTable:
    optional = [spec.name for spec in columns_of(contract) if spec.name not in needed]
    extra: Extra = "keep" if needed else "refuse"
    filled = add_columns(raw, path.name, optional, max_bytes)
    return parse_csv(filled, contract, path.name, extra=extra, max_bytes=max_bytes)
