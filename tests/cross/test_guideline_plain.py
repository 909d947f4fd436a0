"""The second method by two routes: the engine, and loops over plain dictionaries written from the rules."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from dafeng import terms
from dafeng.inventory.guideline import combustion_factors, emit_guideline_combustion

if TYPE_CHECKING:
    from dafeng.pack import Pack

CHEMICAL = {"chemicals", "pharmaceutical", "chemical_fiber", "rubber", "plastic"}
YEAR = 2019


def plain_co2(rows: list[dict[str, object]]) -> dict[tuple[str, str], float]:
    """Return CO2 [kt] by sector and fuel, computed cell by cell."""
    factor = {
        (r["variable"], r["activity"], r["fuel"]): r["value"]
        for r in combustion_factors().iter_rows(named=True)
    }
    use: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    feedstock: dict[str, float] = defaultdict(float)
    made = 0.0
    for row in rows:
        fuel, sector, value = str(row["fuel"]), str(row["sector"]), float(str(row["value"]))
        if row["variable"] == "final_consumption" and sector != "total":
            use[fuel][sector] += value
        elif row["variable"] == "transformation_input" and sector in {"thermal_power", "heating_supply"}:
            use[fuel]["power_heat"] += value
        elif row["variable"] == "non_energy_use":
            feedstock[fuel] += value
        elif sector == "gas_works" and fuel == "Other_Gas" and value < 0:
            made -= value
    sectors = terms.entries("sectors")
    industry = {
        code for code, entry in sectors.items()
        if int(entry["row"]) <= 41 and entry["group"] not in {"agriculture", "services", "power_heat"}
    }  # fmt: skip
    found = {}
    for fuel, by_sector in use.items():
        if fuel in {"Heat", "Electricity", "Other_Energy"}:
            continue
        left = feedstock[fuel]
        for members in (CHEMICAL, industry - CHEMICAL):
            whole = sum(value for sector, value in by_sector.items() if sector in members)
            taken = min(left, whole)
            for sector in members & set(by_sector):
                by_sector[sector] -= taken * by_sector[sector] / whole if whole else 0.0
            left -= taken
        gross = sum(
            float(str(row["value"])) for row in rows
            if row["fuel"] == fuel and (
                (row["variable"] == "final_consumption" and row["sector"] != "total")
                or row["sector"] in {"thermal_power", "heating_supply"}
            )
        )  # fmt: skip
        counted = min(1.0, made / gross) if fuel == "Other_Gas" else 1.0
        for sector, value in by_sector.items():
            oxidation = factor.get(("oxidation", sector, fuel)) or factor["oxidation", "all", fuel]
            carbon = factor["heat_value", "all", fuel] * factor["carbon_content", "all", fuel]
            found[sector, fuel] = value * counted * carbon * oxidation * 44 / 12 / 1000
    return found


def test_both_routes_give_the_same_cells(shanxi: Pack) -> None:
    energy = shanxi.tables["energy"]
    rows = energy.filter(energy["year"] == YEAR).to_dicts()
    plain = plain_co2(rows)
    lines = emit_guideline_combustion(energy.filter(energy["year"] == YEAR))
    engine = {
        (row["sector"], row["fuel"]): row["value"]
        for row in lines.iter_rows(named=True)
        if row["gas"] == "CO2" and row["value"] is not None
    }
    assert len(engine) > 200
    for cell, value in engine.items():
        assert value == pytest.approx(plain[cell], rel=1e-9, abs=1e-9), cell
    assert sum(plain.values()) == pytest.approx(sum(engine.values()), rel=1e-9)
