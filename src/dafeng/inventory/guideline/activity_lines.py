"""What the activity-based categories share: checked activities, factors by province, lines.

An emission is activity x factor x scale. The factor of the province's pack comes first (``variable`` = the
factor's id, the year itself or else the nearest one), then the shipped default; with neither the line says
NE and what is missing. A missing activity is NE, a zero is zero.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, Place
from dafeng.inventory.guideline.activity_contracts import ActivityFactor, MethaneFactor
from dafeng.inventory.guideline.contracts import EmissionLine
from dafeng.table import Table, check, columns_of, empty_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

METHANE_DENSITY = 0.67
"""kg CH4/m3 at 20 degC and 1 atm: IPCC 2006 vol. 2 ch. 4, conversion factor of eq. 4.1.3."""
CARBON_TO_METHANE = 16 / 12
CARBON_TO_CO2 = 44 / 12
NITROGEN_TO_N2O = 44 / 28
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor as it is used, with where it comes from."""

    id: str
    value: float
    unit: str
    source_id: str | None
    grade: str
    low: float | None = None
    high: float | None = None
    year: int | None = None

    @property
    def uncertainty(self) -> float | None:
        """Return the half-width of the range over the value [1], or None without a range."""
        if self.low is None or self.high is None or not self.value:
            return None
        return (self.high - self.low) / 2 / self.value


@dataclass(frozen=True, slots=True)
class Amount:
    """One activity of a region and year; ``value`` is None where it was not published."""

    value: float | None
    unit: str
    source_id: str | None
    grade: str


