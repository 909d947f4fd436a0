"""The public edition: the sections of the report that rest on public tables, and the list of these tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.charts import json_text
from dafeng.report.drawing import draw
from dafeng.report.frame import draw_page
from dafeng.report.html import page_data
from dafeng.report.pages import PAGES
from dafeng.report.traces import TraceBook
from dafeng.report.words import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.errors import Language
    from dafeng.report.context import ReportContext
    from dafeng.report.page import Page
    from dafeng.table import ColumnSpec

MAP = "map"
"""Section with a map: a public map needs an approval number."""


@dataclass(frozen=True, slots=True)
class PublicTable:
    """A table of the public edition.

    Parameters
    ----------
    id, zh, en : str
        Id and titles.
    rows : int
        Rows. [1]
    columns : tuple of ColumnSpec
        Columns.
    """

    id: str
    zh: str
    en: str
    rows: int
    columns: tuple[ColumnSpec, ...]


def public_sections(context: ReportContext) -> list[Page]:
    """Return the sections that can be drawn whole from the tables of a context.

    A map is left out as long as the pack has no approval number for it.
    """
    return [
        page for page in PAGES
        if context.has(*page.needs) and (page.id != MAP or context.meta.map_approval)
    ]  # fmt: skip


def render_public(context: ReportContext, tables: Sequence[PublicTable], language: Language, day: str) -> str:
    """Return the page of the public edition in a language; it leads to the other one by a link.

    Parameters
    ----------
    context : ReportContext
        With public tables only.
    tables : sequence of PublicTable
        What may be taken along.
    language : {"zh", "en"}
        Language of the page.
    day : str
        ISO day on which it is made.
    """
    fresh = replace(context, traces=TraceBook())
    sections = [(page, Markup(page.render(fresh))) for page in public_sections(fresh)]  # noqa: S704 - autoescaped
    body = draw(
        "public_body.html", meta=fresh.meta, sections=sections, tables=tables, language=language, day=day,
        data=json_text(page_data(fresh)),
    )  # fmt: skip
    names = {"zh": fresh.meta.region_zh, "en": fresh.meta.region_en}
    title = {code: plain("title", code, region=names[code]) for code in ("zh", "en")}
    return draw_page(title, body, fresh.meta.software_version, language=language)
