"""The form of a self-assessment as the bytes of a workbook: grey cells are locked, white ones are open."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import xlsxwriter

from dafeng.register.tasks_assessment import GIVEN, HEADINGS, OWN
from dafeng.register.tasks_form import ITEMS_SHEET, MARK_SHEET, MOST_POINTS, NUMBERS, WHOLE, WHOLE_SHEET
from dafeng.store.sheet_bytes import CREATED

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from dafeng.register.tasks_form import TaskForm

WIDTHS = {
    "item_no": 16, "item_kind": 8, "clause": 8, "name": 30, "goal": 34, "item_due": 11, "figure": 16,
    "figure_period": 11, "figure_source": 26, "figure_grade": 6, "verdict": 12, "level": 10,
    "task_state": 11, "own_words": 36, "own_score": 10, "measures_taken": 36, "problems": 36,
}  # fmt: skip
"""Width of each column. [characters]"""
KEPT_COLUMNS = 4
_GREY, _EDGE = "#EDEDED", "#B0B0B0"
_OPEN = {
    "objects": True, "format_cells": True, "format_columns": True, "format_rows": True, "autofilter": True,
    "sort": True,
}  # fmt: skip


def task_form_bytes(form: TaskForm) -> bytes:
    """Return a form as a workbook; the same form gives the same bytes.

    Cells that were filled in beforehand are locked without a password: who changes one is told so when the
    form comes back. Texts are written as text: a cell that begins with ``=`` is no formula.

    Parameters
    ----------
    form : TaskForm

    Returns
    -------
    bytes
        XLSX.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": CREATED, "title": form.title})
    forms = _make_formats(book)
    _write_items(book.add_worksheet(ITEMS_SHEET), form, forms)
    _write_whole(book.add_worksheet(WHOLE_SHEET), form, forms)
    marks = book.add_worksheet(MARK_SHEET)
    for row, (name, value) in enumerate(form.marks.items()):
        marks.write_string(row, 0, name, forms["given"])
        marks.write_string(row, 1, value, forms["given"])
    marks.set_column(0, 1, 28)
    marks.protect("", {})
    book.close()
    return stream.getvalue()


def _make_formats(book: Workbook) -> dict[str, Format]:
    cell = {"valign": "top", "text_wrap": True, "border": 1, "border_color": _EDGE, "font_size": 10}
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "line": book.add_format({"font_size": 10, "font_color": "#444444"}),
        "head": book.add_format({**cell, "bold": True, "bg_color": "#D9E2EC", "align": "center"}),
        "given": book.add_format({**cell, "bg_color": _GREY}),
        "own": book.add_format({**cell, "locked": False}),
    }


def _write_items(sheet: Worksheet, form: TaskForm, forms: dict[str, Format]) -> None:
    for row, (text, name) in enumerate(
        ((form.title, "title"), (form.form_line, "line"), (form.note, "line"))
    ):
        sheet.write_string(row, 0, text, forms[name])
    head, columns = 4, (*GIVEN, *OWN)
    for place, name in enumerate(columns):
        for line, text in enumerate(HEADINGS[name]):
            sheet.write_string(head + line, place, text, forms["head"])
        sheet.set_column(place, place, WIDTHS[name])
    for row, item in enumerate(form.rows, head + 2):
        for place, name in enumerate(columns):
            _write_cell(sheet, (row, place), item[name], forms["own" if name in OWN else "given"])
    last = head + 2 + len(form.rows) - 1
    if form.rows:
        score = columns.index("own_score")
        sheet.data_validation(head + 2, score, last, score, _score_rule())
        sheet.autofilter(head + 1, 0, last, len(columns) - 1)
    sheet.freeze_panes(head + 2, KEPT_COLUMNS)
    _print_wide(sheet, head)
    sheet.protect("", _OPEN)


def _write_whole(sheet: Worksheet, form: TaskForm, forms: dict[str, Format]) -> None:
    sheet.write_string(0, 0, form.title, forms["title"])
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 90)
    for row, (name, words) in enumerate(WHOLE.items(), 2):
        for place, text in enumerate(words):
            sheet.write_string(row, place, text, forms["head"])
        _write_cell(sheet, (row, 2), form.whole[name], forms["own"])
        if name in NUMBERS:
            sheet.data_validation(row, 2, row, 2, _score_rule())
        sheet.set_row(row, 160 if name == "summary" else 22)
    sheet.protect("", _OPEN)


def _write_cell(sheet: Worksheet, at: tuple[int, int], value: Any, form: Format) -> None:
    if value is None or value == "":
        sheet.write_blank(*at, None, form)
    elif isinstance(value, int | float):
        sheet.write_number(*at, value, form)
    else:
        sheet.write_string(*at, str(value), form)


def _score_rule() -> dict[str, Any]:
    return {
        "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": MOST_POINTS,
        "error_title": "得分 / score", "error_message": "请填 0 到 100 的数或留空 / 0 to 100, or empty",
    }  # fmt: skip


def _print_wide(sheet: Worksheet, head: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head, head + 1)
