"""What is wrong in rows: every cell of a batch at once, each with its file, sheet, row and column."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, Place
from dafeng.register.compute import evaluate
from dafeng.register.fields import Bilingual
from dafeng.register.validate_cells import Against, find_flaws
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from dafeng.register.compute import Linked
    from dafeng.register.fields import Child, RegisterField
    from dafeng.register.library import Library
    from dafeng.register.model import Register


@dataclass(frozen=True, slots=True)
class ListPlaces:
    """Where the lines of a list were read.

    Parameters
    ----------
    sheet : str
        Sheet of the list.
    rows : polars.Series
        For every row of the frame the row numbers of its lines, List(Int64).
    """

    sheet: str
    rows: pl.Series


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Where the rows of a frame were read.

    Parameters
    ----------
    file, sheet : str
        File and sheet of the rows.
    rows : polars.Series, optional
        Row number of every row as its writer counts them; without it places have no row.
    lists : mapping of str to ListPlaces
        List -> where its lines were read.
    sheets : polars.Series, optional
        Another sheet for rows that were not read from ``sheet`` (only lines of a list stand in the file).
    """

    file: str = ""
    sheet: str = ""
    rows: pl.Series | None = None
    lists: Mapping[str, ListPlaces] = dataclasses.field(default_factory=dict)

    sheets: pl.Series | None = None

    def sheet_of(self, index: int) -> str:
        """Return the sheet of a row of the frame."""
        other = None if self.sheets is None else self.sheets[index]
        return self.sheet if other is None else str(other)

    def header(self) -> Place:
        """Return the place of the sheet."""
        return Place(self.file, self.sheet)

    def place(self, index: int, column: str = "") -> Place:
        """Return the place of a cell: ``index`` counts the rows of the frame from 0."""
        row = None if self.rows is None else int(self.rows[index])
        return Place(self.file, self.sheet_of(index), row, column)

    def cells(self, positions: Sequence[int], column: str) -> list[Place]:
        """Return the places of many cells of a column."""
        if self.rows is None:
            return [Place(self.file, self.sheet, None, column)] * len(positions)
        if self.sheets is not None:
            return [self.place(position, column) for position in positions]
        numbers = self.rows.gather(list(positions)).to_list()
        return [Place(self.file, self.sheet, number, column) for number in numbers]

    def line_place(self, index: int, line: int, list_id: str, column: str = "") -> Place:
        """Return the place of a cell of a list: column ``list.field``, ``line`` counts from 0."""
        name = f"{list_id}.{column}" if column else list_id
        places = self.lists.get(list_id)
        if places is None:
            return self.place(index, name)
        return Place(self.file, places.sheet, int(places.rows[index][line]), name)


def validate_rows(
    register: Register,
    library: Library,
    frame: pl.DataFrame,
    linked: Linked,
    places: RowPlaces,
    today: date | None = None,
) -> list[Finding]:
    """Return everything that is wrong in the rows of one batch.

    Parameters
    ----------
    register : Register
        Of the rows.
    library : Library
        For codes and linked fields.
    frame : polars.DataFrame
        Typed rows: the columns of :func:`~dafeng.register.schema.entered_schema`; ``state``, ``source`` and
        ``grade`` are checked where they stand.
    linked : mapping of str to polars.DataFrame
        Register -> its rows that are not withdrawn, for every register of
        :func:`~dafeng.register.compute.needed_links`.
    places : RowPlaces
        Where the rows were read.
    today : date, optional
        For rules that read ``today``.

    Returns
    -------
    list of Finding
        Errors, warnings and notes, sorted by row and column.
    """
    found = [*_check_fields(register, library, frame, linked, places), *_check_system(frame, places)]
    for child in register.lists:
        if child.id in frame.columns:
            found += _check_list(child, register, library, frame, linked, places)
    found += _check_rules(register, library, frame, linked, places, today)
    return sorted(found, key=lambda f: (f.place.sheet != places.sheet, f.place.sheet, f.place.row or 0))


def _check_fields(
    register: Register, library: Library, frame: pl.DataFrame, linked: Linked, places: RowPlaces
) -> Iterator[Finding]:
    for field in register.asked:
        if field.id not in frame.columns:
            if field.required:
                yield Finding("column_missing", places.header(), _missing_column(field, frame))
            continue
        against = _against(field, register, library, frame, linked)
        for flaw in find_flaws(field, frame[field.id], against):
            for place, params in zip(places.cells(flaw.at, field.id), flaw.params, strict=True):
                yield Finding(flaw.code, place, params, flaw.severity)


