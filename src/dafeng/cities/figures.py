"""The figures of the cities that a split starts from: chosen, in one unit each, missing where missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from dafeng.errors import Finding, Place, UnitError
from dafeng.pack.tracking_schema import CityFigures
from dafeng.period import latest_date
from dafeng.table import check
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from dafeng.cities.solve import Floats

FIGURE_UNITS: Final[Mapping[str, str]] = {
    "gdp_constant": "10^8 CNY",
    "gdp_current": "10^8 CNY",
    "gdp_growth": "%",
    "energy_total": "10^4 tce",
    "co2_total": "10^4 t CO2",
    "population": "10^4 person",
    "secondary_share": "%",
    "coal_share": "%",
    "fiscal_revenue": "10^8 CNY",
}
"""Item of the city figures -> the unit in which it is computed."""

MONEY_UNITS: Final[Mapping[str, float]] = {
    "10^8 CNY": 1.0, "亿元": 1.0, "10^4 CNY": 1e-4, "万元": 1e-4, "CNY": 1e-8, "元": 1e-8,
}  # fmt: skip
MASS_SPELLINGS: Final = ("万吨", "亿吨", "百万吨", "吨", "10^4 t", "10^8 t", "Mt", "t")
"""Units of CO2 that leave out the word."""
SHARES: Final = ("secondary_share", "coal_share")
SIGNED: Final = ("gdp_growth",)
DIVISORS: Final = ("gdp_constant", "gdp_current", "energy_total", "co2_total", "population")
"""Items by which others are divided: nothing can be made of a zero."""
CODE_ORDER: Final = tuple(FIGURE_UNITS)


def convert_figures(
    figures: pl.DataFrame, rows: pl.Series, file: str, sheet: str = ""
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return city figures in the units of :data:`FIGURE_UNITS`, with everything that is wrong.

    Parameters
    ----------
    figures : CityFigures
    rows : polars.Series
        Row numbers of the file.
    file, sheet : str
        Named in the findings.

    Returns
    -------
    frame : CityFigures
        Values in the units of this room; unusable ones as they were.
    findings : list of Finding
        ``unit_wrong`` and ``value_out_of_range``, one a row.
    """
    problems: list[Finding] = []
    values: list[float | None] = []
    known: dict[tuple[str, str], float | None] = {}
    for row, item, unit, value in zip(rows, figures["item"], figures["unit"], figures["value"], strict=True):
        if (item, unit) not in known:
            known[item, unit] = _factor(item, unit)
        factor = known[item, unit]
        if factor is None:
            params = {"what": item, "value": unit, "expected": FIGURE_UNITS[item]}
            problems.append(Finding("unit_wrong", Place(file, sheet, row, "unit"), params))
        rule = "" if value is None else _broken_rule(item, value)
        if rule:
            params = {"value": f"{value:g}", "rule": rule}
            problems.append(Finding("value_out_of_range", Place(file, sheet, row, "value"), params))
        values.append(value if value is None or factor is None else value * factor)
    units = pl.col("item").replace_strict(dict(FIGURE_UNITS), return_dtype=pl.String)
    return figures.with_columns(value=pl.Series(values, dtype=pl.Float64), unit=units), problems


def _factor(item: str, unit: str) -> float | None:
    wanted = FIGURE_UNITS[item]
    if wanted == "10^8 CNY":
        return MONEY_UNITS.get(unit)
    spelled = f"{unit} CO2" if item == "co2_total" and unit in MASS_SPELLINGS else unit
    if item == "population":
        spelled = {"万人": wanted, "人": "person"}.get(unit, unit)
    try:
        return 1.0 if spelled == wanted else conversion_factor(spelled, wanted)
    except UnitError:
        return None


LEAST_DIVISOR = 1e-9
"""Less divides into no number that means anything."""


def _broken_rule(item: str, value: float) -> str:
    """Return the rule that a value breaks, or nothing."""
    if item in SIGNED:
        return "" if value > -100 else "> -100"
    if item in DIVISORS:
        return "" if value > LEAST_DIVISOR else "> 0" if value <= 0 else f"> {LEAST_DIVISOR:g}"
    if value < 0:
        return "≥ 0"
    return "≤ 100" if item in SHARES and value > 100 else ""


