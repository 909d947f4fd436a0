"""The form of a register as the bytes of a workbook: empty as a template, or with rows as an export."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from dafeng.register.intake import COVER_SHEET
from dafeng.store.register_cells import MANY_ROWS, RegisterBook, add_check, write_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from xlsxwriter.worksheet import Worksheet

    from dafeng.register.template import TemplateBook, TemplateColumn, TemplateSheet

HEAD_ROWS = 4
"""Title, legal marks, Chinese and English headings."""
WIDTHS = {"text": 18.0, "number": 13.0, "whole": 10.0, "date": 12.0, "yes_no": 8.0, "choice": 18.0}
A4 = 9
_NARROWEST, _WIDEST = 8.0, 40.0


def book_bytes(template: TemplateBook, rows: Mapping[str, pl.DataFrame] | None = None) -> bytes:
    """Return a workbook: cover, one sheet for the rows, one for each list; always the same bytes.

    Parameters
    ----------
    template : TemplateBook
        The form.
    rows : mapping of str to polars.DataFrame, optional
        Part (empty: the rows) -> what stands in its cells, columns in the order of the sheet, as
        :func:`dafeng.register.outlet.sheet_cells` makes it.

    Returns
    -------
    bytes
        XLSX.
    """
    given = rows or {}
    stream = BytesIO()
    many = any(frame.height > MANY_ROWS for frame in given.values())
    book = RegisterBook(stream, many_rows=many)
    _write_cover(book, book.book.add_worksheet(COVER_SHEET), template)
    for content in template.sheets:
        sheet = book.book.add_worksheet(content.name)
        _write_head(book, sheet, content, template.form.line_zh)
        if content.part in given:
            _write_rows(book, sheet, content.columns, given[content.part])
        _finish(book, sheet, content)
    book.book.worksheets()[1].activate()
    book.close()
    return stream.getvalue()


def _write_cover(book: RegisterBook, sheet: Worksheet, template: TemplateBook) -> None:
    """Write purpose, legal basis, legal marks and how to fill."""
    register, form = template.register, template.form
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, register.zh, book.formats["title"])
    sheet.write_string(1, 0, register.en, book.formats["small"])
    lines = [
        ("用途 / Purpose", "\n".join(t for t in (register.about_zh, register.about_en) if t)),
        (
            "依据 / Legal basis",
            "\n".join(t for t in (register.basis.zh, register.basis.en, register.basis.document) if t),
        ),
        ("版次 / Edition", str(register.edition)),
    ]
    if form.internal:
        lines.append(
            ("使用范围 / Use", f"{form.line_zh}\nInternal use: must not be sent out as a survey form")
        )
    lines += [(f"{zh} / {en}", value) for zh, en, value in form.lines if value]
    lines += [(f"{zh} / {en}", text) for zh, en, text in template.cover]
    lines += [("填报方法 / How to fill", how) for how in _HOW]
    lines += [
        (f"工作表 / Sheet {content.name}", f"{content.title_zh}\n{content.title_en}")
        for content in template.sheets
    ]
    for row, (label, text) in enumerate(lines, 3):
        sheet.write_string(row, 0, label, book.formats["label"])
        sheet.write_string(row, 1, text, book.formats["wrapped"])


_HOW = (
    (
        "红字表头为必填；灰色列由系统给出，不必填写。表头和表头上方的行请保留，可调整列的次序。\n"
        "Red headings must be filled; grey columns are given by the system. Keep the headings, in any order."
    ),
    (
        "数字按表头所注单位填写；改用其他单位时请把单位写在表头括号内，例如“装机容量（万千瓦）”。"
        "没有数据请留空，零填 0。\n"
        "Figures in the unit of the heading, or write another into the brackets. Empty: unknown; 0: zero."
    ),
    "子表每行先填主表的关键列，再填本行内容。\nEvery line of a list begins with the key of its row.",
    (
        "导入后如有问题，会退回一份标红的工作簿，改正后直接再次导入即可。\n"
        "What cannot be taken comes back as a workbook with red cells: mend it and import it again."
    ),
)


def _write_head(book: RegisterBook, sheet: Worksheet, content: TemplateSheet, marks: str) -> None:
    sheet.write_string(0, 0, f"{content.title_zh}  {content.title_en}", book.formats["title"])
    sheet.write_string(1, 0, marks, book.formats["small"])
    sheet.set_row(2, 32)
    sheet.set_row(3, 26)
    for number, column in enumerate(content.columns):
        look = "shown" if column.locked else "needed" if column.required else "head"
        sheet.write_string(2, number, f"{column.zh} *" if column.required else column.zh, book.formats[look])
    for number, column in enumerate(content.columns):
        sheet.write_string(3, number, column.en, book.formats["english"])


def _finish(book: RegisterBook, sheet: Worksheet, content: TemplateSheet) -> None:
    """Add widths, formats, checks, notes, the frozen head and the page."""
    for number, column in enumerate(content.columns):
        look = _look(column)
        sheet.set_column(number, number, _width(column), book.formats[look])
        add_check(book, sheet, column, number, HEAD_ROWS)
        note = "\n".join(text for text in (column.help_zh, column.help_en) if text)
        if note:
            sheet.write_comment(2, number, note, {"x_scale": 1.6, "y_scale": 0.8, "author": ""})
    sheet.freeze_panes(HEAD_ROWS, content.keys)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2, 3)
    sheet.set_footer("&C&P / &N")


def _look(column: TemplateColumn) -> str:
    plain = {"date": "date", "text": "text", "choice": "text"}.get(column.kind, "plain")
    if not column.locked:
        return plain
    return "grey" if plain == "plain" else f"grey_{plain}"


def _width(column: TemplateColumn) -> float:
    """Return a width in which headings stand in two or three lines."""
    heading = max(2.2 * len(column.zh), 1.1 * len(column.en)) / 2 + 2
    return min(_WIDEST, max(_NARROWEST, WIDTHS[column.kind], heading))


def _write_rows(
    book: RegisterBook, sheet: Worksheet, columns: Sequence[TemplateColumn], frame: pl.DataFrame
) -> None:
    looks = [book.formats[_look(column)] for column in columns]
    for row, cells in enumerate(frame.iter_rows(), HEAD_ROWS):
        for number, cell in enumerate(cells):
            if cell is not None:
                write_cell(sheet, (row, number), cell, looks[number])
