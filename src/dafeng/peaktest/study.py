"""A series judged whole: the verdict, its noise, how often the rule is wrong now and in the years to come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from dafeng.peaktest.error_rates import ErrorRates, PeakCase, simulate_error_rates
from dafeng.peaktest.noise import DEFAULT_RANGE, Noise, estimate_noise
from dafeng.peaktest.rule import DEFAULT_RULE, PeakRule
from dafeng.peaktest.verdict import PeakAssessment, assess_peak

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

YEARS_SHOWN = range(3, 13)
"""Years after the turn for which error rates are given [a]."""
MOST_YEARS = 40
"""Longest time before and after the turn that is simulated [a]."""
FOUND_SHARE = 0.6
"""Share of declines [1] that must be found before the rule is said to be able to confirm."""


@dataclass(frozen=True, slots=True)
class PeakStudy:
    """Verdict on a series with the error rates of the rule on series of the same noise.

    Attributes
    ----------
    assessment : PeakAssessment
        The verdict; carries the rates at the years since the maximum.
    noise : Noise
        Noise of the series, and whether it was estimated or assumed.
    by_years : tuple of ErrorRates
        Rates 3 to 12 years after the turn.
    corners : tuple of ErrorRates
        Rates at the years since the maximum for the ends of the assumed noise; none where it is estimated.
    latest : float
        Value of the latest year, in the unit of the series.
    first_year : int
    """

    assessment: PeakAssessment
    noise: Noise
    by_years: tuple[ErrorRates, ...]
    corners: tuple[ErrorRates, ...]
    latest: float
    first_year: int

    @property
    def rates(self) -> ErrorRates:
        """Rates at the years since the maximum."""
        if self.assessment.error_rates is None:  # pragma: no cover - a study is made with them
            raise LookupError
        return self.assessment.error_rates

    @property
    def confirmable_after(self) -> int | None:
        """Fewest years after the turn at which the rule finds most declines; None within those shown."""
        found = (rates.case.years_since_turn for rates in self.by_years if rates.hit >= FOUND_SHARE)
        return next(found, None)

    @property
    def found_of_hundred(self) -> int:
        """Count of 100 declines that is enough to say so."""
        return round(100 * FOUND_SHARE)


def study_peak(
    years: ArrayLike,
    values: ArrayLike,
    rule: PeakRule = DEFAULT_RULE,
    *,
    samples: int = 4000,
    seed: int = 20300,
) -> PeakStudy:
    """Judge whether a series has peaked and measure how often the rule is wrong on series of its noise.

    Parameters
    ----------
    years : array_like of int, shape (n,)
        Consecutive calendar years, ascending.
    values : array_like, shape (n,)
        Value of each year, in any unit; the maximum must be above zero.
    rule : PeakRule
        Settings.
    samples : int
        Simulated series for each truth and number of years, at least 1.
    seed : int
        Seed of the simulation.

    Returns
    -------
    PeakStudy
        Simulated are declines of 2 % a year, plateaus, and growth that slows to 1 % a year after 3 % a year,
        with the noise of the series and as many years before the maximum as it has (1 to 40).

    Raises
    ------
    InputRefused
        See :func:`~dafeng.peaktest.assess_peak` and :func:`~dafeng.peaktest.simulate_error_rates`.

    Examples
    --------
    >>> rise = [70.0 + 3 * step for step in range(11)]
    >>> study = study_peak(range(2000, 2018), [*rise, 98, 95, 93, 92, 89, 88, 86], samples=300)
    >>> study.assessment.verdict, study.noise.basis, study.rates.hit > 0.9
    ('peaked', 'estimated', True)
    """
    judged = assess_peak(years, values, rule)
    first_year = int(np.asarray(years)[0])
    noise = estimate_noise(values)
    before = min(max(judged.peak_year - first_year, 1), MOST_YEARS)
    since = min(judged.years_since, MOST_YEARS)

    def rate(case: PeakCase) -> ErrorRates:
        return simulate_error_rates(case, rule, samples=samples, seed=seed)

    now = PeakCase(since, noise.share, noise.ar1, years_before=before)
    rates = {since: rate(now)}
    rates |= {year: rate(replace(now, years_since_turn=year)) for year in YEARS_SHOWN if year != since}
    ends = product(*DEFAULT_RANGE) if noise.basis == "assumed" else ()
    corners = tuple(rate(replace(now, noise_sd=share, ar1=ar1)) for share, ar1 in ends)
    return PeakStudy(
        replace(judged, error_rates=rates[since]), noise, tuple(rates[year] for year in YEARS_SHOWN), corners,
        float(np.asarray(values, dtype=np.float64)[-1]), first_year,
    )  # fmt: skip
