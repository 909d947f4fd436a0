"""Territorial and consumption views: what arises here, what of it leaves with electricity, coal and coke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.report.bars import Bar, Segment, draw_bars
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import number, number_button, traced, unit, unit_pair
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.context import ReportContext

VIEWS = "accounts.consumption"
NET, EXPORTED = "#1f4e79", "#e0a23b"
SHOWN = 12
"""Years in the drawing; the table has all of them that have electricity figures."""
Row = dict[str, Any]


def render_consumption(context: ReportContext) -> str:
    """Return the drawing, the table of views and what crosses the border as coal and coke."""
    rows = context.own_rows(VIEWS)
    totals = {r["year"]: r for r in rows if r["item"] == "territorial" and r["process"] == "with_process"}
    if not totals:
        return draw("empty.html", text=phrase("border.none"))
    years = [year for year in sorted(totals) if _power(rows, year) is not None]
    others = [r for r in rows if r["item"] in {"coke_making", "coal_potential", "coke_potential"}]
    return draw(
        "territorial_consumption.html",
        title=say_power(context, "border.message") or phrase("border.message_plain", year=max(totals)),
        chart=draw_bars([_bar(context, rows, totals[y]) for y in years[-SHOWN:]], "border-message", digits=0),
        colours=(NET, EXPORTED),
        years=[_year_row(context, rows, totals[year]) for year in years],
        others=[_other_row(context, row) for row in others],
    )


def _power(rows: list[Row], year: int) -> Row | None:
    """Return the electricity exchange of a year: at the year's factor, else at the nearest one."""
    found = {
        row["variant"]: row
        for row in rows
        if row["item"] == "power_exchange" and row["year"] == year and row["value_mt"] is not None
    }
    return found.get("year_factor") or found.get("nearest_factor")


def _view(rows: list[Row], year: int, item: str, variant: str) -> Row | None:
    return next(
        (
            row for row in rows
            if (row["year"], row["item"], row["variant"], row["process"])
            == (year, item, variant, "with_process")
        ),
        None,
    )  # fmt: skip


def _trace(context: ReportContext, row: Row, step: str) -> str:
    return context.add_trace(
        Trace(
            sources=tuple(s for s in (row["source_id"] or "").split(";") if s),
            grade=row["grade"],
            unit_zh=unit_pair("Mt CO2")["zh"],
            unit_en=unit_pair("Mt CO2")["en"],
            step_zh=plain(step, "zh"),
            step_en=plain(step, "en"),
            note_zh=row["note_zh"] or "",
            note_en=row["note_en"] or "",
            place_zh=_scope(row, "zh"),
            place_en=_scope(row, "en"),
        )
    )


def _scope(row: Row, language: str) -> str:
    """Return the four axes of a figure in words."""
    axes = ("boundary", "power_export", "process", "gases")
    names = [plain(f"scope.{axis}.{row[axis]}", "zh" if language == "zh" else "en") for axis in axes]
    return (" · ").join([str(row["year"]), *names])


def say_power(context: ReportContext, key: str) -> Markup | None:
    """Return a sentence on the net exported power of the latest year that has a factor; None without one.

    Parameters
    ----------
    key : str
        Word with the places ``year``, ``power`` and ``share``.
    """
    rows = context.own_rows(VIEWS)
    totals = {r["year"]: r for r in rows if r["item"] == "territorial" and r["process"] == "with_process"}
    exact = [
        (row["year"], row)
        for row in rows
        if row["item"] == "power_exchange" and row["variant"] == "year_factor"
        and row["value_mt"] is not None and row["year"] in totals
    ]  # fmt: skip
    if not exact:
        return None
    year, row = max(exact, key=lambda pair: int(pair[0]))
    trace = _trace(context, row, "border.power_step")
    share = 100 * row["value_mt"] / totals[year]["value_mt"]
    return phrase(
        key, year=year, power=number_button(number(row["value_mt"], 1), trace),
        share=number_button(f"{number(share, 1)}%", context.derive_trace(trace, "border.share_step")),
    )  # fmt: skip


def _bar(context: ReportContext, rows: list[Row], total: Row) -> Bar:
    power = _power(rows, total["year"])
    out = max(power["value_mt"], 0.0) if power else 0.0
    lent = power is not None and power["variant"] == "nearest_factor"
    segments = (Segment(total["value_mt"] - out, NET), Segment(out, EXPORTED, lent))
    return Bar(str(total["year"]), segments, trace=_trace(context, total, "border.total_step"))


def _year_row(context: ReportContext, rows: list[Row], total: Row) -> dict[str, Any]:
    year = total["year"]
    power = _power(rows, year)
    variant = power["variant"] if power else "year_factor"
    key = _trace(context, power, "border.power_step") if power else ""
    net, consumed = (_view(rows, year, item, variant) for item in ("without_power_export", "consumption"))
    return {
        "year": year,
        "total": traced(total["value_mt"], _trace(context, total, "border.total_step"), 1),
        "energy": traced(power["energy"], key, 0) if power else phrase("null"),
        "factor": traced(power["factor"], key, 4) if power else phrase("null"),
        "power": traced(power["value_mt"], key, 1) if power else phrase("null"),
        "net": traced(net["value_mt"], _trace(context, net, "border.net_step"), 1) if net else phrase("null"),
        "consumed": traced(consumed["value_mt"], _trace(context, consumed, "border.net_step"), 1)
        if consumed
        else phrase("null"),
        "variant": term("consumption_variant", variant),
        "lent": variant == "nearest_factor",
    }


def _other_row(context: ReportContext, row: Row) -> dict[str, Any]:
    key = _trace(context, row, "border.other_step")
    partner = term("provinces", row["partner"]) if row["partner"] else phrase("border.unknown")
    return {
        "year": row["year"], "item": term("consumption_item", row["item"]), "partner": partner,
        "energy": traced(row["energy"], key, 0), "unit": unit(row["energy_unit"]),
        "value": traced(row["value_mt"], key, 1), "grade": grade_mark(row["grade"]),
        "note": both(row["note_zh"], row["note_en"]),
    }  # fmt: skip


PAGE = Page(
    "territorial-consumption",
    "本地与消费侧",
    "Territorial and consumption views",
    (VIEWS,),
    render_consumption,
)
