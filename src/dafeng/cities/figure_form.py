"""A form for the figures of the cities from which targets are split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.cities.figures import FIGURE_UNITS
from dafeng.cities.io import NAME_COLUMNS, GivenCityFigures
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def draft_city_figures(
    regions: Sequence[str], names: Mapping[str, str], base_year: int, target_year: int
) -> pl.DataFrame:
    """Return the rows of a form without values: every item of the base year, growth of every later year.

    Parameters
    ----------
    regions : sequence of str
        Codes of the cities and of the province.
    names : mapping of str to str
        Code -> Chinese name.
    base_year, target_year : int

    Returns
    -------
    polars.DataFrame
        Columns of GivenCityFigures, each code after its name.
    """
    asked = [(base_year, item) for item in FIGURE_UNITS if item != "gdp_growth"]
    asked += [(year, "gdp_growth") for year in range(base_year + 1, target_year + 1)]
    schema = {spec.name: spec.dtype for spec in columns_of(GivenCityFigures)}
    rows = [
        {"region": region, "year": year, "item": item, "unit": FIGURE_UNITS[item]}
        for region in regions
        for year, item in asked
    ]
    draft = pl.DataFrame(rows, schema=schema)
    known = {
        "region": dict(names),
        "item": {code: row["zh"] for code, row in terms.entries("city_figure").items()},
    }
    columns: list[pl.Expr] = []
    for name in draft.columns:
        for heading, code in NAME_COLUMNS.items():
            if code == name:
                named = pl.col(name).replace_strict(known[code], default=None, return_dtype=pl.String)
                columns.append(named.alias(heading))
        columns.append(pl.col(name))
    return draft.select(columns)
