"""Greenhouse-gas inventory: CO2 from fuel combustion and cement by the CEADs sectoral approach."""

from dafeng.inventory.compare import compare_published
from dafeng.inventory.compute import METHOD, METHOD_VERSION, Inventory, ceads_factors, compute_inventory
from dafeng.inventory.contracts import (
    CalorificValue,
    CarbonFactor,
    Comparison,
    Emissions,
    EnergyFlow,
    EnergyUse,
    InventoryFinding,
    ProductOutput,
    UndrawnEnergy,
)
from dafeng.inventory.flow import calorific_values, compute_flow, list_undrawn
from dafeng.inventory.io import read_energy, read_products
from dafeng.inventory.process import check_cement
from dafeng.inventory.screening import as_findings, check_structure, screen_energy

__all__ = [
    "METHOD",
    "METHOD_VERSION",
    "CalorificValue",
    "CarbonFactor",
    "Comparison",
    "Emissions",
    "EnergyFlow",
    "EnergyUse",
    "Inventory",
    "InventoryFinding",
    "ProductOutput",
    "UndrawnEnergy",
    "as_findings",
    "calorific_values",
    "ceads_factors",
    "check_cement",
    "check_structure",
    "compare_published",
    "compute_flow",
    "compute_inventory",
    "list_undrawn",
    "read_energy",
    "read_products",
    "screen_energy",
]
