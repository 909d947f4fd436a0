r"""Emission factors of the grid for accounts: average and marginal, of the year and by month and hour.

The *average* factor of an hour is the CO2 of power over the generation. The *marginal* factor is what a
further MWh of load in that hour would emit, by one of two methods: that of the unit which sets the price
(``price_setter``, see :mod:`dafeng.power.results_hourly`), or exactly for an infinitesimal change,

.. math:: e = B^{-T} c_B

with the optimal basis B and the CO2 :math:`c_B` of its columns (``fixed_basis``): the derivative of the CO2
of the whole period, storage and the other hours included. Where the optimum is degenerate it is a derivative
to one side. Capacities are fixed in both.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.power.link_contracts import GridFactor
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dafeng.power.assembly import Assembled
    from dafeng.power.network import Network

    Array = NDArray[np.float64]

WHOLE_YEAR, ALL_HOURS = 0, -1
MWH_PER_GWH = 1000.0
HOURS_OF_DAY = 24


def column_co2(network: Network, assembled: Assembled) -> Array:
    """Return the CO2 of a unit of each column in the weight of the objective's hours, shape (columns,) [t].

    A unit of a power column is a MW in a modelled hour: it counts for the hours that the hour stands for, but
    is not discounted.
    """
    where = assembled.map
    found = np.zeros(assembled.program.columns)
    hour_weight = where.time.hour_weight
    for generator in network.generators:
        if generator.id not in where.power:
            continue
        run = where.active[generator.id]
        found[where.power[generator.id]] += generator.co2 * hour_weight[run]
        if generator.commitment is not None and generator.id in where.online:
            found[where.online[generator.id]] += generator.commitment.stand_by_co2 * hour_weight[run]
    return found


def differentiate_co2(network: Network, assembled: Assembled) -> dict[str, Array]:
    """Return the marginal factor of each bus in each hour at the optimal basis.

    The programme is solved with the simplex method, which ends in a basis.

    Parameters
    ----------
    network : Network
        With fixed capacities; a capacity that may be chosen would move with the load.
    assembled : Assembled
        Its programme.

    Returns
    -------
    dict of str to ndarray, shape (hours,)
        By bus [t/MWh].

    Raises
    ------
    ArithmeticError
        If the programme has no optimal basis.
    """
    from dafeng.power.solve.highs import load_highs, run_highs  # noqa: PLC0415 - compiled

    solver = load_highs(assembled.program)
    solver.setOptionValue("solver", "simplex")
    run_highs(solver)
    dual = _transpose_solve(solver, column_co2(network, assembled))
    hour_weight = assembled.map.time.hour_weight
    return {bus: dual[rows] / hour_weight for bus, rows in assembled.map.balance.items()}


def _transpose_solve(solver: Any, cost: Array) -> Array:
    """Return the multipliers of all rows that price the basic columns at a cost, shape (rows,).

    A basic variable below zero is the activity of a row: it costs nothing.
    """
    status, basic = solver.getBasicVariables()
    if int(status) != 0:
        raise ArithmeticError("no optimal basis")
    basic = np.asarray(basic, dtype=np.int64)
    wanted = np.where(basic >= 0, cost[np.maximum(basic, 0)], 0.0)
    status, multipliers, *_ = solver.getBasisTransposeSolve(wanted)
    if int(status) != 0:
        raise ArithmeticError("the basis could not be solved")
    return np.asarray(multipliers, dtype=np.float64)


def place_hours(year: int, kept: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return month and hour of the day of some hours of a calendar year.

    Parameters
    ----------
    year : int
    kept : ndarray, shape (hours,)
        Numbers of the hours from 1 January 00:00.
    """
    start = np.datetime64(f"{year}-01-01T00", "h")
    stamps = start + kept.astype("timedelta64[h]")
    months = stamps.astype("datetime64[M]").astype(np.int64) % 12 + 1
    hours = (stamps - stamps.astype("datetime64[D]")).astype("timedelta64[h]").astype(np.int64)
    return months, hours


