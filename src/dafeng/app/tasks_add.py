"""``dafeng tasks add``: a task beside those of the plan, set by a city, a body or the lead office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng.app.register_edit import add_row
from dafeng.app.tasks_rows import TASKS
from dafeng.app.tasks_subjects import find_subject
from dafeng.register.tasks_derive import number_task

if TYPE_CHECKING:
    from dafeng.app.register_book import Book
    from dafeng.app.register_write import Written


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be done, by whom, until when.

    Parameters
    ----------
    clause, subject : str
        Clause; code, id or name of the city or body.
    title, measure : str
        Short and in full.
    due : str, optional
        Day.
    source : str
        On what it rests (a document, minutes).
    grade : str
        Evidence grade of the source.
    """

    clause: str
    subject: str
    title: str
    measure: str
    due: str | None = None
    source: str = ""
    grade: str = "B"


def add_task(book: Book, task: NewTask) -> Written:
    """Add a task with the next free number of its clause and body.

    Raises
    ------
    InputRefused
        ``task_subject_unknown``, ``access_refused``, ``row_source_missing``, what the validation says.
    """
    from dafeng.store.database import read_rows  # noqa: PLC0415 (sqlalchemy)

    subject = find_subject(book, task.subject)
    taken = read_rows(book.database, book.library.register(TASKS), withdrawn=True)["task_no"].to_list()
    values: dict[str, Any] = {
        "task_no": number_task(task.clause, subject.id, taken), "title": f"{task.title}（{subject.name_zh}）",
        "clause": task.clause, "agency": subject.agency, "region": subject.region, "role": "lead",
        "standing": "informed" if subject.kind == "informed" else "scored", "origin": "added",
        "measure": task.measure, "due": task.due, "goals": [], "source": task.source, "grade": task.grade,
    }  # fmt: skip
    return add_row(book, TASKS, values, task.source)
