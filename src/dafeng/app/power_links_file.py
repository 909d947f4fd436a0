"""Use cases that carry results of the power system elsewhere, and take in market tables and tariffs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from pydantic import ValidationError

from dafeng.app.clock import parse_day
from dafeng.app.output_folder import check_place
from dafeng.app.power_document import read_document
from dafeng.app.power_file import check_options, check_years, make_case
from dafeng.app.power_ground import lay_power_ground
from dafeng.app.power_links import DesignPoint, hold_capacities
from dafeng.app.power_links_output import write_tables
from dafeng.app.power_output import DOCUMENT
from dafeng.app.power_profiles import LOAD, cut_hours
from dafeng.app.power_solving import SolveSettings, solve_network
from dafeng.app.power_study import lay_network, study_power
from dafeng.app.tables import TABLES
from dafeng.errors import Finding, InputRefused, TableError
from dafeng.files import read_bytes
from dafeng.pack import read_pack
from dafeng.power.abatement import as_lever_costs, compare_plans
from dafeng.power.factors import tabulate_factors
from dafeng.power.indicators import tabulate_indicators
from dafeng.power.link_contracts import TariffEffect
from dafeng.power.market import (
    MAX_MARKET_BYTES,
    PriceLimits,
    read_clearing,
    read_settlement,
    read_spot,
    sum_clearing,
    sum_settlement,
    sum_spot,
)
from dafeng.power.profiles.hours import count_hours
from dafeng.power.results import tabulate
from dafeng.power.tariffs import read_tariff, respond_load, spread_ratios, tabulate_tariff
from dafeng.table import KnownNames, check, frame_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from dafeng.app.power_document import PlanDocument
    from dafeng.app.power_file import PlanRequest
    from dafeng.app.power_study import PowerStudy
    from dafeng.job import Job

MAX_BYTES = 2**25
NEEDED = ("system", "costs", "prices", "hourly", "corridors", "capacity", "energy")
"""Tables of a plan that are read."""
MOST_ELASTICITY = 2.0


@dataclass(frozen=True, slots=True)
class LinksRequest:
    """Which plan to carry where.

    Parameters
    ----------
    plan : Path
        Folder of a plan or dispatch.
    pack : str
        Pack with the indicators.
    output : Path
        Folder of the tables.
    reference : Path, optional
        Folder of the plan that it is compared with.
    lever : str, optional
        Lever in which both differ: costs are also written in the layout of ``lever_costs.csv``.
    source : str
        Source of the pack under which these costs stand.
    """

    plan: Path
    pack: str
    output: Path
    reference: Path | None = None
    lever: str | None = None
    source: str = "editors_note"


@dataclass(frozen=True, slots=True)
class MarketRequest:
    """A market file, of which kind, where to."""

    file: Path
    kind: str
    output: Path
    limits: PriceLimits


@dataclass(frozen=True, slots=True)
class TariffRequest:
    """A scenario whose load answers a tariff.

    Parameters
    ----------
    base : PlanRequest
        One year.
    day : str
        Day whose tariff is taken, YYYY-MM-DD.
    elasticity : float
        Demonstration value [1].
    share : float
        Share of the load on the tariff [1].
    sharp : bool
        Whether the sharp peak holds.
    """

    base: PlanRequest
    day: str
    elasticity: float
    share: float
    sharp: bool = True


def run_links(request: LinksRequest) -> dict[str, pl.DataFrame]:
    """Write grid factors and indicators of a plan, and its costs of abatement against another.

    Returns
    -------
    dict of str to polars.DataFrame
        What was written, by name.

    Raises
    ------
    InputRefused
        ``power_plan_damaged``, ``code_unknown`` for the lever, everything that is wrong with the pack.
    """
    check_place(request.output)
    pack, document = read_pack(request.pack), read_plan(request.plan)
    tables = read_plan_tables(request.plan)
    _check_hours(request.plan, document, tables)
    calendars, kept = place_plan(document)
    frames = {
        "power.grid_factors": tabulate_factors(tables, kept, calendars),
        "power.indicators": tabulate_indicators(pack.tables, tables, document.scenario),
    }
    if request.reference is not None:
        frames["power.abatement"] = compare_plans(tables, read_plan_tables(request.reference))
        if request.lever is not None:
            _check_known("lever", request.lever, pack.tables["levers"]["lever_id"].to_list())
            _check_known("source", request.source, pack.tables["sources"]["source_id"].to_list())
            costs = as_lever_costs(frames["power.abatement"], request.lever, request.source)
            frames["lever_costs"] = costs
    write_tables(request.output, frames)
    return frames


def read_plan(path: Path) -> PlanDocument:
    """Return ``plan.json`` of a folder.

    Raises
    ------
    InputRefused
        ``file_missing``, ``power_plan_damaged``.
    """
    raw = read_bytes(path / DOCUMENT, MAX_BYTES)
    try:
        return read_document(raw.decode("utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise InputRefused.of("power_plan_damaged", path=path, reason=type(error).__name__) from error


def read_plan_tables(path: Path) -> dict[str, pl.DataFrame]:
    """Return the tables of a plan that are carried on; raises ``power_plan_damaged``."""
    found = {}
    for name in NEEDED:
        table = f"power.{name}"
        try:
            found[table] = check(pl.read_parquet(path / "tables" / f"{table}.parquet"), TABLES[table][0])
        except (OSError, pl.exceptions.PolarsError, TableError) as error:
            raise InputRefused.of("power_plan_damaged", path=path, reason=table) from error
    return found


def _check_hours(path: Path, document: PlanDocument, tables: dict[str, pl.DataFrame]) -> None:
    """Refuse a plan whose hourly tables do not hold the hours that its document tells."""
    for table in ("power.hourly", "power.prices"):
        frame = tables[table].group_by("year").agg(pl.col("hour").n_unique())
        if dict(frame.iter_rows()) != dict(zip(document.years, document.hours, strict=True)):
            raise InputRefused.of("power_plan_damaged", path=path, reason=table)


def place_plan(document: PlanDocument) -> tuple[dict[int, int], dict[int, NDArray[np.float64]]]:
    """Return calendar year and modelled hours of every year of a plan."""
    weather = {use.year: use.weather_year for use in document.profiles if use.weather_year is not None}
    calendars = {year: weather.get(year, year) for year in document.years}
    kept = {
        year: cut_hours(np.arange(float(count_hours(calendars[year]))), hours)
        for year, hours in zip(document.years, document.hours, strict=True)
    }
    return calendars, kept


def run_market(request: MarketRequest) -> dict[str, pl.DataFrame]:
    """Check a market file and write it with its summary.

    Returns
    -------
    dict of str to polars.DataFrame
        The table and its summary, by name.

    Raises
    ------
    InputRefused, TableError
        Every defect with its row; nothing is written then.
    """
    check_place(request.output)
    if not request.limits.low < request.limits.high:
        reason = f"{request.limits.low:g} ≥ {request.limits.high:g}"
        raise InputRefused.of("setting_invalid", key="--low, --high", reason=reason)
    raw, name = read_bytes(request.file, MAX_MARKET_BYTES), request.file.name
    if request.kind == "spot":
        table = read_spot(raw, name, request.limits)
        frames = {"market.spot": table, "market.spot_months": sum_spot(table)}
    elif request.kind == "clearing":
        table = read_clearing(raw, name, request.limits)
        frames = {"market.clearing": table, "market.clearing_months": sum_clearing(table)}
    else:
        table = read_settlement(raw, name)
        frames = {"market.settlement": table, "market.settlement_sums": sum_settlement(table)}
    write_tables(request.output, frames)
    return frames


def run_tariff(request: TariffRequest, job: Job) -> dict[str, pl.DataFrame]:
    """Dispatch a plan with its load and with the load that answers a tariff; write hours and effect.

    Returns
    -------
    dict of str to polars.DataFrame
        ``power.tariff_hours``, ``power.tariff_effect``.

    Raises
    ------
    InputRefused
        What a plan would refuse; ``tariff_none``, ``tariff_hours_missing`` and what else is wrong with the
        tariff.
    NegativeAnswer
        The plan or a dispatch is infeasible.
    """
    base = request.base
    problems: list[Finding] = [*check_years(base.years), *check_options(base)]
    for key, value, most in (
        ("--elasticity", request.elasticity, MOST_ELASTICITY), ("--share", request.share, 1.0),
    ):  # fmt: skip
        if not 0.0 <= value <= most:
            params = {"key": key, "reason": f"0 ≤ {value:g} ≤ {most:g}"}
            problems.append(Finding("setting_invalid", params=params))
    if problems:
        raise InputRefused(problems)
    check_place(base.output)
    ground = lay_power_ground(base.ground)
    tariff = read_tariff(ground.tables["tariff_periods"], parse_day(request.day), sharp=request.sharp)
    case = make_case(ground, base)
    year = case.years[0]
    calendar = case.profiles.calendar_years[0] if case.profiles.calendar_years else year
    load = case.profiles.values[LOAD]
    ratios = cut_hours(spread_ratios(tariff, calendar), load.size)
    after = respond_load(load, ratios, request.elasticity, request.share)
    study = study_power(replace(case, solving=SolveSettings(certificate=False)), job)
    results = [_dispatch_load(study, profile, job) for profile in (load, after)]
    shown = [_grid_load(found) for found in results]
    frames = {
        "power.tariff_hours": tabulate_tariff(year, tariff, ratios, *shown),
        "power.tariff_effect": _tell_effect(request, results[0], results[1]),
    }
    write_tables(base.output, frames)
    return frames


def _dispatch_load(study: PowerStudy, load: NDArray[np.float64], job: Job) -> dict[str, pl.DataFrame]:
    """Return the tables of a dispatch of the plan's capacities with another shape of the load."""
    profiles = replace(study.case.profiles, values={**study.case.profiles.values, LOAD: load})
    case = replace(study.case, profiles=profiles)
    network = hold_capacities(lay_network(case), study.result.capacity, case.tables, DesignPoint())
    solved = solve_network(network, "perfect", SolveSettings(certificate=False), job)
    return tabulate(network, case.tables, solved.result, case.scenario.id)


