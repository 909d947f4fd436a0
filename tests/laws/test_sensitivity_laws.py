"""Laws of variance shares and of scenario discovery: closure, scale, order, names."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dafeng.pathway.discovery import Discovery, Search, discover
from dafeng.pathway.sensitivity import shapley_effects

Array = NDArray[np.float64]
WIDTH = 5
GROUPINGS = st.lists(st.sampled_from("abcd"), min_size=WIDTH, max_size=WIDTH)
WEIGHTS = st.lists(st.floats(-3, 3), min_size=2 * WIDTH, max_size=2 * WIDTH).filter(
    lambda weights: max(map(abs, weights[:WIDTH])) > 0.1
)
SOME = settings(max_examples=25, deadline=None)


def answer(weights: list[float], points: Array) -> Array:
    own, pairs = np.array(weights[:WIDTH]), np.array(weights[WIDTH:])
    return np.asarray(points @ own + (points * np.roll(points, 1, axis=1)) @ pairs)


def groups_of(labels: list[str]) -> dict[str, list[int]]:
    return {g: [i for i, label in enumerate(labels) if label == g] for g in dict.fromkeys(labels)}


@SOME
@given(labels=GROUPINGS, weights=WEIGHTS, shift=st.floats(-1e4, 1e4), scale=st.floats(0.01, 1e4))
def test_effects_sum_to_one_and_know_no_origin_and_no_unit(
    labels: list[str], weights: list[float], shift: float, scale: float
) -> None:
    groups = groups_of(labels)
    plain = shapley_effects(lambda x: answer(weights, x), groups, 256, widest=1).table
    moved = shapley_effects(lambda x: shift - scale * answer(weights, x), groups, 256, widest=1).table
    assert plain["shapley_effect"].sum() == pytest.approx(1, abs=1e-12)
    assert plain["shapley_effect"].min() >= 0  # type: ignore[operator]
    for key in ("shapley_effect", "low", "high", "first_order", "total"):
        assert moved[key].to_numpy() == pytest.approx(plain[key].to_numpy(), abs=1e-4)
    for row in plain.iter_rows(named=True):
        assert row["low"] - 1e-12 <= row["high"]


@SOME
@given(labels=GROUPINGS, weights=WEIGHTS)
def test_the_order_of_groups_does_not_matter(labels: list[str], weights: list[float]) -> None:
    groups = groups_of(labels)
    turned = dict(reversed(groups.items()))
    one, two = (
        shapley_effects(lambda x: answer(weights, x), g, 256, widest=1).table for g in (groups, turned)
    )
    keys = ["group", "shapley_effect", "first_order", "total"]
    first, second = (t.sort("group").select(keys) for t in (one, two))
    assert first["group"].equals(second["group"])
    assert first.drop("group").to_numpy() == pytest.approx(second.drop("group").to_numpy(), abs=1e-9)


def futures(seed: int) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    inputs = rng.random((800, 4))
    missed = rng.random(800) < np.where((inputs[:, 0] > 0.6) & (inputs[:, 2] < 0.5), 0.9, 0.1)
    return pl.DataFrame(inputs, schema=["a", "b", "c", "d"]), missed


def counts(found: Discovery) -> list[tuple[object, ...]]:
    return [
        (box.inside, box.missed_inside, sorted(limit.input for limit in box.limits)) for box in found.boxes
    ]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), scale=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_boxes_know_no_unit_and_no_order_of_columns(seed: int, scale: float, shift: float) -> None:
    inputs, missed = futures(seed)
    search = Search(halves=0)
    found = discover(inputs, missed, search)
    assert counts(discover(inputs.select("d", "c", "b", "a"), missed, search)) == counts(found)
    scaled = discover(inputs.with_columns(pl.all() * scale + shift), missed, search)
    assert counts(scaled) == counts(found)
    for box, other in zip(found.boxes, scaled.boxes, strict=True):
        for limit, moved in zip(box.limits, other.limits, strict=True):
            for end, end_moved in ((limit.low, moved.low), (limit.high, moved.high)):
                assert (end is None) == (end_moved is None)
                if end is not None:
                    assert end_moved == pytest.approx(end * scale + shift, rel=1e-6, abs=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_counts_of_a_box_are_consistent(seed: int) -> None:
    inputs, missed = futures(seed)
    found = discover(inputs, missed, Search(halves=0))
    assert found.boxes
    for box in found.boxes:
        assert box.added <= box.missed_inside <= min(box.inside, box.missed) <= box.futures
        assert box.density > box.base_rate
        assert 1 <= len(box.limits) <= 3
    assert sum(box.added for box in found.boxes) <= found.boxes[0].missed
