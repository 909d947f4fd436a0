"""Who avoids what, at what cost, what the spread rests on, and how good the engine was."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.app.pathway_engine import build_past_engine
from dafeng.app.pathway_study import WHOLE, observed_totals
from dafeng.pathway.contracts import CostRefusal
from dafeng.pathway.costs import draw_cost_curve
from dafeng.pathway.discovery import discover
from dafeng.pathway.discovery_tables import Event, InputName, tabulate_discovery
from dafeng.pathway.hindcast import HindcastPlan, hindcast, read_outcomes
from dafeng.pathway.lever_groups import group_levers
from dafeng.pathway.peak import PeakReading, find_peaks
from dafeng.pathway.sampling import sobol_points
from dafeng.pathway.sensitivity import group_dimensions, shapley_effects
from dafeng.pathway.tornado import DRAWS_PER_COORDINATE, tornado
from dafeng.pathway.wedge_table import WedgeLabel, list_wedges
from dafeng.pathway.wedges import AttributionPlan, attribute_outcome
from dafeng.table import check

if TYPE_CHECKING:
    from dafeng.app.pathway_engine import Foundation
    from dafeng.app.pathway_study import Study
    from dafeng.job import Job
    from dafeng.pathway.engine import Engine
    from dafeng.pathway.history import History
    from dafeng.pathway.lever_groups import View
    from dafeng.pathway.model import Array, Simulator

SEED = 2030
VIEWS: tuple[View, ...] = ("clause", "agency", "sector", "lever")
REFERENCE = "today"
"""What wedges are measured against: the same futures with every lever at the value it has today."""
COST_YEAR = 2030
DISCOUNT_RATE = 0.05
HINDCAST_START, HINDCAST_DAY = 2014, date(2015, 12, 31)
HINDCAST_YEARS = (2016, 2022)
OUTCOME_YEARS = (2023, 2025)
PEAK_EVENT = Event("2030 年前不能达峰", "emissions do not peak by 2030", "不能达峰", "do not peak")
FACTORS_OF_MISS = {
    "gdp_index": InputName(
        "2030 年地区生产总值（基年为 1）", "gross regional product in 2030 (base year 1)", "", 2
    ),
    "electricity_demand_twh": InputName("2030 年用电需求", "electricity demand in 2030", "TWh", 0),
    "power_export_twh": InputName("2030 年净外送电量", "net electricity sent out in 2030", "TWh", 0),
    "coke_output_10kt": InputName("2030 年焦炭产量", "coke output in 2030", "10^4 t", 0),
    "wind_pv_capacity_gw": InputName("2030 年风电光伏装机", "wind and PV capacity in 2030", "GW", 0),
}
"""Quantities in which scenario discovery looks for the futures that miss the peak."""
OUTPUT_UNITS = {"co2_2030": "Mt CO2", "peak_level": "Mt CO2", "peak_year": "year"}


def attribute_scenario(
    foundation: Foundation, engine: Engine, draws: int, job: Job | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return wedges and their totals by clause, agency, sector and lever.

    Parameters
    ----------
    foundation : Foundation
    engine : Engine
        Of the scenario that is explained.
    draws : int
        Common futures.
    job : Job, optional

    Returns
    -------
    wedges : Wedge
    totals : WedgeTotal
    """
    points = sobol_points(len(engine.dimensions), 0, draws, SEED)
    wedges, totals = [], []
    acting = [lever for lever in engine.levers if lever in engine.parts.states]
    worth = engine.worth(points, WHOLE)
    for view in VIEWS:
        groups = group_levers(foundation.tables, view, acting, None if view == "lever" else 12)
        made = attribute_outcome(
            worth,
            {group.id: group.levers for group in groups},
            engine.years,
            AttributionPlan(samples=16),
            job,
        )
        label = WedgeLabel(engine.scenario.id, REFERENCE, WHOLE, view)
        table, sums = list_wedges(made, groups, label)
        wedges.append(table)
        totals.append(sums)
    return pl.concat(wedges), pl.concat(totals)


