"""Noise of a series: what was put in is found again, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from dafeng.errors import InputRefused
from dafeng.peaktest import PeakCase, estimate_noise
from dafeng.peaktest.error_rates import simulate_series
from dafeng.peaktest.noise import DEFAULT_NOISE, MOST_AUTOCORRELATION, MOST_NOISE, local_lines


@pytest.mark.parametrize("truth", ["declining", "plateau", "growing"])
@pytest.mark.parametrize(("noise_sd", "ar1"), [(0.01, 0.0), (0.02, 0.5)])
def test_the_noise_put_in_is_found_in_the_middle(truth: str, noise_sd: float, ar1: float) -> None:
    case = PeakCase(8, noise_sd, ar1, years_before=15)
    found = [estimate_noise(row) for row in simulate_series(case, truth, 120, 2)]  # type: ignore[arg-type]
    share = np.median([noise.share for noise in found])
    assert 0.75 * noise_sd < share < 1.5 * noise_sd  # on a plateau the bend lies away from the maximum
    assert ar1 - 0.3 < np.median([noise.ar1 for noise in found]) < ar1 + 0.45


def test_a_straight_course_and_one_that_turns_at_its_maximum_have_no_noise() -> None:
    rise = np.exp(0.03 * np.arange(15))
    for series in (rise, np.concatenate([rise, rise[-1] * np.exp(-0.02 * np.arange(1, 9))])):
        found = estimate_noise(series)
        assert (found.share, found.ar1, found.basis) == (0.0, 0.0, "estimated")
    assert estimate_noise([5.0] * 12).share == 0.0


def test_a_bend_elsewhere_counts_as_noise() -> None:
    bent = np.concatenate([np.arange(10.0), 9 + 3 * np.arange(1, 11)]) + 50
    assert estimate_noise(bent).share > 0.005


@pytest.mark.parametrize("length", [2, 11])
def test_short_series_get_the_stated_default(length: int) -> None:
    found = estimate_noise(np.arange(1.0, length + 1))
    assert (found.share, found.ar1) == DEFAULT_NOISE
    assert (found.basis, found.years) == ("assumed", length)


def test_the_unit_does_not_matter_and_old_years_do_not_either() -> None:
    series = simulate_series(PeakCase(8, 0.03, 0.3), "plateau", 1, 5)[0]
    assert estimate_noise(series * 1e7).share == pytest.approx(estimate_noise(series).share, rel=1e-6)
    wild = np.concatenate([[0.1, 0.5, 0.05, 0.6], series])
    assert estimate_noise(wild).years == 20
    assert estimate_noise(wild).share == pytest.approx(estimate_noise(series).share, rel=1e-6)


def test_values_at_nought_are_measured_against_the_maximum() -> None:
    found = estimate_noise([0.0, 0.3, 0.1, 0.4, 0.3, 0.6, 0.5, 0.8, 0.7, 0.9, 0.8, 1.0])
    assert found.basis == "estimated"
    assert 0.03 < found.share < MOST_NOISE


def test_wild_series_are_held_to_the_limits() -> None:
    wild = estimate_noise([1.0, 9.0, 1.0, 9.0, 9.0, 1.0, 1.0, 9.0, 1.0, 9.0, 1.0, 9.0])
    slow = estimate_noise(10 + np.sin(np.arange(20) / 2))
    assert wild.share == MOST_NOISE
    assert slow.ar1 == MOST_AUTOCORRELATION


def test_local_lines_keep_straight_lines_and_do_not_reach_over_the_turn() -> None:
    straight = 3.0 - 0.5 * np.arange(14)
    assert local_lines(14) @ straight == pytest.approx(straight)
    apart = local_lines(14, turn=6)
    assert np.all(apart[:7, 7:] == 0)
    assert np.all(apart[7:, :7] == 0)
    assert apart.sum(axis=1) == pytest.approx(np.ones(14))


@pytest.mark.parametrize(
    ("values", "code"),
    [([1.0], "series_too_short"), ([1.0, np.nan], "series_not_finite"), ([-1.0, 0.0], "series_not_positive")],
)
def test_refusals(values: list[float], code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        estimate_noise(values)
    assert caught.value.findings[0].code == code
