"""Reference forecasts: known parameters come back, prediction ranges hold what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from dafeng.errors import InputRefused
from dafeng.pathway.reference_models import draw_stirpat, draw_trend, draw_walk, fit_stirpat

YEARS = np.arange(2005, 2015)
AHEAD = np.arange(2016, 2023)


def test_the_trend_has_the_range_of_least_squares() -> None:
    rng = np.random.default_rng(0)
    logs = 3 + 0.05 * (YEARS - 2005) + 0.1 * rng.standard_normal(10)
    draws = np.log(draw_trend(YEARS, np.exp(logs), AHEAD, 60_000, rng))
    slope, level = np.polyfit(YEARS - 2005.0, logs, 1)
    rest = logs - level - slope * (YEARS - 2005)
    sigma = np.sqrt((rest**2).sum() / 8)
    centre = (YEARS - YEARS.mean()) ** 2
    spread = sigma * np.sqrt(1 + 1 / 10 + (AHEAD - YEARS.mean()) ** 2 / centre.sum())
    assert np.median(draws, axis=1) == pytest.approx(level + slope * (AHEAD - 2005), abs=0.01)
    assert np.quantile(draws, 0.95, axis=1) == pytest.approx(
        level + slope * (AHEAD - 2005) + t.ppf(0.95, 8) * spread, abs=0.02
    )


def test_the_walk_covers_walks() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(600):
        walk = np.cumsum(0.03 + 0.1 * rng.standard_normal(18))
        draws = draw_walk(YEARS, np.exp(walk[:10]), AHEAD, 400, rng)
        low, high = np.quantile(draws[-1], [0.05, 0.95])
        inside += low <= np.exp(walk[17]) <= high
    assert inside / 600 == pytest.approx(0.9, abs=0.04)


def stirpat_case(noise: float, alike: float = 0.0, n: int = 30) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    common = rng.standard_normal(n)
    logs = np.array([0.1, 0.6, 0.3])[:, None] * (alike * common + rng.standard_normal((3, n)))
    co2 = -2.0 + np.array([1.2, 0.8, 0.5]) @ logs + noise * rng.standard_normal(n)
    return np.exp(co2), np.exp(logs)


def test_stirpat_gives_back_its_coefficients() -> None:
    fit = fit_stirpat(*stirpat_case(1e-6))
    assert fit.ridge == 0.0
    assert fit.elasticities == pytest.approx([1.2, 0.8, 0.5], abs=1e-4)
    assert fit.intercept == pytest.approx(-2.0, abs=1e-4)


def test_stirpat_without_ridge_is_least_squares() -> None:
    co2, regressors = stirpat_case(0.2)
    fit = fit_stirpat(co2, regressors)
    design = np.column_stack([np.ones(co2.size), np.log(regressors).T])
    solution, rest, *_ = np.linalg.lstsq(design, np.log(co2), rcond=None)
    assert fit.elasticities == pytest.approx(solution[1:])
    assert fit.sigma == pytest.approx(np.sqrt(rest[0] / (co2.size - 4)))
    covariance = np.linalg.inv(design.T @ design)
    assert fit.covariance[1:, 1:] == pytest.approx(covariance[1:, 1:])


def test_stirpat_uses_the_ridge_only_where_regressors_move_together() -> None:
    co2, regressors = stirpat_case(0.2, alike=20.0)
    fit = fit_stirpat(co2, regressors)
    assert fit.ridge > 0
    assert np.abs(fit.elasticities).max() < 3
    assert fit.freedom > co2.size - 4


def test_the_range_of_stirpat_holds_what_it_says() -> None:
    rng = np.random.default_rng(3)
    inside = 0
    for seed in range(400):
        own = np.random.default_rng(seed)
        logs = own.standard_normal((3, 13))
        co2 = 1 + np.array([1.0, 0.5, 0.7]) @ logs + 0.3 * own.standard_normal(13)
        fit = fit_stirpat(np.exp(co2[:12]), np.exp(logs[:, :12]))
        draws = draw_stirpat(fit, np.exp(np.repeat(logs[:, 12:, None], 400, axis=2)), rng)
        low, high = np.quantile(draws[0], [0.05, 0.95])
        inside += low <= np.exp(co2[12]) <= high
    assert inside / 400 == pytest.approx(0.9, abs=0.05)


@pytest.mark.parametrize("values", [np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 3.0, 4.0, 5.0])])
def test_what_cannot_be_fitted_is_refused(values: np.ndarray) -> None:
    with pytest.raises(InputRefused):
        draw_trend(np.arange(values.size), values, AHEAD, 10, np.random.default_rng(0))
