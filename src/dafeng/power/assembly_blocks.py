"""Blocks of columns and rows, and the sparse matrix that they become."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from dafeng.power.program import GLOBAL, LinearProgram

if TYPE_CHECKING:
    from collections.abc import Iterable

Numbers = NDArray[np.float64]
Indices = NDArray[np.int32]
Positions = NDArray[np.intp]
"""Places in an array, not columns or rows."""
GLOBAL_HOURS: Indices = np.array([GLOBAL], dtype=np.int32)
"""Hours of a block of one column or row that belongs to no single hour."""


class Name(NamedTuple):
    """What a column or row stands for."""

    component: str
    """Asset, bus, limit or reserve."""
    kind: str
    """Quantity of a column, rule of a row."""
    hour: int
    """Hour over all periods; ``GLOBAL`` for capacities and yearly rows."""
    period: int | None
    """Period; None for what lives through several."""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of columns or rows of one component and kind, one an hour."""

    component: str
    kind: str
    first: int
    hours: Indices
    period: int | None = None
    """Period of a yearly row."""

    @property
    def indices(self) -> Indices:
        """Positions of its columns or rows."""
        return np.arange(self.first, self.first + self.hours.size, dtype=np.int32)


class Axis:
    """Blocks in the order in which they were added."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.size = 0
        self._firsts: list[int] = []
        self._found: dict[tuple[str, str, int | None], list[Block]] = {}

    def add(self, component: str, kind: str, hours: Indices, period: int | None = None) -> Indices:
        """Append a block and return its positions."""
        block = Block(component, kind, self.size, hours, period)
        if hours.size:
            self.blocks.append(block)
            self._firsts.append(self.size)
            self.size += hours.size
            self._found.clear()
        return block.indices

    def of_kind(self, kind: str) -> dict[str, Indices]:
        """Return component -> positions of all blocks of a kind."""
        found: dict[str, list[Indices]] = {}
        for block in self.blocks:
            if block.kind == kind:
                found.setdefault(block.component, []).append(block.indices)
        return {name: np.concatenate(parts) for name, parts in found.items()}

    def find(self, component: str, kind: str, period: int | None = None) -> list[Block]:
        """Return the blocks of a component and kind."""
        if not self._found:
            for block in self.blocks:
                self._found.setdefault((block.component, block.kind, block.period), []).append(block)
        return self._found.get((component, kind, period), [])

    def block_at(self, position: int) -> Block:
        """Return the block that holds a position.

        Raises
        ------
        IndexError
            If there is no such position.
        """
        if not 0 <= position < self.size:
            raise IndexError(position)
        return self.blocks[bisect_right(self._firsts, position) - 1]

    def name(self, position: int) -> Name:
        """Return what a position stands for; the period only of yearly rows."""
        block = self.block_at(position)
        return Name(block.component, block.kind, int(block.hours[position - block.first]), block.period)

    @property
    def hours(self) -> Indices:
        """Hour of every position."""
        return np.concatenate([block.hours for block in self.blocks] or [np.empty(0, dtype=np.int32)])


class ProgramBuilder:
    """Collects columns, rows and entries; :meth:`build` makes the arrays once."""

    def __init__(self) -> None:
        self.columns = Axis()
        self.rows = Axis()
        self.offset = 0.0
        self._cost: list[Numbers] = []
        self._lower: list[Numbers] = []
        self._upper: list[Numbers] = []
        self._row_lower: list[Numbers] = []
        self._row_upper: list[Numbers] = []
        self._entries: list[tuple[Indices, Indices, Numbers]] = []
        self._more_cost: list[tuple[Indices, Numbers]] = []

    def add_columns(
        self,
        component: str,
        kind: str,
        hours: Indices,
        *,
        lower: float | Numbers = 0.0,
        upper: float | Numbers = np.inf,
        cost: float | Numbers = 0.0,
        period: int | None = None,
    ) -> Indices:
        """Append a block of columns and return their positions."""
        columns = self.columns.add(component, kind, hours, period)
        for values, store in ((lower, self._lower), (upper, self._upper), (cost, self._cost)):
            store.append(_spread(values, hours.size))
        return columns

    def add_rows(
        self,
        component: str,
        kind: str,
        hours: Indices,
        *,
        lower: float | Numbers = -np.inf,
        upper: float | Numbers = np.inf,
        period: int | None = None,
    ) -> Indices:
        """Append a block of rows and return their positions."""
        rows = self.rows.add(component, kind, hours, period)
        self._row_lower.append(_spread(lower, hours.size))
        self._row_upper.append(_spread(upper, hours.size))
        return rows

    def add_terms(self, rows: Indices, terms: Iterable[tuple[Indices | int, float | Numbers]]) -> None:
        """Put ``coefficient`` at (row, column) of each term; entries at the same place add up.

        A single row or column is repeated along the other.
        """
        for columns, coefficients in terms:
            size = np.size(columns) if rows.size == 1 else rows.size
            where = np.broadcast_to(np.asarray(columns, dtype=np.int32), size)
            self._entries.append((np.broadcast_to(rows, size), where, _spread(coefficients, size)))

    def add_cost(self, columns: Indices, cost: Numbers) -> None:
        """Add to the cost of columns."""
        self._more_cost.append((columns, cost))

    def build(self, hours: int) -> LinearProgram:
        """Return the programme; entries of zero are left out."""
        cost = _join(self._cost)
        for columns, more in self._more_cost:
            np.add.at(cost, columns, more)
        shape = (self.rows.size, self.columns.size)
        rows, columns, values = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        keep = values != 0
        matrix = coo_array((values[keep], (rows[keep], columns[keep])), shape=shape).tocsr()
        matrix.eliminate_zeros()
        return LinearProgram(
            cost=cost,
            lower=_join(self._lower),
            upper=_join(self._upper),
            row_lower=_join(self._row_lower),
            row_upper=_join(self._row_upper),
            indptr=matrix.indptr.astype(np.int32),
            indices=matrix.indices.astype(np.int32),
            data=matrix.data,
            column_hour=self.columns.hours,
            row_hour=self.rows.hours,
            hours=hours,
            offset=self.offset,
        )


@dataclass(frozen=True, slots=True)
class Capacity:
    """The capacity of a unit in its active hours, as numbers or as columns."""

    value: Numbers
    """Capacity in each hour where it is fixed, nothing where it is a column, shape (hours,) [MW]."""
    column: Indices | None = None
    """Column of the capacity in each hour, shape (hours,)."""

    def times(self, share: Numbers, chosen: Positions | None = None) -> Numbers:
        """Return the share of a fixed capacity in some hours [MW]; nothing of the unlimited is nothing."""
        value = self.value if chosen is None else self.value[chosen]
        return np.multiply(share, value, out=np.zeros(value.size), where=share != 0)

    def term(self, share: float | Numbers, chosen: Positions) -> list[tuple[Indices, float | Numbers]]:
        """Return the share of the capacity's columns in some hours as a term; none where it is fixed."""
        return [] if self.column is None else [(self.column[chosen], share)]


def _spread(values: float | Numbers, size: int) -> Numbers:
    return np.broadcast_to(np.asarray(values, dtype=np.float64), size)


def _join(parts: list[Numbers]) -> Numbers:
    return np.concatenate(parts) if parts else np.empty(0)
