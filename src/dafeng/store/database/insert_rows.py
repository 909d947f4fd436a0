"""Bulk import: a whole frame of new rows with its history in one transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa
from sqlalchemy import exc

from dafeng.errors import Finding, InputRefused, Place
from dafeng.register.schema import schema_of
from dafeng.store.database.batches import Digest, Receipt, ask, find_repeated, record_batch
from dafeng.store.database.bulk import Steps, insert_pieces, refresh_statistics
from dafeng.store.database.row_ids import new_row_ids
from dafeng.store.database.row_schema import searched_columns
from dafeng.store.database.row_tables import KEY, WORDS, row_table
from dafeng.store.database.row_values import check_values, shape_of, write_json
from dafeng.store.database.tables import event
from dafeng.store.database.write_rows import apply_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dafeng.register.changes import BatchHead, Change
    from dafeng.register.model import Register
    from dafeng.store.database.connection import Database

_MADE_HERE = ("row_id", "state")
"""Columns that the store makes where the frame does not give them."""


def insert_frame(
    database: Database,
    register: Register,
    head: BatchHead,
    frame: pl.DataFrame,
    progress: Callable[[int, int], None] | None = None,
    changes: Sequence[Change] = (),
) -> Receipt:
    """Write new rows with their history, and changes of rows that stand: all of them, or nothing.

    Parameters
    ----------
    database : Database
        Where.
    register : Register
        Register that is installed.
    head : BatchHead
        Who, when, why, from which file. A repeated call with the same id and content writes nothing.
    frame : polars.DataFrame
        Fields, stored formulas and lists of the register with ``source`` and ``grade``; missing columns are
        empty. ``row_id`` and ``state`` may be given; other columns that the store keeps itself are ignored.
    progress : callable, optional
        Called with steps done and steps in all; what it raises (an interruption) leaves nothing behind.
    changes : sequence of Change
        Changes of the same batch, made before the new rows.

    Returns
    -------
    Receipt
        What was written.

    Raises
    ------
    InputRefused
        ``row_key_taken``, ``row_exists``, ``row_step_forbidden`` (no such state), ``row_value_unstorable``,
        ``row_field_unknown``, ``register_batch_repeated``; of changes as
        :func:`~dafeng.store.database.write_rows.write_batch`; whatever the database says.
    """
    shape, rows = shape_of(register), _complete(register, head, _cast(register, frame))
    request = ask(head, (*_lines_of(changes), *rows.select(_asked(frame))["asked"]))
    problems = _find_unstorable(register, rows) + _find_repeated_keys(register, rows)
    problems += [p for one in changes for p in check_values(shape, one.row_id, one.values)]
    if problems:
        raise InputRefused(problems)
    table, steps = row_table(register), Steps(progress, total=2 * rows.height)
    history = _history(head, rows)
    digest = Digest()
    try:
        with database.writing(register.id) as connection:
            known = find_repeated(connection, head, request)
            if known:
                return known
            touched = apply_changes(connection, shape, head, changes, digest) if changes else {}
            _refuse_moved(register, rows, touched)
            insert_pieces(connection, table, _cells(register, rows, table), steps)
            insert_pieces(connection, event, history, steps)
            digest.add(_lines(history))
            receipt = record_batch(connection, head, len(touched) + rows.height, digest.hex(), request)
            refresh_statistics(connection, table)
            return receipt
    except exc.IntegrityError as error:
        conflicts = _find_conflicts(database, register, rows)
        if not conflicts:
            raise
        raise InputRefused(conflicts) from error


def _cast(register: Register, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that a writer gives in the types of the schema; missing ones are empty."""
    schema = schema_of(register)
    unknown = [name for name in frame.columns if name not in schema]
    if unknown:
        params = [{"register": register.id, "row": "", "field": name, "value": ""} for name in unknown]
        raise InputRefused(Finding("row_field_unknown", Place(column=str(p["field"])), p) for p in params)
    given = {**dict.fromkeys(n for n in _MADE_HERE if n in frame.columns), **shape_of(register).writable}
    return frame.select(
        pl.col(name).cast(schema[name]) if name in frame.columns else pl.lit(None, schema[name]).alias(name)
        for name in given
    )


def _complete(register: Register, head: BatchHead, frame: pl.DataFrame) -> pl.DataFrame:
    """Return whole rows with their key, their words and the JSON of their values."""
    moment = round(datetime.fromisoformat(head.at).timestamp() * 1000)
    made = {"version": pl.lit(1, pl.Int64), "withdrawn": pl.lit(value=False)}
    made |= {name: pl.lit(head.at) for name in ("created_at", "changed_at")}
    made |= {name: pl.lit(head.actor) for name in ("created_by", "changed_by")}
    if "row_id" not in frame.columns:
        made["row_id"] = pl.lit(pl.Series(new_row_ids(moment, frame.height), dtype=pl.String))
    if "state" not in frame.columns:
        made["state"] = pl.lit(register.first_state)
    made |= {
        scope: pl.col(name) if name else pl.lit(None, pl.String)
        for scope, name in shape_of(register).scopes.items()
    }
    return frame.with_columns(
        pl.struct(list(shape_of(register).recorded)).struct.json_encode().alias("after_json"),
        _joined(register.key, frame, "/").alias(KEY),
        _joined(searched_columns(register), frame, "\n")
        .str.normalize("NFKC")
        .str.to_lowercase()
        .alias(WORDS),
        **made,
    ).with_columns(pl.col("state").fill_null(register.first_state))


