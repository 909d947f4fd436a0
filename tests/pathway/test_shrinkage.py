"""Shrinkage: each rule against what it must do at its limits, and on series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dafeng.pathway.shrinkage import (
    correlate,
    measure_changes,
    nearest_correlation,
    shrink_means,
    shrink_variances,
    widen,
)


def test_a_walk_gives_back_its_drift_and_shock() -> None:
    rng = np.random.default_rng(5)
    logs = np.cumsum(0.04 + 0.1 * rng.standard_normal(4000))
    change = measure_changes(np.arange(4000), logs)
    assert change.mean == pytest.approx(0.04, abs=0.006)
    assert np.sqrt(change.variance) == pytest.approx(0.1, rel=0.04)


def test_a_walk_with_gaps_gives_back_the_same() -> None:
    rng = np.random.default_rng(6)
    logs = np.cumsum(0.04 + 0.1 * rng.standard_normal(6000))
    kept = np.sort(rng.choice(6000, 2500, replace=False))
    change = measure_changes(kept, logs[kept])
    assert change.mean == pytest.approx(0.04, abs=0.006)
    assert np.sqrt(change.variance) == pytest.approx(0.1, rel=0.05)


def test_one_break_does_not_make_the_drift_but_stays_in_the_spread() -> None:
    steps = np.array([0.02, 0.03, 0.01, 0.02, 0.03, 0.01, 0.02, -0.9])
    change = measure_changes(np.arange(9), np.concatenate([[0.0], np.cumsum(steps)]))
    assert change.mean == pytest.approx(0.0125, abs=0.01)
    assert np.sqrt(change.variance) > 0.3


def test_means_with_errors_far_smaller_than_their_spread_stay() -> None:
    means = np.array([-0.5, 0.1, 0.3, 0.9])
    drawn, errors = shrink_means(means, np.full(4, 1e-4))
    assert drawn == pytest.approx(means, abs=1e-5)
    assert errors == pytest.approx(np.full(4, 1e-4), rel=0.1)


def test_means_that_differ_by_chance_are_drawn_together() -> None:
    rng = np.random.default_rng(1)
    truth = np.full(13, 0.03)
    worse = better = 0.0
    for _ in range(200):
        means = truth + 0.05 * rng.standard_normal(13)
        drawn, errors = shrink_means(means, np.full(13, 0.05))
        worse += ((means - truth) ** 2).sum()
        better += ((drawn - truth) ** 2).sum()
        assert (errors < 0.05 + 1e-12).all()
    assert better < 0.35 * worse


def test_few_means_are_left_alone() -> None:
    means, errors = np.array([0.0, 1.0, 2.0]), np.ones(3)
    assert shrink_means(means, errors)[0] == pytest.approx(means)


def test_variances_of_one_law_become_one_and_unlike_ones_do_not() -> None:
    rng = np.random.default_rng(2)
    same = rng.chisquare(9, 13) / 9
    drawn, freedom = shrink_variances(same, np.full(13, 9.0))
    assert np.ptp(np.log(drawn)) < 0.5 * np.ptp(np.log(same))
    assert (freedom > 9).all()
    unlike = np.array([1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0]) * np.tile([1.0, 1.1], 3)
    assert np.log(shrink_variances(unlike, np.full(6, 9.0))[0]) == pytest.approx(np.log(unlike), abs=0.8)


def test_an_unknown_variance_takes_the_common_value() -> None:
    drawn, _ = shrink_variances(np.array([1.0, 1.1, 0.9, 1.05, np.nan]), np.array([9.0, 9, 9, 9, 0]))
    assert drawn[4] == pytest.approx(1.0, rel=0.2)


def test_few_years_widen_the_range() -> None:
    assert widen(np.array([4.0]))[0] == pytest.approx(2.1318 / 1.6449, rel=1e-3)
    assert widen(np.array([1e6]))[0] == pytest.approx(1.0, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        float, st.tuples(st.integers(2, 12), st.integers(3, 12)),
        elements=st.one_of(st.just(np.nan), st.floats(-2, 2)),
    )
)  # fmt: skip
def test_any_correlation_is_a_correlation(changes: np.ndarray) -> None:
    matrix, intensity = correlate(changes)
    assert 0 <= intensity <= 1
    assert np.linalg.eigvalsh(matrix).min() > -1e-9
    assert np.diag(matrix) == pytest.approx(np.ones(changes.shape[0]))
    assert np.array_equal(matrix, matrix.T)
    assert (np.abs(matrix) <= 1 + 1e-9).all()


def test_long_series_keep_their_correlation_and_short_ones_lose_part() -> None:
    rng = np.random.default_rng(3)
    root = np.linalg.cholesky([[1, 0.8, 0], [0.8, 1, 0], [0, 0, 1]])
    long, light = correlate(root @ rng.standard_normal((3, 3000)))
    short, heavy = correlate(root @ rng.standard_normal((3, 8)))
    assert long[0, 1] == pytest.approx(0.8, abs=0.03)
    assert light < 0.01 < heavy
    assert abs(short[0, 2]) < 0.8


def test_an_impossible_matrix_is_mended() -> None:
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    assert np.linalg.eigvalsh(impossible).min() < -0.1
    assert np.linalg.eigvalsh(nearest_correlation(impossible)).min() > -1e-12
