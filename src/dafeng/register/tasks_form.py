"""The form of a self-assessment as a workbook: what stands in it, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng.errors import Finding, InputRefused, Place
from dafeng.register.tasks_assessment import GIVEN, HEADINGS, OWN, show_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.grids import Cell, Grid

ITEMS_SHEET, WHOLE_SHEET, MARK_SHEET = "自评表", "总体自评", "表信息"
FORMAT = "dafeng self-assessment 1"
MARKS = ("format", "subject", "period", "version")
"""What the sheet of marks says of the form."""
WHOLE = {
    "summary": ("总体自评", "Summary in own words"), "own_total": ("自评总分", "Own total score"),
    "rule": ("计分规则", "Rules of the score"), "signer": ("填报人", "Filled in by"),
}  # fmt: skip
"""Field of the whole form -> its headings."""
NUMBERS = frozenset({"own_score", "own_total"})
MOST_POINTS = 100.0

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaskForm:
    """A form ready to be written.

    Parameters
    ----------
    title, form_line, note : str
        Title; legal marks; what to do.
    rows : sequence of mapping
        Texts of :data:`~dafeng.register.tasks_assessment.GIVEN`, values of ``OWN``.
    whole : mapping
        Values of the fields of the whole form.
    marks : mapping of str to str
        By which the form is known again.
    """

    title: str
    form_line: str
    note: str
    rows: Sequence[Mapping[str, Any]]
    whole: Mapping[str, Any]
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What came back.

    Parameters
    ----------
    marks : mapping of str to str
    answers : sequence of mapping
    places : sequence of Place
        Where each answer stands.
    whole : mapping
        Fields of the whole form.
    findings : tuple of Finding
        Cells that cannot be read.
    """

    marks: Mapping[str, str]
    answers: Sequence[Row]
    places: Sequence[Place]
    whole: Row
    findings: tuple[Finding, ...]


def compose_form(row: Mapping[str, Any], form_line: str) -> TaskForm:
    """Return the form of a self-assessment.

    Parameters
    ----------
    row : mapping
        Row of the register.
    form_line : str
        Legal marks, or that it is for internal use.
    """
    note = f"预填数据截至 {row['as_of']}；灰色单元格由系统预填，请勿改动；只填白色单元格。"
    rows = [show_item(item) | {name: item[name] for name in OWN} for item in row["items"] or ()]
    marks = (FORMAT, row["subject"], row["period"], str(row["version"]))
    whole = {name: row[name] for name in WHOLE}
    return TaskForm(row["title"], form_line, note, rows, whole, dict(zip(MARKS, marks, strict=True)))


def read_form(grids: Sequence[Grid], name: str) -> FilledForm:
    """Return what a filled form says.

    Parameters
    ----------
    grids : sequence of Grid
        Sheets of the workbook.
    name : str
        File, for messages.

    Raises
    ------
    InputRefused
        ``task_form_broken``: a sheet, a column or the marks are not there.
    """
    sheets = {grid.sheet: grid for grid in grids}
    missing = [sheet for sheet in (ITEMS_SHEET, WHOLE_SHEET, MARK_SHEET) if sheet not in sheets]
    if missing:
        raise _broken(name, f"{'、'.join(missing)}")
    marks = _read_pairs(sheets[MARK_SHEET])
    if marks.get("format") != FORMAT or set(MARKS) - set(marks) or not marks["version"].isdigit():
        raise _broken(name, MARK_SHEET)
    answers, places, problems = _read_items(sheets[ITEMS_SHEET], name)
    whole, more = _read_whole(sheets[WHOLE_SHEET])
    return FilledForm(marks, answers, places, whole, (*problems, *more))


def _broken(name: str, reason: str) -> InputRefused:
    return InputRefused([Finding("task_form_broken", Place(name), {"reason": reason})])


def _read_pairs(grid: Grid) -> dict[str, str]:
    return {str(row[0]): _text(row[1]) for row in grid.rows if len(row) > 1 and row[0] is not None}


def _read_items(grid: Grid, name: str) -> tuple[list[Row], list[Place], list[Finding]]:
    wanted = {HEADINGS[column][0]: column for column in (*GIVEN, *OWN)}
    head = next((at for at, row in enumerate(grid.rows) if row and row[0] == HEADINGS["item_no"][0]), None)
    if head is None:
        raise _broken(name, HEADINGS["item_no"][0])
    columns = {wanted[str(cell)]: at for at, cell in enumerate(grid.rows[head]) if str(cell) in wanted}
    absent = [HEADINGS[column][0] for column in (*GIVEN, *OWN) if column not in columns]
    if absent:
        raise _broken(name, "、".join(absent))
    answers, places, findings = [], [], []
    for at, cells in enumerate(grid.rows[head + 2 :], head + 2):
        if cells[columns["item_no"]] is None:
            continue
        place = grid.place(at)
        answer: Row = {column: _text(cells[columns[column]]) or None for column in (*GIVEN, *OWN)}
        number, found = _read_number(cells[columns["own_score"]], place, HEADINGS["own_score"][0])
        answers.append(answer | {"own_score": number})
        places.append(place)
        findings += found
    return answers, places, findings


def _read_whole(grid: Grid) -> tuple[Row, list[Finding]]:
    named = {zh: column for column, (zh, _) in WHOLE.items()}
    found: Row = {}
    findings: list[Finding] = []
    for at, row in enumerate(grid.rows):
        column = named.get(str(row[0]))
        if column is None or len(row) < 3:
            continue
        if column in NUMBERS:
            found[column], problems = _read_number(row[2], grid.place(at), WHOLE[column][0])
            findings += problems
        else:
            found[column] = _text(row[2]) or None
    return found, findings


def _read_number(cell: Cell, place: Place, column: str) -> tuple[float | None, list[Finding]]:
    if cell is None:
        return None, []
    try:
        number = float(str(cell))
    except ValueError:
        number = -1.0
    if 0 <= number <= MOST_POINTS:
        return number, []
    where = Place(place.file, place.sheet, place.row, column)
    return None, [Finding("task_score_invalid", where, {"value": cell})]


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
