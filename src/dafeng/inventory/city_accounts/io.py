"""Read a city energy table of the user: CSV or XLSX in the layout of the template."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, Place, TableError
from dafeng.files import read_bytes
from dafeng.grids import is_workbook, read_grids
from dafeng.inventory.city_accounts.template import NAME_COLUMNS
from dafeng.inventory.io import scale_values
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.provenance import Source, hash_bytes
from dafeng.table import Suggestion, Table, column, columns_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from dafeng.grids import Cell, Grid
    from dafeng.parsing import ParsedTable


class GivenCityEnergy(Table):
    """Energy use of cities as the form asks for it; an empty value is not reported and needs no grade."""

    region: str = column(key=True, zh="城市", en="City")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    item: str = column(key=True, vocabulary="city_item", zh="项目", en="Item")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="数量", en="Quantity")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Evidence grade")


@dataclass(frozen=True, slots=True)
class ReadCities:
    """A city energy table that was read, and where it came from."""

    frame: pl.DataFrame
    source: Source


def read_city_energy(path: Path, cities: Collection[str], *, max_bytes: int = MAX_BYTES) -> ReadCities:
    """Return a city energy table.

    Parameters
    ----------
    path : Path
        CSV text, or a workbook whose first sheet is the table.
    cities : collection of str
        Division codes that may occur.
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused, TableError
        With every defect: structure, codes, units, cities of another province.
    """
    raw = read_bytes(path, max_bytes)
    text = _write_text(read_grids(raw, path.name, max_bytes=max_bytes)[0]) if is_workbook(raw) else raw
    parsed = parse_csv(text, GivenCityEnergy, path.name, extra="keep", max_bytes=max_bytes)
    wanted = {code: row["activity_unit"] for code, row in terms.entries("fuels").items()}
    frame = scale_values(parsed.frame, [wanted[fuel] for fuel in parsed.frame["fuel"]])
    problems = (
        _check_columns(parsed, path.name)
        + _check_units(frame, parsed, path.name)
        + [
            Finding("city_unknown", Place(path.name, row=row, column="region"), {"region": region})
            for row, region in zip(parsed.rows, frame["region"], strict=True)
            if region not in cities
        ]
    )
    ungraded = frame["value"].is_not_null() & frame["grade"].is_null()
    problems += [
        Finding("cell_empty", Place(path.name, row=row, column="grade"))
        for row in parsed.rows.filter(ungraded)
    ]
    if problems:
        raise TableError(problems)
    frame = frame.with_columns(pl.col("grade").fill_null("C"))
    return ReadCities(frame, Source(path.name, path.name, hash_bytes(raw)))


def _check_columns(parsed: ParsedTable, name: str) -> list[Finding]:
    """Return findings for columns beyond the form; its columns of names are not read."""
    known = [spec.name for spec in columns_of(GivenCityEnergy)]
    return [
        Finding(
            "column_unknown", Place(name, row=1), {"column": extra, "suggestion": Suggestion(extra, known)}
        )
        for extra in parsed.extra.columns
        if extra not in NAME_COLUMNS
    ]


def _check_units(frame: pl.DataFrame, parsed: ParsedTable, name: str) -> list[Finding]:
    wanted = {code: row["activity_unit"] for code, row in terms.entries("fuels").items()}
    return [
        Finding(
            "unit_wrong", Place(name, row=row, column="unit"),
            {"what": fuel, "value": unit, "expected": wanted[fuel]},
        )
        for row, fuel, unit in zip(parsed.rows, frame["fuel"], frame["unit"], strict=True)
        if unit != wanted[fuel]
    ]  # fmt: skip


def _write_text(grid: Grid) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_spell(cell) for cell in row] for row in grid.rows)
    return text.getvalue().encode("utf-8")


def _spell(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
