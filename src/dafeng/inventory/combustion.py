"""CO2 from fuel combustion by the CEADs sectoral approach.

Method: Shan et al. (2018) Sci. Data 5:170201, doi:10.1038/sdata.2017.201, and its successors; the rules
below reproduce the published provincial inventories of 2014-2022. ``activity`` is in the accounting unit
of the fuel (10^4 t or 10^8 m3), the factor in t CO2/t or t CO2/10^4 m3, so CO2 [Mt] = activity x factor / 100.

1. Power and heat burns its final consumption and the inputs of thermal power and heating supply.
2. Five chemical industries lose the non-energy use, shared in proportion to their use, never below zero.
3. Other petroleum products emit only as input of power and heat.
4. Coking, washing, refining, gas works, briquetting and losses emit nothing here; heat, electricity and
   other energy emit nothing where they are used.
"""

from __future__ import annotations

import polars as pl

CHEMICAL_SECTORS = ("chemicals", "pharmaceutical", "chemical_fiber", "rubber", "plastic")
POWER_INPUTS = ("thermal_power", "heating_supply")
POWER_SECTOR = "power_heat"
FEEDSTOCK_FUEL = "Other_Petroleum_Products"
MT_PER_ACTIVITY = 0.01
CELL = ["region", "year", "sector", "fuel"]


def select_burnt(energy: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of an energy table that the method burns.

    Parameters
    ----------
    energy : EnergyUse
        With its row numbers in ``row`` where known.

    Returns
    -------
    polars.DataFrame
        The final-consumption rows of the 47 sectors and the inputs of power and heat, the latter under
        the sector ``power_heat``; other columns unchanged.
    """
    final = (pl.col("variable") == "final_consumption") & (pl.col("sector") != "total")
    inputs = (pl.col("variable") == "transformation_input") & pl.col("sector").is_in(POWER_INPUTS)
    moved = pl.when(inputs).then(pl.lit(POWER_SECTOR)).otherwise(pl.col("sector"))
    return energy.filter(final | inputs).with_columns(moved.alias("sector"))


def sum_activity(energy: pl.DataFrame) -> pl.DataFrame:
    """Return the fuel burnt by region, year, sector and fuel.

    Parameters
    ----------
    energy : EnergyUse

    Returns
    -------
    polars.DataFrame
        ``region, year, sector, fuel, activity`` [accounting unit of the fuel]
    """
    # rule 1
    burnt = select_burnt(energy).group_by(CELL, maintain_order=True).agg(activity=pl.col("value").sum())
    feedstock = (
        energy.filter(pl.col("variable") == "non_energy_use")
        .group_by("region", "year", "fuel")
        .agg(feedstock=pl.col("value").sum())
    )
    burnt = burnt.join(feedstock, on=["region", "year", "fuel"], how="left", maintain_order="left")
    # rule 2
    chemical = pl.col("sector").is_in(CHEMICAL_SECTORS)
    all_chemicals = pl.when(chemical).then(pl.col("activity")).sum().over("region", "year", "fuel")
    kept = (1 - pl.col("feedstock").fill_null(0.0) / all_chemicals).clip(lower_bound=0.0)
    reduced = pl.when(chemical & (all_chemicals > 0)).then(pl.col("activity") * kept)
    return burnt.with_columns(reduced.otherwise(pl.col("activity")).alias("activity")).drop("feedstock")


def emit_combustion(activity: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Return CO2 by cell: activity times factor.

    Parameters
    ----------
    activity : polars.DataFrame
        ``region, year, sector, fuel, activity``.
    factors : CarbonFactor
        Cells without a factor emit nothing; the caller has looked at them before
        (:func:`dafeng.inventory.screening.screen_energy`).

    Returns
    -------
    polars.DataFrame
        ``region, year, sector, fuel, co2_mt`` [Mt CO2], only cells with a factor.
    """
    joined = activity.join(
        factors.select("sector", "fuel", "factor"),
        on=["sector", "fuel"], how="inner", validate="m:1", maintain_order="left",
    )  # fmt: skip
    return joined.select(*CELL, co2_mt=pl.col("activity") * pl.col("factor") * MT_PER_ACTIVITY)
