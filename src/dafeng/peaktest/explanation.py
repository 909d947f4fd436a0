"""The verdict on a series and the error rates of the rule in words: notes with their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.errors import Finding
from dafeng.peaktest.noise import DEFAULT_RANGE

if TYPE_CHECKING:
    from dafeng.peaktest.study import PeakStudy

ALARM_SHARE = 0.1
"""Share of plateaus called peaked [1] above which a warning is given."""


def explain_study(study: PeakStudy) -> tuple[Finding, ...]:
    """Return the verdict, its error rates and the notes of the rule; a warning where the rule errs too often.

    Parameters
    ----------
    study : PeakStudy
        Result of :func:`~dafeng.peaktest.study_peak`.

    Returns
    -------
    tuple of Finding
        The first one is the verdict in a sentence.
    """
    said = [explain_verdict(study), _noise(study), _rates(study), _waiting(study)]
    alarms = study.rates.false_alarm
    if alarms > ALARM_SHARE:
        params = {"false_alarm": count_of_hundred(alarms), "limit": write_percent(ALARM_SHARE)}
        said.append(Finding("peak_alarms_many", params=params, severity="warning"))
    return (*said, *study.assessment.findings)


def explain_verdict(study: PeakStudy) -> Finding:
    """Return the verdict in a sentence."""
    found = study.assessment
    p_falling, slope = found.p_falling, found.slope_after
    params: dict[str, object] = {
        "year": found.peak_year, "years": found.years_since, "last": found.last_year,
        "p": "—" if p_falling is None else write_probability(p_falling),
        "slope": "—" if slope is None else write_percent(abs(slope)),
        "window": found.rule.plateau_years, "band": write_percent(found.rule.plateau_band),
    }  # fmt: skip
    if found.verdict == "peaked":
        return Finding("peak_is_peaked", params=params, severity="note")
    if found.verdict == "plateau":
        return Finding("peak_is_plateau", params=params, severity="note")
    if found.verdict == "unconfirmed":
        return Finding("peak_is_unconfirmed", params=params, severity="note")
    if found.years_since == 0:
        return Finding("peak_is_latest_year", params=params, severity="note")
    return Finding("peak_is_rising_again", params=params, severity="note")


def _noise(study: PeakStudy) -> Finding:
    noise = study.noise
    params: dict[str, object] = {
        "years": noise.years, "noise": write_percent(noise.share), "ar1": f"{noise.ar1:.1f}"
    }  # fmt: skip
    if noise.basis == "estimated":
        return Finding("peak_noise_estimated", params=params, severity="note")
    shares, lags = DEFAULT_RANGE
    params["noise_range"] = "–".join(write_percent(share) for share in shares)
    params["ar1_range"] = "–".join(f"{lag:.1f}" for lag in lags)
    params["false_alarm"] = _span([rates.false_alarm for rates in study.corners])
    params["hit"] = _span([rates.hit for rates in study.corners])
    return Finding("peak_noise_assumed", params=params, severity="note")


def _rates(study: PeakStudy) -> Finding:
    rates = study.rates
    params = {
        "years": rates.case.years_since_turn, "decline": write_percent(rates.case.decline),
        "hit": count_of_hundred(rates.hit), "false_alarm": count_of_hundred(rates.false_alarm),
        "growing": count_of_hundred(rates.false_alarm_growing),
    }  # fmt: skip
    return Finding("peak_rates_now", params=params, severity="note")


def _waiting(study: PeakStudy) -> Finding:
    after, last = study.confirmable_after, study.by_years[-1].case
    params: dict[str, object] = {"decline": write_percent(last.decline), "found": study.found_of_hundred}
    if after is None:
        params["years"] = last.years_since_turn
        return Finding("peak_never_confirmable", params=params, severity="note")
    return Finding("peak_confirmable", params=params | {"years": after}, severity="note")


def _span(shares: list[float]) -> str:
    low, high = count_of_hundred(min(shares)), count_of_hundred(max(shares))
    return low if low == high else f"{low}–{high}"


def count_of_hundred(share: float) -> str:
    """Return a share as a count of 100: two digits at most, never none and never all.

    Examples
    --------
    >>> count_of_hundred(0.004), count_of_hundred(0.056), count_of_hundred(1.0)
    ('<1', '6', '>99')
    """
    if share < 0.01:
        return "<1"
    return ">99" if share > 0.99 else f"{100 * share:.0f}"


def write_percent(share: float) -> str:
    """Return a share in percent with two significant digits.

    Examples
    --------
    >>> write_percent(0.0214), write_percent(0.08), write_percent(0.12)
    ('2.1%', '8%', '12%')
    """
    return f"{100 * share:.2g}%"


def write_probability(p: float) -> str:
    """Return a p-value with two digits.

    Examples
    --------
    >>> write_probability(0.0042), write_probability(0.147)
    ('<0.01', '0.15')
    """
    return "<0.01" if p < 0.01 else f"{p:.2f}"
