"""Self-assessments: making the row with what is known, the form to fill in, and reading it back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dafeng.app.portal_uploads import inspect_upload
from dafeng.app.register_book import require
from dafeng.app.register_write import Draft, Written, new_head, prepare_new, prepare_rows, write_prepared
from dafeng.app.tasks_items import gather_ground, gather_items
from dafeng.app.tasks_rows import FORMS
from dafeng.app.tasks_subjects import find_subject, list_subjects
from dafeng.errors import Finding, InputRefused, Place
from dafeng.grids import read_grids
from dafeng.register.query import Filter, RowQuery
from dafeng.register.tasks_assessment import SUMMARY, merge_answers, renew_items, title_form
from dafeng.register.tasks_document import form_line
from dafeng.register.tasks_form import compose_form, read_form
from dafeng.register.tasks_period import parse_report_period
from dafeng.register.tasks_wording import TaskWording
from dafeng.register.template import check_form, describe_form
from dafeng.store.atomic import write_bytes_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.app.tasks_items import FormGround
    from dafeng.register.tasks_assessment import Subject
    from dafeng.register.tasks_form import FilledForm
    from dafeng.register.tasks_period import ReportPeriod

OPEN_STATES = frozenset({"drafted", "returned"})
"""States in which the body still writes."""


@dataclass(frozen=True, slots=True)
class FormRequest:
    """Which form.

    Parameters
    ----------
    subject : str
        Code, id or name of the city or body.
    period : str
        ``2026`` or ``2026-Q3``.
    pack : str
        Name or folder of the pack.
    run_folder : Path, optional
        Output of ``dafeng run``.
    """

    subject: str
    period: str
    pack: str
    run_folder: Path | None = None


def make_form(book: Book, request: FormRequest, ground: FormGround | None = None) -> dict[str, Any]:
    """Make the self-assessment of a subject and period, or renew what it is filled in with; return the row.

    What the body wrote stays. A form that was submitted is not touched. ``ground`` is what several forms
    share; default: gathered for this one.

    Raises
    ------
    InputRefused
        ``task_subject_unknown``, ``task_period_invalid``, ``access_refused``, what the stages refuse.
    """
    subject, period = find_subject(book, request.subject), parse_report_period(request.period)
    register = book.library.register(FORMS)
    held = _find_form(book, subject, period)
    if held is not None and held["state"] not in OPEN_STATES:
        return held
    ground = ground or gather_ground(book, request.pack, request.run_folder)
    gathered = gather_items(book, subject, ground)
    source = f"dafeng run {gathered.as_of.isoformat()}"
    given = {"as_of": gathered.as_of.isoformat(), "source": source, "grade": gathered.grade}
    if held is None:
        values = {
            **given, "subject": subject.id, "period": str(period), "title": title_form(subject, period),
            "subject_kind": subject.kind, "agency": subject.agency, "region": subject.region,
            "items": gathered.items,
        }  # fmt: skip
        write_prepared(book, register, "add", prepare_new(book, register, values, "form"))
    else:
        require(book, "edit", FORMS, held)
        values = {**given, "items": renew_items(held["items"] or (), gathered.items)}
        write_prepared(book, register, "edit", prepare_rows(book, register, [Draft(held, values)], "form"))
    return read_form_row(book, request)


@dataclass(frozen=True, slots=True)
class WrittenForms:
    """The workbooks of several bodies, and the bodies whose forms the actor may not make."""

    paths: tuple[Path, ...]
    out_of_reach: tuple[str, ...]


def make_forms(book: Book, request: FormRequest, folder: Path, *, send: bool = False) -> WrittenForms:
    """Make and write the self-assessment of every city and body with tasks, one workbook each.

    Parameters
    ----------
    book : Book
        Open book.
    request : FormRequest
        Its subject is not read.
    folder : Path
        Folder of the workbooks, ``<name> <period>.xlsx``.
    send : bool
        As in :func:`write_form`.

    Returns
    -------
    WrittenForms
        In the order of the subjects; those that are not the actor's are passed over and named.

    Raises
    ------
    InputRefused
        As :func:`make_form` and :func:`write_form`; ``access_refused`` if no form is the actor's.
    """
    if send:
        check_sendable(book)
    written: list[Path] = []
    refused: dict[str, InputRefused] = {}
    ground = gather_ground(book, request.pack, request.run_folder)
    for subject in list_subjects(book).values():
        path = folder / f"{subject.name_zh} {request.period}.xlsx"
        try:
            row = make_form(book, replace(request, subject=subject.id), ground)
            write_form(book, row, path, send=send)
        except InputRefused as error:
            if {finding.code for finding in error.findings} != {"access_refused"}:
                raise
            refused[subject.name_zh] = error
        else:
            written.append(path)
    if refused and not written:
        raise next(iter(refused.values()))
    return WrittenForms(tuple(written), tuple(refused))


def read_form_row(book: Book, request: FormRequest) -> dict[str, Any]:
    """Return the row of a self-assessment.

    Raises
    ------
    InputRefused
        ``task_subject_unknown``, ``task_period_invalid``, ``task_form_missing``.
    """
    subject, period = find_subject(book, request.subject), parse_report_period(request.period)
    row = _find_form(book, subject, period)
    if row is None:
        raise InputRefused.of("task_form_missing", subject=subject.name_zh, period=period)
    return row


def write_form(book: Book, row: Mapping[str, Any], path: Path, *, send: bool = False) -> None:
    """Write the form to fill in as a workbook.

    Parameters
    ----------
    book : Book
        Open book.
    row : mapping
        Self-assessment.
    path : Path
        ``.xlsx``.
    send : bool
        It goes to outsiders: refused unless the form has its legal marks.

    Raises
    ------
    InputRefused
        ``register_form_incomplete``, ``register_form_expired``, ``access_refused``.
    """
    from dafeng.store.task_form_bytes import task_form_bytes  # noqa: PLC0415 (xlsxwriter)

    register = book.library.register(FORMS)
    require(book, "export", FORMS, row)
    if send:
        check_sendable(book, row)
    line = form_line(describe_form(register, book.today), TaskWording("zh"))
    write_bytes_atomically(path, task_form_bytes(compose_form(row, line)))


def find_gaps(book: Book, row: Mapping[str, Any]) -> list[Finding]:
    """Return what the reader of a form should know: that it holds no task."""
    if any(item["item_kind"] == "task" for item in row["items"] or ()):
        return []
    params = {"day": book.today.isoformat()}
    return [Finding("task_form_without_tasks", params=params, severity="warning")]


def check_sendable(book: Book, row: Mapping[str, Any] | None = None) -> None:
    """Refuse to send a form without its legal marks, or without the right.

    Raises
    ------
    InputRefused
        ``access_refused``, ``register_form_incomplete``, ``register_form_expired``.
    """
    require(book, "send", FORMS, row)
    findings = check_form(book.library.register(FORMS), book.today)
    if findings:
        raise InputRefused(findings)


def fill_form(book: Book, request: FormRequest, path: Path) -> Written:
    """Read a filled form and write the words and scores of the body; nothing else is taken from it.

    Raises
    ------
    InputRefused
        ``task_form_broken``, ``task_form_other``, ``task_form_missing``, every finding of a cell, with
        row and column, ``access_refused``, ``row_changed`` if the row was changed since the export; what
        :func:`~dafeng.app.portal_uploads.inspect_upload` refuses.
    """
    row = read_form_row(book, request)
    require(book, "import", FORMS, row)
    content = inspect_upload(path.name, path).content
    filled = read_form(read_grids(content, path.name), path.name)
    _check_marks(filled, row, path)
    items, findings = merge_answers(row["items"] or (), filled.answers, filled.places)
    findings = [*filled.findings, *findings]
    if findings:
        raise InputRefused(findings)
    register = book.library.register(FORMS)
    values = {name: filled.whole.get(name) for name in SUMMARY} | {"items": items}
    seen = {**row, "version": int(filled.marks["version"])}
    prepared = prepare_rows(book, register, [Draft(seen, values)], path.name)
    if not prepared.changes:
        return Written("", 0)
    return _write_import(book, prepared.changes, path, hashlib.sha256(content).hexdigest())


def _write_import(book: Book, changes: tuple[Any, ...], path: Path, digest: str) -> Written:
    """Write the changes of a form with the name and the hash of its file."""
    from dafeng.store.database import write_batch  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(FORMS)
    head = replace(new_head(book, register, "import"), file=path.name, file_sha256=digest)
    receipt = write_batch(book.database, register, head, changes)
    return Written(receipt.batch_id, receipt.rows, tuple(change.row_id for change in changes))


def _check_marks(filled: FilledForm, row: Mapping[str, Any], path: Path) -> None:
    came = f"{filled.marks['subject']} {filled.marks['period']}"
    wanted = f"{row['subject']} {row['period']}"
    if came != wanted:
        params = {"form": came, "wanted": wanted}
        raise InputRefused([Finding("task_form_other", Place(path.name), params)])


def _find_form(book: Book, subject: Subject, period: ReportPeriod) -> dict[str, Any] | None:
    """Return a self-assessment, None if there is none or the actor may not see it."""
    from dafeng.store.database import read_page  # noqa: PLC0415 (sqlalchemy)

    wanted = (Filter("subject", "==", subject.id), Filter("period", "==", str(period)))
    page = read_page(book.database, book.library.register(FORMS), RowQuery(wanted), book.viewer())
    return page.frame.row(0, named=True) if page.total else None
