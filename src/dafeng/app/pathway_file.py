"""Use case: a scenario from its name to a folder of tables, whole or not at all, resumed where it stopped."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.output_folder import CHUNKS, check_place, list_files, read_earlier
from dafeng.app.pathway_engine import PATHWAY_FILES, build_engine
from dafeng.app.pathway_executor import check_workers
from dafeng.app.pathway_scenario import (
    check_plan,
    collecting,
    find_scenario,
    lay_ground,
    scenario_as_toml,
)
from dafeng.app.pathway_study import study_scenario
from dafeng.errors import Finding, InputRefused
from dafeng.inventory.iamc import title_case
from dafeng.pathway.calibration import summarise_calibration
from dafeng.pathway.exchange import to_iamc
from dafeng.provenance import hash_bytes, hash_json
from dafeng.store import Manifest, StageRecord, open_workspace
from dafeng.store.chunks import FolderChunks
from dafeng.store.table_bytes import table_as_csv
from dafeng.version import __version__

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from concurrent.futures import Executor
    from pathlib import Path

    from dafeng.app.pathway_scenario import Ground, GroundRequest
    from dafeng.app.pathway_study import Study, StudyPlan
    from dafeng.job import Job
    from dafeng.pathway.calibration import CalibrationSummary
    from dafeng.scenario import Scenario
    from dafeng.store import Workspace

STAGE = "pathway_run"
"""Name of the only stage of the manifest: how a folder of ours is known."""
PREFIX = "pathway."
LIBRARIES = ("numpy", "scipy", "polars")


@dataclass(frozen=True, slots=True)
class PathwayRequest:
    """What to run and where to.

    Parameters
    ----------
    ground : GroundRequest
    scenario : str
        Name in the pack, or path of a TOML file.
    output : Path
        Folder of the results.
    plan : StudyPlan
        Draws and seed.
    workers : int
        Processes of this machine; 0 computes here.
    scheduler : str, optional
        Address of a Dask scheduler.
    """

    ground: GroundRequest
    scenario: str
    output: Path
    plan: StudyPlan
    workers: int = 0
    scheduler: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPathway:
    """A run that was checked and has not begun; nothing is written yet."""

    request: PathwayRequest
    ground: Ground
    scenario: Scenario
    calibration: CalibrationSummary


@dataclass(frozen=True, slots=True, eq=False)
class PathwayAnswer:
    """What came out.

    Attributes
    ----------
    scenario : Scenario
    tables : mapping of str to polars.DataFrame
        By id (``pathway.peak`` …).
    files : tuple of str
        Names in the output folder.
    below : tuple of str
        Drivers that fall below a floor of supply security in some year.
    """

    scenario: Scenario
    tables: Mapping[str, pl.DataFrame]
    files: tuple[str, ...]
    below: tuple[str, ...]


def prepare_pathway(request: PathwayRequest) -> PreparedPathway:
    """Check everything that is asked for and return it with the calibration of the base year.

    Raises
    ------
    InputRefused
        With everything that is wrong: folder, options, day, pack, scenario.
    """
    problems: list[Finding] = [*check_plan(request.plan), *check_workers(request.workers, request.scheduler)]
    ground, scenario = None, None
    with collecting(problems):
        check_folder(request.output)
    with collecting(problems):
        ground = lay_ground(request.ground)
        scenario = find_scenario(ground.pack, request.scenario)
        build_engine(ground.foundation, scenario)
    if problems or ground is None or scenario is None:
        raise InputRefused(problems)
    return PreparedPathway(request, ground, scenario, calibration_of(ground))


def calibration_of(ground: Ground) -> CalibrationSummary:
    """Return how the base year was taken over."""
    foundation = ground.foundation
    return summarise_calibration(foundation.parts.base.calibration, foundation.accounts.emissions)


def run_pathway(
    prepared: PreparedPathway, job: Job | None = None, executor: Executor | None = None
) -> PathwayAnswer:
    """Compute a prepared run and write its folder.

    The folder is locked before anything is computed. Finished chunks of futures are kept in its hidden folder
    ``.chunks`` until the files are written, so that a run that was interrupted or could not be written goes
    on where it stopped; chunks of other runs are left alone. What was in the folder stays until everything
    is computed.

    Parameters
    ----------
    prepared : PreparedPathway
    job : Job, optional
    executor : concurrent.futures.Executor, optional
        Where the futures are computed; the numbers are the same everywhere.

    Raises
    ------
    InputRefused
        ``run_locked`` before anything is computed; ``output_not_writable``; what the engine refuses.
    Interrupted
        If the job is cancelled.
    """
    request = prepared.request
    chunks = FolderChunks(request.output / CHUNKS)
    with open_workspace(request.output) as workspace:
        study = study_scenario(
            prepared.ground.foundation, prepared.scenario, request.plan, job, executor=executor, chunks=chunks
        )
        contents = render_study(prepared, study)
        _write(workspace, prepared, contents)
        chunks.clear()
    marks = study.tables["pathway.security"].filter(pl.col("mark") == "below")
    below = tuple(marks["driver"].unique(maintain_order=True))
    return PathwayAnswer(prepared.scenario, study.tables, (*contents, "manifest.json"), below)


def render_study(prepared: PreparedPathway, study: Study) -> dict[str, bytes]:
    """Return the files of a run: tables, calibration, IAMC table, scenario as resolved."""
    foundation = prepared.ground.foundation
    tables = {**study.tables, "pathway.calibration": foundation.parts.base.calibration}
    contents = {f"{name.removeprefix(PREFIX)}.csv": table_as_csv(frame) for name, frame in tables.items()}
    iamc = to_iamc(
        *(study.tables[f"{PREFIX}{name}"] for name in ("fan", "emissions", "quantities")),
        model=f"dafeng {__version__}", region=foundation.region,
    )  # fmt: skip
    contents["iamc.csv"] = title_case(iamc).write_csv().encode("utf-8")
    contents["scenario.toml"] = scenario_as_toml(prepared.scenario).encode("utf-8")
    return contents


def check_folder(output: Path, own: Collection[str] = ()) -> None:
    """Refuse a pack, and a folder with files that this command did not write.

    Parameters
    ----------
    output : Path
    own : collection of str
        Names that may be there beside those of an earlier run.

    Raises
    ------
    InputRefused
        ``output_is_pack``, ``pathway_folder_foreign``, ``output_not_writable`` for a file.
    """
    check_place(output)
    found = list_files(output)
    if found and not found <= {*own, *_own_names(output)}:
        raise InputRefused.of("pathway_folder_foreign", path=output)


def _own_names(output: Path) -> set[str]:
    """Return the names that an earlier run of this command wrote."""
    manifest = read_earlier(output)
    record = manifest.stages.get(STAGE)
    return {"manifest.json", *record.files} if record and len(manifest.stages) == 1 else set()


def _write(workspace: Workspace, prepared: PreparedPathway, contents: Mapping[str, bytes]) -> None:
    """Put the files into place, all at once, the manifest last."""
    request, pack, foundation = prepared.request, prepared.ground.pack, prepared.ground.foundation
    inputs = {
        f"{name}.csv": pack.hashes[f"{name}.csv"] for name in PATHWAY_FILES if f"{name}.csv" in pack.hashes
    }
    inputs["scenario.toml"] = hash_bytes(contents["scenario.toml"])
    parameters = {
        "scenario": prepared.scenario.id, "draws": request.plan.draws, "seed": request.plan.seed,
        "base_year": foundation.parts.base.year, "as_of": foundation.as_of.isoformat(),
    }  # fmt: skip
    step = {
        "name": "pathway.run", "zh": "测算一个情景", "en": "one scenario was computed",
        "parameters": parameters, "rows": len(contents),
    }  # fmt: skip
    key = hash_json({"inputs": inputs, "parameters": parameters, "version": __version__})
    check_folder(request.output)
    workspace.add_files(STAGE, key, contents, inputs)
    record: StageRecord = workspace.stages[STAGE].model_copy(update={"steps": [step]})
    info = pack.config.pack
    versions = {"dafeng": __version__, "python": platform.python_version()}
    workspace.commit(
        Manifest(
            versions=versions | {name: version(name) for name in LIBRARIES},
            pack={"id": info.id, "version": info.version, "region": info.region},
            as_of=foundation.as_of.isoformat(), stages={STAGE: record},
        )
    )  # fmt: skip
