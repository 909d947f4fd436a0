"""Read activities and own factors of the second method from CSV files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import read_bytes
from dafeng.inventory.guideline.activity_lines import check_activities
from dafeng.inventory.guideline.factors import check_own
from dafeng.inventory.io import ReadTable, add_columns, scale_values
from dafeng.pack import PACK_TABLES
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.provenance import Source, hash_bytes
from dafeng.table import empty_table

if TYPE_CHECKING:
    from pathlib import Path

UNCERTAINTY = "uncertainty"
NOTES = ("note_zh", "note_en")


def read_activities(path: Path, *, max_bytes: int = MAX_BYTES) -> ReadTable:
    """Return activities from a CSV file in the layout of the pack's ``activities.csv``.

    The notes may be left out; other spellings and powers of ten of a unit (万吨, 头) are converted.

    Raises
    ------
    InputRefused, TableError
        With every defect of the file.
    """
    raw = read_bytes(path, max_bytes)
    filled = add_columns(raw, path.name, NOTES, max_bytes)
    parsed = parse_csv(filled, PACK_TABLES["activities"], path.name, extra="keep", max_bytes=max_bytes)
    own = terms.entries("ghg_activities")
    frame = scale_values(parsed.frame, [own[code]["unit"] for code in parsed.frame["activity"]])
    problems = check_activities(frame, path.name, parsed.rows)
    if problems:
        raise InputRefused(problems)
    return ReadTable(_use_codes(frame), Source(path.name, path.name, hash_bytes(raw)))


def read_own_factors(path: Path, *, max_bytes: int = MAX_BYTES) -> ReadTable:
    """Return own factors from a CSV file in the layout of the pack's ``factors.csv``.

    A further column ``uncertainty`` holds the 95 % half-width [1] where it is known.

    Raises
    ------
    InputRefused, TableError
        With every defect of the file; grade C and X among them.
    """
    raw = read_bytes(path, max_bytes)
    parsed = parse_csv(raw, PACK_TABLES["factors"], path.name, extra="keep", max_bytes=max_bytes)
    problems = check_own(parsed.frame, path.name, parsed.rows)
    width = pl.Series(UNCERTAINTY, [None] * parsed.frame.height, pl.Float64)
    if UNCERTAINTY in parsed.extra.columns:
        width = parsed.extra[UNCERTAINTY].cast(pl.Float64, strict=False)
        lost = parsed.extra[UNCERTAINTY].is_not_null() & (width.is_null() | (width < 0))
        problems += [
            Finding("cell_not_number", Place(path.name, row=row, column=UNCERTAINTY), {"value": value})
            for row, value in zip(
                parsed.rows.filter(lost), parsed.extra[UNCERTAINTY].filter(lost), strict=True
            )
        ]
    if problems:
        raise InputRefused(problems)
    frame = _use_codes(parsed.frame).with_columns(width.alias(UNCERTAINTY))
    return ReadTable(frame, Source(path.name, path.name, hash_bytes(raw)))


def no_activities() -> pl.DataFrame:
    """Return activities without rows."""
    return empty_table(PACK_TABLES["activities"])


def no_factors() -> pl.DataFrame:
    """Return own factors without rows."""
    return empty_table(PACK_TABLES["factors"])


def _use_codes(frame: pl.DataFrame) -> pl.DataFrame:
    known = dict(terms.aliases("provinces"))
    spelled = pl.col("region").str.to_lowercase()
    return frame.with_columns(region=spelled.replace_strict(known, default=pl.col("region")))
