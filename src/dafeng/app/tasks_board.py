"""``dafeng tasks board``: where tasks stand on a day, counted by body, city and clause; as a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from dafeng import terms
from dafeng.app.tasks_rows import ISSUES, TASKS, TaskRows, state_names
from dafeng.errors import InputRefused
from dafeng.register.tasks_contracts import TaskBoard, TaskCounts
from dafeng.register.tasks_standing import BoardFilter, BoardGround, count_tasks, filter_board, make_board
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.audit_bytes import TableSheet, table_sheets_bytes
from dafeng.table import KnownNames, columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl

    from dafeng.app.register_book import Book
    from dafeng.errors import Language
    from dafeng.table import Table

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
    names : mapping of str to mapping of str to str
        Column -> code -> word of the columns with codes, for the workbook.
    """

    tasks: pl.DataFrame
    counts: pl.DataFrame
    ground: BoardGround
    names: Mapping[str, Mapping[str, str]]


def read_board(book: Book, wanted: BoardFilter | None = None, language: Language = "zh") -> Board:
    """Return the board as the actor may see it on the day of the book.

    Raises
    ------
    InputRefused
        ``task_nothing_seeded``: no task is there; ``task_none_on_day``: none was on the day.
    """
    ground = TaskRows(book, language).ground()
    if ground.tasks.is_empty():
        _refuse_empty(book)
    tasks = filter_board(make_board(ground), wanted or BoardFilter())
    return Board(tasks, count_tasks(tasks, ground, GROUPS), ground, _name_codes(book, language))


def _refuse_empty(book: Book) -> NoReturn:
    """Say why there is no board: nothing was ever seeded, or not yet on the day."""
    from dafeng.store.database import read_rows  # noqa: PLC0415 (sqlalchemy)

    rows = read_rows(book.database, book.library.register(TASKS), viewer=book.viewer())
    if rows.is_empty():
        raise InputRefused.of("task_nothing_seeded")
    first = str(rows["created_at"].min())[:10]
    raise InputRefused.of("task_none_on_day", day=book.today.isoformat(), first=first)


def _name_codes(book: Book, language: Language) -> dict[str, Mapping[str, str]]:
    standing = book.library.register(TASKS).field("standing")
    return word_columns(TaskBoard, language) | {
        "standing": {choice.code: getattr(choice, language) for choice in standing.choices},
        "highest_level": state_names(book.library.register(ISSUES), language),
    }


def word_columns(contract: type[Table], language: Language = "zh") -> dict[str, Mapping[str, str]]:
    """Return column -> code -> word of the columns of a contract with a vocabulary; grades stay letters."""
    return {
        spec.name: {
            code: terms.name(spec.vocabulary, code, language) for code in terms.codes(spec.vocabulary)
        }
        for spec in columns_of(contract)
        if spec.vocabulary not in {"", "grade"}
    }


def write_board(board: Board, path: Path) -> None:
    """Write a board as a workbook: all tasks, and counts by body, city and clause.

    Raises
    ------
    InputRefused
        ``document_form_unknown``: not ``.xlsx``.
    """
    if path.suffix.lower() != ".xlsx":
        raise InputRefused.of("document_form_unknown", path=path, known=KnownNames((".xlsx",)))
    codes = ("agency", "region", "state")
    sheets = [TableSheet("任务", board.tasks, TaskBoard, codes, board.names)]
    names = {"agency": "按单位", "city": "按市", "clause": "按条款"}
    for kind in GROUPS:
        counts = board.counts.filter(board.counts["group_kind"] == kind)
        sheets.append(TableSheet(names[kind], counts, TaskCounts, ("group_kind", "group_id"), board.names))
    write_bytes_atomically(path, table_sheets_bytes(sheets))
