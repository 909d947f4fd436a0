"""Annuities, the levelised cost of a tonne, prices of another year."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dafeng.errors import InputRefused
from dafeng.pathway.money import (
    CashFlow,
    TonneCost,
    annualise_cost,
    convert_prices,
    levelised_abatement_cost,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def test_payments_of_a_loan() -> None:
    """The example of numpy-financial's ``pmt``: 200,000 over 15 years at 7.5 % a year, monthly."""
    assert annualise_cost(200_000, 12 * 15, 0.075 / 12) == pytest.approx(1854.0247200054619, rel=1e-12)


def test_without_interest_the_cost_is_spread_evenly() -> None:
    assert annualise_cost(900.0, 30, 0.0) == 30.0
    assert annualise_cost(900.0, 30, 1e-12) == pytest.approx(30.0)


@given(st.floats(1, 1e9), st.integers(1, 60), st.floats(0, 0.5))
def test_payments_are_worth_the_investment(investment: float, lifetime: int, rate: float) -> None:
    payment = annualise_cost(investment, lifetime, rate)
    worth = sum(payment / (1 + rate) ** year for year in range(1, lifetime + 1))
    assert worth == pytest.approx(investment, rel=1e-9)


def test_levelised_cost_by_hand() -> None:
    """K 1000 at once, O 20, S 120, A 10 in two years, 10 %: (1000 - 100 q) / 10 q, q = 1/1.1 + 1/1.21."""
    flow = CashFlow([1000, 0, 0], [0, 20, 20], [0, 120, 120], [0, 10, 10], 2020)
    annuity = 1 / 1.1 + 1 / 1.21
    found = levelised_abatement_cost(flow, 0.10)
    assert found == TonneCost(pytest.approx((1000 - 100 * annuity) / (10 * annuity)), 2020)
    assert found.cost_cny_per_t == pytest.approx(47.619, abs=5e-4)


def test_constant_flows_agree_with_the_annuity_and_savings_make_costs_negative() -> None:
    years = np.r_[0, np.ones(20)]
    flow = CashFlow(np.r_[1000.0, np.zeros(20)], 30 * years, 200 * years, 5 * years, 2022)
    expected = (annualise_cost(1000.0, 20, 0.08) + 30 - 200) / 5
    found = levelised_abatement_cost(flow, 0.08)
    assert found.cost_cny_per_t == pytest.approx(expected)
    assert found.cost_cny_per_t < 0


def test_prices_of_another_year() -> None:
    cost = TonneCost(100.0, 2015)
    assert convert_prices(cost, 2015) == cost
    assert convert_prices(cost, 2020, {2015: 0.8, 2020: 1.0}) == TonneCost(125.0, 2020)


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "no deflator": ("deflator_missing", lambda: convert_prices(TonneCost(1.0, 2015), 2020)),
    "half": ("deflator_missing", lambda: convert_prices(TonneCost(1.0, 2015), 2020, {2015: 1.0})),
    "zero": ("series_not_positive", lambda: convert_prices(TonneCost(1.0, 2015), 2020, {2015: 0, 2020: 1})),
    "investment": ("series_not_finite", lambda: annualise_cost(nan, 10, 0.1)),
    "lifetime": ("series_not_positive", lambda: annualise_cost(1.0, 0, 0.1)),
    "rate": ("series_negative", lambda: annualise_cost(1.0, 10, -0.1)),
    "rate nan": ("series_not_finite", lambda: annualise_cost(1.0, 10, nan)),
    "lengths": ("series_length", lambda: levelised_abatement_cost(CashFlow([1], [1, 2], [1], [1], 2020), 0)),
    "empty": ("series_too_short", lambda: levelised_abatement_cost(CashFlow([], [], [], [], 2020), 0)),
    "hole": ("series_not_finite", lambda: levelised_abatement_cost(CashFlow([1], [nan], [1], [1], 2020), 0)),
    "nothing": (
        "series_not_positive", lambda: levelised_abatement_cost(CashFlow([1], [1], [1], [0], 2020), 0)
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case: str) -> None:
    code, call = REFUSED[case]
    with pytest.raises(InputRefused) as caught:
        call()
    assert [finding.code for finding in caught.value.findings] == [code]
