"""Shapley values of games with named players: known games, exact sums, errors, refusals."""

from __future__ import annotations

from itertools import permutations
from math import fsum, nan
from typing import TYPE_CHECKING

import numpy as np
import pytest

import dafeng.pathway
from dafeng.decomposition import shapley_exact
from dafeng.errors import InputRefused
from dafeng.pathway import attribute, attribute_with_error
from dafeng.pathway.attribution import attribute_arrays
from dafeng.pathway.exact_sums import round_to_total, spread_residue

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

NAMES = tuple("abcdefghijklmnop")


def overlap(on: frozenset[str]) -> float:
    """Three policies: a and b cut the same 100 Mt, c cuts 10 Mt of its own."""
    return 100.0 * bool(on & {"a", "b"}) + 10.0 * ("c" in on)


def curved(on: frozenset[str]) -> float:
    return float(sum(NAMES.index(name) + 1 for name in on) ** 1.5)


def test_it_is_exported() -> None:
    assert dafeng.pathway.attribute is attribute


def test_overlapping_policies_share_and_leave_one_out_does_not() -> None:
    assert attribute(overlap, ["a", "b", "c"]) == {"a": 50.0, "b": 50.0, "c": 10.0}
    every = frozenset("abc")
    alone = {name: overlap(every) - overlap(every - {name}) for name in "abc"}
    scaled = {name: gain / sum(alone.values()) * overlap(every) for name, gain in alone.items()}
    assert scaled == {"a": 0.0, "b": 0.0, "c": 110.0}


def test_glove_game() -> None:
    def pairs(on: frozenset[str]) -> int:
        return min(len(on & {"left"}), len(on & {"right one", "right two"}))

    found = attribute(pairs, ["left", "right one", "right two"])
    assert found == pytest.approx({"left": 2 / 3, "right one": 1 / 6, "right two": 1 / 6})
    assert sum(found.values()) == 1.0


def test_the_mean_over_all_orders_is_the_value() -> None:
    players = NAMES[:5]
    mean = dict.fromkeys(players, 0.0)
    for order in permutations(players):
        for place, name in enumerate(order):
            mean[name] += (curved(frozenset(order[: place + 1])) - curved(frozenset(order[:place]))) / 120
    assert attribute(curved, players) == pytest.approx(mean)


