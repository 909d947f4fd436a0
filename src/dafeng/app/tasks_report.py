"""``dafeng tasks report``: the report of the lead office on a year or quarter, as document or workbook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dafeng.app.document_file import SUFFIXES, write_document
from dafeng.app.tasks_board import Board, read_board, write_board
from dafeng.app.tasks_rows import ISSUES, TASKS, TaskRows, state_names
from dafeng.errors import InputRefused
from dafeng.register.tasks_escalation import LEVELS
from dafeng.register.tasks_period import ReportPeriod, parse_report_period
from dafeng.register.tasks_report import ReportCase, compose_report
from dafeng.register.tasks_wording import TaskWording
from dafeng.report.official import check_length
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.document import OfficialDocument
    from dafeng.errors import Language


@dataclass(frozen=True, slots=True)
class Report:
    """A report and what it rests on."""

    document: OfficialDocument
    board: Board
    characters: int
    """Length of the text without attachments. [1]"""


def make_report(book: Book, period: str, language: Language = "zh") -> Report:
    """Return the report of a period: as it stood on its last day, or today if it is not over.

    Raises
    ------
    InputRefused
        ``task_period_invalid``, ``task_nothing_seeded``, ``document_too_long``.
    """
    span = parse_report_period(period)
    day = min(span.end, book.today)
    rows = TaskRows(replace(book, today=day), language)
    board = read_board(rows.book, language=language)
    document = compose_report(_case(rows, board, span))
    return Report(document, board, check_length(document))


def write_report(report: Report, path: Path) -> None:
    """Write a report by the suffix of the file: DOCX, HTML, Markdown, or the board as XLSX.

    Raises
    ------
    InputRefused
        ``document_form_unknown``.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        write_board(report.board, path)
    elif suffix in SUFFIXES:
        write_document(report.document, path)
    else:
        raise InputRefused.of("document_form_unknown", path=path, known=KnownNames((*SUFFIXES, ".xlsx")))


def _case(rows: TaskRows, board: Board, span: ReportPeriod) -> ReportCase:
    book = rows.book
    issues = book.library.register(ISSUES)
    agencies = board.ground.agencies
    since = span.start.isoformat()
    raised = rows.read_steps(ISSUES, rows.issues["row_id"].to_list(), since)
    office = agencies.get(book.library.register(TASKS).lead_agency)
    names = {choice.code: getattr(choice, rows.language) for choice in issues.field("severity").choices}
    names |= {**state_names(issues, rows.language), **agencies}
    return ReportCase(
        board.tasks, board.counts, rows.issues,
        rows.read_steps(TASKS, rows.tasks["row_id"].to_list(), since),
        sum(step["state_after"] in LEVELS[1:] for step in raised),
        span, rows.day, board.ground.regions[book.pack.config.pack.region], office or "", names,
        TaskWording(rows.language),
    )  # fmt: skip
