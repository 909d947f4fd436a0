"""One sheet of an official table: where its labels, fuels and figures stand, and what they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.balance.captions import Caption, continue_caption, read_caption
from dafeng.balance.labels import UnitWord, flatten, match_label, match_unit, spellings_of, unit_in_label
from dafeng.balance.model import COAL_EQUIVALENT_UNIT
from dafeng.errors import Finding, InputRefused
from dafeng.grids import Grid, column_letters
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dafeng.balance.model import Measure
    from dafeng.errors import Place
    from dafeng.grids import Cell

LEAST_LABELS = 3
"""Rows with a known label that make a column one of labels."""
MAX_ROWS, MAX_COLUMNS = 2000, 400
BLANK_SIGNS = frozenset({"-", "--", "---", "/"})
"""Signs that yearbooks put where there is nothing."""
TOO_SMALL = frozenset({"…", "...", "……", "......", "⋯"})
"""Signs for a figure that exists and is not told; it stays in the table without a number."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")
_CONTINUED = re.compile(r"续表|\(续\)|\bcont(?:inued|\.|'d)")
_SHEET_UNIT = re.compile(r"单位|\bunits?\b")


@dataclass(slots=True)
class SheetTable:
    """The figures of a sheet, by position.

    Parameters
    ----------
    grid : Grid
    caption : Caption
        What the lines above the figures say.
    rows, columns : dict of int to str
        Position in the sheet -> code of the row or fuel, figures or not.
    cells : list of (int, int, float or None)
        Row and column position, value with the sign of the file.
    units : dict of int to str
        Column -> accounting unit, where one is said.
    sheet_unit : str
        Unit of the whole sheet, if one is said.
    continues : bool
        Whether it is the further part (续表) of the table before it.
    findings : list of Finding
    """

    grid: Grid
    caption: Caption
    rows: dict[int, str] = field(default_factory=dict)
    columns: dict[int, str] = field(default_factory=dict)
    cells: list[tuple[int, int, float | None]] = field(default_factory=list)
    units: dict[int, str] = field(default_factory=dict)
    sheet_unit: str = ""
    continues: bool = False
    findings: list[Finding] = field(default_factory=list)

    def place(self, row: int, column: int | None = None) -> Place:
        """Return where a cell stands."""
        return self.grid.place(row, column)


def read_sheet(grid: Grid, errors: Collection[tuple[int, int]] = ()) -> list[SheetTable]:
    """Return the tables of a sheet, one below the other; none where the sheet has no balance.

    Parameters
    ----------
    grid : Grid
        Fuels are columns; one or several lines of titles, names and units stand above the figures.
    errors : collection of (int, int)
        Cells that hold a failed formula.

    Raises
    ------
    InputRefused
        ``sheet_too_large``.
    """
    if len(grid.rows) > MAX_ROWS or grid.width > MAX_COLUMNS:
        size = {"rows": len(grid.rows), "columns": grid.width}
        raise InputRefused([Finding("sheet_too_large", grid.place(0), size)])
    parts = [_read_part(part, errors) for part in _split(grid)]
    tables = [table for table in parts if table is not None]
    if len(tables) < len(parts):  # what looked like a further table is none
        whole = _read_part(grid, errors)
        return [whole] if whole is not None else []
    for table in tables[1:]:
        table.continues = True
    return tables


def continue_tables(tables: Sequence[SheetTable]) -> None:
    """Let the further parts of a table have the title and unit of the part before where they lack them."""
    for before, table in pairwise(tables):
        if table.continues:
            table.caption = continue_caption(table.caption, before.caption)
            table.sheet_unit = table.sheet_unit or before.sheet_unit


def _split(grid: Grid) -> list[Grid]:
    """Return a sheet part by part, with all other lines blank.

    A further part begins where the first row comes again below new names of fuels; a line with figures above
    those names still belongs to the part before.
    """
    labels = _find_labels(grid)
    if not labels:
        return [grid]
    column = labels[min(labels)]
    rows = sorted(column)
    starts = [0]
    for before, row in pairwise(rows):
        named = [line for line in range(before + 1, row) if _names_fuels(grid.rows[line])]
        if column[row] == column[rows[0]] and named:
            above = range(before + 1, named[0])
            starts.append(1 + max((i for i in above if any(map(_is_figure, grid.rows[i]))), default=before))
    blank = (None,) * grid.width
    return [
        Grid(
            grid.name, grid.sheet,
            tuple(line if start <= i < end else blank for i, line in enumerate(grid.rows)),
        )
        for start, end in pairwise([*starts, len(grid.rows)])
    ]  # fmt: skip


