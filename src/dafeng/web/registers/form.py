"""Forms of a row: a new one, or one that stands; errors at their field, and what others changed meanwhile."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dafeng.app.register_book import require
from dafeng.app.register_edit import add_row, edit_row
from dafeng.app.register_entry import read_lines, read_values
from dafeng.app.register_show import show_row
from dafeng.app.register_versions import compare_versions, list_versions
from dafeng.doors.problems import status_of
from dafeng.errors import Finding, InputRefused, Place
from dafeng.report.words import both
from dafeng.web.page import Body
from dafeng.web.registers.address import go_to
from dafeng.web.registers.choices import draw
from dafeng.web.registers.inputs import (
    Entry,
    errors_by_field,
    field_entry,
    form_texts,
    reachable,
    system_entries,
    text_of,
)
from dafeng.web.registers.marks import find_register, list_shown, show_value, tell_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Response
    from markupsafe import Markup

    from dafeng.app.register_book import Book
    from dafeng.app.register_write import Written
    from dafeng.register.fields import Child
    from dafeng.register.model import Register
    from dafeng.web.page import Asking

MOST_CELLS = 1_200
"""Cells of lists that a form holds; longer lists go by export and import."""
SPARE_LINES = 2
"""Empty lines at the end of a list."""
_LINE = re.compile(r"l\.([a-z][a-z0-9_]*)\.([0-9]{1,5})\.([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form brought, or holds at first.

    Parameters
    ----------
    texts : mapping of str to str
        Field -> text.
    lists : mapping of str to list of mapping
        List -> lines, field -> text; lists that the form does not hold are not there.
    findings : tuple of Finding
        What was refused.
    version : int
        Version that the writer saw; 0 for a new row.
    theirs : mapping of str to Markup
        Field -> what somebody else wrote meanwhile.
    by : str
        Who wrote it, and when.
    """

    texts: Mapping[str, str]
    lists: Mapping[str, list[dict[str, str]]]
    findings: tuple[Finding, ...] = ()
    version: int = 0
    theirs: Mapping[str, Markup] = dataclasses.field(default_factory=dict)
    by: str = ""


def show_new(asking: Asking) -> Body:
    """Draw the form of a new row."""
    book = asking.book
    register = find_register(book, asking.request.path_params["register_id"])
    require(book, "add", register.id)
    asked = asking.request.query_params
    texts = {field.id: asked[field.id] for field in register.asked if field.id in asked}
    for kind, name in (("region", register.region), ("agency", register.agency)):
        only = reachable(book, register, "add", kind) if name else None
        if name and only is not None and len(only) == 1:
            texts.setdefault(name, next(iter(only)))
    return _draw(asking, register, Sent(texts, {child.id: [] for child in register.lists}))


def show_edit(asking: Asking) -> Body:
    """Draw the form of a row that stands."""
    register, row, hidden = _read(asking)
    require(asking.book, "edit", register.id, row)
    return _draw(asking, register, _sent_of(register, row), row, hidden)


def _read(asking: Asking) -> tuple[Register, dict[str, Any], frozenset[str]]:
    """Return the row as the visitor may see it, and what is hidden from him."""
    params = asking.request.path_params
    register = find_register(asking.book, params["register_id"])
    view = show_row(asking.book, register.id, params["row_id"])
    return register, dict(view.row), frozenset(view.hidden)


def _sent_of(register: Register, row: Mapping[str, Any]) -> Sent:
    """Return what the form of a row holds at first; lists that are too long for a form are left out."""
    lists, cells = {}, 0
    for child in register.lists:
        lines = row.get(child.id) or []
        cells += (len(lines) + SPARE_LINES) * len(child.fields)
        if cells <= MOST_CELLS:
            lists[child.id] = [{name: text_of(value) for name, value in line.items()} for line in lines]
    names = [*(field.id for field in register.asked), "source", "grade"]
    return Sent({name: text_of(row.get(name)) for name in names}, lists, version=row["version"])


