"""``/registers``: the registers that the plan orders, their rows, forms, imports, corrections and history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.web.page import Route, WebPage
from dafeng.web.registers import correction, form, intake, listing, row, rows
from dafeng.web.registers.marks import seen_registers
from dafeng.web.registers.uploads import MAX_FORM_BYTES

if TYPE_CHECKING:
    from dafeng.web.page import Asking

POST = ("POST",)
ONE = "/registers/{register_id}"
ROW = f"{ONE}/rows/{{row_id}}"


def allowed(asking: Asking) -> bool:
    """Allow who may see or add rows of at least one register."""
    return bool(seen_registers(asking.book))


ROUTES = (
    Route("/registers/alerts", listing.show_alerts),
    Route(ONE, rows.show_rows),
    Route(f"{ONE}/about", listing.show_about),
    Route(f"{ONE}/find", rows.find_by_key),
    Route(f"{ONE}/options", rows.list_options),
    Route(f"{ONE}/export/{{form}}", rows.export),
    Route(f"{ONE}/template", rows.hand_template),
    Route(f"{ONE}/add", form.show_new),
    Route(f"{ONE}/add", form.add, POST),
    Route(f"{ONE}/import", intake.show),
    Route(f"{ONE}/import", intake.preview, POST, MAX_FORM_BYTES),
    Route(f"{ONE}/import/confirm", intake.confirm, POST),
    Route(f"{ONE}/import/{{token}}/errors", intake.hand_errors),
    Route(f"{ONE}/correct", correction.show_correction),
    Route(f"{ONE}/correct", correction.correct, POST),
    Route(f"{ONE}/batches", correction.show_batches),
    Route(f"{ONE}/batches/{{batch_id}}/undo", correction.show_undo),
    Route(f"{ONE}/batches/{{batch_id}}/undo", correction.undo, POST),
    Route(ROW, row.show),
    Route(f"{ROW}/edit", form.show_edit),
    Route(f"{ROW}/edit", form.edit, POST),
    Route(f"{ROW}/compare", row.compare),
    Route(f"{ROW}/step", row.step, POST, MAX_FORM_BYTES),
    Route(f"{ROW}/attach", row.attach, POST, MAX_FORM_BYTES),
    Route(f"{ROW}/detach", row.detach, POST),
    Route(f"{ROW}/withdraw", row.withdraw, POST),
    Route(f"{ROW}/restore", row.restore, POST),
    Route(f"{ROW}/files/{{attachment_id}}", row.hand_file),
)
PAGE = WebPage(
    "registers", "/registers", "台账", "Registers", "registers", 10, listing.show_list, allowed, ROUTES,
    ("registers.js",), ("registers.css",),
)  # fmt: skip
