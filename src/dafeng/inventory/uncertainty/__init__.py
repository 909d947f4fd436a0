"""Uncertainty of an inventory: error propagation, Monte Carlo, trend and key categories in the IPCC form."""

from dafeng.inventory.uncertainty.approach1 import propagate_errors, total_independent, total_shared
from dafeng.inventory.uncertainty.approach2 import DrawPlan, simulate_lines
from dafeng.inventory.uncertainty.contracts import (
    DefaultUncertainty,
    KeyCategoryRow,
    KnownPart,
    LineInput,
    PropagatedRow,
    SimulatedRow,
    TotalUncertainty,
    UncertainLine,
)
from dafeng.inventory.uncertainty.distributions import Spread, fit_spread, half_width_of, mean_of, sd_of
from dafeng.inventory.uncertainty.io import read_defaults, read_lines
from dafeng.inventory.uncertainty.key_categories import rank_categories
from dafeng.inventory.uncertainty.lines import (
    fill_uncertainties,
    lines_from_input,
    lines_from_inventory,
    list_idle_rules,
    select_covered,
)
from dafeng.inventory.uncertainty.tables import Assessment, UncertaintyPlan, assess_uncertainty

__all__ = [
    "Assessment",
    "DefaultUncertainty",
    "DrawPlan",
    "KeyCategoryRow",
    "KnownPart",
    "LineInput",
    "PropagatedRow",
    "SimulatedRow",
    "Spread",
    "TotalUncertainty",
    "UncertainLine",
    "UncertaintyPlan",
    "assess_uncertainty",
    "fill_uncertainties",
    "fit_spread",
    "half_width_of",
    "lines_from_input",
    "lines_from_inventory",
    "list_idle_rules",
    "mean_of",
    "propagate_errors",
    "rank_categories",
    "read_defaults",
    "read_lines",
    "sd_of",
    "select_covered",
    "simulate_lines",
    "total_independent",
    "total_shared",
]
