"""Between rows as Python values, as frames, as JSON of events, and as cells of the database."""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import Finding, Place
from dafeng.register.schema import schema_of
from dafeng.store.database.row_schema import searched_columns
from dafeng.store.database.row_tables import KEY, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.register.model import Register

_KEPT_BY_STORE = frozenset(
    {"row_id", "version", "state", "withdrawn", "created_at", "created_by", "changed_at", "changed_by"}
)
_WHOLE_LIMIT = 2**63


@dataclass(frozen=True, slots=True, eq=False)
class RowShape:
    """What is asked of a register again and again while rows are written; made once.

    Parameters
    ----------
    register : Register
        The register.
    schema, writable : dict of str to polars.DataType
        Stored columns; those that a writer may give.
    recorded : tuple of str
        Columns that an event of an insert holds: what a writer gives, without what follows from it.
    lists : dict of str to dict of str to polars.DataType
        Columns of each list.
    searched : tuple of str
        Columns in which words are searched.
    scopes : dict of str to str
        ``scope_region`` and ``scope_agency`` -> column that gives them; empty: none.
    """

    register: Register
    schema: dict[str, pl.DataType]
    writable: dict[str, pl.DataType]
    recorded: tuple[str, ...]
    lists: dict[str, dict[str, Any]]
    searched: tuple[str, ...]
    scopes: dict[str, str]


@lru_cache(maxsize=512)
def shape_of(register: Register) -> RowShape:
    """Return the shape of the rows of a register."""
    schema = schema_of(register)
    writable = {name: dtype for name, dtype in schema.items() if name not in _KEPT_BY_STORE}
    owners = {"scope_region": register.region, "scope_agency": register.agency}
    scopes = {scope: name if name in schema or not name else scope for scope, name in owners.items()}
    recorded = tuple(name for name in writable if scopes.get(name, name) == name)
    lists = {
        name: {field.name: field.dtype for field in dtype.inner.fields}
        for name, dtype in schema.items()
        if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct)
    }
    return RowShape(register, schema, writable, recorded, lists, searched_columns(register), scopes)


def write_json(values: Any) -> str:
    """Return JSON without blanks, Chinese as it is."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def check_values(shape: RowShape, row: str, values: Mapping[str, Any]) -> list[Finding]:
    """Return what cannot be stored: unknown columns, values of another type, texts that no database holds.

    Parameters
    ----------
    shape : RowShape
        Of the register.
    row : str
        How messages call the row.
    values : mapping
        Column -> value.
    """
    found = []
    for name, value in values.items():
        dtype = shape.writable.get(name)
        if dtype is None or not _fits(value, dtype, shape.lists.get(name)):
            params = {"register": shape.register.id, "row": row, "field": name, "value": repr(value)[:80]}
            code = "row_field_unknown" if dtype is None else "row_value_unstorable"
            found.append(Finding(code, Place(column=name), params))
    return found


def _fits(value: Any, dtype: Any, line: dict[str, Any] | None = None) -> bool:
    if value is None:
        return True
    if line is not None:
        return isinstance(value, list | tuple) and all(
            set(one) <= set(line) and all(_fits(cell, line[name]) for name, cell in one.items())
            for one in value
        )
    if dtype == pl.Boolean or isinstance(value, bool):
        return dtype == pl.Boolean and isinstance(value, bool)
    if dtype == pl.Int64:
        return isinstance(value, int) and -_WHOLE_LIMIT <= value < _WHOLE_LIMIT
    if dtype == pl.Float64:
        return isinstance(value, int | float) and math.isfinite(value)
    return isinstance(value, str) and "\x00" not in value and _encodes(value)


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def level(shape: RowShape, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as they are read back: numbers as floats, lines with all their columns."""
    return {name: _level(value, shape.schema[name], shape.lists.get(name)) for name, value in values.items()}


def _level(value: Any, dtype: Any, line: dict[str, Any] | None = None) -> Any:
    if value is None:
        return None
    if line is not None:
        return [{name: _level(one.get(name), kind) for name, kind in line.items()} for one in value]
    return float(value) if dtype == pl.Float64 else value


def key_of(shape: RowShape, row: Mapping[str, Any]) -> str:
    """Return the key of a row as one text: its parts joined by ``/``."""
    return "/".join(_spell(row.get(name)) for name in shape.register.key)


def _spell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def fold(text: str) -> str:
    """Return a text for comparison: full-width as half-width, capitals as small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def cells_of(shape: RowShape, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a row in the database."""
    cells = {name: row[name] for name in shape.schema}
    for name in shape.lists:
        if cells[name] is not None:
            cells[name] = write_json(cells[name])
    cells[KEY] = key_of(shape, row)
    cells[WORDS] = words_of(shape, row)
    return cells


def words_of(shape: RowShape, row: Mapping[str, Any]) -> str:
    """Return the text in which words of a row are searched."""
    return fold("\n".join(_spell(row.get(name)) for name in shape.searched))


def derive_cells(shape: RowShape, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the database keeps beside the fields of a row: its key, words and scopes, by its id."""
    row = row_of(shape, cells)
    return {
        "row_id": row["row_id"],
        KEY: key_of(shape, row),
        WORDS: words_of(shape, row),
        **scope_of(shape, row),
    }


def row_of(shape: RowShape, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row from its cells in the database."""
    row = {name: cells[name] for name in shape.schema}
    for name in shape.lists:
        if row[name] is not None:
            row[name] = json.loads(row[name])
    return row


def frame_of_cells(register: Register, cells: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Return rows of the database (columns as in the schema) as a frame."""
    shape = shape_of(register)
    stored = {name: pl.String() if name in shape.lists else dtype for name, dtype in shape.schema.items()}
    frame = pl.DataFrame(cells, schema=stored, orient="row")
    return frame.with_columns(pl.col(name).str.json_decode(shape.schema[name]) for name in shape.lists)


def scope_of(shape: RowShape, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return region and agency that decide who sees a row; those given where the field is held elsewhere."""
    return {scope: row.get(name) if name else None for scope, name in shape.scopes.items()}
