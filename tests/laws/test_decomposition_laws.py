"""Laws of the decompositions: exactness, symmetry, additivity, axioms of Shapley; laws of the trend test."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from dafeng.decomposition import ang2004_lmdi, log_mean, shapley_exact, shapley_sampled
from dafeng.peaktest import mann_kendall

Floats = NDArray[np.float64]

POSITIVE = st.floats(1e-3, 1e3)
WITH_ZEROS = st.one_of(st.just(0.0), POSITIVE)
SEEDS = st.integers(0, 2**31)
SHAPES = st.tuples(st.integers(2, 5), st.integers(1, 4), st.integers(1, 4))


def tensors(elements: st.SearchStrategy[float]) -> st.SearchStrategy[Floats]:
    return SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=elements))


def close(found: Floats, expected: Floats, scale: float) -> bool:
    return bool((np.abs(found - expected) <= 1e-11 * scale).all())


@settings(deadline=None)
@given(tensors(WITH_ZEROS), st.booleans())
def test_effects_sum_exactly_to_the_change_with_any_zeros(factors: Floats, chained: bool) -> None:
    result = ang2004_lmdi(factors, chained=chained)
    scale = result.total.max()
    assert close(result.effects.sum(axis=1), result.change, scale)
    base = result.values[:-1] if chained else result.values[:1]
    assert close(result.by_category.sum(axis=2), result.values[1:] - base, scale)


@settings(deadline=None)
@given(tensors(WITH_ZEROS))
def test_the_product_of_the_ratios_is_the_ratio_and_agrees_with_the_effects(factors: Floats) -> None:
    result = ang2004_lmdi(factors)
    known = ~np.isnan(result.ratio)
    logs = np.log(result.ratios[known])
    np.testing.assert_allclose(logs.sum(axis=1), np.log(result.ratio[known]), rtol=1e-9, atol=1e-9)
    weight = log_mean(result.total[1:], result.total[:-1])[known]
    np.testing.assert_allclose(
        logs * weight[:, None], result.effects[known], rtol=1e-9, atol=1e-9 * result.total.max()
    )
    product = result.ratios_by_category[known].prod(axis=1)
    np.testing.assert_allclose(np.log(product), logs, rtol=1e-9, atol=1e-9)


@settings(deadline=None)
@given(tensors(WITH_ZEROS), SEEDS)
def test_the_order_of_categories_and_factors_does_not_matter(factors: Floats, seed: int) -> None:
    rng = np.random.default_rng(seed)
    category, factor = rng.permutation(factors.shape[1]), rng.permutation(factors.shape[2])
    result = ang2004_lmdi(factors)
    permuted = ang2004_lmdi(factors[:, category][:, :, factor])
    assert close(permuted.by_category, result.by_category[:, category][:, :, factor], result.total.max())


@settings(deadline=None)
@given(tensors(WITH_ZEROS), st.integers(1, 3))
def test_parts_decomposed_apart_add_up_to_the_whole(factors: Floats, cut: int) -> None:
    whole = ang2004_lmdi(factors).effects
    parts = [part for part in (factors[:, :cut], factors[:, cut:]) if part.shape[1]]
    added = np.sum([ang2004_lmdi(part).effects for part in parts], axis=0)
    assert close(added, whole, factors.prod(axis=2).sum(axis=1).max())


@settings(deadline=None)
@given(tensors(WITH_ZEROS))
def test_going_back_undoes_every_effect(factors: Floats) -> None:
    forward, back = ang2004_lmdi(factors), ang2004_lmdi(factors[::-1])
    assert close(back.by_category[::-1], -forward.by_category, forward.total.max())


@settings(deadline=None)
@given(tensors(POSITIVE), POSITIVE)
def test_effects_scale_with_the_unit_of_a_factor(factors: Floats, unit: float) -> None:
    scaled = factors.copy()
    scaled[:, :, 0] *= unit
    result, other = ang2004_lmdi(factors), ang2004_lmdi(scaled)
    assert close(other.effects, unit * result.effects, unit * result.total.max())
    np.testing.assert_allclose(other.ratios, result.ratios, rtol=1e-9)


@settings(deadline=None)
@given(POSITIVE, POSITIVE, POSITIVE)
def test_the_log_mean_lies_between_the_geometric_and_the_arithmetic_mean(
    a: float, b: float, k: float
) -> None:
    mean = float(log_mean(a, b))
    assert np.sqrt(a * b) * (1 - 1e-15 * 8) <= mean <= (a + b) / 2 * (1 + 1e-15 * 8)
    assert np.isclose(float(log_mean(k * a, k * b)), k * mean, rtol=1e-13)


def table_game(worth: Floats, n: int) -> Floats:
    """Return the Shapley values of a game given as a table indexed by the coalition's bits."""
    return shapley_exact(lambda coalition: worth[coalition @ (1 << np.arange(n))], n)


