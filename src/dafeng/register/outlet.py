"""Rows of a register on their way out: cells of sheets, lines of CSV and JSON, findings as a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import render_message
from dafeng.grids import column_letters
from dafeng.register.contracts import RowFindings
from dafeng.register.fields import RegisterField
from dafeng.register.headings import SYSTEM_COLUMNS
from dafeng.register.template import LONGEST_CELL, YES_NO, name_of
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dafeng.errors import Finding
    from dafeng.register.library import Library
    from dafeng.register.model import Formula, Register
    from dafeng.register.sheets import SentSheet
    from dafeng.register.template import TemplateColumn, TemplateSheet

JSON_LEFT_OUT = ("scope_region", "scope_agency")


def sheet_cells(
    sheet: TemplateSheet, rows: pl.DataFrame, register: Register, library: Library
) -> pl.DataFrame:
    """Return what stands in the cells of a sheet: names in place of codes, days as days, 是 and 否.

    Parameters
    ----------
    sheet : TemplateSheet
        Its columns.
    rows : polars.DataFrame
        Rows of the register, with held values and formulas if the sheet shows them.
    register, library
        Definition and vocabularies.

    Returns
    -------
    polars.DataFrame
        Columns of the sheet in order; a column that ``rows`` has not is empty.
    """
    frame = rows if not sheet.part else _lines(rows, sheet.part, register)
    cells = [_cells_of(column, sheet.part, frame, register, library) for column in sheet.columns]
    return pl.DataFrame(cells) if cells else pl.DataFrame()


def overlong_columns(rows: pl.DataFrame) -> list[str]:
    """Return columns with a text that no cell of a workbook holds: left out rather than cut."""
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    if rows.is_empty() or not texts:
        return []
    longest = rows.select(pl.col(texts).str.len_chars().max()).row(0, named=True)
    return [name for name, length in longest.items() if (length or 0) > LONGEST_CELL]


def json_rows(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return rows for programs: values as they are stored, lists as lists of objects."""
    return rows.drop(JSON_LEFT_OUT, strict=False).to_dicts()


def findings_table(
    register: Register,
    findings: Iterable[Finding],
    labels: Mapping[tuple[str, int | None], tuple[str | None, str | None]] | None = None,
) -> pl.DataFrame:
    """Return findings as a table, with Chinese headings in the place of ids in the texts.

    Parameters
    ----------
    register : Register
        Of which register.
    findings : iterable of Finding
        The column of a place is the id of a field.
    labels : mapping of (sheet, row) to (row id, label), optional
        What is known of the rows.

    Returns
    -------
    RowFindings
    """
    known = labels or {}
    rows = []
    for finding in findings:
        place = finding.place
        row_id, label = known.get((place.sheet, place.row), (None, None))
        rows.append(
            {
                "register_id": register.id, "sheet": place.sheet or None, "row": place.row, "row_id": row_id,
                "label": label, "field": place.column or None, "severity": finding.severity,
                "code": finding.code,
                "text_zh": render_message(finding.code, finding.params, "zh"),
                "text_en": render_message(finding.code, finding.params, "en"),
            }
        )  # fmt: skip
    return frame_of(rows, RowFindings)


def point_to_columns(
    register: Register, sent: Sequence[SentSheet], findings: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Return findings whose places name the column as the sender sees it: letters and heading.

    Parameters
    ----------
    register : Register
        Register.
    sent : sequence of SentSheet
        His sheets.
    findings : iterable of Finding
        The column of a place is the id of a field.
    """
    seen = {
        (sheet.grid.sheet, sheet.call(matched.target.name)):
            f"{column_letters(matched.column)} {sheet.heading(matched.column)}"
        for sheet in sent for matched in sheet.header.columns
    }  # fmt: skip
    words = {name: zh for name, (zh, _) in field_names(register).items()}
    return tuple(
        replace(
            f,
            place=replace(
                f.place,
                column=seen.get((f.place.sheet, f.place.column), words.get(f.place.column, f.place.column)),
            ),
        )
        for f in findings
    )


def row_labels(
    frame: pl.DataFrame, rows: pl.Series, sheet: str, register: Register
) -> dict[tuple[str, int | None], tuple[str | None, str | None]]:
    """Return (sheet, row) -> (row id, label) of the rows of a file."""

    def column(name: str) -> Sequence[str | None]:
        if name not in frame.columns:
            return [None] * frame.height
        return frame[name].cast(pl.String).to_list()

    return {
        (sheet, row): (row_id, label)
        for row, row_id, label in zip(rows, column("row_id"), column(register.label), strict=True)
    }


def field_names(register: Register) -> dict[str, tuple[str, str]]:
    """Return id -> Chinese and English name of everything that a finding may point to."""
    words = {name: (zh, en) for name, (zh, en) in SYSTEM_COLUMNS.items()}
    words |= {child.id: (child.zh, child.en) for child in register.lists}
    words |= {formula.id: (formula.zh, formula.en) for formula in register.formulas}
    words |= {f"{c.id}.{f.id}": (f.zh, f.en) for c in register.lists for f in c.fields}
    words |= {f"parent.{key}": (register.field(key).zh, register.field(key).en) for key in register.key}
    return words | {field.id: (field.zh, field.en) for field in register.fields}


def _lines(rows: pl.DataFrame, part: str, register: Register) -> pl.DataFrame:
    """Return one row a line: the keys of its row as ``parent.<key>``, its columns."""
    keys = [pl.col(key).alias(f"parent.{key}") for key in register.key]
    chosen = rows.select(*keys, pl.col(part)).filter(pl.col(part).list.len() > 0)
    return chosen.explode(part).unnest(part)


def _cells_of(
    column: TemplateColumn, part: str, frame: pl.DataFrame, register: Register, library: Library
) -> pl.Series:
    if column.name not in frame.columns:
        return pl.Series(column.name, [None] * frame.height, dtype=pl.String)
    values = frame[column.name]
    if column.name == "state":
        names = {state.code: state.zh for state in register.states}
        return values.replace(names)
    field = _field_of(column.name, part, register)
    kind = getattr(field, "kind", "text")
    if values.dtype == pl.Boolean:
        yes, no = YES_NO
        return frame.select(
            pl.when(pl.col(column.name))
            .then(pl.lit(yes))
            .when(~pl.col(column.name))
            .then(pl.lit(no))
            .alias(column.name)
        ).to_series()
    if kind == "date":
        return values.str.to_date("%Y-%m-%d", strict=False).alias(column.name)
    vocabulary = library.vocabulary(register.id, field) if isinstance(field, RegisterField) else None
    if vocabulary is None:
        return values
    unique = values.drop_nulls().unique().to_list()
    mark = "；" if kind == "codes" else ""
    shown = {
        text: "；".join(name_of(vocabulary, code) for code in text.split(";"))
        if mark
        else name_of(vocabulary, text)
        for text in unique
    }
    return values.replace_strict(shown, default=None, return_dtype=pl.String).alias(column.name)


def _field_of(name: str, part: str, register: Register) -> RegisterField | Formula | None:
    if part and not name.startswith("parent."):
        child = next(child for child in register.lists if child.id == part)
        return next(field for field in child.fields if field.id == name)
    plain = name.removeprefix("parent.")
    formula = next((formula for formula in register.formulas if formula.id == plain), None)
    return next((field for field in register.fields if field.id == plain), formula)
