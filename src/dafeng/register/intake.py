"""A file of a sender into the typed rows of a register, with everything in it that could not be read.

XLSX, XLS, CSV (comma, semicolon or tab; UTF-8 or GBK). One sheet holds the rows, one each a list; columns are
known by code, Chinese or English name, or by a saved mapping. Nothing here touches a file or a database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, InputRefused, Place
from dafeng.grids import column_letters, find_error_cells, read_grids
from dafeng.parsing import MAX_BYTES
from dafeng.register.headings import SYSTEM_COLUMNS, Names, Target, line_names, plain_heading, row_names
from dafeng.register.schema import dtype_of, list_dtype
from dafeng.register.sheets import ReadSheet, SentSheet, find_header, heading_key, read_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.grids import Grid
    from dafeng.register.fields import Child
    from dafeng.register.library import Library
    from dafeng.register.mapping import SavedMapping
    from dafeng.register.model import Register

SUMMARY_SHEET = "问题汇总 Problems"
"""Sheet that an error workbook adds."""
COVER_SHEET = "填报说明 Cover"
CODES_SHEET = "代码表 Codes"
_OWN_SHEETS = {heading_key(name) for name in (SUMMARY_SHEET, COVER_SHEET, CODES_SHEET)}


@dataclass(frozen=True, slots=True)
class Intake:
    """What a file holds.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a row of the sheet: asked fields that the file has, ``row_id``, ``version``, ``state``,
        ``source`` and ``grade`` if it has them, lists as List(Struct).
    file : str
        Name of the file.
    sheet : str
        Sheet of the rows.
    rows : polars.Series
        Row in the sheet (1 = first); null for a row that stands only in the sheets of lists.
    lines : mapping of str to polars.Series
        List -> row in its sheet of every line, as List(Int64) beside ``frame``.
    line_sheets : mapping of str to str
        List -> its sheet.
    shown : polars.DataFrame
        Values that are held elsewhere or computed, as the file has them: compared, never stored.
    sent : tuple of SentSheet
        The sheets as they were sent.
    findings : tuple of Finding
        What could not be read; the column of a place is the id of the field.
    """

    frame: pl.DataFrame
    file: str
    sheet: str
    rows: pl.Series
    lines: Mapping[str, pl.Series]
    line_sheets: Mapping[str, str]
    shown: pl.DataFrame
    sent: tuple[SentSheet, ...]
    findings: tuple[Finding, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields and lists that the file has."""
        return tuple(name for name in self.frame.columns if name not in SYSTEM_COLUMNS)

    def filter(self, chosen: pl.Series) -> Intake:
        """Return the rows that are chosen; the sheets stay whole."""
        lines = {name: numbers.filter(chosen) for name, numbers in self.lines.items()}
        return Intake(
            self.frame.filter(chosen), self.file, self.sheet, self.rows.filter(chosen), lines,
            self.line_sheets,
            self.shown.filter(chosen) if self.shown.width else self.shown, self.sent, self.findings,
        )  # fmt: skip


def read_sheet(
    raw: bytes,
    name: str,
    register: Register,
    library: Library,
    mapping: SavedMapping | None = None,
    *,
    max_bytes: int = MAX_BYTES,
) -> Intake:
    """Return the rows that a file holds.

    Parameters
    ----------
    raw : bytes
        XLSX, XLS or CSV text.
    name : str
        File name for messages.
    register, library
        Definition and vocabularies.
    mapping : SavedMapping, optional
        How this sender's columns are read.
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused
        The bytes are no sheet, or ``row_header_missing``: no sheet has the columns of the key.
    """
    grids = [g for g in read_grids(raw, name, max_bytes=max_bytes) if heading_key(g.sheet) not in _OWN_SHEETS]
    sent, findings = _recognise(grids, register, mapping)
    if not sent:
        raise _refuse_headings(grids, name, register)
    constants = dict(mapping.constants) if mapping else {}
    read: dict[str, ReadSheet] = {}
    for sheet in sent:
        own = constants if not sheet.part else {}
        read[sheet.part] = read_columns(sheet, register, library, own)
        findings += read[sheet.part].findings
    findings += _failed_cells(raw, sent, read)
    return _join_parts(read, sent, name, register, findings)