def _missing_column(field: RegisterField, frame: pl.DataFrame) -> dict[str, object]:
    return {"column": field.id, "present": ", ".join(frame.columns)}


def _against(
    field: RegisterField, register: Register, library: Library, frame: pl.DataFrame, linked: Linked
) -> Against:
    """Return what a field is held against; rows of the batch may point to each other."""
    if field.kind != "link":
        return Against(library, library.vocabulary(register.id, field))
    (key,) = library.register(field.link).key
    keys = linked[field.link][key].cast(pl.String)
    if field.link == register.id and key in frame.columns:
        keys = pl.concat([keys, frame[key].cast(pl.String)])
    return Against(library, keys=keys)


def _check_system(frame: pl.DataFrame, places: RowPlaces) -> Iterator[Finding]:
    """Yield rows without a source or with a grade that does not exist."""
    if "source" in frame.columns:
        empty = frame["source"].str.strip_chars().fill_null("") == ""
        yield from (Finding("cell_empty", places.place(at, "source")) for at in empty.arg_true())
    if "grade" in frame.columns:
        known = sorted(terms.codes("grade"))
        wrong = ~frame["grade"].is_in(known).fill_null(value=False)
        for at in wrong.arg_true():
            params = {
                "value": frame["grade"][at] or "",
                "vocabulary": "grade",
                "suggestion": KnownNames(known),
            }
            yield Finding("code_unknown", places.place(at, "grade"), params)


def _check_list(
    child: Child, register: Register, library: Library, frame: pl.DataFrame, linked: Linked, places: RowPlaces
) -> Iterator[Finding]:
    """Yield what is wrong in the lines of a list: too many, cells, keys that stand twice."""
    lengths = frame[child.id].list.len().fill_null(0)
    for at in (lengths > child.most_rows).arg_true():
        long = {"list": Bilingual(child.zh, child.en), "lines": int(lengths[at]), "most": child.most_rows}
        yield Finding("row_list_long", places.place(at, child.id), long)
    lines = _lines_of(child, frame)
    at, line = lines["_row"].to_list(), lines["_line"].to_list()
    for field in child.fields:
        against = _against(field, register, library, frame, linked)
        for flaw in find_flaws(field, lines[field.id], against):
            for position, params in zip(flaw.at, flaw.params, strict=True):
                place = places.line_place(at[position], line[position], child.id, field.id)
                yield Finding(flaw.code, place, params, flaw.severity)
    if child.key:
        names = ["_row", *child.key]
        earlier = lines.with_columns(pl.int_range(pl.len()).over(names).alias("_nth"))
        for position in (earlier["_nth"] > 0).arg_true():
            key = " / ".join(str(lines[name][position]) for name in child.key)
            place = places.line_place(at[position], line[position], child.id, child.key[0])
            yield Finding("row_list_key", place, {"list": Bilingual(child.zh, child.en), "key": key})


def _lines_of(child: Child, frame: pl.DataFrame) -> pl.DataFrame:
    """Return one line a line of a list with the positions of its row and of itself."""
    numbered = frame.select(child.id).with_row_index("_row").filter(pl.col(child.id).list.len() > 0)
    lines = numbered.explode(child.id).with_columns(pl.int_range(pl.len()).over("_row").alias("_line"))
    return lines.select("_row", "_line", pl.col(child.id).struct.unnest())


def _check_rules(
    register: Register,
    library: Library,
    frame: pl.DataFrame,
    linked: Linked,
    places: RowPlaces,
    today: date | None,
) -> Iterator[Finding]:
    """Yield rows that break a rule of the register; a rule that cannot be judged says nothing."""
    if frame.is_empty():
        return
    state = frame["state"] if "state" in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
    computed = {
        formula.id for formula in register.formulas
    }  # those that stand there may be older than the row
    wide = frame.drop([name for name in frame.columns if name in computed])
    wide = wide.with_columns(state.fill_null(register.first_state).alias("state"))
    for rule in register.rules:
        broken = (~evaluate(rule.expr, register, library, wide, linked, today)).fill_null(value=False)
        if rule.states:
            broken = broken & wide["state"].is_in(list(rule.states))
        params = {"text": Bilingual(rule.zh.rstrip("。"), rule.en.rstrip(".")), "rule": rule.id}
        for place in places.cells(broken.arg_true().to_list(), rule.field):
            yield Finding("row_rule", place, params, rule.severity)
