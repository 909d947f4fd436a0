"""``/registers/{id}/import``: a file is looked at, its errors go back marked, then it is written."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast, get_args

from dafeng import terms
from dafeng.app.register_book import require
from dafeng.app.register_import import ImportRequest, import_file
from dafeng.app.register_mappings import list_mappings
from dafeng.app.register_staging import drop_staged, find_staged, stage_file
from dafeng.doors.problems import status_of
from dafeng.errors import Finding, InputRefused
from dafeng.register.import_plan import ImportOptions, Mode
from dafeng.report.words import both
from dafeng.settings import read_settings
from dafeng.web.page import Body
from dafeng.web.registers.address import go_to, write_out
from dafeng.web.registers.choices import draw
from dafeng.web.registers.marks import find_register, list_shown, tell_all
from dafeng.web.registers.uploads import keep_uploads

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import Response

    from dafeng.app.register_import import ImportOutcome
    from dafeng.register.model import Register
    from dafeng.web.page import Asking

LINES_SHOWN = 300
"""Lines of findings and of the preview that a page shows."""
OPTIONS = ("mode", "source", "grade", "mapping", "accept_good", "reason")


def show(asking: Asking) -> Body:
    """Draw the form that asks for a file."""
    return _draw(asking, _register(asking))


def _register(asking: Asking) -> Register:
    register = find_register(asking.book, asking.request.path_params["register_id"])
    require(asking.book, "import", register.id)
    return register


def preview(asking: Asking) -> Body:
    """Keep the file that was sent and draw what it would do."""
    register, form = _register(asking), asking.form
    wish = {name: str(form.get(name, "")) for name in OPTIONS}
    with keep_uploads(form, "file") as files:
        if not files:
            return _draw(asking, register, wish, told=InputRefused([Finding("file_empty")]))
        try:
            outcome = import_file(asking.book, _request(register, files[0], wish, dry_run=True))
        except InputRefused as error:
            return _draw(asking, register, wish, told=error)
        staged = stage_file(asking.book, files[0].name, files[0].read_bytes())
    return _draw(asking, register, wish, outcome, staged.token)


def confirm(asking: Asking) -> Body | Response:
    """Write a file that was looked at."""
    register, form = _register(asking), asking.form
    wish = {name: str(form.get(name, "")) for name in OPTIONS}
    token = str(form.get("token", ""))
    staged = find_staged(asking.book, token)
    try:
        outcome = import_file(asking.book, _request(register, staged.path, wish, dry_run=False))
    except InputRefused as error:
        return _draw(asking, register, wish, told=error)
    if outcome.errors and not outcome.is_written:
        return _draw(asking, register, wish, outcome, token)
    drop_staged(asking.book, token)
    if outcome.refused:  # the rows that stayed out are shown once more
        return _draw(asking, register, wish, outcome, "")
    done = "import" if outcome.is_written else "same"
    batch = outcome.batch_id
    return go_to(f"/registers/{register.id}/batches", [("done", done), ("batch", batch)])


def hand_errors(asking: Asking) -> Response:
    """Hand out the file that was looked at with its errors marked, for the sender."""
    register, query = _register(asking), asking.request.query_params
    staged = find_staged(asking.book, asking.request.path_params["token"])
    wish = {name: query.get(name, "") for name in OPTIONS}

    def write(path: Path) -> None:
        request = _request(register, staged.path, wish, dry_run=True, errors_to=path)
        if import_file(asking.book, request).workbook is None:  # nothing is wrong any more
            raise InputRefused.of("row_preview_changed")

    return write_out(f"{staged.path.stem} 待改.xlsx", write)


def _request(
    register: Register, path: Path, wish: dict[str, str], *, dry_run: bool, errors_to: Path | None = None
) -> ImportRequest:
    mode = wish["mode"] if wish["mode"] in get_args(Mode) else "upsert"
    grade = wish["grade"] if wish["grade"] in terms.codes("grade") else "B"
    return ImportRequest(
        register.id, path, ImportOptions(cast("Mode", mode), wish["source"].strip(), grade),
        mapping=wish["mapping"], dry_run=dry_run, accept_good=wish["accept_good"] == "1",
        errors_to=errors_to, reason=wish["reason"] or None, max_bytes=read_settings().max_file_mb * 2**20,
    )  # fmt: skip


def _draw(
    asking: Asking,
    register: Register,
    wish: dict[str, str] | None = None,
    outcome: ImportOutcome | None = None,
    token: str = "",
    told: InputRefused | None = None,
) -> Body:
    """Draw the form, with what a file would do or did."""
    book = asking.book
    shown = list_shown(book, register)
    lists = {child.id: both(child.zh, child.en) for child in register.lists}
    kinds = terms.entries("import_kind")

    def name(field: str | None) -> Any:
        head = (field or "").partition(".")[0]
        return shown[head].name if head in shown else lists.get(head, field or "")

    lines = [] if outcome is None else outcome.preview.head(LINES_SHOWN).to_dicts()
    findings = [] if outcome is None else outcome.table.head(LINES_SHOWN).to_dicts()
    html = draw(
        "registers_import.html", asking=asking, register=register, wish=defaultdict(str, wish or {}),
        outcome=outcome, token=token, mappings=sorted(list_mappings(book, register.id)), mode_names=MODES,
        grades=[(code, both(f"{code} {row['zh']}", f"{code} {row['en']}"))
                for code, row in terms.entries("grade").items()],
        told=tell_all(told.findings) if told else [],
        lines=[{**line, "name": name(line["field"]), "kind_name": both(kinds[line["kind"]]["zh"],
                kinds[line["kind"]]["en"])} for line in lines],
        findings=[{**one, "name": name(one["field"]), "text": both(one["text_zh"], one["text_en"])}
                  for one in findings],
        cut=0 if outcome is None else max(0, outcome.table.height - LINES_SHOWN),
        cut_lines=0 if outcome is None else max(0, outcome.preview.height - LINES_SHOWN),
    )  # fmt: skip
    status = status_of(told) if told else (422 if outcome and outcome.errors else 200)
    return Body(html, (f"{register.zh}：导入", f"{register.en}: import"), status=status)


MODES = (
    ("upsert", both("新增和更新", "Add and update")),
    ("add", both("只新增", "Only add")),
    ("update", both("只更新", "Only update")),
)
