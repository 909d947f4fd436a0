"""What benchmarking must keep whatever the figures: totals, proportions, scale."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dafeng.inventory.flash import denton_cholette
from dafeng.monthly.spans import _between, _knots, _monotone, sum_over

positive = st.floats(min_value=0.01, max_value=1e4)
years = st.lists(st.tuples(st.lists(positive, min_size=11, max_size=11), positive), min_size=1, max_size=6)


def unpack(data: list[tuple[list[float], float]]) -> tuple[list[float], list[int], list[float]]:
    indicator = [value for months, _ in data for value in months]
    blocks = [place for place, (months, _) in enumerate(data) for _ in months]
    return indicator, blocks, [total for _, total in data]


@given(years)
def test_months_sum_to_their_year(data: list[tuple[list[float], float]]) -> None:
    indicator, blocks, totals = unpack(data)
    made = denton_cholette(indicator, blocks, totals)
    sums = np.bincount(blocks, weights=made)
    sizes = np.bincount(blocks, weights=np.abs(made))  # months of both signs cancel where ratios jump wildly
    assert (np.abs(sums - totals) <= 1e-12 * sizes).all()


@given(st.lists(positive, min_size=4, max_size=40), positive)
def test_a_constant_ratio_is_kept(indicator: list[float], ratio: float) -> None:
    cut = len(indicator) // 2
    blocks = [0] * cut + [1] * (len(indicator) - cut)
    totals = [ratio * sum(indicator[:cut]), ratio * sum(indicator[cut:])]
    made = denton_cholette(indicator, blocks, totals)
    assert np.allclose(made, ratio * np.array(indicator), rtol=1e-6)


@given(years, positive, positive)
def test_units_do_not_matter(data: list[tuple[list[float], float]], a: float, b: float) -> None:
    indicator, blocks, totals = unpack(data)
    made = denton_cholette(indicator, blocks, totals)
    other = denton_cholette([a * value for value in indicator], blocks, [b * total for total in totals])
    assert np.allclose(other, b * made, rtol=1e-6, atol=1e-6 * b * np.abs(made).max())


months = st.dictionaries(st.integers(2, 12), positive, min_size=1)


@given(months)
def test_spans_of_any_cumulative_curve_sum_to_its_end(totals: dict[int, float]) -> None:
    knots, fallen = _monotone(_knots(totals, {}))
    spans = _between(2024, knots)
    last = max(totals)
    assert all(span.value >= 0 for span in spans)
    found = sum_over(spans, 2024, 1, last)
    assert found is not None
    assert np.isclose(found, totals[last])
    assert len(spans) + len(fallen) == len(totals)
