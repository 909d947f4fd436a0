"""The main job: pack in, tables, report and workbook out; only what changed is computed again."""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.stages import SLOW_PARTS, STAGES, RunContext, Stage, totals_version
from dafeng.app.tables import name_tables
from dafeng.errors import Finding, InputRefused
from dafeng.job import Job, Progress
from dafeng.pack import Pack, read_pack
from dafeng.provenance import Step, hash_bytes, hash_json
from dafeng.report import ReportContext, ReportMeta, render_report, write_workbook
from dafeng.store import Manifest, Workspace, open_workspace
from dafeng.table import KnownNames
from dafeng.version import __version__

if TYPE_CHECKING:
    from datetime import date
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from dafeng.result import NamedTable, Result

REPORT = "report.html"
WORKBOOK = "report.xlsx"
CODE_SUFFIXES = (".py", ".csv", ".html", ".css", ".js", ".woff2")


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run.

    Parameters
    ----------
    pack : str
        Built-in name or folder.
    out : Path
        Output folder.
    as_of : date
        Day of the verdicts.
    accept_findings : bool
        Compute in spite of implausible values.
    extras : frozenset of str
        Slow parts that are wanted: ``ensemble``, ``power``.
    """

    pack: str
    out: Path
    as_of: date
    accept_findings: bool = False
    extras: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What came out, for a short closing message."""

    out: Path
    report: Path
    workbook: Path
    totals_version: str
    computed: tuple[str, ...]
    kept: tuple[str, ...]
    latest_total: tuple[int, float] | None
    verdicts: dict[str, int]
    findings: int
    not_run: tuple[str, ...] = ()
    """Slow parts that were not asked for."""


def run(request: RunRequest, job: Job | None = None) -> RunSummary:
    """Run the main job.

    Raises
    ------
    InputRefused
        The pack is defective, the output folder is a pack, another run writes to it, or a slow part that is
        asked for is not known.
    Interrupted
        The cancel token was set; the old results are untouched.
    """
    job = job or Job()
    not_run = _parts_not_run(request.extras)
    if (request.out / "pack.toml").exists():
        raise InputRefused.of("output_is_pack", path=request.out)
    total = len(STAGES) + 3
    job.advance("pack", 0, total)
    pack = read_pack(request.pack)
    context = RunContext(pack, request.as_of, request.accept_findings, request.extras, job)
    code = hash_json([hash_code(), _libraries()])
    computed: list[str] = []
    tables: dict[str, NamedTable] = {}
    with open_workspace(request.out) as workspace:
        for place, stage in enumerate(STAGES, 1):
            job.advance(stage.id, place, total)
            result = _run_stage(stage, context, workspace, code)
            if result is not None:
                computed.append(stage.id)
                tables |= result.tables
        job.advance("report", len(STAGES) + 1, total)
        if _write_report(context, workspace, tables, code):
            computed.append("report")
        job.advance("commit", len(STAGES) + 2, total)
        manifest = Manifest(
            versions=_versions(pack), pack=_describe_pack(pack), as_of=request.as_of.isoformat(),
            stages=workspace.stages, not_run=not_run,
        )  # fmt: skip
        verdicts = _count_verdicts(workspace, pack)
        latest = _latest_total(workspace)
        findings = workspace.read_table("inventory.findings").height
        workspace.commit(manifest)
    job.report(Progress("done", total, total))
    every = [*(stage.id for stage in STAGES), "report"]
    return RunSummary(
        request.out, request.out / REPORT, request.out / WORKBOOK, totals_version(pack), tuple(computed),
        tuple(s for s in every if s not in computed), latest, verdicts, findings, not_run,
    )  # fmt: skip


def _parts_not_run(extras: frozenset[str]) -> tuple[str, ...]:
    """Return the slow parts that are not asked for.

    Raises
    ------
    InputRefused
        ``run_part_unknown``, one finding for each.
    """
    unknown = sorted(extras - set(SLOW_PARTS))
    if unknown:
        known = KnownNames(SLOW_PARTS)
        raise InputRefused(
            Finding("run_part_unknown", params={"name": name, "known": known}) for name in unknown
        )
    return tuple(part for part in SLOW_PARTS if part not in extras)


def hash_code() -> str:
    """Return a hash of the program itself: code, terms, templates; packs are inputs and left out."""
    hashes = {}
    queue: list[tuple[str, Traversable]] = [("", files("dafeng"))]
    while queue:
        prefix, folder = queue.pop()
        for entry in folder.iterdir():
            name = f"{prefix}{entry.name}"
            if entry.is_dir():
                if name not in {"packs", "__pycache__"}:
                    queue.append((f"{name}/", entry))
            elif name.endswith(CODE_SUFFIXES):
                hashes[name] = hash_bytes(entry.read_bytes())
    return hash_json(hashes)


