"""The flow diagram of a balance: supply, transformation, use, losses - and the statistical difference.

Quantities are turned into TJ by published calorific values (``terms/calorific.csv``) or, in a standard-coal
table, by 29.3076 GJ/tce. Nothing is evened out: what a fuel lacks or has left over is a node of its own,
first the published statistical difference, then what not even that explains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.contracts import BalanceFlow, UndrawnCells
from dafeng.balance.graph import break_cycles, sum_nodes
from dafeng.balance.identities import DIFFERENCE, is_of_which
from dafeng.balance.model import COAL_EQUIVALENT_UNIT
from dafeng.balance.stock import net_stocks
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from dafeng.errors import Language

KEY = ["region", "year", "source", "target"]
TJ_PER_WAN_TCE = 293.076
"""GB/T 2589-2020: 29.3076 GJ/tce. [TJ / 10^4 tce]"""
NOISE_TJ = 1e-6
"""A flow below it is the noise of a sum of published decimals. [TJ]"""
OUTPUT_ONLY = "recovered_energy"
"""A row of transformation without input: a source."""
_ENDS: dict[str, dict[Language, str]] = {
    "supply:stock_draw": {"zh": "库存减少", "en": "Drawn from stock"},
    "out:stock_build": {"zh": "库存增加", "en": "Put into stock"},
    "difference:gap": {"zh": "平衡差额（缺口）", "en": "Statistical difference (unexplained use)"},
    "difference:surplus": {"zh": "平衡差额（余量）", "en": "Statistical difference (unexplained supply)"},
    "rest:gap": {"zh": "表内不平（缺口）", "en": "Table does not add up (gap)"},
    "rest:surplus": {"zh": "表内不平（余量）", "en": "Table does not add up (surplus)"},
    "use:conversion": {"zh": "加工转换损失和未列产出", "en": "Conversion losses and unlisted outputs"},
    "rest:negative_use": {"zh": "使用量为负", "en": "Negative use"},
    "rest:unlisted_input": {"zh": "未列投入", "en": "Unlisted input"},
}
_PREFIXES = {
    "supply": "balance_rows",
    "out": "balance_rows",
    "use": "balance_rows",
    "process": "balance_rows",
}


def compute_balance_flow(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the flows of a balance.

    Parameters
    ----------
    cells : BalanceCells
        Fuels are drawn, totals are not.

    Returns
    -------
    BalanceFlow
        Acyclic; every fuel and every transformation takes in what it gives out [TJ].
    """
    in_tj = _in_tj(net_stocks(cells))
    flows = pl.concat([_supply(in_tj), _transformation(in_tj), _use(in_tj), _difference(in_tj)])
    flows = flows.group_by(KEY, maintain_order=True).agg(pl.col("tj").sum())
    flows = pl.concat([flows, _close_processes(flows)])
    flows = pl.concat([flows, _close_fuels(flows)])
    parts = [
        _place_twins(break_cycles(part)) for part in flows.partition_by("region", "year", maintain_order=True)
    ]
    if not parts:
        return empty_table(BalanceFlow)
    return check(_name_nodes(pl.concat(parts)).sort(KEY), BalanceFlow)


