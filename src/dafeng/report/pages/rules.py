"""How targets are judged: the rules by kind of target and case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.report.drawing import badge, draw
from dafeng.report.page import Page
from dafeng.report.words import both, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

RULES = "tracking.rules"


def render_rules(context: ReportContext) -> str:
    """Return the table of rules and the meaning of the verdicts."""
    rows = [
        (
            term("target_kind", row["kind"]),
            both(row["case_zh"], row["case_en"]),
            [badge(code) for code in row["verdict"].split(";")],
        )
        for row in context.rows(RULES)
    ]
    meanings = [
        (badge(code), both(row["note_zh"] or row["zh"], row["note_en"] or row["en"]))
        for code, row in terms.entries("verdict").items()
    ]
    return draw("rules.html", rows=rows, meanings=meanings)


PAGE = Page("rules", "评判规则", "Judging rules", (RULES,), render_rules)