def _run_stage(stage: Stage, context: RunContext, workspace: Workspace, code: str) -> Result | None:
    """Compute a stage, or keep its files and return None."""
    inputs = stage.inputs(context) | _hash_tables(stage, workspace)
    key = hash_json({"code": code, "inputs": inputs, "parameters": dict(stage.parameters(context))})
    if workspace.keeps(stage.id, key):
        return None
    given = {name: workspace.read_table(name) for name in stage.needs if workspace.holds(name)}
    result = stage.compute(replace(context, given=given))
    workspace.add_result(result, key, inputs)
    return result


def _hash_tables(stage: Stage, workspace: Workspace) -> dict[str, str]:
    """Return the hashes of the tables of earlier stages that a stage reads."""
    made = {name: digest for record in workspace.stages.values() for name, digest in record.files.items()}
    names = [f"tables/{table_id}.parquet" for table_id in stage.needs]
    return {name: made[name] for name in names if name in made}


def _write_report(context: RunContext, workspace: Workspace, fresh: dict[str, NamedTable], code: str) -> bool:
    meta = report_meta(context.pack, context.as_of.isoformat(), _parts_not_run(context.extras))
    inputs = {
        name: digest
        for record in workspace.stages.values()
        for name, digest in record.files.items()
        if name.endswith(".parquet")
    }
    key = hash_json({"code": code, "inputs": inputs, "meta": [getattr(meta, n) for n in meta.__slots__]})
    if workspace.keeps("report", key):
        return False
    steps = tuple(Step(**described) for record in workspace.stages.values() for described in record.steps)
    report = ReportContext(meta, _load_tables(workspace, fresh), steps)
    stream = BytesIO()
    write_workbook(report, stream)
    contents = {REPORT: render_report(report).encode("utf-8"), WORKBOOK: stream.getvalue()}
    workspace.add_files("report", key, contents, inputs)
    return True


def _load_tables(workspace: Workspace, fresh: dict[str, NamedTable]) -> dict[str, NamedTable]:
    """Return all tables of the run: fresh ones as they are, kept ones from their files."""
    contracts = {table.id: table for table in fresh.values()}
    loaded = {}
    for record in workspace.stages.values():
        for described in record.tables:
            table_id = described["id"]
            known = contracts.get(table_id)
            loaded[table_id] = known or name_tables({table_id: workspace.read_table(table_id)})[table_id]
    return loaded


def report_meta(pack: Pack, as_of: str, not_run: tuple[str, ...]) -> ReportMeta:
    """Return what a report of a pack says of itself.

    Parameters
    ----------
    pack : Pack
        The province as data.
    as_of : str
        Day of the verdicts, ISO.
    not_run : tuple of str
        Slow parts that were left out.
    """
    info = pack.config.pack
    region = pack.tables["regions"].filter(pl.col("code") == info.region)
    names = region.row(0, named=True) if region.height else {"name_zh": info.name_zh, "name_en": info.name_en}
    return ReportMeta(
        region_code=info.region,
        region_zh=names["name_zh"],
        region_en=names["name_en"] or info.name_en,
        pack_id=info.id,
        pack_version=info.version,
        totals_version=totals_version(pack),
        as_of=as_of,
        map_approval=pack.config.map.approval_number,
        software_version=__version__,
        stages_not_run=not_run,
        boundaries=pack.boundaries,
    )


def _describe_pack(pack: Pack) -> dict[str, str]:
    info = pack.config.pack
    return {"id": info.id, "version": info.version, "region": info.region}


def _versions(pack: Pack) -> dict[str, str]:
    return {"dafeng": __version__, "totals": totals_version(pack), **_libraries()}


def _libraries() -> dict[str, str]:
    """Return what could change a result although our own code is the same."""
    names = ("polars", "pandera", "numpy", "jinja2", "xlsxwriter", "fonttools")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _count_verdicts(workspace: Workspace, pack: Pack) -> dict[str, int]:
    own = pack.tables["targets"].filter(pl.col("document_id") == pack.config.pack.plan_document)
    verdicts = workspace.read_table("tracking.verdicts").filter(
        pl.col("target_id").is_in(own["target_id"].implode())
    )
    return dict(verdicts.group_by("verdict").len().sort("verdict").iter_rows())


def _latest_total(workspace: Workspace) -> tuple[int, float] | None:
    emissions = workspace.read_table("inventory.emissions")
    totals = emissions.filter(
        (pl.col("variable") == "co2_total") & (pl.col("sector") == "total") & pl.col("value").is_not_null()
    ).sort("year")
    return totals.select("year", "value").row(-1) if totals.height else None
