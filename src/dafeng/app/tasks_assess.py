"""Self-assessments: submission, review and approval; the report as DOCX, HTML, Markdown or XLSX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.app.document_file import SUFFIXES, write_document
from dafeng.app.register_book import require
from dafeng.app.register_restricted import hide_restricted
from dafeng.app.tasks_form import check_sendable, write_form
from dafeng.app.tasks_rows import FORMS, TASKS, TaskRows
from dafeng.app.tasks_subjects import list_subjects
from dafeng.errors import InputRefused
from dafeng.register.schema import rows_frame, schema_of
from dafeng.register.tasks_document import AssessmentCase, compose_assessment
from dafeng.register.tasks_period import parse_report_period
from dafeng.register.tasks_wording import TaskWording
from dafeng.register.template import describe_form
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.document import OfficialDocument
    from dafeng.errors import Language


def write_assessment(
    book: Book, row: Mapping[str, Any], path: Path, language: Language = "zh", *, send: bool = False
) -> None:
    """Write a self-assessment by the suffix of the file: the report, or the workbook with all items.

    Raises
    ------
    InputRefused
        ``document_form_unknown``, ``access_refused``, ``register_form_incomplete``,
        ``register_form_expired``.
    """
    suffix = path.suffix.lower()
    if suffix not in {*SUFFIXES, ".xlsx"}:
        raise InputRefused.of("document_form_unknown", path=path, known=KnownNames((*SUFFIXES, ".xlsx")))
    require(book, "export", FORMS, row)
    if suffix == ".xlsx":
        write_form(book, row, path, send=send)
        return
    if send:
        check_sendable(book, row)
    write_document(make_assessment(book, row, language), path)


def make_assessment(book: Book, row: Mapping[str, Any], language: Language = "zh") -> OfficialDocument:
    """Return a self-assessment as a document with its procedure and the index of its evidence.

    Evidence are the files of the self-assessment and of the tasks that stand in it, as far as the actor may
    see these tasks.
    """
    register = book.library.register(FORMS)
    words, rows = TaskWording(language), TaskRows(book, language)
    subject = list_subjects(book).get(row["subject"])
    agencies = {each["agency_id"]: each for each in book.pack.tables["agencies"].to_dicts()}
    shown = hide_restricted(book, register, rows_frame([row], schema_of(register))).row(0, named=True)
    name = row["subject"] if subject is None else getattr(subject, f"name_{language}")
    return compose_assessment(
        AssessmentCase(
            shown, parse_report_period(row["period"]), describe_form(register, book.today), name,
            words.name(agencies[register.lead_agency]) if register.lead_agency else "",
            rows.read_steps(FORMS, [row["row_id"]]), list_evidence(rows, row), words,
        )
    )  # fmt: skip


def list_evidence(rows: TaskRows, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the files of a self-assessment and of its tasks (EvidenceIndex)."""
    numbers = {item["item_no"] for item in row["items"] or () if item["item_kind"] == "task"}
    labels = {task["row_id"]: task["task_no"] for task in rows.tasks.to_dicts() if task["task_no"] in numbers}
    own = rows.read_files(FORMS, [row["row_id"]]).to_dicts()
    found = [*own, *rows.read_files(TASKS, list(labels)).to_dicts()]
    kept = ("attachment_id", "register_id", "name", "sha256", "size_bytes", "purpose", "actor", "at")
    return [
        {name: file[name] for name in kept} | {"label": labels.get(file["row_id"], row["title"])}
        for file in found
    ]
