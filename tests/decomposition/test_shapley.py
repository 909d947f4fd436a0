"""Shapley values, exact and sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.decomposition import (
    PLAYERS_LIMIT,
    ang2004_lmdi,
    shapley_exact,
    shapley_sampled,
)
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def gloves(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
    """One left glove, two right gloves: a pair is worth 1. Shapley values 2/3, 1/6, 1/6."""
    return (coalitions[:, 0] & (coalitions[:, 1] | coalitions[:, 2])).astype(np.float64)


def curved(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
    weight = coalitions @ np.arange(1.0, coalitions.shape[1] + 1)
    return np.stack((weight**1.5, -np.sqrt(weight)), axis=1)


def test_glove_game() -> None:
    assert shapley_exact(gloves, 3) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_values_may_be_arrays_and_twelve_players_may_play() -> None:
    result = shapley_exact(curved, PLAYERS_LIMIT)
    assert result.shape == (PLAYERS_LIMIT, 2)
    assert result.sum(axis=0) == pytest.approx([78**1.5, -np.sqrt(78)])


def test_sampled_values_are_efficient_and_near_the_exact_ones() -> None:
    exact = shapley_exact(curved, 8)
    estimate = shapley_sampled(curved, 8, samples=400, seed=7)
    assert estimate.values.shape == estimate.standard_error.shape == (8, 2)
    assert estimate.values.sum(axis=0) == pytest.approx([36**1.5, -6.0], rel=1e-12)
    assert (np.abs(estimate.values - exact) <= 4.5 * estimate.standard_error).all()


def test_sampling_is_seeded_and_its_standard_error_falls_with_the_root_of_the_samples() -> None:
    few, many = (shapley_sampled(curved, 6, samples=samples, seed=1) for samples in (200, 3200))
    assert np.array_equal(few.values, shapley_sampled(curved, 6, samples=200, seed=1).values)
    assert not np.array_equal(few.values, shapley_sampled(curved, 6, samples=200, seed=2).values)
    assert np.median(few.standard_error / many.standard_error) == pytest.approx(4.0, rel=0.25)


def test_the_standard_error_covers_the_truth_as_often_as_it_should() -> None:
    exact = shapley_exact(curved, 6)
    inside = [
        np.abs(estimate.values - exact) <= 1.96 * estimate.standard_error
        for estimate in (shapley_sampled(curved, 6, samples=100, seed=seed) for seed in range(200))
    ]
    assert 0.92 <= np.mean(inside) <= 0.98


def test_a_reversed_order_makes_pairwise_games_exact() -> None:
    def pairs(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.asarray(coalitions.sum(axis=1) ** 2.0)

    estimate = shapley_sampled(pairs, 20, samples=3, seed=0)
    assert estimate.values == pytest.approx(np.full(20, 20.0))
    assert estimate.standard_error == pytest.approx(np.zeros(20), abs=1e-12)


def test_blocks_do_not_change_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = shapley_sampled(curved, 5, samples=11, seed=3).values
    monkeypatch.setattr("dafeng.decomposition.shapley.BLOCK_CELLS", 130)
    assert np.array_equal(shapley_sampled(curved, 5, samples=11, seed=3).values, whole)


def test_two_routes_to_the_same_effects_agree_for_small_changes() -> None:
    start, end = np.array([10.0, 4.0, 2.0]), np.array([10.1, 3.98, 2.03])
    shapley = shapley_exact(lambda coalition: np.where(coalition, end, start).prod(axis=1), 3)
    lmdi = ang2004_lmdi([[start], [end]]).effects[0]
    assert shapley.sum() == pytest.approx(lmdi.sum())
    assert shapley == pytest.approx(lmdi, rel=1e-4)


def test_refusals() -> None:
    cases: dict[str, Callable[[], object]] = {
        "players_too_many": lambda: shapley_exact(gloves, PLAYERS_LIMIT + 1),
        "series_length": lambda: shapley_exact(lambda coalition: coalition[:-1].sum(axis=1), 3),
        "series_not_finite": lambda: shapley_exact(lambda coalition: np.full(len(coalition), np.nan), 3),
    }
    for code, call in cases.items():
        with pytest.raises(InputRefused) as caught:
            call()
        assert caught.value.findings[0].code == code


@pytest.mark.parametrize(("n", "samples"), [(0, 10), (3, 1)])
def test_too_few_players_or_samples(n: int, samples: int) -> None:
    with pytest.raises(InputRefused) as caught:
        shapley_sampled(gloves, n, samples=samples, seed=1)
    assert caught.value.findings[0].code == "series_too_short"
    with pytest.raises(InputRefused):
        shapley_exact(gloves, 0)
