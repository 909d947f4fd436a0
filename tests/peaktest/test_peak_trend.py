"""Trend test, Sen's slope and autocorrelation on cases that can be counted by hand."""

from __future__ import annotations

from itertools import permutations
from math import erfc, sqrt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.errors import InputRefused
from dafeng.peaktest import autocorrelation_lag1, mann_kendall, theil_sen

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from dafeng.peaktest import Correction


def test_a_falling_series_by_hand() -> None:
    test = mann_kendall([5.0, 4.0, 3.0, 2.0])
    assert (test.n, test.score, test.tau, test.slope) == (4, -6, -1.0, -1.0)
    assert test.variance == pytest.approx(4 * 3 * 13 / 18)
    assert test.z == pytest.approx(-5 / sqrt(26 / 3))
    assert test.p_falling == pytest.approx(erfc(5 / sqrt(26 / 3) / sqrt(2)) / 2)
    assert test.p_rising == pytest.approx(1 - erfc(7 / sqrt(26 / 3) / sqrt(2)) / 2)
    assert test.p_two_sided == pytest.approx(2 * test.p_falling)


def test_ties_reduce_the_variance() -> None:
    test = mann_kendall([3.0, 3.0, 2.0, 2.0, 2.0])
    ties = 2 * 1 * 9 + 3 * 2 * 11
    assert test.variance == pytest.approx((5 * 4 * 15 - ties) / 18)
    assert test.score == -6


def test_a_constant_series_has_no_trend_and_no_autocorrelation() -> None:
    test = mann_kendall([0.1] * 7)
    assert (test.score, test.z, test.p_two_sided, test.slope) == (0, 0.0, 1.0, 0.0)
    assert np.isnan(autocorrelation_lag1([0.1] * 7))
    assert mann_kendall([0.1] * 7, correction="prewhiten").score == 0
    assert mann_kendall([0.1] * 7, correction="hamed_rao").p_two_sided == 1.0


@pytest.mark.parametrize("n", [4, 5, 6, 7])
def test_the_normal_law_is_near_the_exact_one(n: int) -> None:
    tests = [mann_kendall(np.array(order, dtype=float)) for order in permutations(range(n))]
    scores = np.array([test.score for test in tests])
    for test in tests[:: len(tests) // 24]:
        exact = (scores <= test.score).mean()
        assert test.p_falling == pytest.approx(exact, abs=0.03)


def test_a_correction_that_leaves_no_variance_gives_no_p() -> None:
    test = mann_kendall([4.0, 4.0, 4.0, 3.0, 8.0, 3.0, 5.0, 3.0], correction="hamed_rao")
    assert test.variance <= 0
    assert np.isnan([test.z, test.p_falling, test.p_rising, test.p_two_sided]).all()


def test_autocorrelation_by_hand_and_on_a_long_series() -> None:
    assert autocorrelation_lag1([1.0, -1.0, 1.0, -1.0]) == pytest.approx(-0.75)
    noise = np.random.default_rng(5).standard_normal(20_000)
    for step in range(1, noise.size):
        noise[step] += 0.6 * noise[step - 1]
    assert autocorrelation_lag1(noise) == pytest.approx(0.6, abs=0.02)


def test_sens_slope_ignores_one_wild_value() -> None:
    assert theil_sen([0.0, 2.0, 400.0, 6.0, 8.0, 10.0, 12.0]) == 2.0


@pytest.mark.parametrize(
    ("x", "correction", "code"),
    [
        ([1.0, 2.0], "none", "series_too_short"),
        ([1.0, 2.0, 3.0], "hamed_rao", "series_too_short"),
        ([1.0, np.nan, 3.0, 4.0], "none", "series_not_finite"),
        ([[1.0, 2.0, 3.0]], "none", "series_length"),
    ],
)
def test_refusals(x: ArrayLike, correction: Correction, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        mann_kendall(x, correction=correction)
    assert caught.value.findings[0].code == code


@pytest.mark.parametrize("function", [theil_sen, autocorrelation_lag1])
def test_one_value_is_too_short(function: Callable[[ArrayLike], float]) -> None:
    with pytest.raises(InputRefused) as caught:
        function([1.0])
    assert caught.value.findings[0].code == "series_too_short"