def _names_fuels(line: tuple[Cell, ...]) -> bool:
    return any(isinstance(cell, str) and match_label("balance_fuels", cell) for cell in line)


def _read_part(grid: Grid, errors: Collection[tuple[int, int]]) -> SheetTable | None:
    labels = _find_labels(grid)
    if not labels:
        return None
    first = min(min(found) for found in labels.values())
    head = [cell for row in grid.rows[:first] for cell in row if isinstance(cell, str)]
    table = SheetTable(grid, read_caption(head))
    table.continues = any(_CONTINUED.search(flatten(text)) for text in (*head, grid.sheet))
    _name_rows(table, labels, first)
    _name_columns(table, set(labels), first)
    if not table.columns:
        return None
    used = range(first, max((i for i, row in enumerate(grid.rows) if any(c is not None for c in row))) + 1)
    _read_cells(table, {place for place in errors if place[0] in used})
    return table


def decide_measure(table: SheetTable, wanted: Measure | None) -> Measure:
    """Return whether a sheet is in physical units or in standard coal; findings go to the table.

    Parameters
    ----------
    table : SheetTable
    wanted : {"physical", "coal_equivalent"}, optional
        What the user says; it decides where the sheet is silent.
    """
    own = {code: row["activity_unit"] for code, row in terms.entries("balance_fuels").items()}
    told = {
        unit for column, unit in table.units.items() if own[table.columns[column]] != COAL_EQUIVALENT_UNIT
    }
    measures: set[Measure] = set()
    if told:
        measures = {"coal_equivalent" if unit == COAL_EQUIVALENT_UNIT else "physical" for unit in told}
    elif table.sheet_unit:
        measures = {"coal_equivalent" if table.sheet_unit == COAL_EQUIVALENT_UNIT else "physical"}
    else:
        measures = set(table.caption.measures)
    if len(measures) == 1:
        measure = measures.pop()
        if wanted in {None, measure}:
            _check_units(table, measure, own)
            return measure
    if not measures and wanted:
        return wanted
    severity = "error" if measures else "warning"
    code = "balance_measure_mixed" if measures else "balance_unit_unstated"
    table.findings.append(
        Finding(code, table.place(0), severity="error" if severity == "error" else "warning")
    )
    return wanted or "physical"


def _check_units(table: SheetTable, measure: Measure, own: dict[str, str]) -> None:
    for column, unit in table.units.items():
        fuel = table.columns[column]
        expected = own[fuel] if measure == "physical" else COAL_EQUIVALENT_UNIT
        if unit != expected:
            params = {"what": fuel, "value": UnitWord(unit), "expected": UnitWord(expected)}
            table.findings.append(Finding("unit_wrong", table.place(0, column), params))


def _find_labels(grid: Grid) -> dict[int, dict[int, frozenset[str]]]:
    """Return the columns of row labels: column -> row -> codes it may mean."""
    found: dict[int, dict[int, frozenset[str]]] = {}
    for column in range(grid.width):
        named = {
            row: codes
            for row, cells in enumerate(grid.rows)
            if isinstance(cells[column], str) and (codes := match_label("balance_rows", str(cells[column])))
        }
        if len(named) >= LEAST_LABELS:
            found[column] = named
    return found


def _name_rows(table: SheetTable, labels: dict[int, dict[int, frozenset[str]]], first: int) -> None:
    """Give every row its code; one that could be in two sections belongs to the section it stands in."""
    entries = terms.entries("balance_rows")
    section = "supply"
    seen: dict[str, int] = {}
    unknown: list[int] = []
    for row in range(first, len(table.grid.rows)):
        named = [found[row] for found in labels.values() if row in found]
        codes = frozenset.intersection(*named) if named else frozenset[str]()
        if len(codes) > 1:
            codes = frozenset(code for code in codes if entries[code]["section"] == section)
        if len(codes) != 1:
            unknown.append(row)
            continue
        code = next(iter(codes))
        section = entries[code]["section"]
        if code in seen:
            params = {"label": code, "first": seen[code] + 1}
            table.findings.append(Finding("balance_row_repeated", table.place(row), params))
            continue
        seen[code] = row
        table.rows[row] = code
    for row in unknown:
        _report_row(table, row, labels)


