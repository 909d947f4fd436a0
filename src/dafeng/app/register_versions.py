"""The versions of a row as the actor may see them: what stood there, and what differs between two of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng.app.register_history import list_history
from dafeng.app.register_restricted import list_hidden
from dafeng.errors import InputRefused
from dafeng.register.schema import entered_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.app.register_book import Book


@dataclass(frozen=True, slots=True)
class Version:
    """A row after one event.

    Parameters
    ----------
    number : int
        Version.
    change, actor, at : str
        What happened, who did it, when.
    reason : str, optional
        Why.
    batch_id : str
        Batch.
    state_before, state : str
        State before (None for a new row) and after the event.
    values : mapping
        Fields, lists, ``source`` and ``grade`` that have a value.
    touched : tuple of str
        Those that the event changed.
    """

    number: int
    change: str
    actor: str
    at: str
    reason: str | None
    batch_id: str
    state_before: str | None
    state: str
    values: Mapping[str, Any]
    touched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs between two versions of a row."""

    field: str
    before: Any
    after: Any


def list_versions(book: Book, register_id: str, row_id: str) -> list[Version]:
    """Return the versions of a row, the newest first; what the actor may not see is in none of them.

    Parameters
    ----------
    book : Book
        Open book.
    register_id, row_id : str
        Register; id or key of the row, withdrawn or not.

    Raises
    ------
    InputRefused
        ``register_unknown``, ``access_refused``, ``row_unknown``.
    """
    register = book.library.register(register_id)
    known = {*entered_schema(register), "source", "grade"} - list_hidden(book, register)
    values: dict[str, Any] = {}
    made = []
    events = list_history(book, register.id, row_id).sort("version")
    for event in events.iter_rows(named=True):
        after = json.loads(event["after_json"]) if event["after_json"] else {}
        touched = {name: value for name, value in after.items() if name in known}
        values = {**values, **touched}
        made.append(
            Version(
                event["version"], event["change"], event["actor"], event["at"], event["reason"],
                event["batch_id"], event["state_before"], event["state_after"], values, tuple(touched),
            )
        )  # fmt: skip
    return made[::-1]


def compare_versions(versions: Sequence[Version], first: int, second: int) -> list[Difference]:
    """Return what differs between two versions of a row, in the order in which fields were first written.

    Parameters
    ----------
    versions : sequence of Version
        Of one row (:func:`list_versions`).
    first, second : int
        Numbers of two of them.

    Raises
    ------
    InputRefused
        ``row_version_unknown``.
    """
    by_number = {version.number: version for version in versions}
    for wanted in (first, second):
        if wanted not in by_number:
            raise InputRefused.of("row_version_unknown", version=wanted, newest=max(by_number, default=0))
    before, after = by_number[first].values, by_number[second].values
    return [
        Difference(name, before.get(name), after.get(name))
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]
