"""Example rows of the registers of the pack, with what was worked out from them by hand. All are fictional.

``rows/<register>.csv`` holds rows in every state, ``rows/<register>.<list>.csv`` the lines of its lists
(``parent.<key>`` names the row). ``expected*.csv`` and ``expected_measures*.csv`` hold values that follow
from the sums in the column ``how``, ``bad*.csv`` changes of an example row that must be found,
``alerts*.csv`` the alerts that are up on :data:`TODAY`, ``woken_alerts*.csv`` changes that raise the others.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.pack import read_pack
from dafeng.register.compute import compute_formulas, compute_volatile
from dafeng.register.library import Library, read_library
from dafeng.register.measures import Ground, measure_rows
from dafeng.register.schema import entered_schema, rows_frame
from dafeng.register.validate import RowPlaces, validate_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.errors import Finding
    from dafeng.pack import Pack
    from dafeng.register.fields import RegisterField
    from dafeng.register.model import Register

ROWS = Path(__file__).parent / "rows"
TODAY = date(2026, 11, 23)


@cache
def pack() -> Pack:
    """Return the built-in pack, read once."""
    return read_pack("shanxi")


@cache
def library() -> Library:
    """Return the registers of the built-in pack."""
    return read_library(pack().registers, pack().tables)


@cache
def registers() -> tuple[str, ...]:
    """Return the registers of the built-in pack that have example rows here."""
    return tuple(name for name in library().registers if (ROWS / f"{name}.csv").is_file())


def read_lines(name: str) -> list[dict[str, str]]:
    """Return the lines of a file of this folder."""
    with (ROWS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def worked_out(kind: str) -> tuple[dict[str, str], ...]:
    """Return the lines of ``<kind>.csv`` and ``<kind>_f.csv``."""
    return tuple(line for part in ("", "_f") for line in read_lines(f"{kind}{part}.csv"))


def worked_out_of(kind: str, register_id: str) -> list[dict[str, str]]:
    """Return the lines that speak of one register."""
    return [line for line in worked_out(kind) if line["register"] == register_id]


def read_cell(text: str | None, field: RegisterField | None) -> Any:
    """Return the value of a cell."""
    if not text:
        return None
    if field is None or field.kind not in {"integer", "year", "number", "boolean"}:
        return text
    if field.kind == "boolean":
        return {"true": True, "false": False}[text]
    return float(text) if field.kind == "number" else int(text)


def key_of(register: Register, row: Mapping[str, Any]) -> str:
    """Return the key of a row, its parts joined by strokes."""
    return "/".join(str(row[name]) for name in register.key)


@cache
def entered(register_id: str) -> dict[str, dict[str, Any]]:
    """Return the example rows of a register with their lists, by key."""
    register = library().register(register_id)
    fields = {field.id: field for field in register.asked}
    rows = {}
    for line in read_lines(f"{register_id}.csv"):
        row = {name: read_cell(text, fields.get(name)) for name, text in line.items()}
        assert key_of(register, row) not in rows, row
        rows[key_of(register, row)] = row
    for child in register.lists:
        columns = {field.id: field for field in child.fields}
        for line in read_lines(f"{register_id}.{child.id}.csv"):
            parent = rows["/".join(line[f"parent.{name}"] for name in register.key)]
            cells = {name: read_cell(line.get(name), field) for name, field in columns.items()}
            parent.setdefault(child.id, []).append(cells)
    return rows


def frame_of_rows(register: Register, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as the database would hand them out, before formulas."""
    text = pl.String()
    frame = rows_frame(rows, entered_schema(register) | {"state": text, "source": text, "grade": text})
    nothing = pl.lit(None, dtype=pl.String)
    return frame.with_columns(
        pl.int_range(pl.len()).cast(pl.String).alias("row_id"),
        pl.lit(1, dtype=pl.Int64).alias("version"),
        pl.lit(value=False).alias("withdrawn"),
        pl.lit("2026-11-01T09:00:00+08:00").alias("changed_at"),
        (pl.col(register.region) if register.region else nothing).alias("scope_region"),
        (pl.col(register.agency) if register.agency else nothing).alias("scope_agency"),
    )


@cache
def linked_rows() -> dict[str, pl.DataFrame]:
    """Return the example rows that links may point to."""
    targets = {field.link for name in registers() for field in library().register(name).fields if field.link}
    found = {}
    for name in sorted(targets):
        frame = frame_of_rows(library().register(name), entered(name).values())
        found[name] = compute_formulas(library().register(name), library(), frame)
    return found


def compute_rows(register: Register, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows with all formulas and held fields."""
    frame = compute_formulas(register, library(), frame_of_rows(register, rows))
    return compute_volatile(register, library(), frame, linked_rows(), TODAY)


@cache
def computed(register_id: str) -> pl.DataFrame:
    """Return the example rows of a register with all formulas and held fields."""
    return compute_rows(library().register(register_id), entered(register_id).values())


@cache
def measured(register_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the figures over the example rows of a register, and the rows behind them."""
    ground = Ground(library(), pack().tables["regions"], "CN-SX", TODAY, linked_rows())
    return measure_rows(library().register(register_id), computed(register_id), ground)


def check_rows(register: Register, rows: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Return what is wrong in rows; the row of a place counts them from 0."""
    frame = frame_of_rows(register, rows)
    places = RowPlaces(register.id, rows=pl.int_range(frame.height, eager=True))
    return validate_rows(register, library(), frame, linked_rows(), places, TODAY)