def _joined(names: tuple[str, ...], frame: pl.DataFrame, sign: str) -> pl.Expr:
    parts = [
        (pl.col(n).map_elements(str, pl.String) if frame[n].dtype.is_float() else pl.col(n).cast(pl.String))
        for n in names
    ]
    return pl.concat_str([part.fill_null("") for part in parts], separator=sign)


def _asked(frame: pl.DataFrame) -> pl.Expr:
    """Return what the caller gave as lines: values, and ids and states if they are his."""
    names = [name for name in _MADE_HERE if name in frame.columns]
    return pl.concat_str(["after_json", *names], separator="\x1f", ignore_nulls=True).alias("asked")


def _find_unstorable(register: Register, rows: pl.DataFrame) -> list[Finding]:
    """Return what a database does not hold: infinite numbers, texts with a zero byte; unknown states."""
    found = []
    for name, dtype in shape_of(register).writable.items():
        values = rows[name]
        bad = (
            values.is_finite().not_() if dtype == pl.Float64
            else values.str.contains("\x00", literal=True) if dtype == pl.String else None
        )  # fmt: skip
        if bad is not None and bad.any():
            for row in rows.filter(bad.fill_null(value=False)).select(KEY, name).iter_rows():
                params = {"register": register.id, "row": row[0], "field": name, "value": repr(row[1])[:80]}
                found.append(Finding("row_value_unstorable", Place(column=name), params))
    known = [state.code for state in register.states]
    for key, state in rows.filter(pl.col("state").is_in(known).not_()).select(KEY, "state").iter_rows():
        params = {"register": register.id, "row": key, "state": "", "target": state}
        found.append(Finding("row_step_forbidden", Place(column="state"), params))
    return found


def _lines_of(changes: Sequence[Change]) -> Iterator[str]:
    return (write_json(asdict(one)) for one in changes)


def _refuse_moved(register: Register, rows: pl.DataFrame, touched: dict[str, str]) -> None:
    """Refuse new rows with the key that a change of the same batch gives to another row."""
    moved = pl.DataFrame(
        {KEY: list(touched.values()), "first": list(touched)}, schema=dict.fromkeys((KEY, "first"), pl.String)
    )
    taken = _taken(register, rows.join(moved, on=KEY).select(register.label, KEY, "first"))
    if taken:
        raise InputRefused(taken)


def _find_repeated_keys(register: Register, rows: pl.DataFrame) -> list[Finding]:
    again = rows.filter(pl.col(KEY).is_first_distinct().not_())
    if again.is_empty():
        return []
    first = rows.unique(KEY, keep="first").select(KEY, pl.col("row_id").alias("first"))
    return _taken(
        register, again.join(first, on=KEY, maintain_order="left").select(register.label, KEY, "first")
    )


def _find_conflicts(database: Database, register: Register, rows: pl.DataFrame) -> list[Finding]:
    """Return the new rows whose key or id stands in the database already."""
    table = row_table(register)
    query = sa.select(table.c[KEY], table.c.row_id).where(sa.not_(table.c.withdrawn))
    with database.reading() as connection:
        standing = pl.DataFrame(
            [tuple(row) for row in connection.execute(query)],
            schema={KEY: pl.String, "first": pl.String}, orient="row",
        )  # fmt: skip
        ids = {row[0] for row in connection.execute(sa.select(table.c.row_id))}
    found = _taken(register, rows.join(standing, on=KEY).select(register.label, KEY, "first"))
    return found + [
        Finding("row_exists", params={"register": register.id, "row": row_id})
        for row_id in rows["row_id"] if row_id in ids
    ]  # fmt: skip


def _taken(register: Register, rows: pl.DataFrame) -> list[Finding]:
    place = Place(column=", ".join(register.key))
    return [
        Finding(
            "row_key_taken", place, {"register": register.id, "row": row[0], "key": row[1], "other": row[2]}
        )
        for row in rows.iter_rows()
    ]


def _cells(register: Register, rows: pl.DataFrame, table: sa.Table) -> pl.DataFrame:
    """Return the rows as the database holds them: lists as JSON text."""
    lists = [child.id for child in register.lists]
    encoded = [
        pl.when(pl.col(name).is_not_null())
        .then(pl.struct(pl.col(name).alias("x")).struct.json_encode().str.slice(5).str.head(-1))
        .alias(name)
        for name in lists
    ]
    return rows.with_columns(encoded).select(column.name for column in table.c)


def _history(head: BatchHead, rows: pl.DataFrame) -> pl.DataFrame:
    nothing = pl.lit(None, pl.String)
    return rows.select(
        "row_id", "version", "after_json", batch_id=pl.lit(head.batch_id), change=pl.lit("insert"),
        state_before=nothing, state_after="state", before_json=nothing, reason=nothing,
    )  # fmt: skip


def _lines(history: pl.DataFrame) -> pl.Series:
    """Return events as :func:`dafeng.store.database.write_rows.event_line` writes them."""
    quoted = [pl.struct(pl.col(n).alias("x")).struct.json_encode().str.slice(5).str.head(-1)
              for n in ("row_id", "state_after", "after_json")]  # fmt: skip
    line = pl.format('[{},1,"insert",null,{},null,{},null]', *quoted)
    return history.select(line.alias("line"))["line"]
