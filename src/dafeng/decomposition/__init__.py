"""Why a total changed: LMDI, the Kaya identity and Shapley values, as pure functions over arrays.

All functions take and return numpy arrays; none reads a file or knows a year, a province or a unit.
What goes in in one unit comes out in the same unit.
"""

from dafeng.decomposition.kaya import KAYA_FACTORS, KayaFactors, kaya1990
from dafeng.decomposition.lmdi import Decomposition, ang2004_lmdi, log_mean
from dafeng.decomposition.shapley import (
    PLAYERS_LIMIT,
    ShapleyEstimate,
    shapley_exact,
    shapley_sampled,
)

__all__ = [
    "KAYA_FACTORS",
    "PLAYERS_LIMIT",
    "Decomposition",
    "KayaFactors",
    "ShapleyEstimate",
    "ang2004_lmdi",
    "kaya1990",
    "log_mean",
    "shapley_exact",
    "shapley_sampled",
]
