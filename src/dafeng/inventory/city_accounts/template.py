"""A city energy table to be filled in: every city, every item of the rule, fuels that the province burns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.inventory.city_accounts.account import list_city_rules
from dafeng.inventory.city_accounts.province import fuel_groups
from dafeng.pack import PACK_TABLES
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME_COLUMNS = {"市名": "region", "项目名称": "item", "品种名称": "fuel"}
"""Columns with the names of codes, for whoever fills the form in; not read back."""
POWER_ITEMS = ("generation", "electricity_exported")


def draft_city_energy(cities: Sequence[str], year: int, province: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a city energy table without values.

    Parameters
    ----------
    cities : sequence of str
        Division codes.
    year : int
        Calendar year of the rows.
    province : ProvincePart
        Fuels that it burns in a part, in its latest year, are listed; without rows every fuel of the rule is.

    Returns
    -------
    polars.DataFrame
        Columns of the pack table ``city_energy``; values, sources and grades empty.
    """
    latest = province.filter((pl.col("year") == pl.col("year").max()) & (pl.col("co2_mt") > 0))
    burnt = latest.select("part", "fuel") if latest.height else None
    fuels = pl.DataFrame(list(fuel_groups().items()), schema=["fuel", "fuel_group"], orient="row")
    rows = list_city_rules().join(fuels, on="fuel_group", maintain_order="left_right")
    if burnt is not None:
        rows = rows.join(burnt, on=["part", "fuel"], how="semi", maintain_order="left")
    power = pl.DataFrame(
        [(item, "Electricity") for item in POWER_ITEMS], schema=["item", "fuel"], orient="row"
    )
    asked = pl.concat([rows.select("item", "fuel").unique(maintain_order=True), power])
    units = {code: row["activity_unit"] for code, row in terms.entries("fuels").items()}
    schema = {spec.name: spec.dtype for spec in columns_of(PACK_TABLES["city_energy"])}
    places = pl.DataFrame({"region": list(cities)}, schema={"region": pl.String})
    whole = places.join(asked, how="cross", maintain_order="left_right").with_columns(
        year=pl.lit(year, pl.Int64), unit=pl.col("fuel").replace_strict(units, return_dtype=pl.String)
    )
    empty = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in whole.columns]
    return whole.with_columns(empty).select(list(schema))


def add_names(draft: pl.DataFrame, cities: Mapping[str, str]) -> pl.DataFrame:
    """Return a form with the Chinese name of every city, item and fuel before its code.

    Parameters
    ----------
    draft : polars.DataFrame
        As :func:`draft_city_energy` returns it.
    cities : mapping
        Division code -> name.
    """
    known = {
        "region": dict(cities),
        "item": {code: row["zh"] for code, row in terms.entries("city_item").items()},
        "fuel": {code: row["zh"] for code, row in terms.entries("fuels").items()},
    }
    names = {code: name for name, code in NAME_COLUMNS.items()}
    columns: list[pl.Expr] = []
    for column in draft.columns:
        if column in names:
            named = pl.col(column).replace_strict(known[column], default=None, return_dtype=pl.String)
            columns.append(named.alias(names[column]))
        columns.append(pl.col(column))
    return draft.select(columns)
