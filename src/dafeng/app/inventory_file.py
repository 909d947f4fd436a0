"""Use case: an inventory from CSV to CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, InputRefused
from dafeng.inventory import (
    InventoryFinding,
    as_findings,
    ceads_factors,
    compute_inventory,
    read_energy,
    read_products,
    screen_energy,
)
from dafeng.store.atomic import write_atomically
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class InventoryRequest:
    """What to compute and where to.

    Parameters
    ----------
    energy, output : Path
        Input and result.
    cement : Path, optional
        Product output with rows of cement.
    accept_findings : bool
        Compute in spite of implausible values and write the list of them, empty or not, beside the result.
    max_bytes : int
        Limit of an input file. [B]
    """

    energy: Path
    output: Path
    cement: Path | None = None
    accept_findings: bool = False
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class InventoryAnswer:
    """What was done: rows written, findings accepted."""

    rows: int
    findings: tuple[Finding, ...]
    findings_path: Path | None


def run_inventory(request: InventoryRequest) -> InventoryAnswer:
    """Read energy use and cement, compute CO2, write it.

    Raises
    ------
    InputRefused
        Structural defects always; implausible values unless they are accepted. The output is untouched.
    """
    inputs = [path for path in (request.energy, request.cement) if path is not None]
    findings_path = request.output.with_name(f"{request.output.stem}.findings.csv")
    for path in inputs:
        if path.resolve() in {request.output.resolve(), findings_path.resolve()}:
            raise InputRefused.of("output_is_input", path=path)
    energy = read_energy(request.energy, max_bytes=request.max_bytes)
    cement = read_products(request.cement, max_bytes=request.max_bytes) if request.cement else None
    factors = ceads_factors()
    screened = screen_energy(energy.frame, factors)
    findings = as_findings(screened, request.energy.name)
    if findings and not request.accept_findings:
        raise InputRefused([Finding("findings_stop", params={"count": len(findings)}), *findings])
    inventory = compute_inventory(energy.frame, factors, cement.frame if cement else None)
    if request.accept_findings:
        write_atomically(findings_path, list_findings(screened, findings).write_csv)
    write_atomically(request.output, inventory.emissions.write_csv)
    beside = findings_path if request.accept_findings else None
    return InventoryAnswer(inventory.emissions.height, tuple(findings), beside)


def list_findings(screened: pl.DataFrame, findings: list[Finding]) -> pl.DataFrame:
    """Return screened rows with their texts as an :class:`InventoryFinding` table."""
    if screened.is_empty():
        return empty_table(InventoryFinding)
    texts = screened.with_columns(
        text_zh=pl.Series([f.text("zh") for f in findings]),
        text_en=pl.Series([f.text("en") for f in findings]),
    )
    wanted = [
        "code",
        "region",
        "year",
        "variable",
        "sector",
        "fuel",
        "unit",
        "value",
        "row",
        "text_zh",
        "text_en",
    ]
    return check(texts.select(wanted), InventoryFinding)
