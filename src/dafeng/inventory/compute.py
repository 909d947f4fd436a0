"""The inventory of one or many provinces: screening, combustion, process, totals."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused
from dafeng.inventory.combustion import emit_combustion, sum_activity, sum_known
from dafeng.inventory.contracts import CarbonFactor, Emissions, InventoryFinding
from dafeng.inventory.process import CEMENT_SECTOR, emit_cement, select_cement
from dafeng.inventory.screening import as_findings, check_structure, screen_energy
from dafeng.provenance import Step
from dafeng.table import check, columns_of, empty_table

METHOD = "CEADs-sectoral"
METHOD_VERSION = "1"
UNIT = "Mt CO2"


@dataclass(frozen=True, slots=True)
class Inventory:
    """Emissions with what was found on the way and the steps that made them."""

    emissions: pl.DataFrame
    """Contract :class:`~dafeng.inventory.contracts.Emissions`."""
    findings_table: pl.DataFrame
    """Contract :class:`~dafeng.inventory.contracts.InventoryFinding`."""
    findings: tuple[Finding, ...]
    """The same, for messages."""
    steps: tuple[Step, ...]


def ceads_factors() -> pl.DataFrame:
    """Return the factors of the CEADs method as a :class:`CarbonFactor` table."""
    raw = pl.DataFrame(list(terms.rows("ceads_factors")))
    share = pl.when(pl.col("share_exact") != "").then(pl.col("share_exact")).cast(pl.Float64)
    typed = raw.with_columns(pl.col("factor").cast(pl.Float64), pl.col("n_obs").cast(pl.Int64), share)
    return check(typed, CarbonFactor)


def compute_inventory(
    energy: pl.DataFrame, factors: pl.DataFrame, cement: pl.DataFrame | None = None, *,
    accept_findings: bool = False, file: str = "energy",
) -> Inventory:  # fmt: skip
    """Return CO2 by sector and fuel, with totals.

    Parameters
    ----------
    energy : EnergyUse
        Any number of provinces and years; may have ``grade`` and ``row`` (row number in its file).
    factors : CarbonFactor
    cement : ProductOutput, optional
        Without it, and for every province and year that it leaves open, process and total rows are null:
        a total without cement would be partial.
    accept_findings : bool
        Compute in spite of implausible values: negative use is kept, activity without factor emits nothing.
    file : str
        Named in findings.

    Returns
    -------
    Inventory
        Rows per region and year: combustion by sector and fuel, combustion by fuel (sector ``total``),
        process (cement sector and ``total``), totals by sector and overall [Mt CO2]. A computed figure is
        never graded better than B, and as weak as the weakest figure that it rests on.

    Raises
    ------
    InputRefused
        Sectors or units that do not fit; implausible values unless they are accepted.
    """
    numbered = energy if "row" in energy.columns else energy.with_columns(row=pl.lit(None, pl.Int64))
    problems = check_structure(numbered, file)
    if problems:
        raise InputRefused(problems)
    screened = screen_energy(numbered, factors)
    findings = [*as_findings(screened, file), *_unused_cement(energy, cement)]
    stopping = [finding for finding in findings if finding.severity == "warning"]
    if stopping and not accept_findings:
        raise InputRefused([Finding("findings_stop", params={"count": len(stopping)}), *stopping])
    emissions = check(_sort(pl.concat(_emit(energy, factors, cement))), Emissions)
    years = energy.select("region", "year").n_unique()
    step = Step(
        "inventory.compute_inventory",
        f"按 CEADs 部门法计算 {years} 个地区年份的二氧化碳排放",
        f"CO2 of {years} province-years by the CEADs sectoral approach",
        {"method": METHOD, "version": METHOD_VERSION, "cement": cement is not None},
        emissions.height,
    )
    table = list_findings(screened, findings[: screened.height])
    return Inventory(emissions, table, tuple(findings), (step,))


def list_findings(screened: pl.DataFrame, findings: list[Finding]) -> pl.DataFrame:
    """Return screened rows with their texts as an :class:`InventoryFinding` table."""
    if screened.is_empty():
        return empty_table(InventoryFinding)
    texts = screened.with_columns(
        text_zh=pl.Series([f.text("zh") for f in findings]),
        text_en=pl.Series([f.text("en") for f in findings]),
    )
    return check(texts.select([spec.name for spec in columns_of(InventoryFinding)]), InventoryFinding)


def _emit(energy: pl.DataFrame, factors: pl.DataFrame, cement: pl.DataFrame | None) -> list[pl.DataFrame]:
    cells = emit_combustion(sum_activity(energy), factors)
    years = energy.select("region", "year").unique(maintain_order=True)
    process = _process_by_year(years, cement)
    by_fuel = _sum_over(cells, "fuel")
    return [
        _exchange(cells, "co2_fuel_combustion"),
        _exchange(by_fuel.with_columns(sector=pl.lit("total")), "co2_fuel_combustion"),
        _exchange(process.with_columns(sector=pl.lit(CEMENT_SECTOR)), "co2_process"),
        _exchange(process.with_columns(sector=pl.lit("total")), "co2_process"),
        _exchange(_totals(cells, process), "co2_total"),
    ]


def _unused_cement(energy: pl.DataFrame, cement: pl.DataFrame | None) -> list[Finding]:
    """Return a note if cement is given for years without energy use."""
    if cement is None:
        return []
    key = ["region", "year"]
    alone = select_cement(cement).drop_nulls("value").join(energy.select(key).unique(), on=key, how="anti")
    count = alone.select(key).n_unique() if alone.height else 0
    return [Finding("cement_without_energy", params={"count": count}, severity="note")] if count else []


def _sum_over(cells: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Return sums by region, year and more: null where a part is unknown, as weak as its weakest part."""
    grouped = cells.group_by("region", "year", *by, maintain_order=True)
    return grouped.agg(co2_mt=sum_known("co2_mt"), grade=pl.col("grade").max())


def _process_by_year(years: pl.DataFrame, cement: pl.DataFrame | None) -> pl.DataFrame:
    if cement is None:
        return years.with_columns(co2_mt=pl.lit(None, pl.Float64), grade=pl.lit("B"))
    joined = years.join(emit_cement(cement), on=["region", "year"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("grade").fill_null("B"))


def _totals(cells: pl.DataFrame, process: pl.DataFrame) -> pl.DataFrame:
    """Return totals by sector and over all sectors; null wherever a part is unknown."""
    cement_cells = process.select(
        "region", "year", sector=pl.lit(CEMENT_SECTOR), co2_mt=pl.lit(0.0), grade="grade"
    )
    by_sector = _sum_over(pl.concat([_sum_over(cells, "sector"), cement_cells]), "sector")
    by_sector = by_sector.join(
        process.select("region", "year", process="co2_mt"), on=["region", "year"], how="left",
        maintain_order="left",
    )  # fmt: skip
    own = pl.when(pl.col("sector") == CEMENT_SECTOR).then(pl.col("process")).otherwise(pl.col("process") * 0)
    by_sector = by_sector.with_columns(co2_mt=pl.col("co2_mt") + own).drop("process")
    overall = _sum_over(by_sector).with_columns(sector=pl.lit("total"))
    return pl.concat([by_sector, overall.select(by_sector.columns)])


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
        quality=pl.max_horizontal("grade", pl.lit("B")),
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
