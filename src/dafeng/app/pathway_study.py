"""One scenario from engine to tables: fan, peak, chains, quantities, targets, security."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.app.pathway_engine import build_engine
from dafeng.pathway.answers import summarise_peak
from dafeng.pathway.contracts import PathwayEmissions, PathwayQuantity
from dafeng.pathway.ensemble import EnsembleSpec, run_ensemble
from dafeng.pathway.indicators import indicator_paths, needed_quantities
from dafeng.pathway.sampling import sobol_points
from dafeng.pathway.security import mark_security
from dafeng.pathway.target_outlook import judge_targets
from dafeng.scenario import Scope
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from dafeng.app.pathway_engine import Foundation
    from dafeng.job import Job
    from dafeng.pathway.engine import Engine
    from dafeng.pathway.ensemble import ChunkStore, Ensemble
    from dafeng.pathway.model import Array, Outcome
    from dafeng.scenario import Scenario

WHOLE = Scope()
"""Production, exported power included, with processes, CO2: the scope that is shown first."""
SCOPES = (
    WHOLE,
    Scope(power_export="excluded"),
    Scope(process="energy_only"),
    Scope(boundary="consumption", power_export="excluded"),
    Scope(gases="all"),
)
CHAIN_DRAWS = 256
"""Futures of the tables by chain, which keep every chain in memory."""
QUANTITY_UNITS = {
    "_twh": "TWh", "_gw": "GW", "_mtce": "Mtce", "_mt": "Mt", "_kt": "kt", "_share": "1", "_index": "1",
    "_gce_per_kwh": "gce/kWh", "_10k": "10^4 persons", "_100mt": "10^8 t", "_10kt": "10^4 t",
}  # fmt: skip
GUARDED = {
    "coal_output": ("coal_output_100mt", 1.0), "coke_output": ("coke_output_10kt", 1.0),
    "power_export": ("power_export_twh", 10.0), "population": ("population_10k", 1.0),
}  # fmt: skip
"""Driver -> quantity of the engine and factor into the unit of the driver."""
PEAK_INDICATOR = "co2_emissions"
SHOWN_SHARES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """How much is drawn.

    Attributes
    ----------
    draws, seed : int
    """

    draws: int = 1024
    seed: int = 2030


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Tables of one scenario, keyed by table id, with the ensemble that they come from."""

    engine: Engine
    ensemble: Ensemble
    tables: Mapping[str, pl.DataFrame]


def study_scenario(
    foundation: Foundation, scenario: Scenario, plan: StudyPlan, job: Job | None = None, *,
    executor: Executor | None = None, chunks: ChunkStore | None = None,
) -> Study:  # fmt: skip
    """Return everything that is said of one scenario.

    Parameters
    ----------
    foundation : Foundation
    scenario : Scenario
        Resolved.
    plan : StudyPlan
    job : Job, optional
    executor : concurrent.futures.Executor, optional
        Where the futures are computed.
    chunks : ChunkStore, optional
        Keeps what was computed.

    Raises
    ------
    InputRefused
        What the scenario asks that the pack cannot give; nothing was computed then.
    """
    engine = build_engine(foundation, scenario)
    scopes = study_scopes(foundation)
    spec = EnsembleSpec(
        plan.draws, plan.seed, scopes, foundation.parts.gwp,
        quantities=dict.fromkeys(wanted_quantities(foundation, engine), ()),
    )  # fmt: skip
    ensemble = run_ensemble(engine, spec, executor=executor, job=job, chunks=chunks)
    peaks = summarise_peak(scenario.id, ensemble, observed_totals(foundation))
    outcome = engine.simulate(
        sobol_points(len(engine.dimensions), 0, min(CHAIN_DRAWS, plan.draws), plan.seed)
    )
    paths = indicator_paths(
        ensemble.quantities, ensemble.years, foundation.tables, foundation.parts.base.year,
        earlier_quantities(foundation, ensemble),
    )  # fmt: skip
    frames = {
        "pathway.peak": peaks.summary,
        "pathway.peak_years": peaks.distribution,
        "pathway.cumulative": peaks.cumulative,
        "pathway.fan": peaks.fan,
        "pathway.emissions": list_chains(outcome, scenario.id, scopes, foundation.parts.gwp),
        "pathway.quantities": list_quantities(ensemble, scenario.id),
        "pathway.targets": judge_targets(
            paths,
            foundation.tables,
            scenario=scenario.id,
            region=foundation.region,
            readings=foundation.readings,
            peaks=peak_shares(foundation, peaks.summary),
        ),
        "pathway.security": mark_security(
            scenario.id, ensemble.years, guarded_quantities(ensemble), foundation.tables["security_floors"]
        ),
    }
    return Study(engine, ensemble, frames)


def study_scopes(foundation: Foundation) -> tuple[Scope, ...]:
    """Return the scopes that the pack can count: all gases only with a set of warming potentials."""
    return SCOPES if foundation.parts.gwp else tuple(scope for scope in SCOPES if scope.gases == "co2")


def wanted_quantities(foundation: Foundation, engine: Engine) -> tuple[str, ...]:
    """Return the quantities of the tables: those of targets, and all that are not levers."""
    tried = engine.simulate(np.full((1, len(engine.dimensions)), 0.5)).quantities
    asked = [name for name in needed_quantities(foundation.tables) if name in tried]
    return tuple(dict.fromkeys([*(name for name in tried if not name.startswith("lever:")), *asked]))


