"""From the sheets of a file to typed columns: which column is which field, which rows are data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, Place
from dafeng.grids import column_letters
from dafeng.register.cells import (
    ReadColumn,
    Reading,
    read_booleans,
    read_codes,
    read_dates,
    read_numbers,
    read_periods,
    read_texts,
    read_years,
)
from dafeng.register.fields import RegisterField
from dafeng.register.geometry import read_geometries
from dafeng.register.headings import Header, Matched, Names, Target, match_header, plain_heading, unit_factor
from dafeng.register.identity import compact_usccs
from dafeng.register.mapping import codes_of
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dafeng.grids import Cell, Grid
    from dafeng.register.library import Library
    from dafeng.register.model import Register

HEADER_ROWS = 40
"""Rows at the top of a sheet among which the headings are looked for."""
_TOTALS = re.compile(r"(合\s*计|总\s*计|小\s*计|totals?|sum)[:：]?", re.IGNORECASE)
_REMARK = re.compile(
    r"(注|备注|说明|填表|填报|审核|审批|单位负责人|负责人|联系|制表|复核|日期|note|remark)", re.IGNORECASE
)
_PERCENT_UNITS = {"%": 1.0, "1": 0.01}


@dataclass(frozen=True, slots=True)
class SentSheet:
    """A sheet as it was sent, with what its columns are.

    Parameters
    ----------
    grid : Grid
        All cells.
    header : Header
        Headings.
    part : str
        Empty for the rows, else the id of the list.
    """

    grid: Grid
    header: Header
    part: str

    def column_of(self, name: str) -> int | None:
        """Return the column of a field as findings call it, from 0."""
        return next((m.column for m in self.header.columns if self.call(m.target.name) == name), None)

    def heading(self, column: int) -> str:
        """Return the heading of a column as it was sent, in one line."""
        cell = self.grid.rows[self.header.row][column]
        return "" if cell is None else " ".join(str(cell).split())

    def call(self, name: str) -> str:
        """Return how findings call a column: ``list.field`` on the sheet of a list."""
        return f"{self.part}.{name}" if self.part and not name.startswith("parent.") else name


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """Typed columns of one sheet.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns of the sheet that were recognised, as fields; ``parent.<key>`` for keys of the row of a line.
    rows : polars.Series
        Row of each in the sheet (1 = first).
    shown : frozenset of str
        Columns of the frame that are held elsewhere or computed: never stored.
    findings : list of Finding
        Cells that could not be read, columns that nothing bears, rows that were left out.
    """

    frame: pl.DataFrame
    rows: pl.Series
    shown: frozenset[str]
    findings: list[Finding]


def find_header(grid: Grid, names: Names) -> Header:
    """Return the row of headings that fits best among the first rows of a sheet.

    Parameters
    ----------
    grid : Grid
        Sheet.
    names : Names
        Spellings of its columns.
    """
    top = grid.rows[: HEADER_ROWS + 5]
    tried = [match_header(top, row, names) for row in range(min(len(top), HEADER_ROWS))]
    return max(tried, key=lambda header: (header.score, -header.row))


def read_columns(
    sent: SentSheet, register: Register, library: Library, constants: dict[str, str]
) -> ReadSheet:
    """Return the typed columns of a sheet.

    Parameters
    ----------
    sent : SentSheet
        Sheet with its headings.
    register, library
        Definitions and vocabularies.
    constants : dict of str to str
        Field -> text that stands in every row.
    """
    grid, header = sent.grid, sent.header
    findings = _check_columns(sent)
    chosen, rows, left_out = _choose_rows(sent)
    findings += left_out
    cells = list(zip(*chosen, strict=True)) if chosen else [()] * grid.width
    typed: dict[str, pl.Series] = {}
    for matched in header.columns:
        name = matched.target.name
        if matched.target.role == "ignored" or name in typed:
            continue
        called = sent.call(name)
        place = Place(grid.name, grid.sheet, header.row + 1, called)
        how, problems = _how(matched, place, register, library)
        findings += problems
        read = read_field(cells[matched.column], matched, register, library, how)
        typed[name] = read.values.alias(name)
        findings += _bad_cells(read, rows, Place(grid.name, grid.sheet, None, called))
        findings += _suspect_fractions(read, matched, Place(grid.name, grid.sheet, None, called))
    for name, text in constants.items():
        matched = Matched(-1, Target(name, "field", register.field(name)))
        read = read_field([text], matched, register, library, Reading())
        typed[name] = pl.repeat(read.values[0], len(rows), dtype=read.values.dtype, eager=True).alias(name)
    shown = frozenset(m.target.name for m in header.columns if m.target.role == "shown")
    frame = pl.DataFrame(list(typed.values())) if typed else pl.DataFrame()
    return ReadSheet(frame, rows, shown, findings)


def read_field(
    cells: Sequence[Cell], matched: Matched, register: Register, library: Library, how: Reading
) -> ReadColumn:
    """Return the typed values of one column.

    Parameters
    ----------
    cells : sequence of Cell
        As they stand in the sheet.
    matched : Matched
        Which field it is.
    register, library
        Definitions and vocabularies.
    how : Reading
        Factor, spellings.
    """
    field = matched.target.field
    if field is None:
        return _read_system(cells, matched.target.name, register)
    if field.kind in _READERS:
        return _READERS[field.kind](cells, how)
    if not isinstance(field, RegisterField):
        return read_texts(cells)
    vocabulary = library.vocabulary(register.id, field)
    if vocabulary is not None:
        return read_codes(cells, vocabulary.spellings, how, many=field.kind == "codes")
    read = read_texts(cells)
    if field.kind == "geometry":  # what cannot be used stays as it is, for the checks to tell
        spelled = read_geometries(read.values, field.geometry).values
        return ReadColumn(
            pl.select(pl.coalesce(spelled, read.values)).to_series(), read.bad, read.code, read.texts
        )
    if field.kind == "uscc" or _points_to_uscc(field, library):
        return ReadColumn(compact_usccs(read.values), read.bad, read.code, read.texts)
    return read


_READERS: dict[str, Callable[[Sequence[Cell], Reading], ReadColumn]] = {
    "number": read_numbers,
    "integer": lambda cells, how: read_numbers(cells, how, whole=True),
    "year": read_years,
    "boolean": lambda cells, _how: read_booleans(cells),
    "date": read_dates,
    "period": lambda cells, _how: read_periods(cells),
}


def _points_to_uscc(field: RegisterField, library: Library) -> bool:
    if field.kind != "link" or field.link not in library.registers:
        return False
    register = library.registers[field.link]
    return len(register.key) == 1 and register.field(register.key[0]).kind == "uscc"


def _read_system(cells: Sequence[Cell], name: str, register: Register) -> ReadColumn:
    if name == "version":
        return read_numbers(cells, Reading(), whole=True)
    if name == "state":
        spelled = {
            s.lower(): state.code for state in register.states for s in (state.code, state.zh, state.en)
        }
        return read_codes(cells, spelled, Reading(), many=False)
    if name == "grade":
        return read_codes(cells, {"a": "A", "b": "B", "c": "C", "x": "X"}, Reading(), many=False)
    return read_texts(cells)


def _how(
    matched: Matched, place: Place, register: Register, library: Library
) -> tuple[Reading, list[Finding]]:
    field = matched.target.field
    if field is None:
        return Reading(), []
    factor, problems = unit_factor(matched, place)
    percent = _PERCENT_UNITS.get(field.unit) if field.kind in {"number", "integer"} else None
    mapped = matched.mapped
    if mapped is None:
        return Reading(factor, percent), problems
    vocabulary = library.vocabulary(register.id, field) if isinstance(field, RegisterField) else None
    codes = codes_of(mapped, vocabulary.spellings if vocabulary else {})
    return Reading(factor, percent, mapped.decimal_comma, mapped.date_formats, codes), problems


def _check_columns(sent: SentSheet) -> list[Finding]:
    """Return findings for columns that stand twice and for headings that nothing bears."""
    grid, header = sent.grid, sent.header
    names = [m.target.name for m in header.columns if m.target.role != "ignored"]
    place = Place(grid.name, grid.sheet, header.row + 1)
    found = [
        Finding("column_repeated", place, {"column": name})
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    known = {m.target.field.zh for m in header.columns if m.target.field is not None}
    for number, text in header.unknown:
        params = {"column": text, "letters": column_letters(number), "suggestion": Suggestion(text, known)}
        found.append(Finding("row_column_ignored", place, params, "note"))
    return found


def _choose_rows(sent: SentSheet) -> tuple[list[tuple[Cell, ...]], pl.Series, list[Finding]]:
    """Return the rows of data with their numbers; blank rows are left out, totals and remarks too."""
    grid, header = sent.grid, sent.header
    columns = [m.column for m in header.columns if m.target.role != "ignored"]
    chosen, numbers, findings = [], [], []
    for number, row in enumerate(grid.rows[header.data_row :], header.data_row + 1):
        filled = [cell for column in columns if (cell := row[column]) is not None]
        if not filled:
            continue
        if isinstance(filled[0], str) and (
            _TOTALS.fullmatch(filled[0])
            or (len(filled) == 1 and len(columns) > 1 and _REMARK.match(filled[0]))
        ):
            place = Place(grid.name, grid.sheet, number)
            findings.append(Finding("row_left_out", place, {"text": filled[0][:40]}, "note"))
            continue
        chosen.append(row)
        numbers.append(number)
    return chosen, pl.Series("row", numbers, dtype=pl.Int64), findings


def _bad_cells(read: ReadColumn, rows: pl.Series, place: Place) -> list[Finding]:
    if not read.code:
        return []
    return [
        Finding(read.code, Place(place.file, place.sheet, row, place.column), {"value": text})
        for row, text in zip(rows.filter(read.bad), read.texts.filter(read.bad), strict=True)
    ]


def _suspect_fractions(read: ReadColumn, matched: Matched, place: Place) -> list[Finding]:
    """Return a warning where all values of a percentage are fractions: a cell shown as 35% holds 0.35."""
    if getattr(matched.target.field, "unit", "") != "%" or matched.target.role == "shown":
        return []
    values = read.values.drop_nulls()
    positive = values.filter(values > 0)
    if positive.is_empty() or float(positive.max()) > 1:  # type: ignore[arg-type]
        return []
    params = {"largest": positive.max()}
    return [Finding("row_percent_fraction", place, params, "warning")]


def heading_key(text: str) -> str:
    """Return a name of a sheet in the form in which names are compared."""
    return plain_heading(re.sub(r"[\[\]:*?/\\]", "", text))