def price_levers(foundation: Foundation, wedges: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the cost curve of a scenario and whether it may be drawn."""
    curve = draw_cost_curve(wedges, foundation.tables["lever_costs"], COST_YEAR, DISCOUNT_RATE)
    refused = curve.refused
    verdict = pl.DataFrame(
        {
            "year": [curve.year], "drawn": [refused is None], "weak_share": [curve.weak_share],
            "weak_limit": [curve.weak_limit], "discount_rate": [curve.discount_rate],
            "reason_zh": [None if refused is None else refused.text("zh")],
            "reason_en": [None if refused is None else refused.text("en")],
        },
        schema_overrides={"reason_zh": pl.String, "reason_en": pl.String, "year": pl.Int64},
    )  # fmt: skip
    return {"pathway.costs": curve.table, "pathway.cost_verdict": check(verdict, CostRefusal)}


def explain_spread(foundation: Foundation, study: Study, sensitivity_draws: int) -> dict[str, pl.DataFrame]:
    """Return the tornado, the Shapley effects when asked for, and the futures that miss the peak in words.

    Parameters
    ----------
    foundation : Foundation
    study : Study
    sensitivity_draws : int
        Base draws of the Shapley effects; 0 leaves them out.
    """
    engine, base = study.engine, foundation.parts.base.year
    groups = group_dimensions(engine.dimensions)
    history = observed_totals(foundation).get(WHOLE)

    def model(points: Array) -> dict[str, Array]:
        total = engine.worth(points, WHOLE)(frozenset(engine.levers))
        peaks = find_peaks(engine.years, total, history)
        return {"co2_2030": total[2030 - base], "peak_level": peaks.level, "peak_year": peaks.year * 1.0}

    frames = {
        "pathway.tornado": tornado(
            model, groups, OUTPUT_UNITS, seed=SEED, draws=DRAWS_PER_COORDINATE * len(engine.dimensions)
        )
    }
    if sensitivity_draws:
        frames["pathway.sensitivity"] = shapley_effects(model, groups, sensitivity_draws, SEED).table
    totals = study.ensemble.totals[WHOLE]
    peaks = find_peaks(study.ensemble.years, totals, history)
    inputs = pl.DataFrame({
        name: study.ensemble.quantities[name][int(np.searchsorted(study.ensemble.quantity_years[name], 2030))]
        for name in FACTORS_OF_MISS
    })  # fmt: skip
    found = discover(inputs, ~peaks.peaked_by(PeakReading().by_year))
    boxes, limits, steps = tabulate_discovery(found, "peak_by_2030", PEAK_EVENT, FACTORS_OF_MISS)
    return frames | {"pathway.boxes": boxes, "pathway.box_limits": limits, "pathway.box_steps": steps}


def look_back(foundation: Foundation, draws: int) -> dict[str, pl.DataFrame]:
    """Return what an engine of the past foretold, scored; empty tables where the history is too short."""
    plan = HindcastPlan(
        start_year=HINDCAST_START, as_of=HINDCAST_DAY, first=HINDCAST_YEARS[0], last=HINDCAST_YEARS[1],
        draws=draws, seed=SEED,
    )  # fmt: skip
    years = set(foundation.accounts.emissions["year"].to_list())
    if not {HINDCAST_START, *range(HINDCAST_YEARS[0], HINDCAST_YEARS[1] + 1)} <= years:
        return {}
    outcomes = read_outcomes(foundation.tables["observations"], foundation.region, *OUTCOME_YEARS)

    def build(history: History, base_year: int, as_of: date) -> Simulator:
        return build_past_engine(foundation, history, base_year, as_of, OUTCOME_YEARS[1])

    made = hindcast(build, foundation.history, plan, outcomes)
    return {"pathway.hindcast": made.scores, "pathway.hindcast_summary": made.summary}