def observed_totals(foundation: Foundation) -> dict[Scope, Array]:
    """Return published totals before the base year by scope, shape (year, 2)."""
    base = foundation.parts.base.year
    published = foundation.tables["published_emissions"].filter(
        (pl.col("region") == foundation.region)
        & (pl.col("variable") == "co2_total")
        & (pl.col("year") < base)
    )
    burnt = (
        foundation.history.group_co2.filter(pl.col("year") < base).group_by("year").agg(pl.col("value").sum())
    )
    found = {WHOLE: published, Scope(process="energy_only"): burnt}
    return {scope: pairs for scope, rows in found.items() if len(pairs := _last_run(rows, base))}


def _last_run(rows: pl.DataFrame, base: int) -> Array:
    """Return year and value of the years without a gap before the base year, shape (year, 2)."""
    known = dict(rows.sort("year").select("year", "value").iter_rows())
    year = base - 1
    while year in known:
        year -= 1
    return np.array([(float(at), known[at]) for at in range(year + 1, base)]).reshape(-1, 2)


def earlier_quantities(foundation: Foundation, ensemble: Ensemble) -> dict[str, dict[int, float]]:
    """Return totals, output index and energy use of earlier years, for changes against them.

    Published energy use is brought to the level of the engine in its base year: the two count differently.
    """
    base = foundation.parts.base.year
    index = dict(foundation.history.series("gdp").iter_rows())
    found = (
        {"gdp_index": {year: value / index[base] for year, value in index.items()}} if base in index else {}
    )
    totals = observed_totals(foundation).get(WHOLE)
    if totals is not None:
        found["co2_total_mt"] = {int(year): float(value) for year, value in totals}
    energy = dict(foundation.history.series("energy_total").iter_rows())
    if base in energy and "energy_use_mtce" in ensemble.quantities:
        level = float(np.median(ensemble.quantities["energy_use_mtce"][0])) / energy[base]
        found["energy_use_mtce"] = {year: level * value for year, value in energy.items()}
    return found


def guarded_quantities(ensemble: Ensemble) -> dict[str, Array]:
    """Return the drivers that floors may guard, in the units of the drivers."""
    return {
        driver: scale * ensemble.quantities[name]
        for driver, (name, scale) in GUARDED.items()
        if name in ensemble.quantities
    }


def peak_shares(foundation: Foundation, summary: pl.DataFrame) -> dict[str, float]:
    """Return the share of futures that peak in time, by target that asks for a peak in the year asked for."""
    axes = [pl.col(name) == text for name, text in WHOLE.model_dump().items()]
    row = summary.filter(*axes)
    wanted = foundation.tables["targets"].filter(
        (pl.col("comparator") == "peak_by") & (pl.col("indicator_id") == PEAK_INDICATOR)
        & (pl.col("target_year") == row["by_year"][0])
    )  # fmt: skip
    return dict.fromkeys(wanted["target_id"].to_list(), float(row["peaked_share"][0]))


def list_chains(
    outcome: Outcome, scenario: str, scopes: tuple[Scope, ...], gwp: Mapping[str, float]
) -> pl.DataFrame:
    """Return emissions by chain, scope and year: contract :class:`PathwayEmissions`."""
    frames = []
    for scope in scopes:
        values = outcome.by_chain(scope, gwp)
        low, middle, high = np.quantile(values, SHOWN_SHARES, axis=-1)
        used = [place for place in range(len(outcome.chains)) if np.any(values[place])]
        years, count = outcome.years, len(used)
        frames.append(
            pl.DataFrame({
                "chain": np.repeat(np.array(outcome.chains, dtype=object)[used], len(years)),
                "year": np.tile(years, count), "mean_mt": values.mean(axis=-1)[used].ravel(),
                "p05_mt": low[used].ravel(), "p50_mt": middle[used].ravel(), "p95_mt": high[used].ravel(),
            }, schema_overrides={"chain": pl.String}).with_columns(
                scenario=pl.lit(scenario), **{name: pl.lit(text) for name, text in scope.model_dump().items()}
            )
        )  # fmt: skip
    return check(pl.concat(frames), PathwayEmissions)


def list_quantities(ensemble: Ensemble, scenario: str) -> pl.DataFrame:
    """Return other results by year: contract :class:`PathwayQuantity`."""
    frames = []
    for name, values in ensemble.quantities.items():
        if name.startswith("lever:"):
            continue
        low, middle, high = np.quantile(values, SHOWN_SHARES, axis=-1)
        frames.append(
            pl.DataFrame({
                "year": ensemble.quantity_years[name], "mean": values.mean(axis=-1), "p05": low,
                "p50": middle,
                "p95": high,
            }).with_columns(scenario=pl.lit(scenario), quantity=pl.lit(name), unit=pl.lit(unit_of(name)))
        )  # fmt: skip
    return check(pl.concat(frames), PathwayQuantity)


def unit_of(quantity: str) -> str:
    """Return the unit of a quantity, from its suffix.

    Examples
    --------
    >>> unit_of("wind_pv_capacity_gw"), unit_of("non_fossil_share"), unit_of("coal_use_mtce")
    ('GW', '1', 'Mtce')
    """
    return next(unit for suffix, unit in QUANTITY_UNITS.items() if quantity.endswith(suffix))