@cache
def _shipped(name: str, contract: type[Table]) -> pl.DataFrame:
    text = files("dafeng.inventory.guideline").joinpath(f"{name}.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    made = {}
    for spec in columns_of(contract):
        cells = pl.Series(spec.name, [row[spec.name] or None for row in rows], pl.String)
        made[spec.name] = cells == "true" if spec.dtype == pl.Boolean else cells.cast(spec.dtype)
    return check(pl.DataFrame(made), contract, name=f"{name}.csv")


def default_factors(name: str) -> pl.DataFrame:
    """Return the shipped defaults of one room: ``oil_gas``, ``waste`` or ``agriculture`` (ActivityFactor)."""
    return _shipped(f"{name}_factors", ActivityFactor)


def methane_factors() -> pl.DataFrame:
    """Return the shipped factors of coal-mine methane (MethaneFactor)."""
    return _shipped("coal_methane_factors", MethaneFactor)


def check_activities(activities: pl.DataFrame, file: str, rows: pl.Series | None = None) -> list[Finding]:
    """Return findings for activities in another unit than their own, or below zero.

    Parameters
    ----------
    activities : Activities
    file : str
        Named in the findings.
    rows : polars.Series, optional
        Row numbers as the user counts them; default: position + 2.
    """
    known = terms.entries("ghg_activities")
    numbers = rows if rows is not None else pl.int_range(2, activities.height + 2, eager=True)
    found = []
    for number, row in zip(numbers, activities.iter_rows(named=True), strict=True):
        expected = known[row["activity"]]["unit"]
        if row["unit"] != expected:
            params = {"what": row["activity"], "value": row["unit"], "expected": expected}
            found.append(Finding("unit_wrong", Place(file, row=number, column="unit"), params))
        if row["value"] is not None and row["value"] < 0:
            params = {"value": row["value"], "rule": "≥ 0"}
            found.append(Finding("value_out_of_range", Place(file, row=number, column="value"), params))
    return found


def read_amounts(activities: pl.DataFrame, file: str = "activities") -> dict[tuple[str, int, str], Amount]:
    """Return the activities by region, year and code.

    Raises
    ------
    InputRefused
        ``unit_wrong``, ``value_out_of_range``: see :func:`check_activities`.
    """
    problems = check_activities(activities, file)
    if problems:
        raise InputRefused(problems)
    return {
        (row["region"], row["year"], row["activity"]): Amount(
            row["value"], row["unit"], row["source_id"], row["grade"]
        )
        for row in activities.iter_rows(named=True)
    }


def list_periods(activities: pl.DataFrame, periods: pl.DataFrame | None) -> Iterator[tuple[str, int]]:
    """Yield each region and year that lines are made for: those given, else those with any activity."""
    frame = activities if periods is None else periods
    yield from frame.select("region", "year").unique().sort("region", "year").iter_rows()


def find_factor(
    factors: pl.DataFrame, region: str, year: int, variable: str, activity: str = ""
) -> Factor | None:
    """Return the province's own factor of the year, or else of the nearest year (the earlier of two)."""
    rows = factors.filter((pl.col("region") == region) & (pl.col("variable") == variable))
    if activity:
        rows = rows.filter(pl.col("activity") == activity)
    if rows.is_empty():
        return None
    nearest = rows.sort((pl.col("year") - year).abs(), "year").row(0, named=True)
    return Factor(
        variable, nearest["value"], nearest["unit"], nearest["source_id"], nearest["grade"],
        year=nearest["year"],
    )  # fmt: skip


def build_lines(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a checked table of lines; a field that a row does not name is empty."""
    schema = empty_table(EmissionLine).schema
    full = [{"unit": "kt", **row} for row in rows]
    data = {name: [row.get(name) for row in full] for name in schema}
    return check(pl.DataFrame(data, schema=schema), EmissionLine)


def not_estimated(cell: Mapping[str, Any], grade: str, zh: str, en: str) -> Row:
    """Return a line without a value: NE, and what is missing."""
    return {**cell, "notation": "NE", "grade": grade, "note_zh": zh, "note_en": en}


def weakest_grade(*grades: str | None) -> str:
    """Return the weakest of some grades (A < B < C < X); C where none is known."""
    return max((grade for grade in grades if grade), default="C")


def emit_by_factor(
    defaults: pl.DataFrame, activities: pl.DataFrame, factors: pl.DataFrame, periods: pl.DataFrame | None
) -> list[Row]:
    """Return one line per default factor, region and year: activity x factor x scale [kt].

    Parameters
    ----------
    defaults : ActivityFactor
    activities : Activities
    factors : Factors
        The province's own, ``variable`` = ``factor_id``, in the unit of the default.
    periods : polars.DataFrame or None
        ``region, year`` to make lines for.

    Raises
    ------
    InputRefused
        Activities or the province's factors in a wrong unit.
    """
    amounts = read_amounts(activities)
    return [
        _line(default, amounts, factors, region, year)
        for region, year in list_periods(activities, periods)
        for default in defaults.iter_rows(named=True)
    ]


def take_factor(default: Mapping[str, Any], factors: pl.DataFrame, region: str, year: int) -> Factor | None:
    """Return the province's factor, else the default, else None.

    Raises
    ------
    InputRefused
        ``unit_wrong``: the province's factor is not in the unit of the default.
    """
    own = find_factor(factors, region, year, default["factor_id"])
    if own is not None:
        if own.unit != default["unit"]:
            params = {"what": own.id, "value": own.unit, "expected": default["unit"]}
            raise InputRefused([Finding("unit_wrong", Place("factors", column="unit"), params)])
        return own
    if default["value"] is None:
        return None
    return Factor(
        default["factor_id"], default["value"], default["unit"], default["source_id"],
        default["grade"] or "C", default["low"], default["high"],
    )  # fmt: skip


def _line(
    default: Mapping[str, Any], amounts: Mapping[tuple[str, int, str], Amount], factors: pl.DataFrame,
    region: str, year: int,
) -> Row:  # fmt: skip
    amount = amounts.get((region, year, default["activity"]))
    factor = take_factor(default, factors, region, year)
    cell: Row = {
        "region": region, "year": year, "category": default["category"], "sector": default["activity"],
        "gas": default["gas"], "factor_id": default["factor_id"],
    }  # fmt: skip
    if factor is not None:
        cell |= {"factor": factor.value, "factor_unit": factor.unit, "source_id": factor.source_id}
    if amount is not None and amount.value is not None:
        cell |= {"activity": amount.value, "activity_unit": amount.unit}
    known = amount is not None and amount.value is not None
    grade = weakest_grade(amount.grade if amount else None, factor.grade if factor else None)
    if factor is None:
        return not_estimated(cell, grade, *_missing_factor(default))
    if not known:
        return not_estimated(cell, grade, *_missing_activity(default["activity"]))
    value = cell["activity"] * factor.value * default["kt_per_product"]
    return cell | {
        "value": value, "tier": "T1", "factor_uncertainty": factor.uncertainty, "grade": grade,
        "note_zh": default["note_zh"], "note_en": default["note_en"],
    }  # fmt: skip


def _missing_factor(default: Mapping[str, Any]) -> tuple[str, str]:
    name = default["factor_id"]
    return (
        f"没有可用因子；可在省包 factors.csv 以变量 {name} 给出，单位 {default['unit']}",
        f"no usable factor; give it in factors.csv of the pack as variable {name} in {default['unit']}",
    )


def _missing_activity(activity: str) -> tuple[str, str]:
    row = terms.entries("ghg_activities")[activity]
    return (
        f"没有公布活动水平“{row['zh']}”；可在省包 activities.csv 给出（{activity}，单位 {row['unit']}）",
        f"no published figure of {row['en']}; give it in activities.csv ({activity} in {row['unit']})",
    )


def describe_missing(activity: str) -> tuple[str, str]:
    """Return what to give, and where, when an activity is not published (Chinese, English)."""
    return _missing_activity(activity)