def _grid_load(results: dict[str, pl.DataFrame]) -> NDArray[np.float64]:
    hours = results["power.hourly"].filter(pl.col("series") == "load").sort("hour")
    return np.asarray(hours["power_mw"].to_numpy(), dtype=np.float64)


def _tell_effect(
    request: TariffRequest, before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    quantities = {
        "peak_load": ("peak_mw", "MW"), "curtailed_share": ("curtailed_share", "1"),
        "coal_rate": ("coal_rate_gce_per_kwh", "gce/kWh"), "co2": ("co2_mt", "Mt"),
    }  # fmt: skip
    old, new = (found["power.system"].row(0, named=True) for found in (before, after))
    rows: list[dict[str, Any]] = [
        {
            "scenario": old["scenario"], "year": old["year"], "quantity": name, "before": old[column],
            "after": new[column], "unit": unit, "elasticity": request.elasticity,
            "covered_share": request.share, "state": "demonstration",
        }
        for name, (column, unit) in quantities.items()
        if old[column] is not None and new[column] is not None
    ]  # fmt: skip
    return frame_of(rows, TariffEffect)


def _check_known(key: str, value: str, known: list[str]) -> None:
    if value not in known:
        reason = f"{value}: {KnownNames(known).text('en')}"
        raise InputRefused.of("setting_invalid", key=f"--{key}", reason=reason)
