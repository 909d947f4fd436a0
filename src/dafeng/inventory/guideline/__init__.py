"""The second method: provincial guideline and IPCC 2006/2019, all gases, by IPCC category."""

from dafeng.inventory.guideline.combustion import count_activity, emit_guideline_combustion
from dafeng.inventory.guideline.compute import (
    METHOD,
    METHOD_VERSION,
    GuidelineInputs,
    GuidelineInventory,
    compute_guideline,
)
from dafeng.inventory.guideline.contracts import EmissionLine
from dafeng.inventory.guideline.coverage import known_variables, list_coverage, list_factors
from dafeng.inventory.guideline.factors import combustion_factors, factors_in_use, find_factors
from dafeng.inventory.guideline.gap import compare_totals, explain_gap
from dafeng.inventory.guideline.io import no_activities, no_factors, read_activities, read_own_factors
from dafeng.inventory.guideline.method_contracts import (
    CategoryTotal,
    CombustionFactor,
    Coverage,
    GuidelineFactor,
    MethodGap,
    MethodTotal,
    ReferenceComparison,
)
from dafeng.inventory.guideline.process import emit_process
from dafeng.inventory.guideline.reference import compare_reference
from dafeng.inventory.guideline.totals import sum_categories

__all__ = [
    "METHOD",
    "METHOD_VERSION",
    "CategoryTotal",
    "CombustionFactor",
    "Coverage",
    "EmissionLine",
    "GuidelineFactor",
    "GuidelineInputs",
    "GuidelineInventory",
    "MethodGap",
    "MethodTotal",
    "ReferenceComparison",
    "combustion_factors",
    "compare_reference",
    "compare_totals",
    "compute_guideline",
    "count_activity",
    "emit_guideline_combustion",
    "emit_process",
    "explain_gap",
    "factors_in_use",
    "find_factors",
    "known_variables",
    "list_coverage",
    "list_factors",
    "no_activities",
    "no_factors",
    "read_activities",
    "read_own_factors",
    "sum_categories",
]
