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
    damped_steps,
    draw_paths,
)
from dafeng.pathway.sampling import sobol_points

BASE, LAST = 2022, 2060
SPAN = LAST - BASE


def factor(
    name: str, observed: tuple[float, ...] = (), growth_sd: float = 0.01, shock_sd: float = 0.05
) -> Factor:
    return Factor(
        name, "economy", name, name, observed, (0.02,) * (SPAN - len(observed)), growth_sd, shock_sd
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
    lasting = 0.01 * damped_steps(steps)
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
    short = Factor("a", "economy", "a", "a", (), (0.02,) * 5, 0.0, 0.0)
    with pytest.raises(InputRefused, match="a: 0"):
        draw(FactorSet(BASE, LAST, (short,), np.eye(1)), 4)


def test_a_matrix_that_is_no_correlation_is_refused() -> None:
    wrong = FactorSet(BASE, LAST, (factor("a"), factor("b")), np.array([[1.0, 1.5], [1.5, 1.0]]))
    with pytest.raises(InputRefused, match="correlation"):
        draw(wrong, 4)
