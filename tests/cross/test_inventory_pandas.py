"""The same inventory by a second route: plain pandas, written from the method and not from our code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from dafeng.app.inventory_file import InventoryRequest, run_inventory

if TYPE_CHECKING:
    from dafeng.pack import Pack

FACTORS = Path(__file__).parents[2] / "src" / "dafeng" / "terms" / "ceads_factors.csv"
CHEMISTRY = {"chemicals", "pharmaceutical", "chemical_fiber", "rubber", "plastic"}
YEAR = ["region", "year"]


Key = tuple[object, ...]


def add(table: dict[Key, float], value: float, *key: object) -> None:
    table[key] = table.get(key, 0.0) + value


def burn_by_hand(energy: pd.DataFrame) -> dict[Key, float]:
    """Return (region, year, sector, fuel) -> activity, chemicals less their feedstock."""
    burnt: dict[Key, float] = {}
    feed: dict[Key, float] = {}
    for row in energy.itertuples():
        if row.variable == "final_consumption" and row.sector != "total":
            add(burnt, row.value, row.region, row.year, row.sector, row.fuel)
        elif row.variable == "transformation_input" and row.sector in {"thermal_power", "heating_supply"}:
            add(burnt, row.value, row.region, row.year, "power_heat", row.fuel)
        elif row.variable == "non_energy_use":
            add(feed, row.value, row.region, row.year, row.fuel)
    chemical: dict[Key, float] = {}
    for (region, year, sector, fuel), value in burnt.items():
        if sector in CHEMISTRY:
            add(chemical, value, region, year, fuel)
    for key, whole in chemical.items():
        region, year, fuel = key
        taken = min(feed.get(key, 0.0), whole)
        for sector in CHEMISTRY:
            own = burnt.get((region, year, sector, fuel))
            if own is not None and whole > 0:
                burnt[region, year, sector, fuel] = own - own / whole * taken
    return burnt


def emit_by_hand(energy: pd.DataFrame, cement: pd.DataFrame) -> dict[Key, float]:
    """Return (region, year, variable, sector, fuel) -> Mt CO2 with loops over dictionaries."""
    factor = {(r.sector, r.fuel): r.factor for r in pd.read_csv(FACTORS).itertuples()}
    result: dict[Key, float] = {}
    for (region, year, sector, fuel), value in burn_by_hand(energy).items():
        if (sector, fuel) in factor:
            co2 = value * factor[sector, fuel] / 100
            for place in (sector, "total"):
                add(result, co2, region, year, "co2_fuel_combustion", place, fuel)
                add(result, co2, region, year, "co2_total", place, None)
    made = cement[cement["sector"] == "cement"].set_index(YEAR)["value"]
    for region, year in energy[YEAR].drop_duplicates().itertuples(index=False):
        co2 = float(made.get((region, year), float("nan"))) * 0.2906 / 100
        for place in ("nonmetal_products", "total"):
            add(result, co2, region, year, "co2_process", place, None)
            add(result, co2, region, year, "co2_total", place, None)
        for key in [k for k in result if k[:3] == (region, year, "co2_total")]:
            result[key] += 0 * co2
    return result


def same_cells(out: Path, expected: dict[Key, float]) -> int:
    table = pd.read_csv(out)
    found = {
        (r.region, r.year, r.variable, r.sector, None if pd.isna(r.fuel) else r.fuel): r.value
        for r in table.itertuples()
    }
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-12, abs=1e-13, nan_ok=True), key
    return len(found)


def test_the_pack_of_shanxi_cell_by_cell(shanxi: Pack, tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.csv" for name in ("energy", "products")}
    for name, path in paths.items():
        shanxi.tables[name].write_csv(path)
    out = tmp_path / "out.csv"
    run_inventory(InventoryRequest(paths["energy"], out, paths["products"]))
    expected = emit_by_hand(pd.read_csv(paths["energy"]), pd.read_csv(paths["products"]))
    assert same_cells(out, expected) > 3000


def test_another_province_cell_by_cell(tiny_pack: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run_inventory(
        InventoryRequest(tiny_pack / "energy.csv", out, tiny_pack / "products.csv", accept_findings=True)
    )
    expected = emit_by_hand(pd.read_csv(tiny_pack / "energy.csv"), pd.read_csv(tiny_pack / "products.csv"))
    assert same_cells(out, expected) > 10