def average_factors(
    values: Array, energy: Array, months: NDArray[np.int64], hours: NDArray[np.int64]
) -> list[dict[str, float]]:
    """Return factors weighed by energy: of the year, of each month, of each hour of the day of each month.

    Parameters
    ----------
    values : ndarray, shape (hours,)
        Factor of each hour [t/MWh].
    energy : ndarray, shape (hours,)
        Its weight [MWh].
    months, hours : ndarray, shape (hours,)
        Month 1-12 and hour of the day 0-23 of each.

    Returns
    -------
    list of dict
        ``month`` (0: the year), ``hour`` (-1: the day), ``factor_t_per_mwh``, ``weight_gwh``; without those
        that have no energy.
    """
    frame = pl.DataFrame({"month": months, "hour": hours, "co2": values * energy, "energy": energy})
    whole, day = pl.lit(WHOLE_YEAR, dtype=pl.Int64), pl.lit(ALL_HOURS, dtype=pl.Int64)
    parts = pl.concat(
        [
            frame.with_columns(month=whole, hour=day),
            frame.with_columns(hour=day),
            frame,
        ]
    )
    summed = parts.group_by("month", "hour").agg(pl.col("co2", "energy").sum()).sort("month", "hour")
    return [
        {
            "month": row["month"], "hour": row["hour"], "factor_t_per_mwh": row["co2"] / row["energy"],
            "weight_gwh": row["energy"] / MWH_PER_GWH,
        }
        for row in summed.iter_rows(named=True)
        if row["energy"] > 0
    ]  # fmt: skip


def tabulate_factors(
    results: Mapping[str, pl.DataFrame], kept: Mapping[int, Array], calendars: Mapping[int, int],
    exact: Mapping[int, Array] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return the grid factors of a plan for use in the province and for export.

    Of an export only the part that comes from the grid carries its factor: what wind and PV give the corridor
    directly carries none. Marginal factors are those of the whole export.

    Parameters
    ----------
    results : mapping of str to polars.DataFrame
        ``power.prices``, ``power.hourly`` and ``power.corridors`` of a plan.
    kept : mapping of int to ndarray
        Period -> numbers of the modelled hours in their calendar year.
    calendars : mapping of int to int
        Period -> calendar year of its hours.
    exact : mapping of int to ndarray, optional
        Period -> marginal factors by :func:`differentiate_co2`.

    Returns
    -------
    GridFactor
    """
    prices, rows = results["power.prices"], []
    for year in sorted(set(prices["year"].to_list())):
        part = prices.filter(pl.col("year") == year).sort("hour")
        months, hours = place_hours(calendars[year], kept[year])
        weight = _count_hours(calendars[year]) / part.height
        green = _green_share(results["power.corridors"], year)
        for use, power in _uses(results["power.hourly"], year, part.height).items():
            found = {
                ("average", "output"): part["average_factor_t_per_mwh"].to_numpy(),
                ("marginal", "price_setter"): part["marginal_factor_t_per_mwh"].to_numpy(),
            }
            if exact is not None and year in exact:
                found["marginal", "fixed_basis"] = exact[year]
            for (kind, method), values in found.items():
                scale = 1.0 - green if use == "export" and kind == "average" else 1.0
                words = {"scenario": part["scenario"][0], "year": year, "kind": kind, "use": use}
                rows += [
                    {**words, "method": method, **row}
                    for row in average_factors(scale * values, power * weight, months, hours)
                ]
    return frame_of(rows, GridFactor)


def weigh_by_load(network: Network, factors: Array, bus: str) -> float:
    """Return a factor weighed by the load of a bus [t/MWh]; nan without load."""
    load = np.zeros(factors.size)
    for item in network.loads:
        if item.bus == bus:
            load = load + item.p_set
    whole = float(load.sum())
    return float((factors * load).sum()) / whole if whole > 0 else float("nan")


def _uses(hourly: pl.DataFrame, year: int, count: int) -> dict[str, Array]:
    """Return the power of each use by hour, shape (hours,) [MW]; an hour of import exports nothing."""
    found: dict[str, Array] = {}
    for use in ("load", "export"):
        part = hourly.filter((pl.col("year") == year) & (pl.col("series") == use)).sort("hour")
        found[use] = np.maximum(part["power_mw"].to_numpy(), 0.0) if part.height else np.zeros(count)
    return found


def _green_share(corridors: pl.DataFrame, year: int) -> float:
    """Return the share of the exports that wind and PV give the corridors directly [1]."""
    part = corridors.filter((pl.col("year") == year) & (pl.col("direction") == "export"))
    energy = float(part["energy_gwh"].sum())
    green = float((part["energy_gwh"] * part["renewable_share"].fill_null(0.0)).sum())
    return green / energy if energy > 0 else 0.0


def _count_hours(year: int) -> int:
    return HOURS_OF_DAY * (date(year + 1, 1, 1) - date(year, 1, 1)).days
