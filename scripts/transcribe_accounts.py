"""Transcribe published energy, emission and economic figures into the tables of a pack.

Usage: python scripts/transcribe_accounts.py DATA_DIR PACK_DIR

DATA_DIR holds long tables (region, year, variable, sector, fuel, unit, value, source, quality). Only
sources that may be shipped are taken; the result is committed, the source files are not.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

RENAMED = {
    "CEADS_PROV_EN_ST": "CEADS_PROV_EN",
    "CEADS_PROV_EM_OC": "CEADS_PROV_EM",
    "CEADS_PROV_EM_ST": "CEADS_PROV_EM",
}
CEMENT_FACTOR = 0.2906
NOISE = 1e-9
"""Cells of a spreadsheet below this are the noise of its own sums."""
DERIVED_ZH = "由 CEADs 公布的过程排放除以 0.2906 推算，不是公布的产量"
DERIVED_EN = "derived: CEADs' published process CO2 divided by 0.2906, not a published output"
GAP_ZH = "本包没有该年过程排放，产量留空"
GAP_EN = "this pack holds no process CO2 of this year; the output is left empty"


def read(path: Path) -> pl.DataFrame:
    """Return a long table with our names of source and grade."""
    raw = pl.read_csv(path, infer_schema_length=None)
    return raw.rename({"source": "source_id", "quality": "grade"}).with_columns(
        pl.col("source_id").replace(RENAMED)
    )


def main(data: Path, pack: Path) -> None:
    """Write energy, products, published_emissions, economy and factors."""
    accounts = data / "accounts"
    energy = read(next(accounts.glob("*_energy_inventory_ceads_2014_2022.csv")))
    energy.select(
        "region", "year", "variable", "sector", "fuel", "unit", "value", "source_id", "grade"
    ).write_csv(pack / "energy.csv")
    region = energy["region"][0]
    balance = read(next(accounts.glob("*_energy_balance_2007.csv")))
    row = pl.when(pl.col("variable") == "final_consumption").then(
        pl.col("sector").replace("total", "final_consumption")
    )
    value = pl.when(pl.col("value").abs() < NOISE).then(0.0).otherwise(pl.col("value"))
    balance.select(
        "region", "year", row=row.otherwise("sector"), fuel="fuel", unit="unit", value=value,
        source_id="source_id", grade="grade",
    ).write_csv(pack / "balances.csv")  # fmt: skip
    detail = read(next(accounts.glob("*_co2_ceads_sector_fuel.csv")))
    process = detail.filter((pl.col("variable") == "co2_process") & (pl.col("sector") == "total"))
    years = pl.DataFrame({"year": range(2014, 2023)}, schema={"year": pl.Int64})
    known = pl.col("value").is_not_null()
    products = years.join(process.select("year", "value"), on="year", how="left").select(
        region=pl.lit(region),
        year="year",
        variable=pl.lit("output"),
        sector=pl.lit("cement"),
        unit=pl.lit("10^4 t"),
        value=(pl.col("value") / CEMENT_FACTOR * 100).round(6),
        source_id=pl.lit("CEADS_PROV_EM"),
        grade=pl.lit("B"),
        note_zh=pl.when(known).then(pl.lit(DERIVED_ZH)).otherwise(pl.lit(GAP_ZH)),
        note_en=pl.when(known).then(pl.lit(DERIVED_EN)).otherwise(pl.lit(GAP_EN)),
    )
    products.write_csv(pack / "products.csv")
    totals = read(next(accounts.glob("shanxi_co2_ceads_total.csv")))
    combustion = (
        detail.filter((pl.col("variable") == "co2_fuel_combustion") & (pl.col("sector") == "total"))
        .group_by("region", "year", "variable", "unit", "source_id", "grade")
        .agg(pl.col("value").sum())
    )
    columns = ["region", "year", "variable", "unit", "value", "source_id", "grade"]
    published = pl.concat([part.select(columns) for part in (combustion, process, totals)])
    published.sort("year", "variable").write_csv(pack / "published_emissions.csv")
    write_economy(accounts, pack)
    write_factors(accounts, pack, region)


def write_economy(accounts: Path, pack: Path) -> None:
    """Write GDP (vintages apart, current and constant prices apart) and population."""
    economy = read(next(accounts.glob("*_economy.csv"))).filter(
        pl.col("source_id").is_in(["NBS_PIK", "CSY_ST"])
    )
    economy = economy.filter(pl.col("sector").is_null())
    kinds = {
        "gdp_nominal": ("gdp", "nbs_database", "current", "10^8 CNY"),
        "gdp_nominal_first_published_csy": ("gdp", "first_published", "current", "10^8 CNY"),
        "gdp_index": ("gdp_index", "first_published", "constant", "previous year = 100"),
        "population": ("population", "nbs_database", None, "10^4 persons"),
    }
    parts = [
        economy.filter(pl.col("variable") == name).select(
            "region",
            "year",
            variable=pl.lit(variable),
            vintage=pl.lit(vintage),
            price_basis=pl.lit(basis, pl.String),
            unit=pl.lit(unit),
            value="value",
            source_id="source_id",
            grade="grade",
        )
        for name, (variable, vintage, basis, unit) in kinds.items()
    ]
    pl.concat(parts).sort("variable", "vintage", "year").write_csv(pack / "economy.csv")


def write_factors(accounts: Path, pack: Path, region: str) -> None:
    """Write the factors of this province."""
    grid = read(accounts / "factors_grid_electricity.csv")
    mines = read(accounts / "factors_coal_mine_methane.csv")
    rows = pl.concat([grid, mines.select(grid.columns)]).filter(pl.col("region") == region)
    rows.select(
        "region",
        "year",
        "variable",
        activity=pl.col("sector").fill_null("electricity_consumption"),
        fuel="fuel",
        unit="unit",
        value="value",
        source_id="source_id",
        grade="grade",
    ).sort("variable", "year").write_csv(pack / "factors.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
