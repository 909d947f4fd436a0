"""Laws of conversion: there and back, by way of a third unit, and through numerator and denominator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dafeng.units import conversion_factor

KINDS = {
    "energy": [
        "tce",
        "kgce",
        "10^4 tce",
        "万吨标准煤",
        "亿千瓦时",
        "万千瓦时",
        "kWh",
        "TJ",
        "10^10 kJ",
        "GJ",
        "toe",
    ],
    "mass": ["t", "kg", "万吨", "亿吨", "10^4 t", "Mt"],
    "carbon": ["t CO2", "kg CO2", "Mt CO2", "百万吨CO2", "10^4 t CO2"],
    "volume": ["m3", "亿立方米", "10^4 m3", "10^8 m3"],
    "power": ["kW", "万千瓦", "亿千瓦", "MW", "10^4 kW"],
    "area": ["m2", "km2", "万亩", "mu", "10^4 m2"],
    "share": ["%", "1", "pp"],
}
pairs = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.tuples(*[st.sampled_from(KINDS[kind])] * 3))


@given(pairs)
def test_there_and_back_is_one(units: tuple[str, str, str]) -> None:
    a, b, _ = units
    assert conversion_factor(a, b) * conversion_factor(b, a) == pytest.approx(1, rel=1e-12)


@given(pairs)
def test_by_way_of_a_third_unit_is_the_same(units: tuple[str, str, str]) -> None:
    a, b, c = units
    assert conversion_factor(a, c) == pytest.approx(
        conversion_factor(a, b) * conversion_factor(b, c), rel=1e-12
    )


@given(pairs, pairs)
def test_a_ratio_converts_above_and_below(above: tuple[str, str, str], below: tuple[str, str, str]) -> None:
    ratio = conversion_factor(f"{above[0]}/{below[0]}", f"{above[1]}/{below[1]}")
    assert ratio == pytest.approx(
        conversion_factor(above[0], above[1]) / conversion_factor(below[0], below[1]), rel=1e-12
    )
