"""How often a peak rule is right and wrong, measured on simulated series whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from dafeng.errors import InputRefused
from dafeng.peaktest.rule import DEFAULT_RULE, VERDICTS, PeakRule, Verdict, classify_peaks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Truth = Literal["declining", "plateau", "growing"]
TRUTHS: tuple[Truth, ...] = get_args(Truth)


@dataclass(frozen=True, slots=True)
class PeakCase:
    """What the simulated series look like.

    Attributes
    ----------
    years_since_turn : int
        Years from the turn to the latest year [a].
    noise_sd : float
        Standard deviation of the noise, relative to the level [1].
    ar1 : float
        Autocorrelation of the noise at one year [1], under 1 in size.
    decline : float
        Yearly fall after the turn of a declining series [1/a].
    growth_before : float
        Yearly growth before the turn [1/a].
    growth_after : float
        Yearly growth after the turn of a growing series, which only slows down [1/a].
    years_before : int
        Years before the turn [a].

    Raises
    ------
    InputRefused
        ``setting_invalid``.
    """

    years_since_turn: int = 8
    noise_sd: float = 0.02
    ar1: float = 0.5
    decline: float = 0.02
    growth_before: float = 0.03
    growth_after: float = 0.01
    years_before: int = 15

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        limits = {
            "years_since_turn": (self.years_since_turn, 0, np.inf),
            "noise_sd": (self.noise_sd, 0.0, 0.2),
            "ar1": (self.ar1, -0.99, 0.99),
            "decline": (self.decline, 0.0, 0.99),
            "growth_before": (self.growth_before, -0.99, 1.0),
            "growth_after": (self.growth_after, 0.0, 1.0),
            "years_before": (self.years_before, 1, np.inf),
        }
        for key, (value, low, high) in limits.items():
            if not low <= value <= high:
                raise InputRefused.of(
                    "setting_invalid", key=f"PeakCase.{key}", reason=f"{low} ≤ {value} ≤ {high}"
                )


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """Shares of the verdicts of a rule, by what is true of the series.

    Attributes
    ----------
    case : PeakCase
        The simulated series.
    rule : PeakRule
        The rule.
    samples : int
        Series for each truth.
    seed : int
        Seed of the generator.
    shares : mapping
        truth -> verdict -> share of the series [1].
    """

    case: PeakCase
    rule: PeakRule
    samples: int
    seed: int
    shares: Mapping[Truth, Mapping[Verdict, float]]

    @property
    def hit(self) -> float:
        """Share [1] of declining series declared peaked."""
        return self.shares["declining"]["peaked"]

    @property
    def false_alarm(self) -> float:
        """Share [1] of plateaus declared peaked."""
        return self.shares["plateau"]["peaked"]

    @property
    def false_alarm_growing(self) -> float:
        """Share [1] of growing series declared peaked."""
        return self.shares["growing"]["peaked"]

    def standard_error(self, share: float) -> float:
        """Return the sampling error [1] of one of the shares."""
        return float(np.sqrt(share * (1 - share) / self.samples))


def simulate_series(case: PeakCase, truth: Truth, samples: int, seed: int) -> NDArray[np.float64]:
    """Return seeded series with growth before the turn, a known course after it and AR(1) noise.

    Parameters
    ----------
    case : PeakCase
        Course and noise.
    truth : {"declining", "plateau", "growing"}
        What happens after the turn.
    samples : int
        Number of series.
    seed : int
        Seed of the generator.

    Returns
    -------
    ndarray, shape (samples, years_before + years_since_turn + 1)
        Values relative to the level at the turn [1]. The noise is stationary from the first year on.
    """
    after = {"declining": -case.decline, "plateau": 0.0, "growing": case.growth_after}[truth]
    year = np.arange(-case.years_before, case.years_since_turn + 1)
    level = np.where(
        year <= 0, (1.0 + case.growth_before) ** np.minimum(year, 0), (1.0 + after) ** np.maximum(year, 0)
    )
    noise = np.random.default_rng(seed).standard_normal((samples, year.size))
    fresh = np.sqrt(1 - case.ar1**2)
    for step in range(1, year.size):
        noise[:, step] = case.ar1 * noise[:, step - 1] + fresh * noise[:, step]
    return np.asarray(level * (1 + case.noise_sd * noise))


def simulate_error_rates(
    case: PeakCase, rule: PeakRule = DEFAULT_RULE, *, samples: int = 4000, seed: int = 20300
) -> ErrorRates:
    """Measure how often a rule gives each verdict on series whose truth is known.

    Parameters
    ----------
    case : PeakCase
        The simulated series: noise, autocorrelation, years since the turn.
    rule : PeakRule
        The rule.
    samples : int
        Series for each truth, at least 1; 4000 give a sampling error under 0.008.
    seed : int
        Seed of the generator. The three truths share their noise.

    Returns
    -------
    ErrorRates
        Shares of the verdicts by truth.

    Raises
    ------
    InputRefused
        ``series_too_short`` (no sample).

    Examples
    --------
    >>> rates = simulate_error_rates(PeakCase(years_since_turn=8), samples=500)
    >>> rates.hit > 0.9, rates.false_alarm < 0.1
    (True, True)
    """
    if samples < 1:
        raise InputRefused.of("series_too_short", need=1, have=samples)
    shares: dict[Truth, dict[Verdict, float]] = {}
    for truth in TRUTHS:
        verdicts = classify_peaks(simulate_series(case, truth, samples, seed), rule)
        shares[truth] = {verdict: float((verdicts == verdict).mean()) for verdict in VERDICTS}
    return ErrorRates(case=case, rule=rule, samples=samples, seed=seed, shares=shares)
