"""What decides the spread: tornado, shares of the variance, and the futures that miss the peak in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report import pathway_view as shared
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import missing, number, number_button, traced
from dafeng.report.page import Page
from dafeng.report.pathway_view import PEAK, PathwayView, Row, Scope, scope_of
from dafeng.report.span_bar import draw_share, draw_span
from dafeng.report.words import both, phrase

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

TORNADO, SENSITIVITY, BOXES = "pathway.tornado", "pathway.sensitivity", "pathway.boxes"
OUTPUTS = ("co2_2030", "peak_year")
DIGITS = {"co2_2030": 0, "peak_year": 1, "peak_level": 0}


def render_spread(context: ReportContext) -> str:
    """Return the tornado of emissions and peak year, the Shapley effects and the discovered futures."""
    bars, peaks = context.rows(TORNADO), context.rows(PEAK)
    if not bars or not peaks:
        return draw("empty.html", text=phrase("pathway.none"))
    view, scope = shared.view_pathways(context), scope_of(peaks[0])
    main = next(row for row in peaks if row["scenario"] == view.main and scope_of(row) == scope)
    outputs = [code for code in OUTPUTS if any(row["output"] == code for row in bars)]
    return draw(
        "spread.html",
        scenario=both(*view.names[view.main]),
        scope=both(*shared.scope_pair(scope)),
        grade=grade_mark(view.grade),
        draws=f"{bars[0]['draws']:,}",
        figures=[_figure(view, scope, code, [r for r in bars if r["output"] == code]) for code in outputs],
        effects=_effects(view, scope, context.rows(SENSITIVITY)),
        boxes=_boxes(view, context.rows(BOXES)),
        no_boxes=_no_boxes(main),
        year=main["by_year"],
    )


def _figure(view: PathwayView, scope: Scope, code: str, rows: list[Row]) -> dict[str, Any]:
    """Return the bars of one result, the longest first, with a heading that names it."""
    ranked = sorted(rows, key=lambda row: -abs(row["high"] - row["low"]))
    ends = min(min(r["low"], r["high"]) for r in rows), max(max(r["low"], r["high"]) for r in rows)
    key = view.trace(rows[0]["unit"], "spread.step", view.main, scope, count=f"{rows[0]['draws']:,}")
    first, digits = ranked[0], DIGITS.get(code, 1)
    show = _year_text if rows[0]["unit"] == "year" else number
    low, high = (number_button(show(first[name], digits), key) for name in ("low", "high"))
    return {
        "id": f"spread-{code.replace('_', '-')}",
        "title": phrase(f"spread.message.{code}", group=(first["zh"], first["en"]), low=low, high=high),
        "unit": rows[0]["unit"],
        "mean": number_button(show(first["mean"], digits), key),
        "rows": [
            {
                "name": both(row["zh"], row["en"]),
                "bar": draw_span(row["low"], row["high"], row["mean"], ends),
                "low": number_button(show(row["low"], digits), key),
                "high": number_button(show(row["high"], digits), key),
                "width": traced(abs(row["high"] - row["low"]), key, digits),
                "error": traced(row["standard_error"], key, 1),
            }
            for row in ranked
        ],
    }


def _year_text(value: float, digits: int) -> str:
    """Return a year without a separator of thousands."""
    return f"{value:.{digits}f}"


def _effects(view: PathwayView, scope: Scope, rows: list[Row]) -> list[dict[str, Any]]:
    """Return the Shapley effects of each result, the largest first; none when they were not computed."""
    made = []
    for code in dict.fromkeys(row["output"] for row in rows):
        key = view.trace("%", "spread.shapley_step", view.main, scope)
        own = [row for row in rows if row["output"] == code]
        own.sort(key=lambda row: -(row["shapley_effect"] or 0.0))
        lines = [
            {
                "name": both(row["zh"], row["en"]), "bar": draw_share(row["shapley_effect"] or 0.0),
                "share": _percent(row["shapley_effect"], key),
                "range": Markup("{} – {}").format(_percent(row["low"], key), _percent(row["high"], key)),
            }
            for row in own
        ]  # fmt: skip
        title = f"spread-effect-{code.replace('_', '-')}"
        made.append({"id": title, "name": phrase(f"spread.output.{code}"), "rows": lines})
    return made


def _percent(share: float | None, key: str) -> Markup:
    return missing() if share is None else number_button(f"{number(100 * share, 0)}%", key)


def _boxes(view: PathwayView, rows: list[Row]) -> list[dict[str, Any]]:
    key = view.trace("", "spread.discovery_step", view.main)
    return [
        {
            "sentence": both(row["sentence_zh"], row["sentence_en"]),
            "coverage": _percent(row["coverage"], key), "density": _percent(row["density"], key),
            "inside": number_button(str(row["inside"]), key), "futures": row["futures"],
        }
        for row in rows
    ]  # fmt: skip


def _no_boxes(main: Row) -> Markup:
    """Return why no box was found: nothing to tell apart, or no condition that holds in the checking half."""
    if main["peaked_share"] < 0.01:
        return phrase("spread.all_miss", year=main["by_year"])
    if main["peaked_share"] > 0.99:
        return phrase("spread.none_miss", year=main["by_year"])
    return phrase("spread.no_box", year=main["by_year"])


PAGE = Page(
    "spread",
    "不确定性来自哪里",
    "What decides the spread",
    (TORNADO, SENSITIVITY, BOXES, PEAK),
    render_spread,
)