def known_figures(figures: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the figures that were public on a day; without a date a figure counts from the end of its year.

    Parameters
    ----------
    figures : CityFigures
    as_of : date
    """
    known = [
        (latest_date(published) <= as_of) if published else year < as_of.year
        for published, year in figures.select("known_on", "year").iter_rows()
    ]
    return figures.filter(pl.Series(known, dtype=pl.Boolean))


@dataclass(frozen=True, slots=True)
class FigureSet:
    """One figure a region, year and item: the best graded, then the latest published.

    Parameters
    ----------
    values : mapping
        (region, year, item) -> value in the unit of :data:`FIGURE_UNITS`.
    grades : mapping
        The same key -> evidence grade.
    price_years : mapping
        The same key -> price base year, or None.
    """

    values: Mapping[tuple[str, int, str], float]
    grades: Mapping[tuple[str, int, str], str]
    price_years: Mapping[tuple[str, int, str], int | None]

    def column(self, regions: Sequence[str], year: int, item: str) -> Floats:
        """Return an item of a year for some regions; NaN where it is missing."""
        return np.array([self.values.get((region, year, item), np.nan) for region in regions], dtype=float)

    def grade_of(self, region: str, keys: Iterable[tuple[int, str]]) -> str | None:
        """Return the weakest grade of some figures of a region; None if there are none."""
        found = [self.grades[key] for year, item in keys if (key := (region, year, item)) in self.grades]
        return max(found, default=None)


def choose_figures(figures: pl.DataFrame) -> FigureSet:
    """Return one figure for each region, year and item.

    Parameters
    ----------
    figures : CityFigures
        In the units of :data:`FIGURE_UNITS`. Empty values and those of grade X (contradicting sources) are
        missing.
    """
    usable = check(figures, CityFigures).filter(pl.col("value").is_not_null() & (pl.col("grade") != "X"))
    ordered = usable.with_columns(
        dated=pl.col("known_on").map_elements(_day_number, return_dtype=pl.Int64).fill_null(0)
    ).sort("region", "year", "item", "grade", -pl.col("dated"), "source_id")
    first = ordered.unique(["region", "year", "item"], keep="first", maintain_order=True)
    keys = list(first.select("region", "year", "item").iter_rows())
    return FigureSet(
        dict(zip(keys, first["value"], strict=True)),
        dict(zip(keys, first["grade"], strict=True)),
        dict(zip(keys, first["price_base_year"], strict=True)),
    )


def _day_number(published: str) -> int:
    return latest_date(published).toordinal()


def choose_output(found: FigureSet, regions: Sequence[str], year: int) -> tuple[str, int | None]:
    """Return which GDP compares most regions: its item and price base year; constant prices before current.

    Parameters
    ----------
    found : FigureSet
    regions : sequence of str
    year : int
        The year of the comparison.
    """
    counted: dict[tuple[str, int | None], int] = {}
    for item in ("gdp_constant", "gdp_current"):
        for region in regions:
            if (region, year, item) in found.values:
                basis = (item, found.price_years[region, year, item] if item == "gdp_constant" else None)
                counted[basis] = counted.get(basis, 0) + 1
    order = sorted(counted, key=lambda basis: (-counted[basis], basis[0], -(basis[1] or 0)))
    return order[0] if order else ("gdp_constant", None)


def output_of(found: FigureSet, regions: Sequence[str], year: int, basis: tuple[str, int | None]) -> Floats:
    """Return the GDP of some regions on one basis; NaN where missing or of another price year. [10^8 CNY]"""
    item, price_year = basis
    values = found.column(regions, year, item)
    if item == "gdp_constant":
        other = [found.price_years.get((region, year, item)) != price_year for region in regions]
        values[np.array(other, dtype=bool)] = np.nan
    return values


def grow_output(found: FigureSet, regions: Sequence[str], base_year: int, target_year: int) -> Floats:
    """Return the growth factor of output of each region between two years; NaN where it is not known.

    GDP at constant prices of both years decides (one price base); else the product of the yearly growth of
    every year in between: 1.05 x 1.04 x … A year without growth makes the factor unknown.

    Parameters
    ----------
    found : FigureSet
    regions : sequence of str
    base_year, target_year : int
    """
    return np.array([_grow(found, region, base_year, target_year) for region in regions], dtype=float)


def _grow(found: FigureSet, region: str, base_year: int, target_year: int) -> float:
    first, last = (region, base_year, "gdp_constant"), (region, target_year, "gdp_constant")
    values = found.values
    if first in values and last in values and found.price_years[first] == found.price_years[last]:
        return values[last] / values[first]
    rates = [values.get((region, year, "gdp_growth")) for year in range(base_year + 1, target_year + 1)]
    given = [rate for rate in rates if rate is not None]
    return float(np.prod(1 + np.array(given) / 100)) if len(given) == len(rates) else float("nan")
