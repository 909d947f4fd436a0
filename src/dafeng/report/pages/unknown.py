"""What is unknown: open questions with their readings, targets without data, missing years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.report.board import Board
from dafeng.report.drawing import badge, draw
from dafeng.report.emission_view import EMISSIONS, view_emissions
from dafeng.report.page import Page
from dafeng.report.words import both

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

WITHOUT_DATA = ("no_published_data", "scope_not_comparable", "awaiting_state", "no_indicator")


def render_unknown(context: ReportContext) -> str:
    """Return open questions, targets without comparable data, years without totals and stages not run."""
    board = Board(context)
    names = {code: board.target_names(target) for code, target in board.targets.items()}
    gaps = view_emissions(context).years_without_total if context.has(EMISSIONS) else ()
    return draw(
        "unknown.html",
        cards=_questions(context, names),
        count=len(context.rows("plan.open_questions")),
        without=_without_data(context, names),
        gaps=gaps,
        weak=_weak(context),
        findings=len(context.own_rows("inventory.findings")),
        stages=context.meta.stages_not_run,
    )


def _questions(context: ReportContext, names: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the open questions; those with the same reason and the same readings share a card."""
    cards: dict[tuple[Any, ...], dict[str, Any]] = {}
    decided = {row["decision_key"]: row["decided"] for row in context.rows("tracking.decisions")}
    for row in context.rows("plan.open_questions"):
        card = cards.setdefault(
            (row["why_zh"], row["options_zh"]),
            {
                "why": both(row["why_zh"], row["why_en"]),
                "readings": both((row["options_zh"] or "").replace(";", "；"), row["options_en"]),
                "items": [],
            },
        )
        ids = [code for code in (row["target_ids"] or "").split(";") if code]
        named = [names[code] for code in ids if code in names]
        card["items"].append(
            {
                "id": row["question_id"],
                "question": both(row["question_zh"], row["question_en"]),
                "targets": [both(zh, en) for zh, en in dict.fromkeys(named)],
                "decided": decided.get(row["decision_key"], ""),
            }
        )
    return list(cards.values())


def _without_data(context: ReportContext, names: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    groups = []
    rows = context.rows("tracking.verdicts")
    for verdict in WITHOUT_DATA:
        own = [names[r["target_id"]] for r in rows if r["verdict"] == verdict and r["target_id"] in names]
        if own:
            shown = [both(*pair) for pair in own]
            groups.append({"verdict": verdict, "badge": badge(verdict), "names": shown})
    return groups


def _weak(context: ReportContext) -> int:
    """Return how many observations are too weak for a verdict (grades C and X)."""
    return sum(row["grade"] in {"C", "X"} for row in context.rows("tracking.observations"))


PAGE = Page("unknown", "未知与待决", "What is unknown", (), render_unknown)
