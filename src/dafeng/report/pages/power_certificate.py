"""What a plan proves: objective, lower bound, gap and method; the profiles and the demand behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report import power_view as shared
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import number, number_button, traced, unit_pair
from dafeng.report.page import Page
from dafeng.report.pathway_view import state_mark, trace_input
from dafeng.report.power_view import CERTIFICATE, DEMANDS, PROFILES, PowerView, Row
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, term, term_pair

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

PER_BILLION = 1e-9
NONE = Markup('<span class="null">—</span>')


def render_certificate(context: ReportContext) -> str:
    """Return the certificates of the solves, the profiles and the demand."""
    view = shared.view_power(context)
    rows = [] if view is None else view.rows(CERTIFICATE)
    if view is None or not rows:
        return draw("empty.html", text=phrase("power.none"))
    return draw(
        "power_certificate.html",
        title=_message(view, rows[0]),
        grade=grade_mark(view.grade),
        scope=shared.scope_line(view),
        solves=[_solve_row(view, row) for row in rows],
        profiles=[_profile_row(context, row) for row in view.rows(PROFILES)],
        demands=[_demand_row(context, row) for row in context.rows(DEMANDS)],
    )


def _message(view: PowerView, row: Row) -> Markup:
    """Return the heading: no plan costs less than the bound, or nothing is proved."""
    key = view.trace("10^9 CNY", "power.step.bound")
    cost = traced(PER_BILLION * row["objective_cny"], key, 2)
    if row["certified_gap"] is None or row["lower_bound_cny"] is None:
        return phrase("power.message.unproved", cost=cost)
    return phrase(
        "power.message.proved", cost=cost, bound=traced(PER_BILLION * row["lower_bound_cny"], key, 2),
        gap=gap_text(row["certified_gap"], view.trace("%", "power.step.bound")),
    )  # fmt: skip


def gap_text(gap: float, key: str) -> Markup:
    """Return a proved gap in percent; one too small to be written is said to be below the last digit.

    Examples
    --------
    >>> str(gap_text(0.00081, "t0"))
    '<button type="button" class="num" data-trace="t0">0.081%</button>'
    >>> "&lt;0.001%" in str(gap_text(1e-9, "t0"))
    True
    """
    share = 100 * max(gap, 0.0)
    return number_button("<0.001%" if share < 0.001 else f"{number(share, 3)}%", key)


def _solve_row(view: PowerView, row: Row) -> dict[str, Any]:
    """Return one solve."""
    money = view.trace("10^9 CNY", "power.step.bound")
    count, seconds = view.trace("1", "power.step.bound"), view.trace("s", "power.step.bound")
    share, bound, gap = view.trace("%", "power.step.bound"), row["lower_bound_cny"], row["certified_gap"]
    return {
        "run": row["run"], "method": row["method"],
        "foresight": phrase(f"power.foresight.{row['foresight']}"),
        "cost": traced(PER_BILLION * row["objective_cny"], money, 3),
        "bound": NONE if bound is None else traced(PER_BILLION * bound, money, 3),
        "gap": phrase("power.unproved") if gap is None else gap_text(gap, share),
        "hours": traced(row["hours"], count, 0), "columns": traced(row["columns"], count, 0),
        "rows": traced(row["rows"], count, 0), "seconds": traced(row["solve_seconds"], seconds, 1),
    }  # fmt: skip


def _profile_row(context: ReportContext, row: Row) -> dict[str, Any]:
    origin, unit = term_pair("profile_origin", row["origin"]), unit_pair("h")
    key = context.add_trace(
        Trace(
            sources=(row["source_id"],) if row["source_id"] else (), unit_zh=unit["zh"], unit_en=unit["en"],
            step_zh=origin["zh"], step_en=origin["en"], place_zh=row["note_zh"] or row["profile"],
            place_en=row["note_en"] or row["profile"],
        )
    )  # fmt: skip
    return {
        "name": row["profile"], "year": row["year"], "origin": term("profile_origin", row["origin"]),
        "weather": row["weather_year"] or NONE, "seed": NONE if row["seed"] is None else row["seed"],
        "hours": NONE if row["full_load_hours"] is None else traced(row["full_load_hours"], key, 0),
        "file": row["file"] or NONE, "note": both(row["note_zh"], row["note_en"]),
    }  # fmt: skip


def _demand_row(context: ReportContext, row: Row) -> dict[str, Any]:
    names = unit_pair(row["unit"])
    digits = 0 if abs(row["value"]) >= 1000 else 2
    return {
        "name": term("power_demand", row["item"]), "year": row["year"], "state": state_mark(row["state"]),
        "value": traced(row["value"], trace_input(context, row, row["unit"], row["state"]), digits),
        "unit": both(names["zh"], names["en"]), "note": both(row["note_zh"], row["note_en"]),
        "grade": grade_mark(row["grade"]),
    }  # fmt: skip


PAGE = Page(
    "power-certificate",
    "电力：求解凭证与所用曲线",
    "Power: certificate and profiles",
    (CERTIFICATE, PROFILES, DEMANDS),
    render_certificate,
    "power",
)
