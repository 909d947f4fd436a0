"""``/self-assessments``: making, filling in and reviewing the self-assessments of cities and bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.app.register_book import judge
from dafeng.app.register_edit import edit_row
from dafeng.app.register_entry import read_lines, read_values
from dafeng.app.register_query import read_all
from dafeng.app.register_show import show_row
from dafeng.app.tasks_assess import write_assessment
from dafeng.app.tasks_form import OPEN_STATES, FormRequest, fill_form, find_gaps, make_form
from dafeng.app.tasks_items import show_ground
from dafeng.app.tasks_rows import FORMS
from dafeng.app.tasks_subjects import list_subjects
from dafeng.doors.problems import status_of
from dafeng.errors import Finding, InputRefused
from dafeng.register.query import Filter, RowQuery
from dafeng.register.tasks_assessment import OWN, SUMMARY
from dafeng.register.tasks_period import parse_report_period
from dafeng.report.words import both
from dafeng.web.page import Body
from dafeng.web.registers.address import go_to, write_out
from dafeng.web.registers.choices import draw
from dafeng.web.registers.inputs import field_entry, form_texts
from dafeng.web.registers.marks import name_code, state_mark, tell_all
from dafeng.web.registers.row import draw_steps
from dafeng.web.registers.uploads import keep_uploads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fastapi import Response

    from dafeng.app.register_book import Book
    from dafeng.app.tasks_items import FormGround
    from dafeng.web.page import Asking

FORMATS = ("xlsx", "docx", "html", "md")
KINDS = {"target": ("目标", "Target"), "task": ("任务", "Task"), "figure": ("本市数据", "Figure of the city")}


def show_list(asking: Asking) -> Body:
    """Draw the cities and bodies with where their self-assessments of a period stand."""
    return _draw_list(asking)


def _draw_list(asking: Asking, error: InputRefused | None = None) -> Body:
    book = asking.book
    period = _period(asking)
    register = book.library.register(FORMS)
    query = RowQuery((Filter("period", "==", period),))
    rows = {row["subject"]: row for row in read_all(book, register, query, book.viewer()).to_dicts()}
    lines = []
    for subject in list_subjects(book).values():
        row = rows.get(subject.id)
        scope = {"scope_region": subject.region, "scope_agency": subject.agency, "created_by": book.actor}
        may_make = row is None and judge(book, "add", FORMS, scope).allowed
        if row is not None or may_make:
            lines.append({
                "id": subject.id, "name": both(subject.name_zh, subject.name_en), "kind": subject.kind,
                "row": row, "may_make": may_make,
                "state": state_mark(register, row["state"]) if row else None,
            })  # fmt: skip
    html = draw(
        "self_assessments_list.html", asking=asking, lines=lines, period=period,
        told=tell_all(error.findings) if error else [], done=asking.request.query_params.get("done", ""),
    )  # fmt: skip
    return Body(html, status=status_of(error) if error else 200)


def _period(asking: Asking) -> str:
    """Return the period that is asked for, else the last year."""
    asked = str((asking.form or asking.request.query_params).get("period", "")).strip()
    try:
        return str(parse_report_period(asked))
    except InputRefused:
        return str(asking.book.today.year)


def _request(asking: Asking, subject: str, period: str) -> FormRequest:
    request = asking.portal.request
    edition = asking.portal.data.edition()
    pack = request.pack or asking.portal.settings.pack
    return FormRequest(subject, period, pack, request.workspace if edition else None)


def _ground(asking: Asking) -> FormGround | None:
    """Return the results that the visitor may see; None before the first run."""
    data = asking.portal.data
    if data.edition() is None:
        return None
    return show_ground(data.context(asking.book), asking.portal.pack.config.pack.region)


def make(asking: Asking) -> Body | Response:
    """Make a self-assessment with what is known, or renew what it is filled in with."""
    form = asking.form
    try:
        request = _request(asking, str(form.get("subject", "")), str(form.get("period", "")))
        row = make_form(asking.book, request, _ground(asking))
    except InputRefused as error:
        return _draw_list(asking, error)
    return go_to(f"/self-assessments/{row['row_id']}", [("done", "made")])


def show_form(asking: Asking) -> Body:
    """Draw a self-assessment: inputs as long as the body writes, else the words."""
    return _draw_form(asking)


def _draw_form(
    asking: Asking, findings: Sequence[Finding] = (), sent: Mapping[str, str] | None = None, status: int = 200
) -> Body:
    book = asking.book
    view = show_row(book, FORMS, asking.request.path_params["row_id"])
    row, register = dict(view.row), view.register
    is_open = row["state"] in OPEN_STATES and "edit" in view.allowed and not row["withdrawn"]
    texts = sent or {}
    summary = [
        field_entry(book, register, register.field(name), texts.get(name, row.get(name)))
        for name in SUMMARY
        if name not in view.hidden
    ]
    items = [_draw_item(book, number, item, texts) for number, item in enumerate(row.get("items") or ())]
    html = draw(
        "self_assessments_form.html", asking=asking, row=row, view=view, is_open=is_open, summary=summary,
        items=items, state=state_mark(register, row["state"]), steps=draw_steps(book, register, view),
        told=tell_all(findings), gaps=tell_all(find_gaps(book, row)), formats=FORMATS,
        done=asking.request.query_params.get("done", ""), opinion=row.get("review_opinion"),
        files=view.attachments.to_dicts(),
    )  # fmt: skip
    return Body(html, (row["title"], row["title"]), status=status)


def _draw_item(book: Book, number: int, item: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """Return an item with its codes in words and what the body wrote."""
    clauses = book.library.pack_kinds["clause"]
    halves = {name: str(item[name] or "").split(" / ") for name in ("goal", "figure", "task_state")}
    verdicts, levels = terms.entries("verdict"), terms.entries("warning_level")
    return {
        **item, "number": number, "kind": both(*KINDS[item["item_kind"]]),
        "clause_name": name_code(clauses, item["clause"]) if item["clause"] else "",
        **{name: both(parts[0], parts[-1]) for name, parts in halves.items()},
        "verdict": both(verdicts[item["verdict"]]["zh"], verdicts[item["verdict"]]["en"])
        if item["verdict"] in verdicts else "",
        "level": both(levels[item["level"]]["zh"], levels[item["level"]]["en"])
        if item["level"] in levels else "",
        "own": {name: texts.get(f"i.{number}.{name}", item[name]) for name in OWN},
    }  # fmt: skip


def save(asking: Asking) -> Body | Response:
    """Write what the body wrote on its items and on the whole; nothing that was filled in beforehand."""
    book, form = asking.book, asking.form
    row_id = asking.request.path_params["row_id"]
    row = dict(show_row(book, FORMS, row_id).row)
    texts = form_texts(form)
    own = {name: str(value) for name, value in form.multi_items() if name.startswith("i.")}
    try:
        register = book.library.register(FORMS)
        values = read_values(book, register, {name: texts[name] for name in SUMMARY if name in texts})
        changed = {name: value for name, value in values.items() if value != row.get(name)}
        items = _merge_items(book, row.get("items") or [], own)
        if items != row.get("items"):
            changed["items"] = items
        version = str(form.get("version", ""))
        seen = int(version) if version.isdecimal() and len(version) < 10 else None
        edit_row(book, FORMS, row_id, changed, None, seen)
    except InputRefused as error:
        return _draw_form(asking, error.findings, {**texts, **own}, status_of(error))
    return go_to(f"/self-assessments/{row_id}", [("done", "saved")])


def _merge_items(
    book: Book, items: Sequence[Mapping[str, Any]], own: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the items with the words and scores of the body, read like the cells of a sheet.

    Raises
    ------
    InputRefused
        A score that is no number, with its line.
    """
    names = ("item_no", *OWN)
    cells = [
        {"item_no": item["item_no"]}
        | {name: own.get(f"i.{number}.{name}", "").strip() or None for name in OWN}
        for number, item in enumerate(items)
    ]  # fmt: skip
    raw = json.dumps([{name: line[name] for name in names} for line in cells]).encode()
    read = read_lines(book, book.library.register(FORMS), "items", raw, "form.json")
    return [{**item, **{name: line[name] for name in OWN}} for item, line in zip(items, read, strict=True)]


def fill(asking: Asking) -> Body | Response:
    """Read a filled workbook back; only what the body wrote is taken."""
    row_id = asking.request.path_params["row_id"]
    row = show_row(asking.book, FORMS, row_id).row
    try:
        with keep_uploads(asking.form, "file") as files:
            if not files:
                raise InputRefused([Finding("file_empty")])  # noqa: TRY301 - told like the others
            fill_form(asking.book, _request(asking, row["subject"], row["period"]), files[0])
    except InputRefused as error:
        return _draw_form(asking, error.findings, None, status_of(error))
    return go_to(f"/self-assessments/{row_id}", [("done", "saved")])


def hand_out_form(asking: Asking) -> Response:
    """Hand out a self-assessment as the form to fill in (XLSX) or as a report."""
    params = asking.request.path_params
    if params["form"] not in FORMATS:
        raise InputRefused.of("portal_page_unknown", path=asking.request.url.path[:200])
    row = show_row(asking.book, FORMS, params["row_id"]).row

    def write(path: Path) -> None:
        write_assessment(asking.book, row, path, asking.language)

    return write_out(f"{row['title']}.{params['form']}", write)
