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


def weakest(*names: str) -> pl.Expr:
    """Return the weakest of some grades in a row (A < B < C < X)."""
    return pl.max_horizontal(*names)


def sum_activity(energy: pl.DataFrame) -> pl.DataFrame:
    """Return the fuel burnt by region, year, sector and fuel.

    Parameters
    ----------
    energy : EnergyUse
        A value left empty was not published; whatever rests on it is null, never zero. May have a column
        ``grade``; without it every row counts as grade B.

    Returns
    -------
    polars.DataFrame
        ``region, year, sector, fuel, activity, grade`` [accounting unit of the fuel]; the weakest grade of
        what was added up.
    """
    graded = energy if "grade" in energy.columns else energy.with_columns(grade=pl.lit("B"))
    # rule 1
    burnt = (
        select_burnt(graded)
        .group_by(CELL, maintain_order=True)
        .agg(activity=sum_known("value"), grade=pl.col("grade").max())
    )
    by_fuel = ["region", "year", "fuel"]
    feedstock = (
        graded.filter(pl.col("variable") == "non_energy_use")
        .group_by(by_fuel)
        .agg(feedstock=sum_known("value"), feedstock_grade=pl.col("grade").max(), given=pl.lit(value=True))
    )
    burnt = burnt.join(feedstock, on=by_fuel, how="left", maintain_order="left")
    # rule 2
    chemical = pl.col("sector").is_in(CHEMICAL_SECTORS)
    burnt = burnt.with_columns(_own=pl.when(chemical).then(pl.col("activity")).otherwise(0.0))
    all_chemicals = sum_known("_own").over(by_fuel)
    kept = (1 - pl.col("feedstock") / all_chemicals).clip(lower_bound=0.0)
    shared = chemical & pl.col("given").fill_null(value=False) & ~(all_chemicals <= 0).fill_null(value=False)
    reduced = pl.when(shared).then(pl.col("activity") * kept).otherwise(pl.col("activity"))
    grade = pl.when(shared).then(weakest("grade", "feedstock_grade")).otherwise(pl.col("grade"))
    return burnt.select(*CELL, activity=reduced, grade=grade)


def emit_combustion(activity: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Return CO2 by cell: activity times factor.

    Parameters
    ----------
    activity : polars.DataFrame
        ``region, year, sector, fuel, activity, grade``.
    factors : CarbonFactor
        Cells without a factor emit nothing; the caller has looked at them before
        (:func:`dafeng.inventory.screening.screen_energy`).

    Returns
    -------
    polars.DataFrame
        ``region, year, sector, fuel, co2_mt, grade`` [Mt CO2], only cells with a factor; null where the
        activity is; the weakest grade of activity and factor.
    """
    joined = activity.join(
        factors.select("sector", "fuel", "factor", factor_grade="grade"),
        on=["sector", "fuel"], how="inner", validate="m:1", maintain_order="left",
    )  # fmt: skip
    co2_mt = pl.col("activity") * pl.col("factor") * MT_PER_ACTIVITY
    return joined.select(*CELL, co2_mt=co2_mt, grade=weakest("grade", "factor_grade"))
