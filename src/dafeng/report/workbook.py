"""The report as a workbook: one sheet a table, with names, units and field names above the data.

The same tables give the same bytes: the creation date is fixed and nothing depends on the clock. Text is
always written as text, so a cell that starts with ``=`` never becomes a formula.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl
import xlsxwriter

from dafeng.report.figures import unit_pair
from dafeng.report.words import plain
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from dafeng.report.context import ReportContext
    from dafeng.result import NamedTable
    from dafeng.table import ColumnSpec

HEADER_ROWS = 5
"""Title, Chinese names, English names, units, field names."""
CREATED = datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=8)))
SOURCES = "pack.sources"
MAX_SHEET_NAME, MAX_TEXT = 31, 32767
MIN_WIDTH, MAX_WIDTH, WIDTH_SAMPLE = 8, 48, 200
MOST_ROWS = 50_000
"""Rows of a table that gets a sheet; a longer one is named on the cover and stands in its own files."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Formats:
    """The few formats of the workbook."""

    title: Format
    head: Format
    field: Format
    link: Format
    wrap: Format
    stamp: Format


def write_workbook(context: ReportContext, stream: BinaryIO) -> None:
    """Write the workbook.

    Parameters
    ----------
    context : ReportContext
        Description of the run and its tables.
    stream : binary file
        Open for writing.
    """
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    meta = context.meta
    book.set_properties(
        {
            "title": plain("book.title", "zh", region=meta.region_zh),
            "comments": plain("stamp", "zh"),
            "author": f"dafeng {meta.software_version}".strip(),
            "created": CREATED.replace(tzinfo=None),
        }
    )
    formats = _make_formats(book)
    names = sheet_names(context)
    cover = book.add_worksheet(plain("book.cover", "zh"))
    for table_id, sheet in names.items():
        _write_table(book.add_worksheet(sheet), context.tables[table_id], formats)
    _write_cover(cover, context, names, formats)
    book.close()


def sheet_names(context: ReportContext) -> dict[str, str]:
    """Return table id -> name of its sheet, sources first; names are unique and legal in a workbook.

    A table of more than ``MOST_ROWS`` rows has no sheet.
    """
    order = list(context.tables)
    fitting = [name for name, table in context.tables.items() if table.frame.height <= MOST_ROWS]
    ids = sorted(fitting, key=lambda table_id: (table_id != SOURCES, order.index(table_id)))
    taken = {plain("book.cover", "zh").lower()}
    names: dict[str, str] = {}
    for table_id in ids:
        base = _FORBIDDEN.sub("_", table_id).strip("'") or "table"
        name, again = base[:MAX_SHEET_NAME], 2
        while name.lower() in taken:
            ending = f"~{again}"
            name, again = base[: MAX_SHEET_NAME - len(ending)] + ending, again + 1
        taken.add(name.lower())
        names[table_id] = name
    return names


def _make_formats(book: Workbook) -> Formats:
    font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
    head = {
        **font,
        "bold": True,
        "bg_color": "#E8EEF3",
        "text_wrap": True,
        "bottom": 1,
        "bottom_color": "#B8C4CE",
    }
    return Formats(
        title=book.add_format({**font, "bold": True, "font_size": 13}),
        head=book.add_format(head),
        field=book.add_format({**font, "font_name": "Consolas", "font_size": 9, "font_color": "#5A6672"}),
        link=book.add_format({**font, "font_color": "#0B5C7A", "underline": 1}),
        wrap=book.add_format({**font, "text_wrap": True}),
        stamp=book.add_format({**font, "bold": True, "font_color": "#8A1C1C", "text_wrap": True}),
    )


def _write_table(sheet: Worksheet, table: NamedTable, formats: Formats) -> None:
    specs = {spec.name: spec for spec in columns_of(table.contract)}
    sheet.write_string(0, 0, f"{table.zh} · {table.en}", formats.title)
    back = f"internal:'{plain('book.cover', 'zh')}'!A1"
    last = max(1, table.frame.width - 1)
    sheet.write_url(0, last, back, formats.link, f"{plain('book.back', 'zh')} · {plain('book.back', 'en')}")
    for place, name in enumerate(table.frame.columns):
        spec = specs.get(name)
        sheet.write_string(1, place, spec.zh if spec else name, formats.head)
        sheet.write_string(2, place, spec.en if spec else name, formats.head)
        sheet.write_string(3, place, _unit_of(spec, specs), formats.head)
        sheet.write_string(4, place, name, formats.field)
        values = table.frame[name]
        _write_column(sheet, place, values)
        sheet.set_column(place, place, _width(values, spec))
    keys = sum(1 for name in table.frame.columns[:3] if name in specs and specs[name].key)
    sheet.freeze_panes(HEADER_ROWS, min(keys, 2))
    if table.frame.height and table.frame.width:
        sheet.autofilter(HEADER_ROWS - 1, 0, HEADER_ROWS - 1 + table.frame.height, table.frame.width - 1)