def _recognise(
    grids: Sequence[Grid], register: Register, mapping: SavedMapping | None
) -> tuple[tuple[SentSheet, ...], list[Finding]]:
    """Return the sheets that are parts of the register; further sheets are told and left out."""
    lists = {child.id: child for child in register.lists}
    names = {"": _names(row_names(register), mapping, "")}
    names |= {id_: _names(line_names(register, child), mapping, id_) for id_, child in lists.items()}
    parts: dict[str, SentSheet] = {}
    unused = []
    for grid in sorted(grids, key=lambda grid: _rank(grid, register, mapping)):
        tried = [_try(grid, part, names[part], register, mapping) for part in names if part not in parts]
        fitting = [sheet for sheet in tried if sheet is not None]
        if not fitting:
            unused.append(grid)
            continue
        best = max(
            fitting, key=lambda sheet: (_is_named(grid, sheet.part, register, mapping), sheet.header.score)
        )
        parts[best.part] = best
    notes = [Finding("row_sheet_ignored", Place(g.name, g.sheet), {"sheet": g.sheet}, "note") for g in unused]
    return tuple(parts[part] for part in names if part in parts), notes


def _names(targets: dict[str, Target], mapping: SavedMapping | None, part: str) -> Names:
    """Return the spellings of a sheet, those of the saved mapping first."""
    by_name = {target.name: target for target in targets.values()}
    mapped = {}
    for line in mapping.columns if mapping else ():
        own, _, inner = line.field.rpartition(".")
        if line.field and own != part:
            continue
        target = by_name.get(inner) if line.field else None
        mapped[plain_heading(line.column)] = (line, target)
    held = set(mapping.constants) if mapping and not part else set()
    return Names({n: t for n, t in targets.items() if t.name not in held}, mapped)


def _rank(grid: Grid, register: Register, mapping: SavedMapping | None) -> int:
    """Return the order in which sheets are looked at: those that bear the name of a part first."""
    named = any(_is_named(grid, part, register, mapping) for part in ("", *(c.id for c in register.lists)))
    return 0 if named else 1


def _is_named(grid: Grid, part: str, register: Register, mapping: SavedMapping | None) -> bool:
    if not part and mapping and mapping.sheet:
        return grid.sheet == mapping.sheet
    bearer = next((child for child in register.lists if child.id == part), None) if part else register
    words = (bearer.id, bearer.zh, bearer.en, bearer.zh[:31], bearer.en[:31]) if bearer else ()
    return heading_key(grid.sheet) in {heading_key(word) for word in words}


def _try(
    grid: Grid, part: str, names: Names, register: Register, mapping: SavedMapping | None
) -> SentSheet | None:
    """Return the sheet as a part, if it has the keys by which its rows are told apart."""
    header = find_header(grid, names)
    found = {matched.target.name for matched in header.columns}
    if part:
        whole = {f"parent.{key}" for key in register.key} <= found
        own = {field.id for child in register.lists if child.id == part for field in child.fields}
        return SentSheet(grid, header, part) if whole and own & found else None
    constants = set(mapping.constants) if mapping else set()
    whole = "row_id" in found or set(register.key) <= found | constants
    return SentSheet(grid, header, part) if whole else None


def _refuse_headings(grids: Sequence[Grid], name: str, register: Register) -> InputRefused:
    wanted = "、".join(register.field(key).zh for key in register.key)
    names = Names(row_names(register))
    problems = []
    for grid in grids:
        header = find_header(grid, names)
        found = {m.target.name for m in header.columns}
        lacking = [register.field(key).zh for key in register.key if key not in found]
        present = "、".join(str(cell) for cell in grid.rows[header.row] if cell is not None)
        params = {"wanted": "、".join(lacking) or wanted, "present": present[:200] or "—"}
        problems.append(Finding("row_header_missing", grid.place(header.row), params))
    return InputRefused(problems or [Finding("file_empty", Place(name))])


def _failed_cells(raw: bytes, sent: Sequence[SentSheet], read: Mapping[str, ReadSheet]) -> list[Finding]:
    """Return cells whose formula failed (#REF!) in columns that are read: they look empty."""
    failed = find_error_cells(raw)
    found = []
    for sheet in sent:
        columns = {
            m.column: sheet.call(m.target.name) for m in sheet.header.columns if m.target.role != "ignored"
        }
        rows = set(read[sheet.part].rows)
        for row, column in sorted(failed.get(sheet.grid.sheet, ())):
            if column in columns and row + 1 in rows:
                place = Place(sheet.grid.name, sheet.grid.sheet, row + 1, columns[column])
                found.append(
                    Finding("row_formula_failed", place, {"cell": f"{column_letters(column)}{row + 1}"})
                )
    return found


