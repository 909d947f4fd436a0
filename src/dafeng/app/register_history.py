"""Who changed what, when and why; what the actor may not see of a row is not in its history either."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.register_book import require
from dafeng.app.register_restricted import find_restricted, list_hidden, see_restricted, sees_whole
from dafeng.app.register_rows import read_row
from dafeng.errors import InputRefused
from dafeng.register.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from dafeng.app.register_book import Book
    from dafeng.register.model import Register

LAST = "last"
"""How the newest batch may be called."""


def list_history(
    book: Book, register_id: str, named: str | None = None, batch_id: str | None = None
) -> pl.DataFrame:
    """Return the events of a row, a batch or a whole register.

    Parameters
    ----------
    book : Book
        Open book.
    register_id : str
        Register.
    named : str, optional
        Id or key of a row.
    batch_id : str, optional
        Batch.

    Returns
    -------
    History
        Of rows that the actor may see today; restricted values only where he may see them.

    Raises
    ------
    InputRefused
        ``access_refused``, ``row_unknown``, ``register_batch_unknown``.
    """
    from dafeng.store.database import read_history, read_rows  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(register_id)
    require(book, "see", register.id)
    row_id = read_row(book, register, named, withdrawn=True)["row_id"] if named else None
    events = read_history(book.database, register_id=register.id, row_id=row_id, batch_id=batch_id)
    if batch_id is not None and events.is_empty():
        raise InputRefused.of("register_batch_unknown", register=register.id, batch=batch_id)
    ids = events["row_id"].unique().to_list()
    rows = read_rows(book.database, register, row_ids=ids, viewer=book.viewer(), withdrawn=True)
    events = events.filter(pl.col("row_id").is_in(rows["row_id"].implode()))
    return _hide_events(book, register, events, rows)


def _hide_events(book: Book, register: Register, events: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return events without the restricted values of rows on which the actor may not see them."""
    restricted = frozenset(find_restricted(book.library, register)) | _gone(register, events)
    if not restricted or events.is_empty():
        return events
    everywhere = list_hidden(book, register)
    open_rows = set(rows.filter(see_restricted(book, register, rows))["row_id"])

    def hide(text: str | None, row_id: str) -> str | None:
        return _drop_fields(text, everywhere if row_id in open_rows else restricted)

    ids = events["row_id"].to_list()
    return events.with_columns(
        pl.Series(
            name,
            [hide(text, row_id) for text, row_id in zip(events[name], ids, strict=True)],
            dtype=pl.String,
        )
        for name in ("before_json", "after_json")
    )


def _gone(register: Register, events: pl.DataFrame) -> frozenset[str]:
    """Return fields of earlier editions that are no more: nobody can say whether they were restricted."""
    texts = events["after_json"].drop_nulls()
    names = texts.str.extract_all(r'"([a-z][a-z0-9_]*)":').list.explode().unique().str.strip_chars('":')
    return frozenset(names) - set(schema_of(register)) - _names_of_lines(register)


def _names_of_lines(register: Register) -> frozenset[str]:
    return frozenset(field.id for child in register.lists for field in child.fields)


def _drop_fields(text: str | None, hidden: Collection[str]) -> str | None:
    if text is None or not hidden:
        return text
    kept = {name: value for name, value in json.loads(text).items() if name not in hidden}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None


def list_batches(book: Book, register_id: str, limit: int | None = None) -> pl.DataFrame:
    """Return the batches of a register, the newest first (Batches).

    Raises
    ------
    InputRefused
        ``access_refused``.

    Notes
    -----
    A batch tells about rows of everybody: unless ``see`` reaches all rows of the register, the batches are
    those of the actor alone.
    """
    from dafeng.store.database import read_batches  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(register_id)
    require(book, "see", register.id)
    batches = read_batches(book.database, register_id=register.id)
    if not sees_whole(book, register.id, "see"):
        batches = batches.filter(pl.col("actor") == book.actor)
    return batches if limit is None else batches.head(limit)


def find_batch(book: Book, register_id: str, named: str) -> str:
    """Return a batch by its id; ``last`` is the newest of the register that the actor may see."""
    newest = list_batches(book, register_id, 1) if named == LAST else None
    return named if newest is None or newest.is_empty() else str(newest["batch_id"][0])
