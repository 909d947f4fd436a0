"""Use cases: the results of a run as IAMC table, data package or workbook; an IAMC table as a CSV of ours."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import polars as pl

from dafeng import terms
from dafeng.app.tables import TABLES, name_tables
from dafeng.errors import Finding, InputRefused
from dafeng.files import read_bytes
from dafeng.grids import read_grids
from dafeng.inventory.contracts import Emissions
from dafeng.inventory.iamc import emissions_to_iamc, energy_to_iamc, lines_to_iamc, title_case, widen
from dafeng.inventory.iamc_reading import iamc_to_lines, parse_iamc
from dafeng.pathway.exchange import to_iamc
from dafeng.report import ReportContext, ReportMeta, write_workbook
from dafeng.report.words import plain
from dafeng.store import Manifest
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.datapackage import DESCRIPTOR, package_files
from dafeng.table import Suggestion, check, empty_table
from dafeng.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dafeng.result import NamedTable

ExportForm = Literal["iamc", "iamc-wide", "datapackage", "xlsx"]
ImportForm = Literal["iamc", "lines"]
INVENTORY = "inventory.emissions"
LINES = "accounts.lines"
ENERGY = "inventory.energy"
PATHWAYS = ("pathway.fan", "pathway.emissions", "pathway.quantities")
FIRST_SCENARIO, OTHER_SCENARIO = "inventory", "guideline"
PACKAGE_NAME = "dafeng-"
ZIP_DAY = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to hand out.

    Parameters
    ----------
    run : Path
        Output folder of ``dafeng run``.
    form : {"iamc", "iamc-wide", "datapackage", "xlsx"}
    output : Path
        File; for a data package a folder, or a file that ends in ``.zip``.
    tables : sequence of str
        Ids of the tables of a data package or workbook; default all.
    model : str
        Model name of IAMC tables.
    """

    run: Path
    form: ExportForm
    output: Path
    tables: Sequence[str] = ()
    model: str = f"dafeng {__version__}"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to take in.

    Parameters
    ----------
    file, output : Path
        IAMC table, CSV or XLSX; result, CSV.
    form : {"iamc", "lines"}
        Long IAMC table in the units of the crosswalk, or emission lines.
    scenario : str, optional
        Only this one.
    accept_findings : bool
        Keep unknown variables and units as they are.
    max_bytes : int
        Limit of the file. [B]
    """

    file: Path
    output: Path
    form: ImportForm = "iamc"
    scenario: str | None = None
    accept_findings: bool = False
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class ExchangeAnswer:
    """Rows or tables written, what should be looked at, and whether something older was replaced."""

    count: int
    findings: tuple[Finding, ...]
    replaced: bool = False


def export_run(request: ExportRequest) -> ExchangeAnswer:
    """Write the results of a run in another form.

    Raises
    ------
    InputRefused
        ``run_missing``; ``id_unknown`` for a table that the run does not hold; ``output_not_writable``;
        ``output_not_ours`` for a folder that holds anything but a data package of ours.
    """
    replaced = request.output.is_file()
    manifest = _read_manifest(request.run)
    tables = _choose(_read_tables(request.run, manifest), request)
    if request.form in {"iamc", "iamc-wide"}:
        if (
            not request.tables
        ):  # results of scenarios leave only when asked for: quantiles are not inventories
            tables = {table_id: table for table_id, table in tables.items() if table_id not in PATHWAYS}
        data, findings = _to_iamc(tables, request.model, manifest.pack.get("region", ""))
        table = widen(data) if request.form == "iamc-wide" else data
        write_bytes_atomically(request.output, title_case(table).write_csv().encode("utf-8"))
        return ExchangeAnswer(table.height, findings, replaced)
    if request.form == "xlsx":
        stream = BytesIO()
        write_workbook(ReportContext(_describe_run(manifest), tables), stream)
        write_bytes_atomically(request.output, stream.getvalue())
    else:
        files = package_files(tables, _package_head(manifest), _sources_of(tables))
        replaced = _write_package(files, request.output)
    return ExchangeAnswer(len(tables), (), replaced)


def import_iamc(request: ImportRequest) -> ExchangeAnswer:
    """Read an IAMC table, CSV or XLSX, and write it as a long table of ours or as emission lines.

    Raises
    ------
    InputRefused, TableError
        Defects of the layout always; unknown variables and units unless they are accepted; a scenario that
        the file does not hold.
    """
    path, limit = request.file, request.max_bytes
    if path.resolve() == request.output.resolve():
        raise InputRefused.of("output_is_input", path=path)
    data, found = parse_iamc(read_grids(read_bytes(path, limit), path.name, max_bytes=limit)[0])
    if found and not request.accept_findings:
        raise InputRefused([Finding("findings_stop", params={"count": len(found)}), *found])
    if request.scenario is not None:
        known = data["scenario"].unique().sort().to_list()
        if request.scenario not in known:
            hint = Suggestion(request.scenario, known)
            raise InputRefused.of("id_unknown", value=request.scenario, what="scenario", suggestion=hint)
        data = data.filter(pl.col("scenario") == request.scenario)
    if request.form == "lines":
        data, skipped = iamc_to_lines(data)
        found = (*found, *skipped)
    write_bytes_atomically(request.output, data.write_csv().encode("utf-8"))
    return ExchangeAnswer(data.height, found)


def _read_manifest(run: Path) -> Manifest:
    path = run / "manifest.json"
    try:
        return Manifest.model_validate(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise InputRefused.of("run_missing", path=run) from error


def _read_tables(run: Path, manifest: Manifest) -> dict[str, NamedTable]:
    """Return the tables of a run that its manifest names, in the order of the table list, checked again."""
    named = {str(table.get("id")) for record in manifest.stages.values() for table in record.tables}
    frames = {}
    for table_id, (contract, _, _) in TABLES.items():
        if table_id not in named:
            continue
        path = run / "tables" / f"{table_id}.parquet"
        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputRefused.of("file_missing", file=path) from error
        frames[table_id] = check(frame, contract, name=path.name)
    return name_tables(frames)


def _choose(tables: Mapping[str, NamedTable], request: ExportRequest) -> dict[str, NamedTable]:
    unknown = [table_id for table_id in request.tables if table_id not in tables]
    if unknown:
        raise InputRefused(
            Finding(
                "id_unknown", params={"value": one, "what": "table", "suggestion": Suggestion(one, tables)}
            )
            for one in unknown
        )
    wanted = set(request.tables) or set(tables)
    return {table_id: table for table_id, table in tables.items() if table_id in wanted}


def _to_iamc(
    tables: Mapping[str, NamedTable], model: str, region: str
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    parts: list[pl.DataFrame] = []
    findings: list[Finding] = []
    for table_id, table in tables.items():
        if table.contract is Emissions:
            made = emissions_to_iamc(table.frame, model, FIRST_SCENARIO)
        elif table_id == LINES:
            made = lines_to_iamc(table.frame, model, OTHER_SCENARIO)
        elif table_id == ENERGY:
            made = energy_to_iamc(table.frame, model, FIRST_SCENARIO)
        else:
            continue
        parts.append(made[0])
        findings += made[1]
    if any(table_id in tables for table_id in PATHWAYS):
        paths = [
            tables[table_id].frame if table_id in tables else empty_table(TABLES[table_id][0])
            for table_id in PATHWAYS
        ]
        parts.append(to_iamc(*paths, model=model, region=region))
    if not parts:
        raise InputRefused.of("iamc_no_table", tables=", ".join((INVENTORY, LINES, ENERGY, *PATHWAYS)))
    return pl.concat(parts), _said_once(findings)


def _said_once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple({finding.text("en"): finding for finding in findings}.values())


def _describe_run(manifest: Manifest) -> ReportMeta:
    region = manifest.pack.get("region", "")
    names = terms.entries("provinces").get(terms.aliases("provinces").get(region.lower(), ""), {})
    return ReportMeta(
        region_code=region, region_zh=names.get("full_zh", region), region_en=names.get("en", region),
        pack_id=manifest.pack.get("id", ""), pack_version=manifest.pack.get("version", ""),
        totals_version=manifest.versions.get("totals", ""), as_of=manifest.as_of,
        software_version=manifest.versions.get("dafeng", ""),
    )  # fmt: skip


def _package_head(manifest: Manifest) -> dict[str, object]:
    meta = _describe_run(manifest)
    zh = plain("book.title", "zh", region=meta.region_zh)
    en = plain("book.title", "en", region=meta.region_en)
    licence = f"{plain('method.licence_text', 'zh')} / {plain('method.licence_text', 'en')}"
    return {
        "name": f"{PACKAGE_NAME}{meta.pack_id or 'run'}".lower(),
        "title": f"{zh} / {en}",
        "description": f"{plain('stamp', 'zh')} / {plain('stamp', 'en')}",
        "version": meta.pack_version or "0",
        "created": f"{meta.as_of}T00:00:00+08:00",
        "licenses": [{"name": "other", "title": licence}],
    }


def _sources_of(tables: Mapping[str, NamedTable]) -> list[dict[str, str]]:
    """Return the sources of the run as a data package names them; an address only where it is one."""
    if "pack.sources" not in tables:
        return []
    found = []
    for row in tables["pack.sources"].frame.iter_rows(named=True):
        source = {"title": f"{row['title_zh']} / {row['title_en']} [{row['source_id']}]"}
        if str(row["locator"] or "").startswith(("http://", "https://")):
            source["path"] = row["locator"]
        found.append(source)
    return found


def _write_package(files: Mapping[str, bytes], output: Path) -> bool:
    """Write a package as folder or archive; return whether an older one was replaced."""
    if output.suffix.lower() != ".zip":
        older = _own_files(output)
        for name, content in files.items():  # the descriptor is the last one
            write_bytes_atomically(output / name, content)
        for path in older - {output / name for name in files}:
            path.unlink(missing_ok=True)
        return bool(older)
    replaced = output.is_file()
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, key=lambda name: name != DESCRIPTOR):
            entry = zipfile.ZipInfo(name, ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    write_bytes_atomically(output, stream.getvalue())
    return replaced


def _own_files(folder: Path) -> set[Path]:
    """Return the files of a data package of ours in a folder, none if it is empty.

    Raises
    ------
    InputRefused
        ``output_not_ours``.
    """
    if not folder.is_dir():
        return set()
    found = {path for path in folder.rglob("*") if not path.is_dir()}
    if not found:
        return set()
    try:
        package = json.loads((folder / DESCRIPTOR).read_text("utf-8"))
        named = {folder / "data" / f"{resource['name']}.csv" for resource in package["resources"]}
        ours = str(package["name"]).startswith(PACKAGE_NAME)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        ours, named = False, set()
    if not ours or not found <= named | {folder / DESCRIPTOR}:
        raise InputRefused.of("output_not_ours", path=folder)
    return found
