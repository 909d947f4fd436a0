"""What is asked of a register: filters, search, order, page; and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operator = Literal[
    "==", "!=", "<", "<=", ">", ">=", "in", "contains", "starts", "missing", "present", "below"
]
"""``below`` is for regions: the region or anything under it; ``missing`` and ``present`` take no value."""
MOST_ROWS = 10_000
"""Most rows of one page."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a field, a formula or one of the columns that every row has."""

    field: str
    operator: Operator
    value: str | float | bool | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows, in which order, how many.

    Parameters
    ----------
    filters : tuple of Filter
        All must hold.
    search : str
        Words that must stand in the label, the key or a text field of the row.
    sort : tuple of (str, bool)
        Field and whether it descends; rows without a value stand last; ties by ``row_id``.
    limit, offset : int
        Page; ``limit`` at most :data:`MOST_ROWS`.
    withdrawn : bool
        Also rows that were withdrawn.
    """

    filters: tuple[Filter, ...] = ()
    search: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int = 50
    offset: int = 0
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom rows are read: only those that the permission relation gives for the action.

    Parameters
    ----------
    actor : str
        Name of the actor.
    action : str
        Action, ``see`` unless told.
    """

    actor: str
    action: str = "see"
