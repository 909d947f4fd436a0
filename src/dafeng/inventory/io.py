"""Read energy use and product output from CSV files; write emissions in the same exchange layout."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, Place, TableError, UnitError
from dafeng.files import read_bytes
from dafeng.inventory.contracts import EnergyUse, ProductOutput
from dafeng.inventory.process import check_cement, select_cement
from dafeng.inventory.screening import check_structure
from dafeng.parsing import MAX_BYTES, ParsedTable, decode_text, parse_csv
from dafeng.provenance import Source, hash_bytes
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


UNIT_SPELLINGS = {
    "万吨": "10^4 t", "10^4t": "10^4 t", "亿立方米": "10^8 m3", "10^8m3": "10^8 m3", "亿千瓦时": "10^8 kWh",
    "10^8kWh": "10^8 kWh", "万吨标准煤": "10^4 tce", "10^4tce": "10^4 tce", "百亿千焦": "10^10 kJ",
    "10^10kJ": "10^10 kJ",
}  # fmt: skip
"""Other spellings of the accounting units: the same unit, nothing is converted."""
POWER_NOISE = 1e-9
"""Noise of binary fractions in the logarithm of a power of ten. [1]"""


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that was read, with its row numbers in ``row`` and its source."""

    frame: pl.DataFrame
    source: Source


def list_columns(raw: bytes, name: str, max_bytes: int = MAX_BYTES) -> set[str]:
    """Return the headings of a CSV file."""
    text, _ = decode_text(raw, name, max_bytes=max_bytes)
    return {cell.strip() for cell in next(csv.reader(io.StringIO(text)), [])}


def add_columns(raw: bytes, name: str, optional: Sequence[str], max_bytes: int = MAX_BYTES) -> bytes:
    """Return a CSV file with empty columns for those that it leaves out; as it is when it is no even table.

    Parameters
    ----------
    raw : bytes
        The file.
    name : str
        Named in findings.
    optional : sequence of str
        Columns that may be absent.
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused
        The bytes are no text.
    """
    text, _ = decode_text(raw, name, max_bytes=max_bytes)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        rows = list(csv.reader(io.StringIO(lines, newline=""), strict=True))
    except csv.Error:
        return raw
    header = [cell.strip() for cell in rows[0]]
    absent = [column for column in optional if column not in header]
    if not absent or len(header) < 2 or any(len(row) not in {0, len(header)} for row in rows):
        return raw
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*header, *absent])
    writer.writerows([*(row or [""] * len(header)), *([""] * len(absent))] for row in rows[1:])
    return stream.getvalue().encode("utf-8")


def scale_unit(unit: str, expected: str) -> float | None:
    """Return by what values in ``unit`` are multiplied to be in ``expected``; None for another unit.

    Only spellings and powers of ten are bridged (万吨, 吨 and 10^4 t); a coal equivalent stays what it is.

    Examples
    --------
    >>> scale_unit("万吨", "10^4 t"), scale_unit("头", "10^4 heads"), scale_unit("10^4 tce", "10^4 t")
    (1.0, 0.0001, None)
    """
    if unit == expected or UNIT_SPELLINGS.get(unit) == expected:
        return 1.0
    try:
        factor = conversion_factor(unit, expected)
    except UnitError:
        return None
    return factor if abs(log10(factor) - round(log10(factor))) < POWER_NOISE else None


def scale_values(frame: pl.DataFrame, expected: Sequence[str]) -> pl.DataFrame:
    """Return a table with ``value`` in the expected ``unit`` of each row; other units are left alone."""
    scales = [scale_unit(unit, wanted) for unit, wanted in zip(frame["unit"], expected, strict=True)]
    units = [
        unit if scale is None else wanted
        for unit, wanted, scale in zip(frame["unit"], expected, scales, strict=True)
    ]
    return frame.with_columns(
        pl.Series("unit", units, pl.String),
        pl.col("value") * pl.Series("scale", [1.0 if s is None else s for s in scales], pl.Float64),
    )


def read_energy(path: Path, *, max_bytes: int = MAX_BYTES) -> ReadTable:
    """Return an energy table from a CSV file (UTF-8 or GBK); unknown columns are carried past.

    Raises
    ------
    InputRefused, TableError
        With every structural defect of the file.
    """
    raw = read_bytes(path, max_bytes)
    parsed = parse_csv(raw, EnergyUse, path.name, extra="keep", max_bytes=max_bytes)
    frame = parsed.frame.with_columns(_grade_of(parsed), parsed.rows.alias("row"), *_use_codes())
    problems = check_structure(frame, path.name)
    if problems:
        raise TableError(problems)
    return ReadTable(frame, Source(path.name, path.name, hash_bytes(raw)))


def _use_codes() -> tuple[pl.Expr, pl.Expr]:
    """Return sector and unit with names and other spellings replaced by our codes."""
    sectors = dict(terms.aliases("sectors")) | {"合计": "total"}
    flows = dict(terms.aliases("flows"))
    spelled = pl.col("sector").str.to_lowercase()
    sector = (
        pl.when(pl.col("variable") == "final_consumption")
        .then(spelled.replace_strict(sectors, default=pl.col("sector")))
        .otherwise(spelled.replace_strict(flows, default=pl.col("sector")))
    )
    return sector.alias("sector"), pl.col("unit").replace(UNIT_SPELLINGS)


def _grade_of(parsed: ParsedTable) -> pl.Series:
    """Return the column ``quality`` of a file as grades; B where there is none or it says something else."""
    if "quality" not in parsed.extra.columns:
        return pl.repeat("B", parsed.frame.height, eager=True).alias("grade")
    given = parsed.extra["quality"].str.to_uppercase()
    known = given.is_in(sorted(terms.codes("grade"))).fill_null(value=False)
    return given.set(~known, "B").alias("grade")


def read_products(path: Path, *, max_bytes: int = MAX_BYTES) -> ReadTable:
    """Return product output from a CSV file; rows of cement must be in 10^4 t.

    Raises
    ------
    InputRefused, TableError
        With every structural defect of the file.
    """
    raw = read_bytes(path, max_bytes)
    parsed = parse_csv(raw, ProductOutput, path.name, extra="keep", max_bytes=max_bytes)
    frame = parsed.frame.with_columns(_grade_of(parsed), parsed.rows.alias("row"))
    problems = check_cement(frame, parsed.rows, path.name)
    if select_cement(frame).is_empty():
        problems.append(Finding("product_missing", Place(path.name, column="sector"), {"product": "cement"}))
    if problems:
        raise TableError(problems)
    return ReadTable(frame, Source(path.name, path.name, hash_bytes(raw)))
