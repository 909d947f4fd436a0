"""Reading rows: all of a register, or a page that is filtered, searched and sorted; for one viewer or all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from dafeng.errors import InputRefused
from dafeng.register.query import MOST_ROWS
from dafeng.register.schema import schema_of
from dafeng.store.database.permitted import permitted
from dafeng.store.database.row_schema import restricted_columns
from dafeng.store.database.row_tables import KEY, WORDS, row_table
from dafeng.store.database.row_values import fold, frame_of_cells
from dafeng.store.database.tables import region_closure
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Collection

    from dafeng.register.model import Register
    from dafeng.register.query import Filter, RowQuery, Viewer
    from dafeng.store.database.connection import Database

SEE_RESTRICTED = "see_restricted"
AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows in the order that was asked for.
    total : int
        Rows that fulfil the query on all pages.
    """

    frame: pl.DataFrame
    total: int


def read_rows(
    database: Database,
    register: Register,
    *,
    row_ids: Collection[str] | None = None,
    viewer: Viewer | None = None,
    withdrawn: bool = False,
) -> pl.DataFrame:
    """Return rows with their stored columns, in the order in which they were made.

    Parameters
    ----------
    database : Database
        Where.
    register : Register
        Register that is installed.
    row_ids : collection of str, optional
        Only these; unknown ones are left out.
    viewer : Viewer, optional
        Only rows that the viewer's permissions reach; figures that the viewer may not see are empty.
    withdrawn : bool
        Also rows that were withdrawn.

    Returns
    -------
    polars.DataFrame
        Columns of :func:`dafeng.register.schema.schema_of`.
    """
    table = row_table(register)
    query = sa.select(*shown_columns(register, viewer)).order_by(table.c.row_id)
    if not withdrawn:
        query = query.where(sa.not_(table.c.withdrawn))
    if viewer is not None:
        query = query.where(permitted(register, viewer))
    with database.reading() as connection:
        if row_ids is None:
            return frame_of_cells(register, _fetch(connection, query))
        cells, wanted = [], sorted(row_ids)
        for start in range(0, len(wanted), AT_ONCE):
            some = table.c.row_id.in_(wanted[start : start + AT_ONCE])
            cells += _fetch(connection, query.where(some))
    return frame_of_cells(register, cells)


def read_page(database: Database, register: Register, query: RowQuery, viewer: Viewer | None = None) -> Page:
    """Return one page of rows and how many there are in all.

    Parameters
    ----------
    database : Database
        Where.
    register : Register
        Register that is installed.
    query : RowQuery
        Filters, words, order, page.
    viewer : Viewer, optional
        Only rows that the viewer's permissions reach; a figure that the viewer may not see is empty, also to
        filters and order.

    Returns
    -------
    Page
        Rows in order, and their number on all pages.

    Raises
    ------
    InputRefused
        ``row_query_field``, ``row_query_value``, ``row_query_limit``.
    """
    if query.offset < 0 or not 0 < query.limit <= MOST_ROWS:
        raise InputRefused.of("row_query_limit", most=MOST_ROWS)
    table = row_table(register)
    shown = {column.name: column for column in shown_columns(register, viewer)}
    order = [(_find_column(register, shown, name), is_down) for name, is_down in query.sort]
    conditions = choose_rows(register, query, viewer, database.dialect)
    with database.reading() as connection:
        choose = _choose_once if query.filters or query.search else _choose_twice
        ids, total = choose(connection, table, conditions, order, query)
        cells = _fetch(connection, sa.select(*shown.values()).where(table.c.row_id.in_(ids))) if ids else []
    place = {row_id: number for number, row_id in enumerate(ids)}
    return Page(frame_of_cells(register, sorted(cells, key=lambda row: place[row[0]])), total)


def _choose_once(
    connection: sa.Connection,
    table: sa.Table,
    conditions: list[Any],
    order: list[tuple[Any, bool]],
    query: RowQuery,
) -> tuple[list[str], int]:
    """Return the ids of a page and the number of rows from one look at the rows, as conditions are costly."""
    keys = [column.label(f"key{number}") for number, (column, _) in enumerate(order)]
    chosen = sa.select(table.c.row_id, *keys).where(*conditions).cte("chosen")
    count = sa.select(sa.func.count()).select_from(chosen).scalar_subquery()
    sorted_by = [_order(chosen.c[f"key{number}"], is_down) for number, (_, is_down) in enumerate(order)]
    page = sa.select(chosen.c.row_id, count).order_by(*sorted_by, chosen.c.row_id)
    rows = connection.execute(page.limit(query.limit).offset(query.offset)).all()
    if not rows and query.offset:  # a page after the last one
        return [], connection.execute(sa.select(count)).scalar_one()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def _choose_twice(
    connection: sa.Connection,
    table: sa.Table,
    conditions: list[Any],
    order: list[tuple[Any, bool]],
    query: RowQuery,
) -> tuple[list[str], int]:
    """Return the ids of a page and the number of rows, each from its own index: no condition on fields."""
    count = sa.select(sa.func.count()).select_from(table).where(*conditions)
    sorted_by = [_order(column, is_down) for column, is_down in order]
    page = sa.select(table.c.row_id).where(*conditions).order_by(*sorted_by, table.c.row_id)
    ids = connection.execute(page.limit(query.limit).offset(query.offset)).scalars()
    return list(ids), connection.execute(count).scalar_one()


