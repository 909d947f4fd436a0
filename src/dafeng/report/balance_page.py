"""The flow of energy balances as one self-contained page: a diagram a province, years to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.charts import json_text
from dafeng.report.context import ReportContext, ReportMeta
from dafeng.report.drawing import draw
from dafeng.report.figures import number, unit
from dafeng.report.frame import draw_page
from dafeng.report.html import page_data
from dafeng.report.pages.balance import colour_nodes
from dafeng.report.pages.flow import TJ_PER_PJ, flow_chart
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term, term_pair

if TYPE_CHECKING:
    import polars as pl

    Row = dict[str, Any]


def render_balance_flow(
    flow: pl.DataFrame, undrawn: pl.DataFrame, differences: pl.DataFrame, *, source: str = ""
) -> str:
    """Return a page with the flows of balances; the statistical differences stand above each diagram.

    Parameters
    ----------
    flow : BalanceFlow
    undrawn : UndrawnCells
    differences : BalanceDifference
    source : str
        Name of the file that was read.
    """
    context = ReportContext(ReportMeta("", "", "", "", "", "", ""), {})
    key = context.add_trace(
        Trace(
            sources=(source,) if source else (),
            unit_zh="PJ",
            unit_en="PJ",
            step_zh=plain("step.balance_flow", "zh"),
            step_en=plain("step.balance_flow", "en"),
        )
    )
    parts = flow.partition_by("region", as_dict=True, maintain_order=True)
    figures = [
        _figure(str(region), part.to_dicts(), undrawn.to_dicts(), differences.to_dicts(), key)
        for (region,), part in parts.items()
    ]
    body = draw("balance_flow.html", figures=figures, data=json_text(page_data(context)))
    title = {language: plain("balance.page", language) for language in ("zh", "en")}
    return draw_page(title, body, context.meta.software_version)


def _figure(region: str, flows: list[Row], undrawn: list[Row], differences: list[Row], key: str) -> Row:
    years = sorted({row["year"] for row in flows}, reverse=True)
    names = dict.fromkeys(row["fuel"] for row in undrawn if row["region"] == region)
    pairs = [term_pair("fuels", fuel) for fuel in names]
    return {
        "id": region.lower(),
        "name": term("provinces", region),
        "years": years,
        "differences": [_difference(row) for row in differences if row["region"] == region],
        "data": colour_nodes(flow_chart(flows, years, dict.fromkeys(years, key))),
        "links": [
            (
                row["year"],
                both(row["source_zh"], row["source_en"]),
                both(row["target_zh"], row["target_en"]),
                number(row["energy_tj"] / TJ_PER_PJ, 1),
            )
            for row in sorted(flows, key=lambda row: (-row["year"], -row["energy_tj"]))
        ],
        "undrawn": ("、".join(p["zh"] for p in pairs), ", ".join(p["en"] for p in pairs)),
    }  # fmt: skip


def _difference(row: Row) -> Markup:
    fuel = term_pair("balance_fuels", row["fuel"])
    value = Markup("{} {}").format(number(row["difference"], 2), unit(row["unit"]))
    values = {"year": row["year"], "fuel": (fuel["zh"], fuel["en"]), "value": value}
    if row["share"] is None:
        return phrase("balance.message.bare", **values)
    return phrase("balance.message", **values, share=f"{number(100 * abs(row['share']), 1)}%")
