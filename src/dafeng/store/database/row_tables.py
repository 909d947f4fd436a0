"""One table for each register, made from its schema; a later edition may add to it and never takes away."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from dafeng.access.relation import close_regions
from dafeng.errors import Finding, InputRefused
from dafeng.register.schema import schema_of
from dafeng.store.database.tables import Text, Whole, region_closure, register_edition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.register.model import Register
    from dafeng.store.database.connection import Database
    from dafeng.store.database.row_values import RowShape

KEY, WORDS = "_key", "_search"
"""Columns of the database alone: the key as a text (parts joined by ``/``); the words that are searched."""
INDEXED = frozenset(
    {"integer", "number", "year", "date", "period", "code", "region", "agency", "link", "uscc"}
)
"""Kinds by which people filter and sort; each of their fields has an index over the rows that stand."""
_NAME_LENGTH = 63


@lru_cache(maxsize=512)
def row_table(register: Register) -> sa.Table:
    """Return the table of a register: the columns of its rows, lists as JSON text, the key as one text."""
    name = f"reg_{register.id}"
    required = {
        "row_id",
        "version",
        "state",
        "withdrawn",
        "created_at",
        "created_by",
        "changed_at",
        "changed_by",
    }
    columns = [
        sa.Column(
            column, _column_type(dtype), primary_key=column == "row_id", nullable=column not in required
        )
        for column, dtype in schema_of(register).items()
    ]
    table = sa.Table(name, sa.MetaData(), *columns, sa.Column(KEY, Text), sa.Column(WORDS, Text))
    stands = sa.not_(table.c.withdrawn)
    wanted = {KEY: (KEY,), "state": ("state",), "scope": ("scope_region", "scope_agency", "created_by")}
    wanted |= {column: (column,) for column in ("changed_at", register.label) if column in table.c}
    wanted |= {f.id: (f.id,) for f in register.fields if f.kind in INDEXED and f.id in table.c}
    for title, columns_of_index in wanted.items():
        index = sa.Index(
            _index_name(name, title), *(table.c[c] for c in columns_of_index), unique=title == KEY
        )
        for dialect in ("sqlite", "postgresql"):
            index.dialect_options[dialect]["where"] = stands
    return table


def install_registers(
    database: Database, registers: Iterable[Register], regions: pl.DataFrame
) -> tuple[Finding, ...]:
    """Make the tables of registers, or add the columns that a later edition brings; take over the regions.

    A field that is no longer there keeps its column and its figures; a field of another type is refused.

    Parameters
    ----------
    database : Database
        Where.
    registers : iterable of Register
        All registers of the library; those that the database knows beside them stay as they are.
    regions : polars.DataFrame
        Table ``regions`` of the pack (``code``, ``parent_code``).

    Returns
    -------
    tuple of Finding
        Notes: columns that were added to rows that stand already, and columns that nothing uses any more.

    Raises
    ------
    InputRefused
        ``register_kind_changed``, ``register_edition_older``; whatever the database says.
    """
    wanted = {register.id: register for register in registers}
    closure = frozenset(close_regions(regions).iter_rows())
    with database.reading() as connection:
        if _is_current(connection, wanted, closure):
            return ()
    notes: list[Finding] = []
    with database.writing("editions") as connection:
        known = _read_editions(connection)
        problems = [p for one in wanted.values() for p in _contradictions(one, known.get(one.id))]
        if problems:
            raise InputRefused(problems)
        for register in wanted.values():
            notes += _install(connection, register, known.get(register.id))
        _replace_regions(connection, closure)
    return tuple(notes)


def _is_current(
    connection: sa.Connection, wanted: dict[str, Register], closure: frozenset[tuple[str, str]]
) -> bool:
    known = {name: row.definition_json for name, row in _read_editions(connection).items()}
    if any(known.get(one.id) != _definition(one) for one in wanted.values()):
        return False
    return {tuple(row) for row in connection.execute(sa.select(region_closure))} == closure


def _read_editions(connection: sa.Connection) -> dict[str, Any]:
    return {row.register_id: row for row in connection.execute(sa.select(register_edition))}


def _definition(register: Register) -> str:
    return json.dumps(register.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


def _columns(register: Register) -> dict[str, str]:
    """Return the type of every column and, as ``list.field``, of every column of a list."""
    found = {}
    for name, dtype in schema_of(register).items():
        found[name] = "List" if isinstance(dtype, pl.List) else str(dtype)
        if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct):
            found |= {f"{name}.{field.name}": str(field.dtype) for field in dtype.inner.fields}
    return found


def _contradictions(register: Register, known: Any) -> list[Finding]:
    if known is None:
        return []
    if register.edition < known.edition:
        params = {"register": register.id, "edition": register.edition, "known": known.edition}
        return [Finding("register_edition_older", params=params)]
    before = json.loads(known.columns_json)
    return [
        Finding(
            "register_kind_changed",
            params={"register": register.id, "field": name, "before": before[name], "now": dtype},
        )
        for name, dtype in _columns(register).items()
        if before.get(name, dtype) != dtype
    ]


def _install(connection: sa.Connection, register: Register, known: Any) -> list[Finding]:
    table, columns = row_table(register), _columns(register)
    if known is None:
        table.create(connection)
        row = {"register_id": register.id, "edition": register.edition}
        row |= {"columns_json": json.dumps(columns), "definition_json": _definition(register)}
        connection.execute(register_edition.insert(), row)
        return []
    before: dict[str, str] = json.loads(known.columns_json)
    added = [name for name in columns if name not in before and "." not in name]
    for name in added:
        _add_column(connection, table, name)
    present = {index["name"] for index in sa.inspect(connection).get_indexes(table.name)}
    for index in table.indexes:
        if index.name not in present:
            index.create(connection)
    change = register_edition.update().where(register_edition.c.register_id == register.id)
    kept = {"columns_json": json.dumps({**before, **columns}), "edition": register.edition}
    connection.execute(change.values(**kept, definition_json=_definition(register)))
    _derive_anew(connection, register, known.definition_json)
    unused = [name for name in before if name not in columns]
    told = (("register_field_added", added), ("register_field_unused", unused))
    return [
        Finding(code, params={"register": register.id, "fields": ", ".join(names)}, severity="note")
        for code, names in told
        if names
    ]


def _derive_anew(connection: sa.Connection, register: Register, definition: str) -> None:
    """Make key, words and scopes of every row anew if another edition makes them of other fields.

    Else rows could not be found by the new key, words would be searched in what is restricted now, and rights
    would follow the old region.

    Raises
    ------
    InputRefused
        ``register_key_ambiguous``: two rows that stand would have the same key.
    """
    from dafeng.store.database.row_values import derive_cells, shape_of  # noqa: PLC0415 - it needs this module

    now, table = shape_of(register), row_table(register)
    try:
        before = shape_of(type(register).model_validate_json(definition))
    except ValueError:  # an earlier dafeng wrote it in other words
        before = None
    if before is not None and _derived(before) == _derived(now):
        return
    names = [*now.schema, KEY]
    cells = [tuple(row) for row in connection.execute(sa.select(*(table.c[name] for name in names)))]
    made = [derive_cells(now, dict(zip(names, row, strict=True))) for row in cells]
    standing = [one[KEY] for one, row in zip(made, cells, strict=True) if not row[names.index("withdrawn")]]
    if len(set(standing)) < len(standing):
        raise InputRefused.of("register_key_ambiguous", register=register.id, key=", ".join(register.key))
    if made:
        connection.execute(table.update().values({KEY: None}))
        given: dict[str, Any] = {name: sa.bindparam(f"the_{name}") for name in made[0] if name != "row_id"}
        change = table.update().where(table.c.row_id == sa.bindparam("the_row_id")).values(given)
        connection.execute(change, [{f"the_{name}": cell for name, cell in one.items()} for one in made])


def _derived(shape: RowShape) -> tuple[object, ...]:
    return shape.register.key, shape.searched, shape.scopes


def _add_column(connection: sa.Connection, table: sa.Table, name: str) -> None:
    words = str(CreateColumn(table.c[name]).compile(dialect=connection.dialect))
    connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {words}')


def _replace_regions(connection: sa.Connection, closure: frozenset[tuple[str, str]]) -> None:
    connection.execute(region_closure.delete())
    rows = [{"ancestor": above, "descendant": below} for above, below in sorted(closure)]
    if rows:
        connection.execute(region_closure.insert(), rows)


def _column_type(dtype: pl.DataType) -> Any:
    if dtype == pl.Int64:
        return Whole
    if dtype == pl.Float64:
        return sa.Double()
    return sa.Boolean() if dtype == pl.Boolean else Text


def _index_name(table: str, column: str) -> str:
    """Return a name that both databases take (PostgreSQL cuts at 63 bytes)."""
    name = f"ix_{table}_{column}"
    if len(name) <= _NAME_LENGTH:
        return name
    return f"{name[:50]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
