"""Bulk corrections with a look before, the batches of a register, and taking one of them back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.app.register_book import require
from dafeng.app.register_correct import apply_correction, apply_undo, plan_correction, plan_undo
from dafeng.app.register_history import list_batches
from dafeng.doors.problems import status_of
from dafeng.errors import Finding, InputRefused
from dafeng.report.words import both
from dafeng.web.page import Body
from dafeng.web.registers.address import address, go_to
from dafeng.web.registers.choices import draw
from dafeng.web.registers.marks import find_register, list_shown, tell_all
from dafeng.web.registers.rows import read_asked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from fastapi import Response

    from dafeng.app.register_correct import Correction
    from dafeng.register.model import Register
    from dafeng.web.page import Asking
    from dafeng.web.registers.marks import ShownColumn

LINES_SHOWN = 300
BATCHES_SHOWN = 200


def show_correction(asking: Asking) -> Body:
    """Draw the form of a bulk correction."""
    return _draw_correction(asking, _register(asking, "correct"))


def _register(asking: Asking, action: str) -> Register:
    register = find_register(asking.book, asking.request.path_params["register_id"])
    require(asking.book, action, register.id)
    return register


def correct(asking: Asking) -> Body | Response:
    """Draw what a bulk correction would change, or write what was looked at."""
    register, form = _register(asking, "correct"), asking.form
    try:
        plan = _plan(asking, register)
    except InputRefused as error:
        return _draw_correction(asking, register, told=error)
    if form.get("act") != "apply":
        return _draw_correction(asking, register, plan)
    try:
        _require_seen(plan, form)
        written = apply_correction(asking.book, plan, str(form.get("reason", "")))
    except InputRefused as error:
        return _draw_correction(asking, register, plan, told=error)
    done = [("done", "correct" if written.batch_id else "same"), ("batch", written.batch_id)]
    return go_to(f"/registers/{register.id}/batches", done)


def _plan(asking: Asking, register: Register) -> Correction:
    form = asking.form
    field, value = str(form.get("field", "")), str(form.get("value", "")).strip()
    constants = {field: value} if field and form.get("how") != "formula" else {}
    formulas = {field: value} if field and form.get("how") == "formula" else {}
    return plan_correction(asking.book, register.id, read_asked(form).question(register), constants, formulas)


def _digest(plan: Correction) -> str:
    """Return what a preview stands for: the cells with their new values and the versions they rest on."""
    versions = ",".join(f"{change.row_id}:{change.version}" for change in plan.prepared.changes)
    return hashlib.sha256(f"{versions}\n{plan.preview.write_csv()}".encode()).hexdigest()


def _require_seen(plan: Correction, form: Any) -> None:
    """Refuse to write anything but what the preview showed.

    Raises
    ------
    InputRefused
        ``row_preview_changed``.
    """
    if form.get("digest") != _digest(plan):
        raise InputRefused([Finding("row_preview_changed")])


def _draw_correction(
    asking: Asking, register: Register, plan: Correction | None = None, told: InputRefused | None = None
) -> Body:
    form = asking.form or asking.request.query_params
    shown = list_shown(asking.book, register)
    html = draw(
        "registers_correct.html", asking=asking, register=register, asked=read_asked(form), plan=plan,
        fields=[shown[field.id] for field in register.asked if field.kind != "geometry"],
        digest=_digest(plan) if plan else "", told=tell_all(told.findings) if told else [],
        given={name: str(form.get(name, "")) for name in ("field", "how", "value", "reason")},
        lines=_preview(plan.preview, shown) if plan else [], cells=plan.preview.height if plan else 0,
        rows=address(f"/registers/{register.id}", read_asked(form).params()),
        notes=tell_all(plan.prepared.findings) if plan else [],
    )  # fmt: skip
    title = (f"{register.zh}：批量更正", f"{register.en}: bulk correction")
    return Body(html, title, status=status_of(told) if told else 200)


def _preview(preview: pl.DataFrame, shown: Mapping[str, ShownColumn]) -> list[dict[str, Any]]:
    """Return the lines of a preview with the names of their fields."""
    names = {name: column.name for name, column in shown.items()}
    return [{**line, "name": names.get(line["field"], line["field"])}
            for line in preview.head(LINES_SHOWN).to_dicts()]  # fmt: skip


def show_batches(asking: Asking) -> Body:
    """Draw the batches of a register: who wrote what, when and why."""
    register = find_register(asking.book, asking.request.path_params["register_id"])
    found = list_batches(asking.book, register.id)
    acts = terms.entries("register_act")
    allowed = asking.book.permissions
    may_undo = not allowed.filter(
        (allowed["action"] == "undo") & allowed["resource"].is_in([register.id, "*"])
    ).is_empty()
    html = draw(
        "registers_batches.html", asking=asking, register=register, may_undo=may_undo,
        batches=[
            {**row, "act_name": both(acts[row["act"]]["zh"], acts[row["act"]]["en"])}
            for row in found.head(BATCHES_SHOWN).iter_rows(named=True)
        ],
        more=max(0, found.height - BATCHES_SHOWN), done=asking.request.query_params.get("done", ""),
        newest=asking.request.query_params.get("batch", ""),
    )  # fmt: skip
    return Body(html, (f"{register.zh}：批次", f"{register.en}: batches"))


def show_undo(asking: Asking) -> Body:
    """Draw what taking a batch back would change."""
    return _draw_undo(asking)


def undo(asking: Asking) -> Body | Response:
    """Take a batch back."""
    register = _register(asking, "undo")
    batch = asking.request.path_params["batch_id"]
    try:
        plan = plan_undo(asking.book, register.id, batch)
        written = apply_undo(asking.book, plan, str(asking.form.get("reason", "")))
    except InputRefused as error:
        if any(finding.code == "register_batch_unknown" for finding in error.findings):
            raise
        return _draw_undo(asking, error.findings, status_of(error))
    return go_to(f"/registers/{register.id}/batches", [("done", "undo"), ("batch", written.batch_id)])


def _draw_undo(asking: Asking, findings: Sequence[Finding] = (), status: int = 200) -> Body:
    register = _register(asking, "undo")
    plan = plan_undo(asking.book, register.id, asking.request.path_params["batch_id"])
    shown = list_shown(asking.book, register)
    html = draw(
        "registers_undo.html", asking=asking, register=register, batch=plan.batch_id,
        lines=_preview(plan.preview, shown), cells=plan.preview.height, told=tell_all(findings),
        against=tell_all(plan.findings),
    )  # fmt: skip
    return Body(html, (f"{register.zh}：撤销批次", f"{register.en}: take a batch back"), status=status)
