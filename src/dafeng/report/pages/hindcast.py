"""How good was the engine: what it would have foretold years ago, against what came, beside simple models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.report import pathway_view as shared
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.fan_chart import SMALL, WIDE, Dot, Fan, Range, draw_fan
from dafeng.report.figures import missing, number, number_button, traced, unit_pair
from dafeng.report.page import Page
from dafeng.report.words import both, pair, phrase, term, term_pair, words

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext
    from dafeng.report.pathway_view import PathwayView, Row

SCORES, SUMMARY = "pathway.hindcast", "pathway.hindcast_summary"
ENGINE = "engine"
GROUPS, TOTAL = "groups", "total"
LEAST, MOST = 0.80, 0.97
"""Where the coverage of the 90 % range should lie."""


def render_hindcast(context: ReportContext) -> str:
    """Return forecasts against outcomes: the total, the groups, the scores of the models, the indicators."""
    scores = context.rows(SCORES)
    summary = {(row["model"], row["target"]): row for row in context.rows(SUMMARY)}
    if not scores or (ENGINE, GROUPS) not in summary:
        return draw("empty.html", text=phrase("hindcast.none"))
    view = shared.view_pathways(context)
    key = _key(view, "Mt CO2")
    engine = [row for row in scores if row["model"] == ENGINE]
    years = sorted({row["year"] for row in engine if row["kind"] == "group"})
    total = [row for row in engine if row["series"] == TOTAL]
    return draw(
        "hindcast.html",
        title=_message(summary, key),
        missed=_missed(summary, key),
        grade=grade_mark(view.grade),
        start=_started(context),
        first=years[0],
        last=years[-1],
        total=_draw_rows(total, "hindcast-total", key, small=False) if total else "",
        total_title=_total_message(total, summary, key) if total else "",
        groups=_group_charts(engine, summary, key),
        models=_model_rows(summary, key),
        indicators=_indicator_rows(view, engine),
        indicator_title=_indicator_message(summary, key),
    )


def _key(view: PathwayView, unit: str) -> str:
    return view.trace(unit, "hindcast.step")


def _started(context: ReportContext) -> Markup:
    """Return what the engine of the past knew; empty when the run does not say."""
    for step in context.steps:
        if "hindcast_start" in step.parameters:
            return phrase(
                "hindcast.start", start=step.parameters["hindcast_start"],
                known=step.parameters["hindcast_known"],
            )  # fmt: skip
    return Markup("")


def _percent(share: float, key: str, *, signed: bool = False) -> Markup:
    return number_button(f"{number(100 * share, 0, signed=signed)}%", key)


def _message(summary: dict[tuple[str, str], Row], key: str) -> Markup:
    """Return the heading: whether the 90 % range held as many outcomes as it should."""
    row = summary[ENGINE, GROUPS]
    covered = row["coverage90"]
    word = "narrow" if covered < LEAST else "wide" if covered > MOST else "good"
    return phrase(
        f"hindcast.message.{word}", share=_percent(covered, key), count=row["n"],
        low=f"{100 * LEAST:.0f}", high=f"{100 * MOST:.0f}",
    )  # fmt: skip


def _missed(summary: dict[tuple[str, str], Row], key: str) -> Markup:
    """Return which groups fell outside their range too often, with their coverage."""
    weak = [
        (code, row["coverage90"])
        for code in terms.entries("sector_groups")
        if (row := summary.get((ENGINE, code))) is not None and row["coverage90"] < LEAST
    ]
    if not weak:
        return phrase("hindcast.missed.none", low=f"{100 * LEAST:.0f}")
    names = phrase("comma").join(
        Markup("{} {}").format(term("sector_groups", code), _percent(share, key)) for code, share in weak
    )
    return phrase("hindcast.missed", low=f"{100 * LEAST:.0f}", groups=names)


def _ranges(rows: list[Row]) -> tuple[Range, ...]:
    quantiles = ("p05", "p25", "p50", "p75", "p95")
    ordered = sorted(rows, key=lambda row: row["year"])
    return tuple(Range(row["year"], *(row[name] for name in quantiles)) for row in ordered)


def _draw_rows(rows: list[Row], title: str, key: str, *, small: bool) -> Markup:
    """Return the range of the forecast with what was observed; a miss of the 90 % range is hollow."""
    dots = tuple(Dot(row["year"], row["observed"], "", not row["inside90"], key) for row in rows)
    return draw_fan(Fan(_ranges(rows), key, dots=dots), title, SMALL if small else WIDE)


def _total_message(rows: list[Row], summary: dict[tuple[str, str], Row], key: str) -> Markup:
    row = summary[ENGINE, TOTAL]
    inside = sum(1 for r in rows if r["inside90"])
    word = "hindcast.total.over" if row["bias_share"] > 0 else "hindcast.total.under"
    return phrase(
        word, inside=number_button(str(inside), key), count=row["n"],
        bias=_percent(abs(row["bias_share"]), key),
    )  # fmt: skip


def _group_charts(
    engine: list[Row], summary: dict[tuple[str, str], Row], key: str
) -> list[dict[str, Any]]:  # fmt: skip
    """Return a small chart for each group, in the order of the vocabulary."""
    made = []
    for code in terms.entries("sector_groups"):
        rows = [row for row in engine if row["series"] == code]
        if not rows:
            continue
        title = f"hindcast-{code.replace('_', '-')}"
        made.append({
            "id": title, "name": term("sector_groups", code),
            "inside": sum(1 for row in rows if row["inside90"]), "count": len(rows),
            "low": summary[ENGINE, code]["coverage90"] < LEAST if (ENGINE, code) in summary else False,
            "chart": _draw_rows(rows, title, key, small=True),
        })  # fmt: skip
    return made


def _model_rows(summary: dict[tuple[str, str], Row], key: str) -> list[tuple[Markup, list[dict[str, Any]]]]:
    """Return the scores of every model for the total and for all groups."""
    blocks = []
    for target in (TOTAL, GROUPS):
        rows = [row for (_, code), row in summary.items() if code == target]
        best = min((row["mean_crps"] for row in rows if row["mean_crps"] is not None), default=None)
        lines = [
            {
                "name": phrase(f"hindcast.model.{row['model']}"), "count": row["n"],
                "crps": traced(row["mean_crps"], key, 1), "best": row["mean_crps"] == best,
                "skill": missing() if row["skill"] is None else traced(row["skill"], key, 2, signed=True),
                "bias": _percent(row["bias_share"], key, signed=True),
                "half": _covered(row, "50", key), "most": _covered(row, "90", key),
            }
            for row in rows
        ]  # fmt: skip
        blocks.append((phrase(f"hindcast.target.{target}"), lines))
    return blocks


def _covered(row: Row, level: str, key: str) -> Markup:
    """Return a coverage with its Wilson interval."""
    low, high = (number(100 * max(row[f"{end}{level}"], 0.0), 0) for end in ("low", "high"))
    return Markup("{} ({})").format(
        _percent(row[f"coverage{level}"], key), number_button(f"{low}–{high}", key)
    )  # fmt: skip


def _indicator_message(summary: dict[tuple[str, str], Row], key: str) -> Markup:
    row = summary.get((ENGINE, "indicators"))
    if row is None:
        return Markup("")
    inside = round(row["coverage90"] * row["n"])
    return phrase("hindcast.indicators", inside=number_button(str(inside), key), count=row["n"])


def _indicator_rows(view: PathwayView, engine: list[Row]) -> list[dict[str, Any]]:
    rows = [row for row in engine if row["kind"] == "indicator"]
    made = []
    for row in sorted(rows, key=lambda row: (row["series"], row["year"])):
        key = _key(view, row["unit"])
        names = _series_pair(row["series"])
        unit_words = unit_pair(row["unit"])
        made.append({
            "name": both(names["zh"], names["en"]), "unit": both(unit_words["zh"], unit_words["en"]),
            "year": row["year"], "observed": traced(row["observed"], key, 1),
            "range": shared.span_text(row["p05"], row["p50"], row["p95"], key, 1), "inside": row["inside90"],
        })  # fmt: skip
    return made


def _series_pair(code: str) -> dict[str, str]:
    """Return the name of a quantity; one without words stands for itself."""
    return pair(f"quantity.{code}") if f"quantity.{code}" in words() else term_pair("sector_groups", code)


PAGE = Page("hindcast", "引擎过去准不准", "How good was the engine", (SCORES, SUMMARY), render_hindcast)
