"""Documents of the lead office, made from what the actor may see: DOCX, PDF, HTML, Markdown, XLSX."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal, get_args

import polars as pl

from dafeng.app.portal_release import reach_of
from dafeng.app.run_tables import TABLES_READ
from dafeng.cities.facts import Facts
from dafeng.errors import InputRefused
from dafeng.register.tasks_period import ReportPeriod, parse_report_period
from dafeng.report.documents.case import DocumentCase, TaskTally
from dafeng.report.official import check_length
from dafeng.table import KnownNames, Suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.document import OfficialDocument, OfficialForm
    from dafeng.errors import Language

DocumentKind = Literal["yearly", "quarterly", "city", "department", "inventory"]
DocumentFormat = Literal["docx", "pdf", "html", "md", "xlsx"]
KINDS: tuple[str, ...] = get_args(DocumentKind)
FORMATS: tuple[str, ...] = get_args(DocumentFormat)
NEEDS: Mapping[str, str] = {
    "yearly": "tracking.verdicts", "quarterly": "tracking.verdicts", "city": "cities.dossiers",
    "department": "evaluation.departments", "inventory": "inventory.emissions",
}  # fmt: skip
"""Kind -> the table without which nothing can be said."""
FORMS: Mapping[str, OfficialForm] = {
    "yearly": "document", "quarterly": "document", "city": "plain", "department": "letter",
    "inventory": "document",
}  # fmt: skip
"""Kind -> its form of GB/T 9704-2012 unless another is wished for."""
QUARTERLY = "quarterly"
YEARLY_KINDS = ("yearly", "inventory")
"""Kinds that speak of whole years."""
LATE_LISTED = 20
"""Overdue tasks that are handed to a document. [1]"""


@dataclass(frozen=True, slots=True)
class DocumentWish:
    """Which document.

    Parameters
    ----------
    kind : str
        ``yearly``, ``quarterly``, ``city``, ``department``, ``inventory``.
    period : str
        ``2025`` or ``2026-Q3``; empty: the last one that was over on the day of the results.
    subject : str
        Code of the city, id of the body; empty for the others.
    format : str
        ``docx``, ``pdf``, ``html``, ``md``, ``xlsx``.
    language : {"zh", "en"}
        Language of the document.
    form : str
        ``document``, ``letter``, ``minutes``, ``plain``; empty: that of the kind.
    """

    kind: str
    period: str = ""
    subject: str = ""
    format: str = "docx"
    language: Language = "zh"
    form: str = ""


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A file that was made.

    Parameters
    ----------
    name : str
        File name with its suffix.
    raw : bytes
        Content.
    title : str
        Title of the document.
    """

    name: str
    raw: bytes
    title: str


def may_make(book: Book) -> bool:
    """Return whether the actor may have documents made: who may see internal figures of some region."""
    return bool(reach_of(book).regions("documents", "internal"))


def list_kinds(portal: Portal, book: Book) -> tuple[str, ...]:
    """Return the kinds of documents that the actor may have made from the last run."""
    if not may_make(book):
        return ()
    visible = set(portal.data.visible_tables(book))
    return tuple(kind for kind in KINDS if NEEDS[kind] in visible)


def list_subjects(portal: Portal, book: Book, kind: str) -> dict[str, dict[str, str]]:
    """Return code -> {zh, en} of the cities or bodies of which the actor may have a sheet; else empty."""
    if kind not in list_kinds(portal, book) or kind not in {"city", "department"}:
        return {}
    if kind == "city":
        codes = portal.data.frame(book, NEEDS[kind])["region"].unique().to_list()
        rows = portal.pack.tables["regions"].filter(pl.col("code").is_in(codes)).sort("code")
        return {row["code"]: {"zh": row["name_zh"], "en": row["name_en"]} for row in rows.to_dicts()}
    from dafeng.report.pages.department_sheets import (  # noqa: PLC0415 (jinja2)
        DEPARTMENT,
        INFORMED,
        DepartmentBook,
    )

    sheets = DepartmentBook(portal.data.context(book))
    bodies = [*sheets.bodies(DEPARTMENT), *sheets.bodies(INFORMED)]
    known = sheets.board.agencies
    return {code: {"zh": known[code]["name_zh"], "en": known[code]["name_en"]} for code in bodies}


