"""``/tasks``: the task board in columns and as a table; moving tasks, issues, exports."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dafeng.app.register_book import judge, require
from dafeng.app.tasks_board import read_board, write_board
from dafeng.app.tasks_moves import list_moves, move_tasks
from dafeng.app.tasks_rows import TASKS
from dafeng.app.tasks_seed import preview_seed, write_seed
from dafeng.doors.problems import status_of
from dafeng.errors import DafengError, InputRefused
from dafeng.register.tasks_standing import BoardFilter, filter_board
from dafeng.report.words import both
from dafeng.web.page import Body
from dafeng.web.registers.address import address, go_to, write_out
from dafeng.web.registers.choices import draw
from dafeng.web.registers.marks import name_code, tell_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from fastapi import Response

    from dafeng.app.tasks_board import Board
    from dafeng.app.tasks_moves import Move
    from dafeng.web.page import Asking

COLUMNS = (
    ("assigned", ("assigned",)), ("under_way", ("accepted", "under_way", "returned")),
    ("blocked", ("blocked",)), ("submitted", ("submitted",)), ("done", ("verified", "closed")),
    ("suspended", ("suspended",)),
)  # fmt: skip
"""Columns of the board and the states that stand in each."""
CARDS_SHOWN = 30
"""Cards of one column; the table shows all."""
ROWS_SHOWN = 100
FLAGS = ("overdue", "blocked", "evidence_missing")


def show(asking: Asking) -> Body:
    """Draw the board as the visitor may see it."""
    return draw_board(asking)


def draw_board(asking: Asking, moved: Any = None, told: Any = (), status: int = 200) -> Body:
    """Draw the board with what became of moved tasks."""
    book, query = asking.book, asking.request.query_params
    try:
        board = read_board(book, language=asking.language)
    except InputRefused as error:
        return _draw_empty(asking, error)
    wanted, words = _read_filter(query), query.get("q", "").strip().lower()[:200]
    tasks = filter_board(board.tasks, wanted)
    if words:
        tasks = tasks.filter(_has_words(tasks, words))
    page = int(query["page"]) if query.get("page", "").isdecimal() and len(query["page"]) < 6 else 1
    view = "table" if query.get("view") == "table" else "board"
    pages = max(1, -(-tasks.height // ROWS_SHOWN))
    page = min(max(page, 1), pages)
    at = (page - 1) * ROWS_SHOWN
    columns = [] if view == "table" else _columns(tasks)
    rows = tasks.slice(at, ROWS_SHOWN) if view == "table" else None
    shown = rows["task_no"].to_list() if rows is not None else [n for one in columns for n in one["numbers"]]
    stored = board.ground.tasks.filter(board.ground.tasks["task_no"].is_in(shown))
    moves = list_moves(book, stored)
    ids = dict(stored.select("task_no", "row_id").iter_rows())
    labels = dict(asking.portal.pack.tables["clauses"].select("clause_id", "label").iter_rows())
    cards = {
        row["task_no"]: {**_card(row, ids, moves), "clause_label": labels.get(row["clause"], row["clause"])}
        for row in tasks.to_dicts()
        if row["task_no"] in ids
    }
    html = draw(
        "tasks_board.html", asking=asking, view=view, columns=columns, cards=cards, moved=moved, told=told,
        rows=[cards[number] for number in shown] if rows is not None else [], page=page, pages=pages,
        totals=_totals(tasks), total=tasks.height, wanted=wanted, words=query.get("q", ""),
        choices=_choices(board), steps=_common_steps(moves), link=_links(query),
        may_add=judge(book, "add", TASKS).allowed, may_export=judge(book, "export", TASKS).allowed,
        here=address("/tasks", [(name, value) for name, value in query.multi_items() if name != "done"]),
    )  # fmt: skip
    return Body(html, status=status)


def _draw_empty(asking: Asking, error: InputRefused) -> Body:
    """Draw what stands in the place of a board without tasks: the tasks that would follow from the plan."""
    may_seed = judge(asking.book, "add", TASKS, {}).allowed
    seeds = preview_seed(asking.book).new if may_seed else 0
    html = draw("tasks_empty.html", asking=asking, told=tell_all(error.findings), seeds=seeds)
    return Body(html)


def seed(asking: Asking) -> Response:
    """Write the tasks that follow from the plan and that the register lacks."""
    write_seed(asking.book)
    return go_to("/tasks", [("done", "seed")])


def _read_filter(query: Any) -> BoardFilter:
    due = query.get("due", "")
    try:
        before = date.fromisoformat(due) if due else None
    except ValueError:
        before = None
    flags = {name: query.get(name) == "1" for name in FLAGS}
    return BoardFilter(
        query.get("agency", ""), query.get("city", ""), query.get("clause", "")[:40], query.get("state", ""),
        due_before=before, **flags,
    )  # fmt: skip


def _has_words(tasks: pl.DataFrame, words: str) -> pl.Series:
    names = ("task_no", "title", "agency_name", "region_name", "clause")
    text = [" ".join(str(cell) for cell in row).lower() for row in tasks.select(names).iter_rows()]
    return tasks["task_no"].is_in(
        [n for n, one in zip(tasks["task_no"], text, strict=True) if all(w in one for w in words.split())]
    )


def _columns(tasks: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the columns of the board with the numbers of their first cards."""
    made = []
    for name, states in COLUMNS:
        own = tasks.filter(tasks["state"].is_in(list(states)))
        numbers = own["task_no"].head(CARDS_SHOWN).to_list()
        made.append({"name": name, "states": states, "total": own.height, "numbers": numbers})
    return made


