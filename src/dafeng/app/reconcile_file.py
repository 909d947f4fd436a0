"""Use case: close a balance from a file of conflicting cells, or from an official table."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.app.balance_file import refuse_overwriting
from dafeng.balance import Balance, lay_out_balance
from dafeng.balance.editions import detect_edition
from dafeng.balance.io import ReadOptions, read_balance
from dafeng.balance.reconcile import ReconcileOptions, observe_balance, reconcile_balance
from dafeng.balance.reconcile_input import is_flat, parse_observations
from dafeng.errors import Finding, InputRefused
from dafeng.files import read_bytes
from dafeng.grids import read_grids
from dafeng.provenance import hash_bytes, worst_grade
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.sheet_bytes import sheet_bytes
from dafeng.store.table_bytes import table_as_csv

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.balance.reconcile import ReconcileSummary

FILES = {"cells": "reconciled.csv", "adjustments": "adjustments.csv", "sources": "sources.csv",
         "identities": "identities.csv"}  # fmt: skip
SUMMARY, WORKBOOK = "summary.json", "balance.xlsx"


@dataclass(frozen=True, slots=True)
class ReconcileRequest:
    """What to close and where to.

    Parameters
    ----------
    file : Path
        CSV or XLSX of observations (:func:`~dafeng.balance.reconcile_input.parse_observations`), or
        balance tables in the official layout (:func:`~dafeng.balance.io.read_balance`), each cell one
        observation.
    output : Path
        Folder of the results.
    options : ReconcileOptions
        How the balance is closed.
    accept_findings : bool
        Read an official table in spite of warnings.
    max_bytes : int
        Limit of the input file. [B]
    """

    file: Path
    output: Path
    options: ReconcileOptions = field(default_factory=ReconcileOptions)
    accept_findings: bool = False
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class ReconcileAnswer:
    """What was done: the summary, the sources by how hard they were pulled, what to look at."""

    summary: ReconcileSummary
    sources: pl.DataFrame
    findings: tuple[Finding, ...]
    files: tuple[Path, ...]


def run_reconcile(request: ReconcileRequest) -> ReconcileAnswer:
    """Read observations, close the balance, write cells, adjustments, sources, identities and a summary.

    The closed table is also written as a workbook in the official layout, if one holds its cells.

    Raises
    ------
    InputRefused, TableError
        The file cannot be used; nothing is written.
    NegativeAnswer
        Locks, bounds and identities contradict each other; nothing is written.
    """
    targets = {name: request.output / file for name, file in FILES.items()}
    summary_path, workbook_path = request.output / SUMMARY, request.output / WORKBOOK
    refuse_overwriting([request.file], [*targets.values(), summary_path, workbook_path])
    raw = read_bytes(request.file, request.max_bytes)
    observations, notes = _observe(raw, request)
    made = reconcile_balance(observations, request.options, name=request.file.name)
    workbook, more = _lay_out(made.cells, observations, request.options.default_grade)
    findings = (*notes, *made.findings, *more)
    contents = {path: table_as_csv(getattr(made, name)) for name, path in targets.items()}
    said = {
        "input": {"file": request.file.name, "sha256": hash_bytes(raw)},
        "options": asdict(request.options),
        "summary": asdict(made.summary),
        "findings": [{"code": one.code, "zh": one.text("zh"), "en": one.text("en")} for one in findings],
    }
    contents[summary_path] = (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    if workbook:
        contents[workbook_path] = workbook
    for path, content in contents.items():
        write_bytes_atomically(path, content)
    return ReconcileAnswer(made.summary, made.sources, findings, tuple(contents))


def _observe(raw: bytes, request: ReconcileRequest) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Return the observations of a file and what was found while an official table was read."""
    name = request.file.name
    if is_flat(read_grids(raw, name, max_bytes=request.max_bytes)[0]):
        return parse_observations(raw, name, max_bytes=request.max_bytes), ()
    options = ReadOptions(accept_findings=request.accept_findings, max_bytes=request.max_bytes)
    read = read_balance(request.file, options)
    return observe_balance(read.balance, request.file.stem), read.findings


def _lay_out(
    cells: pl.DataFrame, observations: pl.DataFrame, default_grade: str
) -> tuple[bytes, tuple[Finding, ...]]:
    """Return the closed table as a workbook in its official layout; nothing and a note where none fits."""
    told = cells.drop_nulls("value").select("region", "year", "row", "fuel", "unit", "value")
    own = {code: entry["activity_unit"] for code, entry in terms.entries("balance_fuels").items()}
    grade = worst_grade([*observations["grade"].drop_nulls().unique(), default_grade])
    try:
        if (told["unit"] != told["fuel"].replace_strict(own)).any():
            raise InputRefused.of("balance_not_physical")
        edition = detect_edition(told["row"].unique(), told["fuel"].unique(), told["year"].unique())
        balance = Balance(told.with_columns(grade=pl.lit(str(grade))), edition.code)
        return sheet_bytes(lay_out_balance(balance)), ()
    except InputRefused as refused:
        reason = Finding("balance_no_layout", severity="note")
        return b"", (reason, *(replace(finding, severity="note") for finding in refused.findings))
