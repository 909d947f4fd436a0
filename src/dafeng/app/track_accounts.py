"""Yearly figures of the system's own accounts, as formulas of indicators may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.inventory.assessment import list_scopes
from dafeng.table import frame_of
from dafeng.tracking.figures import assumed_day, latest_assumed_year
from dafeng.tracking.formula import ACCOUNTS
from dafeng.tracking.indicator_contracts import AccountValues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

ACCOUNT_TABLES = ("inventory.emissions", "assessment.accounts", "assessment.gdp")
"""Tables of earlier stages that hold the accounts."""
EMISSION_UNIT = "Mt CO2"
GDP_VOLUME = "gdp_volume"
"""GDP at constant prices as a chain of yearly ratios, first year = 1. [1]"""
SOURCE = "own_accounts"
"""What stands for the source of a figure that this system computed itself."""


def account_units() -> dict[str, str]:
    """Return every figure of the accounts that a formula may read, as ``accounts.NAME``, with its unit.

    Returns
    -------
    dict of str to str
        Totals of the inventory by variable (``co2_total``, …), the assessment accounts by scope and factor of
        power (``ci_13_14_own_generation``, ``ei_total``, …) and the volume of GDP.
    """
    units = dict.fromkeys(terms.entries("emission_variables"), EMISSION_UNIT)
    for scope, quantity, trades in list_scopes().select("scope", "quantity", "power_trade").iter_rows():
        unit = EMISSION_UNIT if quantity == "co2" else "10^4 tce"
        rules = [rule for rule in terms.entries("power_factor_rule") if (rule == "none") != trades]
        units |= {_scope_name(scope, rule): unit for rule in rules}
    return {f"{ACCOUNTS}.{name}": unit for name, unit in (units | {GDP_VOLUME: "1"}).items()}


def list_accounts(given: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame:
    """Return the accounts as a table that formulas read.

    Parameters
    ----------
    given : mapping of str to polars.DataFrame
        :data:`ACCOUNT_TABLES`; what was not made is not there.
    as_of : date
        Years that count as known later are left out.

    Returns
    -------
    AccountValues
        A year counts as known at the end of the second year after it, which is an assumption and marked so:
        the accounts carry no day of their own.
    """
    makers = dict(zip(ACCOUNT_TABLES, (_list_emissions, _list_assessed, _list_volume), strict=True))
    rows: list[dict[str, Any]] = []
    for table_id, make in makers.items():
        if table_id in given:
            rows += make(given[table_id])
    newest = latest_assumed_year(as_of)
    known = [
        {**row, "known_on": assumed_day(row["year"]).isoformat(), "known_assumed": True}
        for row in rows
        if row["year"] <= newest
    ]
    return frame_of(known, AccountValues)


def _list_emissions(emissions: pl.DataFrame) -> Iterator[dict[str, Any]]:
    totals = emissions.filter((pl.col("sector") == "total") & pl.col("fuel").is_null()).drop_nulls("value")
    for row in totals.iter_rows(named=True):
        yield _row(row["variable"], row, row["value"], row["unit"], row["quality"])


def _list_assessed(accounts: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in accounts.filter(~pl.col("partial")).drop_nulls("value").iter_rows(named=True):
        name = _scope_name(row["scope"], row["power_factor"])
        yield _row(name, row, row["value"], row["unit"], row["grade"])


def _list_volume(gdp: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the chain of GDP; it ends where a yearly ratio is missing."""
    for own in gdp.sort("region", "year").partition_by("region", maintain_order=True):
        volume, before = 1.0, None
        for row in own.iter_rows(named=True):
            if before is not None:
                if row["gdp_ratio"] is None or row["year"] != before + 1:
                    break
                volume *= row["gdp_ratio"]
            before = row["year"]
            yield _row(GDP_VOLUME, row, volume, "1", "B")


def _row(name: str, row: Mapping[str, Any], value: float, unit: str, grade: str) -> dict[str, Any]:
    return {
        "name": f"{ACCOUNTS}.{name}", "region": row["region"], "year": row["year"], "value": value,
        "unit": unit, "source_ids": SOURCE, "grade": grade,
    }  # fmt: skip


def _scope_name(scope: str, power_factor: str) -> str:
    return scope if power_factor == "none" else f"{scope}_{power_factor}"
