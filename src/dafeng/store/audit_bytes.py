"""Contract tables as the bytes of a workbook for readers: names in two languages, filters, wrapped text."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl
import xlsxwriter

from dafeng.store.sheet_bytes import CREATED
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from xlsxwriter.worksheet import Worksheet

    from dafeng.table import Table

HEAD_LINES = 2
LEAST_WIDTH, MOST_WIDTH, WIDTH_SAMPLE = 8, 60, 200
MAX_TEXT = 32767
COLOURS = {"error": "#F6D5D5", "warning": "#FBEBC8"}
"""Background of the cell that says how severe a finding is."""


@dataclass(frozen=True, slots=True)
class TableSheet:
    """One sheet: name, table, its contract, columns that are left out, words for codes (column -> code)."""

    name: str
    frame: pl.DataFrame
    contract: type[Table]
    hidden: Collection[str] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def table_sheets_bytes(sheets: Iterable[TableSheet]) -> bytes:
    """Return a workbook with one sheet a table; the same tables give the same bytes.

    Text is written as text: a cell that begins with ``=`` is no formula. A missing value is an empty cell.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": CREATED})
    form = {"valign": "top", "text_wrap": True}
    forms = {
        "head": book.add_format({**form, "bold": True, "bottom": 1}),
        "cell": book.add_format(form),
        **{code: book.add_format({**form, "bg_color": colour}) for code, colour in COLOURS.items()},
    }
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, forms)
    book.close()
    return stream.getvalue()


def _write_sheet(target: Worksheet, sheet: TableSheet, forms: dict[str, Any]) -> None:
    specs = [spec for spec in columns_of(sheet.contract) if spec.name not in sheet.hidden]
    for place, spec in enumerate(specs):
        target.write_string(0, place, spec.zh, forms["head"])
        target.write_string(1, place, spec.en, forms["head"])
        names = sheet.names.get(spec.name)
        values = sheet.frame[spec.name]
        if names is not None:
            values = values.replace(names)
        for row, value in enumerate(values.to_list(), HEAD_LINES):
            form = forms.get(str(value), forms["cell"]) if spec.name == "severity" else forms["cell"]
            if isinstance(value, bool):
                target.write_string(row, place, "是 yes" if value else "否 no", form)
            elif isinstance(value, int | float):
                target.write_number(row, place, value, form)
            elif value is not None:
                target.write_string(row, place, str(value)[:MAX_TEXT], form)
        texts = [
            spec.zh,
            spec.en.split(" ", maxsplit=1)[0],
            *values.head(WIDTH_SAMPLE).cast(pl.String).fill_null(""),
        ]
        width = max(sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) for text in texts)
        target.set_column(place, place, min(MOST_WIDTH, max(LEAST_WIDTH, width + 2)))
    target.freeze_panes(HEAD_LINES, 1)
    if sheet.frame.height:
        target.autofilter(HEAD_LINES - 1, 0, HEAD_LINES - 1 + sheet.frame.height, len(specs) - 1)
