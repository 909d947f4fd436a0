"""Combustion factors of the second method: shipped defaults, and the province's own in front of them.

A cell finds its factor by fuel, then by group of fuels; for each by sector, then group of sectors, then
``all``. A row without a value ends the search: it says that there is no usable figure. Rows of grade C or X
are never used. ``co2_factor_spread`` is the 95 % half-width of heat value x carbon content x oxidation as a
whole; it speaks of the default factor and falls away where the province has its own.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, Place
from dafeng.inventory.guideline.method_contracts import CombustionFactor
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS = {
    "1A1": "energy_industries", "1A2": "manufacturing", "1A3": "transport", "1A4a": "commercial",
    "1A4b": "residential", "1A4c": "residential",
}  # fmt: skip
"""IPCC category -> group of sectors in the tables of CH4 and N2O (vol. 2, Tables 2.2 to 2.5, 3.2.2)."""
ALL = "all"
SPREAD = "co2_factor_spread"
USABLE = ("A", "B")
_FIELDS = ("value", "uncertainty", "source_id", "grade", "note_zh", "note_en")


@cache
def combustion_factors() -> pl.DataFrame:
    """Return the shipped defaults as a :class:`CombustionFactor` table."""
    text = files("dafeng.inventory.guideline").joinpath("combustion_factors.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    made = {
        spec.name: pl.Series(spec.name, [row[spec.name] or None for row in rows], pl.String).cast(spec.dtype)
        for spec in columns_of(CombustionFactor)
    }
    return check(pl.DataFrame(made), CombustionFactor, name="combustion_factors.csv")


def unit_of(variable: str, fuel: str) -> str:
    """Return the unit in which a parameter is given."""
    if variable == "heat_value":
        return f"TJ/({terms.entries('fuels')[fuel]['activity_unit']})"
    return {"carbon_content": "t C/TJ", "oxidation": "1", SPREAD: "1"}.get(variable, "kg/TJ")


def check_own(own: pl.DataFrame, file: str = "factors", rows: pl.Series | None = None) -> list[Finding]:
    """Return findings for own combustion factors in a wrong unit, without fuel, or of grade C or X.

    Parameters
    ----------
    own : Factors
        Other variables are left aside.
    file : str
        Named in the findings.
    rows : polars.Series, optional
        Row numbers as the user counts them; default: position + 2.
    """
    variables = set(combustion_factors()["variable"])
    numbers = rows if rows is not None else pl.int_range(2, own.height + 2, eager=True)
    found = []
    for number, row in zip(numbers, own.iter_rows(named=True), strict=True):
        if row["variable"] not in variables:
            continue
        if row["fuel"] is None:
            found.append(Finding("cell_empty", Place(file, row=number, column="fuel")))
            continue
        expected = unit_of(row["variable"], row["fuel"])
        if row["unit"] != expected:
            params = {"what": row["variable"], "value": row["unit"], "expected": expected}
            found.append(Finding("unit_wrong", Place(file, row=number, column="unit"), params))
        if row["grade"] not in USABLE:
            params = {"factor": row["variable"], "grade": row["grade"]}
            found.append(Finding("factor_grade_weak", Place(file, row=number, column="grade"), params))
    return found


def factors_in_use(periods: pl.DataFrame, own: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the factors of each region and year: defaults, replaced by the province's own.

    Parameters
    ----------
    periods : polars.DataFrame
        ``region, year``.
    own : Factors, optional
        ``activity`` = sector, group or ``all``; the year itself or else the nearest one (the earlier of
        two). May have a column ``uncertainty``.

    Returns
    -------
    polars.DataFrame
        ``region, year, own`` and the columns of :class:`CombustionFactor`.

    Raises
    ------
    InputRefused
        See :func:`check_own`.
    """
    pairs = periods.select("region", "year").unique().sort("region", "year")
    defaults = pairs.join(combustion_factors(), how="cross").with_columns(own=pl.lit(value=False))
    if own is None or own.is_empty():
        return defaults
    problems = check_own(own)
    if problems:
        raise InputRefused(problems)
    mine = _nearest(pairs, own)
    key = ["region", "year", "variable", "activity", "fuel"]
    kept = defaults.join(mine, on=key, how="anti", maintain_order="left")
    replaced = mine.filter(pl.col("variable").is_in(["heat_value", "carbon_content"]))
    replaced = replaced.with_columns(variable=pl.lit(SPREAD))
    kept = kept.join(replaced, on=["region", "year", "variable", "fuel"], how="anti", maintain_order="left")
    return pl.concat([kept, mine.select(kept.columns)])


def _nearest(pairs: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    given = own if "uncertainty" in own.columns else own.with_columns(uncertainty=pl.lit(None, pl.Float64))
    known = sorted(set(combustion_factors()["variable"]))
    given = given.filter(pl.col("variable").is_in(known)).rename({"year": "_from"})
    far = (pl.col("_from") - pl.col("year")).abs()
    key = ["region", "year", "variable", "activity", "fuel"]
    near = pairs.join(given, on="region", how="inner").sort(*key, far, "_from")
    return near.unique(key, keep="first", maintain_order=True).with_columns(
        own=pl.lit(value=True), place=pl.lit(None, pl.String), note_zh=pl.lit(None, pl.String),
        note_en=pl.lit(None, pl.String),
    )  # fmt: skip


def find_factors(cells: pl.DataFrame, factors: pl.DataFrame, variable: str) -> pl.DataFrame:
    """Return the cells with the factor that each of them finds.

    Parameters
    ----------
    cells : polars.DataFrame
        ``region, year, sector, group, fuel, …``.
    factors : polars.DataFrame
        Of :func:`factors_in_use`.
    variable : str
        Parameter to look up.

    Returns
    -------
    polars.DataFrame
        The cells in their order with ``value, uncertainty, source_id, grade, note_zh, note_en, found``;
        ``found`` is the key of the row, null where there is none.
    """
    rows = factors.filter((pl.col("variable") == variable) & pl.col("grade").is_in(USABLE))
    rows = rows.with_row_index("_id")
    places = rows.select("region", "year", "_id", _activity="activity", _fuel="fuel")
    groups = {code: entry["group"] for code, entry in terms.entries("fuels").items()}
    fuel_group = pl.col("fuel").replace_strict(groups, default=None, return_dtype=pl.String)
    looked = cells.with_columns(_id=pl.lit(None, pl.UInt32))
    for activity, fuel in _steps(fuel_group):
        keyed = looked.with_columns(_activity=activity, _fuel=fuel)
        keyed = keyed.join(
            places, on=["region", "year", "_activity", "_fuel"], how="left", suffix="_new",
            maintain_order="left", validate="m:1",
        )  # fmt: skip
        looked = keyed.with_columns(_id=pl.coalesce("_id", "_id_new")).drop("_activity", "_fuel", "_id_new")
    name = pl.concat_str("variable", "activity", "fuel", separator="/")
    found = looked.join(rows.select("_id", *_FIELDS, found=name), on="_id", how="left", maintain_order="left")
    return found.drop("_id")


def _steps(fuel_group: pl.Expr) -> Iterator[tuple[pl.Expr, pl.Expr]]:
    for fuel in (pl.col("fuel"), fuel_group):
        for activity in (pl.col("sector"), pl.col("group"), pl.lit(ALL)):
            yield activity, fuel
