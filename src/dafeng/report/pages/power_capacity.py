"""Capacity and output of power plants by year, beside what was published, and the power targets judged."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report import power_view as shared
from dafeng.report.bars import draw_bars
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import missing, traced, unit_pair
from dafeng.report.page import Page
from dafeng.report.power_view import CAPACITY, ELECTRIC, ENERGY, RENEWABLE, SYSTEM, TARGETS, PowerView, Row
from dafeng.report.words import both, phrase, term

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.report.context import ReportContext

BADGES = {
    "reached": "v-met", "short": "v-missed", "exceeded": "v-off_track", "imposed": "v-on_track",
    "needs_decision": "v-needs_decision",
}  # fmt: skip
"""Outcome -> style of its mark."""
NONE = Markup('<span class="null">—</span>')


def render_capacity(context: ReportContext) -> str:
    """Return capacity and output by kind and year, the classes, and the targets."""
    view = shared.view_power(context)
    if view is None:
        return draw("empty.html", text=phrase("power.none"))
    capacity = _by_kind(view, CAPACITY, "capacity_mw", 1e-3)
    output = _by_kind(view, ENERGY, "generation_gwh", 1e-3)
    figures = [
        _figure(view, "power-built", capacity, "GW", _capacity_message(view, capacity)),
        _figure(view, "power-made", output, "TWh", _output_message(view)),
    ]
    judged = view.rows(TARGETS)
    return draw(
        "power_capacity.html",
        figures=[figure for figure in figures if figure],
        scope=shared.scope_line(view),
        grade=grade_mark(view.grade),
        years=view.years,
        classes=_class_rows(view),
        judged=[_judged_row(view, row) for row in sorted(judged, key=_order)],
        judged_title=_judged_message(judged),
    )


def _by_kind(view: PowerView, table_id: str, column: str, scale: float) -> dict[str, dict[int, float]]:
    """Return sums by kind and year; only kinds that make electricity or store it."""
    sums: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in view.rows(table_id):
        kind = view.kind(row["technology"])
        if kind in ELECTRIC and row[column] is not None:
            sums[kind][row["year"]] += scale * row[column]
    shown = {kind: dict(years) for kind, years in sums.items() if any(years.values())}
    return {kind: shown[kind] for kind in shared.kinds_in_order(shown)}


def _figure(
    view: PowerView, title: str, values: Mapping[str, Mapping[int, float]], unit: str, message: Markup
) -> dict[str, Any]:
    """Return the bars of all years with legend and table; nothing without values."""
    if not values:
        return {}
    key = view.trace(unit, f"power.step.{title}")
    rows = [
        (shared.kind_name(kind), shared.colour_of(kind), [traced(y.get(year), key, 1) for year in view.years])
        for kind, y in values.items()
    ]
    sums = [traced(sum(y.get(year, 0.0) for y in values.values()), key, 1) for year in view.years]
    names, bars = unit_pair(unit), shared.stack_years(view, values, shared.COLOURS, key)
    return {
        "id": title, "title": message, "chart": draw_bars(bars, title), "rows": rows, "sums": sums,
        "unit": both(names["zh"], names["en"]), "caption": phrase(f"power.caption.{title}"),
        "legend": [(shared.colour_of(kind), shared.kind_name(kind)) for kind in values],
    }  # fmt: skip


def _capacity_message(view: PowerView, values: Mapping[str, Mapping[int, float]]) -> Markup:
    """Return the heading: wind and PV in the last year, their share of the capacity, coal then."""
    year = view.years[-1]
    new = sum(values.get(kind, {}).get(year, 0.0) for kind in RENEWABLE)
    coal = sum(values.get(kind, {}).get(year, 0.0) for kind in ("coal", "coal_chp"))
    key = view.trace("GW", "power.step.power-built")
    return phrase("power.message.built", year=year, new=traced(new, key, 1), coal=traced(coal, key, 1))


def _output_message(view: PowerView) -> Markup:
    """Return the heading: the renewable share and the curtailed share in the last year."""
    row = next(row for row in view.rows(SYSTEM) if row["year"] == view.years[-1])
    return phrase(
        "power.message.made", year=row["year"], share=percent(view, row["renewable_share"]),
        curtailed=percent(view, row["curtailed_share"]),
    )  # fmt: skip


def percent(view: PowerView, share: float | None, digits: int = 1) -> Markup:
    """Return a share in percent with its trace; a missing one as a mark."""
    if share is None:
        return missing()
    return Markup("{}%").format(traced(100 * share, view.trace("%", "power.step"), digits))


def _class_rows(view: PowerView) -> list[dict[str, Any]]:
    """Return capacity, output, hours, curtailment and coal rate of each class in the last year."""
    year = view.years[-1]
    energy = {(row["technology"], row["zone"]): row for row in view.rows(ENERGY) if row["year"] == year}
    made = []
    for row in view.rows(CAPACITY):
        own = energy.get((row["technology"], row["zone"]), {})
        if row["year"] != year or not (row["capacity_mw"] or own.get("generation_gwh")):
            continue
        place = view.names.get(row["technology"], (row["technology"], row["technology"]))
        mega = view.trace("MW", "power.step.power-built", place)
        made.append({
            "kind": shared.kinds_in_order([view.kind(row["technology"])])[0],
            "name": view.name(row["technology"]), "capacity": traced(row["capacity_mw"], mega, 0),
            "existing": traced(row["existing_mw"], mega, 0), "built": traced(row["built_mw"], mega, 0),
            "retrofitted": traced(row["retrofitted_mw"], mega, 0),
            "retired": traced(row["retired_mw"], mega, 0),
            "output": _cell(view, own, "generation_gwh", "GWh", place, 0),
            "hours": _cell(view, own, "full_load_hours", "h", place, 0),
            "curtailed": _cell(view, own, "curtailed_gwh", "GWh", place, 0),
            "rate": _cell(view, own, "coal_rate_gce_per_kwh", "gce/kWh", place, 1),
        })  # fmt: skip
    order = list(shared.COLOURS)
    return sorted(made, key=lambda row: order.index(row["kind"]) if row["kind"] in order else len(order))


def _cell(view: PowerView, row: Row, column: str, unit: str, place: shared.Pair, digits: int) -> Markup:
    value = row.get(column)
    return NONE if value is None else traced(value, view.trace(unit, "power.step.power-made", place), digits)


def _judged_message(judged: list[Row]) -> Markup:
    """Return the heading of the targets: how many the model reaches of those that it decides."""
    decided = [row for row in judged if row["outcome"] in {"reached", "short", "exceeded"}]
    if not decided:
        return phrase("power.judged.none")
    reached = sum(row["outcome"] == "reached" for row in decided)
    return phrase("power.judged.title", reached=reached, decided=len(decided))


def _order(row: Row) -> tuple[str, int]:
    return row["target_id"], row["year"]


def _judged_row(view: PowerView, row: Row) -> dict[str, Any]:
    """Return a target with goal, modelled value and outcome."""
    target = view.context.by_key("plan.targets", "target_id").get(row["target_id"], {})
    names = (target.get("name_zh") or row["target_id"], target.get("name_en") or row["target_id"])
    unit = unit_pair(row["unit"])
    key = view.trace(row["unit"], "power.step.judged", names)
    return {
        "name": both(*names), "id": row["target_id"], "year": row["year"],
        "unit": both(unit["zh"], unit["en"]), "goal": _figure_of(row["target"], key),
        "value": _figure_of(row["modelled"], key),
        "outcome": term("power_outcome", row["outcome"]), "style": BADGES.get(row["outcome"], ""),
        "reason": both(row["reason_zh"], row["reason_en"]),
    }  # fmt: skip


def _figure_of(value: float | None, key: str) -> Markup:
    """Return a number with as many decimals as its size needs; a missing one as a dash."""
    if value is None:
        return NONE
    return traced(value, key, 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 3)


PAGE = Page(
    "power-capacity",
    "电力：装机、电量与目标",
    "Power: capacity, output and targets",
    (CAPACITY, ENERGY, SYSTEM, TARGETS),
    render_capacity,
    "power",
)