@dataclass(slots=True)
class _Parts:
    """What is joined."""

    frame: pl.DataFrame
    rows: pl.Series
    lines: dict[str, pl.Series] = field(default_factory=dict)


def _join_parts(
    read: Mapping[str, ReadSheet],
    sent: tuple[SentSheet, ...],
    name: str,
    register: Register,
    findings: list[Finding],
) -> Intake:
    """Return rows with the lines of their lists; keys that stand only in a list become rows of their own."""
    sheets = {sheet.part: sheet.grid.sheet for sheet in sent}
    main = read.get("")
    shown = main.frame.select(sorted(main.shown)) if main and main.shown else pl.DataFrame()
    if main is None:
        schema = {key: dtype_of(register.field(key).kind) for key in register.key}
        parts = _Parts(pl.DataFrame(schema=schema), pl.Series("row", [], dtype=pl.Int64))
    else:
        parts = _Parts(main.frame.drop(main.shown), main.rows)
    lists = [child for child in register.lists if child.id in read]
    if not all(key in parts.frame.columns for key in register.key):
        findings += [
            Finding("row_list_without_key", Place(name, sheets[child.id]), {"list": child.zh})
            for child in lists
        ]
        lists = []
    grouped = {child.id: _group_lines(child, read[child.id], register) for child in lists}
    parts = _add_listed(parts, grouped, register)
    for child in lists:
        parts = _add_list(parts, child, grouped[child.id], register)
    missing = parts.frame.height - (shown.height if shown.width else 0)
    if shown.width and missing:
        shown = pl.concat([shown, pl.DataFrame(schema=shown.schema, data=[[None] * shown.width] * missing)])
    return Intake(
        parts.frame, name, sheets.get("", ""), parts.rows, parts.lines,
        {part: sheet for part, sheet in sheets.items() if part}, shown, sent, tuple(findings),
    )  # fmt: skip


def _group_lines(child: Child, sheet: ReadSheet, register: Register) -> pl.DataFrame:
    """Return one row a parent: its key, the lines as structs in the order of the sheet, their rows."""
    frame = sheet.frame
    fields = [
        (pl.col(f.id) if f.id in frame.columns else pl.lit(None)).cast(dtype_of(f.kind)).alias(f.id)
        for f in child.fields
    ]
    keys = [pl.col(f"parent.{key}").alias(f"_{key}") for key in register.key]
    lines = frame.with_columns(sheet.rows.alias("_row")).select(
        *keys, pl.struct(fields).alias("_line"), "_row"
    )
    names = [f"_{key}" for key in register.key]
    return (
        lines.group_by(names, maintain_order=True)
        .agg("_line", "_row")
        .rename(dict(zip(names, register.key, strict=True)))
    )


def _add_listed(parts: _Parts, grouped: Mapping[str, pl.DataFrame], register: Register) -> _Parts:
    """Return the rows with those whose key stands only in a list."""
    keys = list(register.key)
    listed = [lines.select(keys) for lines in grouped.values()]
    if not listed:
        return parts
    further = pl.concat(listed).unique(maintain_order=True)
    further = further.join(
        parts.frame.select(keys), on=keys, how="anti", nulls_equal=True, maintain_order="left"
    )
    if further.is_empty():
        return parts
    frame = pl.concat([parts.frame, further], how="diagonal")
    rows = pl.concat([parts.rows, pl.Series("row", [None] * further.height, dtype=pl.Int64)])
    return _Parts(frame, rows)


def _add_list(parts: _Parts, child: Child, lines: pl.DataFrame, register: Register) -> _Parts:
    keys = list(register.key)
    joined = parts.frame.join(lines, on=keys, how="left", nulls_equal=True, maintain_order="left")
    empty = pl.lit([], dtype=list_dtype(child))
    frame = joined.drop("_row", "_line").with_columns(
        joined.select(pl.col("_line").cast(list_dtype(child)).fill_null(empty))["_line"].alias(child.id)
    )
    numbers = joined.select(pl.col("_row").fill_null(pl.lit([], dtype=pl.List(pl.Int64))))["_row"]
    return _Parts(frame, parts.rows, {**parts.lines, child.id: numbers})
