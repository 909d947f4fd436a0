"""Waste: closed forms of first-order decay, products by hand, gaps, hostile input."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from tests.inventory.guideline.activity_tables import activities, by_category, factors

from dafeng.errors import InputRefused
from dafeng.inventory.guideline.waste import LandfillParameters, decay_landfill, emit_waste

BULK = LandfillParameters(doc=0.15, docf=0.5, mcf=1.0, k=0.05, f=0.5, ox=0.0)


def test_constant_input_tends_to_input_times_potential() -> None:
    generated = decay_landfill(np.full(600, 100.0), BULK)
    assert generated[0] == 0.0  # decay begins in the year after
    assert generated[-1] == pytest.approx(100 * 0.15 * 0.5 * 0.5 * 16 / 12, rel=1e-9)


def test_one_input_gives_its_potential_in_the_end_and_decays_by_the_same_share() -> None:
    waste = np.zeros(800)
    waste[0] = 10.0
    generated = decay_landfill(waste, BULK)
    assert generated.sum() == pytest.approx(10 * float(BULK.potential()), rel=1e-9)
    assert generated[2:20] / generated[1:19] == pytest.approx(np.full(18, math.exp(-0.05)))


def test_closed_form_of_any_series() -> None:
    waste = np.array([3.0, 0.0, 5.0, 2.0, 8.0])
    expected = [
        sum(
            waste[i] * float(BULK.potential()) * (math.exp(-0.05 * (t - i - 1)) - math.exp(-0.05 * (t - i)))
            for i in range(t)
        )
        for t in range(5)
    ]
    assert decay_landfill(waste, BULK) == pytest.approx(expected)


def test_components_decay_each_at_its_own_rate() -> None:
    waste = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    mixed = LandfillParameters(
        doc=np.array([0.4, 0.15]), docf=0.5, mcf=1.0, k=np.array([0.04, 0.185]), f=0.5, ox=0.0
    )
    apart = [
        decay_landfill(waste[i], LandfillParameters(doc, 0.5, 1.0, k, 0.5, 0.0))
        for i, (doc, k) in enumerate([(0.4, 0.04), (0.15, 0.185)])
    ]
    assert decay_landfill(waste, mixed) == pytest.approx(apart[0] + apart[1])


def series(years: list[int], tonnes: float = 100.0, **more: float) -> pl.DataFrame:
    return pl.concat([activities(year=year, msw_landfilled=tonnes, **more) for year in years])


def test_a_gap_in_disposal_leaves_the_years_after_it_open() -> None:
    lines = emit_waste(series([2000, 2001, 2002, 2004, 2005]), factors())
    landfill = lines.filter(pl.col("category") == "4A")
    by_year = dict(landfill.select("year", "value").iter_rows())
    assert by_year[2002] is not None
    assert by_year[2004] is None
    assert by_year[2005] is None
    # 100 x 10^4 t = 1000 kt; two years of disposal have decayed once and twice
    potential = 1000 * 0.09 * 0.5 * 0.5 * 16 / 12
    assert by_year[2002] == pytest.approx(potential * (1 - math.exp(-0.10)))


def test_recovery_is_subtracted_before_oxidation_and_cannot_exceed_generation() -> None:
    ox = ("landfill_ox", "", "1", 0.1)
    plain = emit_waste(series([2000, 2001]), factors(ox, year=2001))
    less = emit_waste(series([2000, 2001], landfill_methane_recovered=0.0), factors(ox, year=2001))
    value = by_category(plain.filter(pl.col("year") == 2001))["4A"]
    assert value == pytest.approx(1000 * 0.03 * (1 - math.exp(-0.05)) * 0.9)
    assert by_category(less.filter(pl.col("year") == 2001))["4A"] == value
    with pytest.raises(InputRefused) as raised:
        emit_waste(series([2000, 2001], landfill_methane_recovered=50.0), factors())
    assert raised.value.findings[0].code == "recovery_exceeds"


def test_short_series_say_that_they_are_too_low() -> None:
    lines = emit_waste(series([2000, 2001]), factors()).filter(pl.col("category") == "4A")
    assert all("too low" in note for note in lines["note_en"])


def test_incineration_by_hand() -> None:
    found = by_category(
        emit_waste(activities(msw_incinerated=100.0, hazardous_waste_incinerated=10.0), factors()), "CO2"
    )
    msw, hazardous = 1000 * 0.4 * 0.4 * 0.95 * 44 / 12, 100 * 0.5 * 0.9 * 0.995 * 44 / 12
    assert found["4C"] == pytest.approx(msw + hazardous)


def test_composting_by_hand() -> None:
    lines = emit_waste(activities(waste_composted=10.0), factors())
    composted = lines.filter(pl.col("sector") == "waste_composted")
    assert by_category(composted)["4B"] == pytest.approx(10 * 4 * 0.01)
    assert by_category(composted, "N2O")["4B"] == pytest.approx(10 * 0.24 * 0.01)


def test_wastewater_needs_its_correction_factor() -> None:
    given = activities(domestic_bod=50.0, industrial_cod=20.0, domestic_nitrogen_effluent=7.0)
    without = by_category(emit_waste(given, factors()))
    assert without["4D1"] is None
    assert without["4D2"] is None
    own = factors(("mcf_domestic", "", "1", 0.3), ("mcf_industrial", "", "1", 0.2))
    lines = emit_waste(given, own)
    assert by_category(lines)["4D1"] == pytest.approx(50 * 0.6 * 0.3)
    assert by_category(lines)["4D2"] == pytest.approx(20 * 0.25 * 0.2)
    assert by_category(lines, "N2O")["4D1"] == pytest.approx(7 * 0.005 * 44 / 28)


def test_a_parameter_in_percent_is_refused() -> None:
    with pytest.raises(InputRefused) as raised:
        emit_waste(activities(domestic_bod=1.0), factors(("mcf_domestic", "", "%", 30.0)))
    assert raised.value.findings[0].code == "unit_wrong"
