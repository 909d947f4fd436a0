"""From the bytes of a file to observations: a flat table in CSV or XLSX, and what must hold of it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.labels import UnitWord, match_unit
from dafeng.balance.model import COAL_EQUIVALENT_UNIT
from dafeng.balance.reconcile_contracts import BalanceObservations
from dafeng.balance.reconcile_model import TOTAL_CONSUMPTION, default_sds
from dafeng.errors import Finding, InputRefused, Place, TableError
from dafeng.grids import read_grids
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.table import columns_of

if TYPE_CHECKING:
    from dafeng.grids import Cell, Grid

OPTIONAL = ("relative_sd", "grade", "lower", "upper", "locked")
YES = {"是", "1", "1.0", "yes", "y", "x", "true"}
NO = {"否", "0", "0.0", "no", "n", "false"}


def parse_observations(raw: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> pl.DataFrame:
    """Return observations from the first sheet of a workbook or from a CSV text.

    Parameters
    ----------
    raw : bytes
        Columns region, year, row, fuel, unit, value and, if wanted, source, relative_sd, grade, lower, upper,
        locked; codes or names, the headings in English or Chinese. A blank source is the file's name.
    name : str
        Named in findings.
    max_bytes : int
        Limit of the size. [B]

    Returns
    -------
    BalanceObservations

    Raises
    ------
    InputRefused, TableError
        With everything that is wrong.
    """
    grid = read_grids(raw, name, max_bytes=max_bytes)[0]
    text = _as_csv(grid, name.rpartition(".")[0] or name)
    parsed = parse_csv(text, BalanceObservations, name, extra="keep", max_bytes=4 * max_bytes)
    spelled = {unit: match_unit(unit) or unit for unit in parsed.frame["unit"].unique()}
    frame = parsed.frame.with_columns(pl.col("unit").replace(spelled))
    check_observations(frame, name, parsed.rows)
    return frame


def is_flat(grid: Grid) -> bool:
    """Return whether a sheet is a table of observations rather than an official layout."""
    return {"region", "year", "row", "fuel", "value"} <= set(_headings(grid))


def _headings(grid: Grid) -> list[str]:
    names = {spec.zh: spec.name for spec in columns_of(BalanceObservations)} | {"平差后": "value"}
    return [names.get(str(cell or ""), str(cell or "")) for cell in (grid.rows[0] if grid.rows else ())]


def _as_csv(grid: Grid, source: str) -> bytes:
    """Return the sheet as CSV with every optional column and a source in every row; row numbers stay."""
    header = _headings(grid)
    missing = [name for name in ("source", *OPTIONAL) if name not in header]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([*header, *missing])
    for row in grid.rows[1:]:
        cells = dict(zip([*header, *missing], [*map(_text, row), *([""] * len(missing))], strict=True))
        if any(cells.values()):
            cells["source"] = cells["source"] or source
            spelled = cells["locked"].lower()
            cells["locked"] = "true" if spelled in YES else "false" if spelled in NO else cells["locked"]
        writer.writerow(list(cells.values()) if len(cells) == len(header) + len(missing) else row)
    return stream.getvalue().encode("utf-8")


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def check_observations(observations: pl.DataFrame, file: str, rows: pl.Series | None = None) -> None:
    """Refuse observations that contradict themselves before any identity is asked.

    Parameters
    ----------
    observations : BalanceObservations
    file : str
        Named in findings.
    rows : polars.Series, optional
        Row numbers as the user counts them; default: position + 2.

    Raises
    ------
    TableError
        ``value_out_of_range``, ``reliability_missing``, ``bounds_order``, ``lock_without_value``,
        ``lock_twice``, ``unit_wrong``.
    InputRefused
        ``header_only`` if no row but total consumption has a value.
    """
    number = rows if rows is not None else pl.int_range(2, observations.height + 2, eager=True)
    table = observations.with_columns(number.alias("_row"))
    locked = pl.col("locked").fill_null(value=False)
    defaults = sorted(default_sds())
    problems = [
        *_found(table, pl.col("relative_sd") <= 0, "value_out_of_range", "relative_sd", file, rule="> 0"),
        *_found(
            table,
            pl.col("value").is_not_null() & ~locked & pl.col("relative_sd").is_null()
            & ~pl.col("grade").fill_null("B").is_in(defaults),
            "reliability_missing", "grade", file, value_of="grade",
        ),
        *_found(table, pl.col("lower") > pl.col("upper"), "bounds_order", "lower", file, value_of="lower"),
        *_found(table, locked & pl.col("value").is_null(), "lock_without_value", "value", file),
    ]  # fmt: skip
    cell = ["region", "year", "row", "fuel"]
    held = table.filter(locked & pl.col("value").is_not_null())
    again = held.with_columns(first=pl.col("value").first().over(cell))
    problems += _found(again, pl.col("value") != pl.col("first"), "lock_twice", "value", file, "first")
    problems += _wrong_units(table, file)
    if problems:
        raise TableError(sorted(problems, key=lambda found: found.place.row or 0))
    if table.filter(pl.col("row") != TOTAL_CONSUMPTION)["value"].is_null().all():
        raise InputRefused([Finding("header_only", Place(file))])


def _wrong_units(table: pl.DataFrame, file: str) -> list[Finding]:
    """Return a finding for every unit that is neither the fuel's own nor, throughout, coal equivalent."""
    own = {code: entry["activity_unit"] for code, entry in terms.entries("balance_fuels").items()}
    units = table.with_columns(expected=pl.col("fuel").replace_strict(own))
    told = units.filter(pl.col("expected") != COAL_EQUIVALENT_UNIT)
    if told.height and (told["unit"] == COAL_EQUIVALENT_UNIT).all():
        units = units.with_columns(expected=pl.lit(COAL_EQUIVALENT_UNIT))
    return [
        Finding(
            "unit_wrong", Place(file, row=row["_row"], column="unit"),
            {"what": row["fuel"], "value": row["unit"], "expected": UnitWord(row["expected"])},
        )
        for row in units.filter(pl.col("unit") != pl.col("expected")).iter_rows(named=True)
    ]  # fmt: skip


def _found(
    table: pl.DataFrame, wrong: pl.Expr, code: str, column: str, file: str, value_of: str = "", rule: str = ""
) -> list[Finding]:
    found = []
    for row in table.filter(wrong.fill_null(value=False)).iter_rows(named=True):
        params = {"value": row[value_of or column]} | ({"rule": rule} if rule else {})
        found.append(Finding(code, Place(file, row=row["_row"], column=column), params))
    return found