def default_period(portal: Portal, kind: str) -> str:
    """Return the last year or quarter that was over on the day of the results."""
    day = date.fromisoformat(portal.data.require_edition().manifest.as_of)
    if kind != QUARTERLY:
        return str(day.year - 1)
    quarter = (day.month - 1) // 3
    return str(ReportPeriod(day.year, quarter) if quarter else ReportPeriod(day.year - 1, 4))


def make_document(portal: Portal, book: Book, wish: DocumentWish) -> MadeDocument:
    """Return a document as a file.

    Parameters
    ----------
    portal : Portal
        Whose results.
    book : Book
        In the name of who asks: only what he may see stands in it.
    wish : DocumentWish

    Raises
    ------
    InputRefused
        ``document_kind_unknown``, ``document_subject_unknown`` (also for what may not be seen),
        ``document_form_unknown``, ``document_period_year``, ``task_period_invalid``,
        ``document_too_long``, ``document_pdf_missing``, ``document_pdf_failed``,
        ``portal_workspace_missing``.
    """
    if wish.format not in FORMATS:
        raise InputRefused.of("document_form_unknown", path=wish.format, known=KnownNames(FORMATS))
    case = _case_of(portal, book, wish)
    document = _compose(case, wish)
    name = f"{document.title}.{wish.format}"
    return MadeDocument(name, _WRITERS[wish.format](case, document, wish), document.title)


def compose_document(portal: Portal, book: Book, wish: DocumentWish) -> OfficialDocument:
    """Return a document as parts, for a preview.

    Raises
    ------
    InputRefused
        As :func:`make_document`.
    """
    return _compose(_case_of(portal, book, wish), wish)


def _compose(case: DocumentCase, wish: DocumentWish) -> OfficialDocument:
    from dafeng.report import documents  # noqa: PLC0415 (jinja2, xlsxwriter)

    if wish.kind in {"city", "department"}:
        compose = documents.compose_city if wish.kind == "city" else documents.compose_department
        return compose(case, wish.subject)
    whole = {"yearly": documents.compose_yearly, "inventory": documents.compose_inventory}
    if wish.kind in whole:
        return whole[wish.kind](case)
    document = documents.compose_quarterly(case)
    check_length(document)
    return document


def _case_of(portal: Portal, book: Book, wish: DocumentWish) -> DocumentCase:
    """Return what the document is made of.

    Raises
    ------
    InputRefused
        As :func:`make_document`.
    """
    portal.data.require_edition()
    kinds = list_kinds(portal, book)
    if wish.kind not in kinds:
        suggestion = Suggestion(wish.kind, kinds)
        raise InputRefused.of("document_kind_unknown", kind=wish.kind, suggestion=suggestion)
    subjects = list_subjects(portal, book, wish.kind)
    if subjects and wish.subject not in subjects:
        known = Suggestion(wish.subject, [*subjects, *(names["zh"] for names in subjects.values())])
        raise InputRefused.of("document_subject_unknown", subject=wish.subject, suggestion=known)
    if wish.form not in {"", "document", "letter", "minutes", "plain"}:
        known_forms = KnownNames(("document", "letter", "minutes", "plain"))
        raise InputRefused.of("document_form_unknown", path=wish.form, known=known_forms)
    period = parse_report_period(wish.period or default_period(portal, wish.kind))
    if wish.kind in YEARLY_KINDS and period.quarter:
        raise InputRefused.of("document_period_year", period=wish.period)
    context = portal.data.context(book)
    as_of = date.fromisoformat(context.meta.as_of)
    tables = {name: context.frame(name) for name in TABLES_READ if context.has(name)}
    facts = Facts(tables, as_of, portal.pack.config.pack.region)
    form: Any = wish.form or FORMS[wish.kind]
    region = context.meta.region_zh if wish.language == "zh" else context.meta.region_en
    return DocumentCase(
        context, facts, period, wish.language, region, _signer(book, facts, wish.language), form,
        _tally_tasks(book, wish, min(period.end, as_of)),
    )  # fmt: skip


