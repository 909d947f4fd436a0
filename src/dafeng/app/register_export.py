"""Export of a register: the rows and fields that the actor may export, in a form that can be read again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.register_book import require
from dafeng.app.register_query import read_all
from dafeng.app.register_question import Question, read_question
from dafeng.app.register_restricted import hide_restricted, list_hidden, view_columns
from dafeng.app.register_rows import complete_rows
from dafeng.errors import Finding, InputRefused
from dafeng.register.outlet import json_rows, overlong_columns, sheet_cells
from dafeng.register.template import describe_template
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.table_bytes import table_as_csv
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.register.model import Register
    from dafeng.register.template import TemplateBook

FORMATS = ("xlsx", "csv", "json")
_APOSTROPHES = r"^('+[=+@\t\r-])"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export.

    Parameters
    ----------
    register_id : str
        Register.
    path : Path
        File.
    question : Question
        Which rows in which order; its page does not count.
    format : str
        ``xlsx``, ``csv`` (rows without their lists) or ``json`` (values as stored); empty: by the suffix.
    """

    register_id: str
    path: Path
    question: Question = field(default_factory=Question)
    format: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported.

    Parameters
    ----------
    path : Path
        File.
    rows : int
        Rows. [1]
    hidden : tuple of str
        Columns that the actor may not see in any row, or that no cell could hold.
    findings : tuple of Finding
        What has to be told.
    """

    path: Path
    rows: int
    hidden: tuple[str, ...]
    findings: tuple[Finding, ...]


def export_rows(book: Book, request: ExportRequest) -> Exported:
    """Write the rows that the actor may export.

    Parameters
    ----------
    book : Book
        Open book.
    request : ExportRequest
        What.

    Raises
    ------
    InputRefused
        ``access_refused``, ``register_format_unknown``, ``output_not_writable``; unreadable conditions.
    """
    register = book.library.register(request.register_id)
    require(book, "export", register.id)
    form = request.format or request.path.suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise InputRefused.of("register_format_unknown", format=form or "—", known=KnownNames(FORMATS))
    rows = read_export(book, register, request.question)
    hidden = list_hidden(book, register)
    gone = [*hidden, *(name for name in overlong_columns(rows) if form == "xlsx" and name not in hidden)]
    shown = rows.drop(gone, strict=False)
    template = _trim(describe_template(register, book.library, book.today, filled=True), gone)
    template = replace(template, cover=_cover(book, register, request.question, rows.height, gone))
    if form == "xlsx":
        from dafeng.store.register_book_bytes import book_bytes  # noqa: PLC0415 (xlsxwriter)

        cells = {sheet.part: sheet_cells(sheet, shown, register, book.library) for sheet in template.sheets}
        raw = book_bytes(template, cells)
    elif form == "csv":
        raw = _csv_bytes(template, shown, register, book)
    else:
        raw = _json_bytes(book, register, shown)
    write_bytes_atomically(request.path, raw)
    return Exported(request.path, rows.height, tuple(gone), tuple(_notes(register, gone, form)))


def read_export(book: Book, register: Register, question: Question) -> pl.DataFrame:
    """Return the rows that the actor may export, with held fields and formulas; hidden values are empty."""
    from dafeng.store.database import read_rows  # noqa: PLC0415 (sqlalchemy)

    query = read_question(book, register, question)
    used = {one.field for one in query.filters} | {name for name, _ in query.sort}
    view_columns(book, register, used)
    viewer = book.viewer("export")
    if query.filters or query.search:
        frame = read_all(book, register, query, viewer)
    else:
        stored = read_rows(book.database, register, viewer=viewer, withdrawn=query.withdrawn)
        frame = complete_rows(book, register, stored)
    names, descends = [n for n, _ in query.sort] + ["row_id"], [down for _, down in query.sort] + [False]
    shown = hide_restricted(book, register, frame)  # first: an order tells of values too
    return shown.sort(names, descending=descends, nulls_last=True)


def _trim(template: TemplateBook, gone: Iterable[str]) -> TemplateBook:
    """Return the form without columns that are not exported."""
    left_out = set(gone)
    sheets = tuple(
        replace(sheet, columns=tuple(c for c in sheet.columns if sheet.part or c.name not in left_out))
        for sheet in template.sheets
    )
    return replace(template, sheets=sheets)


def _names(register: Register, ids: Iterable[str]) -> list[str]:
    words = {field.id: field.zh for field in register.fields}
    words |= {formula.id: formula.zh for formula in register.formulas}
    return [words.get(name, name) for name in ids]


def _cover(
    book: Book, register: Register, question: Question, rows: int, gone: Iterable[str]
) -> tuple[tuple[str, str, str], ...]:
    """Return what the cover says of an export."""
    asked = [*question.where, *([question.search] if question.search else [])]
    lines = [
        ("导出", "Exported", f"{book.now()}  {book.actor}"),
        ("公式日期", "Day of formulas", book.today.isoformat()),
        ("行数", "Rows", str(rows)),
        ("条件", "Conditions", "；".join(asked) or "全部有权导出的行 / all rows that may be exported"),
    ]
    hidden = _names(register, gone)
    if hidden:
        lines.append(
            (
                "未列出的字段",
                "Fields left out",
                f"{'、'.join(hidden)}（限制知悉或过长 / restricted or too long)",
            )
        )
    how = (
        "可直接修改后再次导入：灰色列请勿改动；某行若在导出后被他人修改，导入时会提示，不会覆盖。\n"
        "May be mended and imported again: leave the grey columns; a row that somebody changed since is kept."
    )
    return (*lines, ("再次导入", "Import again", how))


def _csv_bytes(template: TemplateBook, rows: pl.DataFrame, register: Register, book: Book) -> bytes:
    sheet = template.sheets[0]
    cells = sheet_cells(sheet, rows, register, book.library)
    text = pl.col(pl.String)
    guarded = cells.with_columns(text.str.replace(_APOSTROPHES, "'$1"))
    return table_as_csv(guarded.rename({column.name: column.zh for column in sheet.columns}))


def _json_bytes(book: Book, register: Register, rows: pl.DataFrame) -> bytes:
    content: dict[str, Any] = {
        "register": register.id, "edition": register.edition, "exported_at": book.now(), "actor": book.actor,
        "as_of": book.today.isoformat(), "rows": json_rows(rows),
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode()


def _notes(register: Register, gone: list[str], form: str) -> list[Finding]:
    found = []
    if gone:
        found.append(
            Finding(
                "register_export_hidden",
                params={"fields": "、".join(_names(register, gone))},
                severity="note",
            )
        )
    if form == "csv" and register.lists:
        lists = "、".join(child.zh for child in register.lists)
        found.append(Finding("register_export_lists", params={"lists": lists}, severity="note"))
    return found
