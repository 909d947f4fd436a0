"""Every hour of a solved network: series of power, shadow prices, average and marginal emission factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.power.contracts import PowerHour, PowerPrice
from dafeng.power.network import Generator
from dafeng.power.results_view import POWER_KINDS, Hours, ResultView
from dafeng.table import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAR = 1e6
"""What sets a unit that cannot move behind all that can [CNY/MWh]."""
INTERIOR = 1e-4
"""Distance from its bounds, of its capacity, beyond which a unit counts as free to move [1]."""


def tabulate_hours(view: ResultView) -> pl.DataFrame:
    """Return every series of every hour: classes, load, export, curtailed, unserved, residual load.

    A class is positive where it feeds electricity and negative where it takes it.
    """
    frames = [
        _frame(view, year, {"series": name}, {"power_mw": power})
        for year in view.network.horizon.periods
        for name, power in hourly_series(view, year).items()
    ]
    schema = ["scenario", "year", "hour", "series", "power_mw"]
    return check(pl.concat(frames).select(schema), PowerHour)


def _frame(view: ResultView, year: int, words: dict[str, str], values: dict[str, Hours]) -> pl.DataFrame:
    """Return the hours of a period with some words that hold in all of them."""
    count = view.part(year).stop - view.part(year).start
    return pl.DataFrame(
        {
            "hour": np.arange(count, dtype=np.int64),
            **{k: np.asarray(v, dtype=np.float64) for k, v in values.items()},
        }
    ).with_columns(
        pl.lit(view.scenario).alias("scenario"),
        pl.lit(year, dtype=pl.Int64).alias("year"),
        *(pl.lit(word).alias(name) for name, word in words.items()),
    )


def hourly_series(view: ResultView, year: int) -> dict[str, Hours]:
    """Return the series of a period by name [MW]."""
    load = view.load(year)
    found: dict[str, Hours] = {"load": load}
    names = {asset.technology for asset in view.active(year)}
    available, used = np.zeros_like(load), np.zeros_like(load)
    for name, row in view.classes.items():
        if name not in names or row["kind"] == "shedding":
            continue
        its = view.class_year(name, year)
        if row["kind"] in ("wind", "pv"):
            available, used = available + its.available, used + its.given
        if its.given.any() or its.taken.any():
            found[name] = its.given - its.taken
    corridors = set(view.tables["power_corridors"]["corridor"]) - set(view.classes)
    export = np.zeros_like(load)
    for asset in view.active(year):
        if asset.technology in corridors:
            sign = -1.0 if asset.id.endswith(".import") else 1.0
            export = export + sign * view.power(asset, year)
    shed = [a for a in view.active(year) if a.technology == "shedding" and a.bus == view.grid]
    unserved = sum((view.power(asset, year) for asset in shed), np.zeros_like(load))
    return {
        **found, "export": export, "curtailed": np.maximum(available - used, 0.0), "unserved": unserved,
        "residual_load": load - available,
    }  # fmt: skip


def tabulate_prices(view: ResultView) -> pl.DataFrame:
    """Return price and emission factors of the grid in every hour."""
    zone = next((asset.zone for asset in view.assets if asset.zone), "")
    frames = []
    for year in view.network.horizon.periods:
        average, marginal = hourly_factors(view, year)
        values = {
            "price_cny_per_mwh": view.result.prices[view.grid][view.part(year)],
            "average_factor_t_per_mwh": average, "marginal_factor_t_per_mwh": marginal,
        }  # fmt: skip
        frames.append(_frame(view, year, {"zone": zone}, values))
    names = ["scenario", "year", "hour", "zone", "price_cny_per_mwh"]
    factors = ["average_factor_t_per_mwh", "marginal_factor_t_per_mwh"]
    return check(pl.concat(frames).select(*names, *factors), PowerPrice)


def hourly_factors(view: ResultView, year: int) -> tuple[Hours, Hours]:
    r"""Return the average and the marginal emission factor of each hour [t/MWh].

    The average is the CO2 of power, heat of CHP taken off by the stated method, over the generation. The
    marginal factor is that of the unit which sets the price: of the units that could give more and less in
    that hour, the one whose marginal cost is nearest to the price. Where storage or a bound of all units sets
    the price, it is the running unit with the nearest cost.
    """
    count = view.part(year).stop - view.part(year).start
    co2, generation = np.zeros(count), np.zeros(count)
    for name, row in view.classes.items():
        if row["kind"] in POWER_KINDS:
            its = view.class_year(name, year)
            share = np.divide(its.heat_fuel, its.fuel, out=np.zeros(count), where=its.fuel > 0)
            co2, generation = co2 + its.co2 * (1.0 - share), generation + its.given
    average = np.divide(co2, generation, out=np.zeros(count), where=generation > 0)
    return average, _marginal(view, year)


def _marginal(view: ResultView, year: int) -> Hours:
    """Return the emission factor of the unit that sets the price, by hour [t/MWh]."""
    place = view.network.horizon.periods.index(year)
    carbon = view.network.co2_price[place] if view.network.co2_price else 0.0
    carbon += view.result.limit_prices.get(("co2", year), 0.0)
    price = view.result.prices[view.grid][view.part(year)]
    best, factor = np.full(price.size, np.inf), np.zeros(price.size)
    for asset in _price_setters(view, year):
        offer = _offer(view, asset, year)
        distance = np.abs(price - offer.cost - carbon * offer.co2)
        distance = np.where(offer.free, distance, np.where(offer.runs, distance + FAR, np.inf))
        nearer = distance < best
        best, factor = np.where(nearer, distance, best), np.where(nearer, offer.co2, factor)
    return factor


@dataclass(frozen=True)
class _Offer:
    """What a further MWh of a unit costs and emits, and whether it could give more and less, by hour."""

    cost: Hours
    co2: Hours
    free: NDArray[np.bool_]
    runs: NDArray[np.bool_]


def _offer(view: ResultView, asset: Generator, year: int) -> _Offer:
    """Return the offer of a unit.

    A committed unit at the top or at the bottom of its online capacity moves together with that capacity and
    so with its no-load fuel.
    """
    capacity, power = view.result.capacity[asset.id], view.power(asset, year)
    least, most = view.hourly(asset.p_min_pu, year), view.hourly(asset.p_max_pu, year)
    slack = INTERIOR * max(capacity, 1.0)
    online = view.result.online.get(asset.id)
    running = np.full(power.size, capacity) if online is None else online[view.part(year)]
    inside = (power > least * running + slack) & (power < most * running - slack)
    cost, co2 = view.hourly(asset.marginal_cost, year), np.full(power.size, asset.co2)
    if asset.commitment is not None and online is not None:
        moves = (running > slack) & (running < capacity - slack) & ~inside
        bound = np.where(power >= most * running - slack, most, least)
        extra = np.divide(1.0, bound, out=np.zeros_like(bound), where=moves & (bound > 0))
        cost = cost + extra * asset.commitment.stand_by_cost
        co2 = co2 + extra * asset.commitment.stand_by_co2
        inside = inside | moves
    return _Offer(cost, co2, inside, power > slack)


def _price_setters(view: ResultView, year: int) -> list[Generator]:
    """Return the generators that can set the price of the grid."""
    kinds = {name: row["kind"] for name, row in view.classes.items()}
    return [
        asset
        for asset in view.active(year)
        if isinstance(asset, Generator)
        and kinds.get(asset.technology) in POWER_KINDS | {"demand_cut"}
        and view.result.capacity[asset.id] > 0
    ]
