"""``/registers/{id}/rows/{row}``: one row with steps, files, links and versions; what may be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.app.register_attach import attach_file, read_attachment, withdraw_file
from dafeng.app.register_edit import restore_row, withdraw_row
from dafeng.app.register_entry import read_values
from dafeng.app.register_show import show_row
from dafeng.app.register_steps import take_step
from dafeng.app.register_versions import compare_versions, list_versions
from dafeng.doors.problems import status_of
from dafeng.errors import InputRefused
from dafeng.report.words import both
from dafeng.web.page import Body
from dafeng.web.registers.address import go_back, go_to, hand_out
from dafeng.web.registers.choices import draw
from dafeng.web.registers.inputs import field_entry, form_texts
from dafeng.web.registers.marks import (
    ShownColumn,
    find_register,
    list_shown,
    show_value,
    state_mark,
    tell_all,
)
from dafeng.web.registers.uploads import keep_uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastapi import Response
    from markupsafe import Markup

    from dafeng.app.register_book import Book
    from dafeng.app.register_show import RowView
    from dafeng.app.register_versions import Version
    from dafeng.register.model import Register
    from dafeng.web.page import Asking

FIXED_IN_FORM = frozenset({
    "register_step_requires", "register_step_evidence", "register_step_reason", "register_step_condition",
})  # fmt: skip
"""What the form of a step mends itself."""
VERSIONS_SHOWN = 40


def show(asking: Asking) -> Body:
    """Draw a row."""
    return draw_row(asking)


def draw_row(asking: Asking, told: Sequence[Markup] = (), status: int = 200) -> Body:
    """Draw a row with what an act on it was refused for.

    Raises
    ------
    InputRefused
        ``register_unknown``, ``row_unknown``.
    """
    book, params = asking.book, asking.request.path_params
    register = find_register(book, params["register_id"])
    view = show_row(book, register.id, params["row_id"])
    shown = list_shown(book, register)
    skipped = {"state", "version", "row_id", "withdrawn"}
    fields = [
        (column, show_value(book, register, column, view.row.get(column.id), whole=True))
        for column in shown.values()
        if column.id not in skipped and column.id not in view.hidden
    ]
    versions = list_versions(book, register.id, view.row["row_id"])
    label = str(view.row.get(register.label) or view.row["row_id"])
    html = draw(
        "registers_row.html", asking=asking, register=register, row=view.row, view=view, told=told,
        fields=fields, hidden=[shown[name].name for name in view.hidden if name in shown],
        lists=[_draw_list(book, register, child, view.row.get(child.id)) for child in register.lists],
        steps=draw_steps(book, register, view),
        state=state_mark(register, view.row["state"]), label=label,
        files=view.attachments.to_dicts(), versions=[_draw_version(register, one, shown)
                                                     for one in versions[:VERSIONS_SHOWN]],
        more=max(0, len(versions) - VERSIONS_SHOWN), names=_names_of(book),
        done=asking.request.query_params.get("done", ""),
    )  # fmt: skip
    return Body(html, (label, label), status=status)


def _names_of(book: Book) -> dict[str, Markup]:
    return {one.id: both(one.zh, one.en) for one in book.library.registers.values()}


def _draw_list(book: Book, register: Register, child: Any, lines: Any) -> dict[str, Any]:
    """Return a list of a row with its lines in words."""
    columns = [line_column(book, register, field) for field in child.fields]
    return {
        "id": child.id, "name": both(child.zh, child.en), "columns": columns,
        "lines": [
            [show_value(book, register, column, line.get(column.id), whole=True) for column in columns]
            for line in lines or ()
        ],
    }  # fmt: skip


def line_column(book: Book, register: Register, field: Any) -> Any:
    """Return the column of a field of a list."""
    held = book.library.origin(register.id, field)
    return ShownColumn(field.id, both(field.zh, field.en), field.zh, field.en, held.unit, held.kind, field)


def draw_steps(book: Book, register: Register, view: RowView) -> list[dict[str, Any]]:
    """Return the steps out of the state of a row: what their forms ask for, or what stands against them."""
    return [_draw_step(book, register, view, one) for one in view.steps]


def _draw_step(book: Book, register: Register, view: RowView, one: Any) -> dict[str, Any]:
    """Return a step with what its form asks for, or why it cannot be taken."""
    against = [finding for finding in one.findings if finding.code not in FIXED_IN_FORM]
    asked = [
        field_entry(book, register, register.field(name), view.row.get(name), prefix="f.")
        for name in one.step.requires
        if name in {field.id for field in register.asked} and name not in view.hidden
    ]
    missing = {finding.place.column for finding in one.findings if finding.code == "register_step_requires"}
    lists = [both(child.zh, child.en) for child in register.lists if child.id in missing]
    names = {state.code: both(state.zh, state.en) for state in register.states}
    return {
        "step": one.step, "name": both(one.step.zh, one.step.en), "target": names[one.step.target],
        "against": tell_all(f for f in against if f.code != "access_refused"),
        "is_right": not any(f.code == "access_refused" for f in against), "roles": one.step.roles,
        "asked": asked, "lists": lists, "evidence": one.step.evidence, "reason": one.step.reason,
        "notes": tell_all(f for f in one.findings if f.code == "register_step_condition"),
    }  # fmt: skip


def _draw_version(register: Register, one: Version, shown: Any) -> dict[str, Any]:
    touched = [shown[name].name for name in one.touched if name in shown]
    touched += [both(child.zh, child.en) for child in register.lists if child.id in one.touched]
    return {
        "version": one, "touched": touched if one.change == "update" else [],
        "state": state_mark(register, one.state), "before": state_mark(register, one.state_before),
    }  # fmt: skip


def compare(asking: Asking) -> Body:
    """Draw two versions of a row side by side."""
    book, params, query = asking.book, asking.request.path_params, asking.request.query_params
    register = find_register(book, params["register_id"])
    versions = list_versions(book, register.id, params["row_id"])
    newest = versions[0].number
    second = _whole(query.get("to", ""), newest)
    first = _whole(query.get("from", ""), max(1, second - 1))
    shown = list_shown(book, register)
    lists = {child.id: child for child in register.lists}
    lines = []
    for one in compare_versions(versions, first, second):
        if one.field in lists:
            pair = [_draw_list(book, register, lists[one.field], side) for side in (one.before, one.after)]
            lines.append({"name": pair[0]["name"], "lists": pair})
        else:
            column = shown[one.field]
            cells = [show_value(book, register, column, side, whole=True) for side in (one.before, one.after)]
            lines.append({"name": column.name, "cells": cells, "unit": column.unit})
    label = str(versions[0].values.get(register.label) or params["row_id"])
    by_number = {one.number: one for one in versions}
    html = draw(
        "registers_compare.html", asking=asking, register=register, row_id=params["row_id"], label=label,
        first=by_number[first], second=by_number[second], versions=versions, lines=lines,
        states={number: state_mark(register, one.state) for number, one in by_number.items()},
    )  # fmt: skip
    return Body(html, (f"{label}：版本比较", f"{label}: versions compared"))


def _whole(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else default


def _act(asking: Asking, done: str, act: Callable[[Book, Register, str], object]) -> Body | Response:
    """Do something with a row and lead back to it; what was refused is told above the row."""
    book, params = asking.book, asking.request.path_params
    register = find_register(book, params["register_id"])
    try:
        act(book, register, params["row_id"])
    except InputRefused as error:
        codes = {finding.code for finding in error.findings}
        if "row_unknown" in codes:
            raise
        return draw_row(asking, tell_all(error.findings), status_of(error))
    here = f"/registers/{register.id}/rows/{params['row_id']}"
    if asking.form.get("back"):
        return go_back(asking.form.get("back"), here)
    return go_to(here, [("done", done)])


def step(asking: Asking) -> Body | Response:
    """Take a step with the fields, reason and files of its form."""
    form = asking.form
    texts = {name: text for name, text in form_texts(form).items() if text.strip()}

    def act(book: Book, register: Register, row_id: str) -> None:
        values = read_values(book, register, texts)
        with keep_uploads(form, "evidence") as files:
            take_step(book, register.id, row_id, str(form.get("step", "")), values, form.get("reason"), files)

    return _act(asking, "step", act)


def attach(asking: Asking) -> Body | Response:
    """Attach files to a row."""

    def act(book: Book, register: Register, row_id: str) -> None:
        with keep_uploads(asking.form, "file") as files:
            if not files:
                raise InputRefused.of("row_attachment_empty")
            for path in files:
                attach_file(book, register.id, row_id, path, str(asking.form.get("purpose") or "") or None)

    return _act(asking, "attach", act)


def detach(asking: Asking) -> Body | Response:
    """Take a file of a row down."""
    form = asking.form

    def act(book: Book, register: Register, row_id: str) -> None:
        withdraw_file(book, register.id, row_id, str(form.get("attachment", "")), str(form.get("reason", "")))

    return _act(asking, "detach", act)


def withdraw(asking: Asking) -> Body | Response:
    """Withdraw a row."""
    reason = str(asking.form.get("reason", ""))
    return _act(
        asking, "withdraw", lambda book, register, row_id: withdraw_row(book, register.id, row_id, reason)
    )


def restore(asking: Asking) -> Body | Response:
    """Let a withdrawn row stand again."""
    reason = str(asking.form.get("reason", ""))
    return _act(
        asking, "restore", lambda book, register, row_id: restore_row(book, register.id, row_id, reason)
    )


def hand_file(asking: Asking) -> Response:
    """Hand out a file of a row."""
    params = asking.request.path_params
    register = find_register(asking.book, params["register_id"])
    name, raw = read_attachment(asking.book, register.id, params["row_id"], params["attachment_id"])
    return hand_out(name, raw)
