"""The reduced form of a scenario: its plan, dispatches around it, the fit, and the grid factors beside it.

Around the capacities of the plan wind and PV, storage, the minimum load of coal units and demand response
change one at a time, wind and PV also down to the share of the base year of the pathways. The least
renewable share of corridors is left out of these dispatches: the wind and PV of the base year cannot keep it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import polars as pl

from dafeng.app.output_folder import check_place
from dafeng.app.power_file import check_options, check_years, make_case
from dafeng.app.power_ground import lay_power_ground
from dafeng.app.power_profiles import cut_hours
from dafeng.app.power_solving import SolveSettings, solve_network
from dafeng.app.power_study import lay_network, study_power
from dafeng.errors import Finding, InputRefused
from dafeng.power.assembly import assemble
from dafeng.power.build_costs import COAL_KINDS
from dafeng.power.build_parameters import ParameterBook
from dafeng.power.factors import differentiate_co2, tabulate_factors, weigh_by_load
from dafeng.power.link_contracts import ResponseDesign
from dafeng.power.network import Asset, Generator
from dafeng.power.profiles.hours import count_hours
from dafeng.power.response import ResponseRun, fit_response, predict_curtailment, tabulate_response
from dafeng.power.results import tabulate
from dafeng.table import frame_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.app.pathway_engine import Foundation
    from dafeng.app.power_file import PlanRequest
    from dafeng.app.power_ground import PowerGround
    from dafeng.app.power_study import PowerCase, PowerStudy
    from dafeng.job import Job
    from dafeng.power.network import Network
    from dafeng.power.response import ResponseFit

_A = TypeVar("_A", bound=Asset)
STAGE = "power_response"
WIND_PV, STORAGE, RESPONSE = ("wind", "pv"), ("pumped_hydro", "battery"), ("demand_cut", "demand_shift")
LEVERS = {
    "storage": ("L_storage", "MW"),
    "min_load": ("L_coal_flex", "1"),
    "peak": ("L_demand_response", "1"),
}
"""What the base point knows -> lever that moves it, unit here."""
HIGH_WIND = 1.2
LEVELS = 1000
"""Steps of the factor on wind and PV in which runs count as of the same wind and PV."""
LEAST_LOAD = 0.1
"""Minimum load of coal units that no run goes below [1]."""


@dataclass(frozen=True, slots=True)
class DesignPoint:
    """How a dispatch differs from the plan: factors on capacities, fall of the minimum load [1]."""

    wind_pv: float = 1.0
    storage: float = 1.0
    min_load_fall: float = 0.0
    response: float = 1.0


@dataclass(frozen=True, slots=True)
class BasePoint:
    """Where the pathways start and how far their levers have come in the modelled year.

    The plan stands for the scenario as the pathways deliver it: at the capacities of the plan the reduced
    form has the values of these levers, whatever the fleet of the hourly model starts from.

    Attributes
    ----------
    share : float
        Wind and PV before curtailment over generation, in the base year [1].
    storage_mw, min_load_fall, peak : float
        Storage added [MW], fall of the minimum load [1], share of the peak added [1] since the base year.
    """

    share: float
    storage_mw: float
    min_load_fall: float
    peak: float


@dataclass(frozen=True, slots=True, eq=False)
class ResponseAnswer:
    """The reduced form, the runs behind it, the factors of the plan, the fit."""

    response: pl.DataFrame
    runs: pl.DataFrame
    factors: pl.DataFrame
    pack_rows: pl.DataFrame
    fit: ResponseFit
    hours: int


@dataclass(frozen=True, slots=True, eq=False)
class PreparedResponse:
    """A request that was checked and has not begun."""

    request: PlanRequest
    case: PowerCase
    base: BasePoint


def prepare_response(request: PlanRequest) -> PreparedResponse:
    """Check everything that a reduced form needs.

    Raises
    ------
    InputRefused
        What a plan would refuse; ``power_base_missing`` when the pathways have no base year.
    """
    problems = [*check_years(request.years), *check_options(request)]
    if len(request.years) != 1:
        problems.append(Finding("setting_invalid", params={"key": "--year", "reason": str(request.years)}))
    if problems:
        raise InputRefused(problems)
    check_place(request.output)
    ground = lay_power_ground(request.ground)
    case = make_case(ground, request)
    base = find_base(ground, case.demand.levers, request.years[0])
    lay_network(case)
    return PreparedResponse(request, case, base)


def find_base(ground: PowerGround, levers: Mapping[str, Mapping[int, float]], year: int) -> BasePoint:
    """Return where the pathways of a pack start, and their levers in a year against it.

    Parameters
    ----------
    ground : PowerGround
    levers : mapping of str to mapping of int to float
        Value of each lever by year as it is delivered [unit of the lever].
    year : int

    Raises
    ------
    InputRefused
        ``power_base_missing``.
    """
    foundation: Foundation | None = ground.foundation
    if foundation is None or not foundation.parts.power.generation_twh:
        raise InputRefused.of("power_base_missing")
    power, parameters = foundation.parts.power, foundation.parts.parameters
    share = power.wind_pv_twh / (1.0 - parameters.curtailment_base) / power.generation_twh
    ranges = {row["lever_id"]: row for row in ground.tables["lever_ranges"].iter_rows(named=True)}
    moved = dict.fromkeys(LEVERS, 0.0)
    for name, (lever, unit) in LEVERS.items():
        if lever in ranges and lever in levers:
            change = levers[lever][year] - ranges[lever]["base_value"]
            moved[name] = change * conversion_factor(ranges[lever]["unit"], unit)
    return BasePoint(share, moved["storage"], -moved["min_load"], moved["peak"])


def run_response(prepared: PreparedResponse, job: Job) -> ResponseAnswer:
    """Plan, dispatch around the plan, fit.

    Raises
    ------
    NegativeAnswer
        The plan or a dispatch is infeasible.
    Interrupted
        If the job is cancelled.
    """
    case, base = prepared.case, prepared.base
    study = study_power(replace(case, solving=SolveSettings(certificate=False)), job)
    share = _share_of(study.tables, case.years[0])
    points = lay_design(base.share / share if share > 0 else 1.0)
    found, shown = [], []
    for place, point in enumerate(points):
        job.advance(STAGE, place, len(points))
        run, row = dispatch_point(study, point, base, job)
        found.append(run)
        shown.append({"scenario": case.scenario.id, "year": case.years[0], "run": place, **row})
    fit = fit_response(found, base.share)
    for row, run in zip(shown, found, strict=True):
        row["fitted_share"] = predict_curtailment(fit.values, run)
    return _answer(study, fit, shown)


def lay_design(lowest: float) -> tuple[DesignPoint, ...]:
    """Return the dispatches: wind and PV from the share of the base year up, the rest at two levels of them.

    Parameters
    ----------
    lowest : float
        Factor on wind and PV that brings them to the share of the base year.

    Examples
    --------
    >>> len(lay_design(0.4))
    16
    """
    low = min(lowest, 0.9)
    first = tuple(DesignPoint(wind_pv) for wind_pv in (low, (low + 1.0) / 2, 1.0, HIGH_WIND))
    others: tuple[dict[str, float], ...] = (
        {"storage": 0.5}, {"storage": 1.5}, {"min_load_fall": 0.05}, {"min_load_fall": 0.1},
        {"response": 0.5}, {"response": 2.0},
    )  # fmt: skip
    return first + tuple(DesignPoint(wind_pv, **change) for wind_pv in (1.0, HIGH_WIND) for change in others)


def dispatch_point(
    study: PowerStudy, point: DesignPoint, base: BasePoint, job: Job
) -> tuple[ResponseRun, dict[str, Any]]:
    """Return what one dispatch gives, and its row of the table without the fitted value."""
    year, tables = study.case.years[0], lower_min_load(study.case.tables, point.min_load_fall)
    case = replace(study.case, tables=tables)
    network = hold_capacities(lay_network(case), study.result.capacity, tables, point)
    solved = solve_network(network, "perfect", SolveSettings(certificate=False), job)
    results = tabulate(network, tables, solved.result, case.scenario.id)
    system = results["power.system"].row(0, named=True)
    capacity = _by_kind(tables, results["power.capacity"])
    wind_pv, storage = _sum(capacity, WIND_PV), _sum(capacity, STORAGE)
    planned = _by_kind(study.case.tables, study.tables["power.capacity"])
    fall = _min_load(study.case.tables, results["power.capacity"], case) - _min_load(
        tables, results["power.capacity"], case
    )
    response = _sum(capacity, RESPONSE) - _sum(planned, RESPONSE)
    run = ResponseRun(
        share=_share_of(results, year),
        storage=(base.storage_mw + storage - _sum(planned, STORAGE)) / wind_pv,
        min_load_fall=base.min_load_fall + fall,
        peak_reduction=base.peak + response / system["peak_mw"],
        curtailed=system["curtailed_share"] or 0.0,
        coal_rate=system["coal_rate_gce_per_kwh"] or math.nan,
        level=round(LEVELS * point.wind_pv),
    )
    return run, {
        "wind_pv_mw": wind_pv, "storage_mw": storage, "wind_pv_share": run.share,
        "added_storage_share": run.storage, "min_load_fall": run.min_load_fall,
        "added_peak_share": run.peak_reduction, "curtailed_share": run.curtailed,
        "coal_rate_gce_per_kwh": system["coal_rate_gce_per_kwh"],
    }  # fmt: skip


def hold_capacities(
    network: Network, capacity: Mapping[str, float], tables: Mapping[str, pl.DataFrame], point: DesignPoint
) -> Network:
    """Return a network with the capacities of a plan, some of them times a factor; nothing is left to choose.

    Parameters
    ----------
    network : Network
        As the plan was made from.
    capacity : mapping of str to float
        By asset [MW; stores MWh].
    tables : mapping of str to polars.DataFrame
    point : DesignPoint
    """
    kinds = dict(tables["power_technologies"].select("technology", "kind").iter_rows())
    scale = (
        dict.fromkeys(WIND_PV, point.wind_pv) | dict.fromkeys(STORAGE, point.storage)
        | dict.fromkeys(RESPONSE, point.response)
    )  # fmt: skip

    def hold(assets: tuple[_A, ...]) -> tuple[_A, ...]:
        held = []
        for asset in assets:
            factor = scale.get(kinds.get(asset.technology, ""), 1.0)
            fixed = replace(asset, extendable=False, p_nom=factor * capacity.get(asset.id, asset.p_nom))
            if isinstance(fixed, Generator) and math.isfinite(fixed.e_sum_max):
                fixed = replace(fixed, e_sum_max=factor * fixed.e_sum_max)
            held.append(fixed)
        return tuple(held)

    return replace(
        network,
        generators=hold(network.generators),
        links=hold(network.links),
        storage_units=hold(network.storage_units),
        stores=hold(network.stores),
        capacity_limits=(),
        energy_limits=tuple(x for x in network.energy_limits if not x.id.startswith("renewable_share.")),
    )


def lower_min_load(tables: Mapping[str, pl.DataFrame], fall: float) -> dict[str, pl.DataFrame]:
    """Return tables in which coal units have a lower minimum load, never below ``LEAST_LOAD``."""
    coal = tables["power_technologies"].filter(pl.col("kind").is_in(sorted(COAL_KINDS)))["technology"]
    here = (pl.col("parameter") == "min_load") & pl.col("subject").is_in(coal.to_list())
    unit = pl.when(pl.col("unit") == "%").then(100.0).otherwise(1.0)
    lowered = pl.max_horizontal(pl.col("value") - fall * unit, pl.min_horizontal("value", LEAST_LOAD * unit))
    frame = tables["power_parameters"].with_columns(
        value=pl.when(here).then(lowered).otherwise(pl.col("value"))
    )
    return {**tables, "power_parameters": frame}


def _answer(study: PowerStudy, fit: ResponseFit, shown: list[dict[str, Any]]) -> ResponseAnswer:
    case, year = study.case, study.case.years[0]
    network = hold_capacities(study.network, study.result.capacity, case.tables, DesignPoint())
    network = replace(network, energy_limits=study.network.energy_limits)
    exact = differentiate_co2(network, assemble(network))
    grid = next(iter(study.result.prices)) if "grid" not in exact else "grid"
    calendar = case.profiles.calendar_years[0] if case.profiles.calendar_years else year
    hours = study.network.horizon.hours[0]
    kept = cut_hours(np.arange(float(count_hours(calendar))), hours)
    factors = tabulate_factors(study.tables, {year: kept}, {year: calendar}, {year: exact[grid]})
    more = {"marginal_factor": weigh_by_load(network, exact[grid], grid)}
    average = study.tables["power.system"]["average_factor_t_per_mwh"][0]
    if average is not None:
        more["average_factor"] = average
    response = tabulate_response(fit, case.scenario.id, year, more)
    runs = frame_of(shown, ResponseDesign)
    return ResponseAnswer(response, runs, factors, as_pack_rows(response, hours), fit, hours)


def as_pack_rows(response: pl.DataFrame, hours: int) -> pl.DataFrame:
    """Return a reduced form in the layout of ``power_response.csv`` of a pack, for its editor to judge.

    The net coal rate is left out: it belongs to the fleet of the modelled year, and the pathways want that of
    their base year.
    """
    return response.filter(pl.col("variable") != "net_coal_rate").with_columns(
        state=pl.lit("derived"), source_id=pl.lit(None, pl.String), grade=pl.lit("C"),
        note_zh=pl.lit(f"本软件逐时模型拟合（每年 {hours} 小时），依据含演示值"),
        note_en=pl.lit(f"hourly model of this software ({hours} hours), on demonstration values"),
    )  # fmt: skip


def _share_of(results: Mapping[str, pl.DataFrame], year: int) -> float:
    """Return wind and PV before curtailment over generation [1]."""
    groups = results["power.capacity"].filter(pl.col("power_group").is_in(["wind", "pv"]))["technology"]
    rows = results["power.energy"].filter(
        (pl.col("year") == year) & pl.col("technology").is_in(groups.unique().to_list())
    )
    available = float(rows["generation_gwh"].sum()) + float(rows["curtailed_gwh"].fill_null(0.0).sum())
    return available / float(results["power.system"].filter(pl.col("year") == year)["generation_gwh"][0])


def _by_kind(tables: Mapping[str, pl.DataFrame], capacity: pl.DataFrame) -> dict[str, float]:
    kinds = tables["power_technologies"].select("technology", "kind")
    summed = capacity.join(kinds, on="technology").group_by("kind").agg(pl.col("capacity_mw").sum())
    return dict(summed.iter_rows())


def _sum(capacity: Mapping[str, float], kinds: tuple[str, ...]) -> float:
    return sum(capacity.get(kind, 0.0) for kind in kinds)


def _min_load(tables: Mapping[str, pl.DataFrame], capacity: pl.DataFrame, case: PowerCase) -> float:
    """Return the minimum load of coal units, weighed by capacity [1]."""
    book = ParameterBook(tables["power_parameters"], case.settings.price_year)
    coal = tables["power_technologies"].filter(pl.col("kind").is_in(sorted(COAL_KINDS)))["technology"]
    stands = dict(capacity.select("technology", "capacity_mw").iter_rows())
    whole = sum(stands.get(name, 0.0) for name in coal)
    loads = sum(
        stands[name] * book.require(name, "min_load", case.years[0]) for name in coal if stands.get(name)
    )
    return loads / whole if whole > 0 else 0.0
