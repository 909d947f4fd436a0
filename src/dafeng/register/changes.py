"""What a writer hands to the store: a batch with its head, and one change a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Act = Literal["import", "add", "edit", "step", "correct", "undo", "withdraw", "attach"]
"""What somebody does (vocabulary ``register_act``)."""
ChangeKind = Literal["insert", "update", "step", "withdraw", "restore"]
"""What happens to one row (vocabulary ``register_change``)."""


@dataclass(frozen=True, slots=True)
class BatchHead:
    """Who writes what, when and why.

    Parameters
    ----------
    batch_id : str
        Made by the caller (:func:`dafeng.app.register_book.new_id`), so that a repeated call is found out.
    register_id, act, actor, at : str
        Register, act, name of the actor, time with offset (``2026-11-22T09:30:00+08:00``).
    reason, file, file_sha256, reverses : str, optional
        Why; the file that was imported and its hash; the batch that this one reverses.
    """

    batch_id: str
    register_id: str
    act: Act
    actor: str
    at: str
    reason: str | None = None
    file: str | None = None
    file_sha256: str | None = None
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row.

    Parameters
    ----------
    kind : ChangeKind
        What happens.
    row_id : str
        Row; a new id for an insert.
    version : int
        Version that the writer saw (0 for an insert); if the row has another one now, the batch is refused.
    values : mapping
        Fields and lists that get a new value (JSON types; a list is a list of mappings; None empties), with
        ``source`` and ``grade`` if they change; an insert gives all.
    state : str, optional
        State after a step or an insert.
    reason : str, optional
        Why this row, if it differs from the batch.
    """

    kind: ChangeKind
    row_id: str
    version: int
    values: Mapping[str, Any] = field(default_factory=dict)
    state: str | None = None
    reason: str | None = None
