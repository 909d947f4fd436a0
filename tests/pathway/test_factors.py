"""Random paths: known years are known, the spread is what it says, correlation goes through."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from dafeng.errors import InputRefused
from dafeng.pathway.factors import (
    DAMPING,
    PERSISTENCE,
    Factor,
    FactorSet,
    central_paths,
    damp_errors,
    draw_paths,
)
from dafeng.pathway.sampling import sobol_points

BASE, LAST = 2022, 2060
SPAN = LAST - BASE


def factor(
    name: str,
    observed: tuple[float, ...] = (),
    growth_sd: float = 0.01,
    shock_sd: float = 0.05,
    *,
    keeps_mean: bool = False,
) -> Factor:
    ahead = SPAN - len(observed)
    return Factor(
        name,
        "economy",
        name,
        name,
        observed,
        (0.02,) * ahead,
        damp_errors(growth_sd, ahead),
        shock_sd,
        keeps_mean,
    )


def draw(factors: FactorSet, draws: int = 4096) -> np.ndarray:
    return draw_paths(factors, ndtri(sobol_points(factors.width, 0, draws, 3)))


def test_known_years_are_the_same_in_all_futures_and_the_rest_grows() -> None:
    one = FactorSet(BASE, LAST, (factor("a", (0.1, 0.3)),), np.eye(1))
    paths = draw(one, 64)[0]
    assert paths[0].tolist() == [0.0] * 64
    np.testing.assert_array_equal(paths[1:3], np.repeat([[0.1], [0.3]], 64, axis=1))
    np.testing.assert_allclose(central_paths(one)[0, 3:], 0.3 + 0.02 * np.arange(1, SPAN - 1))


def test_the_spread_is_that_of_the_damped_error_and_the_fading_shocks() -> None:
    one = FactorSet(BASE, LAST, (factor("a"),), np.eye(1))
    measured = draw(one)[0].std(axis=1)[1:]
    steps = np.arange(1, SPAN + 1)
    lasting = np.cumsum(damp_errors(0.01, SPAN))
    shocks = 0.05 * np.sqrt((1 - PERSISTENCE ** (2 * steps)) / (1 - PERSISTENCE**2))
    np.testing.assert_allclose(measured, np.hypot(lasting, shocks), rtol=0.03)
    assert lasting[-1] < 0.01 / (1 - DAMPING)


def test_shocks_of_one_future_are_like_those_of_the_recursion() -> None:
    one = FactorSet(BASE, LAST, (factor("a", growth_sd=0.0),), np.eye(1))
    paths = draw(one)[0] - central_paths(one)[0][:, None]
    ten_apart = np.corrcoef(paths[20], paths[30])[0, 1]
    variance = [(1 - PERSISTENCE ** (2 * step)) / (1 - PERSISTENCE**2) for step in (20, 30)]
    assert ten_apart == pytest.approx(PERSISTENCE**10 * np.sqrt(variance[0] / variance[1]), abs=0.05)


def test_factors_go_together_as_their_correlation_says() -> None:
    both = FactorSet(BASE, LAST, (factor("a"), factor("b")), np.array([[1.0, 0.6], [0.6, 1.0]]))
    paths = draw(both)
    assert np.corrcoef(paths[0, -1], paths[1, -1])[0, 1] == pytest.approx(0.6, abs=0.03)


def test_a_factor_that_does_not_cover_the_span_is_refused() -> None:
    short = Factor("a", "economy", "a", "a", (), (0.02,) * 5, (0.0,) * 5, 0.0)
    with pytest.raises(InputRefused, match="a: 0"):
        draw(FactorSet(BASE, LAST, (short,), np.eye(1)), 4)


def test_a_matrix_that_is_no_correlation_is_refused() -> None:
    wrong = FactorSet(BASE, LAST, (factor("a"), factor("b")), np.array([[1.0, 1.5], [1.5, 1.0]]))
    with pytest.raises(InputRefused, match="correlation"):
        draw(wrong, 4)


def test_noise_does_not_raise_what_is_expected_of_a_ratio() -> None:
    ratio = FactorSet(BASE, LAST, (factor("a", shock_sd=0.2, keeps_mean=True),), np.eye(1))
    mean = np.exp(draw(ratio, 16384)[0]).mean(axis=1)
    np.testing.assert_allclose(mean, np.exp(0.02 * np.arange(SPAN + 1)), rtol=0.03)
    driver = FactorSet(BASE, LAST, (factor("a", shock_sd=0.2),), np.eye(1))
    np.testing.assert_allclose(np.median(draw(driver)[0], axis=1), 0.02 * np.arange(SPAN + 1), atol=0.02)
