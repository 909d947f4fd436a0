"""Ranks under other weights."""

from __future__ import annotations

import numpy as np
import pytest

from dafeng.cities.ranks import WeightDraws, draw_weights, vary_weights

from .made_evaluation import award, evaluate, rule, rules_of

WEIGHTS = np.array([50.0, 30.0, 20.0])
TWO = rules_of(rule("x", 50.0, part="targets"), rule("y", 50.0))


def ranks_of(
    points: dict[str, tuple[float, float]], draws: WeightDraws
) -> dict[str, tuple[int, int, int, float]]:
    rows = [award(s, item, p) for s, pair in points.items() for item, p in zip("xy", pair, strict=True)]
    made = evaluate(rows, *points, rules=TWO)
    found = vary_weights(made.results, made.scores, draws).ranks
    return {row[2]: row[3:] for row in found.iter_rows()}


@pytest.mark.parametrize("law", ["band", "dirichlet"])
def test_weights_keep_their_sum_and_mean(law: str) -> None:
    drawn = draw_weights(WEIGHTS, WeightDraws(law=law, draws=20_000))  # type: ignore[arg-type]
    assert drawn[0] == pytest.approx(WEIGHTS)
    assert drawn.sum(axis=1) == pytest.approx(100.0)
    assert drawn[1:].mean(axis=0) == pytest.approx(WEIGHTS, rel=0.02)
    assert (drawn > 0).all()


def test_a_band_stays_within_its_width() -> None:
    drawn = draw_weights(WEIGHTS, WeightDraws(spread=0.2, draws=20_000))
    assert (drawn / WEIGHTS).max() < 1.2 / 0.8
    assert (drawn / WEIGHTS).min() > 0.8 / 1.2


def test_the_dirichlet_law_has_the_spread_asked_for() -> None:
    weights = np.full(5, 20.0)
    drawn = draw_weights(weights, WeightDraws(law="dirichlet", spread=0.3, draws=40_000))[1:]
    assert drawn.std(axis=0) / 20.0 == pytest.approx(0.3, rel=0.03)


def test_the_same_seed_gives_the_same_draws() -> None:
    one, other = (draw_weights(WEIGHTS, WeightDraws(seed=seed)) for seed in (7, 8))
    assert (one == draw_weights(WEIGHTS, WeightDraws(seed=7))).all()
    assert not (one == other).all()


def test_who_leads_on_every_item_leads_under_all_weights() -> None:
    found = ranks_of({"a": (45.0, 40.0), "b": (44.0, 39.0)}, WeightDraws(spread=0.9))
    assert found == {"a": (1, 1, 1, 1.0), "b": (2, 2, 2, 1.0)}


def test_a_close_pair_swaps_as_often_as_the_weights_say() -> None:
    # a leads on x by 10 points, b on y by 9: b is ahead when w_y/w_x > 10/9
    draws = WeightDraws(spread=0.2, draws=50_000)
    ratio = np.random.default_rng(1).uniform(0.8, 1.2, (2, 400_000))
    expected = float((ratio[0] / ratio[1] > 10 / 9).mean())
    found = ranks_of({"a": (45.0, 30.0), "b": (35.0, 39.0)}, draws)
    assert found["a"][:3] == (1, 1, 2)
    assert found["a"][3] == pytest.approx(1 - expected, abs=0.01)


def test_pairs_that_swap_are_listed() -> None:
    points = {"a": (45.0, 30.0), "b": (35.0, 39.0), "c": (1.0, 1.0)}
    rows = [award(s, item, p) for s, pair in points.items() for item, p in zip("xy", pair, strict=True)]
    made = evaluate(rows, *points, rules=TWO)
    swaps = vary_weights(made.results, made.scores, WeightDraws()).swaps
    assert swaps.select("ahead_id", "behind_id").rows() == [("a", "b")]
    assert 0.1 < swaps["swapped_share"][0] < 0.5


def test_without_spread_nothing_moves() -> None:
    assert ranks_of({"a": (45.0, 30.0), "b": (35.0, 39.0)}, WeightDraws(spread=0.0))["b"] == (2, 2, 2, 1.0)


def test_whole_parts_can_be_varied_instead_of_items() -> None:
    rules = rules_of(rule("x", 50.0), rule("y", 50.0))
    rows = [
        award(s, i, p)
        for s, pair in {"a": (45, 30), "b": (35, 39)}.items()
        for i, p in zip("xy", pair, strict=True)
    ]
    made = evaluate(rows, "a", "b", rules=rules)
    one_part = vary_weights(made.results, made.scores, WeightDraws(level="parts")).ranks
    assert one_part["rank_kept_share"].to_list() == [1.0, 1.0]


def test_ranks_of_many_are_quick() -> None:
    many = {f"s{n}": (float(n % 50), float((7 * n) % 50)) for n in range(120)}
    found = ranks_of(many, WeightDraws())
    assert {rank for rank, *_ in found.values()} <= set(range(1, 121))
