"""Read what the audits need: series, forms of firms, suppressions, bounds."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.audit.contracts import AuditSeries
from dafeng.balance.audit.suppress import Suppressions, parse_suppressions
from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import read_bytes
from dafeng.grids import read_grids
from dafeng.parsing import MAX_BYTES, decode_text, parse_csv
from dafeng.table import Table, check, column, columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dafeng.grids import Cell, Grid

SOURCES = ("vintage", "source", "source_id")
"""Columns that tell sources apart; the first that a file has is used."""
LEAST_HEADINGS, HEAD_LINES = 4, 3


def read_text(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """Return the text of a small file (UTF-8 or GBK)."""
    return decode_text(read_bytes(path, max_bytes), path.name, max_bytes=max_bytes)[0]


def read_suppressions(path: Path) -> Suppressions:
    """Return the suppressions of a TOML file.

    Raises
    ------
    InputRefused
        As :func:`~dafeng.balance.audit.suppress.parse_suppressions`, or ``file_missing``.
    """
    return parse_suppressions(read_text(path), path.name)


def read_bounds(path: Path) -> dict[str, float]:
    """Return the bounds of a TOML file: a table ``[bounds]`` of names and numbers.

    Raises
    ------
    InputRefused
        ``toml_invalid`` for anything else.
    """
    try:
        read = tomllib.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise InputRefused([Finding("toml_invalid", Place(path.name), {"reason": error})]) from error
    bounds = read.get("bounds", {})
    numbers = isinstance(bounds, dict) and all(type(value) in {int, float} for value in bounds.values())
    if set(read) - {"bounds"} or not numbers:
        raise InputRefused([Finding("toml_invalid", Place(path.name), {"reason": "[bounds] name = number"})])
    return {name: float(value) for name, value in bounds.items()}


class SeriesLines(Table):
    """What every file of series must have; sector, fuel and a source are read where they are there."""

    region: str = column(zh="地区", en="Region")
    year: int = column(unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(zh="变量", en="Variable")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")


def read_series(
    path: Path, same: Mapping[str, str] | None = None, *, max_bytes: int = MAX_BYTES
) -> pl.DataFrame:
    """Return a CSV file of yearly figures.

    Parameters
    ----------
    path : Path
        ``region, year, variable, unit, value``; ``sector``, ``fuel`` and one of ``vintage``, ``source``,
        ``source_id`` where there are; others are carried past. Without a source the file's name is it.
    same : mapping, optional
        Other name of a variable -> the name to compare it under.
    max_bytes : int
        [B]

    Returns
    -------
    AuditSeries

    Raises
    ------
    InputRefused, TableError
    """
    read = parse_csv(read_bytes(path, max_bytes), SeriesLines, path.name, extra="keep", max_bytes=max_bytes)
    extra, frame = read.extra, read.frame
    known = {
        name: extra[name]
        if name in extra.columns
        else pl.Series(name, [None] * frame.height, dtype=pl.String)
        for name in ("sector", "fuel")
    }
    named = next((extra[name] for name in SOURCES if name in extra.columns), None)
    source = named if named is not None else pl.Series([path.name] * frame.height, dtype=pl.String)
    provinces = terms.aliases("provinces")
    regions = {name: provinces.get(name.lower(), name) for name in frame["region"].unique()}
    full = frame.with_columns(
        pl.col("region").replace(regions), pl.col("variable").replace(dict(same or {})),
        pl.col("unit").str.replace_all(" = ", "=", literal=True), source=source, **known,
    )  # fmt: skip
    return check(full.select(list(AuditSeries.to_schema().columns)), AuditSeries, name=path.name)


@cache
def _headings() -> dict[str, tuple[str, ...]]:
    text = files("dafeng.balance.audit").joinpath("headings.csv").read_text("utf-8")
    return {row["column"]: tuple(row["headings"].split(";")) for row in csv.DictReader(text.splitlines())}


@dataclass(frozen=True, slots=True)
class ReadForm:
    """A form of firms, and a note of headings that were not read."""

    frame: pl.DataFrame
    findings: tuple[Finding, ...]


def read_form(path: Path, contract: type[Table], *, max_bytes: int = MAX_BYTES) -> ReadForm:
    """Return a form of firms, one line a firm, year and energy (or product), XLSX or CSV.

    Parameters
    ----------
    path : Path
        Headings in Chinese as on the form, or the names of the contract; the head is the first line, with up
        to two below it, that has at least four of them. Columns that are not known, such as the name of the
        firm, are not read.
    contract : type of Table
        ``FirmPurchase``, ``FirmTransformation`` or ``FirmUnitEnergy``.
    max_bytes : int
        [B]

    Raises
    ------
    InputRefused, TableError
    """
    grid = read_grids(read_bytes(path, max_bytes), path.name, max_bytes=max_bytes)[0]
    columns, body = _find_head(grid, contract)
    if not columns:
        raise InputRefused([Finding("audit_form_head", Place(path.name), {"form": contract.__name__})])
    text = _as_csv(grid, columns, body, contract)
    frame = parse_csv(text, contract, path.name, max_bytes=max_bytes).frame
    return ReadForm(frame, tuple(_name_unread(grid, columns, body)))


def _name_unread(grid: Grid, columns: Mapping[int, str], body: int) -> list[Finding]:
    """Return a note of the lowest headings of columns that were not read."""
    head = grid.rows[max(0, body - HEAD_LINES) : body]
    lowest = {place: str(cell) for row in head for place, cell in enumerate(row) if cell is not None}
    unread = "、".join(name for place, name in sorted(lowest.items()) if place not in columns)
    place = grid.place(body - 1)
    return [Finding("audit_columns_unread", place, {"columns": unread}, "note")] if unread else []


def _find_head(grid: Grid, contract: type[Table]) -> tuple[dict[int, str], int]:
    """Return column -> field, and the first line below the head.

    A head may take up to three lines without numbers (purchase / quantity, use / total, in production, …):
    a heading of a lower line is the more exact one.
    """
    spelled = {spec.name: spec.name for spec in columns_of(contract)}
    for name in tuple(spelled):
        spelled |= dict.fromkeys(_headings().get(name, ()), name)
    lines = [
        {place: spelled[cell] for place, cell in enumerate(row) if isinstance(cell, str) and cell in spelled}
        for row in grid.rows
    ]
    for first, start in enumerate(lines):
        last, columns = first, dict(start)
        for below in range(first + 1, min(first + HEAD_LINES, len(lines))):
            if start and lines[below] and not any(_is_number(cell) for cell in grid.rows[below]):
                last, columns = below, columns | lines[below]
        if len(set(columns.values())) >= LEAST_HEADINGS:
            return columns, last + 1
    return {}, 0


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, float) or (isinstance(cell, str) and cell.replace(".", "").isdecimal())


def _as_csv(grid: Grid, columns: Mapping[int, str], body: int, contract: type[Table]) -> bytes:
    """Return the known columns as CSV; lines left out stay as blank ones, so that rows keep their numbers."""
    taken = {name: place for place, name in sorted(columns.items(), reverse=True)}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [spec.name for spec in columns_of(contract) if spec.name in taken or spec.nullable]
    writer.writerow(names)
    for number, row in enumerate(grid.rows[1:], 1):
        marks = {cell for cell in row if isinstance(cell, str)}
        skipped = number < body or (number < body + HEAD_LINES and marks >= {"甲", "乙"})
        writer.writerow(["" if skipped or name not in taken else _text(row[taken[name]]) for name in names])
    return text.getvalue().encode("utf-8")


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return "" if cell is None else str(cell)
