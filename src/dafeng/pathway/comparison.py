"""Scenarios side by side, scope by scope, and what others published beside them with their own scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.scenario import AXES
from dafeng.table import Table, column, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

YEARS = (2025, 2030, 2035, 2060)
"""Years of the totals that are laid side by side."""
OURS = "dafeng"
CO2 = ("Emissions|CO2", "Emissions|CO2|Energy and Industrial Processes", "Emissions|CO2|Energy")
"""Variables of others whose years are laid beside our totals."""
MEASURES = (
    "peaked_share", "peak_year", "peak_level", "plateau_share", "none_share", "emissions", "cumulative",
    "years_below_floor", "other_base", "other_peak", "other_path", "other_statement",
)  # fmt: skip


class ScenarioComparison(Table):
    """One measure of one scenario in one scope; results of others carry the scope in their own words.

    The difference is that to the first scenario of ours, in the same scope.
    """

    number: int = column(key=True, unit="1", low=1, zh="序号", en="Number")
    origin: str = column(zh="模型或来源", en="Model or source")
    scenario: str = column(zh="情景", en="Scenario")
    name_zh: str = column(zh="情景名（中文）", en="Name (Chinese)")
    name_en: str = column(zh="情景名（英文）", en="Name (English)")
    boundary: str = column(nullable=True, zh="边界", en="Boundary")
    power_export: str = column(nullable=True, zh="外送电", en="Exported power")
    process: str = column(nullable=True, zh="工业过程", en="Process")
    gases: str = column(nullable=True, zh="气体", en="Gases")
    scope_zh: str = column(nullable=True, zh="范围（中文）", en="Scope (Chinese)")
    scope_en: str = column(nullable=True, zh="范围（英文）", en="Scope (English)")
    measure: str = column(choices=MEASURES, zh="指标", en="Measure")
    variable: str = column(nullable=True, zh="变量", en="Variable")
    year: int = column(unit="year", nullable=True, zh="年份", en="Year")
    value: float = column(unit="unit", nullable=True, zh="中位数或数值", en="Median or value")
    low: float = column(unit="unit", nullable=True, zh="5% 分位或下限", en="5th percentile or low")
    high: float = column(unit="unit", nullable=True, zh="95% 分位或上限", en="95th percentile or high")
    unit: str = column(zh="单位", en="Unit")
    difference: float = column(
        unit="unit", nullable=True, zh="与第一个情景之差", en="Difference to the first"
    )
    weak: bool = column(nullable=True, zh="依据薄弱", en="Weak")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


def compare_scenarios(
    names: Mapping[str, tuple[str, str]], tables: Mapping[str, pl.DataFrame], others: pl.DataFrame
) -> pl.DataFrame:
    """Return scenarios side by side.

    Parameters
    ----------
    names : mapping of str to (zh, en)
        Scenarios by id in the order they are shown; differences are to the first.
    tables : mapping of str to polars.DataFrame
        ``pathway.peak``, ``pathway.fan``, ``pathway.cumulative`` and ``pathway.security`` of all of them.
    others : ComparisonRow
        Results of others.

    Returns
    -------
    ScenarioComparison
        Totals in the years of ``YEARS`` and in those of the paths of others.
    """
    peaks, fan, sums = (tables[f"pathway.{name}"] for name in ("peak", "fan", "cumulative"))
    asked = {
        *YEARS,
        *others.filter(pl.col("kind") == "path", pl.col("variable").is_in(CO2))["year"].drop_nulls(),
    }
    rows = [found for row in peaks.iter_rows(named=True) for found in _peak_rows(row)]
    rows += [
        _spread_row(row, "emissions", row["year"])
        for row in fan.iter_rows(named=True)
        if row["year"] in asked
    ]
    rows += [
        _spread_row(row, "cumulative", row["to_year"], f"{row['from_year']}—{row['to_year']}")
        for row in sums.iter_rows(named=True)
    ]
    rows += _floor_rows(names, tables["pathway.security"])
    order = list(names)
    rows.sort(key=lambda row: order.index(row["scenario"]))
    _subtract_first(rows, order[0])
    rows = [{"origin": OURS, **dict(zip(("name_zh", "name_en"), names[row["scenario"]], strict=True)), **row}
            for row in rows]  # fmt: skip
    rows += [_other_row(row) for row in others.iter_rows(named=True)]
    return frame_of([{"number": number, **row} for number, row in enumerate(rows, 1)], ScenarioComparison)


def _axes(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("scenario", *AXES)}


def _peak_rows(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the measures of a row of the peak summary."""
    share = {**_axes(row), "unit": "1", "year": row["by_year"], "value": row["peaked_share"]}
    words = {"note_zh": row["words_zh"], "note_en": row["words_en"]}
    found = [{**share, "measure": "peaked_share", **words}]
    years = {key: None if row[name] is None else float(row[name])
             for key, name in (("low", "p05_year"), ("value", "p50_year"), ("high", "p95_year"))}  # fmt: skip
    found.append({**_axes(row), "measure": "peak_year", "unit": "year", **years})
    level = {
        "low": row["level_p05"],
        "value": row["level_p50"],
        "high": row["level_p95"],
        "unit": row["unit"],
    }
    found.append({**_axes(row), "measure": "peak_level", **level})
    return found + [
        {**_axes(row), "measure": name, "unit": "1", "value": row[name]}
        for name in ("plateau_share", "none_share")
    ]


def _spread_row(row: Mapping[str, Any], measure: str, year: int, note: str | None = None) -> dict[str, Any]:
    values = {"value": row["p50"], "low": row["p05"], "high": row["p95"], "unit": row["unit"]}
    return {**_axes(row), "measure": measure, "year": year, **values, "note_zh": note, "note_en": note}


def _floor_rows(names: Mapping[str, tuple[str, str]], marks: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the number of years in which a scenario is below a floor of supply security."""
    below = marks.filter(pl.col("mark") == "below")
    rows = []
    for scenario in names if marks.height else ():
        own = below.filter(pl.col("scenario") == scenario)
        drivers = ", ".join(own["driver"].unique(maintain_order=True)) or None
        years = float(own["year"].n_unique())
        rows.append(
            {"scenario": scenario, "measure": "years_below_floor", "unit": "a", "value": years,
             "note_zh": drivers, "note_en": drivers}
        )  # fmt: skip
    return rows


def _subtract_first(rows: Sequence[dict[str, Any]], first: str) -> None:
    """Fill in the difference to the first scenario, none where one of both has no value."""

    def place(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return (row["measure"], row.get("year"), *(row.get(name) for name in AXES))

    base = {place(row): row.get("value") for row in rows if row["scenario"] == first}
    for row in rows:
        value, other = row.get("value"), base.get(place(row))
        row["difference"] = None if value is None or other is None else value - other


def _other_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result of others as a row."""
    kept = ("origin", "scope_zh", "scope_en", "variable", "year", "value", "low", "high", "unit", "weak",
            "source_id", "note_zh", "note_en")  # fmt: skip
    names = {"scenario": row["scenario_en"], "name_zh": row["scenario_zh"], "name_en": row["scenario_en"]}
    return {**names, "measure": f"other_{row['kind']}", **{name: row[name] for name in kept}}
