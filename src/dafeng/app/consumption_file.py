"""Use case: territorial and consumption views from an inventory and a table of transfers, CSV to CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused, TableError
from dafeng.files import read_bytes
from dafeng.inventory.contracts import Emissions
from dafeng.inventory.guideline import no_factors, read_own_factors
from dafeng.inventory.guideline.activity_contracts import EnergyTransfer
from dafeng.inventory.guideline.consumption import list_territorial, total_emissions, view_consumption
from dafeng.inventory.guideline.transfers import check_transfers
from dafeng.parsing import parse_csv
from dafeng.store.atomic import write_bytes_atomically

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


@dataclass(frozen=True, slots=True)
class ConsumptionRequest:
    """What to compute and where to.

    Parameters
    ----------
    emissions : Path
        Result of an inventory, CSV.
    transfers : Path
        Electricity, coal and coke between provinces, CSV; a receiver that is not known is left empty.
    output : Path
        Result, CSV.
    factors : Path, optional
        Grid factors and others by province and year, in the layout of a pack.
    max_bytes : int
        Limit of an input file. [B]
    """

    emissions: Path
    transfers: Path
    output: Path
    factors: Path | None = None
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class ConsumptionAnswer:
    """What was done: rows written, views that stay open."""

    rows: int
    open_views: int


def run_consumption(request: ConsumptionRequest) -> ConsumptionAnswer:
    """Read emissions and transfers, compute the views, write them.

    Raises
    ------
    InputRefused, TableError
        With every defect of a file; nothing is written then.
    """
    for path in (request.emissions, request.transfers, request.factors):
        if path is not None and path.resolve() == request.output.resolve():
            raise InputRefused.of("output_is_input", path=path)
    emissions = parse_csv(
        read_bytes(request.emissions, request.max_bytes), Emissions, request.emissions.name,
        extra="keep", max_bytes=request.max_bytes,
    ).frame  # fmt: skip
    transfers = read_transfers(request.transfers, request.max_bytes)
    factors = no_factors()
    if request.factors is not None:
        factors = read_own_factors(request.factors, max_bytes=request.max_bytes).frame
    views = view_consumption(list_territorial(total_emissions(emissions)), transfers, factors)
    write_bytes_atomically(request.output, views.write_csv(include_bom=True).encode("utf-8"))
    return ConsumptionAnswer(views.height, views["value_mt"].null_count())


def read_transfers(path: Path, max_bytes: int) -> pl.DataFrame:
    """Return a checked table of transfers.

    Raises
    ------
    InputRefused, TableError
        ``unit_wrong``, ``code_unknown``, ``transfer_ends`` and the defects of any CSV file.
    """
    parsed = parse_csv(read_bytes(path, max_bytes), EnergyTransfer, path.name, max_bytes=max_bytes)
    problems = check_transfers(parsed.frame, path.name, parsed.rows)
    if problems:
        raise TableError(problems)
    return parsed.frame
