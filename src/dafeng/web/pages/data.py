"""The catalogue of data: every table with its columns, a preview, the lineage of the table and of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from dafeng.app.portal_catalogue import list_cards, read_lineage, trace_row
from dafeng.web.data.drawing import draw_graph, shown_cells
from dafeng.web.drawing import draw, phrase, words
from dafeng.web.page import Body, Route, WebPage

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.app.portal_catalogue import TableCard
    from dafeng.web.page import Asking

PATH = "/data"
ROWS = 50
"""Rows on one page of a preview. [1]"""
CRUMB = (PATH, "数据目录", "Data catalogue")
STYLES = ("data.css",)


def show_catalogue(asking: Asking) -> Body:
    """Draw the list of tables, by search, class and part."""
    cards = list_cards(asking.portal, asking.book)
    query = asking.request.query_params
    words = query.get("q", "").strip()[:100]
    kind, room = query.get("kind", ""), query.get("room", "")
    shown = [
        card for card in cards
        if _fits(card, words.lower()) and kind in {"", card.release.kind} and room in {"", _room(card)}
    ]  # fmt: skip
    html = draw(
        "data_catalogue.html", cards=shown, total=len(cards), words=words, kind=kind, room=room,
        rooms=sorted({_room(card) for card in cards}), language=asking.language, stages=_stages(cards),
        kinds=[code for code in ("public", "internal", "sensitive")
               if any(card.release.kind == code for card in cards)],
    )  # fmt: skip
    return Body(html, styles=STYLES, lead=draw("data_lead.html"))


def _room(card: TableCard) -> str:
    return card.id.partition(".")[0]


def _stages(cards: list[TableCard]) -> dict[str, Markup]:
    """Return what the stages that made the tables are called; a stage without words by its name."""
    keys = {card.stage: f"web.data.stage.{card.stage}" for card in cards}
    return {stage: phrase(key) if key in words() else escape(stage) for stage, key in keys.items()}


def _fits(card: TableCard, words: str) -> bool:
    """Return whether every word stands in the id, the titles or the columns of a table."""
    text = " ".join(
        [card.id, card.zh, card.en, *(f"{one.name} {one.zh} {one.en}" for one in card.columns)]
    ).lower()
    return all(word in text for word in words.split())


def show_table(asking: Asking) -> Body:
    """Draw one table: what it is, its columns, where it comes from, a page of its rows."""
    table_id = asking.request.path_params["table_id"]
    lineage = read_lineage(asking.portal, asking.book, table_id)
    frame = asking.portal.data.frame(asking.book, table_id)
    pages = max(1, -(-frame.height // ROWS))
    page = min(max(_number(asking.request.query_params.get("page", "1")), 1), pages)
    part = frame.slice((page - 1) * ROWS, ROWS)
    rows = [shown_cells(row, lineage.card.columns, asking.language) for row in part.iter_rows(named=True)]
    html = draw(
        "data_table.html", lineage=lineage, card=lineage.card, rows=rows, first=(page - 1) * ROWS, page=page,
        pages=pages, graph=draw_graph(lineage, asking.language), language=asking.language, path=PATH,
    )  # fmt: skip
    return Body(html, title=(lineage.card.zh, lineage.card.en), styles=STYLES, crumbs=(CRUMB,))


def show_row(asking: Asking) -> Body:
    """Draw one row with its units and where it comes from."""
    table_id = asking.request.path_params["table_id"]
    number = _number(asking.request.path_params["number"]) - 1
    lineage = read_lineage(asking.portal, asking.book, table_id)
    origin = trace_row(asking.portal, asking.book, table_id, number)
    cells = shown_cells(origin.row, lineage.card.columns, asking.language)
    html = draw(
        "data_row.html", lineage=lineage, card=lineage.card, origin=origin,
        cells=list(zip(lineage.card.columns, cells, strict=True)), language=asking.language, path=PATH,
    )  # fmt: skip
    card = lineage.card
    title = f"{card.zh} · 第 {number + 1} 行", f"{card.en} · row {number + 1}"
    crumbs = CRUMB, (f"{PATH}/{table_id}", card.zh, card.en)
    return Body(html, title=title, styles=STYLES, crumbs=crumbs)


def _number(text: str) -> int:
    """Return a whole number of an address; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def allowed(asking: Asking) -> bool:
    """Allow who may see at least one table."""
    return bool(asking.portal.data.visible_tables(asking.book))


PAGE = WebPage(
    "data", PATH, "数据目录", "Data catalogue", "data", 0, show_catalogue, allowed,
    routes=(
        Route(PATH + "/{table_id}", show_table), Route(PATH + "/{table_id}/rows/{number}", show_row),
    ),
)  # fmt: skip
