"""The target board: every target with its verdict, by field or by responsible body."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.errors import LANGUAGES
from dafeng.report.board import Board, BoardRow, main_document
from dafeng.report.drawing import badge, draw
from dafeng.report.page import Page
from dafeng.report.words import term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext


def render_targets(context: ReportContext) -> str:
    """Return the board; it opens with the targets of the plan itself, other documents are one choice away."""
    board = Board(context)
    rows = board.rows()
    main = main_document(context)
    opened = [row for row in rows if main in ("", row.document_id)]
    counts = Counter(row.verdict for row in opened)
    occurring = {row.verdict for row in rows}
    named = {code for row in rows for code in row.agency_ids}
    agencies = {
        code: dict(zip(LANGUAGES, board.body_names(code), strict=True))
        for code in board.agencies
        if code in named
    }
    return draw(
        "targets.html",
        groups=_groups(rows),
        chips=[(code, badge(code), counts[code]) for code in terms.entries("verdict") if code in occurring],
        opened=len(opened),
        total=len(rows),
        documents=_documents(board, rows, main),
        main=main,
        agencies=agencies,
    )


def _groups(rows: list[BoardRow]) -> list[dict[str, Any]]:
    """Return the rows by field, in the order of the vocabulary."""
    order = {code: place for place, code in enumerate(terms.entries("sector"))}
    sectors = sorted({row.sector for row in rows}, key=lambda code: (order.get(code, len(order)), code))
    return [
        {"id": code, "name": term("sector", code), "rows": [row for row in rows if row.sector == code]}
        for code in sectors
    ]


def _documents(board: Board, rows: list[BoardRow], main: str) -> list[dict[str, Any]]:
    """Return the documents that set targets of the board: the plan first, then by number of targets."""
    counts = Counter(row.document_id for row in rows)
    found = []
    for code in sorted(counts, key=lambda code: (code != main, -counts[code], code)):
        titles = board.documents.get(code, {"title_zh": code, "title_en": code})
        found.append({"id": code, "zh": titles["title_zh"], "en": titles["title_en"], "count": counts[code]})
    return found


PAGE = Page("targets", "目标看板", "Target board", ("plan.targets", "tracking.verdicts"), render_targets)
