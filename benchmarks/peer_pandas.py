"""The same inventory in plain pandas, from CSV to CSV, as an analyst would write it: the peer in speed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

FACTORS = Path(__file__).parents[1] / "src" / "dafeng" / "terms" / "ceads_factors.csv"
CHEMISTRY = ["chemicals", "pharmaceutical", "chemical_fiber", "rubber", "plastic"]
POWER_INPUTS = ["thermal_power", "heating_supply"]
YEAR, FUEL, CELL = ["region", "year"], ["region", "year", "fuel"], ["region", "year", "sector", "fuel"]
COLUMNS = ["region", "year", "variable", "sector", "fuel", "unit", "value"]
CEMENT_FACTOR = 0.2906


def compute_by_pandas(energy: Path, cement: Path, output: Path) -> int:
    """Read energy use and cement output, write emissions, return the number of rows.

    Reads the same files and writes the same cells as ``dafeng inventory run``; it checks nothing.
    """
    use = pd.read_csv(energy)
    inputs = (use["variable"] == "transformation_input") & use["sector"].isin(POWER_INPUTS)
    final = (use["variable"] == "final_consumption") & (use["sector"] != "total")
    burnt = use[inputs | final].copy()
    burnt.loc[burnt["variable"] == "transformation_input", "sector"] = "power_heat"
    burnt = burnt.groupby(CELL, as_index=False)["value"].sum()
    feed = use[use["variable"] == "non_energy_use"].groupby(FUEL)["value"].sum().rename("feed").reset_index()
    burnt = burnt.merge(feed, on=FUEL, how="left").fillna({"feed": 0.0})
    chemical = burnt["sector"].isin(CHEMISTRY)
    whole = burnt[chemical].groupby(FUEL)["value"].transform("sum").reindex(burnt.index)
    kept = (1 - burnt["feed"] / whole).clip(lower=0)
    burnt["value"] = burnt["value"].where(~(chemical & (whole > 0)), burnt["value"] * kept)
    cells = burnt.merge(pd.read_csv(FACTORS)[["sector", "fuel", "factor"]], on=["sector", "fuel"])
    cells["value"] = cells["value"] * cells["factor"] / 100
    cells = cells[[*CELL, "value"]].assign(variable="co2_fuel_combustion")
    by_fuel = cells.groupby(FUEL, as_index=False)["value"].sum()
    made = pd.read_csv(cement)
    made = made[made["sector"] == "cement"][[*YEAR, "value"]]
    process = use[YEAR].drop_duplicates().merge(made, on=YEAR, how="left")
    process["value"] *= CEMENT_FACTOR / 100
    process = process.assign(variable="co2_process", sector="nonmetal_products")
    sectors = pd.concat([cells, process])[[*YEAR, "sector", "value"]]
    sectors = sectors.groupby([*YEAR, "sector"], as_index=False)["value"].sum(min_count=1)
    total = sectors.groupby(YEAR, as_index=False)["value"].sum()
    result = pd.concat([
        by_fuel.assign(variable="co2_fuel_combustion", sector="total"),
        cells, process, process.assign(sector="total"),
        sectors.assign(variable="co2_total"), total.assign(variable="co2_total", sector="total"),
    ]).assign(unit="Mt CO2")  # fmt: skip
    result = result.sort_values(["region", "year", "variable", "sector", "fuel"])
    result[COLUMNS].to_csv(output, index=False)
    return len(result)
