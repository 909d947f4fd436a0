"""Energy flow: where energy comes from, is transformed and is used, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.provenance import worst_grade
from dafeng.report.charts import FUEL_COLOURS
from dafeng.report.drawing import draw
from dafeng.report.emission_view import ENERGY, input_rows
from dafeng.report.figures import number, number_button
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term_pair

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.context import ReportContext

FLOW, UNDRAWN, CALORIFIC = "inventory.flow", "inventory.undrawn", "inventory.calorific"
TJ_PER_PJ = 1000.0
LARGEST = 40
"""Flows listed in the table; the workbook has all."""
NODE_COLOURS = {"process": "#8fa1b3", "use": "#1f4e79"}


def render_flow(context: ReportContext) -> str:
    """Return the flow diagram with its year selector and the table of the latest year."""
    rows = [row for row in context.own_rows(FLOW) if row["energy_tj"] is not None and row["energy_tj"] > 0]
    if not rows:
        return draw("empty.html", text=phrase("flow.none"))
    years = sorted({row["year"] for row in rows}, reverse=True)
    traces = {year: _trace_year(context, year) for year in years}
    return draw(
        "flow.html",
        years=years,
        data=flow_chart(rows, years, traces),
        title=_message(context, rows, years[0], traces[years[0]]),
        links=_table(rows, years[0], traces[years[0]]),
        undrawn=_undrawn(context),
    )


def flow_chart(rows: list[dict[str, Any]], years: list[int], traces: dict[int, str]) -> dict[str, Any]:
    """Return nodes with their names and, by year, links as (source, target, PJ)."""
    nodes: dict[str, dict[str, str]] = {}
    for row in rows:
        for end in ("source", "target"):
            nodes.setdefault(row[end], {"zh": row[f"{end}_zh"], "en": row[f"{end}_en"]})
    place = {code: index for index, code in enumerate(nodes)}
    links: dict[str, list[list[float]]] = {str(year): [] for year in years}
    for row in rows:
        value = round(row["energy_tj"] / TJ_PER_PJ, 3)
        links[str(row["year"])].append([place[row["source"]], place[row["target"]], value])
    return {
        "kind": "flow",
        "nodes": [{"id": code, "color": node_colour(code), **names} for code, names in nodes.items()],
        "years": links,
        "latest": str(years[0]),
        "unit": {"zh": "PJ", "en": "PJ"},
        "traces": {str(year): traces[year] for year in years},
    }


def node_colour(node: str) -> str:
    """Return the colour of a node: its group for a fuel, grey for a transformation, dark for a use."""
    kind, _, code = node.partition(":")
    if kind != "fuel":
        return NODE_COLOURS.get(kind, NODE_COLOURS["use"])
    group = terms.entries("fuels").get(code.rstrip("+"), {}).get("group", "other")
    return FUEL_COLOURS.get(group, FUEL_COLOURS["other"])


def _inflow(rows: list[dict[str, Any]], year: int) -> dict[str, float]:
    """Return what enters by form of energy, out of its node beyond what flows into it; largest first."""
    net: dict[str, float] = {}
    for row in rows:
        if row["year"] == year:
            net[row["source"]] = net.get(row["source"], 0.0) + row["energy_tj"]
            net[row["target"]] = net.get(row["target"], 0.0) - row["energy_tj"]
    found = {node: tj for node, tj in net.items() if node.startswith("fuel:") and tj > 0}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _message(context: ReportContext, rows: list[dict[str, Any]], year: int, key: str) -> Markup:
    inflow = _inflow(rows, year)
    first = next(iter(inflow))
    row = next(row for row in rows if row["source"] == first)
    derived = context.derive_trace(key, "step.flow_share", year=year)
    share = number_button(f"{number(100 * inflow[first] / sum(inflow.values()), 1)}%", derived)
    return phrase("flow.message", year=year, node=(row["source_zh"], row["source_en"]), share=share)


def _table(rows: list[dict[str, Any]], year: int, key: str) -> list[tuple[Markup, Markup, Markup]]:
    own = sorted((row for row in rows if row["year"] == year), key=lambda row: -row["energy_tj"])
    return [
        (
            both(row["source_zh"], row["source_en"]),
            both(row["target_zh"], row["target_en"]),
            number_button(number(row["energy_tj"] / TJ_PER_PJ, 1), key),
        )
        for row in own[:LARGEST]
    ]


def _undrawn(context: ReportContext) -> tuple[str, str]:
    """Return the fuels that the diagram leaves out, Chinese and English; empty texts when none is known."""
    names = [
        term_pair("fuels", code) for code in dict.fromkeys(row["fuel"] for row in context.own_rows(UNDRAWN))
    ]
    return "、".join(name["zh"] for name in names), ", ".join(name["en"] for name in names)


def _trace_year(context: ReportContext, year: int) -> str:
    """Return the trace of a year: the energy use that is drawn and the calorific values of its fuels."""
    energy = input_rows(context, ENERGY, year)
    used = {row["fuel"] for row in energy}
    calorific = [row for row in context.rows(CALORIFIC) if row["fuel"] in used]
    drawn = {row["fuel"] for row in calorific}
    inputs = [*(row for row in energy if not drawn or row["fuel"] in drawn), *calorific]
    sources = tuple(dict.fromkeys(row["source_id"] for row in inputs if row["source_id"]))
    return context.add_trace(
        Trace(
            sources=sources or (f"{context.meta.pack_id} {context.meta.pack_version}",),
            grade=str(worst_grade({row["grade"] for row in inputs}) or ""),
            unit_zh="PJ",
            unit_en="PJ",
            step_zh=plain("step.flow", "zh"),
            step_en=plain("step.flow", "en"),
            place_zh=plain("place.year", "zh", year=year),
            place_en=plain("place.year", "en", year=year),
        )
    )


PAGE = Page("flow", "能流图", "Energy flow", (FLOW,), render_flow)
