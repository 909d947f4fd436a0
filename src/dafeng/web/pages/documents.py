"""Documents: what can be made, its preview and files; drafts in the register and their way to the issue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.responses import RedirectResponse, Response

from dafeng.app.document_pdf import find_browser
from dafeng.app.documents import (
    FORMATS,
    DocumentWish,
    compose_document,
    default_period,
    list_kinds,
    list_subjects,
    make_document,
    may_make,
)
from dafeng.app.official_documents import HASH_FIELD, REGISTER, may_draft, may_see, move_document, save_draft
from dafeng.app.register_attach import list_attachments
from dafeng.app.register_book import judge
from dafeng.app.register_entry import read_values
from dafeng.app.register_query import query_rows
from dafeng.app.register_question import Question
from dafeng.app.register_rows import read_row
from dafeng.app.register_steps import list_open_steps
from dafeng.document import DocumentFigure, DocumentTable
from dafeng.errors import InputRefused
from dafeng.web.drawing import draw
from dafeng.web.page import Body, Route, WebPage
from dafeng.web.registers.address import hand_out
from dafeng.web.registers.uploads import MAX_FORM_BYTES, keep_uploads

if TYPE_CHECKING:
    from dafeng.document import OfficialDocument
    from dafeng.errors import Finding
    from dafeng.web.page import Asking

SHOWN = 100
"""Newest documents of the register on the page. [1]"""
FORM_NAMES = ("document", "letter", "minutes", "plain")
CRUMBS = (("/documents", "文件", "Documents"),)
WISHES = ("kind", "period", "subject", "form", "format")


def allowed(asking: Asking) -> bool:
    """Allow who may have documents made or sees the register."""
    book = asking.book
    return asking.visitor.signed_in and (may_make(book) or may_see(book))


def show(asking: Asking, findings: tuple[Finding, ...] = (), status: int = 200) -> Body:
    """Draw what can be made and the documents in hand."""
    portal, book = asking.portal, asking.book
    kinds = list_kinds(portal, book) if portal.data.edition() is not None else []
    sees = may_see(book)
    html = draw(
        "documents.html", asking=asking, findings=findings, kinds=kinds, forms=FORM_NAMES,
        subjects={kind: list_subjects(portal, book, kind) for kind in kinds}, wish=_read_wish(asking),
        periods={kind: default_period(portal, kind) for kind in kinds}, sees=sees, language=asking.language,
        rows=_list_rows(asking) if sees else [], states=_state_names(asking), register=REGISTER,
    )  # fmt: skip
    return Body(html, status=status)


def preview(asking: Asking) -> Body:
    """Draw a document as it would be, with its files to save."""
    wish = _read_wish(asking)
    try:
        document = compose_document(asking.portal, asking.book, wish)
    except InputRefused as error:
        if error.findings[0].code != "document_subject_unknown" or wish.subject:
            raise
        return show(asking, error.findings, 422)
    book = asking.book
    agencies = asking.portal.pack.tables["agencies"].to_dicts() if may_draft(book) else []
    html = draw(
        "documents_preview.html", asking=asking, document=document, wish=wish, names=WISHES,
        formats=[one for one in FORMATS if one != "pdf" or find_browser()], has_pdf=bool(find_browser()),
        may_draft=may_draft(book), agencies=agencies, office=_office(asking), parts=_mark_parts(document),
        figure_address=_address_of(wish), language=asking.language,
    )  # fmt: skip
    return Body(html, (document.title, document.title), crumbs=CRUMBS)


def hand_file(asking: Asking) -> Response:
    """Return a document as a file to save."""
    made = make_document(asking.portal, asking.book, _read_wish(asking))
    return hand_out(made.name, made.raw)


def hand_figure(asking: Asking) -> Response:
    """Return one chart of a document as PNG."""
    from dafeng.report.document_chart import draw_chart  # noqa: PLC0415 - matplotlib

    figures = compose_document(asking.portal, asking.book, _read_wish(asking)).figures
    place = asking.request.path_params["place"]
    if not place.isdecimal() or len(place) > 3 or int(place) >= len(figures):
        raise InputRefused.of("portal_page_unknown", path=asking.request.url.path)
    return Response(draw_chart(figures[int(place)]), media_type="image/png")


def draft(asking: Asking) -> Response | Body:
    """Enter a document into the register as a draft, and show it there."""
    form, wish = asking.form, _read_wish(asking)
    fields: dict[str, Any] = {
        name: str(form.get(name, "")).strip() or None
        for name in ("drafting_agency", "addressee", "reply_due")
    }
    bodies = sorted({str(code) for code in form.getlist("countersigns")})
    fields["countersigns"] = [
        {"body": code, "opinion": None, "signer": None, "signed_on": None, "remark": None} for code in bodies
    ]
    try:
        row_id = save_draft(asking.portal, asking.book, wish, fields)
    except InputRefused as error:
        if error.findings[0].code == "access_refused":
            raise
        return show(asking, error.findings, 422)
    return RedirectResponse(f"/documents/{row_id}", status_code=303)


def show_one(asking: Asking, findings: tuple[Finding, ...] = (), status: int = 200) -> Body:
    """Draw a registered document: fields, countersigning, files with their hashes, steps."""
    book, row_id = asking.book, asking.request.path_params["row"]
    register = book.library.register(REGISTER)
    row = read_row(book, register, row_id)
    fields = {field.id: field for field in register.fields}
    html = draw(
        "documents_one.html", asking=asking, row=row, fields=fields, register=register, findings=findings,
        files=list_attachments(book, REGISTER, row_id).to_dicts(), hash_field=HASH_FIELD,
        steps=list_open_steps(book, register, row), states=_state_names(asking), language=asking.language,
        agencies={one["agency_id"]: one for one in asking.portal.pack.tables["agencies"].to_dicts()},
        may_attach=judge(book, "attach", REGISTER, row).allowed,
    )  # fmt: skip
    return Body(html, (row["title"], row["title"]), crumbs=CRUMBS, status=status)


def step(asking: Asking) -> Response | Body:
    """Take a step with a registered document."""
    form, book = asking.form, asking.book
    register = book.library.register(REGISTER)
    row_id = asking.request.path_params["row"]
    wanted = str(form.get("step", ""))
    known = next((one for one in register.transitions if one.id == wanted), None)
    asked = [name for name in (known.requires if known else ()) if name != HASH_FIELD]
    texts = {name: text for name in asked if (text := str(form.get(name, "")).strip())}
    try:
        with keep_uploads(form, "file") as files:
            values = read_values(book, register, texts)
            move_document(book, row_id, wanted, values, str(form.get("reason", "")).strip() or None, files)
    except InputRefused as error:
        if error.findings[0].code in {"access_refused", "row_unknown"}:
            raise
        return show_one(asking, error.findings, 422)
    return RedirectResponse(f"/documents/{row_id}", status_code=303)


def _read_wish(asking: Asking) -> DocumentWish:
    """Return the wish that the query or the form tells."""
    given = asking.form or asking.request.query_params
    texts = {name: str(given.get(name, "")).strip()[:100] for name in WISHES}
    language = given.get("language") or asking.language
    return DocumentWish(
        texts["kind"] or "yearly", texts["period"], texts["subject"], texts["format"] or "docx",
        "en" if language == "en" else "zh", texts["form"],
    )  # fmt: skip


def _address_of(wish: DocumentWish) -> dict[str, str]:
    """Return the wish as parameters of an address."""
    asked = {name: getattr(wish, name) for name in WISHES if name != "format"} | {"language": wish.language}
    return {name: value for name, value in asked.items() if value}


def _mark_parts(document: OfficialDocument) -> list[tuple[str, Any, int]]:
    """Return the parts of the text with their kind and the number of a chart, for the template."""
    marked: list[tuple[str, Any, int]] = []
    charts = 0
    for part in document.parts:
        if isinstance(part, DocumentFigure):
            marked.append(("figure", part, charts))
            charts += 1
        else:
            marked.append(("table" if isinstance(part, DocumentTable) else part.kind, part, 0))
    return marked


def _list_rows(asking: Asking) -> list[dict[str, Any]]:
    question = Question(sort=("-drafted_on",), limit=SHOWN)
    return query_rows(asking.book, REGISTER, question).frame.to_dicts()


def _state_names(asking: Asking) -> dict[str, tuple[str, str]]:
    register = asking.book.library.registers.get(REGISTER)  # another province may not keep it
    return {state.code: (state.zh, state.en) for state in register.states} if register else {}


def _office(asking: Asking) -> str:
    """Return the body that the drafter acts for, to be chosen beforehand."""
    return asking.book.library.register(REGISTER).lead_agency


PAGE = WebPage(
    "documents", "/documents", "文件", "Documents", "registers", 60, show, allowed,
    routes=(
        Route("/documents/preview", preview), Route("/documents/file", hand_file),
        Route("/documents/figures/{place}", hand_figure), Route("/documents/draft", draft, ("POST",)),
        Route("/documents/{row}", show_one), Route("/documents/{row}/step", step, ("POST",), MAX_FORM_BYTES),
    ),
    styles=("documents.css",),
)  # fmt: skip
