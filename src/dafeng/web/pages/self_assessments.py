"""``/self-assessments``: self-assessments of cities and bodies, from the prefilled form to its approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.tasks_rows import FORMS
from dafeng.web.page import Route, WebPage
from dafeng.web.registers.marks import seen_registers
from dafeng.web.registers.uploads import MAX_FORM_BYTES
from dafeng.web.tasks import assessments

if TYPE_CHECKING:
    from dafeng.web.page import Asking

POST = ("POST",)


def allowed(asking: Asking) -> bool:
    """Allow who may see self-assessments."""
    return FORMS in seen_registers(asking.book)


PAGE = WebPage(
    "self_assessments", "/self-assessments", "任务自评", "Self-assessments", "registers", 30,
    assessments.show_list, allowed,
    (
        Route("/self-assessments/make", assessments.make, POST),
        Route("/self-assessments/{row_id}", assessments.show_form),
        Route("/self-assessments/{row_id}", assessments.save, POST),
        Route("/self-assessments/{row_id}/fill", assessments.fill, POST, MAX_FORM_BYTES),
        Route("/self-assessments/{row_id}/export/{form}", assessments.hand_out_form),
    ),
    (), ("registers.css",),
)  # fmt: skip
