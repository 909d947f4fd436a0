"""The rule that turns a yearly series into one of four verdicts, for one series or thousands.

The rule joins two published criteria: five years between the maximum and the latest year (World Resources
Institute, Turning points: trends in countries reaching peak greenhouse gas emissions over time, 2017) and a
Mann-Kendall trend after the maximum (Jiang et al. 2021, 气候变化研究进展, on 36 Chinese cities,
doi:10.12006/j.issn.1673-1719.2020.223). The maximum
itself is left out of the trend test: it was chosen because it is high, and counting it doubles the false
alarms on a plateau.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from dafeng.errors import InputRefused
from dafeng.peaktest.trend import SHORTEST, Correction, score_trend, sen_slope, tail_probability

if TYPE_CHECKING:
    from numpy.typing import NDArray

Verdict = Literal["not_peaked", "plateau", "peaked", "unconfirmed"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""The closed set of verdicts."""


@dataclass(frozen=True, slots=True)
class PeakRule:
    """Settings of the rule.

    Attributes
    ----------
    min_years : int
        Fewest years from the maximum to the latest year.
    alpha : float
        Significance level [1] of the trend tests, one-sided for a fall or rise after the maximum,
        two-sided in the plateau window.
    flat_slope : float
        Yearly change, relative to the maximum [1/a], up to which a series counts as flat. A fall must be
        significant and steeper than this.
    tie_band : float
        Years within this share [1] below the maximum are near ties.
    plateau_years : int
        Length of the latest window that must be flat for a plateau [a].
    plateau_band : float
        Share [1] below the maximum within which every year of that window must lie.
    correction : {"none", "hamed_rao", "prewhiten"}
        Correction of the trend test for autocorrelation. None by default: few years follow a maximum, and
        both corrections need more.

    Raises
    ------
    InputRefused
        ``setting_invalid``.
    """

    min_years: int = 5
    alpha: float = 0.05
    flat_slope: float = 0.005
    tie_band: float = 0.01
    plateau_years: int = 8
    plateau_band: float = 0.08
    correction: Correction = "none"

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        limits = {
            "min_years": (self.min_years, 0, np.inf),
            "alpha": (self.alpha, 0.0, 0.5),
            "flat_slope": (self.flat_slope, 0.0, 1.0),
            "tie_band": (self.tie_band, 0.0, 1.0),
            "plateau_years": (self.plateau_years, 4, np.inf),
            "plateau_band": (self.plateau_band, 0.0, 1.0),
        }
        for key, (value, low, high) in limits.items():
            if not low <= value <= high:
                raise InputRefused.of(
                    "setting_invalid", key=f"PeakRule.{key}", reason=f"{low} ≤ {value} ≤ {high}"
                )
        if self.correction not in SHORTEST:
            raise InputRefused.of(
                "setting_invalid",
                key="PeakRule.correction",
                reason=f"{self.correction}: {', '.join(SHORTEST)}",
            )


DEFAULT_RULE = PeakRule()
"""Five years since the maximum and a significant fall after it, steeper than 0.5 % of the maximum a year."""


def classify_peaks(values: NDArray[np.float64], rule: PeakRule = DEFAULT_RULE) -> NDArray[np.str_]:
    """Return the verdict on each of many series of the same years.

    Parameters
    ----------
    values : ndarray, shape (series, year)
        Finite values of consecutive years, each series with a maximum above zero.
    rule : PeakRule
        Settings.

    Returns
    -------
    ndarray of str, shape (series,)
        Members of ``VERDICTS``.

    Raises
    ------
    InputRefused
        ``series_length`` (not two axes), ``series_too_short`` (under two years), ``series_not_finite``,
        ``series_not_positive`` (a maximum of zero or below).

    Notes
    -----
    In this order: *peaked* when the maximum is old enough and the years after it fall; *plateau* when the
    latest years are flat, near the maximum and do not fall; *not_peaked* when the latest year is the maximum
    or the years after it rise; else *unconfirmed*. Of equal maxima the latest counts.

    Examples
    --------
    >>> classify_peaks(np.array([[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]])).tolist()
    ['not_peaked', 'unconfirmed']
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2:
        raise InputRefused.of("series_length", what=f"values {values.shape}, (series, year)")
    if values.shape[1] < 2:
        raise InputRefused.of("series_too_short", need=2, have=values.shape[1])
    if not np.isfinite(values).all():
        raise InputRefused.of("series_not_finite", what="values")
    top = values.max(axis=1)
    if (top <= 0).any():
        raise InputRefused.of("series_not_positive", what="max(values)")
    shares, last = values / top[:, None], values.shape[1] - 1
    peak = latest_maximum(values)
    falls, rises = _trend_after(shares, peak, rule)
    return np.select(
        [falls & (last - peak >= rule.min_years), ~falls & _is_flat(shares, rule), (peak == last) | rises],
        ["peaked", "plateau", "not_peaked"],
        default="unconfirmed",
    )


def latest_maximum(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the index of the latest of the highest values along the last axis."""
    return np.asarray(values.shape[-1] - 1 - values[..., ::-1].argmax(axis=-1))


def _trend_after(
    shares: NDArray[np.float64], peak: NDArray[np.int64], rule: PeakRule
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return whether the years strictly after the maximum fall, and whether they rise."""
    falls, rises = np.zeros(peak.shape, dtype=bool), np.zeros(peak.shape, dtype=bool)
    for index in np.unique(peak):
        members = peak == index
        after = shares[members, index + 1 :]
        if after.shape[1] < SHORTEST[rule.correction]:
            continue
        _, score, variance = score_trend(after, rule.correction)
        significant = tail_probability(score, variance) < rule.alpha
        falls[members] = significant & (sen_slope(after) < -rule.flat_slope)
        rises[members] = tail_probability(-score, variance) < rule.alpha
    return falls, rises


def _is_flat(shares: NDArray[np.float64], rule: PeakRule) -> NDArray[np.bool_]:
    """Return whether the latest window is near the maximum, without a trend and of small slope."""
    if shares.shape[1] < rule.plateau_years:
        return np.zeros(shares.shape[0], dtype=bool)
    window = shares[:, -rule.plateau_years :]
    _, score, variance = score_trend(window, rule.correction)
    trending = 2 * tail_probability(-np.abs(score), variance) < rule.alpha
    near = window.min(axis=1) >= 1 - rule.plateau_band
    return np.asarray(near & ~trending & (np.abs(sen_slope(window)) <= rule.flat_slope))
