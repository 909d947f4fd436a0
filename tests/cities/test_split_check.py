"""The live check: the criterion by hand, what no city has, missing figures, and its speed."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from dafeng.cities.check import check_split

BASE, GROWTH = np.array([3000.0, 1800.0]), np.array([1.2, 1.4])
MEAN = 1.25


def test_both_sides_of_the_criterion_by_hand() -> None:
    seen = check_split(BASE, GROWTH, [0.1, 0.2], 0.15, province_growth=MEAN)
    assert seen.cities_sum == pytest.approx(3000 * 0.9 * 1.2 + 1800 * 0.8 * 1.4)
    assert seen.allowed == pytest.approx(4800 * 0.85 * 1.25)
    assert seen.gap == pytest.approx(5100 - 5256)
    assert seen.reached == pytest.approx(1 - 5256 / (4800 * 1.25))
    assert seen.weighted_growth == pytest.approx((3000 * 1.2 + 1800 * 1.4) / 4800)
    assert (seen.outcome, seen.known, seen.count) == ("fails", 2, 2)


@pytest.mark.parametrize(("heavy_growth", "outcome"), [(1.39, "fails"), (1.325, "holds"), (1.2, "holds")])
def test_a_uniform_fall_suffices_unless_heavy_users_grow_faster(heavy_growth: float, outcome: str) -> None:
    seen = check_split(BASE, [1.205, heavy_growth], [0.15, 0.15], 0.15, province_growth=1.25)
    assert seen.outcome == outcome
    assert (seen.uniform_needed > 0.15 + 1e-12) == (outcome == "fails")
    enough = check_split(BASE, [1.205, heavy_growth], [seen.uniform_needed] * 2, 0.15, province_growth=1.25)
    assert (enough.outcome, enough.gap) == ("holds", 0.0)


def test_what_no_city_has_is_named_and_gives_the_cities_no_room() -> None:
    alone = check_split(BASE, GROWTH, [0.2, 0.2], 0.15, province_growth=MEAN)
    seen = check_split(BASE, GROWTH, [0.2, 0.2], 0.15, 5000.0, province_growth=MEAN)
    assert seen.residual == 200.0
    assert seen.allowed == pytest.approx(alone.allowed)


def test_a_block_of_its_own_that_does_not_fall_costs_the_cities_room() -> None:
    seen = check_split(BASE, GROWTH, [0.2, 0.2], 0.15, 5000.0, province_growth=MEAN, residual_fall=0.0)
    assert seen.allowed == pytest.approx(0.85 * 5000 * MEAN - 200 * MEAN)
    assert seen.reached == pytest.approx(1 - (seen.cities_sum + 200 * MEAN) / (5000 * MEAN))


def test_cities_with_more_than_the_province_are_a_negative_residual() -> None:
    seen = check_split(BASE, GROWTH, [0.2, 0.2], 0.15, 4500.0, province_growth=MEAN)
    assert seen.residual == -300.0


@pytest.mark.parametrize("place", ["base", "growth", "fall", "province"])
def test_one_missing_figure_stops_the_check(place: str) -> None:
    figures = {"base": BASE.copy(), "growth": GROWTH.copy(), "fall": np.array([0.2, 0.2])}
    if place in figures:
        figures[place][1] = np.nan
    growth = np.nan if place == "province" else MEAN
    seen = check_split(**figures, required_fall=0.15, province_growth=growth)
    assert seen.outcome == "cannot_check"
    assert np.isnan(seen.gap)
    assert seen.known == (2 if place == "province" else 1)


def test_the_check_is_fast_enough_for_every_keystroke() -> None:
    base, growth, fall = np.full(11, 100.0), np.full(11, 1.3), np.full(11, 0.15)
    spent = []
    for _ in range(50):
        start = perf_counter()
        check_split(base, growth, fall, 0.15, 1200.0, province_growth=1.3)
        spent.append(perf_counter() - start)
    assert min(spent) < 1e-3
