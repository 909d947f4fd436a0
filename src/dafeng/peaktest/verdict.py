"""The verdict on one yearly series, with everything that a reader needs to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import Finding, InputRefused
from dafeng.peaktest.rule import DEFAULT_RULE, PeakRule, Verdict, classify_peaks, latest_maximum
from dafeng.peaktest.trend import (
    LAG_BOUND,
    SHORTEST,
    TrendTest,
    autocorrelation_lag1,
    mann_kendall,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from dafeng.peaktest.error_rates import ErrorRates


@dataclass(frozen=True, slots=True)
class PeakAssessment:
    """Verdict on a series, its reasons, and the rule that gave it.

    Attributes
    ----------
    verdict : {"not_peaked", "plateau", "peaked", "unconfirmed"}
        See :func:`~dafeng.peaktest.classify_peaks`.
    peak_year, last_year : int
        Year of the (latest) maximum; latest year.
    peak_value : float
        The maximum, in the unit of the series.
    near_ties : tuple of int
        Other years within ``rule.tie_band`` below the maximum.
    trend : TrendTest or None
        Test of the years strictly after the maximum; None if there are too few. Its slope is in
        [unit of the series/a].
    lag1 : float or None
        Autocorrelation [1] at one year about Sen's line after the maximum; None for under 4 values or where
        the line is exact. Too low by some (1 + 4 rho) / n.
    rule : PeakRule
        Settings used.
    findings : tuple of Finding
        Notes and warnings to show with the verdict.
    error_rates : ErrorRates or None
        How often the rule is wrong on series like this one, when somebody has measured it.
    """

    verdict: Verdict
    peak_year: int
    last_year: int
    peak_value: float
    near_ties: tuple[int, ...]
    trend: TrendTest | None
    lag1: float | None
    rule: PeakRule
    findings: tuple[Finding, ...]
    error_rates: ErrorRates | None = None

    @property
    def years_since(self) -> int:
        """Years from the maximum to the latest year [a]."""
        return self.last_year - self.peak_year

    @property
    def slope_after(self) -> float | None:
        """Sen's slope strictly after the maximum, relative to the maximum [1/a]; None if too short."""
        return None if self.trend is None else self.trend.slope / self.peak_value

    @property
    def p_falling(self) -> float | None:
        """One-sided p [1] of the fall strictly after the maximum; None if there are too few years."""
        return None if self.trend is None else self.trend.p_falling


def assess_peak(
    years: ArrayLike,
    values: ArrayLike,
    rule: PeakRule = DEFAULT_RULE,
    *,
    error_rates: ErrorRates | None = None,
) -> PeakAssessment:
    """Judge whether a yearly series has peaked.

    Parameters
    ----------
    years : array_like of int, shape (n,)
        Consecutive calendar years, ascending, without gaps.
    values : array_like, shape (n,)
        Value of each year, in any unit; the maximum must be above zero.
    rule : PeakRule
        Settings.
    error_rates : ErrorRates, optional
        Result of :func:`~dafeng.peaktest.simulate_error_rates` to carry with the verdict.

    Returns
    -------
    PeakAssessment
        Verdict with its reasons. The maximum itself is left out of the trend test (selection bias).

    Raises
    ------
    InputRefused
        ``series_length``, ``series_too_short`` (under two), ``series_not_finite``, ``series_not_positive``,
        ``series_gap`` (a year missing, twice or out of order).

    Examples
    --------
    >>> found = assess_peak(range(2010, 2020), [90, 95, 100, 98, 96, 94, 92, 90, 88, 86])
    >>> found.verdict, found.peak_year, found.years_since, found.slope_after
    ('peaked', 2012, 7, -0.02)
    """
    calendar, series = _read_years(years, values)
    verdict: Verdict = classify_peaks(series[None, :], rule).tolist()[0]
    peak = int(latest_maximum(series))
    peak_year, peak_value = int(calendar[peak]), float(series[peak])
    trend, lag1 = _read_trend(series[peak + 1 :], rule)
    close = (series >= peak_value * (1 - rule.tie_band)) & (calendar != peak_year)
    ties = tuple(calendar[close].tolist())
    findings = _notes(peak_year, series.size - 1 - peak, ties, lag1, rule)
    return PeakAssessment(
        verdict, peak_year, int(calendar[-1]), peak_value, ties, trend, lag1, rule, findings, error_rates
    )


def _read_years(years: ArrayLike, values: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    calendar, series = np.asarray(years, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if calendar.shape != series.shape or series.ndim != 1:
        raise InputRefused.of("series_length", what=f"years {calendar.shape}, values {series.shape}")
    if series.size < 2:
        raise InputRefused.of("series_too_short", need=2, have=series.size)
    if not np.isfinite(calendar).all():
        raise InputRefused.of("series_not_finite", what="years")
    whole = calendar.astype(np.int64)
    if (whole != calendar).any():
        raise InputRefused.of(
            "series_gap", years=", ".join(str(year) for year in calendar[whole != calendar])
        )
    broken = np.flatnonzero(np.diff(whole) != 1)
    if broken.size:
        raise InputRefused.of("series_gap", years=", ".join(f"{whole[i]}→{whole[i + 1]}" for i in broken))
    if not np.isfinite(series).all():
        missing = ", ".join(str(year) for year in whole[~np.isfinite(series)])
        raise InputRefused.of("series_not_finite", what=f"values ({missing})")
    return whole, series


def _read_trend(after: NDArray[np.float64], rule: PeakRule) -> tuple[TrendTest | None, float | None]:
    """Return the test of the years after the maximum and their autocorrelation about Sen's line."""
    if after.size < SHORTEST[rule.correction]:
        return None, None
    trend = mann_kendall(after, correction=rule.correction)
    residual = after - trend.slope * np.arange(after.size)
    if after.size < 4 or np.ptp(residual) <= 1e-12 * np.abs(after).max():
        return trend, None
    return trend, autocorrelation_lag1(residual)


def _notes(
    peak_year: int, years_after: int, ties: Sequence[int], lag1: float | None, rule: PeakRule
) -> tuple[Finding, ...]:
    said: list[tuple[str, dict[str, object]]] = [
        ("peak_rule_used", {"min_years": rule.min_years, "alpha": rule.alpha, "flat_slope": rule.flat_slope}),
        ("peak_maximum_excluded", {"year": peak_year}),
    ]
    if ties:
        years = ", ".join(str(year) for year in ties)
        said.append(("peak_near_ties", {"year": peak_year, "years": years, "band": rule.tie_band}))
    if years_after < rule.min_years:
        said.append(("peak_too_recent", {"year": peak_year, "need": rule.min_years, "have": years_after}))
    notes = [Finding(code, params=params, severity="note") for code, params in said]
    if lag1 is not None and lag1 > LAG_BOUND / np.sqrt(years_after):
        notes.append(Finding("peak_autocorrelated", params={"lag1": f"{lag1:.2f}"}, severity="warning"))
    return tuple(notes)
