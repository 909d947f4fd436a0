"""The target board as rows that are filtered, sorted and exported."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.app.portal_uploads import starts_formula
from dafeng.report.board import Board, BoardRow, main_document
from dafeng.report.charts import json_text
from dafeng.report.html import page_data
from dafeng.report.traces import TraceBook
from dafeng.report.words import term_pair
from dafeng.web.kept_pages import keep_drawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from markupsafe import Markup

    from dafeng.report.context import ReportContext
    from dafeng.web.page import Asking

Row = dict[str, Any]
LEVELS = ("red", "amber", "green", "cannot_judge")
SORTS = ("plan", "name", "due", "verdict", "level")
ALL = "all"
"""Value of the document filter that takes every document; without it, the province's plan."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One target on the board.

    Parameters
    ----------
    shown : BoardRow
        Ready to be drawn.
    target, verdict : mapping
        Rows of the tables.
    level : str
        Level of warning; ``cannot_judge`` where there is none.
    names : (str, str)
        Chinese and English.
    """

    shown: BoardRow
    target: Row
    verdict: Row
    level: str
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """The board of a visitor.

    Parameters
    ----------
    rows : tuple of Listed
        In the order of the plan.
    data : Markup
        Traces, for the script.
    main : str
        Id of the province's plan; empty when none is known.
    documents, agencies : mapping
        Id -> (Chinese, English), of those that have targets.
    """

    rows: tuple[Listed, ...]
    data: Markup
    main: str
    documents: Mapping[str, tuple[str, str]]
    agencies: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the visitor chose; an empty text chooses nothing."""

    text: str = ""
    verdict: str = ""
    level: str = ""
    sector: str = ""
    agency: str = ""
    document: str = ""
    sort: str = "plan"
    down: bool = False

    def query(self, **changes: object) -> dict[str, str]:
        """Return the wish as parameters of an address, with changes; what is not chosen is left out."""
        fields = {
            "q": self.text, "verdict": self.verdict, "level": self.level, "sector": self.sector,
            "agency": self.agency, "document": self.document, "sort": self.sort,
            "down": "1" if self.down else "",
        } | {name: str(value) for name, value in changes.items()}  # fmt: skip
        return {name: value for name, value in fields.items() if value and (name, value) != ("sort", "plan")}


def read_wish(query: Mapping[str, str]) -> Wish:
    """Return what an address chooses; an unknown order is the plan's."""
    sort = query.get("sort", "plan")
    return Wish(
        text=query.get("q", "").strip().lower()[:100], verdict=query.get("verdict", ""),
        level=query.get("level", ""), sector=query.get("sector", ""), agency=query.get("agency", ""),
        document=query.get("document", ""), sort=sort if sort in SORTS else "plan",
        down=query.get("down") == "1",
    )  # fmt: skip


def read_listing(asking: Asking) -> Listing:
    """Return the board of a visitor, made once for equal readers.

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``.
    """
    data = asking.portal.data
    return keep_drawn(asking, "target-board", lambda: make_listing(data.context(asking.book)))


def make_listing(context: ReportContext) -> Listing:
    """Return the board of a context."""
    fresh = context.with_traces(TraceBook())
    board = Board(fresh)
    verdicts = fresh.by_key("tracking.verdicts", "target_id")
    rows = tuple(
        Listed(
            shown, board.targets[shown.target_id], verdicts[shown.target_id], shown.level or LEVELS[-1],
            board.target_names(board.targets[shown.target_id]),
        )
        for shown in board.rows()
    )  # fmt: skip
    used = {row.shown.document_id for row in rows}
    bodies = {code for row in rows for code in row.shown.agency_ids}
    return Listing(
        rows, json_text(page_data(fresh)), main_document(fresh),
        {code: (one["title_zh"], one["title_en"]) for code, one in board.documents.items() if code in used},
        {code: board.body_names(code) for code in board.agencies if code in bodies},
    )  # fmt: skip


def choose(listing: Listing, wish: Wish) -> list[Listed]:
    """Return the rows that were asked for, in the order that was asked for."""
    document = wish.document or listing.main
    found = [
        row for row in listing.rows
        if (not wish.text or wish.text in row.shown.search)
        and wish.verdict in {"", row.shown.verdict}
        and wish.level in {"", row.level}
        and wish.sector in {"", row.shown.sector}
        and (not wish.agency or wish.agency in row.shown.agency_ids)
        and document in {"", ALL, row.shown.document_id}
    ]  # fmt: skip
    if wish.sort == "plan":
        return found[::-1] if wish.down else found
    verdicts = list(terms.entries("verdict"))
    keys = {
        "name": lambda row: row.names[0],
        "due": lambda row: row.target["target_year"] or 9999,
        "verdict": lambda row: verdicts.index(row.shown.verdict),
        "level": lambda row: LEVELS.index(row.level),
    }
    return sorted(found, key=keys[wish.sort], reverse=wish.down)


def count_by(rows: Iterable[Listed], part: str) -> dict[str, int]:
    """Return how many rows have each verdict, level or sector, in the order of its vocabulary."""
    counts: dict[str, int] = {}
    for row in rows:
        code = row.level if part == "level" else getattr(row.shown, part)
        counts[code] = counts.get(code, 0) + 1
    order = LEVELS if part == "level" else tuple(terms.entries(part))
    return {code: counts[code] for code in order if code in counts}


EXPORTED = (
    ("target_id", "目标编号", "Target id"), ("name_zh", "目标", "Target (Chinese)"),
    ("name_en", "目标（英文）", "Target"), ("document", "文件", "Document"), ("due", "目标年", "Due"),
    ("comparator", "要求", "Demand"), ("value", "目标值", "Value"),
    ("unit", "目标单位", "Unit of the target"), ("observed", "最新公布值", "Latest published value"),
    ("observed_unit", "公布值单位", "Unit of the published value"),
    ("period", "时期", "Period"), ("gap", "差距", "Gap"), ("verdict", "结论", "Verdict"),
    ("level", "预警", "Warning"), ("agencies", "责任部门", "Responsible bodies"), ("why", "理由", "Reason"),
)  # fmt: skip
"""Columns of the exported board with their headings."""


def write_csv(listing: Listing, rows: Iterable[Listed], language: str) -> bytes:
    """Return rows as CSV that spreadsheets read: UTF-8 with a mark, no cell taken for a formula."""
    at = 1 if language == "zh" else 2
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heads[at] for heads in EXPORTED])
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in _export(listing, row, language)]
        writer.writerow([f"'{cell}" if starts_formula(cell) else cell for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _export(listing: Listing, row: Listed, language: str) -> list[object]:
    at = 0 if language == "zh" else 1
    target, verdict = row.target, row.verdict
    wanted = target["value"] if target["value"] is not None else target["lower"]
    agencies = (listing.agencies[code][at] for code in row.shown.agency_ids if code in listing.agencies)
    return [
        row.shown.target_id, *row.names, listing.documents.get(row.shown.document_id, ("", ""))[at],
        target["target_year"], term_pair("comparator", target["comparator"])[language], wanted,
        target["unit"], verdict["observed"], verdict["unit"], verdict["period"], verdict["gap"],
        term_pair("verdict", row.shown.verdict)[language], term_pair("warning_level", row.level)[language],
        "; ".join(agencies), verdict[f"why_{language}"],
    ]  # fmt: skip
