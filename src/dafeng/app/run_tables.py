"""The tables behind a document: those of a run folder, or the same stages computed without writing a run."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.clock import today
from dafeng.app.stages import PLAN_TABLES, STAGES, RunContext
from dafeng.app.tables import TABLES
from dafeng.cities.facts import Facts
from dafeng.errors import Finding, InputRefused, Place
from dafeng.pack import Pack, read_pack
from dafeng.table import check

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "manifest.json"
VERDICTS = "tracking.verdicts"
"""Without it nothing can be said of any target."""
STAGES_BEHIND = (
    "plan", "inventory", "decomposition", "assessment", "tracking", "warning", "cities", "dossiers",
    "evaluation",
)  # fmt: skip
"""Stages whose tables documents rest on; the others take long and say nothing here."""
PACK_FACTS = {
    **{table_id: name for name, table_id in PLAN_TABLES.items()},
    "pathway.lever_effects": "lever_effects",
    "tracking.series": "series",
}
"""Id of a table -> file of the pack that holds it."""
TABLES_READ = (
    "plan.documents", "plan.clauses", "plan.agencies", "plan.clause_agencies", "plan.levers",
    "plan.indicators", "plan.targets", "plan.links", "plan.open_questions", "pack.sources", "pack.regions",
    "tracking.verdicts", "tracking.warnings", "tracking.series", "tracking.observations", "tracking.replay",
    "evaluation.rules", "evaluation.results", "evaluation.departments",
    "cities.dossiers", "cities.plans", "cities.plan_events",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The facts of a pack on a day, and the pack itself."""

    facts: Facts
    pack: Pack


def gather_facts(pack_name: str, as_of: date | None, run_folder: Path | None = None) -> RunFacts:
    """Return the tables of a run folder; without one, computed for a day from the pack.

    Parameters
    ----------
    pack_name : str
        Built-in name or folder.
    as_of : date, optional
        Day of the results; default that of the run, else today.
    run_folder : Path, optional
        Output folder of ``dafeng run``.

    Raises
    ------
    InputRefused
        ``run_folder_missing``, ``run_day_differs``, ``run_pack_differs``, ``run_table_broken``, or what the
        stages refuse.
    """
    pack = read_pack(pack_name)
    if run_folder is None:
        day = as_of or today()
        tables = _compute_tables(pack, day)
    else:
        day = _check_run(run_folder, pack, as_of)
        tables = read_run_tables(run_folder, TABLES_READ)
        if VERDICTS not in tables:
            raise InputRefused.of("run_folder_missing", folder=run_folder)
    return RunFacts(facts_of_pack(pack, day, tables), pack)


def facts_of_pack(pack: Pack, day: date, made: dict[str, pl.DataFrame]) -> Facts:
    """Return the tables of a pack as facts, together with those that stages made."""
    known = {table_id: pack.tables[name] for table_id, name in PACK_FACTS.items()}
    return Facts(known | made, day, pack.config.pack.region)


def read_run_tables(folder: Path, wanted: tuple[str, ...]) -> dict[str, pl.DataFrame]:
    """Return tables of a run folder by id; one that the run did not make is not there.

    Raises
    ------
    InputRefused
        ``run_table_broken`` if a file is damaged or does not fulfil its contract.
    """
    found, problems = {}, []
    for table_id in wanted:
        path = folder / "tables" / f"{table_id}.parquet"
        if not path.is_file():
            continue
        try:
            found[table_id] = check(pl.read_parquet(path), TABLES[table_id][0], name=path.name)
        except (OSError, pl.exceptions.PolarsError, InputRefused) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            problems.append(Finding("run_table_broken", Place(str(path)), {"reason": reason}))
    if problems:
        raise InputRefused(problems)
    return found


def _compute_tables(pack: Pack, day: date) -> dict[str, pl.DataFrame]:
    context = RunContext(pack, day, accept_findings=False)
    made: dict[str, pl.DataFrame] = {}
    for stage in STAGES:
        if stage.id in STAGES_BEHIND:
            given = {table_id: made[table_id] for table_id in stage.needs if table_id in made}
            result = stage.compute(replace(context, given=given))
            made |= {table_id: table.frame for table_id, table in result.tables.items()}
    return made


def read_run_day(folder: Path) -> tuple[date, str]:
    """Return the day and the pack of a run folder.

    Raises
    ------
    InputRefused
        ``run_folder_missing``.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return date.fromisoformat(manifest["as_of"]), str(manifest["pack"]["id"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise InputRefused.of("run_folder_missing", folder=folder) from error


def _check_run(folder: Path, pack: Pack, as_of: date | None) -> date:
    day, pack_id = read_run_day(folder)
    problems = []
    if as_of is not None and as_of != day:
        problems.append(Finding("run_day_differs", params={"folder": folder, "day": day, "wanted": as_of}))
    if pack_id != pack.config.pack.id:
        params = {"folder": folder, "pack": pack_id, "wanted": pack.config.pack.id}
        problems.append(Finding("run_pack_differs", params=params))
    if problems:
        raise InputRefused(problems)
    return day
