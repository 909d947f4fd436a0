"""Registers (台账): what there is, figures over their rows, alerts, and the systems of the plan."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.report.drawing import draw
from dafeng.report.figures import split_codes
from dafeng.report.page import Page
from dafeng.report.registers_view import ALERTS, MEASURES, REGISTERS, SYSTEMS, RegisterView
from dafeng.report.words import both, phrase, term

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.context import ReportContext

MOST_ALERTS = 60
"""Alerts that are shown; all of them stand in the table."""
LEVELS = {"red": "v-missed", "amber": "v-off_track", "note": "v-on_track"}
FIELDS = "register.fields"
COVERED = ("register", "both", "part", "not_built")


def render_registers(context: ReportContext) -> str:
    """Return the list of registers, their figures with the rows behind, alerts and systems of the plan."""
    view = RegisterView(context)
    filled = [row for row in view.registers if row["rows"]]
    figures = [
        {"id": row["register_id"], "name": both(row["name_zh"], row["name_en"]), "rows": made}
        for row in view.registers
        if (made := view.figures_of(row["register_id"]))
    ]
    return draw(
        "registers.html",
        message=_message(view, filled, sum(len(group["rows"]) for group in figures)),
        empty=not filled,
        first=_find_first(view),
        registers=[view.register_line(row) for row in view.registers],
        figures=figures,
        alerts=_alerts(view),
        levels=LEVELS,
        systems=_systems(view),
    )


def _find_first(view: RegisterView) -> str:
    """Return the register to begin with: the one to which most others point, else the first of the list."""
    links = Counter(row["codes"] for row in view.context.rows(FIELDS) if row["kind"] == "link")
    listed = [row["register_id"] for row in view.registers]
    return max(listed, key=lambda name: links[name], default="")


def _message(view: RegisterView, filled: list[dict[str, Any]], figures: int) -> Markup:
    rows = sum(row["rows"] for row in filled)
    counts = {"registers": len(view.registers), "filled": len(filled), "rows": rows, "figures": figures}
    key = "registers.message" if filled else "registers.message_empty"
    return phrase(key, **{name: view.count(value) for name, value in counts.items()})


def _alerts(view: RegisterView) -> dict[str, Any]:
    order = list(terms.entries("alert_level"))
    rows = sorted(
        view.context.rows(ALERTS),
        key=lambda row: (order.index(row["level"]), row["register_id"], row["label"]),
    )
    counts = Counter(row["level"] for row in rows)
    shown = [
        {
            "level": row["level"],
            "name": term("alert_level", row["level"]),
            "register": both(*view.names.get(row["register_id"], (row["register_id"],) * 2)),
            "label": row["label"],
            "text": both(row["text_zh"], row["text_en"]),
            "region": view.region_name(row["region"]) if row["region"] else "",
            "agency": view.agency_name(row["agency"]) if row["agency"] else "",
        }
        for row in rows[:MOST_ALERTS]
    ]
    return {
        "counts": [
            (term("alert_level", level), view.count(counts[level])) for level in order if counts[level]
        ],
        "rows": shown,
        "more": len(rows) - len(shown),
    }


def _systems(view: RegisterView) -> dict[str, Any]:
    rows = view.context.rows(SYSTEMS)
    counts = Counter(row["cover"] for row in rows)
    groups = []
    for cover in COVERED:
        own = [_system(view, row) for row in rows if row["cover"] == cover]
        if own:
            groups.append({"name": term("system_cover", cover), "count": len(own), "rows": own})
    return {
        "all": view.count(len(rows)),
        "counts": [(term("system_cover", cover), view.count(counts[cover])) for cover in COVERED],
        "groups": groups,
    }


def _system(view: RegisterView, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["system_id"],
        "name": both(row["name_zh"], row["name_en"]),
        "clause": view.clause_names(row["clause_id"]),
        "priority": term("priority", row["priority"]),
        "registers": [
            both(*view.names[code]) for code in split_codes(row["register_ids"]) if code in view.names
        ],
        "tables": split_codes(row["table_ids"]),
        "missing": both(row["missing_zh"], row["missing_en"]),
    }


PAGE = Page("registers", "台账", "Registers", (REGISTERS, MEASURES, SYSTEMS), render_registers)
