"""Rows as people read them: one row by key, linked rows, held fields and formulas of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.app.register_book import judge
from dafeng.errors import InputRefused
from dafeng.files import is_readable
from dafeng.register.fields import NUMERIC
from dafeng.register.query import MOST_ROWS, Filter, RowQuery
from dafeng.register.schema import empty_rows, link_fields
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.app.register_book import Book
    from dafeng.register.model import Register

LONGEST_KEY = 2000
"""Longest key or id of a row that is looked for. [characters]"""
FEW_KEYS = 900
"""Keys of linked rows that are asked one by one; for more the whole register is read."""


def complete_rows(book: Book, register: Register, frame: pl.DataFrame) -> pl.DataFrame:
    """Return stored rows with held fields, and with formulas that read the day or a linked row.

    Parameters
    ----------
    book, register
        Open book, register of the rows.
    frame : polars.DataFrame
        As the store reads them.
    """
    from dafeng.register.compute import compute_volatile  # noqa: PLC0415 (units)

    return compute_volatile(register, book.library, frame, read_linked(book, register, frame), book.today)


def read_linked(book: Book, register: Register, frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the rows of other registers to which rows point.

    Parameters
    ----------
    book, register
        Open book, register of the rows.
    frame : polars.DataFrame
        Rows with their link fields.

    Returns
    -------
    dict of str to polars.DataFrame
        Register -> rows that stand, at least those that are pointed to; every linked register is there.
    """
    wanted: dict[str, set[str]] = {}
    for name, target in link_fields(register).items():
        keys = set(frame[name].drop_nulls()) if name in frame.columns else set()
        wanted[target] = wanted.get(target, set()) | keys
    return {target: _read_keys_of(book, target, keys) for target, keys in wanted.items()}


def _read_keys_of(book: Book, register_id: str, keys: set[str]) -> pl.DataFrame:
    """Return the rows with these keys; with many keys, all rows."""
    from dafeng.store.database import read_page, read_rows  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(register_id)
    if not keys:
        return empty_rows(register)
    if register.field(register.key[0]).kind in NUMERIC or len(register.key) > 1 or len(keys) > FEW_KEYS:
        return read_rows(book.database, register)
    one = Filter(register.key[0], "in", tuple(sorted(keys)))
    return read_page(book.database, register, RowQuery((one,), limit=MOST_ROWS)).frame


def read_row(book: Book, register: Register, named: str, *, withdrawn: bool = False) -> dict[str, Any]:
    """Return a stored row by its id or key, if the actor may see it.

    Parameters
    ----------
    book, register
        Open book, register.
    named : str
        Id of the row, or its key (parts joined by ``/``).
    withdrawn : bool
        Also a row that was withdrawn (by its id).

    Raises
    ------
    InputRefused
        ``row_unknown``, also for a row that the actor may not see: that it is there is not told.
    """
    from dafeng.store.database import find_row, read_rows  # noqa: PLC0415 (sqlalchemy)

    if not is_readable(named) or not 0 < len(named.strip()) <= LONGEST_KEY:
        raise InputRefused.of("row_unknown", register=register.id, row=ascii(named)[:80])
    row_id = find_row(book.database, register, named)
    found = read_rows(book.database, register, row_ids=[row_id], withdrawn=withdrawn)
    row = None if found.is_empty() else found.row(0, named=True)
    if row is None or not judge(book, "see", register.id, row).allowed:
        raise InputRefused.of("row_unknown", register=register.id, row=named.strip())
    return row


def key_text(register: Register, row: Mapping[str, Any]) -> str:
    """Return the key of a row as it is written: parts joined by ``/``."""
    return "/".join("" if row.get(name) is None else str(row[name]) for name in register.key)


def find_step(register: Register, step_id: str) -> str:
    """Return the id of a step, given by id, Chinese or English name.

    Raises
    ------
    InputRefused
        ``register_step_unknown``.
    """
    wanted = step_id.strip().lower()
    for step in register.transitions:
        if wanted in {step.id, step.zh.lower(), step.en.lower()}:
            return step.id
    suggestion = Suggestion(step_id, [step.id for step in register.transitions])
    raise InputRefused.of("register_step_unknown", step=step_id, suggestion=suggestion)