def _signer(book: Book, facts: Facts, language: Language) -> str:
    """Return the body that keeps the tasks: it issues the documents."""
    from dafeng.app.tasks_rows import TASKS  # noqa: PLC0415 (sqlalchemy)

    register = book.library.registers.get(TASKS)
    row = facts.agencies.get(register.lead_agency) if register else None
    return str(row[f"name_{language}"]) if row else ""


def _tally_tasks(book: Book, wish: DocumentWish, day: date) -> TaskTally | None:
    """Return where the tasks stand on a day; None where none are kept or may be seen."""
    from dafeng.app.tasks_board import GROUPS, read_board  # noqa: PLC0415 (sqlalchemy)
    from dafeng.register.tasks_standing import count_tasks  # noqa: PLC0415 (expressions)

    try:
        board = read_board(replace(book, today=day), language=wish.language)
    except InputRefused:
        return None
    column = {"city": "region", "department": "agency"}.get(wish.kind)
    tasks = board.tasks.filter(pl.col(column) == wish.subject) if column else board.tasks
    if tasks.is_empty():
        return None
    names = ("tasks", "done", "under_way", "blocked", "overdue")
    counted = count_tasks(tasks, board.ground, GROUPS).filter(pl.col("group_kind") == "clause")
    counts = {name: int(counted[name].sum()) for name in names}
    late = tasks.filter(pl.col("overdue_days").is_not_null()).sort("overdue_days", descending=True)
    lines = late.head(LATE_LISTED).select("task_no", "title", "agency_name", "overdue_days").rows()
    return TaskTally(counts, tuple(tuple(map(str, line)) for line in lines))


def _write_docx(_case: DocumentCase, document: OfficialDocument, _wish: DocumentWish) -> bytes:
    from dafeng.report.official_docx import write_official_docx  # noqa: PLC0415 (docx)

    return write_official_docx(document)


def _write_html(_case: DocumentCase, document: OfficialDocument, _wish: DocumentWish) -> bytes:
    from dafeng.report.official import embed_font, write_official_html  # noqa: PLC0415 (with docx)

    return embed_font(write_official_html(document)).encode()


def _write_markdown(_case: DocumentCase, document: OfficialDocument, _wish: DocumentWish) -> bytes:
    from dafeng.report.official import write_official_markdown  # noqa: PLC0415 (with docx)

    return write_official_markdown(document).encode()


def _write_pdf(case: DocumentCase, document: OfficialDocument, wish: DocumentWish) -> bytes:
    from dafeng.app.document_pdf import print_pdf  # noqa: PLC0415 (subprocess)

    with TemporaryDirectory(prefix="dafeng-") as folder:
        page = Path(folder) / "document.html"
        page.write_bytes(_write_html(case, document, wish))
        return print_pdf(page)


def _write_workbook(case: DocumentCase, _document: OfficialDocument, wish: DocumentWish) -> bytes:
    from dafeng.report.documents import draw_document_workbook  # noqa: PLC0415 (xlsxwriter)

    return draw_document_workbook(case, wish.kind, _targets_of(case, wish))


def _targets_of(case: DocumentCase, wish: DocumentWish) -> list[str] | None:
    """Return the targets that a sheet speaks of; None for all."""
    if wish.kind == "city":
        rows = case.context.rows("cities.dossiers")
        own = [row for row in rows if row["region"] == wish.subject]
        return sorted({row["city_target_id"] or row["target_id"] for row in own})
    if wish.kind == "department":
        rows = case.context.rows("evaluation.departments")
        return sorted(
            {row["target_id"] for row in rows
             if row["target_id"] and case.facts.current_body(row["agency_id"]) == wish.subject}
        )  # fmt: skip
    return None


_WRITERS: Mapping[str, Callable[[DocumentCase, OfficialDocument, DocumentWish], bytes]] = {
    "docx": _write_docx, "html": _write_html, "md": _write_markdown, "pdf": _write_pdf,
    "xlsx": _write_workbook,
}  # fmt: skip
