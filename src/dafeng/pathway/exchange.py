"""Results of pathways in the layout of the integrated assessment community, and those of others beside ours.

``iamc_results.csv`` says which result is which variable, in which unit, and what it counts. The names are the
common definitions of the Integrated Assessment Modeling Consortium where these have one (``standard``).
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, UnitError
from dafeng.table import Table, column, frame_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

QUANTILES = {"p05": "5th Percentile", "p50": "", "p95": "95th Percentile"}
"""Column of our tables -> last level of the variable; the median is the variable itself."""
CO2_UNIT = "Mt CO2/yr"
IAMC_COLUMNS = ("model", "scenario", "region", "variable", "unit", "year", "value")
_SPECIES = re.compile(r"\b(?P<mass>[kMG]?t) ?(CH4|N2O)\b")
_PER_YEAR = re.compile(r"/ *(yr|year|a)$")


class ComparisonRow(Table):
    """A result of another model or study, to lie beside ours with its scope."""

    row_id: str = column(key=True, zh="编号", en="Id")
    origin: str = column(zh="模型或来源", en="Model or source")
    scenario_zh: str = column(zh="情景（中文）", en="Scenario (Chinese)")
    scenario_en: str = column(zh="情景（英文）", en="Scenario (English)")
    variable: str = column(zh="变量", en="Variable")
    kind: str = column(vocabulary="comparison_kind", zh="类别", en="Kind")
    year_from: int = column(unit="year", nullable=True, low=1900, high=2200, zh="年份起", en="Year from")
    year: int = column(unit="year", nullable=True, low=1900, high=2200, zh="年份", en="Year")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    low: float = column(unit="unit", nullable=True, zh="下限", en="Low")
    high: float = column(unit="unit", nullable=True, zh="上限", en="High")
    unit: str = column(zh="单位", en="Unit")
    scope_zh: str = column(zh="范围（中文）", en="Scope (Chinese)")
    scope_en: str = column(zh="范围（英文）", en="Scope (English)")
    weak: bool = column(zh="依据薄弱", en="Weak")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


@cache
def iamc_results() -> Mapping[str, Mapping[str, str]]:
    """Return the crosswalk: variable -> row, in the order of the file."""
    text = files("dafeng.pathway").joinpath("iamc_results.csv").read_text("utf-8")
    return {row["variable"]: row for row in csv.DictReader(text.splitlines())}


def to_iamc(
    fan: pl.DataFrame, emissions: pl.DataFrame, quantities: pl.DataFrame, *, model: str, region: str
) -> pl.DataFrame:
    """Return results as a long IAMC table.

    Parameters
    ----------
    fan : FanChart
        Totals.
    emissions : PathwayEmissions
        By chain.
    quantities : PathwayQuantity
    model : str
        Name of the model; the scenario stands in the tables.
    region : str
        Code of the province.

    Returns
    -------
    polars.DataFrame
        Columns model, scenario, region, variable, unit, year, value: the median as the variable itself, the
        quantiles of 5 and 95 % one level below it. The region is ``China|<English name>``. Only the scope of
        the variables is written: production, exported power included, CO2 alone. Sums of chains are left out,
        for a median of sums is no sum of medians.
    """
    chains = emissions.rename({f"{mark}_mt": mark for mark in QUANTILES})
    place = f"China|{terms.entries('provinces')[region]['en']}"
    parts = []
    for variable, row in iamc_results().items():
        if row["quantity"]:
            source = quantities.filter(pl.col("quantity") == row["quantity"])
        elif row["chain"]:
            source = chains.filter(_in_scope(row["process"]) & (pl.col("chain") == row["chain"]))
        else:
            source = fan.filter(_in_scope(row["process"]))
        factor = _factor(row["given"], row["unit"])
        parts += [
            source.select(
                model=pl.lit(model), scenario="scenario", region=pl.lit(place),
                variable=pl.lit(f"{variable}|{ending}" if ending else variable), unit=pl.lit(row["unit"]),
                year=pl.col("year").cast(pl.Int64), value=pl.col(mark) * factor,
            )
            for mark, ending in QUANTILES.items()
        ]  # fmt: skip
    return pl.concat(parts).select(IAMC_COLUMNS)


def from_iamc(data: pl.DataFrame, region: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Return results of other models in our units, to lie beside ours.

    Parameters
    ----------
    data : polars.DataFrame
        Long IAMC table: columns model, scenario, region, variable, unit, year, value.
    region : str
        Code of the province. Regions count by code, so that names that look alike are never mixed.

    Returns
    -------
    ComparisonRow
        Rows of known variables; quantiles as low and high of their variable.
    tuple of Finding
        Warnings: other regions, unknown variables, units that do not convert.

    Raises
    ------
    InputRefused
        ``comparison_region`` if no row is of the province.
    """
    resolved = {name: _region_code(name) for name in data["region"].unique()}
    known = terms.entries("provinces")
    ours = [name for name, code in resolved.items() if code == region]
    others = [f"{name} ({resolved[name]})" for name in sorted(set(resolved) - set(ours))]
    wanted = f"{known[region]['zh']} {known[region]['en']} ({region}, {known[region]['gb_code']})"
    params = {"regions": ", ".join(others) or "-", "wanted": wanted}
    if not ours:
        raise InputRefused([Finding("comparison_region", params=params)])
    found = [Finding("comparison_region", params=params, severity="warning")] if others else []
    rows: dict[tuple[str, str, str, int], dict[str, object]] = {}
    skipped: set[str] = set()
    ending = {last: mark for mark, last in QUANTILES.items() if last}
    for row in data.filter(pl.col("region").is_in(ours)).iter_rows(named=True):
        variable, _, last = row["variable"].rpartition("|")
        mark = {"p05": "low", "p95": "high"}[ending[last]] if last in ending else "value"
        name = variable if last in ending else row["variable"]
        if name not in iamc_results():
            skipped.add(row["variable"])
            continue
        unit = iamc_results()[name]["unit"]
        try:
            value = row["value"] * _factor(row["unit"], unit)
        except UnitError as error:
            found += [finding for finding in error.findings if finding not in found]
            continue
        key = (row["model"], row["scenario"], name, row["year"])
        rows.setdefault(key, _comparison(key, unit))[mark] = value
    if skipped:
        names = ", ".join(sorted(skipped))
        found.append(Finding("comparison_variables", params={"variables": names}, severity="warning"))
    return _checked(list(rows.values())), tuple(found)


