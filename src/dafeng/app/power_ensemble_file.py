"""Use case: an ensemble of plans or dispatches, from options to a folder, resumed where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.app.output_folder import CHUNKS, check_place, list_files, read_earlier
from dafeng.app.pathway_executor import check_workers
from dafeng.app.pathway_scenario import collecting, find_scenario, scenario_as_toml
from dafeng.app.power_contracts import EnsembleCase, EnsembleResult, EnsembleSummary
from dafeng.app.power_dispatch_file import read_plan_capacities
from dafeng.app.power_ensemble import (
    BY_CLASS,
    SYSTEM,
    CaseSpec,
    EnsembleBase,
    EnsembleTask,
    make_task_case,
    run_tasks,
)
from dafeng.app.power_file import check_options, check_years
from dafeng.app.power_ground import lay_power_ground
from dafeng.app.power_study import lay_network
from dafeng.errors import Finding, InputRefused
from dafeng.provenance import hash_json
from dafeng.store import Manifest, open_workspace
from dafeng.store.chunks import FolderChunks
from dafeng.store.table_bytes import table_as_csv
from dafeng.table import check, columns_of, frame_of
from dafeng.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from dafeng.app.power_ensemble import Arrays
    from dafeng.app.power_file import PlanRequest
    from dafeng.app.power_ground import PowerGround
    from dafeng.job import Job

STAGE = "power_ensemble"
MOST_CASES = 10_000
MOST_FACTOR = 100.0
READ = (
    "power_zones", "power_technologies", "power_parameters", "power_fleet", "power_statistics",
    "power_retrofits", "power_corridors", "power_demands", "power_rules", "load_shapes", "load_extremes",
    "profile_statistics", "profile_levels", "lever_ranges", "targets",
)  # fmt: skip
"""Tables of the pack that a case needs."""
UNITS = {
    "_gwh": "GWh", "_gce_per_kwh": "gce/kWh", "_cny_per_mwh": "CNY/MWh", "_mw": "MW", "_share": "1",
    "_mt": "Mt", "_cny": "CNY",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EnsembleRequest:
    """What to vary, and where it is computed.

    Parameters
    ----------
    base : PlanRequest
        What all cases share.
    plan : Path, optional
        Folder of a plan or CSV of capacities: dispatch instead of plans.
    weather : tuple of int
        Weather years; empty for the modelled years themselves.
    seeds : tuple of int
    fuel : tuple of float
        Factors on fuel prices [1].
    futures : int
        Futures of the pathways; 0 for the central one.
    workers : int
        Processes of this machine; 0 computes here.
    scheduler : str, optional
        Address of a Dask scheduler.
    """

    base: PlanRequest
    plan: Path | None = None
    weather: tuple[int, ...] = ()
    seeds: tuple[int, ...] = (0,)
    fuel: tuple[float, ...] = (1.0,)
    futures: int = 0
    workers: int = 0
    scheduler: str | None = None

    def specs(self) -> list[CaseSpec]:
        """Return every combination."""
        draws: Sequence[int | None] = range(self.futures) if self.futures else (None,)
        weather: Sequence[int | None] = self.weather or (None,)
        return [CaseSpec(*given) for given in product(weather, self.seeds, self.fuel, draws)]


@dataclass(frozen=True, slots=True, eq=False)
class PreparedEnsemble:
    """An ensemble that was checked and has not begun; nothing is written yet."""

    request: EnsembleRequest
    ground: PowerGround
    tasks: tuple[EnsembleTask, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EnsembleAnswer:
    """What came out: cases, results, spread; how many were infeasible or kept from before."""

    cases: pl.DataFrame
    results: pl.DataFrame
    summary: pl.DataFrame
    infeasible: int
    kept: int
    files: tuple[str, ...]


def prepare_ensemble(request: EnsembleRequest) -> PreparedEnsemble:
    """Check everything that is asked for.

    Raises
    ------
    InputRefused
        With everything that is wrong.
    """
    base = request.base
    problems: list[Finding] = [*check_years(base.years), *check_options(base), *_check_axes(request)]
    problems += check_workers(request.workers, request.scheduler)
    with collecting(problems):
        check_ensemble_folder(base.output)
    capacities = None
    if request.plan is not None:
        if len(base.years) > 1:
            params = {"key": "--years", "reason": "--plan: 1"}
            problems.append(Finding("setting_invalid", params=params))
        with collecting(problems):
            capacities = read_plan_capacities(request.plan).of_year(base.years[0])
    if problems:
        raise InputRefused(problems)
    ground = lay_power_ground(base.ground)
    scenario = find_scenario(ground.pack, base.scenario)
    shared = EnsembleBase(
        {name: ground.tables[name] for name in READ}, scenario, base.years, base.profiles, base.settings,
        base.solving, capacities, tuple(ground.tables["power_technologies"]["technology"].to_list()),
    )  # fmt: skip
    specs = request.specs()
    demands = {
        future: ground.find_demand(scenario, base.years, future) for future in {s.future for s in specs}
    }
    tasks = tuple(EnsembleTask(shared, spec, demands[spec.future]) for spec in specs)
    lay_network(make_task_case(tasks[0]))
    return PreparedEnsemble(request, ground, tasks)


def _check_axes(request: EnsembleRequest) -> list[Finding]:
    """Return what is wrong with the axes of an ensemble."""
    count = len(request.specs()) if 0 <= request.futures <= MOST_CASES else MOST_CASES + 1
    wrong = {
        "--futures": not 0 <= request.futures <= MOST_CASES,
        "--seeds": not request.seeds or any(not 0 <= seed < 2**31 for seed in request.seeds),
        "--weather": any(not 1950 <= year <= 2100 for year in request.weather),
        "--fuel-price": not request.fuel or any(not 0 < value <= MOST_FACTOR for value in request.fuel),
    }
    found = [
        Finding("setting_invalid", params={"key": key, "reason": str(getattr(request, name))})
        for (key, bad), name in zip(wrong.items(), ("futures", "seeds", "weather", "fuel"), strict=True)
        if bad
    ]
    if not found and count > MOST_CASES:
        reason = f"{count} > {MOST_CASES}"
        found.append(Finding("setting_invalid", params={"key": "--futures", "reason": reason}))
    return found


def check_ensemble_folder(output: Path) -> None:
    """Refuse a pack, a file, and a folder with files that this command did not write.

    Raises
    ------
    InputRefused
        ``output_is_pack``, ``output_not_writable``, ``power_folder_foreign``.
    """
    check_place(output)
    if list_files(output) and set(read_earlier(output).stages) != {STAGE}:
        raise InputRefused.of("power_folder_foreign", path=output)


def run_ensemble_file(
    prepared: PreparedEnsemble, job: Job, executor: Executor | None = None
) -> EnsembleAnswer:
    """Compute a prepared ensemble and write its folder, which is locked before anything is computed.

    Raises
    ------
    InputRefused
        ``run_locked``; ``output_not_writable``; what a case refuses.
    Interrupted
        If the job is cancelled; finished cases are kept.
    """
    output = prepared.request.base.output
    chunks = FolderChunks(output / CHUNKS)
    with open_workspace(output) as workspace:
        results, kept = run_tasks(prepared.tasks, executor=executor, job=job, chunks=chunks)
        tables = tabulate_ensemble(prepared.tasks, results)
        scenario = prepared.tasks[0].base.scenario
        contents = {f"{name}.csv": table_as_csv(frame) for name, frame in tables.items()}
        contents["scenario.toml"] = scenario_as_toml(scenario).encode("utf-8")
        info = prepared.ground.pack.config.pack
        key = hash_json([task.key for task in prepared.tasks])
        check_ensemble_folder(output)
        workspace.add_files(STAGE, key, contents, {})
        workspace.commit(
            Manifest(
                versions={"dafeng": __version__},
                pack={"id": info.id, "version": info.version, "region": info.region},
                as_of=prepared.ground.as_of.isoformat(), stages=workspace.stages,
            )
        )  # fmt: skip
        chunks.clear()
    infeasible = int((tables["cases"]["status"] == "infeasible").sum())
    return EnsembleAnswer(
        tables["cases"], tables["results"], tables["summary"], infeasible, kept, (*contents, "manifest.json")
    )


def tabulate_ensemble(tasks: Sequence[EnsembleTask], results: Sequence[Arrays]) -> dict[str, pl.DataFrame]:
    """Return cases, results and their spread over the cases that could be solved."""
    base = tasks[0].base
    cases = [
        {
            "case": number, "scenario": base.scenario.id, "weather_year": task.spec.weather,
            "seed": task.spec.seed, "fuel_price_ratio": task.spec.fuel, "future": task.spec.future,
            "status": "solved" if found["status"][0] else "infeasible",
            "certified_gap": None if np.isnan(found["gap"][0]) else float(found["gap"][0]),
        }
        for number, (task, found) in enumerate(zip(tasks, results, strict=True))
    ]  # fmt: skip
    rows = [row for number, found in enumerate(results) for row in _result_rows(base, number, found)]
    long = frame_of(rows, EnsembleResult)
    return {"cases": frame_of(cases, EnsembleCase), "results": long, "summary": summarise(long)}


def _result_rows(base: EnsembleBase, number: int, found: Arrays) -> list[dict[str, Any]]:
    """Return the results of a case: the system, then each class that has any."""
    rows = []
    none = ("",) * len(SYSTEM)
    blocks: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [("system", SYSTEM, none)]
    blocks += [(name, (name,) * len(base.classes), base.classes) for name in BY_CLASS]
    for block, quantities, items in blocks:
        for place, year in enumerate(base.years):
            for quantity, item, value in zip(quantities, items, found[block][place], strict=True):
                if item and np.isnan(value):
                    continue
                unit = next(unit for suffix, unit in UNITS.items() if quantity.endswith(suffix))
                rows.append({
                    "case": number, "scenario": base.scenario.id, "year": year, "quantity": quantity,
                    "item": item, "value": None if np.isnan(value) else float(value), "unit": unit,
                })  # fmt: skip
    return rows


def summarise(results: pl.DataFrame) -> pl.DataFrame:
    """Return mean, ends and quantiles of every result: contract ``EnsembleSummary``."""
    value = pl.col("value")
    frame = (
        results.filter(value.is_not_null())
        .group_by("scenario", "year", "quantity", "item", "unit", maintain_order=True)
        .agg(
            cases=pl.len().cast(pl.Int64), mean=value.mean(), low=value.min(),
            p10=value.quantile(0.1, "linear"), p50=value.median(), p90=value.quantile(0.9, "linear"),
            high=value.max(),
        )
    )  # fmt: skip
    return check(frame.select([spec.name for spec in columns_of(EnsembleSummary)]), EnsembleSummary)
