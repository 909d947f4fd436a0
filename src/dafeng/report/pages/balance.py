"""The energy balance of the latest year: the table, its statistical differences, its flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng import terms
from dafeng.balance import DIFFERENCE, detect_edition
from dafeng.provenance import worst_grade
from dafeng.report.drawing import draw
from dafeng.report.figures import number, number_button, unit, unit_pair
from dafeng.report.page import Page
from dafeng.report.pages.flow import LARGEST, TJ_PER_PJ, flow_chart
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term, term_pair

if TYPE_CHECKING:
    from dafeng.balance import Edition
    from dafeng.report.context import ReportContext

    Row = dict[str, Any]

CELLS, FLOW, DIFFERENCES = "balance.cells", "balance.flow", "balance.differences"
AUDIT, UNDRAWN = "balance.audit", "balance.undrawn"
MAIN_FUELS = 8
"""Columns of the compact table; the workbook has all."""
COLOURS = {"difference": "#b3261e", "rest": "#d98a80", "supply": "#5d7183", "out": "#6f8f9f"}


def render_balance(context: ReportContext) -> str:
    """Return headline, compact table, differences and flow diagram of the latest year."""
    cells = context.own_rows(CELLS)
    if not cells:
        return draw("empty.html", text=phrase("balance.none"))
    year = max(row["year"] for row in cells)
    latest = [row for row in cells if row["year"] == year]
    edition = detect_edition({row["row"] for row in latest}, {row["fuel"] for row in latest}, [year])
    key = _trace(context, latest, year, "step.balance", "")
    differences = [row for row in context.own_rows(DIFFERENCES) if row["year"] == year]
    fuels = choose_fuels(latest, edition)
    return draw(
        "balance.html",
        year=year,
        title=_message(context, differences, year, latest),
        heads=[(term("balance_fuels", fuel), unit(_unit_of(latest, fuel))) for fuel in fuels],
        rows=_rows(latest, edition, fuels, key),
        differences=[_difference(context, row, latest, year) for row in differences],
        audit=_audit(context, year),
        **_flow(context, year, latest),
    )


def choose_fuels(cells: list[Row], edition: Edition) -> list[str]:
    """Return the fuels of the compact table: those with the largest cells by energy, in official order."""
    content = {row["fuel"]: float(row["tj_per_activity_unit"]) for row in terms.rows("calorific")}
    members = terms.entries("fuels")
    for fuel in terms.codes("fuel_totals"):
        parts = [content[code] for code, row in members.items() if row["total"] == fuel and code in content]
        content[fuel] = max(parts, default=0.0)
    size: dict[str, float] = {}
    for row in cells:
        tj = abs(row["value"] or 0.0) * content.get(row["fuel"], 0.0)
        size[row["fuel"]] = max(size.get(row["fuel"], 0.0), tj)
    different = [row["fuel"] for row in cells if row["row"] == DIFFERENCE and abs(row["value"] or 0.0) > 1e-6]
    largest = sorted(size, key=lambda fuel: (fuel not in different, -size[fuel]))[:MAIN_FUELS]
    return [label.code for label in edition.columns if label.code in largest]


def _rows(
    cells: list[Row], edition: Edition, fuels: list[str], key: str
) -> list[tuple[str, Markup, list[Markup]]]:
    values = {(row["row"], row["fuel"]): row["value"] for row in cells}
    sections = terms.entries("balance_rows")
    named = {row["row"] for row in cells}
    lines = []
    for label in edition.rows:
        if label.code not in named:
            continue
        kind = "sum" if not sections[label.code]["parent"] else "part"
        kind = "difference" if label.code == DIFFERENCE else kind
        figures = [_figure(values.get((label.code, fuel)), key, kind) for fuel in fuels]
        if any(figures):
            lines.append((kind, both(label.zh, terms.name("balance_rows", label.code, "en")), figures))
    return lines


def _figure(value: float | None, key: str, kind: str) -> Markup:
    if value is None or (kind == "difference" and abs(value) <= 1e-6):
        return Markup("")
    return number_button(number(value, 2), key)


def say_difference(context: ReportContext, key: str) -> Markup | None:
    """Return a sentence on the largest difference of the latest balance; None without a difference.

    Parameters
    ----------
    key : str
        Word with the places ``year``, ``fuel`` and ``value``.
    """
    cells = context.own_rows(CELLS)
    year = max((row["year"] for row in cells), default=None)
    first = _first_fuel([row for row in context.own_rows(DIFFERENCES) if row["year"] == year])
    if first is None:
        return None
    latest = [row for row in cells if row["year"] == year]
    trace = _trace(context, latest, first["year"], "step.balance", first["unit"])
    names = term_pair("balance_fuels", first["fuel"])
    return phrase(key, year=year, fuel=(names["zh"], names["en"]), value=_amount(first, trace))


def _first_fuel(differences: list[Row]) -> Row | None:
    """Return the largest difference of a single fuel."""
    return next((row for row in differences if row["fuel"] not in terms.codes("fuel_totals")), None)


def _amount(row: Row, key: str) -> Markup:
    text = Markup("{} {}").format(number(row["difference"], 0), unit(row["unit"]))
    return number_button(text, key)


def _message(context: ReportContext, differences: list[Row], year: int, cells: list[Row]) -> Markup:
    first = _first_fuel(differences)
    if first is None:
        return phrase("balance.message.closed", year=year)
    fuel = term_pair("balance_fuels", first["fuel"])
    key = _trace(context, cells, year, "step.balance", first["unit"])
    value = _amount(first, key)
    if first["share"] is None:
        return phrase("balance.message.bare", year=year, fuel=(fuel["zh"], fuel["en"]), value=value)
    derived = context.derive_trace(key, "step.balance_share", year=year)
    share = number_button(f"{number(100 * abs(first['share']), 1)}%", derived)
    return phrase("balance.message", year=year, fuel=(fuel["zh"], fuel["en"]), value=value, share=share)


def _difference(context: ReportContext, row: Row, cells: list[Row], year: int) -> dict[str, Markup]:
    key = _trace(context, cells, year, "step.balance", row["unit"])
    share = Markup("")
    if row["share"] is not None:
        derived = context.derive_trace(key, "step.balance_share", year=year)
        share = number_button(f"{number(100 * row['share'], 1)}%", derived)
    return {
        "fuel": term("balance_fuels", row["fuel"]),
        "unit": unit(row["unit"]),
        "difference": number_button(number(row["difference"], 2), key),
        "inflow": number_button(number(row["inflow"], 2), key) if row["inflow"] else Markup(""),
        "share": share,
    }


def _audit(context: ReportContext, year: int) -> Markup:
    found = [row for row in context.own_rows(AUDIT) if row["year"] == year and not row["suppressed"]]
    if not context.has(AUDIT):
        return Markup("")
    counts = {kind: sum(row["severity"] == kind for row in found) for kind in ("error", "warning")}
    return phrase("balance.audit", errors=counts["error"], warnings=counts["warning"])


def _flow(context: ReportContext, year: int, cells: list[Row]) -> dict[str, Any]:
    rows = [row for row in context.own_rows(FLOW) if row["year"] == year and row["energy_tj"] > 0]
    if not rows:
        return {"data": None, "flow_title": "", "links": [], "undrawn": ("", "")}
    key = _trace(context, cells, year, "step.balance_flow", "PJ")
    data = colour_nodes(flow_chart(rows, [year], {year: key}))
    ranked = sorted(rows, key=lambda row: -row["energy_tj"])[:LARGEST]
    names = [term_pair("fuels", row["fuel"]) for row in context.own_rows(UNDRAWN) if row["year"] == year]
    return {
        "data": data,
        "flow_title": _flow_message(context, rows, year, key),
        "links": [
            (
                both(row["source_zh"], row["source_en"]),
                both(row["target_zh"], row["target_en"]),
                number_button(number(row["energy_tj"] / TJ_PER_PJ, 1), key),
            )
            for row in ranked
        ],
        "undrawn": ("、".join(n["zh"] for n in names), ", ".join(n["en"] for n in names)),
    }


def colour_nodes(data: dict[str, Any]) -> dict[str, Any]:
    """Return a flow chart whose differences, supply and exchange have colours of their own."""
    for node in data["nodes"]:
        kind = str(node["id"]).partition(":")[0]
        node["color"] = COLOURS.get(kind, node["color"])
    return data


def _flow_message(context: ReportContext, rows: list[Row], year: int, key: str) -> Markup:
    targets = {row["target"] for row in rows}
    entering = {row["source"]: 0.0 for row in rows if row["source"] not in targets}
    for row in rows:
        if row["source"] in entering:
            entering[row["source"]] += row["energy_tj"]
    unknown = entering.get("difference:gap", 0.0)
    if not unknown:
        return phrase("balance.flow", year=year)
    derived = context.derive_trace(key, "step.balance_unknown", year=year)
    share = number_button(f"{number(100 * unknown / sum(entering.values()), 1)}%", derived)
    return phrase("balance.flow.message", year=year, share=share)


def _unit_of(cells: list[Row], fuel: str) -> str:
    return next(str(row["unit"]) for row in cells if row["fuel"] == fuel)


def _trace(context: ReportContext, cells: list[Row], year: int, step: str, code: str) -> str:
    sources = tuple(dict.fromkeys(row["source_id"] for row in cells if row["source_id"]))
    names = unit_pair(code)
    return context.add_trace(
        Trace(
            sources=sources or (f"{context.meta.pack_id} {context.meta.pack_version}",),
            grade=str(worst_grade({row["grade"] for row in cells}) or ""),
            unit_zh=names["zh"],
            unit_en=names["en"],
            step_zh=plain(step, "zh"),
            step_en=plain(step, "en"),
            place_zh=plain("place.year", "zh", year=year),
            place_en=plain("place.year", "en", year=year),
        )
    )


PAGE = Page("balance", "能源平衡", "Energy balance", (CELLS, FLOW, DIFFERENCES), render_balance)
