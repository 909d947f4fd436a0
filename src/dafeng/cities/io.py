"""Read what a user gives for a split: figures of the cities, growth, locks and bounds, weights."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.cities.figures import convert_figures
from dafeng.errors import Finding, InputRefused, Place, TableError
from dafeng.files import read_bytes
from dafeng.grids import find_error_cells, is_workbook, read_grids
from dafeng.pack.tracking_schema import CityFigures
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.provenance import Source, hash_bytes
from dafeng.table import Suggestion, Table, column, columns_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from dafeng.grids import Cell, Grid
    from dafeng.parsing import ParsedTable

NAME_COLUMNS = {"市名": "region", "项目名称": "item"}
"""Columns of the form with the names of codes; not read back."""


MOST_VALUE = 1e15
"""More than a city can have of anything, in any unit."""
MOST_WEIGHT = 1e9


class GivenCityFigures(Table):
    """Figures of cities as the form asks for them; an empty value is not reported and needs no grade."""

    region: str = column(key=True, zh="城市", en="City")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="年份", en="Year")
    item: str = column(key=True, vocabulary="city_figure", zh="项目", en="Item")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=-MOST_VALUE, high=MOST_VALUE, zh="数值", en="Value")
    price_base_year: int = column(
        unit="year", nullable=True, low=1978, high=2100, zh="价格基年", en="Price base year"
    )
    known_on: str = column(form="published", nullable=True, zh="公布日期", en="Known on")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Evidence grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class GivenGrowth(Table):
    """Yearly growth of output that a user assumes for a city, or for the province, over the whole period."""

    region: str = column(key=True, zh="地区", en="Region")
    yearly_growth: float = column(unit="unit", zh="年均增速", en="Yearly growth")
    unit: str = column(choices=("%", "1"), zh="单位", en="Unit")


class GivenLimits(Table):
    """What a user fixes for a city: its fall, or the lowest and the highest fall; 0.2 is 20 %."""

    region: str = column(key=True, zh="城市", en="City")
    locked: float = column(unit="1", nullable=True, low=-1, high=1, zh="锁定的下降率", en="Locked fall")
    lowest: float = column(unit="1", nullable=True, low=-1, high=1, zh="最低下降率", en="Lowest fall")
    highest: float = column(unit="1", nullable=True, low=-1, high=1, zh="最高下降率", en="Highest fall")


class GivenWeights(Table):
    """Weights of a user: twice the weight, twice the fall."""

    region: str = column(key=True, zh="城市", en="City")
    weight: float = column(unit="1", low=0, high=MOST_WEIGHT, zh="权重", en="Weight")


class GivenIndexWeights(Table):
    """Weights of the indicators of the index; an indicator that is not named is not used."""

    indicator: str = column(key=True, vocabulary="split_indicator", zh="指标", en="Indicator")
    weight: float = column(unit="1", low=0, high=MOST_WEIGHT, zh="权重", en="Weight")


@dataclass(frozen=True, slots=True)
class Places:
    """The cities of a province and how they may be spelled.

    Parameters
    ----------
    cities : tuple of str
        Division codes.
    province : str
        Region code of the whole.
    spellings : mapping of str to str
        Lower-case code or name -> code.
    """

    cities: tuple[str, ...]
    province: str
    spellings: Mapping[str, str]

    def code_of(self, text: str) -> str | None:
        """Return the code of a city or the province by code or name; None if it is neither."""
        return self.spellings.get(text.strip().lower())


@dataclass(frozen=True, slots=True)
class ReadFigures:
    """City figures that were read, in the units of the room, and where they came from."""

    frame: pl.DataFrame
    source: Source


def read_city_figures(path: Path, places: Places, *, max_bytes: int = MAX_BYTES) -> ReadFigures:
    """Return figures of cities from a CSV file or the first sheet of a workbook.

    Parameters
    ----------
    path : Path
        Columns of the form; optional ones may be left out.
    places : Places
        Cities that may occur, and the province.
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused, TableError
        With every defect, row by row: structure, codes, units, values, cities of another province, values
        without a grade.
    """
    raw = read_bytes(path, max_bytes)
    parsed = _parse(raw, path.name, GivenCityFigures, max_bytes)
    frame, problems = _name_regions(parsed, path.name, places)
    ungraded = frame["value"].is_not_null() & frame["grade"].is_null()
    problems += [
        Finding("cell_empty", Place(path.name, row=row, column="grade"))
        for row in parsed.rows.filter(ungraded)
    ]
    frame = frame.with_columns(source_id=pl.col("source_id").fill_null(path.name), grade=_GRADE)
    frame, found = convert_figures(frame, parsed.rows, path.name)
    _raise(problems + found)
    return ReadFigures(
        frame.select([spec.name for spec in columns_of(CityFigures)]),
        Source(path.name, path.name, hash_bytes(raw)),
    )


_GRADE = pl.col("grade").fill_null("C")
"""Only rows without a value reach this."""


def read_growth(path: Path, places: Places, years: int, *, max_bytes: int = MAX_BYTES) -> dict[str, float]:
    """Return the growth factor of output over some years by region. [1]

    Parameters
    ----------
    path : Path
        Columns ``region``, ``yearly_growth``, ``unit`` (``%`` or ``1``); the province may have a row.
    places : Places
    years : int
        Years between base and target. [year]
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused, TableError
        With every defect, row by row.
    """
    parsed = _parse(read_bytes(path, max_bytes), path.name, GivenGrowth, max_bytes)
    frame, problems = _name_regions(parsed, path.name, places)
    yearly = frame["yearly_growth"] * frame["unit"].replace_strict(
        {"%": 0.01, "1": 1.0}, return_dtype=pl.Float64
    )
    problems += [
        Finding("value_out_of_range", Place(path.name, row=row, column="yearly_growth"),
                {"value": f"{rate:.6g}", "rule": "-50 % … 50 %"})
        for row, rate in zip(parsed.rows, yearly, strict=True) if not -0.5 < rate < 0.5
    ]  # fmt: skip
    _raise(problems)
    return dict(zip(frame["region"], ((1 + yearly) ** years).to_list(), strict=True))


def read_limits(
    path: Path, places: Places, *, max_bytes: int = MAX_BYTES
) -> tuple[dict[str, float], dict[str, tuple[float | None, float | None]]]:
    """Return locks and bounds by city. [1]

    Parameters
    ----------
    path : Path
        Columns ``region``, ``locked``, ``lowest``, ``highest``; all but the first may be left out.
    places : Places
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused, TableError
        With every defect, row by row; a lock outside the bounds of its row is one.
    """
    parsed = _parse(read_bytes(path, max_bytes), path.name, GivenLimits, max_bytes)
    frame, problems = _name_regions(parsed, path.name, places, cities_only=True)
    locks: dict[str, float] = {}
    bounds: dict[str, tuple[float | None, float | None]] = {}
    for number, (region, locked, low, high) in zip(parsed.rows, frame.iter_rows(), strict=True):
        inner = [value for value in (low, locked, high) if value is not None]
        if inner != sorted(inner):
            place = Place(path.name, row=number, column="lowest, locked, highest")
            problems.append(
                Finding(
                    "value_out_of_range", place,
                    {"value": ", ".join(f"{v:g}" for v in inner), "rule": "lowest ≤ locked ≤ highest"},
                )
            )  # fmt: skip
        if locked is not None:
            locks[region] = locked
        elif low is not None or high is not None:
            bounds[region] = (low, high)
    _raise(problems)
    return locks, bounds


def parse_locks(texts: Sequence[str], places: Places, filed: Collection[str] = ()) -> dict[str, float]:
    """Return locks written as ``code=0.2`` or ``name=20%``.

    Parameters
    ----------
    texts : sequence of str
    places : Places
    filed : collection of str
        Cities that the file of locks has already.

    Raises
    ------
    InputRefused
        ``split_lock_unreadable``, ``city_unknown`` or ``split_locked_twice``, one finding for each.
    """
    locks: dict[str, float] = {}
    problems: list[Finding] = []
    for text in texts:
        name, _, number = text.replace("＝", "=").partition("=")
        code, fall = places.code_of(name), _read_fall(number.strip().replace("％", "%"))
        if fall is None:
            problems.append(Finding("split_lock_unreadable", params={"text": text}))
        elif code is None or code == places.province:
            problems.append(Finding("city_unknown", params={"region": name}))
        elif code in locks or code in filed:
            problems.append(Finding("split_locked_twice", params={"region": code}))
        else:
            locks[code] = fall
    if problems:
        raise InputRefused(problems)
    return locks


def _read_fall(text: str) -> float | None:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None
    return value if -1 <= value <= 1 else None


def read_city_weights(path: Path, places: Places, *, max_bytes: int = MAX_BYTES) -> dict[str, float]:
    """Return the weights of the cities. [1]

    Parameters
    ----------
    path : Path
        Columns ``region``, ``weight``.
    places : Places
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused, TableError
        With every defect, row by row.
    """
    parsed = _parse(read_bytes(path, max_bytes), path.name, GivenWeights, max_bytes)
    frame, problems = _name_regions(parsed, path.name, places, cities_only=True)
    _raise(problems)
    return dict(frame.select("region", "weight").iter_rows())


def read_index_weights(path: Path, *, max_bytes: int = MAX_BYTES) -> dict[str, float]:
    """Return the weights of the indicators of the index. [1]

    Parameters
    ----------
    path : Path
        Columns ``indicator``, ``weight``.
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused, TableError
        With every defect, row by row.
    """
    parsed = _parse(read_bytes(path, max_bytes), path.name, GivenIndexWeights, max_bytes)
    return dict(parsed.frame.select("indicator", "weight").iter_rows())


def _parse(raw: bytes, name: str, contract: type[Table], max_bytes: int) -> ParsedTable:
    """Return a table of the user; columns that may be empty may also be left out."""
    grid = read_grids(raw, name, max_bytes=max_bytes)[0]
    failed = find_error_cells(raw).get(grid.sheet, set()) if is_workbook(raw) else set()
    _raise([
        Finding("cell_not_number", grid.place(row, place), {"value": "#"}) for row, place in sorted(failed)
    ])  # fmt: skip
    text = _write_text(_complete(grid, contract))
    parsed = parse_csv(text, contract, name, extra="keep", max_bytes=max_bytes)
    known = [spec.name for spec in columns_of(contract)]
    _raise([
        Finding("column_unknown", Place(name, row=1), {"column": c, "suggestion": Suggestion(c, known)})
        for c in parsed.extra.columns if c not in NAME_COLUMNS
    ])  # fmt: skip
    return parsed


def _complete(grid: Grid, contract: type[Table]) -> list[list[Any]]:
    """Return the rows of a grid with empty columns for optional ones that it leaves out."""
    rows = [list(row) for row in grid.rows]
    header = {str(cell).strip() for cell in rows[0]}
    absent = [
        spec.name for spec in columns_of(contract)
        if spec.nullable and spec.name not in header and spec.zh not in header
    ]  # fmt: skip
    return [rows[0] + absent] + [row + [None] * len(absent) for row in rows[1:]]


def _name_regions(
    parsed: ParsedTable, name: str, places: Places, *, cities_only: bool = False
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return a table with codes of regions, and findings for strangers and for one city under two names."""
    found = [places.code_of(region) for region in parsed.frame["region"]]
    codes = [None if cities_only and code == places.province else code for code in found]
    problems = [
        Finding("city_unknown", Place(name, row=row, column="region"), {"region": region})
        for row, region, code in zip(parsed.rows, parsed.frame["region"], codes, strict=True)
        if code is None
    ]
    named = parsed.frame.with_columns(region=pl.Series(codes, dtype=pl.String).fill_null(""))
    keys = [key for key in ("region", "year", "item", "indicator") if key in named.columns]
    return named, problems + _find_doubles(named.select(keys), parsed.rows, name)


def _find_doubles(keys: pl.DataFrame, rows: pl.Series, name: str) -> list[Finding]:
    seen: dict[tuple[object, ...], int] = {}
    problems = []
    for row, key in zip(rows, keys.iter_rows(), strict=True):
        if key[0] and key in seen:
            params = {"key": " / ".join(map(str, key)), "first": seen[key]}
            problems.append(
                Finding("key_repeated", Place(name, row=row, column=", ".join(keys.columns)), params)
            )
        seen.setdefault(key, row)
    return problems


def _raise(problems: list[Finding]) -> None:
    if problems:
        raise TableError(sorted(problems, key=lambda found: (found.place.row or 0, found.place.column)))


def _write_text(rows: list[list[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_spell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")


def _spell(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
