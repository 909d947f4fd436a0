"""Read emission lines and default uncertainties from CSV files; columns that a file leaves out are empty."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from dafeng.inventory.io import read_bytes
from dafeng.inventory.uncertainty.contracts import DefaultUncertainty, LineInput
from dafeng.parsing import MAX_BYTES, ParsedTable, decode_text, parse_csv
from dafeng.table import columns_of

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.table import Table

NEEDED = ("year", "category", "gas", "activity", "factor")
"""Columns that a file of lines must have."""


def read_lines(path: Path, *, max_bytes: int = MAX_BYTES) -> ParsedTable:
    """Return emission lines of a CSV file (UTF-8 or GBK); other columns are carried past.

    Raises
    ------
    InputRefused, TableError
        With every defect of the file.
    """
    return _read(path, LineInput, NEEDED, max_bytes)


def read_defaults(path: Path, *, max_bytes: int = MAX_BYTES) -> ParsedTable:
    """Return default uncertainties of a CSV file.

    Raises
    ------
    InputRefused, TableError
        With every defect of the file.
    """
    return _read(path, DefaultUncertainty, (), max_bytes)


def _read(path: Path, contract: type[Table], needed: tuple[str, ...], max_bytes: int) -> ParsedTable:
    raw = read_bytes(path, max_bytes)
    text, _ = decode_text(raw, path.name, max_bytes=max_bytes)
    optional = [spec.name for spec in columns_of(contract) if spec.name not in needed]
    return parse_csv(
        _add_columns(text, optional) or raw, contract, path.name, extra="keep", max_bytes=max_bytes
    )


def _add_columns(text: str, optional: list[str]) -> bytes | None:
    """Return the file with empty columns for those that it leaves out; None when it is no even table."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        rows = list(csv.reader(io.StringIO(lines, newline=""), strict=True))
    except csv.Error:
        return None
    header = [cell.strip() for cell in rows[0]]
    absent = [name for name in optional if name not in header]
    if not absent or len(header) < 2 or any(len(row) not in {0, len(header)} for row in rows):
        return None
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*header, *absent])
    writer.writerows([*(row or [""] * len(header)), *([""] * len(absent))] for row in rows[1:])
    return stream.getvalue().encode("utf-8")