def test_it_agrees_with_the_coalition_matrix_and_values_each_coalition_once() -> None:
    asked: list[frozenset[str]] = []

    def value(on: frozenset[str]) -> float:
        asked.append(on)
        return curved(on)

    def matrix(rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.asarray((rows @ np.arange(1.0, 13.0)) ** 1.5)

    found = attribute(value, NAMES[:12])
    assert len(asked) == len(set(asked)) == 4096
    assert list(found) == list(NAMES[:12])
    assert list(found.values()) == pytest.approx(shapley_exact(matrix, 12), rel=1e-12)
    assert sum(found.values()) == curved(frozenset(NAMES[:12]))


def test_exact_values_have_no_error() -> None:
    found = attribute_with_error(overlap, ["a", "b", "c"])
    assert (found.method, found.samples, found.difference) == ("exact", 0, 110.0)
    assert set(found.standard_errors.values()) == {0.0}


def test_above_twelve_players_the_error_covers_the_exact_value() -> None:
    """A sum of two games on disjoint players has known values: those of the two games."""
    left, right = NAMES[:8], NAMES[8:]

    def value(on: frozenset[str]) -> float:
        return curved(on & set(left)) + curved(on & set(right))

    exact = attribute(curved, left) | attribute(curved, right)
    covered = []
    for seed in range(12):
        found = attribute_with_error(value, NAMES, samples=40, seed=seed)
        assert (found.method, found.samples) == ("sampled", 40)
        assert fsum(found.values.values()) == found.difference == sum(found.values.values())
        covered += [
            abs(found.values[name] - exact[name]) <= 1.96 * found.standard_errors[name] for name in NAMES
        ]
    assert 0.90 <= np.mean(covered) <= 0.99


def test_samples_and_seed_are_used() -> None:
    players = NAMES[:13]
    first = attribute(curved, players, samples=10, seed=1)
    assert first == attribute(curved, players, samples=10, seed=1)
    assert first != attribute(curved, players, samples=10, seed=2)
    assert first != attribute(curved, players, samples=11, seed=1)
    few, many = (attribute_with_error(curved, players, samples=n, seed=1) for n in (40, 640))
    ratios = [few.standard_errors[name] / many.standard_errors[name] for name in players]
    assert np.median(ratios) == pytest.approx(4.0, rel=0.3)


def test_arrays_are_one_game_a_cell() -> None:
    def value(on: frozenset[str]) -> NDArray[np.float64]:
        return np.array([[overlap(on), len(on)], [-overlap(on), 0.3 * len(on)]])

    found = attribute_arrays(value, ["a", "b", "c"])
    assert found.values.shape == (3, 2, 2)
    assert found.values[:, 0, 0].tolist() == [50.0, 50.0, 10.0]
    assert found.values[:, 1, 0].tolist() == [-50.0, -50.0, -10.0]
    assert np.array_equal(found.values.sum(axis=0), found.difference)


@pytest.mark.parametrize("players", [["a", "b", "c"], ("c", "a", "b")])
def test_the_order_of_players_names_the_result_and_no_more(players: list[str]) -> None:
    found = attribute(overlap, players)
    assert list(found) == list(players)
    assert found == {"a": 50.0, "b": 50.0, "c": 10.0}


def test_one_player_gets_the_difference() -> None:
    assert attribute(lambda on: 0.1 + 0.2 * len(on), ["x"]) == {"x": 0.30000000000000004 - 0.1}


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "none": ("players_none", lambda: attribute(overlap, [])),
    "twice": ("players_repeated", lambda: attribute(overlap, ["a", "b", "a"])),
    "text": ("players_not_text", lambda: attribute(overlap, "abc")),
    "numbers": ("players_not_text", lambda: attribute(overlap, [1, 2])),  # type: ignore[list-item]
    "nan": ("worth_not_number", lambda: attribute(lambda on: nan, ["a"])),
    "infinite": ("worth_not_number", lambda: attribute(lambda on: 1e308 * (-1) ** len(on), ["a"])),
    "nothing": ("worth_not_number", lambda: attribute(lambda on: None, ["a"])),  # type: ignore[arg-type,return-value]
    "word": ("worth_not_number", lambda: attribute(lambda on: "x", ["a"])),  # type: ignore[arg-type,return-value]
    "array": ("worth_not_number", lambda: attribute(lambda on: np.ones(2), ["a"])),  # type: ignore[arg-type,return-value]
    "shapes": ("series_length", lambda: attribute_arrays(lambda on: np.ones(1 + len(on)), ["a"])),
    "samples": ("series_too_short", lambda: attribute(curved, NAMES, samples=1)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_clear_refusal(case: str) -> None:
    code, call = REFUSED[case]
    with pytest.raises(InputRefused) as caught:
        call()
    assert [finding.code for finding in caught.value.findings] == [code]
    assert caught.value.text("zh") != caught.value.text("en")


def test_a_coalition_that_fails_is_named() -> None:
    with pytest.raises(InputRefused, match=r"\{a, c\}"):
        attribute(lambda on: nan if on == {"a", "c"} else 1.0, ["a", "b", "c"])


def test_spreading_moves_by_rounding_only_and_leaves_nulls_alone() -> None:
    parts = np.array([0.1, 0.0, 0.2, 0.3, 1e-3])
    total = np.array(0.601)
    found = spread_residue(parts, total)
    assert fsum(found) == sum(found.tolist()) == sum(found.tolist()[::-1]) == total
    assert found[1] == 0.0
    assert np.abs(found - parts).max() < 1e-15


def test_parts_that_cancel_come_as_near_as_doubles_can() -> None:
    found = spread_residue(np.array([1.0, -1.0]), np.array(1e-20))
    assert abs(fsum(found) - 1e-20) <= 1.2e-16
    three = spread_residue(np.array([1.0, -1.0, 0.7e-20]), np.array(1e-20))
    assert fsum(three) == 1e-20


def test_whole_numbers_sum_to_a_total_far_from_them() -> None:
    assert round_to_total(np.array([1.5, 2.5, 0.0]), np.array(9)).tolist() == [4, 5, 0]
    assert round_to_total(np.array([0.0, 0.0]), np.array(1)).tolist() == [1, 0]
    assert round_to_total(np.array([1.5, 2.5]), np.array(-1)).sum() == -1
