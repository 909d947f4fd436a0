"""``dafeng tasks board``: where tasks stand on a day, counted by body, city and clause; as a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.app.tasks_rows import TaskRows
from dafeng.errors import InputRefused
from dafeng.register.tasks_contracts import TaskBoard, TaskCounts
from dafeng.register.tasks_standing import BoardFilter, BoardGround, count_tasks, filter_board, make_board
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.audit_bytes import TableSheet, table_sheets_bytes
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from dafeng.app.register_book import Book
    from dafeng.errors import Language

GROUPS = ("agency", "city", "clause")
"""How tasks are counted."""


@dataclass(frozen=True, slots=True)
class Board:
    """The board on a day.

    Parameters
    ----------
    tasks : polars.DataFrame
        TaskBoard: the tasks that were asked for.
    counts : polars.DataFrame
        TaskCounts of these tasks.
    ground : BoardGround
        What it rests on.
    """

    tasks: pl.DataFrame
    counts: pl.DataFrame
    ground: BoardGround


def read_board(book: Book, wanted: BoardFilter | None = None, language: Language = "zh") -> Board:
    """Return the board as the actor may see it on the day of the book.

    Raises
    ------
    InputRefused
        ``task_nothing_seeded``: no task was there on the day.
    """
    ground = TaskRows(book, language).ground()
    if ground.tasks.is_empty():
        raise InputRefused.of("task_nothing_seeded")
    tasks = filter_board(make_board(ground), wanted or BoardFilter())
    return Board(tasks, count_tasks(tasks, ground, GROUPS), ground)


def write_board(board: Board, path: Path) -> None:
    """Write a board as a workbook: all tasks, and counts by body, city and clause.

    Raises
    ------
    InputRefused
        ``document_form_unknown``: not ``.xlsx``.
    """
    if path.suffix.lower() != ".xlsx":
        raise InputRefused.of("document_form_unknown", path=path, known=KnownNames((".xlsx",)))
    sheets = [TableSheet("任务", board.tasks, TaskBoard)]
    names = {"agency": "按单位", "city": "按市", "clause": "按条款"}
    for kind in GROUPS:
        counts = board.counts.filter(board.counts["group_kind"] == kind)
        sheets.append(TableSheet(names[kind], counts, TaskCounts, hidden=("group_kind",)))
    write_bytes_atomically(path, table_sheets_bytes(sheets))