def _card(
    row: dict[str, Any], ids: Mapping[str, str], moves: Mapping[str, tuple[Move, ...]]
) -> dict[str, Any]:
    number = row["task_no"]
    made = [{"id": move.step.id, "name": both(move.step.zh, move.step.en), "target": move.step.target,
             "at_once": move.at_once} for move in moves.get(number, ())]  # fmt: skip
    return {**row, "row_id": ids[number], "moves": made}


def _totals(tasks: pl.DataFrame) -> dict[str, int]:
    return {
        "overdue": tasks["overdue_days"].count(), "blocked": tasks.filter(tasks["state"] == "blocked").height,
        "evidence_missing": int(tasks["evidence_missing"].sum()), "issues": int(tasks["open_issues"].sum()),
    }  # fmt: skip


def _choices(board: Board) -> dict[str, list[tuple[str, str]]]:
    """Return bodies, cities and states that the visible tasks have."""
    tasks = board.tasks
    pairs = {
        "agency": ("agency", "agency_name"),
        "city": ("region", "region_name"),
        "state": ("state", "state_name"),
    }
    return {name: sorted(tasks.select(*columns).unique().iter_rows()) for name, columns in pairs.items()}


def _common_steps(moves: Mapping[str, tuple[Move, ...]]) -> list[tuple[str, Any]]:
    """Return the steps that many tasks can take at once."""
    found = {move.step.id: both(move.step.zh, move.step.en)
             for some in moves.values() for move in some if move.at_once}  # fmt: skip
    return list(found.items())


def _links(query: Any) -> Any:
    """Return a maker of addresses of the board with something else asked."""

    def link(**changes: Any) -> str:
        kept = [
            (name, value) for name, value in query.multi_items() if name not in {*changes, "done", "page"}
        ]
        return address("/tasks", [*kept, *((name, str(value)) for name, value in changes.items())])

    return link


def move(asking: Asking) -> Body | Response:
    """Take a step with the tasks that were chosen."""
    form = asking.form
    numbers = [str(one) for one in form.getlist("task")]
    try:
        moved = move_tasks(asking.book, numbers, str(form.get("step", "")), form.get("reason") or None)
    except InputRefused as error:
        return draw_board(asking, told=tell_all(error.findings), status=status_of(error))
    if moved.refused:
        lines = {number: tell_all(found) for number, found in moved.refused.items()}
        first: DafengError = InputRefused(next(iter(moved.refused.values())))
        return draw_board(asking, {"done": moved.done, "refused": lines}, status=status_of(first))
    back = str(form.get("back", ""))
    query = back.partition("?")[2] if back.startswith("/tasks?") and back.isprintable() else ""
    return go_to(f"/tasks?{query}&done=move" if query else "/tasks?done=move")


def export(asking: Asking) -> Response:
    """Hand out the board as a workbook."""
    require(asking.book, "export", TASKS)
    board = read_board(asking.book, _read_filter(asking.request.query_params), asking.language)
    return write_out(f"任务看板 {asking.book.today}.xlsx", lambda path: write_board(board, path))


def clause_choices(asking: Asking) -> list[tuple[str, Any]]:
    """Return the clauses of the plan with their labels and titles."""
    rows = asking.portal.pack.tables["clauses"].select("clause_id", "label", "title_zh", "title_en")
    names = asking.book.library.pack_kinds["clause"]
    return [(code, both(f"{label} {zh}", f"{label} {en}") if zh else name_code(names, code))
            for code, label, zh, en in rows.iter_rows()]  # fmt: skip
