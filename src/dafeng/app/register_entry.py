"""What somebody types (``--set field=value``, lists as CSV or JSON) into values as the store holds them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import is_readable
from dafeng.grids import Grid, read_grids
from dafeng.register.headings import Names, line_names, row_names
from dafeng.register.schema import entered_schema
from dafeng.register.sheets import SentSheet, find_header, read_columns
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.app.register_book import Book
    from dafeng.register.fields import Child
    from dafeng.register.model import Register

ENTERED = ("source", "grade")
"""Columns of every row that people may set beside the fields."""


def split_settings(settings: Sequence[str]) -> dict[str, str]:
    """Return ``field=value`` texts as a mapping; the value may hold further ``=``.

    Raises
    ------
    InputRefused
        ``row_setting_unreadable`` or ``row_setting_twice``, all at once.
    """
    found: dict[str, str] = {}
    problems = []
    for text in settings:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not is_readable(text):
            problems.append(
                Finding(
                    "row_setting_unreadable", params={"setting": text if is_readable(text) else ascii(text)}
                )
            )
        elif name.strip() in found:
            problems.append(Finding("row_setting_twice", params={"field": name.strip()}))
        else:
            found[name.strip()] = value.strip()
    if problems:
        raise InputRefused(problems)
    return found


def read_values(book: Book, register: Register, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return typed values of fields; an empty text empties the field.

    The cells are read as those of a sheet: Chinese or English headings, units in brackets, names for codes.

    Parameters
    ----------
    book, register
        Open book, register.
    texts : mapping of str to str
        Field (id, Chinese or English name) -> text.

    Raises
    ------
    InputRefused
        ``row_field_not_asked``: no field of this name, or one that is computed or held elsewhere; what
        cannot be read.
    """
    if not texts:
        return {}
    headings = ("row_id", *texts)
    grid = Grid("--set", "", (headings, ("-" * 26, *(text or None for text in texts.values()))))
    sent = SentSheet(grid, find_header(grid, Names(row_names(register))), "")
    known = {matched.column: matched.target for matched in sent.header.columns}
    allowed = {*entered_schema(register), *ENTERED}
    names = [*(f.id for f in register.asked), *(f.zh for f in register.asked), *ENTERED]
    problems = [
        Finding("row_field_not_asked", Place(column=heading),
                {"register": register.id, "field": heading, "suggestion": Suggestion(heading, names)})
        for column, heading in enumerate(headings[1:], start=1)
        if column not in known or known[column].name not in allowed
    ]  # fmt: skip
    if problems:
        raise InputRefused(problems)
    read = read_columns(sent, register, book.library, {})
    _refuse_errors(read.findings)
    return {name: value for name, value in read.frame.row(0, named=True).items() if name in allowed}


def read_lines(book: Book, register: Register, name: str, raw: bytes, file: str) -> list[dict[str, Any]]:
    """Return the lines of a list from CSV, XLSX or JSON (a list of objects).

    Parameters
    ----------
    book, register
        Open book, register.
    name : str
        List: id, Chinese or English name.
    raw : bytes
        Content.
    file : str
        Name for messages; ``.json`` is read as JSON.

    Raises
    ------
    InputRefused
        ``row_list_unknown``, ``row_list_unreadable``, or what cannot be read.
    """
    child = find_list(register, name)
    grid = _grid_of_json(raw, file) if file.lower().endswith(".json") else read_grids(raw, file)[0]
    if len(grid.rows) < 2:
        return []
    sent = SentSheet(grid, find_header(grid, Names(line_names(register, child))), child.id)
    known = {matched.target.name for matched in sent.header.columns}
    fields = {field.id for field in child.fields}
    if not known & fields:
        raise InputRefused.of(
            "row_list_unreadable",
            Place(file),
            list=child.id,
            reason="、".join(field.zh for field in child.fields),
        )
    read = read_columns(sent, register, book.library, {})
    _refuse_errors(read.findings)
    return [{name: line.get(name) for name in fields} for line in read.frame.iter_rows(named=True)]


def find_list(register: Register, name: str) -> Child:
    """Return a list of a register by id, Chinese or English name.

    Raises
    ------
    InputRefused
        ``row_list_unknown``.
    """
    wanted = name.strip().lower()
    for child in register.lists:
        if wanted in {child.id, child.zh.lower(), child.en.lower()}:
            return child
    suggestion = Suggestion(name, [child.id for child in register.lists])
    raise InputRefused.of("row_list_unknown", register=register.id, list=name, suggestion=suggestion)


def _grid_of_json(raw: bytes, file: str) -> Grid:
    """Return a list of flat objects as a sheet."""
    try:
        lines = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InputRefused.of("row_list_unreadable", Place(file), list=file, reason=error) from error
    good = isinstance(lines, list) and all(isinstance(line, dict) for line in lines)
    cells = [value for line in lines for value in line.values()] if good else [[]]
    if any(isinstance(value, list | dict) for value in cells):
        raise InputRefused.of("row_list_unreadable", Place(file), list=file, reason="[{…}, {…}]")
    names = list(dict.fromkeys(str(name) for line in lines for name in line))
    rows = tuple(tuple(_cell(line.get(name)) for name in names) for line in lines)
    return Grid(file, "", (tuple(names), *rows))


def _cell(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _refuse_errors(findings: Sequence[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise InputRefused(errors)
