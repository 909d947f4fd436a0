"""How good are the warnings: hits and false alarms of the thresholds, reliability of the chances."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.report.drawing import draw
from dafeng.report.figures import number, number_button, unit_pair
from dafeng.report.page import Page
from dafeng.report.reliability_chart import Bin, draw_reliability
from dafeng.report.traces import Trace
from dafeng.report.warning_view import LEVELS, RELIABILITY, SCORES
from dafeng.report.words import phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext
    from dafeng.report.warning_view import Row

NONE = Markup('<span class="null">—</span>')


def render_skill(context: ReportContext) -> str:
    """Return the test of the thresholds by kind of goals and years ahead, and the reliability diagrams."""
    scores, bins = context.rows(SCORES), context.rows(RELIABILITY)
    if not scores and not bins:
        return draw("empty.html", text=phrase("skill.none"))
    key = _key(context)
    diagrams = [made for basis in terms.entries("score_basis") if (made := _diagram(bins, basis, key))]
    return draw(
        "warning_skill.html",
        message=_message(scores, key),
        groups=_groups(scores, key),
        diagrams=diagrams,
        tested=any(row["cases"] for row in scores),
    )


def _key(context: ReportContext) -> str:
    names = unit_pair("%")
    words = {language: plain("skill.step", language, day=context.meta.as_of) for language in ("zh", "en")}
    return context.add_trace(
        Trace(unit_zh=names["zh"], unit_en=names["en"], step_zh=words["zh"], step_en=words["en"])
    )


def _message(scores: list[Row], key: str) -> Markup:
    """Return how many thresholds can be judged at all; with none that stands in the heading."""
    estimable = [row for row in scores if row["estimable"]]
    count, whole = (number_button(str(len(rows)), key) for rows in (estimable, scores))
    return phrase("skill.message" if estimable else "skill.message.none", count=count, whole=whole)


def _groups(scores: list[Row], key: str) -> list[tuple[Markup, list[dict[str, Any]]]]:
    """Return the rows of the threshold table by kind of goals, in the order of hint and years ahead."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in scores:
        found[row["basis"]].append(row)
    return [
        (
            term("score_basis", basis),
            [
                _threshold(row, key)
                for row in sorted(rows, key=lambda row: (LEVELS.index(row["level"]), row["horizon_years"]))
            ],
        )
        for basis, rows in found.items()
    ]


def _threshold(row: Row, key: str) -> dict[str, Any]:
    shown = row["estimable"]
    return {
        "level": row["level"],
        "threshold": number_button(f"> {number(100 * row['threshold'], 0)}%", key),
        "years": row["horizon_years"],
        "cases": number_button(str(row["cases"]), key),
        "outcomes": number_button(str(row["outcomes"]), key),
        "misses": number_button(str(row["misses"]), key),
        "hit": _percent(row["hit_share"], key) if shown else Markup(""),
        "false": _percent(row["false_alarm_share"], key) if shown else Markup(""),
        "estimable": shown,
    }


def _percent(share: float | None, key: str) -> Markup:
    return NONE if share is None else number_button(f"{number(100 * share, 0)}%", key)


def _diagram(bins: list[Row], basis: str, key: str) -> dict[str, Any] | None:
    """Return the reliability diagram of one kind of goals with its table; None without a case."""
    rows = [row for row in bins if row["basis"] == basis and row["cases"]]
    if not rows:
        return None
    title = f"reliability-{basis.replace('_', '-')}"
    drawn = [
        Bin(row["mean_p"], row["met_share"], row["low_share"], row["high_share"], row["cases"])
        for row in rows
        if row["mean_p"] is not None and row["met_share"] is not None
    ]
    return {
        "id": title,
        "name": term("score_basis", basis),
        "count": number_button(str(sum(row["cases"] for row in rows)), key),
        "drawing": draw_reliability(drawn, title),
        "rows": [_bin(row, key) for row in rows],
    }


def _bin(row: Row, key: str) -> dict[str, Any]:
    ends = [number(100 * row[name], 0) for name in ("bin_low", "bin_high")]
    span = (
        NONE
        if row["low_share"] is None or row["high_share"] is None
        else number_button(f"{number(100 * row['low_share'], 0)}–{number(100 * row['high_share'], 0)}%", key)
    )
    return {
        "bin": f"{ends[0]}–{ends[1]}%",
        "cases": number_button(str(row["cases"]), key),
        "mean": _percent(row["mean_p"], key),
        "met": _percent(row["met_share"], key),
        "span": span,
    }


PAGE = Page(
    "warning-skill", "这些预警有多准", "How good are these warnings", (SCORES, RELIABILITY), render_skill
)
