"""Blocked tasks and what stands in the way: reporting an issue, and passing issues up by dated rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.register_rows import read_row
from dafeng.app.register_steps import take_step
from dafeng.app.register_write import prepare_new, write_prepared
from dafeng.app.tasks_rows import ISSUES, TASKS, TaskRows
from dafeng.files import read_bytes
from dafeng.parsing import parse_csv
from dafeng.register.tasks_contracts import EscalationRules
from dafeng.register.tasks_escalation import default_rules, find_escalations

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.register_book import Book

BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class IssueReport:
    """What somebody reports.

    Parameters
    ----------
    task : str
        Number of the task.
    title, about : str
        What is the matter, short and in full.
    severity : {"minor", "serious", "major"}
    waiting_for : str, optional
        Body that has to act.
    asked : str, optional
        What is asked of it.
    """

    task: str
    title: str
    about: str
    severity: str = "serious"
    waiting_for: str | None = None
    asked: str | None = None


def report_issue(book: Book, report: IssueReport) -> str:
    """Open an issue of a task, and report the task as blocked if its state allows; return the issue's number.

    The issue is validated before the step is taken; if the step is refused, there is no issue either.

    Raises
    ------
    InputRefused
        ``row_not_found``, ``access_refused``, what stands against the step, what the validation says.
    """
    register = book.library.register(TASKS)
    task = read_row(book, register, report.task)
    number = _next_number(book, task["task_no"])
    values: dict[str, Any] = {
        "issue_no": number, "title": report.title, "task": task["task_no"], "clause": task["clause"],
        "agency": task["agency"], "region": task["region"], "severity": report.severity,
        "raised_on": book.today.isoformat(), "about": report.about, "waiting_for": report.waiting_for,
        "asked": report.asked, "source": f"{book.actor} {book.today}", "grade": "A",
    }  # fmt: skip
    issues = book.library.register(ISSUES)
    prepared = prepare_new(book, issues, values, "block")
    if task["state"] != BLOCKED:
        take_step(book, TASKS, task["row_id"], "block", reason=report.title)
    write_prepared(book, issues, "add", prepared, report.title)
    return number


def find_due(book: Book, rules: Path | None = None) -> pl.DataFrame:
    """Return the issues that are due at a higher level on the day of the book (Escalations).

    Parameters
    ----------
    book : Book
        Open book.
    rules : Path, optional
        CSV of EscalationRules; default: those of the package.
    """
    return find_escalations(TaskRows(book).issues, read_rules(rules), book.today)


def read_rules(path: Path | None = None) -> pl.DataFrame:
    """Return rules of escalation.

    Raises
    ------
    InputRefused
        The file is not there or breaks the contract.
    """
    if path is None:
        return default_rules()
    return parse_csv(read_bytes(path), EscalationRules, str(path)).frame


def escalate(book: Book, due: pl.DataFrame) -> int:
    """Pass issues up: one step of history each, with the rule as reason; return how many.

    Nothing else follows from it: no state of a task, no score, no notice.

    Parameters
    ----------
    book : Book
        Open book.
    due : polars.DataFrame
        Escalations.

    Raises
    ------
    InputRefused
        ``access_refused``, ``row_changed``; issues before the refused one are passed up, running again goes
        on.
    """
    for row in due.iter_rows(named=True):
        take_step(book, ISSUES, row["issue_no"], row["step"], reason=f"{row['why_zh']} / {row['why_en']}")
    return due.height


def _next_number(book: Book, task_no: str) -> str:
    """Return the next number of an issue of a task; numbers of withdrawn issues are not used again."""
    from dafeng.store.database import read_rows  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(ISSUES)
    known = read_rows(book.database, register, withdrawn=True).filter(pl.col("task") == task_no)
    taken = set(known["issue_no"])
    number = known.height + 1
    while f"{task_no}-I{number}" in taken:
        number += 1
    return f"{task_no}-I{number}"