def choose_rows(
    register: Register, query: RowQuery, viewer: Viewer | None, dialect: str
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a query and the permissions of its viewer make.

    Raises
    ------
    InputRefused
        ``row_query_field``, ``row_query_value``.
    """
    table = row_table(register)
    shown = {column.name: column for column in shown_columns(register, viewer)}
    conditions = [] if query.withdrawn else [sa.not_(table.c.withdrawn)]
    conditions += [_weigh(_condition(register, shown, one), one, dialect) for one in query.filters]
    conditions += [_has_word(table.c[WORDS], word) for word in fold(query.search).split()]
    return [*conditions, permitted(register, viewer)] if viewer is not None else conditions


def shown_columns(register: Register, viewer: Viewer | None) -> list[Any]:
    """Return the columns of the schema; for a viewer, restricted ones only in rows where he may see them."""
    columns = row_table(register).c
    hidden = restricted_columns(register) if viewer is not None else frozenset()
    if viewer is None or not hidden:
        return [columns[name] for name in schema_of(register)]
    sees = permitted(register, replace(viewer, action=SEE_RESTRICTED))
    return [
        sa.case((sees, columns[name])).label(name) if name in hidden else columns[name]
        for name in schema_of(register)
    ]


def _find_column(register: Register, shown: dict[str, Any], name: str) -> Any:
    lists = {child.id for child in register.lists}
    if name not in shown or name in lists:
        known = [column for column in shown if column not in lists]
        raise InputRefused.of(
            "row_query_field", register=register.id, field=name, suggestion=Suggestion(name, known)
        )
    column = shown[name]
    return column.element if isinstance(column, sa.Label) else column


def _order(column: Any, is_down: bool) -> Any:
    return column.desc().nulls_last() if is_down else column.asc().nulls_last()


def _has_word(column: Any, word: str) -> Any:
    return column.contains(word, autoescape=True)


def _condition(register: Register, shown: dict[str, Any], one: Filter) -> Any:
    """Return a filter as a condition; a missing value fulfils none but ``missing``."""
    column = _find_column(register, shown, one.field)
    if one.operator == "missing":
        return column.is_(None)
    if one.operator == "present":
        return column.is_not(None)
    dtype = schema_of(register)[one.field]
    given = one.value if isinstance(one.value, tuple) else (one.value,)
    is_text = one.operator in {"contains", "starts", "below"}
    if not given or any(not _fits(value, dtype) for value in given) or (is_text and dtype != pl.String):
        raise InputRefused.of("row_query_value", field=one.field, operator=one.operator, value=one.value)
    if one.operator == "in":
        return column.in_(given)
    value = given[0]
    if one.operator == "below":
        return column.in_(sa.select(region_closure.c.descendant).where(region_closure.c.ancestor == value))
    if one.operator == "contains":
        return column.contains(value, autoescape=True)
    if one.operator == "starts":
        return column.startswith(value, autoescape=True)
    compared = {"==": column.__eq__, "!=": column.__ne__, "<": column.__lt__, "<=": column.__le__,
                ">": column.__gt__, ">=": column.__ge__}  # fmt: skip
    return compared[one.operator](value)


def _weigh(condition: Any, one: Filter, dialect: str) -> Any:
    """Tell SQLite that a range may hold most rows: to look up half of them by index takes longer than all."""
    is_exact = one.operator in {"==", "missing"}
    return condition if is_exact or dialect != "sqlite" else sa.func.likely(condition)


def _fits(value: Any, dtype: pl.DataType) -> bool:
    if dtype == pl.Boolean:
        return isinstance(value, bool)
    if dtype.is_numeric():
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def read_keys(database: Database, register: Register) -> pl.DataFrame:
    """Return of the rows that stand what imports and links need: id, version, state, key and label."""
    table, schema = row_table(register), schema_of(register)
    names = dict.fromkeys(("row_id", "version", "state", *register.key, register.label))
    kept = [name for name in names if name in schema]
    query = sa.select(*(table.c[n] for n in kept)).where(sa.not_(table.c.withdrawn)).order_by(table.c.row_id)
    with database.reading() as connection:
        return pl.DataFrame(_fetch(connection, query), schema={n: schema[n] for n in kept}, orient="row")


def find_row(database: Database, register: Register, key_text: str) -> str:
    """Return the id of the row that stands under a key (parts joined by ``/``) or has this id.

    Blanks around it count only if a key has them.

    Raises
    ------
    InputRefused
        ``row_unknown``.
    """
    table = row_table(register)
    stands, bare = sa.not_(table.c.withdrawn), key_text.strip()
    with database.reading() as connection:
        for wanted in (
            stands & (table.c[KEY] == key_text),
            stands & (table.c[KEY] == bare),
            table.c.row_id == bare,
        ):
            found = connection.execute(sa.select(table.c.row_id).where(wanted)).scalar()
            if found is not None:
                break
    if found is None:
        raise InputRefused.of("row_unknown", register=register.id, row=key_text)
    return str(found)


def _fetch(connection: sa.Connection, query: sa.Select[Any]) -> list[Any]:
    """Return all rows as the driver gives them, which is much faster than one object a row."""
    result = connection.execute(query)
    cursor = result.cursor
    assert cursor is not None
    rows = cursor.fetchall()
    result.close()
    return list(rows)
