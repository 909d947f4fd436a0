"""Scenarios and inputs: who orders what of which lever, and how much of all that goes in has a source."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.report import input_states
from dafeng.report import pathway_view as shared
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import aim, number, number_button, traced, unit_pair
from dafeng.report.page import Page
from dafeng.report.pathway_view import (
    CALIBRATION,
    PARAMETERS,
    PEAK,
    RANGES,
    SCENARIOS,
    STATES,
    PathwayView,
    Row,
    state_mark,
    trace_input,
)
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

TARGETS = "pathway.targets"


def render_scenarios(context: ReportContext) -> str:
    """Return scenarios by lever, the states of all inputs, the calibration and the outlook of the targets."""
    if not context.rows(SCENARIOS):
        return draw("empty.html", text=phrase("pathway.none"))
    view = shared.view_pathways(context)
    peaks = context.rows(PEAK)
    outlook = [row for row in context.rows(TARGETS) if row["scenario"] == view.main]
    levers = _lever_rows(view)
    states = input_states.state_rows(context)
    return draw(
        "scenarios.html",
        title=_message(view, states),
        scope=both(*shared.scope_pair(shared.scope_of(peaks[0]))) if peaks else "",
        grade=grade_mark(view.grade),
        names=[both(*pair) for pair in view.names.values()],
        about=_about(view),
        levers=levers,
        states=states,
        state_names=[phrase(f"state.{state}") for state in STATES],
        calibration=input_states.calibration_rows(view),
        calibration_title=input_states.compare_total(view) if context.rows(CALIBRATION) else "",
        main=both(*view.names[view.main]),
        targets_title=_outlook_message(view, outlook),
        judged=[_judged_row(view, row) for row in sorted(outlook, key=_is_assumed) if _is_shown(row)],
        assumed=sum(map(_is_assumed, outlook)),
        silent=_silent(outlook),
        parameters=[_parameter_row(context, row) for row in context.rows(PARAMETERS)],
    )


def _message(view: PathwayView, states: list[tuple[Markup, list[int], int]]) -> Markup:
    """Return the heading: how many scenarios, and how many of the numbers behind them are demonstrations."""
    if not states:
        return phrase("inputs.message.bare", count=len(view.names))
    _, counts, whole = states[-1]
    return phrase(
        "inputs.message", count=len(view.names), numbers=whole, weak=counts[STATES.index("demonstration")],
        sourced=counts[STATES.index("sourced")],
    )  # fmt: skip


def _about(view: PathwayView) -> list[dict[str, Any]]:
    """Return name, ancestor, number of levers and trend of each scenario."""
    rows = view.context.rows(SCENARIOS)
    moved = Counter(row["scenario"] for row in rows if row["lever_id"])
    first = {row["scenario"]: row for row in reversed(rows)}
    return [
        {
            "name": both(*view.names[name]), "moved": moved[name],
            "inherits": both(*view.names[row["inherits"]]) if row["inherits"] in view.names else "",
            "autonomous": f"{number(100 * row['autonomous'], 0)}%",
        }
        for name in view.names
        if (row := first.get(name)) is not None
    ]  # fmt: skip


def _lever_rows(view: PathwayView) -> list[dict[str, Any]]:
    """Return one row a lever that any scenario moves, with what each scenario orders of it."""
    context = view.context
    rows = [row for row in context.rows(SCENARIOS) if row["lever_id"]]
    ranges = context.by_key(RANGES, "lever_id")
    ordered = {(row["scenario"], row["lever_id"]): row for row in rows}
    listed = {row["lever_id"]: row for row in rows}
    places = {code: place for place, code in enumerate(ranges)}
    made = []
    for lever, row in sorted(listed.items(), key=lambda item: (places.get(item[0], len(places)), item[0])):
        known = ranges.get(lever)
        today = trace_input(context, known, row["unit"], known["base_state"]) if known else ""
        names = unit_pair(row["unit"])
        made.append({
            "name": both(row["lever_zh"], row["lever_en"]), "unit": both(names["zh"], names["en"]),
            "today": traced(row["base_value"], today) if known else number(row["base_value"]),
            "state": state_mark(known["base_state"] if known else None),
            "cells": [_order(context, ordered.get((name, lever))) for name in view.names],
        })  # fmt: skip
    return made


def _order(context: ReportContext, row: Row | None) -> Markup:
    """Return value and years of an order; a scenario that leaves the lever alone has a dash."""
    if row is None or row["value"] is None:
        return Markup('<span class="null">—</span>')
    name = context.add_trace(
        Trace(
            unit_zh=unit_pair(row["unit"])["zh"], unit_en=unit_pair(row["unit"])["en"],
            step_zh=plain("inputs.order_step", "zh"), step_en=plain("inputs.order_step", "en"),
            place_zh=row["name_zh"], place_en=row["name_en"],
        )
    )  # fmt: skip
    return Markup('{} <span class="when">{}–{}</span>').format(
        traced(row["value"], name), row["start_year"], row["end_year"]
    )  # fmt: skip


def _outlook_message(view: PathwayView, outlook: list[Row]) -> Markup:
    if not outlook:
        return phrase("inputs.targets.none")
    judged = sum(1 for row in outlook if row["met_low"] is not None)
    likely = sum(1 for row in outlook if row["met_low"] is not None and row["met_low"] >= 0.5)
    return phrase(
        "inputs.targets", scenario=view.names[view.main], count=len(outlook), judged=judged, likely=likely
    )  # fmt: skip


def _is_assumed(row: Row) -> bool:
    """Return whether the assumed delivery decides a target: it has values without a share then."""
    return bool(row["state"] == "assumed")


def _is_shown(row: Row) -> bool:
    return row["met_low"] is not None or _is_assumed(row)


def _judged_row(view: PathwayView, row: Row) -> dict[str, Any]:
    """Return a target with the value of the model and, if the model judges it, its share of futures."""
    key = view.trace(row["unit"] or "1", "inputs.target_step", view.main)
    target = view.context.by_key("plan.targets", "target_id").get(row["target_id"], {"lower": None, **row})
    fixed = row["p05"] == row["p95"]
    share = Markup('<span class="null">—</span>')
    if row["met_low"] is not None:
        low, high = shared.hundred_text(row["met_low"]), shared.hundred_text(row["met_high"])
        share = number_button(low if low == high else f"{low} – {high}", key)
    names = unit_pair(row["unit"])
    value = Markup('<span class="null">—</span>')
    if row["p50"] is not None:
        value = number_button(f"{number(row['p50'], _digits(row['p50']))}", key)
        ends = f"{number(row['p05'], _digits(row['p05']))}–{number(row['p95'], _digits(row['p95']))}"
        value = Markup('{} ({}) <span class="unit">{}</span>').format(
            value, number_button(ends, key), both(names["zh"], names["en"])
        )
    return {
        "name": both(row["name_zh"], row["name_en"]), "id": row["target_id"],
        "aim": aim(target, _target_key(view.context, row)), "value": value,
        "share": share,
        "state": term("outlook_state", row["state"]), "basis": state_mark(row["basis"]),
        "scope": both(row["scope_zh"], row["scope_en"]),
        "reason": both(row["reason_zh"], row["reason_en"]) if _is_assumed(row) and fixed else "",
    }  # fmt: skip


def _digits(value: float) -> int:
    return 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2


def _target_key(context: ReportContext, row: Row) -> str:
    target = context.by_key("plan.targets", "target_id").get(row["target_id"], {})
    clause = str(target.get("clause_id") or row["target_id"])
    source = str(target.get("source_id") or "")
    return context.add_trace(
        Trace(
            sources=(source,) if source else (), grade=str(target.get("grade") or ""),
            unit_zh=unit_pair(row["unit"])["zh"], unit_en=unit_pair(row["unit"])["en"],
            place_zh=clause, place_en=clause,
        )
    )  # fmt: skip


def _silent(outlook: list[Row]) -> list[tuple[Markup, int, list[Markup]]]:
    """Return why targets have no share, with their names, the most frequent reason first."""
    groups: dict[tuple[str, str, str], list[Markup]] = {}
    for row in outlook:
        if not _is_shown(row):
            reason = (row["state"], row["reason_zh"], row["reason_en"])
            groups.setdefault(reason, []).append(both(row["name_zh"], row["name_en"]))
    order = {code: place for place, code in enumerate(terms.entries("outlook_state"))}
    ranked = sorted(groups.items(), key=lambda item: (order.get(item[0][0], len(order)), -len(item[1])))
    return [
        (
            Markup("{}{}{}").format(term("outlook_state", state), phrase("colon"), both(zh, en)),
            len(names),
            names,
        )
        for (state, zh, en), names in ranked
    ]


def _parameter_row(context: ReportContext, row: Row) -> dict[str, Any]:
    key = trace_input(context, row, row["unit"], row["state"])
    names = unit_pair(row["unit"])
    return {
        "name": both(row["zh"], row["en"]), "value": traced(row["value"], key),
        "unit": both(names["zh"], names["en"]), "state": state_mark(row["state"]),
        "grade": grade_mark(row["grade"]),
    }  # fmt: skip


PAGE = Page(
    "scenarios",
    "情景与输入",
    "Scenarios and inputs",
    (SCENARIOS, PARAMETERS, CALIBRATION, TARGETS),
    render_scenarios,
)
