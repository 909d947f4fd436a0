"""What the sender gets back: his own sheets, bad cells red with a note, the problems before every row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from dafeng.errors import render_message
from dafeng.register.headings import PROBLEM_COLUMN, plain_heading
from dafeng.register.intake import SUMMARY_SHEET
from dafeng.register.outlet import field_names
from dafeng.register.template import SHEET_NAME
from dafeng.store.register_cells import MANY_ROWS, RegisterBook, add_check, write_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from dafeng.errors import Finding
    from dafeng.grids import Cell
    from dafeng.register.model import Register
    from dafeng.register.sheets import SentSheet
    from dafeng.register.template import TemplateBook, TemplateColumn

MOST_LISTED = 20_000
"""Most findings that the summary lists one by one."""
MOST_NOTES = 5_000
"""Most cells with a note in a sheet; beyond, cells are only red and the row says what is wrong."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What goes back to a sender.

    Parameters
    ----------
    register : Register
        Register.
    sent : sequence of SentSheet
        His sheets.
    findings : sequence of Finding
        What is wrong; the column of a place is the id of the field.
    template : TemplateBook
        The form, for drop-downs and bounds of the cells to be mended.
    keep : mapping of str to set of int, optional
        Sheet -> rows that go back (1 = first); None: all.
    """

    register: Register
    sent: Sequence[SentSheet]
    findings: Sequence[Finding]
    template: TemplateBook
    keep: Mapping[str, set[int]] | None = None


@dataclass(slots=True)
class _Marks:
    """Findings of one sheet by row and by cell."""

    rows: dict[int, list[Finding]] = field(default_factory=dict)
    cells: dict[tuple[int, int], list[Finding]] = field(default_factory=dict)


def error_bytes(returned: Returned) -> bytes:
    """Return the workbook that goes back to the sender; mended, it is read again as it is.

    Parameters
    ----------
    returned : Returned
        Sheets and findings.

    Returns
    -------
    bytes
        XLSX: his sheets with a column of problems in front, then a summary.
    """
    stream = BytesIO()
    many = any(len(sheet.grid.rows) > MANY_ROWS for sheet in returned.sent)
    book = RegisterBook(stream, many_rows=many)
    words = {name: names[0] for name, names in field_names(returned.register).items()}
    for sent in returned.sent:
        name = (sent.grid.sheet or returned.register.zh)[:SHEET_NAME]
        marks = _marks_of(sent, returned.findings)
        _write_sheet(book, book.book.add_worksheet(name), sent, marks, returned, words)
    _write_summary(book, returned, words)
    book.close()
    return stream.getvalue()


def _marks_of(sent: SentSheet, findings: Sequence[Finding]) -> _Marks:
    marks = _Marks()
    for finding in findings:
        row, column = finding.place.row, sent.column_of(finding.place.column)
        if finding.place.sheet != sent.grid.sheet or row is None or finding.severity == "note":
            continue
        marks.rows.setdefault(row, []).append(finding)
        if column is not None and finding.severity == "error":
            marks.cells.setdefault((row, column), []).append(finding)
    return marks


def _write_sheet(
    book: RegisterBook,
    sheet: Worksheet,
    sent: SentSheet,
    marks: _Marks,
    returned: Returned,
    words: Mapping[str, str],
) -> None:
    """Write the sheet as it was sent, one column to the right, with its marks."""
    header, kept = sent.header, None if returned.keep is None else returned.keep.get(sent.grid.sheet, set())
    dropped = {
        m.column for m in header.columns if plain_heading(m.target.name) == plain_heading(PROBLEM_COLUMN)
    }
    columns = [number for number in range(sent.grid.width) if number not in dropped]
    place = {column: number for number, column in enumerate(columns, 1)}
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, len(columns), 16)
    notes, target = 0, 0
    for number, row in enumerate(sent.grid.rows, 1):
        is_data = number > header.data_row
        if is_data and kept is not None and number not in kept:
            continue
        if number == header.row + 1:
            sheet.write_string(target, 0, PROBLEM_COLUMN, book.formats["needed"])
        elif number in marks.rows:
            sheet.write_string(target, 0, _row_text(marks.rows[number], words), book.formats["problem"])
        for column in columns:
            bad = marks.cells.get((number, column))
            _write_sent(
                book,
                sheet,
                (target, place[column]),
                row[column],
                is_bad=bool(bad),
                is_head=number == header.row + 1,
            )
            if bad and notes < MOST_NOTES:
                notes += 1
                sheet.write_comment(
                    target, place[column], _note(bad), {"x_scale": 2.5, "y_scale": 1.2, "author": ""}
                )
        target += 1
    sheet.freeze_panes(header.data_row, 1)
    for matched in header.columns:
        asked = _asked(returned.template, sent, matched.target.name)
        if asked is not None and not matched.unit:
            add_check(book, sheet, asked, place[matched.column], header.data_row)


def _write_sent(
    book: RegisterBook, sheet: Worksheet, place: tuple[int, int], cell: Cell, *, is_bad: bool, is_head: bool
) -> None:
    is_date = isinstance(cell, date)
    look = ("bad_date" if is_date else "bad") if is_bad else "date" if is_date else "head" if is_head else ""
    if cell is None and not is_bad:
        return
    write_cell(sheet, place, cell, book.formats[look] if look else None)


def _row_text(findings: Sequence[Finding], words: Mapping[str, str]) -> str:
    lines = []
    for finding in findings:
        name = words.get(finding.place.column, finding.place.column)
        mark = "" if finding.severity == "error" else "（提示）"
        text = render_message(finding.code, finding.params, "zh")
        lines.append(f"{mark}{name}：{text}" if name else f"{mark}{text}")
    return "\n".join(dict.fromkeys(lines))[:32_000]


def _note(findings: Sequence[Finding]) -> str:
    texts = [
        f"{render_message(f.code, f.params, 'zh')}\n{render_message(f.code, f.params, 'en')}"
        for f in findings
    ]
    return "\n".join(dict.fromkeys(texts))[:2_000]


def _asked(template: TemplateBook, sent: SentSheet, name: str) -> TemplateColumn | None:
    for content in template.sheets:
        if content.part == sent.part:
            return next((column for column in content.columns if column.name == name), None)
    return None


def _write_summary(book: RegisterBook, returned: Returned, words: Mapping[str, str]) -> None:
    """Write how often what is wrong, then everything one by one."""
    sheet = book.book.add_worksheet(SUMMARY_SHEET)
    formats = book.formats
    for column, width in enumerate((16, 8, 24, 8, 60, 60)):
        sheet.set_column(column, column, width)
    errors = [f for f in returned.findings if f.severity == "error"]
    sheet.write_string(
        0, 0, f"问题汇总：{len(errors)} 处错误  Problems: {len(errors)} errors", formats["title"]
    )
    how = (
        "改正标红的单元格后直接再次导入；“问题”列和本表不必删除。 "
        "Mend the red cells and import again; this sheet and the column of problems may stay."
    )
    sheet.write_string(1, 0, how, formats["small"])
    row = _write_line(sheet, 3, ("字段 Field", "数量 Count", "问题 Problem"), formats["head"])
    counted = Counter((f.place.column, f.code) for f in returned.findings if f.severity != "note")
    first = {(f.place.column, f.code): f for f in reversed(returned.findings)}
    for (name, code), count in counted.most_common(200):
        example = first[name, code]
        text = render_message(code, example.params, "zh")
        row = _write_line(sheet, row, (words.get(name, name), count, f"例 e.g. {text}"), None)
    heads = ("工作表 Sheet", "行 Row", "字段 Field", "级别 Severity", "说明", "Text")
    row = _write_line(sheet, row + 1, heads, formats["head"])
    levels = {"error": "错误 error", "warning": "提示 warning", "note": "说明 note"}
    for finding in returned.findings[:MOST_LISTED]:
        texts = [render_message(finding.code, finding.params, language) for language in ("zh", "en")]
        where = finding.place
        cells = (
            where.sheet,
            where.row,
            words.get(where.column, where.column),
            levels[finding.severity],
            *texts,
        )
        row = _write_line(sheet, row, cells, None)
    if len(returned.findings) > MOST_LISTED:
        rest = len(returned.findings) - MOST_LISTED
        _write_line(sheet, row, (f"… 另有 {rest} 处 and {rest} more",), None)


def _write_line(sheet: Worksheet, row: int, cells: Sequence[Cell | int], form: object) -> int:
    for column, cell in enumerate(cells):
        if cell is not None and cell != "":
            write_cell(sheet, (row, column), cell, form)
    return row + 1
