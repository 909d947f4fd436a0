"""Tables of the last run as an actor may see them: which there are, what they are, their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.portal_release import reach_of, release_of
from dafeng.app.register_book import judge, refusal
from dafeng.app.tables import TABLES
from dafeng.errors import InputRefused
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dafeng.app.portal import Portal
    from dafeng.app.portal_data import Edition
    from dafeng.app.register_book import Book
    from dafeng.store.workspace import StageRecord
    from dafeng.table import Table


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table as an actor may see it.

    Parameters
    ----------
    line : mapping
        Its line of :func:`list_tables`.
    frame : polars.DataFrame
        Rows that he may see.
    contract : type of Table
        Its columns.
    edition : Edition
        Run that it is from.
    steps : tuple of dict
        Steps of the stage that made it.
    """

    line: Mapping[str, Any]
    frame: pl.DataFrame
    contract: type[Table]
    edition: Edition
    steps: tuple[Mapping[str, Any], ...]


LINE = {
    "table_id": pl.String, "name_zh": pl.String, "name_en": pl.String, "room": pl.String, "stage": pl.String,
    "table_class": pl.String,
}  # fmt: skip


def list_tables(portal: Portal, book: Book) -> pl.DataFrame:
    """Return the tables that the actor may see: id, names, room, stage, class.

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``.
    """
    edition = portal.data.require_edition()
    visible = frozenset(portal.data.visible_tables(book))
    lines = [line for line, _ in _lines(book, edition) if line["table_id"] in visible]
    return pl.DataFrame(lines, schema=LINE, orient="row").sort("table_id")


def _lines(book: Book, edition: Edition) -> Iterator[tuple[dict[str, Any], StageRecord]]:
    """Yield the line of every table whose contract this program knows, and the stage that made it."""
    for stage, record in edition.manifest.stages.items():
        for one in record.tables:
            table_id = str(one["id"])
            if table_id in TABLES:
                _, zh, en = TABLES[table_id]
                yield {
                    "table_id": table_id, "name_zh": zh, "name_en": en, "room": table_id.partition(".")[0],
                    "stage": stage, "table_class": release_of(book, table_id).kind,
                }, record  # fmt: skip


def read_table(portal: Portal, book: Book, table_id: str) -> SeenTable:
    """Return a table as the actor may see it.

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``; ``portal_table_unknown``, also for a table that he may not see.
    """
    frame = portal.data.frame(book, table_id)
    edition = portal.data.require_edition()
    for line, record in _lines(book, edition):
        if line["table_id"] == table_id:
            return SeenTable(line, frame, TABLES[table_id][0], edition, tuple(record.steps))
    visible = list_tables(portal, book)["table_id"].to_list()
    raise InputRefused.of("portal_table_unknown", table=table_id, suggestion=Suggestion(table_id, visible))


def find_table(portal: Portal, book: Book, table_id: str) -> pl.DataFrame | None:
    """Return the rows of a table that the actor may see; None where there is none for him."""
    if table_id not in portal.data.visible_tables(book):
        return None
    return portal.data.frame(book, table_id)


def require_table_export(book: Book, table_id: str) -> None:
    """Refuse to give a table away as a file to who may only look at it.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    names = {f"class.{release_of(book, table_id).kind}", f"table.{table_id}", "*"}
    lines = reach_of(book).lines
    if not any(action == "export" and resource in names for action, resource, _ in lines):
        raise InputRefused([refusal(book, judge(book, "export", f"table.{table_id}"))])
