"""Early warning: the official level by its dated rule, and a probability beside it."""

from dafeng.tracking.warning.barometer import barometer_rules
from dafeng.tracking.warning.contracts import BarometerRules, Reliability, Warnings, WarningScores
from dafeng.tracking.warning.hint import Thresholds, say_tenths
from dafeng.tracking.warning.warn import WarningInputs, warn_targets

__all__ = [
    "BarometerRules",
    "Reliability",
    "Thresholds",
    "WarningInputs",
    "WarningScores",
    "Warnings",
    "barometer_rules",
    "say_tenths",
    "warn_targets",
]
