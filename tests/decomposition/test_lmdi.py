"""LMDI-I: the logarithmic mean, zeros, chaining, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.decomposition import ang2004_lmdi, log_mean
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# (a, b, L): 50-digit arithmetic, rounded to double on reading; 0.578... agrees with the published check 0.578
VECTORS = [
    (1.0, 1.0, 1.0),
    (7.5, 7.5, 7.5),
    (0.0, 5.0, 0.0),
    (5.0, 0.0, 0.0),
    (0.0, 0.0, 0.0),
    (2.0, 1.0, 1.44269504088896340735992468100189213742),
    (100.0, 1.0, 21.4975768542109654687308814663719515735),
    (1.0, 1.000000000001, 1.00000000000049999999999991666666666670),
    (1.0, 1.0000000000000002, 1.00000000000000009999999999999999666666),
    (751.05, 751.0500001, 751.050000049999999998890442269785160180),
    (0.5913, 0.5650, 0.57805028749050978003862321034831293968),
    (1e-12, 1.0, 0.03619120682523479443076880559074616278),
    (1e-300, 1.0, 0.00144764827301083942550376306305535027),
    (1e6, 1e-6, 36191.2068252347944307688055907461627812),
]


@pytest.mark.parametrize(("a", "b", "expected"), VECTORS)
def test_log_mean_keeps_every_digit(a: float, b: float, expected: float) -> None:
    assert float(log_mean(a, b)) == pytest.approx(expected, rel=4e-16, abs=0)
    assert float(log_mean(b, a)) == float(log_mean(a, b))


def test_log_mean_broadcasts_and_survives_the_widest_range() -> None:
    assert log_mean(np.ones((3, 1)), np.array([1.0, 2.0])).shape == (3, 2)
    expected = 1e308 / ((308 + 323.3062153431158) * np.log(10))  # 5e-324 is read as 10**-323.306...
    assert float(log_mean(5e-324, 1e308)) == pytest.approx(expected, rel=1e-12)
    assert float(log_mean(0.578, 0.578)) == 0.578


@pytest.mark.parametrize(
    ("bad", "code"), [(-1.0, "series_negative"), (np.nan, "series_not_finite"), (np.inf, "series_not_finite")]
)
def test_log_mean_refuses_what_has_no_logarithm(bad: float, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        log_mean(bad, 1.0)
    assert caught.value.findings[0].code == code


FIRST = [[1.0, 10.0, 2.0], [4.0, 5.0, 3.0]]
SECOND = [[4.0, 5.0, 3.0], [5.0, 6.0, 4.0]]


def test_two_zero_factors_share_the_change_and_do_not_count_it_twice() -> None:
    result = ang2004_lmdi([[[0.0, 0.0, 2.0], FIRST[1]], SECOND])
    assert result.by_category[0, 0].tolist() == [30.0, 30.0, 0.0]
    assert result.effects.sum() == pytest.approx(120.0, rel=1e-14)


def test_equal_shares_are_the_limit_of_equally_small_values() -> None:
    gaps = []
    exact = ang2004_lmdi([[[0.0, 0.0, 2.0], FIRST[1]], SECOND]).by_category[0, 0]
    for small in (1e-20, 1e-60, 1e-140):
        near = ang2004_lmdi([[[small, small, 2.0], FIRST[1]], SECOND]).by_category[0, 0]
        gaps.append(np.abs(near - exact).max())
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.2


@pytest.mark.parametrize(
    ("start", "end", "effect"),
    [
        ([0.0, 2.0], [3.0, 2.0], [6.0, 0.0]),  # appears: all of it to the zero factor
        ([3.0, 2.0], [0.0, 2.0], [-6.0, 0.0]),  # disappears
        ([0.0, 2.0], [0.0, 7.0], [0.0, 0.0]),  # absent throughout
        ([0.0, 0.0], [0.0, 7.0], [0.0, 0.0]),
        ([3.0, 0.0], [0.0, 7.0], [0.0, 0.0]),
        ([0.0, 0.0], [0.0, 0.0], [0.0, 0.0]),
        ([3.0, 2.0], [0.0, 0.0], [-3.0, -3.0]),
        ([1e-200, 1e-200], [3.0, 2.0], [3.0, 3.0]),  # the product underflows
    ],
)
def test_zero_rules(start: list[float], end: list[float], effect: list[float]) -> None:
    result = ang2004_lmdi([[start], [end]])
    assert result.by_category[0, 0].tolist() == effect


def test_no_change_of_the_total_still_shows_the_opposed_effects() -> None:
    result = ang2004_lmdi([[[2.0, 3.0]], [[3.0, 2.0]]])
    assert result.effects[0] == pytest.approx([6 * np.log(1.5), -6 * np.log(1.5)])
    assert result.ratios[0] == pytest.approx([1.5, 1 / 1.5])


def test_steps_from_the_first_year_and_chained_steps_end_at_the_same_change() -> None:
    factors = np.array([FIRST, SECOND, [[8.0, 2.0, 4.0], [5.0, 7.0, 5.0]]])
    chained, direct = ang2004_lmdi(factors), ang2004_lmdi(factors, chained=False)
    assert chained.change.tolist() == [100.0, 59.0]
    assert direct.change.tolist() == [100.0, 159.0]
    assert chained.cumulative.sum(axis=1) == pytest.approx(direct.cumulative.sum(axis=1))
    assert chained.cumulative_ratios.prod(axis=1) == pytest.approx(direct.ratio)
    assert np.abs(chained.cumulative[1] - direct.cumulative[1]).max() > 1.0
    assert np.array_equal(chained.by_category[0], direct.by_category[0])


def test_ratios_are_undefined_where_a_total_is_zero() -> None:
    result = ang2004_lmdi([[[0.0, 1.0]], [[2.0, 1.0]]])
    assert np.isnan(result.ratio).all()
    assert np.isnan(result.ratios).all()
    assert np.isnan(result.ratios_by_category).all()
    assert result.effects.tolist() == [[2.0, 0.0]]


@pytest.mark.parametrize(
    ("factors", "code"),
    [
        ([[1.0, 2.0], [1.0, 2.0]], "series_length"),
        (np.ones((2, 0, 3)), "series_length"),
        ([FIRST], "series_too_short"),
        ([[[1.0, -2.0]], [[1.0, 2.0]]], "series_negative"),
        ([[[1.0, np.nan]], [[1.0, 2.0]]], "series_not_finite"),
    ],
)
def test_factors_are_refused(factors: ArrayLike, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        ang2004_lmdi(factors)
    assert caught.value.findings[0].code == code


@pytest.mark.parametrize(
    ("total", "code"),
    [
        ([80.0, 181.0], "parts_unequal"),
        ([80.0], "series_length"),
        ([[20.0, 60.0], [60.0, 119.0]], "parts_unequal"),
    ],
)
def test_a_total_that_the_factors_do_not_give_is_refused(total: ArrayLike, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        ang2004_lmdi([FIRST, SECOND], total=total)
    assert caught.value.findings[0].code == code


@pytest.mark.parametrize("total", [[80.0, 180.0], [[20.0, 60.0], [60.0, 120.0]]])
def test_a_total_that_agrees_changes_nothing(total: ArrayLike) -> None:
    assert np.array_equal(
        ang2004_lmdi([FIRST, SECOND], total=total).effects, ang2004_lmdi([FIRST, SECOND]).effects
    )
