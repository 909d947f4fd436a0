"""The stage of the city accounts: every city of the pack by one rule, silent cities without a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.tables import name_tables
from dafeng.inventory import ceads_factors
from dafeng.inventory.city_accounts import CityAccounts, account_cities, list_city_rules, split_province
from dafeng.provenance import Step
from dafeng.result import Result

if TYPE_CHECKING:
    from dafeng.app.stages import RunContext
    from dafeng.pack import Pack

CITY_FILES = ("regions", "energy", "city_energy")


def account_pack_cities(context: RunContext) -> Result:
    """Return the city accounts of the pack, benchmarked to its province."""
    pack = context.pack
    province = split_province(pack.tables["energy"], ceads_factors())
    cities = list_cities(pack)
    made = account_cities(pack.tables["city_energy"], ceads_factors(), province, cities)
    step = Step(
        "city_accounts.account_cities",
        f"按同一规则核算 {len(cities)} 个设区市，与全省衔接",
        f"accounts of {len(cities)} cities by one rule, benchmarked to the province",
        {"cities": len(cities)},
        made.totals.height,
    )
    return Result("city_accounts", name_tables(name_city_frames(made)), (step,), made.findings)


def list_cities(pack: Pack) -> list[str]:
    """Return the division codes of the cities of a pack that exist today."""
    regions = pack.tables["regions"]
    own = (pl.col("level") == "city") & pl.col("valid_to").is_null()
    return regions.filter(own)["code"].to_list()


def name_city_frames(made: CityAccounts) -> dict[str, pl.DataFrame]:
    """Return the tables of city accounts by id."""
    return {
        "inventory.city_totals": made.totals,
        "inventory.city_accounts": made.accounts,
        "inventory.city_benchmark": made.benchmark,
        "inventory.city_rules": list_city_rules(),
    }
