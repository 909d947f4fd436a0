"""Yearly cost of a solved network by class and kind; without the revenue they add up to the objective."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.power.build_assets import FROM, GIVEN, NEW, annuity_of, fix_cost
from dafeng.power.contracts import PowerCost
from dafeng.power.network import Generator, Link, StorageUnit
from dafeng.power.results_view import ResultView, origin_of
from dafeng.table import frame_of

if TYPE_CHECKING:
    from dafeng.power.network import Asset

SMALL_CNY = 1e-6


def tabulate_costs(view: ResultView) -> pl.DataFrame:
    """Return the cost of every class, period and kind [CNY a year]; revenue of exports is negative."""
    rows = []
    for year in view.network.horizon.periods:
        costs: dict[tuple[str, str], float] = {}
        for asset in view.active(year):
            name = asset.technology or asset.id
            for kind, cost in (*_capital(view, asset), *_running(view, asset, year)):
                costs[name, kind] = costs.get((name, kind), 0.0) + cost
        for name, revenue in _revenue(view, year).items():
            costs[name, "revenue"] = costs.get((name, "revenue"), 0.0) - revenue
        rows += [
            {
                "scenario": view.scenario, "year": year, "technology": name, "kind": kind, "cost_cny": cost,
                "price_year": view.price_year,
            }
            for (name, kind), cost in costs.items()
            if abs(cost) > SMALL_CNY
        ]  # fmt: skip
    return frame_of(rows, PowerCost)


def _capital(view: ResultView, asset: Asset) -> list[tuple[str, float]]:
    """Return annuity and fixed operation of an asset."""
    whole = asset.capital_cost * view.result.capacity[asset.id]
    row, origin = view.classes.get(asset.technology), origin_of(asset)
    if whole == 0 or row is None:
        return [("fixed", whole)] if whole else []
    if origin.startswith(FROM):
        fixed = min(fix_cost(view.book, row, asset.build_year) * view.result.capacity[asset.id], whole)
        return [("fixed", fixed), ("retrofit", whole - fixed)]
    if origin in (NEW, GIVEN):
        share = _fixed_share(view, row, asset.build_year)
        return [("fixed", whole * share), ("investment", whole * (1.0 - share))]
    return [("fixed", whole)]


def _fixed_share(view: ResultView, row: dict[str, Any], year: int) -> float:
    """Return the part of the yearly capital cost of a new asset that is fixed operation [1]."""
    life = view.book.require(row["technology"], "lifetime", year)
    fixed = view.book.require(row["technology"], "fixed_cost_share", year)
    return fixed / (fixed + annuity_of(_rate(view), life))


def _rate(view: ResultView) -> float:
    first = view.network.horizon.periods[0]
    rules = view.tables["power_rules"].filter(
        (pl.col("rule") == "discount_rate") & (pl.col("from_year") <= first)
    )
    row = rules.sort("from_year").row(-1, named=True)
    return float(row["value"]) * (0.01 if row["unit"] == "%" else 1.0)


def _running(view: ResultView, asset: Asset, year: int) -> list[tuple[str, float]]:
    """Return the cost of running an asset through a period's year by kind."""
    weight, power = view.weight(year), view.power(asset, year)
    if isinstance(asset, StorageUnit):
        power = np.maximum(power, 0.0)
    whole = float((view.hourly(asset.marginal_cost, year) * power).sum()) * weight
    if asset.technology == "shedding":
        return [("unserved", whole)]
    row = view.classes.get(asset.technology)
    if not isinstance(asset, Generator) or row is None or row["fuel"] is None:
        return [("variable", whole)]
    variable = view.book.read(asset.technology, "variable_cost", year, 0.0) * float(power.sum()) * weight
    carbon = _carbon(view, asset, year, float(power.sum()) * weight)
    return [("variable", variable), ("fuel", whole - variable), *_commitment(view, asset, year), carbon]


def _price(view: ResultView, year: int) -> float:
    prices = view.network.co2_price
    return prices[view.network.horizon.periods.index(year)] if prices else 0.0


def _carbon(view: ResultView, asset: Generator, year: int, energy: float) -> tuple[str, float]:
    """Return what the CO2 of the output costs, as the objective counts it."""
    return "carbon", _price(view, year) * asset.co2 * energy


def _commitment(view: ResultView, asset: Generator, year: int) -> list[tuple[str, float]]:
    """Return no-load fuel, its CO2, starts and stops of a committed unit."""
    its, weight, part = asset.commitment, view.weight(year), view.part(year)
    if its is None or asset.id not in view.result.online:
        return []
    online, started = view.result.online[asset.id][part], view.result.started[asset.id][part]
    stopped = np.maximum(-np.diff(online), 0.0)
    hours = float(online.sum()) * weight
    switched = its.start_up_cost * float(started.sum()) + its.shut_down_cost * float(stopped.sum())
    return [
        ("fuel", its.stand_by_cost * hours), ("start", switched * weight),
        ("carbon", _price(view, year) * its.stand_by_co2 * hours),
    ]  # fmt: skip


def _revenue(view: ResultView, year: int) -> dict[str, float]:
    """Return what exports earn by corridor, where the table has a price [CNY a year]."""
    rows = view.tables["power_corridors"].filter(
        (pl.col("from_year") <= year) & (pl.col("direction") == "export")
    )
    prices = {
        row["corridor"]: row["price_cny_per_mwh"] for row in rows.sort("from_year").iter_rows(named=True)
    }
    earned: dict[str, float] = {}
    for asset in view.active(year):
        price = prices.get(asset.technology)
        if price is not None and isinstance(asset, Link):
            energy = float(view.power(asset, year).sum()) * view.weight(year)
            earned[asset.technology] = earned.get(asset.technology, 0.0) + price * energy
    return earned
