"""The engine of a pack: accounts, history and levers put together; shared by the stage and the commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused
from dafeng.inventory import calorific_values, ceads_factors, compute_inventory
from dafeng.inventory.guideline import EmissionLine
from dafeng.pathway.checks import check_pack_levers, check_scenario
from dafeng.pathway.engine import Engine, EngineParts
from dafeng.pathway.factor_estimation import estimate_factors
from dafeng.pathway.history import History, gather_history
from dafeng.pathway.power_step import respond_parameters
from dafeng.pathway.prepare import (
    Accounts,
    latest_base_year,
    prepare_parts,
    read_base_year,
    read_power_base,
)
from dafeng.pathway.target_outlook import OutlookReadings
from dafeng.scenario import Scenario, resolve_scenario
from dafeng.table import empty_table
from dafeng.tracking import known_observations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dafeng.pack import Pack

PATHWAY_FILES = (
    "energy", "products", "economy", "observations", "levers", "sector_emissions", "driver_outlooks",
    "chain_shares", "stock_ages", "stock_lifetimes", "lever_ranges", "lever_effects", "lever_costs",
    "security_floors", "published_scenarios", "published_emissions", "activities", "factors", "balances",
    "targets", "indicators", "clauses", "clause_agencies", "agencies",
    "power_response",
)  # fmt: skip
LAST_YEAR = 2060
LEVER_TABLES = ("lever_ranges", "lever_effects")


@dataclass(frozen=True, slots=True, eq=False)
class Foundation:
    """What every scenario of a pack stands on.

    Attributes
    ----------
    parts : EngineParts
    history : History
    accounts : Accounts
    tables : mapping of str to polars.DataFrame
        Tables of the pack as they were known on the day.
    region : str
    as_of : date
    readings : OutlookReadings
        How open wording of targets is read.
    """

    parts: EngineParts
    history: History
    accounts: Accounts
    tables: Mapping[str, pl.DataFrame]
    region: str
    as_of: date
    readings: OutlookReadings


@dataclass(frozen=True, slots=True)
class Start:
    """Where and when an engine starts: base year, day whose knowledge counts, last year."""

    base_year: int
    as_of: date
    last_year: int


def known_tables(tables: Mapping[str, pl.DataFrame], as_of: date) -> dict[str, pl.DataFrame]:
    """Return tables in which observations that became known later are left out."""
    return {**tables, "observations": known_observations(tables["observations"], as_of)}


def lay_foundation(
    pack: Pack, as_of: date, lines: pl.DataFrame | None = None, *, accept_findings: bool = False,
    last_year: int = LAST_YEAR,
) -> Foundation:  # fmt: skip
    """Return what the scenarios of a pack stand on.

    Parameters
    ----------
    pack : Pack
    as_of : date
        Day whose knowledge counts.
    lines : EmissionLine, optional
        Second inventory, for the other gases; without it only CO2 is known.
    accept_findings : bool
        See :func:`dafeng.inventory.compute_inventory`.
    last_year : int

    Raises
    ------
    InputRefused
        With everything that is missing: base year, drivers, power.
    """
    problems = check_pack_levers(pack.tables)
    if problems:
        raise InputRefused(problems)
    region, tables = pack.config.pack.region, known_tables(pack.tables, as_of)
    made = compute_inventory(
        tables["energy"],
        ceads_factors(),
        tables["products"],
        accept_findings=accept_findings,
        file="energy.csv",
    )
    accounts = Accounts(
        tables["energy"],
        made.emissions,
        calorific_values(),
        empty_table(EmissionLine) if lines is None else lines,
    )
    history = gather_history(tables, made.emissions, region, as_of)
    start = Start(latest_base_year(accounts), as_of, last_year)
    parts = assemble_parts(tables, accounts, history, region, start)
    gwp = _warming_potentials(pack, parts)
    return Foundation(
        replace(parts, gwp=gwp), history, accounts, tables, region, as_of, _readings(pack)
    )  # fmt: skip


def assemble_parts(
    tables: Mapping[str, pl.DataFrame], accounts: Accounts, history: History, region: str, start: Start,
    levels: pl.DataFrame | None = None,
) -> EngineParts:  # fmt: skip
    """Return the parts of an engine that starts in a base year with the knowledge of a day.

    The levels of the drivers in the base year only set the unit of their paths; default those of the history.
    """
    base_year = start.base_year
    base = read_base_year(accounts, tables, region, base_year)
    outlooks = tables["driver_outlooks"].filter(pl.col("region") == region)
    factors = estimate_factors(history, base_year, start.last_year, outlooks, start.as_of)
    power = read_power_base(tables, region, base)
    return prepare_parts(
        tables, region, base, power, factors, {}, history.drivers if levels is None else levels
    )


def build_past_engine(
    foundation: Foundation, history: History, base_year: int, as_of: date, last_year: int
) -> Engine:
    """Return an engine of the past without levers: what a hindcast starts from."""
    bare = (*LEVER_TABLES, "driver_outlooks", "chain_shares")
    tables = {**foundation.tables, **{name: foundation.tables[name].clear() for name in bare}}
    parts = assemble_parts(
        tables, foundation.accounts, history, foundation.region, Start(base_year, as_of, last_year),
        foundation.history.drivers,
    )  # fmt: skip
    return Engine(parts, _bare_scenario(base_year, last_year))


def resolve_all(pack: Pack) -> dict[str, Scenario]:
    """Return the scenarios of a pack with all that they inherit."""
    return {name: resolve_scenario(scenario, pack.scenarios) for name, scenario in pack.scenarios.items()}


def build_engine(foundation: Foundation, scenario: Scenario) -> Engine:
    """Return the engine of a resolved scenario.

    Raises
    ------
    InputRefused
        With everything that :func:`dafeng.pathway.checks.check_scenario` finds.
    """
    problems = check_scenario(scenario, foundation.tables, foundation.parts.base.year)
    if problems:
        raise InputRefused(problems)
    if scenario.last_year > foundation.parts.factors.last_year:
        raise InputRefused(
            [
                Finding(
                    "setting_invalid",
                    params={"key": "last_year", "reason": f"> {foundation.parts.factors.last_year}"},
                )
            ]
        )
    parts = cut_parts(foundation.parts, scenario.last_year)
    responses = foundation.tables["power_response"].to_dicts()
    return Engine(replace(parts, parameters=respond_parameters(responses, scenario.id)), scenario)


def cut_parts(parts: EngineParts, last_year: int) -> EngineParts:
    """Return parts that end in an earlier year."""
    if last_year >= parts.factors.last_year:
        return parts
    span = last_year - parts.base.year + 1
    factors = [
        replace(
            factor,
            observed=factor.observed[: span - 1],
            growth=factor.growth[: max(span - 1 - len(factor.observed), 0)],
            errors=factor.errors[: max(span - 1 - len(factor.observed), 0)],
        )
        for factor in parts.factors.factors
    ]
    states = {
        name: replace(state, observed=state.observed[:span], known=min(state.known, span - 1))
        for name, state in parts.states.items()
    }
    return replace(
        parts,
        factors=replace(parts.factors, last_year=last_year, factors=tuple(factors)),
        states=states,
        stocks={name: matrix[:span, :span] for name, matrix in parts.stocks.items()},
    )


def _readings(pack: Pack) -> OutlookReadings:
    decisions = pack.config.decisions
    return OutlookReadings(
        tolerances=decisions.about.tolerances,
        target_year=decisions.target_year,
        target_value=decisions.target_value,
    )


def _warming_potentials(pack: Pack, parts: EngineParts) -> dict[str, float]:
    gwp_set = pack.config.accounts.gwp_set
    if not gwp_set:
        return {}
    return {gas: terms.gwp(gas, gwp_set) for gas in parts.base.gases_mt}


def _bare_scenario(first_year: int, last_year: int) -> Scenario:
    return Scenario(
        id="hindcast", name_zh="后报", name_en="Hindcast", first_year=first_year, last_year=last_year
    )
