"""IAMC tables out of inventories: variables of the crosswalk as sums over IPCC categories, long and wide.

The layout is that of the Integrated Assessment Modeling Consortium: model, scenario, region, variable, unit
and years; variables are trees whose levels are separated by ``|``. ``terms/iamc_variables.csv`` says which
IPCC 2006 categories a variable sums. Reading stands in :mod:`dafeng.inventory.iamc_reading`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding
from dafeng.inventory.contracts import FIRST_YEAR, LAST_YEAR
from dafeng.inventory.flow import calorific_values
from dafeng.table import Table, check, column, columns_of, empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTRY = "China"
KT_PER_UNIT = {"Mt CO2/yr": 1000.0, "Mt CH4/yr": 1000.0, "kt N2O/yr": 1.0}
TJ_PER_EJ = 1e6
_CELL = ["region", "year"]
Written = tuple[pl.DataFrame, tuple[Finding, ...]]


class IamcData(Table):
    """An IAMC table in long form: one value a row, calendar years only."""

    model: str = column(key=True, zh="模型", en="Model")
    scenario: str = column(key=True, zh="情景", en="Scenario")
    region: str = column(key=True, zh="地区", en="Region")
    variable: str = column(key=True, zh="变量", en="Variable")
    unit: str = column(key=True, zh="单位", en="Unit")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    value: float = column(unit="unit", zh="数值", en="Value")


@cache
def iamc_variables() -> Mapping[str, Mapping[str, str]]:
    """Return the crosswalk: variable -> row, in the order of the file."""
    return {row["code"]: row for row in terms.rows("iamc_variables")}


@cache
def is_under(category: str, root: str) -> bool:
    """Return whether an IPCC category is another one or lies below it.

    Examples
    --------
    >>> is_under("1A2a", "1A"), is_under("2A1", "1")
    (True, False)
    """
    known = terms.entries("ipcc_categories")
    at = category
    while at:
        if at == root:
            return True
        at = known[at]["parent"] if at in known else ""
    return False


def emissions_to_iamc(emissions: pl.DataFrame, model: str, scenario: str) -> Written:
    """Return a CEADs inventory as IAMC variables.

    Parameters
    ----------
    emissions : Emissions
        Combustion by sector and fuel; process in the rows of the sector ``total``. [Mt CO2]
    model, scenario : str
        Written in every row.

    Returns
    -------
    IamcData
        A variable that holds a part which is not known is left out.
    tuple of Finding
        Which categories a variable would hold and the inventory does not cover (notes).
    """
    categories = {code: row["ipcc_2006"] for code, row in terms.entries("sectors").items()}
    cells = emissions.filter(
        (pl.col("variable") == "co2_fuel_combustion")
        & (pl.col("sector") != "total")
        & pl.col("fuel").is_not_null()
    )
    cells = cells.with_columns(categories=pl.col("sector").replace_strict(categories, return_dtype=pl.String))
    process = emissions.filter((pl.col("variable") == "co2_process") & (pl.col("sector") == "total"))
    process = process.with_columns(
        categories=pl.lit(terms.entries("emission_variables")["co2_process"]["ipcc_2006"])
    )
    names = [*_CELL, "categories", "value"]
    parts = pl.concat([cells.select(names), process.select(names)])
    lines = parts.with_columns(gas=pl.lit("CO2"), value=pl.col("value") * 1000.0)
    return _sum_variables(lines, model, scenario)


def lines_to_iamc(lines: pl.DataFrame, model: str, scenario: str) -> Written:
    """Return emission lines as IAMC variables.

    Parameters
    ----------
    lines : EmissionLine
        [kt]; lines with a notation key instead of a value are not in any sum, as in the IPCC tables.
    model, scenario : str
        Written in every row.

    Returns
    -------
    IamcData
        A variable that holds a line with neither value nor notation key is left out.
    tuple of Finding
        Notes on what is not covered.
    """
    used = lines.filter(pl.col("value").is_not_null() | pl.col("notation").is_null())
    made, found = _sum_variables(used.select(*_CELL, "gas", "value", categories="category"), model, scenario)
    partly = set(lines.filter(pl.col("notation") == "NE")["category"]) & set(used["category"])
    if partly:
        listed = ", ".join(sorted(partly))
        found += (Finding("iamc_partly_covered", params={"categories": listed}, severity="note"),)
    return made, found


def energy_to_iamc(energy: pl.DataFrame, model: str, scenario: str) -> Written:
    """Return final energy as IAMC variables, by published calorific values.

    Parameters
    ----------
    energy : EnergyUse
    model, scenario : str
        Written in every row.

    Returns
    -------
    IamcData
        [EJ/yr]
    tuple of Finding
        Fuels that are used but have no calorific value; they are not in the sums (a note).
    """
    groups = {code: row["group"] for code, row in terms.entries("fuels").items()}
    categories = {code: row["ipcc_2006"] for code, row in terms.entries("sectors").items()}
    final = energy.filter((pl.col("variable") == "final_consumption") & (pl.col("sector") != "total"))
    joined = final.join(
        calorific_values().select("fuel", "tj_per_activity_unit"),
        on="fuel",
        how="left",
        maintain_order="left",
    )
    left_out = joined.filter(pl.col("tj_per_activity_unit").is_null() & (pl.col("value") != 0))
    cells = joined.filter(pl.col("tj_per_activity_unit").is_not_null()).select(
        *_CELL,
        "fuel",
        fuel_group=pl.col("fuel").replace_strict(groups, return_dtype=pl.String),
        categories=pl.col("sector").replace_strict(categories, return_dtype=pl.String),
        value=pl.col("value") * pl.col("tj_per_activity_unit") / TJ_PER_EJ,
    )
    parts = [empty_table(IamcData)]
    for code, row in iamc_variables().items():
        if row["kind"] != "final_energy":
            continue
        chosen = cells.filter(_lies_in(row["categories"]))
        if row["fuels"]:
            listed = row["fuels"].split(";")
            chosen = chosen.filter(pl.col("fuel").is_in(listed) | pl.col("fuel_group").is_in(listed))
        parts.append(_rows_of(chosen, code, row["unit"], 1.0, model, scenario))
    fuels = ", ".join(sorted(left_out["fuel"].unique().to_list()))
    found = (Finding("iamc_fuel_left_out", params={"fuels": fuels}, severity="note"),) if fuels else ()
    return _in_order(pl.concat(parts)), found


def _sum_variables(lines: pl.DataFrame, model: str, scenario: str) -> Written:
    parts, lacking = [empty_table(IamcData)], set()
    given = set(";".join(lines["categories"].unique().to_list()).split(";"))
    for code, row in iamc_variables().items():
        if row["kind"] != "emissions" or row["gas"] not in set(lines["gas"].unique()):
            continue
        chosen = lines.filter((pl.col("gas") == row["gas"]) & _lies_in(row["categories"]))
        parts.append(_rows_of(chosen, code, row["unit"], KT_PER_UNIT[row["unit"]], model, scenario))
        if chosen.height:
            roots = row["categories"].split(";")
            lacking |= {root for root in roots if not any(is_under(category, root) for category in given)}
    listed = ", ".join(sorted(lacking))
    found = (Finding("iamc_not_covered", params={"categories": listed}, severity="note"),) if listed else ()
    return _in_order(pl.concat(parts)), found


def _lies_in(roots: str) -> pl.Expr:
    """Return whether all categories of a row lie under the roots; a sector may have several categories."""
    under = {
        code
        for code in terms.entries("ipcc_categories")
        if any(is_under(code, root) for root in roots.split(";"))
    }
    return pl.col("categories").str.split(";").list.eval(pl.element().is_in(sorted(under))).list.all()


def _rows_of(
    chosen: pl.DataFrame, code: str, unit: str, divisor: float, model: str, scenario: str
) -> pl.DataFrame:
    unknown = pl.col("value").is_null().any()
    summed = chosen.group_by(_CELL, maintain_order=True).agg(
        value=pl.when(~unknown).then(pl.col("value").sum() / divisor)
    )
    head = {"model": model, "scenario": scenario, "variable": code, "unit": unit}
    named = summed.drop_nulls("value").with_columns(
        **{name: pl.lit(text) for name, text in head.items()},
        region=pl.col("region").map_elements(region_name, return_dtype=pl.String),
        year=pl.col("year").cast(pl.Int64),
    )
    return named.select([spec.name for spec in columns_of(IamcData)])


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    order = {code: place for place, code in enumerate(iamc_variables())}
    place = pl.col("variable").replace_strict(order, return_dtype=pl.Int32)
    return check(rows.sort("model", "scenario", "region", place, "year"), IamcData)


def region_name(code: str) -> str:
    """Return how IAMC tables name a province; other codes stand for themselves.

    Examples
    --------
    >>> region_name("XX")
    'XX'
    """
    row = terms.entries("provinces").get(code)
    return f"{COUNTRY}|{row['en']}" if row else code


def region_code(name: str) -> str:
    """Return the code of a province that an IAMC table names; other names stand for themselves."""
    last = name.rpartition("|")[2].strip()
    return terms.aliases("provinces").get(last.lower(), name)


def widen(data: pl.DataFrame) -> pl.DataFrame:
    """Return an IAMC table with one column a year, in ascending order; null where there is no value.

    Parameters
    ----------
    data : IamcData
    """
    head = ["model", "scenario", "region", "variable", "unit"]
    if data.is_empty():
        return data.select(head)
    years = [str(year) for year in sorted(data["year"].unique().to_list())]
    wide = data.with_columns(year=pl.col("year").cast(pl.String)).pivot(on="year", index=head, values="value")
    return wide.select(*head, *years)


def title_case(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose columns are written as in IAMC files: Model, Scenario, Region, …."""
    return table.rename({name: name.capitalize() for name in table.columns if not name.isdigit()})
