"""Checks before a scenario is run: names, bounds, years, contradictions, drivers that have no data."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng import terms
from dafeng.errors import Finding, Place
from dafeng.pathway.delivery import read_lever_states, schedule_lever
from dafeng.table import KnownNames, Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from dafeng.pathway.model import Array
    from dafeng.scenario import Lever, Scenario

TOLERANCE = 1e-9
"""Relative difference below which a value keeps within its limit."""
VARIABLES = {"supply": "supply_variable", "driver": "pathway_drivers"}
"""Effect -> vocabulary of its ``variable``; a ceiling names a lever."""


def check_scenario(
    scenario: Scenario, tables: Mapping[str, pl.DataFrame], base_year: int
) -> tuple[Finding, ...]:
    """Return everything that keeps a scenario from being run.

    Parameters
    ----------
    scenario : Scenario
        Resolved: what it inherits is filled in.
    tables : mapping of str to polars.DataFrame
        Tables of the pack: ``levers``, ``lever_ranges``, ``lever_effects``, ``economy``, ``observations``,
        ``products``.
    base_year : int
        Base year of the engine.
    """
    ranges = {row["lever_id"]: row for row in tables["lever_ranges"].iter_rows(named=True)}
    affected = frozenset(tables["lever_effects"]["lever_id"])
    known = frozenset(tables["levers"]["lever_id"])
    found: list[Finding] = []
    for lever in scenario.levers:
        place = Place(scenario.id, column=lever.id)
        if lever.id not in known:
            params = {"lever": lever.id, "suggestion": Suggestion(lever.id, known)}
            found.append(Finding("pathway_lever_unknown", place, params))
            continue
        if lever.id not in ranges:
            found.append(Finding("pathway_lever_no_range", place, {"lever": lever.id}))
        else:
            found += _check_bounds(place, lever, ranges[lever.id])
        if lever.id not in affected:
            found.append(Finding("pathway_lever_no_effect", place, {"lever": lever.id}))
        found += _check_span(place, lever, base_year, scenario.last_year)
    moved = frozenset(lever.id for lever in scenario.levers)
    effects = tables["lever_effects"].filter(pl.col("lever_id").is_in(sorted(moved)))
    found += _check_variables(effects, known)
    found += _check_growth(scenario)
    found += _check_drivers_set_once(scenario, effects)
    found += _check_ceilings(scenario, tables, base_year)
    return (*found, *_check_driver_data(tables, base_year))


def check_pack_levers(tables: Mapping[str, pl.DataFrame]) -> tuple[Finding, ...]:
    """Return what is wrong with the levers of a pack, whatever the scenario.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of the pack: ``levers``, ``lever_ranges``, ``lever_effects``, ``stock_lifetimes``,
        ``driver_outlooks``, ``chain_shares``.
    """
    levers, ranges, effects = tables["levers"], tables["lever_ranges"], tables["lever_effects"]
    file, place = "lever_effects.csv", "lever_ranges.csv"
    found = [
        Finding("pathway_lever_no_range", Place(place), {"lever": lever})
        for lever in levers["lever_id"]
        if lever not in set(ranges["lever_id"])
    ]
    found += [
        Finding("pathway_lever_no_effect", Place(file), {"lever": lever})
        for lever in levers["lever_id"]
        if lever not in set(effects["lever_id"])
    ]
    for row in ranges.iter_rows(named=True):
        at = Place(place, column=row["lever_id"])
        found += _check_order(at, "base_value", row["lower"], row["base_value"], row["upper"])
        found += _check_order(at, "success", row["success_low"], row["success_low"], row["success_high"])
    for row in effects.iter_rows(named=True):
        at = Place(file, column=f"{row['lever_id']}:{row['number']}")
        found += _check_order(at, "coefficient", row["low"], row["coefficient"], row["high"])
        if row["low"] * row["high"] < 0:
            found.append(
                Finding(
                    "pathway_effect_sign",
                    at,
                    {"lever": row["lever_id"], "low": row["low"], "high": row["high"]},
                )
            )
        needed = {"switch": ("chains", "carriers", "to_carrier", "ratio")}.get(row["effect"], ())
        found += [
            Finding("pathway_effect_incomplete", at, {"effect": row["effect"], "column": name})
            for name in needed
            if row[name] is None
        ]
    found += _check_stocks(effects, frozenset(tables["stock_lifetimes"]["stock"]))
    found += _check_outlooks(tables["driver_outlooks"])
    found += _check_shares(tables["chain_shares"])
    return (*found, *_check_variables(effects, frozenset(levers["lever_id"])))


def _check_stocks(effects: pl.DataFrame, known: frozenset[str]) -> Iterator[Finding]:
    """Report effects through a stock that has no lifetime."""
    for row in effects.filter(pl.col("stock").is_not_null()).iter_rows(named=True):
        if row["stock"] not in known:
            at = Place("lever_effects.csv", column=f"{row['lever_id']}:{row['number']}")
            yield Finding("pathway_stock_missing", at, {"stock": row["stock"]})


def _check_outlooks(outlooks: pl.DataFrame) -> Iterator[Finding]:
    """Report outlooks whose numbers or years are out of order, or that overlap for one day of publication."""
    file = "driver_outlooks.csv"
    rows = outlooks.sort("region", "driver", "from_year").to_dicts()
    for row in rows:
        at = Place(file, column=f"{row['driver']} {row['from_year']}")
        yield from _check_order(at, "growth", row["growth_low"], row["growth"], row["growth_high"])
        yield from _check_order(at, "to_year", row["from_year"], row["to_year"], 2100)
    for earlier, later in pairwise(rows):
        same = all(earlier[name] == later[name] for name in ("region", "driver"))
        if same and later["from_year"] <= earlier["to_year"]:
            at = Place(file, column=f"{later['driver']} {later['from_year']}")
            yield Finding("pathway_outlooks_overlap", at, {"year": later["from_year"]})


def _check_shares(shares: pl.DataFrame) -> Iterator[Finding]:
    """Report shares of chains in one sector that sum to more than one, or to less when all are given."""
    given = dict(shares.select("chain", "share").iter_rows())
    chains = terms.entries("pathway_chains")
    for sector in terms.codes("sectors"):
        own = [
            code for code, row in chains.items() if sector in row["sectors"].split(";") and not row["fuels"]
        ]
        total = sum(given.get(code, 0.0) for code in own)
        whole = len(own) > 1 and all(code in given for code in own)
        if sector != "power_heat" and (total > 1 + 1e-6 or (whole and total < 1 - 1e-6)):
            params = {"sector": sector, "chains": ", ".join(own), "total": round(total, 6)}
            yield Finding("pathway_shares_sum", Place("chain_shares.csv"), params)


def _check_order(place: Place, what: str, low: float, middle: float, high: float) -> Iterator[Finding]:
    if not low <= middle <= high:
        yield Finding("pathway_range_order", place, {"what": what, "low": low, "value": middle, "high": high})


def _check_bounds(place: Place, lever: Lever, row: Mapping[str, object]) -> Iterator[Finding]:
    lower, upper = float(str(row["lower"])), float(str(row["upper"]))
    if not lower <= lever.value <= upper:
        params = {
            "lever": lever.id,
            "value": lever.value,
            "lower": lower,
            "upper": upper,
            "unit": row["unit"],
        }
        yield Finding("pathway_lever_bounds", place, params)


def _check_span(place: Place, lever: Lever, base_year: int, last_year: int) -> Iterator[Finding]:
    """Report a schedule that lies wholly before the base year or after the last year: it would do nothing."""
    if lever.end < base_year or lever.start > last_year:
        params = {
            "lever": lever.id,
            "start": lever.start,
            "end": lever.end,
            "first": base_year,
            "last": last_year,
        }
        yield Finding("pathway_schedule_span", place, params)


def _check_variables(effects: pl.DataFrame, levers: frozenset[str]) -> Iterator[Finding]:
    for row in effects.iter_rows(named=True):
        kind, variable = row["effect"], row["variable"] or ""
        if kind != "ceiling" and kind not in VARIABLES:
            continue
        names = levers if kind == "ceiling" else terms.codes(VARIABLES[kind])
        if variable not in names:
            place = Place("lever_effects.csv", column=f"{row['lever_id']}:{row['number']}")
            params = {"effect": kind, "variable": variable, "suggestion": Suggestion(variable, names)}
            yield Finding("pathway_effect_variable", place, params)


def _check_growth(scenario: Scenario) -> Iterator[Finding]:
    drivers = terms.codes("pathway_drivers")
    for driver in scenario.growth:
        if driver not in drivers:
            params = {"driver": driver, "suggestion": KnownNames(drivers)}
            yield Finding("pathway_driver_unknown", Place(scenario.id, column="growth"), params)


def _check_drivers_set_once(scenario: Scenario, effects: pl.DataFrame) -> Iterator[Finding]:
    """Report a driver that two levers set, or one lever and a growth rate."""
    setters: dict[str, list[str]] = {driver: [f"growth.{driver}"] for driver in scenario.growth}
    for lever, driver in (
        effects.filter(pl.col("effect") == "driver").select("lever_id", "variable").iter_rows()
    ):
        setters.setdefault(driver, []).append(lever)
    for driver, names in setters.items():
        if len(names) > 1:
            params = {"driver": driver, "names": ", ".join(names)}
            yield Finding("pathway_levers_contradict", Place(scenario.id), params)


def _check_ceilings(
    scenario: Scenario, tables: Mapping[str, pl.DataFrame], base_year: int
) -> Iterator[Finding]:
    """Report a lever that is ordered above the ceiling that another lever sets in the same year."""
    years = np.arange(base_year, max(scenario.last_year, base_year) + 1)
    paths = _order_levers(scenario, tables, years)
    ordered = {lever.id for lever in scenario.levers}
    for row in tables["lever_effects"].filter(pl.col("effect") == "ceiling").iter_rows(named=True):
        limited, limiting = row["variable"], row["lever_id"]
        if limited not in ordered or limited not in paths or limiting not in paths:
            continue
        value, limit = paths[limited], row["coefficient"] * paths[limiting]
        above = (value > limit * (1 + TOLERANCE)) & (value > value[0])
        if above.any():
            at = int(np.argmax(above))
            params = {
                "lever": limited,
                "value": f"{value[at]:.4g}",
                "year": int(years[at]),
                "limit": f"{limit[at]:.4g}",
                "ceiling": limiting,
            }
            yield Finding("pathway_lever_above_ceiling", Place(scenario.id, column=limited), params)


def _order_levers(
    scenario: Scenario, tables: Mapping[str, pl.DataFrame], years: NDArray[np.int64]
) -> dict[str, Array]:
    """Return the value of every lever in every year as it is ordered, from today's value on."""
    states = read_lever_states(tables["lever_ranges"], tables["observations"].clear(), years, "")
    orders = {lever.id: lever for lever in scenario.levers}
    return {
        name: schedule_lever(state, orders[name], years) if name in orders else state.observed
        for name, state in states.items()
    }


def _check_driver_data(tables: Mapping[str, pl.DataFrame], base_year: int) -> Iterator[Finding]:
    """Report required drivers without a figure of the province in the base year."""
    provinces = sorted(terms.codes("provinces"))
    for driver, row in terms.entries("pathway_drivers").items():
        if row["required"] != "yes":
            continue
        table, key = row["table"], row["key"]
        column, year = {
            "economy": ("variable", pl.col("year") == base_year),
            "observations": ("series_id", pl.col("period") == str(base_year)),
            "products": ("sector", pl.col("year") == base_year),
        }[table] if table in tables and tables[table].height else ("", pl.lit(value=False))  # fmt: skip
        seen = (
            bool(column)
            and not tables[table]
            .filter(
                (pl.col(column) == key)
                & year
                & pl.col("region").is_in(provinces)
                & pl.col("value").is_not_null()
            )
            .is_empty()
        )
        if not seen:
            params = {"driver": driver, "table": table, "key": key, "year": base_year}
            yield Finding("pathway_driver_year_missing", Place(f"{table}.csv"), params)
