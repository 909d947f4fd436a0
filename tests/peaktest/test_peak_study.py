"""A series judged whole: verdict, noise, error rates of today and of the years to come, and the words."""

from __future__ import annotations

import numpy as np
import pytest

from dafeng.peaktest import PeakCase, PeakRule, PeakStudy, explain_study, simulate_error_rates, study_peak
from dafeng.peaktest.explanation import count_of_hundred

RISE = [70.0 + 3 * step for step in range(11)]
FALL = [98.0, 96.5, 94.0, 92.5, 90.0, 88.5, 86.0]
WILD = [0.0, 9.0, -8.0, 7.0, -9.0, 8.0, -7.0, 9.0, -9.0, 8.0, -8.0, 9.0, -9.0, 8.0]


def study(values: list[float], rule: PeakRule | None = None, samples: int = 400) -> PeakStudy:
    return study_peak(range(2000, 2000 + len(values)), values, rule or PeakRule(), samples=samples)


def codes(made: PeakStudy) -> list[str]:
    return [note.code for note in explain_study(made)]


def test_eight_years_on_declines_are_found_and_plateaus_are_left_alone() -> None:
    rates = simulate_error_rates(PeakCase(years_since_turn=8, noise_sd=0.02, ar1=0.5, decline=0.02))
    assert rates.false_alarm + 2 * rates.standard_error(rates.false_alarm) <= 0.10
    assert rates.hit - 2 * rates.standard_error(rates.hit) >= 0.60


def test_rates_are_those_of_the_noise_of_the_series() -> None:
    made = study([*RISE, *FALL])
    assert made.assessment.verdict == "peaked"
    assert made.noise.basis == "estimated"
    assert made.rates.case.years_since_turn == made.assessment.years_since == 7
    assert (made.rates.case.noise_sd, made.rates.case.ar1) == (made.noise.share, made.noise.ar1)
    assert made.rates.case.years_before == 10
    assert [rates.case.years_since_turn for rates in made.by_years] == list(range(3, 13))
    assert made.by_years[4] is made.rates
    assert made.corners == ()


def test_the_rule_confirms_years_after_the_turn_and_later_with_more_noise() -> None:
    calm = study([*RISE, *FALL])
    rough = study(
        [value * (1 + 0.006 * away) for value, away in zip([*RISE, *FALL], [*WILD, *WILD], strict=False)]
    )
    assert calm.confirmable_after in {5, 6}
    assert rough.noise.share > calm.noise.share
    assert rough.confirmable_after is None or rough.confirmable_after > 6
    assert {"peak_confirmable"} <= set(codes(calm))


def test_a_short_series_gets_the_range_of_the_default_noise() -> None:
    made = study([90.0, 95.0, 100.0, 98.0, 96.0, 95.0, 92.0, 90.0])
    assert made.noise.basis == "assumed"
    assert len(made.corners) == 4
    assert {(rates.case.noise_sd, rates.case.ar1) for rates in made.corners} == {
        (0.01, 0.0), (0.01, 0.7), (0.03, 0.0), (0.03, 0.7)
    }  # fmt: skip
    note = next(note for note in explain_study(made) if note.code == "peak_noise_assumed")
    assert "1%–3%" in note.text("zh")
    assert "0.0–0.7" in note.text("en")


@pytest.mark.parametrize(
    ("values", "code", "verdict"),
    [
        ([*RISE, *FALL], "peak_is_peaked", "peaked"),
        ([*RISE, 99.0, 99.5, 98.8, 99.3, 99.0, 99.4, 98.9, 99.2], "peak_is_plateau", "plateau"),
        (RISE, "peak_is_latest_year", "not_peaked"),
        ([*RISE, 90.0, 91.0, 93.0, 95.0, 97.0, 99.0], "peak_is_rising_again", "not_peaked"),
        ([*RISE, 99.0, 97.0], "peak_is_unconfirmed", "unconfirmed"),
    ],
)
def test_every_verdict_is_said_in_a_sentence_first(values: list[float], code: str, verdict: str) -> None:
    made = study(values, samples=50)
    notes = explain_study(made)
    assert made.assessment.verdict == verdict
    assert notes[0].code == code
    assert all(note.text("zh") and note.text("en") for note in notes)


def test_many_false_alarms_raise_a_warning() -> None:
    made = study([*RISE, *FALL], PeakRule(alpha=0.4, min_years=0, flat_slope=0.0))
    assert made.rates.false_alarm > 0.1
    warned = [note for note in explain_study(made) if note.severity == "warning"]
    assert "peak_alarms_many" in {note.code for note in warned}
    assert "peak_alarms_many" not in codes(study([*RISE, *FALL]))


def test_noise_that_drowns_the_fall_is_said() -> None:
    values = [100.0 + 4 * away for away in [*WILD, *WILD]]
    made = study(values)
    assert made.confirmable_after is None
    assert "peak_never_confirmable" in codes(made)


def test_an_ancient_maximum_is_simulated_for_forty_years_only() -> None:
    values = [100.0, *np.linspace(99, 20, 60).tolist()]
    assert study(values, samples=20).rates.case.years_since_turn == 40


def test_counts_of_a_hundred_have_two_digits() -> None:
    assert [count_of_hundred(share) for share in (0.0, 0.0099, 0.5, 0.9951)] == ["<1", "<1", "50", ">99"]