def list_undrawn_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the fuels that the diagram leaves out because no calorific value is published.

    Parameters
    ----------
    cells : BalanceCells

    Returns
    -------
    UndrawnCells
        Final use and transformation input. [accounting unit of the fuel]
    """
    known = {row["fuel"] for row in terms.rows("calorific")} | terms.codes("fuel_totals")
    entries = terms.entries("balance_rows")
    inputs = [code for code, row in entries.items() if row["parent"] == "transformation_total"]
    final = pl.col("row") == "final_consumption"
    taken = pl.col("row").is_in(inputs) & (pl.col("value") < 0)
    used = cells.filter(
        (final | taken) & ~pl.col("fuel").is_in(sorted(known)) & (pl.col("unit") != COAL_EQUIVALENT_UNIT)
    )
    summed = used.group_by("region", "year", "fuel", "unit", maintain_order=True).agg(
        pl.col("value").abs().sum()
    )
    return check(summed.sort("region", "year", "fuel"), UndrawnCells)


def _in_tj(cells: pl.DataFrame) -> pl.DataFrame:
    calorific = {row["fuel"]: float(row["tj_per_activity_unit"]) for row in terms.rows("calorific")}
    factor = (
        pl.when(pl.col("unit") == COAL_EQUIVALENT_UNIT)
        .then(TJ_PER_WAN_TCE)
        .otherwise(pl.col("fuel").replace_strict(calorific, default=None, return_dtype=pl.Float64))
    )
    entries = terms.entries("balance_rows")
    section = {code: row["section"] for code, row in entries.items()}
    parts = [code for code, row in entries.items() if row["parent"] and not is_of_which(code)]
    drawn = cells.filter(
        ~pl.col("fuel").is_in(sorted(terms.codes("fuel_totals")))
        & pl.col("row").is_in([*parts, "loss", DIFFERENCE])
    ).with_columns(tj=pl.col("value") * factor, section=pl.col("row").replace_strict(section))
    drawn = drawn.filter(pl.col("tj").abs() > NOISE_TJ)
    split = drawn.filter(pl.col("row").is_in(["residential_urban", "residential_rural"]))
    alone = (pl.col("row") != "residential") | pl.col("_split").is_null()
    of = ["region", "year", "fuel"]
    return (
        drawn.join(split.select(of).unique().with_columns(_split=pl.lit(value=True)), on=of, how="left")
        .filter(alone)
        .select(*of, "row", "section", "tj", node="fuel:" + pl.col("fuel"))
    )


def _edges(frame: pl.DataFrame, source: pl.Expr, target: pl.Expr) -> pl.DataFrame:
    return frame.select("region", "year", source=source, target=target, tj=pl.col("tj").abs())


def _supply(in_tj: pl.DataFrame) -> pl.DataFrame:
    rows = in_tj.filter((pl.col("section") == "supply") | (pl.col("row") == OUTPUT_ONLY))
    stock = pl.col("row") == "stock_change"
    come, go = rows.filter(pl.col("tj") > 0), rows.filter(pl.col("tj") < 0)
    origin = pl.when(stock).then(pl.lit("supply:stock_draw")).otherwise("supply:" + pl.col("row"))
    goal = pl.when(stock).then(pl.lit("out:stock_build")).otherwise("out:" + pl.col("row"))
    return pl.concat([_edges(come, origin, pl.col("node")), _edges(go, pl.col("node"), goal)])


def _transformation(in_tj: pl.DataFrame) -> pl.DataFrame:
    rows = in_tj.filter((pl.col("section") == "transformation") & (pl.col("row") != OUTPUT_ONLY))
    process = "process:" + pl.col("row").replace(
        {"refinery_reinput": "petroleum_refineries", "coke_input_gasworks": "gas_works"}
    )
    taken, given = rows.filter(pl.col("tj") < 0), rows.filter(pl.col("tj") > 0)
    return pl.concat([_edges(taken, pl.col("node"), process), _edges(given, process, pl.col("node"))])


def _use(in_tj: pl.DataFrame) -> pl.DataFrame:
    rows = in_tj.filter(pl.col("section").is_in(["final", "loss"]))
    use = "use:" + pl.col("row")
    used, returned = rows.filter(pl.col("tj") > 0), rows.filter(pl.col("tj") < 0)
    return pl.concat(
        [_edges(used, pl.col("node"), use), _edges(returned, pl.lit("rest:negative_use"), pl.col("node"))]
    )


def _difference(in_tj: pl.DataFrame) -> pl.DataFrame:
    rows = in_tj.filter(pl.col("row") == DIFFERENCE)
    gap, surplus = rows.filter(pl.col("tj") < 0), rows.filter(pl.col("tj") > 0)
    return pl.concat(
        [
            _edges(gap, pl.lit("difference:gap"), pl.col("node")),
            _edges(surplus, pl.col("node"), pl.lit("difference:surplus")),
        ]
    )


def _close_processes(flows: pl.DataFrame) -> pl.DataFrame:
    return _close(flows, "process:", "use:conversion", "rest:unlisted_input")


def _close_fuels(flows: pl.DataFrame) -> pl.DataFrame:
    return _close(flows, "fuel:", "rest:surplus", "rest:gap")


def _close(flows: pl.DataFrame, kind: str, surplus: str, gap: str) -> pl.DataFrame:
    """Return flows that take what nodes have left over and give what they lack."""
    nodes = sum_nodes(flows, kind)
    over, lacking = nodes.filter(pl.col("rest") > 0), nodes.filter(pl.col("rest") < 0)
    return pl.concat(
        [
            over.select("region", "year", source="node", target=pl.lit(surplus), tj="rest"),
            lacking.select("region", "year", source=pl.lit(gap), target="node", tj=-pl.col("rest")),
        ]
    ).select(flows.columns)


def _place_twins(flows: pl.DataFrame) -> pl.DataFrame:
    """Let the twin of a fuel that a circle was cut at feed what the fuel itself then lacks: uses first."""
    for twin in flows.filter(pl.col("target").str.ends_with("+"))["target"].unique().sort():
        flows = _feed_from(flows, twin)
    return flows


def _feed_from(flows: pl.DataFrame, twin: str) -> pl.DataFrame:
    """Move flows out of a fuel to its twin, as far as the twin has energy and no circle arises."""
    fuel = twin.removesuffix("+")
    left = float(flows.filter(pl.col("target") == twin)["tj"].sum())
    rows = []
    outs = flows.filter((pl.col("source") == fuel) & ~pl.col("target").str.starts_with("process:"))
    for row in outs.sort("tj", "target", descending=[True, False]).iter_rows(named=True):
        taken = min(left, row["tj"])
        if taken > 0:
            rows += [{**row, "source": twin, "tj": taken}, {**row, "tj": -taken}]
            left -= taken
    if not rows:
        return flows
    moved = pl.concat([flows, pl.DataFrame(rows, schema=flows.schema)])
    summed = moved.group_by(KEY, maintain_order=True).agg(pl.col("tj").sum())
    return summed.filter(pl.col("tj") > 0)


def _name_nodes(flows: pl.DataFrame) -> pl.DataFrame:
    nodes = sorted({*flows["source"], *flows["target"]})
    languages: tuple[Language, Language] = ("zh", "en")
    columns = {
        f"{end}_{language}": pl.col(end).replace_strict(
            {node: name_node(node, language) for node in nodes}, return_dtype=pl.String
        )
        for end in ("source", "target")
        for language in languages
    }
    return flows.with_columns(**columns).rename({"tj": "energy_tj"})


def name_node(node: str, language: Language) -> str:
    """Return a node in words.

    Examples
    --------
    >>> name_node("difference:gap", "en")
    'Statistical difference (unexplained use)'
    """
    if node in _ENDS:
        return _ENDS[node][language]
    kind, _, code = node.partition(":")
    again = {"zh": "（产出）", "en": " (output)"}[language] if code.endswith("+") else ""
    vocabulary = "fuels" if kind == "fuel" else _PREFIXES[kind]
    return terms.name(vocabulary, code.removesuffix("+"), language) + again