def _sent_by(form: Any, register: Register) -> Sent:
    """Return what a form brought."""
    lines: dict[str, dict[int, dict[str, str]]] = {
        child.id: {} for child in register.lists if form.get(f"l.{child.id}")
    }
    for name, value in form.multi_items():
        match = _LINE.fullmatch(name)
        if match and match[1] in lines and isinstance(value, str):
            lines[match[1]].setdefault(int(match[2]), {})[match[3]] = value
    kept = {
        child: [line for _, line in sorted(numbered.items()) if any(text.strip() for text in line.values())]
        for child, numbered in lines.items()
    }
    version = str(form.get("version", ""))
    return Sent(
        form_texts(form), kept, version=int(version) if version.isdecimal() and len(version) < 10 else 0
    )


def add(asking: Asking) -> Body | Response:
    """Add the row of a form, or draw it again with what is wrong."""
    book = asking.book
    register = find_register(book, asking.request.path_params["register_id"])
    require(book, "add", register.id)
    sent = _sent_by(asking.form, register)
    if asking.form.get("more"):
        return _draw(asking, register, sent)
    try:
        values = _read_sent(
            book, register, sent, {name: text for name, text in sent.texts.items() if text.strip()}
        )
        written = add_row(book, register.id, values, str(asking.form.get("reason") or "") or None)
    except InputRefused as error:
        return _draw(asking, register, replace(sent, findings=error.findings))
    return _after(asking, register, written, "add")


def edit(asking: Asking) -> Body | Response:
    """Change a row as a form says; on a conflict both versions stand side by side."""
    book = asking.book
    register, row, hidden = _read(asking)
    require(book, "edit", register.id, row)
    sent = _sent_by(asking.form, register)
    if asking.form.get("more"):
        return _draw(asking, register, sent, row, hidden)
    try:
        values = _changed_values(book, register, sent, row)
        written = edit_row(
            book,
            register.id,
            row["row_id"],
            values,
            str(asking.form.get("reason") or "") or None,
            sent.version,
        )
    except InputRefused as error:
        sent = replace(sent, findings=error.findings)
        if any(finding.code == "row_changed" for finding in error.findings):
            sent = _beside(book, register, sent, row)
        return _draw(asking, register, sent, row, hidden)
    return _after(asking, register, written, "edit", row["row_id"])