def _unit_of(spec: ColumnSpec | None, specs: Mapping[str, ColumnSpec]) -> str:
    """Return the unit of a column in words, or which column holds the unit of each row."""
    if spec is None or not spec.unit:
        return ""
    holder = specs.get(spec.unit)
    if holder is not None and holder.dtype == pl.String:
        zh = plain("book.unit_column", "zh", column=holder.zh)
        return f"{zh} / {plain('book.unit_column', 'en', column=holder.en)}"
    names = unit_pair(spec.unit)
    return names["zh"] if names["zh"] == names["en"] else f"{names['zh']} / {names['en']}"


def _write_column(sheet: Worksheet, place: int, values: pl.Series) -> None:
    """Write the values that are there; a missing one stays an empty cell."""
    write: Any
    if values.dtype == pl.Boolean:
        write = sheet.write_boolean
    elif values.dtype.is_numeric():
        values = values.fill_nan(None) if values.dtype.is_float() else values
        write = sheet.write_number
    else:
        values = values.cast(pl.String).str.slice(0, MAX_TEXT)
        write = sheet.write_string
    for row, value in enumerate(values.to_list(), HEADER_ROWS):
        if value is not None:
            write(row, place, value)


def _width(values: pl.Series, spec: ColumnSpec | None) -> float:
    """Return a column width from its names and first values; a Chinese character counts twice."""
    texts = [values.name, *(("" if spec is None else text) for text in ((spec.zh, spec.en) if spec else ()))]
    texts += ["" if value is None else str(value) for value in values.head(WIDTH_SAMPLE).to_list()]
    longest = max(sum(2 if ord(char) > 0x2E7F else 1 for char in text) for text in texts)
    return min(MAX_WIDTH, max(MIN_WIDTH, longest + 2))


def _write_cover(sheet: Worksheet, context: ReportContext, names: dict[str, str], formats: Formats) -> None:
    meta = context.meta
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2, 52)
    sheet.set_column(3, 3, 10)
    sheet.write_string(0, 0, plain("book.title", "zh", region=meta.region_zh), formats.title)
    sheet.write_string(1, 0, plain("book.title", "en", region=meta.region_en), formats.title)
    lines = [
        ("stamp", plain("stamp", "zh"), plain("stamp", "en"), formats.stamp),
        ("cover.scope", plain("cover.scope_text", "zh"), plain("cover.scope_text", "en"), formats.wrap),
        ("cover.as_of", meta.as_of, meta.as_of, formats.wrap),
        ("cover.totals", meta.totals_version, meta.totals_version, formats.wrap),
        (
            "cover.pack",
            f"{meta.pack_id} {meta.pack_version}",
            f"{meta.pack_id} {meta.pack_version}",
            formats.wrap,
        ),
        (
            "cover.software",
            f"dafeng {meta.software_version}",
            f"dafeng {meta.software_version}",
            formats.wrap,
        ),
        ("book.note", plain("book.note", "zh"), plain("book.note", "en"), formats.wrap),
        (
            "method.licence",
            plain("method.licence_text", "zh"),
            plain("method.licence_text", "en"),
            formats.wrap,
        ),
    ]
    for row, (key, zh, en, style) in enumerate(lines, 3):
        label = "" if key in {"stamp", "book.note"} else f"{plain(key, 'zh')} · {plain(key, 'en')}"
        sheet.write_string(row, 0, label, formats.wrap)
        sheet.write_string(row, 1, zh, style)
        sheet.write_string(row, 2, en, style)
    start = 4 + len(lines)
    heads = ("book.table", "book.name", "book.name", "book.rows")
    for place, (key, language) in enumerate(zip(heads, ("zh", "zh", "en", "zh"), strict=True)):
        sheet.write_string(start, place, plain(key, "en" if language == "en" else "zh"), formats.head)
    long = [table_id for table_id in context.tables if table_id not in names]
    for row, table_id in enumerate([*names, *long], start + 1):
        table = context.tables[table_id]
        if table_id in names:
            sheet.write_url(row, 0, f"internal:'{names[table_id]}'!A1", formats.link, table_id)
        else:
            sheet.write_string(row, 0, f"tables/{table_id}.csv", formats.wrap)
        sheet.write_string(row, 1, table.zh, formats.wrap)
        sheet.write_string(row, 2, table.en, formats.wrap)
        sheet.write_number(row, 3, table.frame.height, formats.wrap)
