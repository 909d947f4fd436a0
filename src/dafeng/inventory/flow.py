"""The energy flow diagram as a table: forms of energy, transformation, use.

Quantities are turned into TJ by published calorific values (``terms/calorific.csv``; electricity and heat
by their heat content). Fuels without one are listed apart. A form of energy that a transformation both
takes in and, further down the chain, gives out again is drawn as two nodes, so that the diagram never
runs in a circle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.graph import break_cycles, sum_nodes
from dafeng.inventory.contracts import CalorificValue, EnergyFlow, UndrawnEnergy
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.errors import Language

TRANSFORMATIONS = (
    "coal_washing", "briquettes_making", "coking", "petroleum_refineries", "gas_works", "heating_supply",
    "thermal_power",
)  # fmt: skip
OTHER_ENDS = frozenset({"use:loss", "use:unallocated", "use:conversion"})
_KEY = ["region", "year", "source", "target"]


def compute_flow(energy: pl.DataFrame) -> pl.DataFrame:
    """Return the flows of a flow diagram.

    Parameters
    ----------
    energy : EnergyUse

    Returns
    -------
    EnergyFlow
        Acyclic. What a transformation gives out beyond all recorded use goes to ``use:unallocated``, what it
        takes in beyond its listed outputs to ``use:conversion``. [TJ]
    """
    in_tj = _in_tj(energy)
    taken = in_tj.filter(pl.col("sector").is_in(TRANSFORMATIONS))
    final = in_tj.filter((pl.col("variable") == "final_consumption") & (pl.col("sector") != "total"))
    groups = {code: row["group"] for code, row in terms.entries("sectors").items()}
    edges = [
        taken.filter(pl.col("tj") > 0).select("region", "year", source=_fuel(), target=_process(), tj="tj"),
        taken.filter(pl.col("tj") < 0).select(
            "region", "year", source=_process(), target=_fuel(), tj=-pl.col("tj")
        ),
        final.filter(pl.col("tj") > 0).select(
            "region", "year", source=_fuel(), tj="tj",
            target="use:" + pl.col("sector").replace_strict(groups, return_dtype=pl.String),
        ),
        in_tj.filter((pl.col("variable") == "loss") & (pl.col("tj") > 0)).select(
            "region", "year", source=_fuel(), target=pl.lit("use:loss"), tj="tj"
        ),
    ]  # fmt: skip
    columns = [*_KEY, "tj"]
    flows = pl.concat([edge.select(columns) for edge in edges])
    flows = flows.group_by(_KEY, maintain_order=True).agg(pl.col("tj").sum())
    flows = pl.concat(
        [flows, _rest(flows, "fuel:", "use:unallocated"), _rest(flows, "process:", "use:conversion")]
    )
    parts = [break_cycles(part) for part in flows.partition_by("region", "year", maintain_order=True)]
    if not parts:
        return empty_table(EnergyFlow)
    return check(_name_nodes(pl.concat(parts)).sort(_KEY), EnergyFlow)


def calorific_values() -> pl.DataFrame:
    """Return the net calorific values of the diagram as a :class:`CalorificValue` table."""
    units = {code: f"TJ/({row['activity_unit']})" for code, row in terms.entries("fuels").items()}
    raw = pl.DataFrame([{**row, "unit": units[row["fuel"]]} for row in terms.rows("calorific")])
    texts = pl.col("source_id", "note_zh", "note_en").replace("", None)
    return check(raw.with_columns(pl.col("tj_per_activity_unit").cast(pl.Float64), texts), CalorificValue)


def list_undrawn(energy: pl.DataFrame) -> pl.DataFrame:
    """Return what the diagram leaves out because no calorific value is published.

    Parameters
    ----------
    energy : EnergyUse

    Returns
    -------
    UndrawnEnergy
        Final use and transformation input by fuel. [accounting unit of the fuel]
    """
    known = [row["fuel"] for row in terms.rows("calorific")]
    used = energy.filter(
        ((pl.col("variable") == "final_consumption") & (pl.col("sector") != "total"))
        | (pl.col("sector").is_in(TRANSFORMATIONS) & (pl.col("value") > 0))
    ).filter(~pl.col("fuel").is_in(known))
    summed = used.group_by("region", "year", "fuel", "unit", maintain_order=True).agg(pl.col("value").sum())
    return check(summed.sort("region", "year", "fuel"), UndrawnEnergy)


def _rest(flows: pl.DataFrame, kind: str, to: str) -> pl.DataFrame:
    """Return what goes into nodes of a kind beyond what comes out of them, as flows to one more node.

    A form of energy that a transformation gives out and no use takes was sent out or stored: without supply
    rows nobody knows where to. What a transformation takes in beyond its listed outputs is conversion loss
    and unlisted output.
    """
    rest = sum_nodes(flows, kind).filter((pl.col("into") > 0) & (pl.col("rest") > 0))
    return rest.select("region", "year", source="node", target=pl.lit(to), tj="rest")


def _in_tj(energy: pl.DataFrame) -> pl.DataFrame:
    calorific = {row["fuel"]: float(row["tj_per_activity_unit"]) for row in terms.rows("calorific")}
    factor = pl.col("fuel").replace_strict(calorific, default=None, return_dtype=pl.Float64)
    return energy.with_columns(tj=pl.col("value") * factor).filter(
        pl.col("tj").is_not_null() & (pl.col("tj") != 0)
    )


def _fuel() -> pl.Expr:
    return "fuel:" + pl.col("fuel")


def _process() -> pl.Expr:
    return "process:" + pl.col("sector")


def _name_nodes(flows: pl.DataFrame) -> pl.DataFrame:
    nodes = sorted({*flows["source"], *flows["target"]})
    named = {language: dict(_node_names(nodes, language)) for language in ("zh", "en")}
    columns = {
        f"{end}_{language}": pl.col(end).replace_strict(names, return_dtype=pl.String)
        for end in ("source", "target")
        for language, names in named.items()
    }
    return flows.with_columns(**columns).rename({"tj": "energy_tj"})


def _node_names(nodes: Iterable[str], language: Language) -> Iterable[tuple[str, str]]:
    vocabularies = {"fuel": "fuels", "process": "flows", "use": "sector_groups"}
    out = {"zh": "（产出）", "en": " (output)"}[language]
    for node in nodes:
        kind, _, code = node.partition(":")
        vocabulary = "flows" if node in OTHER_ENDS else vocabularies[kind]
        yield node, terms.name(vocabulary, code.rstrip("+"), language) + (out if code.endswith("+") else "")