GAMES = st.integers(1, 6).flatmap(
    lambda n: st.tuples(st.just(n), arrays(np.float64, 1 << n, elements=st.floats(-1e3, 1e3)))
)


@settings(deadline=None)
@given(GAMES, SEEDS)
def test_shapley_values_are_efficient_exact_and_sampled(game: tuple[int, Floats], seed: int) -> None:
    n, worth = game
    sampled = shapley_sampled(
        lambda coalition: worth[coalition @ (1 << np.arange(n))], n, samples=3, seed=seed
    )
    for values in (table_game(worth, n), sampled.values):
        assert np.isclose(values.sum(), worth[-1] - worth[0], rtol=1e-12, atol=1e-9)


@settings(deadline=None)
@given(GAMES, st.floats(-1e3, 1e3))
def test_a_dummy_gets_what_it_brings(game: tuple[int, Floats], own: float) -> None:
    n, worth = game
    values = table_game(np.concatenate((worth, worth + own)), n + 1)
    assert np.isclose(values[-1], own, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(values[:-1], table_game(worth, n), rtol=1e-9, atol=1e-9)


@settings(deadline=None)
@given(GAMES, SEEDS)
def test_shapley_values_follow_the_players_when_they_change_seats(
    game: tuple[int, Floats], seed: int
) -> None:
    n, worth = game
    seats = np.random.default_rng(seed).permutation(n)
    moved = shapley_exact(lambda coalition: worth[coalition[:, seats] @ (1 << np.arange(n))], n)
    np.testing.assert_allclose(moved[seats], table_game(worth, n), rtol=1e-9, atol=1e-9)


@settings(deadline=None)
@given(GAMES, st.floats(-10, 10))
def test_shapley_values_are_linear_in_the_game(game: tuple[int, Floats], factor: float) -> None:
    n, worth = game
    other = worth[::-1].copy()
    joint = table_game(worth + factor * other, n)
    apart = table_game(worth, n) + factor * table_game(other, n)
    np.testing.assert_allclose(joint, apart, rtol=1e-9, atol=1e-8)


@settings(deadline=None)
@given(arrays(np.float64, st.integers(4, 25), elements=st.integers(0, 12).map(float)))
def test_the_trend_test_turns_round_with_the_series(x: Floats) -> None:
    test, back, mirrored = mann_kendall(x), mann_kendall(x[::-1]), mann_kendall(-x)
    assert test.score == -back.score == -mirrored.score
    assert test.variance == back.variance == mirrored.variance
    assert test.p_falling == back.p_rising == mirrored.p_rising
    assert test.p_two_sided == back.p_two_sided
    assert -1 <= test.tau <= 1


@settings(deadline=None)
@given(arrays(np.float64, st.integers(4, 25), elements=st.integers(-8, 8).map(float)))
def test_the_trend_test_sees_order_only(x: Floats) -> None:
    assert mann_kendall(np.exp(x)).p_two_sided == mann_kendall(x).p_two_sided
    assert mann_kendall(np.exp(x)).score == mann_kendall(x).score
