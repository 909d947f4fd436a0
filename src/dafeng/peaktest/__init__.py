"""Has a yearly series peaked: trend tests, a stated rule, a verdict and how often the rule is wrong.

Pure functions over arrays; only ``io`` reads a file, none knows the clock.
"""

from dafeng.peaktest.error_rates import ErrorRates, PeakCase, Truth, simulate_error_rates
from dafeng.peaktest.explanation import explain_study, explain_verdict
from dafeng.peaktest.noise import Noise, estimate_noise
from dafeng.peaktest.rule import DEFAULT_RULE, VERDICTS, PeakRule, Verdict, classify_peaks
from dafeng.peaktest.study import PeakStudy, study_peak
from dafeng.peaktest.trend import (
    Correction,
    TrendTest,
    autocorrelation_lag1,
    mann_kendall,
    theil_sen,
)
from dafeng.peaktest.verdict import PeakAssessment, assess_peak

__all__ = [
    "DEFAULT_RULE",
    "VERDICTS",
    "Correction",
    "ErrorRates",
    "Noise",
    "PeakAssessment",
    "PeakCase",
    "PeakRule",
    "PeakStudy",
    "TrendTest",
    "Truth",
    "Verdict",
    "assess_peak",
    "autocorrelation_lag1",
    "classify_peaks",
    "estimate_noise",
    "explain_study",
    "explain_verdict",
    "mann_kendall",
    "simulate_error_rates",
    "study_peak",
    "theil_sen",
]
