"""CO2 from fuel combustion by the CEADs sectoral approach.

Method: Shan et al. (2018) Sci. Data 5:170201, doi:10.1038/sdata.2017.201, and its successors; the rules
below reproduce the published provincial inventories of 2014-2022. ``activity`` is in the accounting unit
of the fuel (10^4 t or 10^8 m3), the factor in t CO2/t or t CO2/10^4 m3: CO2 [Mt] = activity x factor / 100.

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


def sum_known(name: str) -> pl.Expr:
    """Return the sum of a column, null if any part of it is not known: a partial sum is no total."""
    return pl.when(~pl.col(name).is_null().any()).then(pl.col(name).sum())


def sum_activity(energy: pl.DataFrame) -> pl.DataFrame:
    """Return the fuel burnt by region, year, sector and fuel.

    Parameters
    ----------
    energy : EnergyUse
        A value left empty was not published; whatever rests on it is null, never zero.

    Returns
    -------
    polars.DataFrame
        ``region, year, sector, fuel, activity`` [accounting unit of the fuel]
    """
    # rule 1
    burnt = select_burnt(energy).group_by(CELL, maintain_order=True).agg(activity=sum_known("value"))
    feedstock = (
        energy.filter(pl.col("variable") == "non_energy_use")
        .group_by("region", "year", "fuel")
        .agg(feedstock=sum_known("value"), given=pl.lit(value=True))
    )
    burnt = burnt.join(feedstock, on=["region", "year", "fuel"], how="left", maintain_order="left")
    # rule 2
    chemical = pl.col("sector").is_in(CHEMICAL_SECTORS)
    by_fuel = ["region", "year", "fuel"]
    burnt = burnt.with_columns(_own=pl.when(chemical).then(pl.col("activity")).otherwise(0.0))
    all_chemicals = sum_known("_own").over(by_fuel)
    kept = (1 - pl.col("feedstock") / all_chemicals).clip(lower_bound=0.0)
    shared = chemical & pl.col("given").fill_null(value=False) & ~(all_chemicals <= 0).fill_null(value=False)
    reduced = pl.when(shared).then(pl.col("activity") * kept).otherwise(pl.col("activity"))
    return burnt.select(*CELL, activity=reduced)


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
        ``region, year, sector, fuel, co2_mt`` [Mt CO2], only cells with a factor; null where the activity is.
    """
    joined = activity.join(
        factors.select("sector", "fuel", "factor"),
        on=["sector", "fuel"], how="inner", validate="m:1", maintain_order="left",
    )  # fmt: skip
    return joined.select(*CELL, co2_mt=pl.col("activity") * pl.col("factor") * MT_PER_ACTIVITY)
