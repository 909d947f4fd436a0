"""Sheets of cells, from the bytes of an XLSX workbook or a CSV text: the raw form of official layouts.

Nothing here touches a file; ``io`` modules read bytes and call :func:`read_grids`.
"""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from dafeng.errors import Finding, InputRefused, Place
from dafeng.parsing import MAX_BYTES, decode_text

if TYPE_CHECKING:
    from collections.abc import Sequence

Cell = str | float | bool | date | None

MAX_CELLS = 5_000_000
UNPACKED_RATIO = 200
"""Largest ratio of unpacked to packed bytes of a workbook; more is a bomb. [1]"""
FARTHEST = 4
"""Largest area of a sheet before it is read, in :data:`MAX_CELLS`; empty margins count here. [1]"""
UNPACKED_FLOOR = 64 * 2**20
"""Unpacked bytes that are always allowed. [B]"""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet, row by row; rows and columns count from 0 here, from 1 in messages.

    Parameters
    ----------
    name : str
        File.
    sheet : str
        Sheet; empty for a CSV file.
    rows : tuple of tuple
        Text without surrounding blanks, numbers, dates; None for an empty cell. All rows are equally long.
    """

    name: str
    sheet: str
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def place(self, row: int, column: int | None = None) -> Place:
        """Return where a cell stands, as the user of a spreadsheet says it."""
        return Place(self.name, self.sheet, row + 1, "" if column is None else column_letters(column))


def column_letters(column: int) -> str:
    """Return the letters of a column that counts from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_workbook(raw: bytes) -> bool:
    """Return whether bytes are a spreadsheet (XLSX or the older XLS) rather than text."""
    return raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def read_grids(raw: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> tuple[Grid, ...]:
    """Return the sheets of a workbook, or the one of a CSV text; sheets without cells are left out.

    Parameters
    ----------
    raw : bytes
        XLSX, XLS, or CSV text (UTF-8, UTF-16 or GBK; comma, semicolon or tab).
    name : str
        Named in errors.
    max_bytes : int
        Larger files are refused. [B]

    Raises
    ------
    InputRefused
        Empty, too large, damaged, or packed beyond reason.
    """
    if not is_workbook(raw):
        return (_read_text(raw, name, max_bytes),)
    if len(raw) > max_bytes:
        sizes = {"size_mb": f"{len(raw) / 2**20:.1f}", "limit_mb": f"{max_bytes / 2**20:.1f}"}
        raise InputRefused([Finding("file_too_large", Place(name), sizes)])
    _check_packing(raw, name)
    grids = tuple(grid for grid in _read_sheets(raw, name) if grid.rows)
    if not grids:
        raise InputRefused([Finding("file_empty", Place(name))])
    return grids


def _check_packing(raw: bytes, name: str) -> None:
    if not raw.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise InputRefused([Finding("workbook_damaged", Place(name), {"reason": error})]) from error
    if unpacked > max(UNPACKED_FLOOR, UNPACKED_RATIO * len(raw)):
        raise InputRefused([Finding("workbook_bomb", Place(name), {"size_mb": f"{unpacked / 2**20:.0f}"})])
    _check_corners(raw, name)


def _check_corners(raw: bytes, name: str) -> None:
    """Refuse a workbook with a cell so far away that its reader would ask for more memory than there is."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = {part: sheet for sheet, part in _sheet_parts(archive).items()}
            for part in archive.namelist():
                if part in parts or part.startswith("xl/worksheets/"):
                    rows, columns = _far_corner(archive, part)
                    if rows * columns > FARTHEST * MAX_CELLS:
                        place = Place(name, parts.get(part, ""))
                        raise InputRefused(
                            [Finding("sheet_too_large", place, {"rows": rows, "columns": columns})]
                        )
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise InputRefused([Finding("workbook_damaged", Place(name), {"reason": error})]) from error


def _far_corner(archive: zipfile.ZipFile, part: str) -> tuple[int, int]:
    """Return the last row and column of a sheet that hold something, 26 columns at least."""
    rows, letters, rest = 0, {"Z"}, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            for row in _ROW.findall(text):
                rows = max(rows, int(row))
            for column, row in _FAR_CELL.findall(text):
                rows = max(rows, int(row))
                letters.add(column.decode().upper())
            rest = text[-_LONGEST_TAG:]
    return rows, max(map(_column_number, letters)) + 1


def _read_sheets(raw: bytes, name: str) -> list[Grid]:
    import python_calamine  # noqa: PLC0415 - only workbooks need it

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        return [_read_sheet(workbook.get_sheet_by_name(sheet), name, sheet) for sheet in workbook.sheet_names]
    except InputRefused:
        raise
    except Exception as error:  # the reader raises errors of its own for every damage
        raise InputRefused([Finding("workbook_damaged", Place(name), {"reason": error})]) from error


def _read_sheet(content: Any, name: str, sheet: str) -> Grid:
    if content.total_height * content.total_width > MAX_CELLS:
        size = {"rows": content.total_height, "columns": content.total_width}
        raise InputRefused([Finding("sheet_too_large", Place(name, sheet), size)])
    return Grid(name, sheet, _square(content.to_python(skip_empty_area=False)))


def _read_text(raw: bytes, name: str, max_bytes: int) -> Grid:
    text, _ = decode_text(raw, name, max_bytes=max_bytes)
    if _HTML.match(text):
        raise InputRefused([Finding("file_html", Place(name))])
    first = text.splitlines()[0] if text else ""
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputRefused([Finding("file_not_csv", Place(name), {"reason": error})]) from error
    return Grid(name, "", _square(rows))


_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body|table|meta|style|\?xml)\b", re.IGNORECASE)


def _square(rows: Sequence[Sequence[object]]) -> tuple[tuple[Cell, ...], ...]:
    clean = [[_clean(cell) for cell in row] for row in rows]
    while clean and all(cell is None for cell in clean[-1]):
        clean.pop()
    width = max((len(row) for row in clean), default=0)
    return tuple((*row, *([None] * (width - len(row)))) for row in clean)


def _clean(cell: object) -> Cell:
    if isinstance(cell, str):
        return cell.strip(" \t\r\n\u3000\xa0\ufeff") or None
    if isinstance(cell, bool | date):
        return cell.date() if isinstance(cell, datetime) else cell
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, time | timedelta):
        return str(cell)
    return None


_CHUNK, _LONGEST_TAG = 2**22, 400
"""Bytes that are looked at at once, and so many of them again. [B]"""
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"']([0-9]{1,9})[\"']")
_FAR_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Za-z]{2,3}(?=[0-9])|[A-Za-z](?=[0-9]{6}))([0-9]{1,9})[\"'][^>]*(?<!/)>"
)
"""A cell with content beyond column Z or row 99999."""
_ERROR_CELL = re.compile(rb"<c\b(?=[^>]*\bt=\"e\")[^>]*\br=\"([A-Z]{1,3})([0-9]{1,7})\"")
_SHEET = re.compile(rb"<sheet\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')


def find_error_cells(raw: bytes) -> dict[str, set[tuple[int, int]]]:
    """Return the cells of an XLSX workbook whose formula failed (#REF!): the reader shows them empty.

    Parameters
    ----------
    raw : bytes
        A workbook that :func:`read_grids` has accepted.

    Returns
    -------
    dict of str to set of (int, int)
        Sheet -> row and column, counting from 0; empty for the older XLS.
    """
    if not raw.startswith(b"PK"):
        return {}
    found: dict[str, set[tuple[int, int]]] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for sheet, part in _sheet_parts(archive).items():
            if part in archive.namelist():
                hits = _ERROR_CELL.findall(archive.read(part))
                found[sheet] = {(int(row) - 1, _column_number(letters.decode())) for letters, row in hits}
    return found


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return which part of a workbook holds each sheet."""
    names = archive.namelist()
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    links = {}
    for tag in re.findall(rb"<Relationship\b[^>]*>", archive.read("xl/_rels/workbook.xml.rels")):
        fields = dict(_ATTRIBUTE.findall(tag.decode("utf-8", "replace")))
        links[fields.get("Id", "")] = fields.get("Target", "")
    parts = {}
    for tag in _SHEET.findall(archive.read("xl/workbook.xml")):
        fields = dict(_ATTRIBUTE.findall(tag.decode("utf-8", "replace")))
        target = links.get(fields.get("r:id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        parts[html.unescape(fields.get("name", ""))] = part
    return parts


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
