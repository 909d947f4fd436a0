"""The inventory report: scope, totals, sectors, fuels, published figures, uncertainty, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.document import Attachment, Paragraph
from dafeng.report.documents.emissions import (
    chart_total,
    list_input_sources,
    tabulate_totals,
    tell_groups,
    tell_published,
    tell_total,
    tell_uncertainty,
)

if TYPE_CHECKING:
    from dafeng.document import OfficialDocument, Part
    from dafeng.report.documents.case import DocumentCase


def compose_inventory(case: DocumentCase) -> OfficialDocument:
    """Return the report on the inventory up to a year.

    Parameters
    ----------
    case : DocumentCase
        With ``inventory.emissions``.

    Returns
    -------
    OfficialDocument
    """
    say = case.say
    period = case.period.text(case.language)
    parts: list[Part] = [
        Paragraph(say("inventory.head.scope"), "heading"),
        Paragraph(say("inventory.scope", region=case.region)),
        Paragraph(say("scope", version=case.context.meta.totals_version)),
        Paragraph(say("inventory.head.total"), "heading"),
        *tell_total(case), *chart_total(case), *tabulate_totals(case),
        Paragraph(say("inventory.head.sectors"), "heading"), *tell_groups(case, "sector_groups"),
        Paragraph(say("inventory.head.fuels"), "heading"), *tell_groups(case, "fuel_groups"),
        Paragraph(say("inventory.head.published"), "heading"), *tell_published(case),
        Paragraph(say("inventory.head.uncertainty"), "heading"), *tell_uncertainty(case),
    ]  # fmt: skip
    sources = Attachment(say("attached.sources"), (list_input_sources(case),))
    title = say("inventory.title", region=case.region, period=period)
    return case.document("inventory", title, parts, (sources,))
