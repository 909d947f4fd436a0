"""A balance as energy use: the columns, signs and sectors that the inventory of combustion takes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from dafeng.balance.model import Balance

SECTORS = (
    "agriculture", "construction", "transport", "wholesale_retail_catering", "other_services",
    "residential_urban", "residential_rural",
)  # fmt: skip
"""Rows of final use that are sectors of the inventory under the same code."""
INDUSTRY = "industry"
"""Final use of industry: a balance has it as one, the inventory's 40 industries are not told apart."""


def to_energy_use(balance: Balance) -> pl.DataFrame:
    """Return energy use in the exchange form of the inventory.

    Parameters
    ----------
    balance : Balance
        In physical units.

    Returns
    -------
    polars.DataFrame
        ``region, year, variable, sector, fuel, unit, value, grade``: final consumption by sector (industry
        as one, under ``industry``, which is no sector of the inventory) and as ``total``, transformation
        with input positive and output negative, losses, non-energy use, total consumption. Totals of fuels
        are left out.

    Raises
    ------
    InputRefused
        ``balance_not_physical``.
    """
    if balance.measure != "physical":
        raise InputRefused.of("balance_not_physical")
    entries = terms.entries("balance_rows")
    flows = [code for code, row in entries.items() if row["section"] == "transformation"]
    final = {code: code for code in (*SECTORS, INDUSTRY)} | {"final_consumption": "total"}
    other = {"loss": "loss", "total_consumption": "total_consumption"}
    variable = {
        **dict.fromkeys(final, "final_consumption"), **dict.fromkeys(flows, "transformation_input"), **other,
        "industry_non_energy_use": "non_energy_use",
    }  # fmt: skip
    sector = {**{code: code for code in flows}, **final, **other, "industry_non_energy_use": "non_energy_use"}
    sign = pl.when((pl.col("row").is_in(flows)) & (pl.col("value") != 0)).then(-1.0).otherwise(1.0)
    used = balance.cells.filter(
        pl.col("row").is_in(list(variable)) & ~pl.col("fuel").is_in(sorted(terms.codes("fuel_totals")))
    )
    return used.select(
        "region", "year", variable=pl.col("row").replace_strict(variable),
        sector=pl.col("row").replace_strict(sector), fuel="fuel", unit="unit", value=pl.col("value") * sign,
        grade="grade",
    ).sort("region", "year", "variable", "sector", "fuel")  # fmt: skip
