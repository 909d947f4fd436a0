"""Use case: an inventory from CSV to CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused
from dafeng.inventory import ceads_factors, compute_inventory, read_energy, read_products
from dafeng.store.atomic import write_atomically, write_bytes_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.errors import Finding


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
    made = compute_inventory(
        energy.frame, ceads_factors(), cement.frame if cement else None,
        accept_findings=request.accept_findings, file=request.energy.name,
    )  # fmt: skip
    if request.accept_findings or findings_path.exists():  # an old list must not outlive its result
        text = made.findings_table.write_csv(include_bom=True)
        write_bytes_atomically(findings_path, text.encode("utf-8"))
    write_atomically(request.output, made.emissions.write_csv)
    beside = findings_path if request.accept_findings else None
    return InventoryAnswer(made.emissions.height, made.findings, beside)
