"""Use case: the inventory of all gases from CSV files to a folder of CSV files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.app.accounts_stage import CEMENT
from dafeng.app.output_folder import refuse_pack
from dafeng.balance.io import ReadOptions, read_balance
from dafeng.errors import Finding, InputRefused
from dafeng.inventory import ceads_factors, compute_inventory, read_energy
from dafeng.inventory.guideline import (
    GuidelineInputs,
    compare_totals,
    compute_guideline,
    explain_gap,
    known_variables,
    list_factors,
    no_activities,
    no_factors,
    read_activities,
    read_own_factors,
    sum_categories,
)
from dafeng.inventory.guideline.transfers import FACTOR_UNITS
from dafeng.store.atomic import write_bytes_atomically
from dafeng.table import KnownNames, Suggestion

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("lines", "totals", "methods", "method_gap", "completeness", "factors", "reference")


@dataclass(frozen=True, slots=True)
class GuidelineRequest:
    """What to compute and where to.

    Parameters
    ----------
    energy, output : Path
        Energy use; folder of the results.
    gwp_set : str
        Set of warming potentials; there is no default. Empty: gas masses only.
    activities, factors, balance : Path, optional
        Activities and own factors in the layout of a pack; energy balance for the reference approach.
    accept_findings : bool
        Compute in spite of implausible energy use.
    max_bytes : int
        Limit of an input file. [B]
    """

    energy: Path
    output: Path
    gwp_set: str = ""
    activities: Path | None = None
    factors: Path | None = None
    balance: Path | None = None
    accept_findings: bool = False
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class GuidelineAnswer:
    """What was done: files written, lines not estimated, findings."""

    files: tuple[Path, ...]
    lines: int
    not_estimated: int
    findings: tuple[Finding, ...]


def run_guideline(request: GuidelineRequest) -> GuidelineAnswer:
    """Read the inputs, compute all gases by the second method, write the tables.

    Raises
    ------
    InputRefused, TableError
        With every defect of a file; nothing is written then.
    """
    _check_paths(request)
    if request.gwp_set and request.gwp_set not in terms.codes("gwp_sets"):
        hint = KnownNames(terms.codes("gwp_sets"))
        raise InputRefused.of("term_unknown", name=request.gwp_set, vocabulary="gwp_sets", suggestion=hint)
    inputs, notes = _read_inputs(request)
    made = compute_guideline(inputs, request.energy.name)
    cement = inputs.activities.filter(pl.col("activity") == CEMENT)
    emissions = compute_inventory(
        inputs.energy, ceads_factors(), _as_products(cement), accept_findings=True, file=request.energy.name
    ).emissions
    periods = made.lines.select("region", "year").unique()
    frames = {
        "lines": made.lines,
        "totals": sum_categories(made.lines, request.gwp_set or None),
        "methods": compare_totals(made.lines, emissions),
        "method_gap": explain_gap(inputs.energy, made.lines, ceads_factors(), emissions),
        "completeness": made.completeness,
        "factors": list_factors(periods, inputs.factors),
    }
    if made.reference is not None:
        frames["reference"] = made.reference
    written = []
    for name, frame in frames.items():
        path = request.output / f"{name}.csv"
        write_bytes_atomically(path, frame.write_csv(include_bom=True).encode("utf-8"))
        written.append(path)
    missing = made.lines.filter(pl.col("notation") == "NE").height
    return GuidelineAnswer(tuple(written), made.lines.height, missing, (*notes, *made.findings))


def _check_paths(request: GuidelineRequest) -> None:
    refuse_pack(request.output)
    targets = {(request.output / f"{name}.csv").resolve() for name in FILES}
    for path in (request.energy, request.activities, request.factors, request.balance):
        if path is not None and path.resolve() in targets:
            raise InputRefused.of("output_is_input", path=path)


def _read_inputs(request: GuidelineRequest) -> tuple[GuidelineInputs, tuple[Finding, ...]]:
    limit = request.max_bytes
    energy = read_energy(request.energy, max_bytes=limit).frame
    activities = no_activities()
    if request.activities is not None:
        activities = read_activities(request.activities, max_bytes=limit).frame
    factors, notes = no_factors(), []
    if request.factors is not None:
        factors = read_own_factors(request.factors, max_bytes=limit).frame
        notes = _find_unknown(factors)
    balance = None
    if request.balance is not None:
        options = ReadOptions(accept_findings=request.accept_findings, max_bytes=limit)
        read = read_balance(request.balance, options)
        balance, notes = read.balance, [*notes, *read.findings]
    return GuidelineInputs(energy, activities, factors, balance, request.accept_findings), tuple(notes)


def _find_unknown(factors: pl.DataFrame) -> list[Finding]:
    """Return a note for every own factor that nothing asks for; those of transfers have their own account."""
    known = known_variables() | set(FACTOR_UNITS)
    return [
        Finding(
            "factor_unknown", params={"factor": name, "suggestion": Suggestion(name, known)}, severity="note"
        )
        for name in sorted(set(factors["variable"]) - known)
    ]


def _as_products(cement: pl.DataFrame) -> pl.DataFrame:
    return cement.select(
        "region", "year", variable=pl.lit("output"), sector=pl.lit("cement"), unit="unit", value="value",
        grade="grade",
    )  # fmt: skip