def _changed_values(book: Book, register: Register, sent: Sent, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the writer changed against the version that he saw, typed."""
    seen = next(
        (one for one in list_versions(book, register.id, row["row_id"]) if one.number == sent.version), None
    )
    before = row if seen is None else seen.values
    texts = {
        name: text for name, text in sent.texts.items()
        if text.strip().replace("\r\n", "\n") != text_of(before.get(name)).strip().replace("\r\n", "\n")
    }  # fmt: skip
    values = _read_sent(book, register, sent, texts)
    lists = {child.id for child in register.lists}
    return {
        name: value for name, value in values.items()
        if name not in lists or (value or None) != (before.get(name) or None)
    }  # fmt: skip


def _read_sent(book: Book, register: Register, sent: Sent, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a form, typed; everything that cannot be read is told at once.

    Raises
    ------
    InputRefused
        What cannot be read, with the line of a list counted from 1.
    """
    problems: list[Finding] = []
    values: dict[str, Any] = {}
    try:
        values = read_values(book, register, texts)
    except InputRefused as error:
        problems += error.findings
    for name, lines in sent.lists.items():
        try:
            raw = json.dumps([{key: text or None for key, text in line.items()} for line in lines]).encode()
            values[name] = read_lines(book, register, name, raw, "form.json")
        except InputRefused as error:
            problems += [_line_finding(finding) for finding in error.findings]
    if problems:
        raise InputRefused(problems)
    return values


def _line_finding(finding: Finding) -> Finding:
    """Return a finding of a list with its line from 1: the sheet of the lines has a heading."""
    place = finding.place
    return replace(
        finding, place=Place(column=place.column, row=None if place.row is None else place.row - 1)
    )


def _beside(book: Book, register: Register, sent: Sent, row: Mapping[str, Any]) -> Sent:
    """Return a form with what somebody else wrote since the version that the writer saw."""
    versions = list_versions(book, register.id, row["row_id"])
    shown = list_shown(book, register)
    numbers = {one.number for one in versions}
    theirs: dict[str, Markup] = {}
    if sent.version in numbers:
        for one in compare_versions(versions, sent.version, versions[0].number):
            if one.field in shown:
                theirs[one.field] = show_value(book, register, shown[one.field], one.after, whole=True)
            else:
                theirs[one.field] = both("子表已改动", "the list was changed")
    newest = versions[0]
    return replace(sent, version=row["version"], theirs=theirs, by=f"{newest.actor} {newest.at[:16]}")


def _after(
    asking: Asking, register: Register, written: Written, done: str, row_id: str = ""
) -> Body | Response:
    """Lead to the row that was written; with remarks they are shown first."""
    target = written.row_ids[0] if written.row_ids else row_id
    notes = tell_all(written.findings)
    if notes:
        html = draw(
            "registers_written.html", asking=asking, register=register, row_id=target, notes=notes, done=done
        )
        return Body(html, (register.zh, register.en))
    return go_to(f"/registers/{register.id}/rows/{target}", [("done", done if written.row_ids else "same")])


def _draw(
    asking: Asking,
    register: Register,
    sent: Sent,
    row: Mapping[str, Any] | None = None,
    hidden: frozenset[str] = frozenset(),
) -> Body:
    """Draw a form with what was sent and what is wrong with it."""
    book = asking.book
    action = "add" if row is None else "edit"
    by_place = errors_by_field(sent.findings)
    reached = {
        name: reachable(book, register, action, kind)
        for kind, name in (("region", register.region), ("agency", register.agency)) if name
    }  # fmt: skip
    entries = [
        _with_errors(
            replace(
                field_entry(book, register, field, sent.texts.get(field.id), codes=reached.get(field.id)),
                theirs=sent.theirs.get(field.id, ""),
            ),
            by_place,
        )
        for field in register.asked
        if field.id not in hidden
    ]
    system = [_with_errors(entry, by_place) for entry in system_entries(dict(sent.texts))]
    lists = [
        _draw_list(book, register, child, sent, by_place)
        for child in register.lists
        if child.id in sent.lists
    ]
    known = {entry.field for entry in (*entries, *system)} | {one["id"] for one in lists}
    rest = [
        finding for (column, _), found in by_place.items() for finding in found
        if column.partition(".")[0] not in known
    ]  # fmt: skip
    long = [both(child.zh, child.en) for child in register.lists if child.id not in sent.lists]
    html = draw(
        "registers_form.html", asking=asking, register=register, row=row, entries=entries, system=system,
        lists=lists, long=long, sent=sent, told=tell_all(rest), wrong=len(sent.findings),
        reason=str(asking.form.get("reason", "")) if asking.form else "",
    )  # fmt: skip
    status = status_of(InputRefused(sent.findings)) if sent.findings else 200
    label = str(row.get(register.label) or row["row_id"]) if row else ""
    title = (f"{label}：修改", f"{label}: edit") if row else (f"{register.zh}：新增", f"{register.en}: add")
    return Body(html, title, status=status)


def _with_errors(entry: Entry, by_place: Mapping[tuple[str, int | None], list[Finding]]) -> Entry:
    return entry.told(tell_all(by_place.get((entry.field, None), ())))


def _draw_list(
    book: Book,
    register: Register,
    child: Child,
    sent: Sent,
    by_place: Mapping[tuple[str, int | None], list[Finding]],
) -> dict[str, Any]:
    """Return the inputs of a list: its lines, some empty ones, and one that scripts copy."""
    lines = sent.lists[child.id]
    spare = min(SPARE_LINES, max(0, child.most_rows - len(lines)))
    texts: list[dict[str, str]] = [*lines, *({} for _ in range(spare))]

    def inputs(place: str, line: Mapping[str, str], number: int | None) -> list[Entry]:
        made = []
        for field in child.fields:
            entry = field_entry(book, register, field, line.get(field.id), prefix=f"l.{child.id}.{place}.")
            column = f"{child.id}.{field.id}"
            found = [*by_place.get((column, number), ())] if number else []
            made.append(entry.told(tell_all(found)))
        return made

    here = [f for (column, line), found in by_place.items() for f in found
            if column == child.id or (column.startswith(f"{child.id}.") and line is None)]  # fmt: skip
    return {
        "id": child.id, "name": both(child.zh, child.en), "label": f"{child.zh} {child.en}",
        "errors": tell_all(here),
        "columns": [(both(field.zh, field.en), field.unit, field.required) for field in child.fields],
        "lines": [inputs(str(place), line, place + 1) for place, line in enumerate(texts)],
        "blank": inputs("NEXT", {}, None), "theirs": sent.theirs.get(child.id, ""), "next": len(texts),
    }  # fmt: skip
