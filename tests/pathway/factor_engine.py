"""A small engine made of factors alone: what a hindcast needs of an engine, without stocks and levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.stats import norm

from dafeng import terms
from dafeng.pathway.factor_estimation import estimate_factors, group_drivers
from dafeng.pathway.factors import draw_paths
from dafeng.pathway.model import Dimension, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from dafeng.pathway.history import History
    from dafeng.pathway.model import Array

CHAIN_OF = {
    row["group"]: chain
    for chain, row in reversed(terms.entries("pathway_chains").items())
    if row["kind"] in {"activity", "power"}
}


class FactorEngine:
    """CO2 of a group = base year x driver x residual; power = (demand + export - other) x rate."""

    def __init__(
        self, history: History, base_year: int, as_of: date, outlooks: pl.DataFrame, last: int
    ) -> None:
        self.factors = estimate_factors(history, base_year, last, outlooks, as_of)
        self.years = np.arange(base_year, last + 1)
        self.chains = tuple(CHAIN_OF.values())
        self.levers: tuple[str, ...] = ()
        count = len(self.factors.factors)
        names = [f.id for f in self.factors.factors]
        width = self.factors.width
        self.dimensions = [
            Dimension(f"{names[i % count]}:{i // count}", "economy", "", "") for i in range(width)
        ]
        base = pl.col("year") == base_year
        self.co2 = dict(history.group_co2.filter(base).select("group", "value").iter_rows())
        self.electricity = dict(history.group_electricity.filter(base).select("group", "value").iter_rows())
        latest = {
            s: history.series(s)["value"][-1]
            for s in ("generation_total", "generation_thermal", "power_export")
        }
        self.other = latest["generation_total"] - latest["generation_thermal"]
        self.export, self.thermal = latest["power_export"], latest["generation_thermal"]

    def simulate(self, points: Array, on: Collection[str] | None = None) -> Outcome:
        paths = draw_paths(self.factors, norm.ppf(points))
        path = {f.id: np.exp(p) for f, p in zip(self.factors.factors, paths, strict=True)}
        driver = {group: path[f"driver:{d}"] for group, d in group_drivers().items()}
        co2 = {g: self.co2[g] * driver[g] * path[f"residual:{g}"] for g in CHAIN_OF if g != "power_heat"}
        whole = sum(self.electricity.values())
        demand = sum(
            e / whole * driver[g] * path.get(f"electricity:{g}", 1.0) for g, e in self.electricity.items()
        )
        home = self.thermal + self.other - self.export
        thermal = np.maximum(home * demand + self.export * path["driver:power_export"] - self.other, 0.0)
        co2["power_heat"] = self.co2["power_heat"] * thermal / self.thermal * path["power:coal_rate"]
        stack = np.array([co2[group] for group in CHAIN_OF])
        quantities = {"electricity_demand_twh": home * demand / 10}
        zero = np.zeros(stack.shape)
        return Outcome(self.years, self.chains, stack, zero, {}, np.zeros(stack.shape[1:]), quantities)
