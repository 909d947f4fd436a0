"""Verdicts on series whose answer a reader would give, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.errors import InputRefused
from dafeng.peaktest import (
    VERDICTS,
    PeakCase,
    PeakRule,
    assess_peak,
    classify_peaks,
    simulate_error_rates,
)
from dafeng.peaktest.error_rates import simulate_series

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

UP = [80.0, 84.0, 88.0, 92.0, 96.0]
WAVE = [99.0, 100.0, 98.8, 99.6, 98.9, 99.7, 99.1, 99.3, 98.9, 99.5]


def years(values: list[float], start: int = 2005) -> list[int]:
    return list(range(start, start + len(values)))


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([*UP, 100.0], "not_peaked"),
        ([*UP, 100.0, 99.0], "unconfirmed"),
        ([*UP, 100.0, 98.0, 96.0, 94.0, 92.0], "unconfirmed"),  # falls, but four years only
        ([*UP, 100.0, 98.0, 96.0, 94.0, 92.0, 90.0], "peaked"),
        ([*UP, 100.0, 97.0, 98.0, 95.0, 94.0, 95.0, 92.0, 90.0], "peaked"),
        ([*UP, 100.0, 90.0, 91.0, 93.0, 95.0, 97.0, 99.0], "not_peaked"),  # a dip, rising since
        ([94.0, 95.0, 96.0, 97.0, 98.0, 99.0, 100.0, 99.0, 98.0, 97.0, 96.0], "unconfirmed"),  # a low hill
        ([*UP, *WAVE], "plateau"),
        ([*UP, 100.3, 100.0, 100.1, 100.2, 100.7, 100.4, 100.5, 100.6], "plateau"),  # one-sided p 0.03 only
        ([100.0] * 12, "plateau"),
        ([*UP, 100.0, 80.0, 79.0, 80.5, 79.5, 80.2, 79.7, 80.1, 79.8, 80.3], "unconfirmed"),  # a lower step
        ([100.0 * 1.003**year for year in range(15)], "not_peaked"),  # slow, but sure
        ([100.0] * 5, "not_peaked"),  # too short for a plateau
    ],
)
def test_verdicts(values: list[float], verdict: str) -> None:
    assert assess_peak(years(values), values).verdict == verdict
    assert verdict in VERDICTS


def test_the_assessment_says_when_how_and_by_which_rule() -> None:
    values = [*UP, 100.0, 98.0, 96.0, 94.0, 92.0, 90.0, 88.0]
    found = assess_peak(years(values), values)
    assert (found.peak_year, found.last_year, found.years_since) == (2010, 2016, 6)
    assert found.peak_value == 100.0
    assert found.slope_after == pytest.approx(-0.02)
    assert found.p_falling is not None
    assert found.p_falling < 0.01
    assert found.rule == PeakRule()
    assert found.lag1 is None
    assert {"peak_rule_used", "peak_maximum_excluded"} <= {finding.code for finding in found.findings}


def test_the_maximum_is_not_part_of_the_trend_test() -> None:
    values = [*UP, 100.0, 90.0, 90.1, 89.9, 90.0, 90.1, 90.0]
    found = assess_peak(years(values), values)
    assert found.trend is not None
    assert found.trend.n == 6
    assert found.verdict != "peaked"


def test_near_ties_are_named_and_the_latest_of_equal_maxima_counts() -> None:
    values = [90.0, 100.0, 97.0, 99.5, 100.0, 96.0, 92.0]
    found = assess_peak(years(values), values)
    assert found.peak_year == 2009
    assert found.near_ties == (2006, 2008)
    assert "peak_near_ties" in {finding.code for finding in found.findings}
    assert assess_peak(years(values), values, PeakRule(tie_band=0.0)).near_ties == (2006,)


def test_a_recent_maximum_says_how_long_to_wait() -> None:
    values = [*UP, 100.0, 99.0]
    notes = {finding.code: finding.params for finding in assess_peak(years(values), values).findings}
    assert notes["peak_too_recent"] == {"year": 2010, "need": 5, "have": 1}


def test_autocorrelation_after_the_maximum_raises_a_warning() -> None:
    wave = 90 + 4 * np.sin(np.arange(30) / 4) - 0.5 * np.arange(30)
    values = [*UP, 100.0, *wave.tolist()]
    found = assess_peak(years(values, 1980), values)
    assert found.lag1 is not None
    assert found.lag1 > 0.5
    assert [finding.code for finding in found.findings if finding.severity == "warning"] == [
        "peak_autocorrelated"
    ]


def test_every_note_has_words_in_both_languages() -> None:
    values = [*UP, 100.0, 99.8]
    wave = [100.0, *(90 + 4 * np.sin(np.arange(30) / 4)).tolist()]
    findings = [*assess_peak(years(values), values).findings, *assess_peak(years(wave), wave).findings]
    assert {finding.code for finding in findings} == {
        "peak_rule_used",
        "peak_maximum_excluded",
        "peak_near_ties",
        "peak_too_recent",
        "peak_autocorrelated",
    }
    assert all(finding.text("zh") and finding.text("en") for finding in findings)


def test_one_series_and_many_series_get_the_same_verdicts() -> None:
    series = np.concatenate(
        [simulate_series(PeakCase(), truth, 60, 3) for truth in ("declining", "plateau", "growing")]
    )
    verdicts = classify_peaks(series).tolist()
    assert verdicts == [assess_peak(np.arange(row.size), row).verdict for row in series]
    assert set(verdicts) == set(VERDICTS)


def test_the_verdict_does_not_depend_on_the_unit() -> None:
    series = simulate_series(PeakCase(), "plateau", 200, 4)
    assert classify_peaks(series).tolist() == classify_peaks(series * 1e9).tolist()


def test_a_correction_can_be_asked_for() -> None:
    values = [*UP, 100.0, 98.0, 97.0, 94.5, 92.0, 90.5, 88.0, 85.0, 84.0]
    found = assess_peak(years(values), values, PeakRule(correction="hamed_rao"))
    assert found.trend is not None
    assert found.trend.correction == "hamed_rao"
    assert found.verdict == "peaked"


def test_a_verdict_can_carry_its_error_rate() -> None:
    values = [*UP, 100.0, 98.0, 96.0, 94.0, 92.0, 90.0, 88.0]
    rates = simulate_error_rates(PeakCase(years_since_turn=6), samples=200)
    assert assess_peak(years(values), values, error_rates=rates).error_rates is rates


@pytest.mark.parametrize(
    ("calendar", "values", "code"),
    [
        ([2001, 2002, 2004], [1.0, 2.0, 3.0], "series_gap"),
        ([2001, 2002, 2002], [1.0, 2.0, 3.0], "series_gap"),
        ([2003, 2002, 2001], [1.0, 2.0, 3.0], "series_gap"),
        ([2001.0, 2002.5], [1.0, 2.0], "series_gap"),
        ([2001.0, np.nan], [1.0, 2.0], "series_not_finite"),
        ([2001, 2002, 2003], [1.0, np.nan, 3.0], "series_not_finite"),
        ([2001, 2002], [1.0, 2.0, 3.0], "series_length"),
        ([2001], [1.0], "series_too_short"),
        ([2001, 2002], [0.0, -1.0], "series_not_positive"),
    ],
)
def test_refusals(calendar: ArrayLike, values: ArrayLike, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        assess_peak(calendar, values)
    assert caught.value.findings[0].code == code


def test_a_refusal_names_the_years() -> None:
    with pytest.raises(InputRefused, match="2002→2004"):
        assess_peak([2001, 2002, 2004], [1.0, 2.0, 3.0])
    with pytest.raises(InputRefused, match="2002"):
        assess_peak([2001, 2002, 2003], [1.0, np.nan, 3.0])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([1.0, 2.0], "series_length"),
        ([[1.0]], "series_too_short"),
        ([[1.0, np.inf]], "series_not_finite"),
    ],
)
def test_refusals_of_many_series(values: list[float], code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        classify_peaks(np.array(values))
    assert caught.value.findings[0].code == code


@pytest.mark.parametrize(
    "settings",
    [
        {"alpha": 0.0 - 1e-9},
        {"alpha": float("nan")},
        {"min_years": -1},
        {"plateau_years": 3},
        {"correction": "best"},
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InputRefused) as caught:
        PeakRule(**settings)  # type: ignore[arg-type]
    assert caught.value.findings[0].code == "setting_invalid"
