"""Uncertainty of all gases: interval or lower bound, what it comes from, what is missing, key categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import missing, number, number_button, traced, unit_pair
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

TOTALS, KNOWN, KEYS = "uncertainty.totals", "uncertainty.known_parts", "uncertainty.key_categories"
SHOWN = 12
"""Rows of the contributions and of the key categories; the workbook has all."""
KT_PER_MT = 1000.0
BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MARKS = {("level", 1): "L1", ("trend", 1): "T1", ("level", 2): "L2", ("trend", 2): "T2"}
Row = dict[str, Any]


def render_uncertainty(context: ReportContext) -> str:
    """Return the totals by method, the contributions and the key categories of the latest year."""
    totals = context.own_rows(TOTALS)
    if not totals:
        return draw("empty.html", text=phrase("uncertainty.none"))
    latest = max(row["year"] for row in totals)
    rows = [row for row in totals if row["year"] == latest]
    key = _trace(context, rows[0])
    known = [row for row in context.own_rows(KNOWN) if row["year"] == latest]
    keys = _key_rows([row for row in context.own_rows(KEYS) if row["year"] == latest], key)
    weighty = sorted((row for row in known if row["known_share"]), key=lambda row: -row["known_share"])
    return draw(
        "uncertainty.html",
        title=_message(rows[-1], key),
        grade=grade_mark(rows[0]["grade"]),
        year=latest,
        base_year=rows[0]["base_year"],
        totals=[_total_row(row, key) for row in rows if row["low"] is not None],
        covered=_percent(rows[-1]["covered_share"], key, 0),
        parts=[_part_row(row, key) for row in weighty[:SHOWN]],
        lacking=[_lacking(known, figure, key) for figure in ("activity", "factor")],
        keys=keys[:SHOWN],
        keys_left=len(keys[SHOWN:]),
        has_second=any(row["approach"] == 2 for row in context.own_rows(KEYS)),
    )


def _trace(context: ReportContext, row: Row) -> str:
    return context.add_trace(
        Trace(
            grade=row["grade"] or "",
            unit_zh=unit_pair("Mt CO2e")["zh"],
            unit_en=unit_pair("Mt CO2e")["en"],
            step_zh=plain("uncertainty.step", "zh"),
            step_en=plain("uncertainty.step", "en"),
        )
    )


def _mt(value: float | None, key: str, digits: int = 1) -> Markup:
    return missing() if value is None else traced(value / KT_PER_MT, key, digits)


def _percent(value: float | None, key: str, digits: int = 1, *, signed: bool = False) -> Markup:
    if value is None:
        return Markup('<span class="null">{}</span>').format(phrase("uncertainty.not_estimable"))
    return number_button(f"{number(100 * value, digits, signed=signed)}%", key)


def _message(row: Row, key: str) -> Markup:
    """Return the heading: interval where it stands for most of the emissions, lower bound where not."""
    shared = {"year": row["year"], "value": _mt(row["estimate"], key)}
    if row["low"] is not None and row["covered_share"] == 1:
        return phrase("uncertainty.message", **shared, low=_mt(row["low"], key), high=_mt(row["high"], key))
    if row["at_least_share"] is None:
        return phrase("uncertainty.message.unknown", **shared)
    return phrase(
        "uncertainty.message.bound", **shared, bound=_percent(row["at_least_share"], key, 0)
    )  # fmt: skip


def _total_row(row: Row, key: str) -> dict[str, Any]:
    if row["low"] is None:
        interval = trend = Markup('<span class="null">{}</span>').format(phrase("uncertainty.not_estimable"))
    else:
        interval = Markup("{} – {}").format(_mt(row["low"], key), _mt(row["high"], key))
        trend = missing()
    if row["trend_low"] is not None:
        ends = [_percent(row[name], key, signed=True) for name in ("trend_share", "trend_low", "trend_high")]
        trend = Markup("{} ({} – {})").format(*ends)
    return {
        "method": phrase(f"uncertainty.{row['method']}"), "covered": _mt(row["covered"], key),
        "share": _percent(row["covered_share"], key), "interval": interval,
        "width": _percent(row["half_width_share"], key), "trend": trend,
    }  # fmt: skip


def _name(row: Row) -> Markup:
    name = Markup("{} {}").format(row["category"], term("ipcc_categories", row["category"]))
    if row["fuel_group"]:
        name = Markup("{} · {}").format(name, term("fuel_groups", row["fuel_group"]))
    return Markup("{} · {}").format(name, row["gas"].translate(BELOW))


def _part_row(row: Row, key: str) -> dict[str, Any]:
    return {
        "name": _name(row), "value": _mt(row["value"], key), "width": _mt(row["known_half_width"], key, 2),
        "share": _percent(row["known_share"], key), "bar": f"{100 * row['known_share']:.2f}",
        "activity": _known(row["activity_known"]), "factor": _known(row["factor_known"]),
    }  # fmt: skip


def _known(share: float) -> Markup:
    words = "known" if share == 1 else "unknown" if share == 0 else "partly"
    return phrase(f"uncertainty.{words}")


def _lacking(known: list[Row], figure: str, key: str) -> tuple[Markup, Markup]:
    """Return the share of all emissions whose activity or factor has no known uncertainty."""
    size = sum(abs(row["value"]) for row in known)
    covered = sum(abs(row["value"]) * row[f"{figure}_known"] for row in known)
    return phrase(f"uncertainty.lacks.{figure}"), _percent(1 - covered / size if size else None, key)


def _key_rows(rows: list[Row], key: str) -> list[dict[str, Any]]:
    """Return a row per key category with its marks, in the order of its level."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["approach"], row["assessment"], row["rank"])):
        code = (row["category"], row["fuel_group"] or "", row["gas"])
        entry = found.setdefault(code, {"row": row, "marks": [], "level": None, "trend": None})
        if row["approach"] == 1:
            entry[row["assessment"]] = row["contribution_share"]
        if row["is_key"]:
            entry["marks"].append(MARKS[row["assessment"], row["approach"]])
    ranked = sorted(
        (entry for entry in found.values() if entry["marks"]), key=lambda entry: -(entry["level"] or 0.0)
    )
    return [
        {
            "name": _name(entry["row"]), "base": _mt(entry["row"]["base_value"], key),
            "value": _mt(entry["row"]["value"], key),
            "level": _share(entry["level"], key), "trend": _share(entry["trend"], key),
            "marks": Markup(" ").join(both(mark, mark) for mark in entry["marks"]),
        }
        for entry in ranked
    ]  # fmt: skip


def _share(value: float | None, key: str) -> Markup:
    """Return a share; a category that one of the two assessments does not hold has a dash."""
    return Markup('<span class="null">—</span>') if value is None else _percent(value, key)


PAGE = Page(
    "uncertainty",
    "不确定性与关键类别",
    "Uncertainty and key categories",
    (TOTALS, KNOWN, KEYS),
    render_uncertainty,
)
