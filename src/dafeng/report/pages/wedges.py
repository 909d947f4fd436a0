"""Who avoids what: wedges by part of the plan and by agency, levers in order, costs or their refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.report import pathway_view as shared
from dafeng.report.area_chart import Layer, Step, draw_areas, draw_costs
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import missing, number, number_button, traced
from dafeng.report.page import Page
from dafeng.report.pathway_view import (
    EFFECTS,
    RANGES,
    PathwayView,
    Row,
    scope_of,
    state_mark,
    trace_input,
    worst_state,
)
from dafeng.report.words import both, phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

    from dafeng.report.context import ReportContext

WEDGES, TOTALS = "pathway.wedges", "pathway.wedge_totals"
COSTS, VERDICT = "pathway.costs", "pathway.cost_verdict"
CHARTS = ("clause", "agency")
UNIT = "Mt CO2"


def render_wedges(context: ReportContext) -> str:
    """Return the wedges by clause and agency, the levers and the costs."""
    wedges, totals = context.rows(WEDGES), context.rows(TOTALS)
    if not wedges or not totals:
        return draw("empty.html", text=phrase("pathway.none"))
    view = shared.view_pathways(context)
    scenario, scope = wedges[0]["scenario"], scope_of(wedges[0])
    asked = {row["by_year"] for row in context.rows(shared.PEAK)}
    years = sorted({row["year"] for row in wedges})
    year = next((y for y in sorted(asked) if y in years), years[-1])
    return draw(
        "wedges.html",
        figures=[
            _figure(view, code, wedges, totals, year)
            for code in CHARTS
            if any(row["view"] == code for row in wedges)
        ],
        grade=grade_mark(view.grade),
        scope=both(*shared.scope_pair(scope)),
        scenario=both(*view.names.get(scenario, (scenario, scenario))),
        reference=_reference(view, wedges[0]["reference"]),
        draws=wedges[0]["draws"],
        year=year,
        levers=_lever_rows(view, wedges, year),
        costs=_costs(view, scenario),
    )


def _reference(view: PathwayView, code: str) -> Markup:
    """Return the name of what the wedges are measured against."""
    return phrase("wedges.today") if code == "today" else both(*view.names.get(code, (code, code)))


def _key(view: PathwayView, row: Row) -> str:
    step = "wedges.step.exact" if row["method"] == "exact" else "wedges.step.sampled"
    return view.trace(
        UNIT, step, row["scenario"], scope_of(row), count=row["draws"], samples=row["samples"]
    )  # fmt: skip


def _figure(view: PathwayView, code: str, wedges: list[Row], totals: list[Row], year: int) -> dict[str, Any]:
    """Return the chart and the table of one way of putting levers into groups."""
    own = [row for row in wedges if row["view"] == code]
    total = next(row for row in totals if row["view"] == code and row["year"] == year)
    at_year = sorted((r for r in own if r["year"] == year), key=lambda row: -row["reduction_mt"])
    order = [row["group"] for row in at_year]
    colours = dict(zip(order, shared.COLOURS * (1 + len(order) // len(shared.COLOURS)), strict=False))
    key = _key(view, own[0])
    years = sorted({row["year"] for row in own})
    values = {(row["group"], row["year"]): row["reduction_mt"] for row in own}
    layers = [Layer(tuple(values[group, at] for at in years), colours[group], key) for group in order]
    title = f"wedges-{code}"
    return {
        "id": title,
        "title": _message(code, at_year, total, key),
        "chart": draw_areas(years, layers, title, year),
        "legend": [(colours[row["group"]], both(row["zh"], row["en"])) for row in at_year],
        "caption": phrase(f"wedges.caption.{code}", year=year),
        "column": phrase(f"wedges.column.{code}"),
        "rows": [
            (both(row["zh"], row["en"]), _with_error(row, key), colours[row["group"]]) for row in at_year
        ],
        "total": _with_error(total, key),
        "sentence": phrase(
            "wedges.sum", reference=traced(total["reference_mt"], key, 1),
            result=traced(total["scenario_mt"], key, 1), difference=traced(total["reduction_mt"], key, 1),
        ),
    }  # fmt: skip


def _message(code: str, rows: list[Row], total: Row, key: str) -> Markup:
    """Return the heading: what is avoided in the year, and the group that avoids most of it."""
    first = rows[0]
    params: dict[str, object] = {
        "year": total["year"], "total": traced(total["reduction_mt"], key, 1),
        "first": (first["zh"], first["en"]), "value": traced(first["reduction_mt"], key, 1),
    }  # fmt: skip
    if first["reduction_mt"] <= 0:
        return phrase("wedges.message.nothing", year=total["year"], total=params["total"])
    return phrase(f"wedges.message.{code}", **params)


def _with_error(row: Row, key: str) -> Markup:
    error = row["standard_error_mt"]
    text = f"{number(row['reduction_mt'], 2)} ± {number(error, 2)}" if error is not None else ""
    return number_button(text or number(row["reduction_mt"], 2), key)


def _lever_rows(view: PathwayView, wedges: list[Row], year: int) -> list[dict[str, Any]]:
    """Return the levers of a year, the largest reduction first, with the state of their numbers."""
    context = view.context
    effects: dict[str, list[Row]] = {}
    for row in context.rows(EFFECTS):
        effects.setdefault(row["lever_id"], []).append(row)
    ranges = context.by_key(RANGES, "lever_id")
    known = context.by_key("plan.levers", "lever_id")
    rows = [row for row in wedges if row["view"] == "lever" and row["year"] == year]
    made = []
    for row in sorted(rows, key=lambda row: -row["reduction_mt"]):
        lever = row["group"]
        made.append({
            "name": both(row["zh"], row["en"]), "value": _with_error(row, _key(view, row)),
            "clauses": (known.get(lever, {}).get("clause_ids") or "").replace(";", " "),
            "effect": _state_of(context, effects.get(lever, [])),
            "today": state_mark(ranges[lever]["base_state"]) if lever in ranges else missing(),
            "success": state_mark(ranges[lever]["success_state"]) if lever in ranges else missing(),
        })  # fmt: skip
    return made


def _state_of(context: ReportContext, rows: Iterable[Row]) -> Markup:
    """Return the weakest state of the effects of a lever as a mark that opens its source."""
    known = list(rows)
    worst = worst_state(row["state"] for row in known)
    if worst is None:
        return state_mark(None)
    row = next(row for row in known if row["state"] == worst)
    return number_button(state_mark(worst), trace_input(context, row, row["unit"], worst))


def _costs(view: PathwayView, scenario: str) -> dict[str, Any]:
    """Return the cost curve, or the sentence that refuses it."""
    verdicts = view.context.rows(VERDICT)
    if not verdicts:
        return {"refused": phrase("wedges.cost.none"), "chart": "", "rows": [], "title": ""}
    verdict = verdicts[0]
    rows = [r for r in view.context.rows(COSTS) if r["year"] == verdict["year"] and r["scenario"] == scenario]
    steps = [row for row in sorted(rows, key=lambda row: row["rank"]) if row["status"] == "drawn"]
    keys = [trace_input(view.context, row, "CNY/t", None) for row in steps]
    lines = [_cost_row(place, row, key) for place, (row, key) in enumerate(zip(steps, keys, strict=True), 1)]
    share = number_button(f"{number(100 * verdict['weak_share'], 0)}%", _share_key(view, scenario))
    if not verdict["drawn"] or not steps:
        reason = both(verdict["reason_zh"], verdict["reason_en"]) or phrase("wedges.cost.none")
        title = phrase("wedges.cost.refused", share=share)
        return {"refused": reason, "chart": "", "rows": lines, "title": title}
    curve = [
        Step(row["from_mt"], row["to_mt"], row["cost_cny_per_t"], row["weak"], str(place), key)
        for place, (row, key) in enumerate(zip(steps, keys, strict=True), 1)
    ]
    cheap = sum(row["reduction_mt"] for row in steps if row["cost_cny_per_t"] < 0)
    title = phrase(
        "wedges.cost.title", year=verdict["year"], cheap=traced(cheap, _share_key(view, scenario), 1),
        whole=traced(steps[-1]["to_mt"], _share_key(view, scenario), 1), share=share,
    )  # fmt: skip
    return {"refused": "", "chart": draw_costs(curve, "wedges-costs"), "rows": lines, "title": title}


def _share_key(view: PathwayView, scenario: str) -> str:
    return view.trace("CNY/t", "wedges.cost.step", scenario)


def _cost_row(place: int, row: Row, key: str) -> dict[str, Any]:
    return {
        "place": place, "name": both(row["zh"], row["en"]), "cost": traced(row["cost_cny_per_t"], key, 0),
        "present": traced(row["present_cost_cny_per_t"], key, 0), "price_year": row["price_year"],
        "reduction": traced(row["reduction_mt"], key, 2), "weak": row["weak"],
    }  # fmt: skip


PAGE = Page("wedges", "谁减了多少", "Who avoids what", (WEDGES, TOTALS, COSTS, VERDICT), render_wedges)
