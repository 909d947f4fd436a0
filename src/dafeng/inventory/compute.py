"""The inventory of one or many provinces: screening, combustion, process, totals."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dafeng import terms
from dafeng.inventory.combustion import emit_combustion, sum_activity, sum_known
from dafeng.inventory.contracts import CarbonFactor, Emissions
from dafeng.inventory.process import CEMENT_SECTOR, emit_cement
from dafeng.provenance import Step
from dafeng.table import check

METHOD = "CEADs-sectoral"
METHOD_VERSION = "1"
UNIT = "Mt CO2"


@dataclass(frozen=True, slots=True)
class Inventory:
    """Emissions with the steps that made them."""

    emissions: pl.DataFrame
    """Contract :class:`~dafeng.inventory.contracts.Emissions`."""
    steps: tuple[Step, ...]


def ceads_factors() -> pl.DataFrame:
    """Return the factors of the CEADs method as a :class:`CarbonFactor` table."""
    raw = pl.DataFrame(list(terms.rows("ceads_factors")))
    share = pl.when(pl.col("share_exact") != "").then(pl.col("share_exact")).cast(pl.Float64)
    typed = raw.with_columns(pl.col("factor").cast(pl.Float64), pl.col("n_obs").cast(pl.Int64), share)
    return check(typed, CarbonFactor)


def compute_inventory(
    energy: pl.DataFrame, factors: pl.DataFrame, cement: pl.DataFrame | None = None
) -> Inventory:
    """Return CO2 by sector and fuel, with totals.

    Parameters
    ----------
    energy : EnergyUse
        Any number of provinces and years; screened before.
    factors : CarbonFactor
    cement : ProductOutput, optional
        Without it, and for every province and year that it leaves open, process and total rows are null:
        a total without cement would be partial.

    Returns
    -------
    Inventory
        Rows per region and year: combustion by sector and fuel, combustion by fuel (sector ``total``),
        process (cement sector and ``total``), totals by sector and overall. [Mt CO2]
    """
    cells = emit_combustion(sum_activity(energy), factors)
    years = energy.select("region", "year").unique(maintain_order=True)
    process = _process_by_year(years, cement)
    by_fuel = cells.group_by("region", "year", "fuel", maintain_order=True).agg(co2_mt=sum_known("co2_mt"))
    parts = [
        _exchange(cells, "co2_fuel_combustion"),
        _exchange(by_fuel.with_columns(sector=pl.lit("total")), "co2_fuel_combustion"),
        _exchange(process.with_columns(sector=pl.lit(CEMENT_SECTOR)), "co2_process"),
        _exchange(process.with_columns(sector=pl.lit("total")), "co2_process"),
        _exchange(_totals(cells, process), "co2_total"),
    ]
    emissions = check(_sort(pl.concat(parts)), Emissions)
    step = Step(
        "inventory.compute_inventory",
        f"按 CEADs 部门法计算 {years.height} 个地区年份的二氧化碳排放",
        f"CO2 of {years.height} province-years by the CEADs sectoral approach",
        {"method": METHOD, "version": METHOD_VERSION, "cement": cement is not None},
        emissions.height,
    )
    return Inventory(emissions, (step,))


def _process_by_year(years: pl.DataFrame, cement: pl.DataFrame | None) -> pl.DataFrame:
    if cement is None:
        return years.with_columns(co2_mt=pl.lit(None, pl.Float64))
    return years.join(emit_cement(cement), on=["region", "year"], how="left", maintain_order="left")


def _totals(cells: pl.DataFrame, process: pl.DataFrame) -> pl.DataFrame:
    """Return totals by sector and over all sectors; null wherever a part is unknown."""
    by_sector = cells.group_by("region", "year", "sector", maintain_order=True).agg(
        co2_mt=sum_known("co2_mt")
    )
    cement_cells = process.select("region", "year", sector=pl.lit(CEMENT_SECTOR), co2_mt=pl.lit(0.0))
    by_sector = (
        pl.concat([by_sector, cement_cells])
        .group_by("region", "year", "sector", maintain_order=True)
        .agg(co2_mt=sum_known("co2_mt"))
        .join(process.rename({"co2_mt": "process"}), on=["region", "year"], how="left", maintain_order="left")
    )
    own = pl.when(pl.col("sector") == CEMENT_SECTOR).then(pl.col("process")).otherwise(pl.col("process") * 0)
    by_sector = by_sector.with_columns(co2_mt=pl.col("co2_mt") + own).drop("process")
    overall = by_sector.group_by("region", "year", maintain_order=True).agg(
        sector=pl.lit("total"), co2_mt=sum_known("co2_mt")
    )
    return pl.concat([by_sector, overall])


def _exchange(part: pl.DataFrame, variable: str) -> pl.DataFrame:
    fuel = pl.col("fuel") if "fuel" in part.columns else pl.lit(None, pl.String)
    return part.select(
        "region",
        pl.col("year").cast(pl.Int64),
        variable=pl.lit(variable),
        sector="sector",
        fuel=fuel,
        unit=pl.lit(UNIT),
        value="co2_mt",
        source=pl.lit(f"dafeng {METHOD} {METHOD_VERSION}"),
        quality=pl.lit("B"),
    )


def _sort(emissions: pl.DataFrame) -> pl.DataFrame:
    sectors = {code: int(row["row"]) for code, row in terms.entries("sectors").items()} | {"total": 0}
    fuels = {code: place for place, code in enumerate(terms.entries("fuels"))}
    variables = {code: place for place, code in enumerate(terms.entries("emission_variables"))}
    return emissions.sort(
        "region",
        "year",
        pl.col("variable").replace_strict(variables, return_dtype=pl.Int32),
        pl.col("sector").replace_strict(sectors, return_dtype=pl.Int32),
        pl.col("fuel").replace_strict(fuels, default=-1, return_dtype=pl.Int32),
    )
