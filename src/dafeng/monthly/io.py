"""Read the monthly file of a user: figures of months and years to date, CSV or XLSX."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import DafengError, Finding, Place, TableError
from dafeng.files import read_bytes
from dafeng.grids import find_error_cells, is_workbook, read_grids
from dafeng.monthly.contracts import FlashFigures, FlashInput
from dafeng.monthly.issue import FLASH_DAY, Issue
from dafeng.monthly.items import item_aliases, load_items, unit_of
from dafeng.parsing import MAX_BYTES, name_columns, parse_csv
from dafeng.period import latest_date, parse_period
from dafeng.provenance import Source, hash_bytes
from dafeng.table import check, check_keys, columns_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.grids import Cell

OPTIONAL = ("known_on", "source")
FIRST_YEAR, LAST_YEAR = 1949, 2100
_PERIOD = re.compile(r"([0-9]{4})年(?:(?:([0-9]{1,2})月?[-—–－~～至])?([0-9]{1,2})月(?:累计)?)?")


@dataclass(frozen=True, slots=True)
class ReadFigures:
    """A monthly file that was read, and its source."""

    frame: pl.DataFrame
    """Contract FlashFigures."""
    source: Source


def read_monthly(path: Path, *, day: int = FLASH_DAY, max_bytes: int = MAX_BYTES) -> ReadFigures:
    """Return monthly and year-to-date figures from a CSV or XLSX file.

    Parameters
    ----------
    path : Path
        Columns region, period, item, unit, value; ``known_on`` and ``source`` may be left out. A figure
        without day of publication counts as known on the day on which its month's issue opens.
    day : int
        Day of the month on which issues open.
    max_bytes : int
        Limit of the file. [B]

    Returns
    -------
    ReadFigures
        Contract FlashFigures; an empty value is no figure and is left out.

    Raises
    ------
    InputRefused, TableError
        With every defect: unknown items, units that cannot be converted, ranges of years, years before 1949
        or after 2100, cells of a workbook that hold an error, repeated figures.
    """
    raw = read_bytes(path, max_bytes)
    parsed = parse_csv(
        _as_csv(raw, path.name, max_bytes), FlashInput, path.name, extra="keep", max_bytes=max_bytes
    )
    frame = parsed.frame.with_columns(row=parsed.rows)
    problems, factors = _check_units(frame, path.name)
    problems += _check_periods(frame, path.name)
    if problems:
        raise TableError(problems)
    typed = _type_figures(frame, factors, day)
    keys = ["region", "period", "item", "known_on"]
    problems = check_keys(typed, keys, path.name, typed["row"])
    if problems:
        raise TableError(problems)
    names = [spec.name for spec in columns_of(FlashFigures)]
    return ReadFigures(
        check(typed.select(names), FlashFigures), Source(path.name, path.name, hash_bytes(raw))
    )


def _type_figures(frame: pl.DataFrame, factors: list[tuple[str, str, float]], day: int) -> pl.DataFrame:
    """Return figures in the unit of their item, each with the day on which it was known."""
    key = ["item", "unit"]
    scales = pl.DataFrame(factors, schema=[*key, "factor"], orient="row")
    return (
        frame.drop_nulls("value")
        .join(scales, on=key, how="left", maintain_order="left")
        .with_columns(
            value=pl.col("value") * pl.col("factor"), known_assumed=pl.col("known_on").is_null(),
            unit=pl.col("item").map_elements(unit_of, return_dtype=pl.String),
            period=pl.col("period").map_elements(_canonical, return_dtype=pl.String),
        )
        .with_columns(known_on=pl.col("known_on").fill_null(
            pl.col("period").map_elements(lambda text: _assumed_day(text, day), return_dtype=pl.String)
        ))
    )  # fmt: skip


def _as_csv(raw: bytes, name: str, max_bytes: int) -> bytes:
    """Return the first sheet as CSV text with the optional columns present and items by their codes."""
    grid = read_grids(raw, name, max_bytes=max_bytes)[0]
    failed = find_error_cells(raw).get(grid.sheet, set()) if is_workbook(raw) else set()
    if failed:
        raise TableError(
            Finding("cell_not_number", grid.place(row, place), {"value": "#"})
            for row, place in sorted(failed)
        )
    rows = [list(row) for row in grid.rows]
    head = name_columns([_text(cell, "").strip() for cell in rows[0]], FlashInput)
    for optional in OPTIONAL:
        if optional not in head:
            head.append(optional)
    more = item_aliases()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    for row in rows[1:]:
        cells = [_text(cell, column) for cell, column in zip([*row, None, None], head, strict=False)]
        if "item" in head:
            place = head.index("item")
            cells[place] = more.get(cells[place].lower(), cells[place])
        if "period" in head:
            place = head.index("period")
            cells[place] = _spell_period(cells[place])
        writer.writerow(cells)
    return stream.getvalue().encode("utf-8")


def _text(cell: Cell, column: str) -> str:
    """Return a cell as CSV text; a date in the column of periods is its month."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.strftime("%Y-%m") if column == "period" else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _spell_period(text: str) -> str:
    """Return a period as bureaus write it (2026年1—10月, 2026年10月, 2026年) in our grammar.

    Only spans from January on are year to date; anything else is left as it is and refused later.
    """
    found = _PERIOD.fullmatch("".join(text.split()))
    if found is None:
        return text
    year, first, last = found.groups()
    if last is None:
        return year
    if first is None:
        return f"{year}-{int(last):02d}"
    return f"{year}-{int(last):02d} ytd" if int(first) == 1 else text


def _check_units(frame: pl.DataFrame, name: str) -> tuple[list[Finding], list[tuple[str, str, float]]]:
    """Return findings for units that do not fit their item, and the factor of each pair."""
    spelled = {row["code"]: set(row["unit_aliases"].split(";")) for row in load_items()}
    problems, factors = [], []
    for item, unit, row in (
        frame.select("item", "unit", "row").unique(["item", "unit"], maintain_order=True).iter_rows()
    ):
        if unit == unit_of(item) or unit in spelled[item]:
            factors.append((item, unit, 1.0))
            continue
        try:
            factors.append((item, unit, conversion_factor(unit, unit_of(item))))
        except DafengError as error:
            place = Place(name, row=row, column="unit")
            problems += [Finding(found.code, place, found.params) for found in error.findings]
    return problems, factors


def _check_periods(frame: pl.DataFrame, name: str) -> list[Finding]:
    problems = []
    for row, text, known_on in frame.select("row", "period", "known_on").iter_rows():
        period, place = parse_period(text), Place(name, row=row, column="period")
        if known_on is not None and latest_date(known_on) < period.end:
            params = {"known_on": known_on, "period": text}
            problems.append(Finding("figure_before_its_period", replace(place, column="known_on"), params))
        if period.kind == "years":
            problems.append(Finding("flash_period_years", place, {"value": text}))
        elif not FIRST_YEAR <= period.end.year <= LAST_YEAR:
            rule = f"{FIRST_YEAR} … {LAST_YEAR}"
            problems.append(Finding("value_out_of_range", place, {"value": text, "rule": rule}))
    return problems


def _canonical(period: str) -> str:
    return str(parse_period(period))


def _assumed_day(period: str, day: int) -> str:
    """Return the day on which a figure without day of publication counts as known."""
    end = parse_period(period).end
    month = max(end.month, 2)  # January comes with February
    return Issue(end.year, month).opens_on(day).isoformat()
