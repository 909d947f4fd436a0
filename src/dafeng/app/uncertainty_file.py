"""Use case: the uncertainty of a user's emission lines, from CSV to a folder of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.app.output_folder import refuse_pack
from dafeng.errors import Finding, InputRefused, Place
from dafeng.inventory.uncertainty import (
    DrawPlan,
    UncertaintyPlan,
    assess_uncertainty,
    fill_uncertainties,
    lines_from_input,
    list_idle_rules,
    read_defaults,
    read_lines,
)
from dafeng.store.atomic import write_bytes_atomically
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

TABLES = ("totals", "approach1", "approach2", "key_categories", "known_parts")


@dataclass(frozen=True, slots=True)
class UncertaintyRequest:
    """What to assess and where to.

    Parameters
    ----------
    lines : Path
        CSV of activity x factor with uncertainties.
    output : Path
        Folder of the tables.
    defaults : Path, optional
        CSV of uncertainties for lines that state none.
    gwp_set : str
        Needed where there are several gases.
    base_year : int, optional
        Year of the trend; default the first year of the file.
    draws : DrawPlan
        Draws and seed of the simulation.
    max_bytes : int
        Limit of an input file. [B]
    """

    lines: Path
    output: Path
    defaults: Path | None = None
    gwp_set: str = ""
    base_year: int | None = None
    draws: DrawPlan | None = None
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class UncertaintyAnswer:
    """What was done: files written, totals of the last year, notes on the default uncertainties."""

    files: tuple[Path, ...]
    totals: pl.DataFrame
    findings: tuple[Finding, ...] = ()


def run_uncertainty(request: UncertaintyRequest) -> UncertaintyAnswer:
    """Read lines, assess their uncertainty, write the tables.

    Raises
    ------
    InputRefused, TableError
        With every defect of a file; nothing is written then.
    """
    _check_paths(request)
    if request.gwp_set and request.gwp_set not in terms.codes("gwp_sets"):
        hint = KnownNames(terms.codes("gwp_sets"))
        raise InputRefused.of("term_unknown", name=request.gwp_set, vocabulary="gwp_sets", suggestion=hint)
    read = read_lines(request.lines, max_bytes=request.max_bytes)
    lines = lines_from_input(read.frame, request.gwp_set or None, read.rows, request.lines.name)
    notes: list[Finding] = []
    if request.defaults is not None:
        rules = read_defaults(request.defaults, max_bytes=request.max_bytes)
        idle = rules.rows.filter(list_idle_rules(lines, rules.frame))
        name = request.defaults.name
        notes = [Finding("uncertainty_rule_idle", Place(name, row=row), severity="note") for row in idle]
        lines = fill_uncertainties(lines, rules.frame)
    plan = UncertaintyPlan(request.base_year, request.gwp_set, request.draws or DrawPlan())
    made = assess_uncertainty(lines, plan)
    written = []
    for name, frame in made.tables.items():
        path = request.output / f"{name}.csv"
        write_bytes_atomically(path, frame.write_csv(include_bom=True).encode("utf-8"))
        written.append(path)
    last = made.totals["year"].max()
    return UncertaintyAnswer(tuple(written), made.totals.filter(made.totals["year"] == last), tuple(notes))


def _check_paths(request: UncertaintyRequest) -> None:
    refuse_pack(request.output)
    targets = {(request.output / f"{name}.csv").resolve() for name in TABLES}
    for path in (request.lines, request.defaults):
        if path is not None and path.resolve() in targets:
            raise InputRefused.of("output_is_input", path=path)
