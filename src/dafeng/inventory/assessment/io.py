"""Read terms, GDP and figures of an assessment from CSV files of the user."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, Place, TableError, UnitError
from dafeng.files import read_bytes
from dafeng.inventory.assessment.contracts import AssessmentTerms, GdpIndex
from dafeng.inventory.assessment.rules import UNITS
from dafeng.pack import PACK_TABLES
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.provenance import Source, hash_bytes
from dafeng.table import Suggestion, Table, check, column, columns_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from pathlib import Path


CO2 = " CO2"
"""Behind a unit of mass, where a term of CO2 names only the mass (万吨)."""


SOURCE_NAMES = ("source", "source_id", "来源")
EXAMPLES = ("terms", "gdp", "figures")


class GivenTerms(Table):
    """Terms as the user writes them; an empty value is not known, further columns are optional."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    term: str = column(key=True, vocabulary="assessment_term", zh="构成项", en="Term")
    stage: str = column(key=True, vocabulary="figure_stage", zh="数据阶段", en="Stage")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    source: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that was read and where it came from."""

    frame: pl.DataFrame
    source: Source


def read_terms(path: Path, *, max_bytes: int = MAX_BYTES) -> ReadTable:
    """Return terms in the units of the accounts (Mt CO2, 10^4 tce).

    Raises
    ------
    InputRefused, TableError
        With every defect of the file, units that cannot be converted included.
    """
    raw = read_bytes(path, max_bytes)
    parsed = parse_csv(raw, GivenTerms, path.name, max_bytes=max_bytes, spelled={"source_id": "source"})
    problems, factors, wanted = [], [], []
    for row, term, unit in zip(parsed.rows, parsed.frame["term"], parsed.frame["unit"], strict=True):
        target = UNITS[term.partition("_")[0]]
        wanted.append(target)
        try:
            mass = target.endswith(CO2) and "CO2" not in unit.replace("二氧化碳", "CO2")
            factors.append(conversion_factor(unit + CO2 if mass else unit, target))
        except UnitError as error:
            problems += [_at(finding, path.name, row) for finding in error.findings]
            factors.append(1.0)
    if problems:
        raise TableError(problems)
    frame = parsed.frame.select(
        "region",
        "year",
        "term",
        "stage",
        power_factor=pl.when(pl.col("term") == "co2_net_power_import")
        .then(pl.lit("given"))
        .otherwise(pl.lit("none")),
        unit=pl.Series(wanted, dtype=pl.String),
        value=pl.col("value") * pl.Series(factors, dtype=pl.Float64),
        source_id="source",
        grade="grade",
    )
    return ReadTable(check(frame, AssessmentTerms, name=path.name), _source(path, raw))


def read_gdp(path: Path, *, max_bytes: int = MAX_BYTES) -> ReadTable:
    """Return GDP indices by vintage from a CSV file; a column ``source`` or ``source_id`` is only a remark.

    Raises
    ------
    InputRefused, TableError
        With every defect of the file.
    """
    raw = read_bytes(path, max_bytes)
    parsed = parse_csv(raw, GdpIndex, path.name, extra="keep", max_bytes=max_bytes)
    known = [spec.name for spec in columns_of(GdpIndex)]
    problems = [
        Finding(
            "column_unknown", Place(path.name, row=1), {"column": name, "suggestion": Suggestion(name, known)}
        )
        for name in parsed.extra.columns
        if name not in SOURCE_NAMES
    ]
    if problems:
        raise TableError(problems)
    return ReadTable(parsed.frame, _source(path, raw))


def read_figures(path: Path, *, max_bytes: int = MAX_BYTES) -> ReadTable:
    """Return feedback and approved figures, in the layout of ``assessed_figures.csv`` of a pack.

    Raises
    ------
    InputRefused, TableError
        With every defect of the file.
    """
    raw = read_bytes(path, max_bytes)
    contract = PACK_TABLES["assessed_figures"]
    parsed = parse_csv(raw, contract, path.name, max_bytes=max_bytes, spelled={"source": "source_id"})
    return ReadTable(parsed.frame, _source(path, raw))


def read_examples() -> dict[str, bytes]:
    """Return the example of each input file (terms, gdp, figures) by file name; its figures are invented."""
    folder = files("dafeng.inventory.assessment")
    return {f"{name}.csv": folder.joinpath(f"example_{name}.csv").read_bytes() for name in EXAMPLES}


def _at(finding: Finding, name: str, row: int) -> Finding:
    return Finding(finding.code, Place(name, row=row, column="unit"), finding.params)


def _source(path: Path, raw: bytes) -> Source:
    return Source(path.name, path.name, hash_bytes(raw))
