"""The Kaya identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.decomposition import KAYA_FACTORS, ang2004_lmdi, kaya1990
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

POPULATION, GDP, ENERGY, CO2 = [100.0, 102.0], [500.0, 600.0], [300.0, 310.0], [700.0, 690.0]


def test_the_product_of_the_factors_is_the_emission() -> None:
    kaya = kaya1990(POPULATION, GDP, ENERGY, CO2)
    assert kaya.factors.shape == (2, 1, len(KAYA_FACTORS))
    assert kaya.co2[:, 0] == pytest.approx(CO2, rel=1e-15)
    assert kaya.energy_intensity[:, 0].tolist() == [300 / 500, 310 / 600]


def test_the_factors_go_straight_into_lmdi() -> None:
    result = ang2004_lmdi(kaya1990(POPULATION, GDP, ENERGY, CO2).factors, total=CO2)
    assert result.effects.sum() == pytest.approx(-10.0)
    assert np.sign(result.effects[0]).tolist() == [1.0, 1.0, -1.0, -1.0]
    assert result.ratios[0, 0] == pytest.approx(1.02)


def test_regions_are_the_categories() -> None:
    kaya = kaya1990(*(np.column_stack((series, series)) for series in (POPULATION, GDP, ENERGY, CO2)))
    assert ang2004_lmdi(kaya.factors).change == pytest.approx([-20.0])


def test_no_emission_is_allowed() -> None:
    assert kaya1990([1.0], [1.0], [1.0], [0.0]).carbon_intensity.tolist() == [[0.0]]


@pytest.mark.parametrize(
    ("population", "gdp", "co2", "code"),
    [
        ([100.0], GDP, CO2, "series_length"),
        (POPULATION, [0.0, 1.0], CO2, "series_not_positive"),
        (POPULATION, [np.nan, 1.0], CO2, "series_not_finite"),
        (POPULATION, GDP, [-1.0, 1.0], "series_negative"),
    ],
)
def test_refusals(population: ArrayLike, gdp: ArrayLike, co2: ArrayLike, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        kaya1990(population, gdp, ENERGY, co2)
    assert caught.value.findings[0].code == code


def test_empty_series_and_scalars_are_refused() -> None:
    with pytest.raises(InputRefused) as empty:
        kaya1990([], [], [], [])
    with pytest.raises(InputRefused) as scalar:
        kaya1990(1.0, 1.0, 1.0, 1.0)
    assert empty.value.findings[0].code == "series_too_short"
    assert scalar.value.findings[0].code == "series_length"
