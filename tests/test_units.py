"""Units of Chinese energy statistics: spelling, size, and what must not mix."""

from __future__ import annotations

import math

import pytest

from dafeng import terms
from dafeng.errors import UnitError
from dafeng.units import GWP_SETS, conversion_factor, pint_expression


@pytest.mark.parametrize(
    ("unit", "target", "factor"),
    [
        ("亿千瓦时", "kWh", 1e8),
        ("万千瓦时", "MWh", 10),
        ("万千瓦", "MW", 10),
        ("亿千瓦", "GW", 100),
        ("万吨", "t", 1e4),
        ("亿吨", "万吨", 1e4),
        ("亿立方米", "m3", 1e8),
        ("万吨标准煤", "tce", 1e4),
        ("亿吨标准煤", "万吨标准煤", 1e4),
        ("克标准煤/千瓦时", "kgce/kWh", 1e-3),
        ("gce/kWh", "tce/10^4 kWh", 1e-2),
        ("10^8 kWh", "TJ", 360),
        ("10^10 kJ", "TJ", 10),
        ("10^4 t", "Mt", 0.01),
        ("10^8 m3", "10^4 m3", 1e4),
        ("万亩", "km2", 1e8 / 15 / 1e6),
        ("百万吨CO2", "t CO2", 1e6),
        ("Mt CO2", "10^4 t CO2", 100),
        ("kg CO2/kWh", "t CO2/MWh", 1),
        ("%", "1", 0.01),
        ("pp", "%", 1),
        ("亿元", "10^4 CNY", 1e4),
        ("元/吨", "万元/万吨", 1),
    ],
)
def test_sizes(unit: str, target: str, factor: float) -> None:
    assert conversion_factor(unit, target) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "target", "factor"),
    [
        ("t CO2/10^4 m3", "t CO2/m3", 1e-4),
        ("t/10^4 t", "t/10^4 kg", 1e-3),
        ("kWh/gce", "kWh/kgce", 1e3),
        ("t/亿千瓦时", "t/kWh", 1e-8),
        ("m3/t/yr", "m3/kg/yr", 1e-3),
    ],
)
def test_a_denominator_keeps_its_power_of_ten_and_its_direction(
    unit: str, target: str, factor: float
) -> None:
    assert conversion_factor(unit, target) == pytest.approx(factor, rel=1e-12)
    assert conversion_factor(target, unit) == pytest.approx(1 / factor, rel=1e-12)


def test_an_explicit_bracket_is_left_as_it_is() -> None:
    assert pint_expression("kWh/(10^4 t)") == "kWh/(1e4 t)"


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        ("CNY_2020", "CNY_2021"),
        ("CNY", "CNY_2020"),
        ("tCO2e_AR5", "tCO2e_AR6"),
        ("tCO2e_AR5", "tCO2e_AR5CCF"),
        ("t CO2", "tCO2e_AR5"),
        ("t CO2", "t"),
        ("kWh", "kW"),
        ("t CO2/person", "t CO2"),
        ("person", "1"),
        ("tce", "t"),
        ("degC", "K"),
    ],
)
def test_what_must_not_mix_is_refused(unit: str, target: str) -> None:
    with pytest.raises(UnitError) as caught:
        conversion_factor(unit, target)
    (finding,) = caught.value.findings
    assert (finding.code, finding.params) == ("unit_mismatch", {"unit": unit, "target": target})
    assert caught.value.exit_code == 2


def test_every_pair_of_gwp_sets_is_kept_apart() -> None:
    for one in GWP_SETS:
        for other in GWP_SETS:
            if one == other:
                assert conversion_factor(f"tCO2e_{one}", f"tCO2e_{other}") == 1
            else:
                with pytest.raises(UnitError):
                    conversion_factor(f"tCO2e_{one}", f"tCO2e_{other}")


@pytest.mark.parametrize(
    "unit", ["furlongs!", "标煤", "(", "[", "'", "tCO2e", "CNY_1900", "0", "10^400 t", "-1"]
)
def test_an_unknown_or_impossible_unit_is_refused_by_name(unit: str) -> None:
    for pair in ((unit, "t"), ("t", unit)):
        with pytest.raises(UnitError) as caught:
            conversion_factor(*pair)
        assert caught.value.findings[0].code == "unit_unknown"
        assert caught.value.findings[0].params["unit"] == unit


def test_every_unit_of_the_fuels_can_be_read() -> None:
    units = {row["activity_unit"] for row in terms.entries("fuels").values()}
    assert units
    for unit in units:
        assert math.isfinite(conversion_factor(unit, unit))
    secondary = terms.entries("fuels")
    assert conversion_factor(secondary["Heat"]["activity_unit"], "TJ") == 10
    assert conversion_factor(secondary["Electricity"]["activity_unit"], "TJ") == pytest.approx(360)