def _report_row(table: SheetTable, row: int, labels: Collection[int]) -> None:
    """Tell of a row with figures whose label is unknown; a line of text (a note, a source) is none.

    What other rows of the table are already is not suggested.
    """
    cells = table.grid.rows[row]
    figures = [cell for column, cell in enumerate(cells) if column not in labels and _is_figure(cell)]
    if figures:
        label = next((str(cells[c]) for c in labels if isinstance(cells[c], str)), "")
        params = {
            "label": label, "count": len(figures),
            "suggestion": Suggestion(label, spellings_of("balance_rows", frozenset(table.rows.values()))),
        }  # fmt: skip
        table.findings.append(Finding("balance_row_unknown", table.place(row), params, "warning"))


def _name_columns(table: SheetTable, labels: set[int], first: int) -> None:
    head = table.grid.rows[:first]
    seen: dict[str, int] = {}
    unknown: list[tuple[Place, int, list[str]]] = []
    for column in range(table.grid.width):
        texts = [str(row[column]) for row in head if isinstance(row[column], str)]
        _read_units(table, column, texts)
        if column in labels:
            continue
        codes = _fuels_of(head, column, texts)
        line = next((i for i, row in enumerate(head) if isinstance(row[column], str)), 0)
        if len(codes) != 1:
            unknown.append((table.place(line, column), column, texts))
            continue
        code = next(iter(codes))
        if code in seen:
            params = {"label": code, "first": column_letters(seen[code])}
            table.findings.append(Finding("balance_column_repeated", table.place(line, column), params))
            continue
        seen[code] = column
        table.columns[column] = code
    for place, column, texts in unknown:
        _report_column(table, place, column, texts)
    table.units = {column: unit for column, unit in table.units.items() if column in table.columns}


def _fuels_of(head: tuple[tuple[Cell, ...], ...], column: int, texts: list[str]) -> frozenset[str]:
    """Return the fuels that the lines above a column name: one by one, then joined, then with its group."""
    named = [codes for text in texts if (codes := match_label("balance_fuels", text))]
    if not named:
        words = [text for text in texts if not match_unit(text)]
        joined = ["".join(words[start:]) for start in range(len(words))]
        groups = [_group_of(row, column) for row in head]
        joined += [group + words[-1] for group in groups if group and words]
        named = [codes for text in joined if (codes := match_label("balance_fuels", text))]
    return frozenset.union(*named) if named else frozenset()


def _group_of(row: tuple[Cell, ...], column: int) -> str:
    """Return the text of a merged cell that spans a column: the nearest one to its left."""
    return next((str(cell) for cell in reversed(row[: column + 1]) if isinstance(cell, str)), "")


def _read_units(table: SheetTable, column: int, texts: list[str]) -> None:
    for text in texts:
        unit = match_unit(text) or unit_in_label(text)
        if unit and _SHEET_UNIT.search(flatten(text)):
            table.sheet_unit = unit
        elif unit:
            table.units[column] = unit


def _report_column(table: SheetTable, place: Place, column: int, texts: list[str]) -> None:
    figures = sum(_is_figure(table.grid.rows[row][column]) for row in table.rows)
    if figures:
        label = " / ".join(text for text in texts if not match_unit(text))
        params = {
            "label": label, "count": figures,
            "suggestion": Suggestion(label, spellings_of("balance_fuels", frozenset(table.columns.values()))),
        }  # fmt: skip
        table.findings.append(Finding("balance_column_unknown", place, params, "warning"))


def _is_figure(cell: Cell) -> bool:
    if isinstance(cell, float):
        return True
    if not isinstance(cell, str) or flatten(cell) in BLANK_SIGNS:
        return False
    text = flatten(cell).replace(" ", "")
    return bool(re.search("[0-9]", text)) and _NUMBER.fullmatch(text) is not None


def _read_cells(table: SheetTable, errors: set[tuple[int, int]]) -> None:
    for row, column in sorted(errors):
        table.findings.append(Finding("cell_formula_error", table.place(row, column)))
    for row in table.rows:
        for column in table.columns:
            _read_cell(table, row, column)


def _read_cell(table: SheetTable, row: int, column: int) -> None:
    cell = table.grid.rows[row][column]
    if cell is None:
        return
    text = flatten(cell).replace(" ", "") if isinstance(cell, str) else ""
    if isinstance(cell, float):
        table.cells.append((row, column, cell))
    elif isinstance(cell, str) and (not text or text in BLANK_SIGNS):
        return
    elif isinstance(cell, str) and text in TOO_SMALL:
        table.cells.append((row, column, None))
        table.findings.append(Finding("balance_cell_untold", table.place(row, column), severity="note"))
    elif isinstance(cell, str) and _is_figure(cell):
        table.cells.append((row, column, float(text.replace(",", ""))))
    else:
        table.findings.append(Finding("cell_not_number", table.place(row, column), {"value": cell}))
