"""The province in the parts of the city accounts, with the mean factor of each fuel in each part."""

from __future__ import annotations

import polars as pl

from dafeng import terms
from dafeng.inventory.city_accounts.contracts import ProvincePart
from dafeng.inventory.combustion import MT_PER_ACTIVITY, emit_combustion, sum_activity, sum_known
from dafeng.table import check

USERS = frozenset({"agriculture", "construction", "transport", "services", "households"})
"""Groups of sectors whose coal is bulk coal: everyone who is neither industry nor a plant."""
PLANTS = {"thermal_power": "power", "heating_supply": "heat"}
SOLID = ["coal", "coke", "coal_gas"]
FACTOR_UNITS = {"10^4 t": "t CO2/t", "10^8 m3": "t CO2/10^4 m3"}
"""Accounting unit of a fuel -> unit of its factor."""


def split_province(energy: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Return one province's combustion by part and fuel.

    Parameters
    ----------
    energy : EnergyUse
        One province.
    factors : CarbonFactor

    Returns
    -------
    ProvincePart
        All parts together are the province's CO2 of combustion; ``other`` holds coke and coal gas of
        services and households, for which cities report nothing.
    """
    flows = energy.filter(pl.col("variable") == "transformation_input")
    plants = [
        _emit(flows.filter(pl.col("sector") == flow), factors).with_columns(part=pl.lit(part))
        for flow, part in PLANTS.items()
    ]
    final = _emit(energy.filter(pl.col("variable").is_in(["final_consumption", "non_energy_use"])), factors)
    sector_groups = {code: row["group"] for code, row in terms.entries("sectors").items()}
    user = pl.col("sector").replace_strict(sector_groups, return_dtype=pl.String).is_in(sorted(USERS))
    group = pl.col("fuel").replace_strict(fuel_groups(), return_dtype=pl.String)
    part = (
        pl.when(group.is_in(["oil", "gas"]))
        .then(pl.lit("oil_gas"))
        .when(~user)
        .then(pl.lit("industry"))
        .when(group == "coal")
        .then(pl.lit("bulk_coal"))
        .otherwise(pl.lit("other"))
    )
    cells = pl.concat([*plants, final.with_columns(part=part)])
    summed = cells.group_by("year", "part", "fuel", maintain_order=True).agg(
        sum_known("co2_mt"), sum_known("activity")
    )
    used = pl.when(pl.col("activity") > 0).then(pl.col("activity"))
    units = {code: FACTOR_UNITS.get(row["activity_unit"]) for code, row in terms.entries("fuels").items()}
    named = summed.sort("year", "part", "fuel").with_columns(
        factor=pl.col("co2_mt") / used / MT_PER_ACTIVITY,
        unit=pl.col("fuel").replace_strict(units, return_dtype=pl.String),
    )
    return check(named.select("year", "part", "fuel", "factor", "unit", "co2_mt"), ProvincePart)


def fuel_groups() -> dict[str, str]:
    """Return fuel -> group."""
    return {code: row["group"] for code, row in terms.entries("fuels").items()}


def _emit(energy: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    activity = sum_activity(energy)
    emitted = emit_combustion(activity, factors)
    key = ["region", "year", "sector", "fuel"]
    return emitted.join(activity.select(*key, "activity"), on=key, how="left").select(
        "year", "sector", "fuel", "co2_mt", "activity"
    )
