"""Lines of cells as the bytes of a workbook or a CSV text."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta, timezone
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.balance import SheetLines

CREATED = datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=8)))
LABEL_WIDTH, FIGURE_WIDTH = 34, 12
_FORMULA = re.compile(r"[=+@\t\r-]")


def sheet_bytes(sheets: Iterable[SheetLines]) -> bytes:
    """Return a workbook with one sheet each; the same sheets give the same bytes.

    Parameters
    ----------
    sheets : iterable of SheetLines
        Text is written as text: a cell that begins with ``=`` is no formula.

    Returns
    -------
    bytes
        XLSX.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": CREATED})
    title, head = (
        book.add_format({"bold": True}),
        book.add_format({"bold": True, "text_wrap": True, "bottom": 1}),
    )
    for content in sheets:
        sheet = book.add_worksheet(content.name)
        sheet.set_column(0, content.label_columns - 1, LABEL_WIDTH)
        sheet.set_column(content.label_columns, 400, FIGURE_WIDTH)
        sheet.freeze_panes(content.head, content.label_columns)
        for row, line in enumerate(content.lines):
            form = title if row < content.titles else head if row < content.head else None
            for column, cell in enumerate(line):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell, form)
                elif cell is not None:
                    sheet.write_number(row, column, cell)
    book.close()
    return stream.getvalue()


def sheet_csv(sheet: SheetLines) -> bytes:
    """Return a sheet as CSV (UTF-8 with byte-order mark); a risky text gets an apostrophe in front."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for line in sheet.lines:
        writer.writerow(["" if cell is None else _safe(cell) for cell in line])
    return text.getvalue().encode("utf-8-sig")


def _safe(cell: str | float) -> str:
    if isinstance(cell, float | int):
        return repr(cell)
    return f"'{cell}" if _FORMULA.match(cell) else cell
