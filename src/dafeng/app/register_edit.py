"""Adding, editing, withdrawing and restoring rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.app.register_book import require
from dafeng.app.register_restricted import require_restricted
from dafeng.app.register_rows import read_row
from dafeng.app.register_write import (
    Draft,
    Written,
    prepare_new,
    prepare_rows,
    require_reason,
    write_changes,
    write_prepared,
)
from dafeng.errors import InputRefused
from dafeng.register.changes import Change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.app.register_book import Book
    from dafeng.register.model import Register

DEFAULT_GRADE = "B"
"""Grade of a row whose writer states none."""


def add_row(book: Book, register_id: str, values: Mapping[str, Any], reason: str | None = None) -> Written:
    """Add a row.

    Parameters
    ----------
    book : Book
        Open book.
    register_id : str
        Register.
    values : mapping
        Fields and lists (typed), ``source`` (where the figures come from) and ``grade``.
    reason : str, optional
        Why.

    Raises
    ------
    InputRefused
        ``access_refused``: the actor may not add a row for this region or agency; ``row_source_missing``;
        whatever the validation or the store says.
    """
    register = book.library.register(register_id)
    require(book, "add", register.id)
    given = {"grade": DEFAULT_GRADE, **{name: value for name, value in values.items() if value is not None}}
    if not str(given.get("source") or "").strip():
        raise InputRefused.of("row_source_missing", register=register.id)
    return write_prepared(book, register, "add", prepare_new(book, register, given, "add"), reason)


def edit_row(
    book: Book,
    register_id: str,
    named: str,
    values: Mapping[str, Any],
    reason: str | None = None,
    version: int | None = None,
) -> Written:
    """Change fields or lists of a row.

    Parameters
    ----------
    book : Book
        Open book.
    register_id, named : str
        Register; id or key of the row.
    values : mapping
        What becomes different; None empties.
    reason : str, optional
        Why.
    version : int, optional
        Version that the writer saw; default: the one that stands now.

    Raises
    ------
    InputRefused
        ``row_unknown``; ``access_refused`` for the row as it stands or as it would stand, or for a restricted
        field; ``row_changed``; whatever the validation says.
    """
    register = book.library.register(register_id)
    row = read_row(book, register, named)
    require(book, "edit", register.id, row)
    require_restricted(book, register, row, values)
    before = row if version is None else {**row, "version": version}
    prepared = prepare_rows(book, register, [Draft(before, values)], "edit")
    require(book, "edit", register.id, prepared.rows.row(0, named=True))
    return write_prepared(book, register, "edit", prepared, reason)


def withdraw_row(book: Book, register_id: str, named: str, reason: str) -> Written:
    """Withdraw a row: it stays with its history, counts nowhere and frees its key.

    Raises
    ------
    InputRefused
        ``row_reason_missing``, ``row_unknown``, ``access_refused``.
    """
    register = book.library.register(register_id)
    row = read_row(book, register, named)
    return _turn(book, register, row, Change("withdraw", row["row_id"], row["version"]), reason)


def restore_row(book: Book, register_id: str, row_id: str, reason: str) -> Written:
    """Let a withdrawn row stand again.

    Raises
    ------
    InputRefused
        ``row_reason_missing``, ``row_unknown``, ``access_refused``, ``row_stands``, ``row_key_taken``.
    """
    register = book.library.register(register_id)
    row = read_row(book, register, row_id, withdrawn=True)
    return _turn(book, register, row, Change("restore", row["row_id"], row["version"]), reason)


def _turn(book: Book, register: Register, row: Mapping[str, Any], change: Change, reason: str) -> Written:
    require(book, "withdraw", register.id, row)
    require_reason(reason, str(row.get(register.label) or row["row_id"]))
    receipt = write_changes(book, register, "withdraw", [change], reason)
    return Written(receipt.batch_id, receipt.rows, (str(row["row_id"]),))
