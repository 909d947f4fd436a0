"""Laws of the assessment: the cumulative law, its order, the endpoint ratio, the exact split."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dafeng.inventory.assessment import chain_reductions, reduce_intensity, split_revision

falls = st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=12)
ratios = st.floats(0.2, 5.0)


@given(falls, st.randoms())
def test_the_order_of_years_does_not_matter(yearly: list[float], chance: object) -> None:
    mixed = list(yearly)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert chain_reductions(mixed) == pytest.approx(chain_reductions(yearly), abs=1e-12)


@given(falls, falls)
def test_two_spans_chain_like_one(first: list[float], second: list[float]) -> None:
    together = chain_reductions([chain_reductions(first), chain_reductions(second)])
    assert together == pytest.approx(chain_reductions([*first, *second]), abs=1e-12)


@given(st.lists(st.tuples(st.floats(50.0, 200.0), st.floats(0.8, 1.2)), min_size=2, max_size=10))
def test_the_chain_equals_the_ratio_of_the_ends(years: list[tuple[float, float]]) -> None:
    levels = dict(enumerate(level for level, _ in years))
    growth = dict(enumerate(ratio for _, ratio in years))
    yearly = [reduce_intensity(levels, growth, year - 1, year) for year in range(1, len(years))]
    ends = 1 - levels[len(years) - 1] / levels[0] / prod(growth[year] for year in range(1, len(years)))
    assert chain_reductions([fall for fall in yearly if fall is not None]) == pytest.approx(ends, abs=1e-9)
    assert reduce_intensity(levels, growth, 0, len(years) - 1) == pytest.approx(ends, abs=1e-12)


@given(st.floats(0.01, 100.0), st.lists(st.floats(50.0, 200.0), min_size=2, max_size=5))
def test_reductions_do_not_depend_on_the_unit(factor: float, series: list[float]) -> None:
    growth = dict.fromkeys(range(len(series)), 1.05)
    scaled = {year: value * factor for year, value in enumerate(series)}
    last = len(series) - 1
    assert reduce_intensity(scaled, growth, 0, last) == pytest.approx(
        reduce_intensity(dict(enumerate(series)), growth, 0, last), abs=1e-12
    )


@given(ratios, ratios, ratios, ratios)
def test_the_split_is_exact_and_antisymmetric(q: float, g: float, q_other: float, g_other: float) -> None:
    parts = split_revision((q, g), (q_other, g_other))
    assert sum(parts) == pytest.approx(q / g - q_other / g_other, abs=1e-9)
    back = split_revision((q_other, g_other), (q, g))
    assert back == pytest.approx([-part for part in parts], abs=1e-9)
