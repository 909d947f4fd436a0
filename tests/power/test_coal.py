"""Coal rates: the curve through full and minimum load, heat and power, the mean of a fleet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dafeng.power.coal import LoadCurve, allocate_heat_fuel, assume_online, mean_coal_rate

CURVES = st.builds(LoadCurve, st.floats(200, 450), st.floats(0.2, 0.8), st.floats(0.0, 0.3))


def test_curve_meets_full_and_minimum_load() -> None:
    curve = LoadCurve(300.0, 0.4, 0.12)
    assert curve.rate_at([1.0, 0.4]).tolist() == pytest.approx([300.0, 336.0])
    assert curve.stand_by == pytest.approx(300 * 0.12 * 0.4 / 0.6)
    assert curve.middle == pytest.approx(curve.stand_by / 0.7 + curve.slope)


@given(CURVES, st.floats(0.2, 1.0), st.floats(0.2, 1.0))
def test_rate_falls_with_load(curve: LoadCurve, one: float, other: float) -> None:
    low, high = sorted((one, other))
    rates = curve.rate_at([low, high])
    assert rates[0] >= rates[1] - 1e-9


@given(CURVES, st.floats(0.2, 1.0), st.floats(1.0, 5000.0))
def test_fuel_of_an_hour_is_rate_times_power(curve: LoadCurve, factor: float, online: float) -> None:
    power = np.array([factor * online])
    fuel = curve.burn(power, np.array([online]))
    assert fuel[0] == pytest.approx(curve.rate_at(factor) * power[0] / 1000.0)


def test_no_penalty_is_a_constant_rate() -> None:
    assert LoadCurve(300.0, 0.5, 0.0).rate_at([0.5, 0.9]).tolist() == [300.0, 300.0]


def test_output_brings_online_what_it_needs() -> None:
    online = assume_online(np.array([0.0, 50.0, 80.0]), 100.0, 0.6)
    assert online.tolist() == [60.0, 60.0, 80.0]


def test_heat_never_carries_more_than_all_the_fuel() -> None:
    fuel, power, heat = np.array([10.0]), np.array([0.0]), np.array([1000.0])
    assert allocate_heat_fuel(fuel, power, heat, "heat", 0.9).tolist() == [10.0]
    assert allocate_heat_fuel(fuel, power, heat * 0, "power_loss", 0.2).tolist() == [0.0]


def test_power_loss_leaves_the_power_at_its_condensing_rate() -> None:
    fuel, power, heat = np.array([300.0]), np.array([900.0]), np.array([500.0])
    carried = allocate_heat_fuel(fuel, power, heat, "power_loss", 0.2)
    assert (fuel - carried) / power == pytest.approx(fuel / (power + 0.2 * heat))


def test_mean_rate_is_weighted_by_power() -> None:
    assert mean_coal_rate([300.0, 700.0], [1000.0, 2000.0]) == pytest.approx(1000.0 / 3.0)
    assert mean_coal_rate([0.0], [0.0]) is None
