"""Peeling, pasting and pruning on small cases worked out by hand and on a planted box."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from dafeng.pathway.prim import (
    HIGH,
    LOW,
    Bounds,
    PrimRules,
    choose_box,
    learn_box,
    peel_boxes,
    prune_box,
    quasi_p,
    separation,
)

EVERY = np.ones((2, 1), dtype=np.bool_)


def test_peeling_cuts_a_share_from_the_better_side() -> None:
    values = np.arange(20.0)[:, None]
    wanted = values[:, 0] >= 10
    path = peel_boxes(values, wanted, PrimRules(peel=0.1, min_support=0.5), EVERY)
    assert [box.ends[LOW, 0] for box in path] == [-np.inf, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5]
    assert all(box.ends[HIGH, 0] == np.inf for box in path)
    assert [int(box.holds(values).sum()) for box in path] == [20, 18, 17, 16, 15, 14, 13, 12, 11, 10]
    assert separation(path[-1].holds(values), wanted) == 1.0


def test_equal_values_stay_or_go_together() -> None:
    values = np.repeat([0.0, 1.0, 2.0], 10)[:, None]
    wanted = np.repeat([False, True, True], 10)
    path = peel_boxes(values, wanted, PrimRules(min_support=0.2), EVERY)
    assert path[1].ends[LOW, 0] == 0.5
    assert [int(box.holds(values).sum()) for box in path[:2]] == [30, 20]


def test_an_input_with_one_value_is_never_cut() -> None:
    values = np.column_stack([np.full(50, 3.0), np.arange(50.0)])
    path = peel_boxes(values, values[:, 1] > 25, PrimRules(), np.ones((2, 2), dtype=np.bool_))
    assert not path[-1].restricted()[:, 0].any()
    constant = peel_boxes(values[:, :1], values[:, 1] > 25, PrimRules(), EVERY)
    assert len(constant) == 1


def test_bounds_move_out_again_when_that_helps() -> None:
    values = np.arange(100.0)[:, None]
    wanted = values[:, 0] >= 50
    narrow = [Bounds(np.array([[79.5], [np.inf]]))]
    box = choose_box(narrow, values, wanted, PrimRules())
    assert box.ends[LOW, 0] == 49.5


def test_a_bound_without_effect_is_dropped() -> None:
    rng = np.random.default_rng(0)
    values = rng.random((1000, 2))
    wanted = values[:, 0] > 0.5
    box = Bounds(np.array([[0.5, -np.inf], [np.inf, 0.95]]))
    assert prune_box(box, values, wanted, PrimRules()).restricted().tolist() == [
        [True, False],
        [False, False],
    ]


def test_the_quasi_p_value_is_a_binomial_test() -> None:
    # 40 cases in the box, 30 wanted; without the bound 100 cases, 50 wanted
    values = np.concatenate([np.zeros(60), np.ones(40)])[:, None]
    wanted = np.concatenate([np.arange(60) < 20, np.arange(40) < 30])
    box = Bounds(np.array([[0.5], [np.inf]]))
    expected = binomtest(30, 40, 0.5, alternative="greater").pvalue
    assert quasi_p(box, LOW, 0, values, wanted) == pytest.approx(expected, rel=1e-12)
    assert quasi_p(Bounds(np.array([[5.0], [np.inf]])), LOW, 0, values, wanted) == 1.0


def test_no_more_inputs_are_restricted_than_allowed() -> None:
    rng = np.random.default_rng(5)
    values = rng.random((4000, 5))
    wanted = (values > 0.25).all(axis=1)
    for most in (1, 2, 5):
        box, _ = learn_box(values, wanted, PrimRules(max_restricted=most))
        assert box.restricted().any(axis=0).sum() == most


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_box_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.random((2000, 8))
    planted = (values[:, 2] > 0.5) & (values[:, 5] < 0.4)
    box, path = learn_box(values, planted, PrimRules())
    inside = box.holds(values)
    # one cut is 5 % of the cases: neither bound is off by more
    assert (planted & inside).sum() / inside.sum() > 0.9
    assert (planted & inside).sum() / planted.sum() > 0.9
    assert np.argwhere(box.restricted()).tolist() == [[LOW, 2], [HIGH, 5]]
    supports = [other.holds(values).mean() for other in path]
    assert supports == sorted(supports, reverse=True)
