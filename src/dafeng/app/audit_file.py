"""Use cases: audit a balance, time series or forms of firms; write the findings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng.balance.audit import (
    AuditFindings,
    AuditOptions,
    AuditReport,
    AuditRules,
    FirmPurchase,
    FirmTransformation,
    FirmUnitEnergy,
    Suppressions,
    audit_balance,
    audit_firms,
    audit_series,
    rules_table,
)
from dafeng.balance.audit.contracts import GROUPS
from dafeng.balance.audit.io import (
    ReadForm,
    read_bounds,
    read_form,
    read_series,
    read_suppressions,
)
from dafeng.balance.difference import list_differences
from dafeng.balance.io import read_balance
from dafeng.errors import Finding, InputRefused
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.audit_bytes import TableSheet, table_sheets_bytes
from dafeng.store.table_bytes import table_as_csv
from dafeng.table import empty_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from dafeng.balance.io import ReadOptions
    from dafeng.table import Table

GROUP_SHEETS = dict(zip(GROUPS, ("恒等式", "合理性", "时间序列", "跨来源", "结构", "企业"), strict=True))
UNREAD = {"balance_row_unknown", "balance_column_unknown"}
SUPPRESSED_SHEET, RULES_SHEET = "已豁免", "规则"


@dataclass(frozen=True, slots=True)
class AuditControl:
    """What every audit takes beside its data.

    Parameters
    ----------
    suppress, bounds : Path, optional
        TOML files.
    output : Path, optional
        XLSX (a sheet a group of rules, the suppressed, the catalogue) or CSV (one table).
    """

    suppress: Path | None = None
    bounds: Path | None = None
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """Audit of balances.

    Parameters
    ----------
    file : Path
    against : tuple of Path
        Other releases, or the same tables in the other measure.
    options : ReadOptions, optional
        How ``file`` and ``against`` are read.
    control : AuditControl
    """

    file: Path
    against: tuple[Path, ...] = ()
    options: ReadOptions | None = None
    control: AuditControl = field(default_factory=AuditControl)


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """Audit of time series.

    Parameters
    ----------
    files : tuple of Path
        Compared with each other where region, year, variable, sector, fuel and unit agree.
    same : mapping
        Other name of a variable -> the name to compare it under.
    parts : mapping of str to int
        How many parts a region has.
    control : AuditControl
    """

    files: tuple[Path, ...]
    same: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    control: AuditControl = field(default_factory=AuditControl)


@dataclass(frozen=True, slots=True)
class FirmRequest:
    """Audit of the forms of firms.

    Parameters
    ----------
    purchase : Path
    transformation, unit_energy : Path, optional
    last_year : Path, optional
        Folder with files of the same names of the year before; that of purchases must be there.
    control : AuditControl
    """

    purchase: Path
    transformation: Path | None = None
    unit_energy: Path | None = None
    last_year: Path | None = None
    control: AuditControl = field(default_factory=AuditControl)


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """The report, what reading found, and whether the answer is negative (an error stands: exit 3).

    ``differences`` are the statistical differences of balances (``BalanceDifference``).
    """

    report: AuditReport
    read: tuple[Finding, ...]
    exit_negative: bool
    differences: pl.DataFrame | None = None


def run_audit(request: AuditRequest) -> AuditAnswer:
    """Audit the balances of a file.

    Raises
    ------
    InputRefused, TableError
        What was given cannot be read; the output is untouched.
    """
    control = request.control
    _refuse_overwriting([request.file, *request.against], control)
    read = read_balance(request.file, request.options)
    others = [read_balance(path, request.options).balance for path in request.against]
    options = _options(control, request.file.name, read.places)
    report = audit_balance(read.balance, others=others, options=options)
    findings = (*read.findings, *_blame_unread(read.findings, report))
    return replace(_finish(report, control, findings), differences=list_differences(read.balance.cells))


def _blame_unread(found: Iterable[Finding], report: AuditReport) -> list[Finding]:
    """Return one note that rows or columns that were not read may be why sums do not hold."""
    unread = [f"“{f.params['label']}”" for f in found if f.code in UNREAD]
    broken = report.table.filter(
        pl.col("rule").str.starts_with("identity_") & (pl.col("severity") == "error") & ~pl.col("suppressed")
    )
    if not unread or broken.is_empty():
        return []
    params = {"labels": ", ".join(unread), "count": len(unread), "errors": broken.height}
    return [Finding("audit_unread", params=params, severity="note")]


def run_series_audit(request: SeriesRequest) -> AuditAnswer:
    """Audit time series; files are sources of each other."""
    control = request.control
    _refuse_overwriting(request.files, control)
    series = pl.concat([read_series(path, request.same) for path in request.files])
    options = _options(control, request.files[0].name if len(request.files) == 1 else "")
    return _finish(audit_series(series, parts=request.parts, options=options), control)


def run_firm_audit(request: FirmRequest) -> AuditAnswer:
    """Audit forms of firms with those of the year before beside them."""
    control = request.control
    forms: list[tuple[Path | None, type[Table]]] = [
        (request.purchase, FirmPurchase), (request.transformation, FirmTransformation),
        (request.unit_energy, FirmUnitEnergy),
    ]  # fmt: skip
    _refuse_overwriting([path for path, _ in forms if path is not None], control)
    if request.last_year is not None and not (request.last_year / request.purchase.name).is_file():
        raise InputRefused.of("file_missing", file=request.last_year / request.purchase.name)
    read = [_read_form(path, contract, request.last_year) for path, contract in forms]
    report = audit_firms(*(form.frame for form in read), options=_options(control, ""))
    return _finish(report, control, tuple(finding for form in read for finding in form.findings))


def _read_form(path: Path | None, contract: type[Table], last_year: Path | None) -> ReadForm:
    if path is None:
        return ReadForm(empty_table(contract), ())
    older = last_year / path.name if last_year is not None else None
    parts = [read_form(path, contract)]
    if older is not None and older.is_file():
        parts.append(read_form(older, contract))
    findings = tuple(finding for part in parts for finding in part.findings)
    return ReadForm(pl.concat([part.frame for part in parts]), findings)


def _options(control: AuditControl, file: str, places: pl.DataFrame | None = None) -> AuditOptions:
    return AuditOptions(
        suppressions=read_suppressions(control.suppress) if control.suppress else Suppressions(),
        bounds=read_bounds(control.bounds) if control.bounds else None, places=places, file=file,
    )  # fmt: skip


def _refuse_overwriting(inputs: Iterable[Path], control: AuditControl) -> None:
    if control.output is None:
        return
    if control.output.suffix.lower() not in {".xlsx", ".csv"}:
        raise InputRefused.of("audit_output_kind", path=control.output)
    others = [*inputs, *(path for path in (control.suppress, control.bounds) if path is not None)]
    for path in others:
        if path.resolve() == control.output.resolve():
            raise InputRefused.of("output_is_input", path=path)


def _finish(report: AuditReport, control: AuditControl, read: tuple[Finding, ...] = ()) -> AuditAnswer:
    if control.output is not None:
        write_bytes_atomically(control.output, findings_bytes(report, control.output.suffix.lower()))
    return AuditAnswer(report, read, report.has_errors)


def findings_bytes(report: AuditReport, suffix: str) -> bytes:
    """Return the findings as a workbook (``.xlsx``) or CSV text (``.csv``); the same give the same bytes."""
    if suffix == ".csv":
        return table_as_csv(report.table)
    standing = report.table.filter(~pl.col("suppressed"))
    hidden = {"group", "suppressed", "reason", "by", "on"}
    sheets = [
        TableSheet(name, standing.filter(pl.col("group") == group), AuditFindings, hidden)
        for group, name in GROUP_SHEETS.items()
    ]
    sheets.append(
        TableSheet(SUPPRESSED_SHEET, report.table.filter("suppressed"), AuditFindings, {"suppressed"})
    )
    sheets.append(TableSheet(RULES_SHEET, rules_table(), AuditRules))
    return table_sheets_bytes(sheets)
