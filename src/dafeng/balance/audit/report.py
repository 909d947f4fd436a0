"""The audits: of balances, of time series, of firms; each gives findings, none is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.audit.catalogue import rules_for
from dafeng.balance.audit.contracts import (
    AuditFindings,
    AuditSeries,
    FirmPurchase,
    FirmTransformation,
    FirmUnitEnergy,
)
from dafeng.balance.audit.firm_rules import FirmCase
from dafeng.balance.audit.identity_rules import BalanceCase, with_digits
from dafeng.balance.audit.series_rules import SeriesCase
from dafeng.balance.audit.structure_rules import ReleaseCase
from dafeng.balance.audit.suppress import Suppressions, apply_suppressions
from dafeng.balance.audit.thresholds import merge_bounds
from dafeng.balance.audit.wording import word_findings
from dafeng.balance.contracts import BalanceCells
from dafeng.errors import Finding, Place
from dafeng.provenance import Step
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dafeng.balance.audit.catalogue import Rule
    from dafeng.balance.model import Balance
    from dafeng.errors import Language

PLACE = ("region", "year", "row", "fuel")
_ORDER = pl.col("severity").replace_strict({"error": 0, "warning": 1, "note": 2}, return_dtype=pl.Int8)
_SORT = ("rule", "region", "year", "variable", "row", "fuel", "firm_id", "value", "expected", "text_zh")
_STRUCTURE = ("rows_shifted", "columns_swapped", "unit_slip", "decimal_slip")


@dataclass(frozen=True, slots=True)
class AuditText:
    """The words of a finding in a message."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """Return them in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """What an audit is told beside its data.

    Parameters
    ----------
    suppressions : Suppressions
    bounds : mapping, optional
        Values in place of those of ``thresholds.csv``.
    places : polars.DataFrame, optional
        ``region, year, row, fuel, file, sheet, place``: where cells stand.
    file : str
        Named where no place is known.
    """

    suppressions: Suppressions = field(default_factory=Suppressions)
    bounds: Mapping[str, float] | None = None
    places: pl.DataFrame | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found.

    Parameters
    ----------
    table : AuditFindings
        Everything, suppressed findings with their reason; errors first.
    findings : tuple of Finding
        What is not suppressed, and a note for each suppression that matches nothing.
    steps : tuple of Step
    """

    table: pl.DataFrame
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]

    @property
    def has_errors(self) -> bool:
        """Whether an error stands that nobody has suppressed."""
        return not self.table.filter((pl.col("severity") == "error") & ~pl.col("suppressed")).is_empty()


def audit_balance(
    balance: Balance, *, others: Sequence[Balance] = (), options: AuditOptions | None = None
) -> AuditReport:
    """Return what is wrong or worth a look in a balance.

    Parameters
    ----------
    balance : Balance
    others : sequence of Balance
        Other releases of the same tables; one in the other measure gives the coefficients.
    options : AuditOptions, optional

    Raises
    ------
    TableError
        The cells break their contract.
    InputRefused
        A bound is unknown.
    """
    options = options or AuditOptions()
    bounds = merge_bounds(options.bounds)
    cells = with_digits(_sorted(check(balance.cells, BalanceCells)))
    case = BalanceCase(cells, bounds, balance.measure, balance.electricity)
    found = _run(rules_for("balance"), case)
    companions = [other for other in others if other.measure != balance.measure]
    for other in companions:
        found += _run(
            [r for r in rules_for("balance") if r.id == "heat_content"],
            _join_measures(balance, other, bounds),
        )
    grid = _as_grid(cells)
    found += _run(rules_for("grid"), ReleaseCase(grid, grid.clear(), bounds))
    for other in others:
        if other.measure == balance.measure:
            release = _as_grid(with_digits(_sorted(check(other.cells, BalanceCells))))
            found += _run(rules_for("release"), ReleaseCase(grid, release, bounds))
    step = Step(
        "balance.audit_balance", "按规则目录审核能源平衡表", "Audited the energy balance by rule",
        {"own_bounds": dict(options.bounds or {}), "others": len(others)}, balance.cells.height,
    )  # fmt: skip
    return _report(found, options, step)


def audit_series(
    series: pl.DataFrame, *, parts: Mapping[str, int] | None = None, options: AuditOptions | None = None
) -> AuditReport:
    """Return breaks, conflicts of sources and sums of regions that do not fit.

    Parameters
    ----------
    series : AuditSeries
    parts : mapping, optional
        How many parts a region has (``{"CN-…": 11}``): sums that fall short are judged only then.
    options : AuditOptions, optional
    """
    options = options or AuditOptions()
    bounds = merge_bounds(options.bounds)
    names = list(AuditSeries.to_schema().columns)
    known = check(series, AuditSeries).filter(pl.col("value").is_not_null()).sort(names)
    found = _run(rules_for("series"), SeriesCase(known, bounds, parts or {}))
    tables = known.filter(pl.col("sector").is_not_null() & pl.col("fuel").is_not_null())
    structure = [rule for rule in rules_for("release") if rule.id in _STRUCTURE]
    for first, second in combinations(sorted(tables["source"].drop_nulls().unique()), 2):
        pair = [_series_grid(tables.filter(pl.col("source") == name)) for name in (first, second)]
        found += _run(structure, ReleaseCase(pair[0], pair[1], bounds))
    step = Step(
        "balance.audit_series", "按规则目录审核时间序列", "Audited the time series by rule",
        {"own_bounds": dict(options.bounds or {}), "parts": dict(parts or {})}, series.height,
    )  # fmt: skip
    return _report(found, options, step)


def audit_firms(
    purchase: pl.DataFrame,
    transformation: pl.DataFrame | None = None,
    unit_energy: pl.DataFrame | None = None,
    *,
    options: AuditOptions | None = None,
) -> AuditReport:
    """Return what does not fit in the forms of firms; earlier years stand in the same tables.

    Parameters
    ----------
    purchase : FirmPurchase
    transformation : FirmTransformation, optional
    unit_energy : FirmUnitEnergy, optional
    options : AuditOptions, optional
    """
    options = options or AuditOptions()
    given = (purchase, transformation, unit_energy)
    contracts = (FirmPurchase, FirmTransformation, FirmUnitEnergy)
    frames = [
        empty_table(contract) if frame is None else check(frame, contract).sort(*contract.to_schema().columns)
        for frame, contract in zip(given, contracts, strict=True)
    ]
    found = _run(rules_for("firm"), FirmCase(frames[0], frames[1], frames[2], merge_bounds(options.bounds)))
    step = Step(
        "balance.audit_firms", "按规则目录审核企业能源报表", "Audited the forms of firms by rule",
        {"own_bounds": dict(options.bounds or {})}, sum(frame.height for frame in frames),
    )  # fmt: skip
    return _report(found, options, step)


def _run(chosen: Iterable[Rule], case: object) -> list[pl.DataFrame]:
    return [word_findings(rule, rule.check(case)) for rule in chosen]


def _sorted(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.sort("region", "year", "row", "fuel")


def _join_measures(balance: Balance, other: Balance, bounds: Mapping[str, float]) -> BalanceCase:
    """Return the physical cells of two tables with ``coal_equivalent`` of the same cells beside them."""
    physical, coal = (balance, other) if balance.measure == "physical" else (other, balance)
    heats = coal.cells.select("region", "year", "row", "fuel", coal_equivalent="value").drop_nulls()
    cells = with_digits(_sorted(physical.cells)).join(
        heats, on=["region", "year", "row", "fuel"], how="inner", maintain_order="left"
    )
    return BalanceCase(cells, bounds, "physical", coal.electricity)


def _as_grid(cells: pl.DataFrame) -> pl.DataFrame:
    order = {code: place for place, code in enumerate(terms.entries("balance_rows"))}
    return cells.with_columns(
        variable=pl.lit(""), order=pl.col("row").replace_strict(order, return_dtype=pl.Int64)
    )


def _series_grid(series: pl.DataFrame) -> pl.DataFrame:
    """Return a table of sectors and fuels as a grid, rows in the order of the vocabularies."""
    codes = [*terms.entries("sectors"), *terms.entries("balance_rows")]
    order = {code: place for place, code in enumerate(dict.fromkeys(codes))}
    grid = series.rename({"sector": "row"}).with_columns(
        order=pl.col("row").replace_strict(order, default=None, return_dtype=pl.Int64)
    )
    known = grid.filter(pl.col("order").is_not_null())
    return known.unique(["region", "year", "variable", "row", "fuel"], maintain_order=True).with_columns(
        half_digit=pl.lit(0.0)
    )


def _report(found: list[pl.DataFrame], options: AuditOptions, step: Step) -> AuditReport:
    table = pl.concat([empty_table(AuditFindings), *found], how="diagonal").sort(
        _ORDER, *_SORT, nulls_last=True
    )
    table = _add_places(table, options).select(empty_table(AuditFindings).columns)
    table, unused = apply_suppressions(table, options.suppressions)
    standing = table.filter(~pl.col("suppressed"))
    return AuditReport(check(table, AuditFindings), (*_as_findings(standing), *unused), (step,))


def _add_places(table: pl.DataFrame, options: AuditOptions) -> pl.DataFrame:
    if options.places is not None:
        stands = options.places.select(*PLACE, "file", "sheet", "place").unique(
            list(PLACE), maintain_order=True
        )
        stands = stands.rename({"row": "at_row", "fuel": "at_fuel"})
        table = table.drop("file", "sheet", "place").join(
            stands, on=["region", "year", "at_row", "at_fuel"], how="left", maintain_order="left"
        ).select(table.columns)  # fmt: skip
    return table.with_columns(pl.col("file").fill_null(pl.lit(options.file or None, pl.String)))


def _place_of(row: Mapping[str, str | None]) -> Place:
    """Return the place of a finding: a line of a text, or a cell of a sheet."""
    place = row["place"] or ""
    line = int(place) if place.isdecimal() else None
    return Place(row["file"] or "", row["sheet"] or "", line, "" if line is not None else place)


def _as_findings(table: pl.DataFrame) -> list[Finding]:
    return [
        Finding(
            "audit_finding", _place_of(row),
            {
                "rule": row["rule"], "region": row["region"] or row["firm_id"] or "—", "year": row["year"],
                "words": AuditText(row["text_zh"], row["text_en"]),
            },
            row["severity"],
        )
        for row in table.iter_rows(named=True)
    ]  # fmt: skip
