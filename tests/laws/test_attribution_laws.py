"""Laws of attribution: the axioms of Shapley, sums to the last digit, partitions of draws."""

from __future__ import annotations

from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng.pathway import attribute
from dafeng.pathway.exact_sums import round_to_total, spread_residue
from dafeng.pathway.wedges import AttributionPlan, attribute_outcome, merge_wedges

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

PLAYERS = ("a", "b", "c", "d")
WORTHS = st.lists(st.floats(-1e3, 1e3), min_size=16, max_size=16)
EMISSIONS = st.lists(st.floats(1.0, 1e3), min_size=16, max_size=16)


def game(worths: list[float]) -> Callable[[frozenset[str]], float]:
    return lambda on: worths[sum(1 << PLAYERS.index(name) for name in on)]


def close(found: dict[str, float], expected: dict[str, float]) -> bool:
    return found == pytest.approx(expected, rel=1e-10, abs=1e-9)


@given(WORTHS)
def test_efficiency_to_the_last_digit(worths: list[float]) -> None:
    values = attribute(game(worths), PLAYERS).values()
    difference = worths[15] - worths[0]
    unit = np.spacing(max(*map(abs, values), abs(difference)))
    assert abs(fsum(values) - difference) <= unit
    # to the last digit wherever doubles of the size of the parts can hold the difference
    if (difference / (4 * unit)).is_integer():
        assert fsum(values) == sum(values) == sum(reversed(values)) == difference


@given(EMISSIONS, st.floats(0.0, 1.0))
def test_parts_of_one_sign_always_sum_exactly(gains: list[float], start: float) -> None:
    def value(on: frozenset[str]) -> float:
        return start + fsum(gains[PLAYERS.index(name)] for name in on) ** 0.7

    found = list(attribute(value, PLAYERS).values())
    difference = value(frozenset(PLAYERS)) - value(frozenset())
    for order in (found, found[::-1], sorted(found), [found[2], found[0], found[3], found[1]]):
        assert sum(order) == difference


@given(WORTHS)
def test_equal_players_get_the_same(worths: list[float]) -> None:
    def value(on: frozenset[str]) -> float:
        swapped = frozenset({"a": "b", "b": "a"}.get(name, name) for name in on)
        return game(worths)(on) + game(worths)(swapped)

    found = attribute(value, PLAYERS)
    assert found["a"] == pytest.approx(found["b"], rel=1e-10, abs=1e-9)


@given(WORTHS)
def test_a_player_that_adds_nothing_gets_nothing(worths: list[float]) -> None:
    found = attribute(lambda on: game(worths)(on - {"b"}), PLAYERS)
    assert found["b"] == 0.0


@given(WORTHS, WORTHS, st.floats(-5, 5))
def test_values_add_over_games(first: list[float], second: list[float], weight: float) -> None:
    one, two = attribute(game(first), PLAYERS), attribute(game(second), PLAYERS)
    both = attribute(lambda on: game(first)(on) + weight * game(second)(on), PLAYERS)
    assert close(both, {name: one[name] + weight * two[name] for name in PLAYERS})


@given(WORTHS, st.permutations(PLAYERS))
def test_names_do_not_matter(worths: list[float], renamed: list[str]) -> None:
    back = dict(zip(renamed, PLAYERS, strict=True))
    found = attribute(lambda on: game(worths)(frozenset(back[name] for name in on)), renamed)
    assert close({back[name]: share for name, share in found.items()}, attribute(game(worths), PLAYERS))


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=12))
def test_spreading_finds_the_float_sum_exactly(parts: list[float]) -> None:
    total = sum(parts)
    found = spread_residue(np.array(parts), np.array(total)).tolist()
    assert fsum(found) == total
    assert sum(found) == sum(reversed(found)) == total
    assert np.abs(np.array(found) - parts).max() <= 16 * np.spacing(max(total, 1e-300))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12), st.integers(-5, 5))
def test_rounding_to_a_total_keeps_near(parts: list[float], more: int) -> None:
    total = round(fsum(parts)) + more
    found = round_to_total(np.array(parts), np.array(total))
    assert found.sum() == total
    assert np.abs(found - parts).max() <= 1.5 + abs(more) + len(parts) / 2


@settings(deadline=None)
@given(st.integers(0, 2**31), st.lists(st.integers(1, 9), min_size=2, max_size=4))
def test_draws_may_be_cut_anywhere(seed: int, cuts: list[int]) -> None:
    draws = sum(cuts)
    table = np.random.default_rng(seed).uniform(50, 500, (8, 3, draws))

    def worth(start: int, stop: int) -> Callable[[frozenset[str]], NDArray[np.float64]]:
        return lambda on: table[sum(1 << "xyz".index(name) for name in on), :, start:stop]

    groups = {name: frozenset(name) for name in "xyz"}
    years = np.arange(2030, 2033)
    whole = attribute_outcome(worth(0, draws), groups, years)
    ends = np.cumsum([0, *cuts]).tolist()
    parts = [
        attribute_outcome(worth(start, stop), groups, years, AttributionPlan(first_draw=start))
        for start, stop in pairwise(ends)
    ]
    merged = parts[-1]
    for part in parts[:-1]:
        merged = merge_wedges(merged, part)
    assert merged.draws == draws
    assert np.array_equal(merged.reduction_mt, whole.reduction_mt)
    assert np.array_equal(merged.total_mt, whole.total_mt)
    assert merged.standard_error_mt == pytest.approx(whole.standard_error_mt, rel=1e-7)
    assert merged.total_error_mt == pytest.approx(whole.total_error_mt, rel=1e-7)
    assert np.array_equal(whole.reduction_mt.sum(axis=0), whole.total_mt)
