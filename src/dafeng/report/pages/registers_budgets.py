"""Two-high projects beside the carbon budgets of their cities: locked in, remaining, waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.drawing import draw
from dafeng.report.figures import number, number_button, unit, unit_pair
from dafeng.report.page import Page
from dafeng.report.registers_view import SOURCE, RegisterView
from dafeng.report.traces import Trace
from dafeng.report.words import phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

    Row = dict[str, Any]

BUDGETS, PROJECTS = "register.budgets", "register.budget_rows"
PARTS = {"operating": "#1f4e79", "building": "#4f86b5", "approved": "#a9c6de", "waiting": "#f0c987"}
ENTERED = ("two_high_projects", "carbon_budgets")
"""Registers that the comparison rests on."""
BADGES = {
    "within": "v-met", "exceeded": "v-missed", "waiting_exceeds": "v-off_track",
    "no_budget": "v-no_indicator", "no_room": "v-no_indicator", "incomplete": "v-needs_decision",
}  # fmt: skip
ICONS = {
    "within": "met", "exceeded": "missed", "waiting_exceeds": "off_track", "no_budget": "no_indicator",
    "no_room": "no_indicator", "incomplete": "needs_decision",
}  # fmt: skip
DASH = Markup("—")


def render_budgets(context: ReportContext) -> str:
    """Return the bars, the table and the projects behind of the newest year, and the other years."""
    view = RegisterView(context)
    rows = context.rows(BUDGETS)
    if not rows:
        registers = [row for row in view.registers if row["register_id"] in ENTERED]
        message = phrase("budgets.message_empty")
        return draw("registers_budgets.html", message=message, years=[], registers=registers, colours=PARTS)
    years = sorted({row["year"] for row in rows}, key=lambda year: (year != _this_year(context), -year))
    made = [_year(view, year, [row for row in rows if row["year"] == year]) for year in years]
    message = _message(view, made[0]["rows"])
    return draw("registers_budgets.html", message=message, years=made, registers=[], colours=PARTS)


def _this_year(context: ReportContext) -> int:
    return int(context.meta.as_of[:4])


def _message(view: RegisterView, rows: list[Row]) -> Markup:
    known = [row for row in rows if row["budget"] is not None]
    if not known:
        return phrase("budgets.message_none", year=rows[0]["year"])
    counts = {
        "cities": len(known), "exceeded": sum(row["status"] == "exceeded" for row in known),
        "waiting": sum(row["status"] == "waiting_exceeds" for row in known),
    }  # fmt: skip
    return phrase("budgets.message", **{name: view.count(value) for name, value in counts.items()})


def _year(view: RegisterView, year: int, rows: list[Row]) -> Row:
    key = {name: _trace(view, row) for row in rows for name in [row["region"]]}
    top = max((_reach(row) for row in rows), default=0.0)
    projects = [row for row in view.context.rows(PROJECTS) if row["year"] == year]
    return {
        "year": year,
        "rows": rows,
        "unit": unit(rows[0]["unit"]),
        "energy_unit": unit(rows[0]["energy_unit"]),
        "bars": [_bar(view, row, top) for row in rows if _reach(row) > 0] if top > 0 else [],
        "lines": [_line(view, row, key[row["region"]]) for row in rows],
        "withheld": bool(projects) and all(p["value"] is None for p in projects if p["part"] != "budget"),
        "cities": [
            {
                "id": f"budget-{year}-{row['region']}",
                "name": view.region_name(row["region"]),
                "projects": [_project(view, p) for p in projects if p["region"] == row["region"]],
            }
            for row in rows
            if any(p["region"] == row["region"] for p in projects)
        ],
    }


def _reach(row: Row) -> float:
    return max((row["locked"] or 0.0) + (row["waiting"] or 0.0), row["room"] or 0.0)


def _bar(view: RegisterView, row: Row, top: float) -> Row:
    """Return one city as widths in per cent of the longest bar, with the place of its budget."""
    left, segments = 0.0, []
    for part, colour in PARTS.items():
        width = 100 * max(row[part] or 0.0, 0.0) / top
        if width > 0:
            segments.append({"x": f"{left:.2f}", "width": f"{width:.2f}", "colour": colour})
        left += width
    room = None if row["room"] is None else f"{100 * row['room'] / top:.2f}"
    return {
        "name": view.region_name(row["region"]), "segments": segments, "room": room,
        "badge": BADGES[row["status"]], "icon": ICONS[row["status"]],
        "status": term("budget_status", row["status"]),
    }  # fmt: skip


def _line(view: RegisterView, row: Row, key: str) -> Row:
    def say(name: str, *, signed: bool = False) -> Markup:
        return DASH if row[name] is None else number_button(number(row[name], signed=signed), key)

    return {
        "name": view.region_name(row["region"]),
        **{part: say(part) for part in (*PARTS, "locked", "energy")},
        "budget": phrase("budgets.no_budget") if row["budget"] is None else say("budget"),
        "room": say("room"),
        "remaining": say("remaining", signed=True),
        "projects": row["projects"] + row["waiting_projects"],
        "left_out": phrase("budgets.left_out", count=row["left_out"]) if row["left_out"] else "",
        "grade": row["grade"],
        "badge": BADGES[row["status"]],
        "icon": ICONS[row["status"]],
        "status": term("budget_status", row["status"]),
    }


def _project(view: RegisterView, row: Row) -> Row:
    return {
        "label": view.region_name(row["label"]) if row["label"] in view.regions else row["label"],
        "part": term("budget_part", row["part"]),
        "value": DASH
        if row["value"] is None
        else Markup("{} {}").format(number(row["value"]), unit(row["unit"])),
        "energy": DASH
        if row["energy"] is None
        else Markup("{} {}").format(number(row["energy"]), unit(row["energy_unit"])),
        "beyond": bool(row["beyond"]),
    }


def _trace(view: RegisterView, row: Row) -> str:
    names = unit_pair(row["unit"])
    return view.context.add_trace(Trace(
        sources=(SOURCE,), grade=row["grade"] or "", unit_zh=names["zh"], unit_en=names["en"],
        step_zh=plain("budgets.step", "zh"), step_en=plain("budgets.step", "en"),
        place_zh=plain("budgets.place", "zh"), place_en=plain("budgets.place", "en"),
    ))  # fmt: skip


PAGE = Page(
    "budgets", "两高项目与碳预算", "Two-high projects and budgets", (BUDGETS, PROJECTS), render_budgets
)
