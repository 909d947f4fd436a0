"""The estimate of each line of a user's table: its value, or activity x factor in a unit of mass.

A value stands as it is given; where activity and factor have units that make a mass, it must agree with
their product. Gas names in units are dropped, and nitrogen as N2O-N counts 44/28.
"""

from __future__ import annotations

import re

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, Place, UnitError
from dafeng.units import product_factor

NO_UNIT = "activity x factor"
"""Unit of emissions where a file names none."""
MASS = "kt"
"""Unit of emissions where a file names units of activity and factor, or values, but none of emissions."""
TOLERANCE = 0.005
"""A rounded value may differ from activity x factor by this share. [1]"""
NITROGEN = "N2O-N"
NITROGEN_TO_N2O = 44 / 28
SCALE, PRODUCT = "_scale", "_product"


def estimate_lines(given: pl.DataFrame, rows: pl.Series, file: str) -> pl.DataFrame:
    """Return lines with ``value`` and ``unit`` filled.

    Parameters
    ----------
    given : LineInput
    rows : polars.Series
        Row numbers of the file.
    file : str
        Named in findings.

    Raises
    ------
    InputRefused
        ``uncertainty_units``; with the row ``uncertainty_no_mass`` (units that make no mass) or
        ``uncertainty_value`` (value and activity x factor contradict each other).
    """
    valued = given["value"].is_not_null().any()
    both = pl.col("activity_unit").is_not_null() & pl.col("factor_unit").is_not_null()
    named = given.with_columns(
        pl.col("unit").fill_null(
            pl.lit(MASS) if valued else pl.when(both).then(pl.lit(MASS)).otherwise(pl.lit(NO_UNIT))
        )
    )
    units = named["unit"].unique()
    if units.len() > 1:
        listed = ", ".join(sorted(units))
        raise InputRefused.of("uncertainty_units", Place(file, column="unit"), units=listed)
    scales = _scales(named)
    with_units = both & pl.col("activity").is_not_null() & pl.col("factor").is_not_null()
    made = named.with_columns(pl.Series(SCALE, scales, pl.Float64), with_units.alias("_units")).with_columns(
        (pl.col("activity") * pl.col("factor") * pl.col(SCALE)).alias(PRODUCT)
    )
    problems = _contradictions(made, rows, file) if valued else _no_mass(made, rows, file)
    if problems:
        raise InputRefused(problems)
    unscaled = pl.col("activity") * pl.col("factor") * pl.col(SCALE).fill_null(1.0)
    computed = pl.when(pl.col("notation").is_null()).then(unscaled)
    value = pl.col("value") if valued else computed.alias("value")
    return made.with_columns(value).drop(SCALE, PRODUCT, "_units")


def _scales(lines: pl.DataFrame) -> list[float | None]:
    """Return what activity x factor is multiplied by to be in the unit of emissions; None where unknown."""
    trios = list(lines.select("activity_unit", "factor_unit", "unit").iter_rows())
    known = {trio: _scale(*trio) for trio in set(trios)}
    return [known[trio] for trio in trios]


def _scale(activity: str | None, factor: str | None, unit: str) -> float | None:
    if activity is None or factor is None:
        return None
    nitrogen = NITROGEN_TO_N2O if NITROGEN in factor else 1.0
    try:
        return product_factor(_drop_gas(activity), _drop_gas(factor), unit) * nitrogen
    except UnitError:
        return None


def _drop_gas(unit: str) -> str:
    """Return a unit without names of gases: ``t CO2/t`` is ``t/t``, ``kg N2O-N/kg N`` is ``kg/kg``."""
    gases = "|".join(
        [re.escape(NITROGEN), *sorted(map(re.escape, terms.codes("gases")), key=len, reverse=True)]
    )
    bare = re.sub(rf"(?<![A-Z0-9])(?:{gases})(?![A-Za-z0-9])", "", unit.replace("二氧化碳", ""))
    return re.sub(r"(?<=kg) N$", "", bare)


def _contradictions(lines: pl.DataFrame, rows: pl.Series, file: str) -> list[Finding]:
    apart = (pl.col("value") - pl.col(PRODUCT)).abs() > TOLERANCE * pl.max_horizontal(
        pl.col("value").abs(), pl.col(PRODUCT).abs()
    )
    wrong = lines.select(apart.fill_null(value=False)).to_series()
    return [
        Finding(
            "uncertainty_value",
            Place(file, row=row, column="value"),
            {"value": f"{line['value']:g}", "product": f"{line[PRODUCT]:g}", "unit": line["unit"]},
        )
        for row, line in zip(rows.filter(wrong), lines.filter(wrong).iter_rows(named=True), strict=True)
    ]


def _no_mass(lines: pl.DataFrame, rows: pl.Series, file: str) -> list[Finding]:
    wrong = lines.select(pl.col("_units") & pl.col(SCALE).is_null()).to_series()
    return [
        Finding(
            "uncertainty_no_mass",
            Place(file, row=row, column="factor_unit"),
            {
                "activity_unit": line["activity_unit"],
                "factor_unit": line["factor_unit"],
                "unit": line["unit"],
            },
        )
        for row, line in zip(rows.filter(wrong), lines.filter(wrong).iter_rows(named=True), strict=True)
    ]
