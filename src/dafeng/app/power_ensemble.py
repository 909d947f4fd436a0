"""Many plans or dispatches: cases that differ in weather, seed, fuel prices and the future of the pathways.

Any executor of the standard library's kind will do, also the one of a Dask cluster. A case carries all that
it needs as plain data, and its result depends on nothing else, so that results are the same wherever it is
computed. Finished cases can be kept, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.app.power_profiles import ProfileRequest, gather_profiles
from dafeng.app.power_study import PowerCase, study_power
from dafeng.errors import NegativeAnswer
from dafeng.job import Job, compute_ahead
from dafeng.pathway.fingerprint import fingerprint
from dafeng.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from dafeng.app.power_demand import PowerDemand
    from dafeng.app.power_solving import SolveSettings
    from dafeng.app.power_study import PowerStudy
    from dafeng.pathway.ensemble import ChunkStore
    from dafeng.power.build_settings import PlanSettings
    from dafeng.scenario import Scenario

    Arrays = dict[str, NDArray[np.float64]]

AHEAD = 64
"""Cases that are handed to an executor before the first of them is back."""
FUEL_PRICE = "fuel_price"
SYSTEM = (
    "demand_gwh", "peak_mw", "residual_peak_mw", "generation_gwh", "export_gwh", "unserved_gwh",
    "curtailed_share", "renewable_share", "coal_rate_gce_per_kwh", "co2_mt", "price_cny_per_mwh", "cost_cny",
)  # fmt: skip
"""Columns of the yearly table that are kept of every case."""
BY_CLASS = {"capacity_mw": "power.capacity", "generation_gwh": "power.energy"}
"""Column that is kept for each class -> table."""


@dataclass(frozen=True, slots=True)
class CaseSpec:
    """What is special in one case.

    Attributes
    ----------
    weather : int, optional
        Calendar and weather year; default each modelled year.
    seed : int
        Seed of generated profiles.
    fuel : float
        Factor on all fuel prices [1].
    future : int, optional
        Number of the future of the pathways; default the central one.
    """

    weather: int | None
    seed: int
    fuel: float
    future: int | None


@dataclass(frozen=True, eq=False)
class EnsembleBase:
    """What all cases share; plain data, so that it can be sent to workers.

    Attributes
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of the pack that the power system reads.
    scenario : Scenario
    years : tuple of int
    profiles : ProfileRequest
        Weather and seed are those of each case.
    settings : PlanSettings
    solving : SolveSettings
    capacities : mapping of str to float, optional
        Given capacities: dispatch instead of plans.
    classes : tuple of str
        Technology classes in the order of the results.
    """

    tables: Mapping[str, pl.DataFrame]
    scenario: Scenario
    years: tuple[int, ...]
    profiles: ProfileRequest
    settings: PlanSettings
    solving: SolveSettings
    capacities: Mapping[str, float] | None
    classes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class EnsembleTask:
    """One case with the demand of its future."""

    base: EnsembleBase
    spec: CaseSpec
    demand: PowerDemand

    @property
    def key(self) -> str:
        """Return what its result depends on, as a hash."""
        given = (self.demand.demand, self.demand.levers)
        return fingerprint((__version__, self.base, self.spec, given))


def solve_task(task: EnsembleTask) -> Arrays:
    """Return the results of one case.

    Returns
    -------
    dict
        ``status`` (1 solved, 0 infeasible), ``gap`` (nan where nothing is proved), shape (1,); ``system``,
        shape (year, ``SYSTEM``); the keys of ``BY_CLASS``, shape (year, class). Nan where there is no value.
    """
    try:
        study = study_power(make_task_case(task), Job())
    except NegativeAnswer:
        return _gather(task.base, None)
    return _gather(task.base, study)


def make_task_case(task: EnsembleTask) -> PowerCase:
    """Return the case of a task: its own profiles, and all fuel prices times its factor."""
    base, spec = task.base, task.spec
    request = replace(base.profiles, weather=spec.weather, seed=spec.seed)
    tables, scenario = base.tables, base.scenario
    if spec.fuel != 1.0:
        scaled = pl.when(pl.col("parameter") == FUEL_PRICE).then(pl.col("value") * spec.fuel)
        parameters = tables["power_parameters"].with_columns(scaled.otherwise(pl.col("value")).alias("value"))
        tables = {**tables, "power_parameters": parameters}
        prices = {name: price * spec.fuel for name, price in scenario.prices.items()}
        scenario = scenario.model_copy(update={"prices": prices})
    return PowerCase(
        tables, scenario, base.years, gather_profiles(tables, scenario.id, base.years, request), task.demand,
        base.settings, base.solving, base.capacities,
    )  # fmt: skip


def _gather(base: EnsembleBase, study: PowerStudy | None) -> Arrays:
    """Return the arrays of a study; nan everywhere when it is infeasible."""
    years, classes = len(base.years), len(base.classes)
    found: Arrays = {
        "status": np.array([0.0 if study is None else 1.0]), "gap": np.array([np.nan]),
        "system": np.full((years, len(SYSTEM)), np.nan),
        **{name: np.full((years, classes), np.nan) for name in BY_CLASS},
    }  # fmt: skip
    if study is None:
        return found
    if study.solved.gap is not None:
        found["gap"][0] = study.solved.gap
    places = {year: place for place, year in enumerate(base.years)}
    for row in study.tables["power.system"].iter_rows(named=True):
        values = [np.nan if row[name] is None else row[name] for name in SYSTEM]
        found["system"][places[row["year"]]] = values
    order = {name: place for place, name in enumerate(base.classes)}
    for name, table in BY_CLASS.items():
        for row in study.tables[table].iter_rows(named=True):
            if row["technology"] in order and row[name] is not None:
                spot = places[row["year"]], order[row["technology"]]
                found[name][spot] = np.nan_to_num(found[name][spot]) + row[name]
    return found


def run_tasks(
    tasks: Sequence[EnsembleTask], *, executor: Executor | None = None, job: Job | None = None,
    chunks: ChunkStore | None = None,
) -> tuple[list[Arrays], int]:  # fmt: skip
    """Compute every case, here or wherever the executor computes.

    Parameters
    ----------
    tasks : sequence of EnsembleTask
    executor : concurrent.futures.Executor, optional
    job : Job, optional
        Told of every case; asked whether to go on.
    chunks : ChunkStore, optional
        Keeps finished cases by the hash of what they depend on.

    Returns
    -------
    list of mapping
        Results in the order of the tasks.
    int
        Cases that were kept from before.

    Raises
    ------
    InputRefused
        What a case refuses.
    Interrupted
        If the job is cancelled; what is kept stays.
    """
    job = job or Job()
    keys = [task.key for task in tasks] if chunks else []
    results: dict[int, Arrays] = {}
    for place, key in enumerate(keys):
        kept = chunks.load(key, 0) if chunks else None
        if kept is not None and _fits(kept, tasks[place]):
            results[place] = dict(kept)
    kept_count = len(results)
    job.advance("power_ensemble", kept_count, len(tasks))
    missing = [place for place in range(len(tasks)) if place not in results]
    calls = ((place, (tasks[place],)) for place in missing)
    with closing(compute_ahead(solve_task, calls, executor, job, ahead=AHEAD)) as computed:
        for place, found in computed:
            if chunks:
                chunks.save(keys[place], 0, found)
            results[place] = found
            job.advance("power_ensemble", len(results), len(tasks))
    return [results[place] for place in range(len(tasks))], kept_count


def _fits(kept: Mapping[str, NDArray[np.float64]], task: EnsembleTask) -> bool:
    expected = {name: part.shape for name, part in _gather(task.base, None).items()}
    return {name: part.shape for name, part in kept.items()} == expected
