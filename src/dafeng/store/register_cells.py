"""What the workbooks of registers share: formats, drop-downs, checks of cells, notes."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dafeng.grids import column_letters
from dafeng.register.intake import CODES_SHEET
from dafeng.register.template import LONGEST_CELL
from dafeng.store.sheet_bytes import CREATED

if TYPE_CHECKING:
    from io import BytesIO

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from dafeng.grids import Cell
    from dafeng.register.template import TemplateColumn

FONT = "宋体"
LAST_ROW = 1_048_575
"""Last row of a sheet, from 0."""
INLINE_LIST = 255
"""Longest text of a drop-down that stands in the cell itself; a longer one stands on the hidden sheet."""
MANY_ROWS = 20_000
"""A workbook with a sheet of more rows is written to disk row by row."""
MESSAGE, TITLE = 255, 32
"""Longest text and title of a note at a cell. [characters]"""
_GUARDED = re.compile(r"'+[=+@\t\r-]")
_MOST = 1e15
_RED, _GREY = "#C00000", "#595959"
_HEAD: dict[str, Any] = {"text_wrap": True, "border": 1, "valign": "vcenter", "align": "center"}
_BAD: dict[str, Any] = {"bg_color": "#FF9999", "border": 1, "border_color": _RED}
_FORMATS: dict[str, dict[str, Any]] = {
    "plain": {},
    "title": {"bold": True, "font_size": 14},
    "small": {"font_color": _GREY, "font_size": 9},
    "head": {**_HEAD, "bold": True, "bg_color": "#DDEBF7"},
    "needed": {**_HEAD, "bold": True, "bg_color": "#FCE4D6", "font_color": _RED},
    "shown": {**_HEAD, "bold": True, "bg_color": "#D9D9D9", "font_color": _GREY},
    "english": {**_HEAD, "font_size": 9, "font_color": _GREY},
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd"},
    "grey": {"bg_color": "#EDEDED", "font_color": _GREY},
    "grey_text": {"bg_color": "#EDEDED", "font_color": _GREY, "num_format": "@"},
    "grey_date": {"bg_color": "#EDEDED", "font_color": _GREY, "num_format": "yyyy-mm-dd"},
    "bad": _BAD,
    "bad_date": {**_BAD, "num_format": "yyyy-mm-dd"},
    "problem": {"font_color": _RED, "text_wrap": True, "valign": "top"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "label": {"bold": True, "valign": "top", "text_wrap": True},
}  # fmt: skip


class RegisterBook:
    """An XLSX workbook under way: its formats and the hidden sheet of long drop-downs.

    Parameters
    ----------
    stream : BytesIO
        Where it goes.
    many_rows : bool
        Rows are written to disk one by one, so that memory stays small.
    """

    def __init__(self, stream: BytesIO, *, many_rows: bool = False) -> None:
        import xlsxwriter  # noqa: PLC0415 - only who writes needs it

        options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": many_rows}
        self.book: Workbook = xlsxwriter.Workbook(stream, options)
        self.book.set_properties({"created": CREATED})
        self.formats: dict[str, Format] = {
            name: self.book.add_format({"font_name": FONT, "font_size": 11, **look})
            for name, look in _FORMATS.items()
        }
        self._lists: dict[tuple[str, ...], int] = {}

    def list_source(self, choices: tuple[str, ...]) -> list[str] | str:
        """Return the source of a drop-down: the texts, or the range of the hidden sheet."""
        inline = len(",".join(choices)) <= INLINE_LIST and not any("," in text for text in choices)
        if inline:
            return list(choices)
        column = self._lists.setdefault(choices, len(self._lists))
        letters = column_letters(column)
        return f"='{CODES_SHEET}'!${letters}$1:${letters}${len(choices)}"

    def close(self) -> None:
        """Write the hidden sheet of drop-downs and finish the workbook."""
        if self._lists:
            hidden = self.book.add_worksheet(CODES_SHEET)
            columns = sorted(self._lists, key=lambda choices: self._lists[choices])
            for row in range(max(map(len, columns))):
                for number, choices in enumerate(columns):
                    if row < len(choices):
                        hidden.write_string(row, number, choices[row])
            hidden.hide()
        self.book.close()


def write_cell(sheet: Worksheet, place: tuple[int, int], cell: Cell | int, form: Format | None) -> None:
    """Write one cell as what it is: a text is never a formula.

    Parameters
    ----------
    sheet : Worksheet
        Sheet.
    place : (int, int)
        Row and column, from 0.
    cell : str, float, bool, date or None
        Value; a text longer than :data:`~dafeng.register.template.LONGEST_CELL` is cut.
    form : Format, optional
        Look.
    """
    row, column = place
    if cell is None:
        if form is not None:
            sheet.write_blank(row, column, None, form)
    elif isinstance(cell, str):
        sheet.write_string(row, column, guard_text(cell)[:LONGEST_CELL], form)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, form)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), form)  # noqa: DTZ001 - cells have no zone
    else:
        sheet.write_number(row, column, cell, form)


def guard_text(text: str) -> str:
    """Return a text so that reading it takes away what CSV puts in front of risky texts, and no more."""
    return f"'{text}" if _GUARDED.match(text) else text


def add_check(
    book: RegisterBook, sheet: Worksheet, column: TemplateColumn, number: int, first_row: int
) -> None:
    """Add drop-down, bounds and help to a column.

    Parameters
    ----------
    book : RegisterBook
        Workbook.
    sheet : Worksheet
        Sheet.
    column : TemplateColumn
        What is asked.
    number, first_row : int
        Column and first row of data, from 0.
    """
    if column.locked:
        return
    rule = _rule(book, column)
    title = column.zh[:TITLE]
    help_text = "\n".join(text for text in (column.help_zh, column.help_en) if text)
    rule |= {"input_title": title, "error_title": title, "ignore_blank": True}
    if help_text:
        rule["input_message"] = help_text[:MESSAGE]
    sheet.data_validation(first_row, number, LAST_ROW, number, rule)


def _rule(book: RegisterBook, column: TemplateColumn) -> dict[str, Any]:
    if column.choices:
        wrong = "请从下拉列表中选择 / choose from the list"
        return {"validate": "list", "source": book.list_source(column.choices), "error_message": wrong}
    if column.kind in {"number", "whole"}:
        low, high = column.low, column.high
        bounds_text = ("" if low is None else f"≥ {low:g} ") + ("" if high is None else f"≤ {high:g}")
        wrong = f"请填数字 / a number: {bounds_text}"
        bounds = {"minimum": -_MOST if low is None else low, "maximum": _MOST if high is None else high}
        kind = "integer" if column.kind == "whole" else "decimal"
        return {"validate": kind, "criteria": "between", **bounds, "error_message": wrong}
    if column.kind == "date":
        days = {"minimum": date(1900, 1, 1), "maximum": date(2100, 12, 31)}
        wrong = "请填日期，例如 2026-11-22 / a date like 2026-11-22"
        return {"validate": "date", "criteria": "between", **days, "error_message": wrong}
    wrong = f"最多 {column.longest} 字 / at most {column.longest} characters"
    return {"validate": "length", "criteria": "<=", "value": column.longest, "error_message": wrong}
