"""The quarterly review (调度通报): a circular of at most 4,000 characters, details in its attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.document import Attachment, Paragraph
from dafeng.report.documents.emissions import tell_total
from dafeng.report.documents.targets import (
    list_targets,
    serious,
    tabulate_targets,
    tabulate_warnings,
    tell_targets,
    tell_tasks,
)

if TYPE_CHECKING:
    from dafeng.document import OfficialDocument, Part
    from dafeng.report.documents.case import DocumentCase
    from dafeng.report.documents.targets import TargetLine

SHOWN = 6
"""Warnings in the text: the others stand in the attachment. [1]"""


def compose_quarterly(case: DocumentCase) -> OfficialDocument:
    """Return the review of a quarter as a circular.

    Parameters
    ----------
    case : DocumentCase
        With ``tracking.verdicts``.

    Returns
    -------
    OfficialDocument
        :func:`dafeng.report.official.check_length` holds it to 4,000 characters.
    """
    say, lines = case.say, list_targets(case)
    period = case.period.text(case.language)
    warned = serious(lines)
    parts: list[Part] = [
        Paragraph(say("quarterly.opening", period=period) + case.say_known()),
        Paragraph(say("quarterly.head.whole"), "heading"), *tell_total(case)[:2], *tell_targets(case, lines),
        Paragraph(say("quarterly.head.warnings"), "heading"), *_warned(case, warned),
        Paragraph(say("quarterly.head.tasks"), "heading"), *tell_tasks(case),
        Paragraph(say("quarterly.head.next"), "heading"), *_next(case, warned),
    ]  # fmt: skip
    attachments = (
        [Attachment(say("quarterly.attached.targets"), (tabulate_targets(case, lines),))] if lines else []
    )
    if len(warned) > SHOWN:
        attachments.insert(0, Attachment(say("warnings.table"), (tabulate_warnings(case, warned),)))
    return case.document(
        "quarterly", say("quarterly.title", region=case.region, period=period), parts, attachments,
        say("quarterly.addressee"),
    )  # fmt: skip


def _warned(case: DocumentCase, warned: list[TargetLine]) -> list[Part]:
    if not warned:
        return [Paragraph(case.say("warnings.none"))]
    return [
        tabulate_warnings(case, warned[:SHOWN], case.say("warnings.table")),
        Paragraph(case.say("warnings.note")),
    ]


def _next(case: DocumentCase, warned: list[TargetLine]) -> list[Part]:
    """Return what is asked of whom: it follows from the counts, dates are left to people."""
    asked = []
    if warned:
        asked.append(case.say("next.warnings", count=len(warned)))
    if case.tasks is not None and case.tasks.counts["overdue"]:
        asked.append(case.say("next.tasks", count=case.tasks.counts["overdue"]))
    asked.append(case.say("next.data"))
    return [Paragraph(text) for text in asked]