def published_band(tables: Mapping[str, pl.DataFrame], region: str) -> pl.DataFrame:
    """Return published CO2 scenarios of the province, each with its own scope.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of a pack; ``published_scenarios`` is read and may be missing.
    region : str
        Code of the province.

    Returns
    -------
    ComparisonRow
        One row for the base year and one for the peak where they are published [Mt CO2/yr]; a peak year
        without a level has no value. A scenario that names neither is kept as ``statement``. Rows of other
        variables (coal, intensity) are left out.
    """
    table = tables.get("published_scenarios")
    rows: list[dict[str, object]] = []
    for row in table.filter(pl.col("region") == region).iter_rows(named=True) if table is not None else ():
        try:
            factor = _factor(row["unit"], CO2_UNIT)
        except UnitError:
            continue
        common = {name: row[name] for name in ("scenario_zh", "scenario_en", "scope_zh", "scope_en", "weak")}
        common |= {name: row[name] for name in ("source_id", "note_zh", "note_en")}
        common |= {"origin": row["method"] or row["source_id"], "variable": "Emissions|CO2", "unit": CO2_UNIT}
        points = []
        if row["base_value"] is not None:
            points.append(("base", None, row["base_year"], row["base_value"]))
        if row["peak_to"] is not None or row["peak_from"] is not None:
            points.append(("peak", row["peak_from"], row["peak_to"] or row["peak_from"], row["peak_value"]))
        for kind, start, year, value in points or [("statement", None, None, None)]:
            rows.append(
                {
                    **common, "row_id": f"{row['row_id']}-{kind}", "kind": kind, "year_from": start,
                    "year": year, "value": None if value is None else value * factor,
                }
            )  # fmt: skip
    return _checked(rows)


def _in_scope(process: str) -> pl.Expr:
    axes = {"boundary": "production", "power_export": "included", "process": process, "gases": "co2"}
    return pl.all_horizontal(pl.col(name) == text for name, text in axes.items())


def _comparison(key: tuple[str, str, str, int], unit: str) -> dict[str, object]:
    model, scenario, variable, year = key
    return {
        "row_id": "/".join((model, scenario, variable, str(year))), "origin": model, "scenario_zh": scenario,
        "scenario_en": scenario, "variable": variable, "kind": "path", "year": year, "unit": unit,
        "scope_zh": "按 IAMC 变量名对照；对方口径未核对",
        "scope_en": "matched by the name of the IAMC variable; the scope of the other model was not checked",
        "weak": False,
    }  # fmt: skip


def _checked(rows: list[dict[str, object]]) -> pl.DataFrame:
    return frame_of(rows, ComparisonRow)


def _region_code(name: str) -> str:
    """Return the code that the last level of a region's name stands for; the name itself if none."""
    last = name.rpartition("|")[2].strip()
    return terms.aliases("provinces").get(last.lower(), name)


@cache
def _factor(unit: str, target: str) -> float:
    """Return the factor between two units as IAMC tables or studies write them.

    Raises
    ------
    UnitError
        If they do not convert.

    Examples
    --------
    >>> _factor("Gt CO2/yr", "Mt CO2/yr"), _factor("Mt CO2", "Mt CO2/yr"), _factor("TWh/yr", "EJ/yr")
    (1000.0, 1.0, 0.0036)
    """
    given, wanted = _pint_unit(unit), _pint_unit(target)
    return 1.0 if given == wanted else conversion_factor(given, wanted)


def _pint_unit(unit: str) -> str:
    """Return a unit in the spelling of our registry, without its ``per year``."""
    text = _PER_YEAR.sub("", unit.strip())
    text = {"million": "10^6 person", "billion": "10^9 person"}.get(text, text)
    text = _SPECIES.sub(lambda found: found["mass"], text)
    text = re.sub(r"\bGt\b", "10^9 t", text)
    return re.sub(r"\bMt\b(?! CO2)", "10^6 t", text)
