"""How often the rule is right and wrong, and the same against a simulation made elsewhere."""

from __future__ import annotations

import csv
import os
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from dafeng.errors import InputRefused
from dafeng.peaktest import DEFAULT_RULE, VERDICTS, PeakCase, PeakRule, simulate_error_rates
from dafeng.peaktest.error_rates import simulate_series

RULES = {
    "mk_after_max": PeakRule(min_years=0, flat_slope=0.0),
    "wri_and_mk": PeakRule(flat_slope=0.0),
}


def simulation_table() -> Path:
    """Return the path of the simulated shares, or skip."""
    given = os.environ.get("DAFENG_TEST_DATA")
    root = Path(given) if given else Path(__file__).resolve().parents[3] / "shared" / "data"
    path = root / "pathways" / "peak_rule_simulation.csv"
    if not path.exists():
        pytest.skip(f"needs {path.name} under DAFENG_TEST_DATA")
    return path


@pytest.mark.parametrize("years", [5, 6, 8, 10, 12, 15, 20, 30])
@pytest.mark.parametrize(("noise_sd", "ar1"), [(0.01, 0.0), (0.02, 0.5), (0.03, 0.5), (0.02, 0.7)])
def test_a_plateau_is_rarely_declared_peaked(noise_sd: float, ar1: float, years: int) -> None:
    rates = simulate_error_rates(PeakCase(years_since_turn=years, noise_sd=noise_sd, ar1=ar1))
    assert rates.false_alarm <= 0.10
    assert rates.false_alarm_growing <= 0.01


@pytest.mark.parametrize(("years", "least"), [(5, 0.60), (6, 0.80), (8, 0.97), (10, 0.99)])
def test_a_fall_of_two_percent_a_year_is_found(years: int, least: float) -> None:
    assert simulate_error_rates(PeakCase(years_since_turn=years)).hit >= least


def test_nothing_is_confirmed_before_five_years() -> None:
    rates = simulate_error_rates(PeakCase(years_since_turn=3))
    assert rates.hit <= 0.01
    assert rates.shares["declining"]["unconfirmed"] >= 0.9


def test_the_demand_for_a_material_fall_keeps_old_plateaus_from_being_declared_peaked() -> None:
    case = PeakCase(years_since_turn=20)
    assert simulate_error_rates(case, PeakRule(flat_slope=0.0)).false_alarm > 0.12
    assert simulate_error_rates(case).false_alarm < 0.06


def test_a_long_plateau_is_mostly_called_a_plateau() -> None:
    assert simulate_error_rates(PeakCase(years_since_turn=12)).shares["plateau"]["plateau"] >= 0.6


def test_shares_add_up_and_repeat_with_the_seed() -> None:
    first, again = (simulate_error_rates(PeakCase(), samples=300, seed=9) for _ in range(2))
    other = simulate_error_rates(PeakCase(), samples=300, seed=10)
    assert first == again
    assert first.shares != other.shares
    assert (first.case, first.rule, first.samples, first.seed) == (PeakCase(), DEFAULT_RULE, 300, 9)
    for shares in first.shares.values():
        assert set(shares) == set(VERDICTS)
        assert sum(shares.values()) == pytest.approx(1.0)
    assert first.standard_error(0.5) == pytest.approx(np.sqrt(0.25 / 300))


def test_simulated_series_have_the_course_and_the_noise_asked_for() -> None:
    case = PeakCase(years_since_turn=10, noise_sd=0.03, ar1=0.6, decline=0.04)
    series = simulate_series(case, "declining", 4000, 1)
    assert series.shape == (4000, 26)
    assert series[:, 15].mean() == pytest.approx(1.0, abs=0.003)
    assert series[:, -1].mean() == pytest.approx(0.96**10, abs=0.003)
    assert series[:, 0].std() == pytest.approx(0.03 * 1.03**-15, rel=0.05)
    assert np.corrcoef(series[:, 15], series[:, 16])[0, 1] == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize("settings", [{"ar1": 1.0}, {"noise_sd": -0.1}, {"years_before": 0}])
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(InputRefused) as caught:
        PeakCase(**settings)  # type: ignore[arg-type]
    assert caught.value.findings[0].code == "setting_invalid"


def test_no_samples_are_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        simulate_error_rates(PeakCase(), samples=0)
    assert caught.value.findings[0].code == "series_too_short"


@pytest.mark.data
@pytest.mark.parametrize("rule", ["mk_after_max", "wri_and_mk"])
def test_shares_agree_with_a_simulation_made_elsewhere(rule: str) -> None:
    """Both drew 4000 series a case: 4.5 standard errors of the difference, 0.004 more for rare ones."""
    table = csv.DictReader(simulation_table().read_text("utf-8").splitlines())
    rows = [row for row in table if row["rule"] == rule]

    def case_of(row: dict[str, str]) -> tuple[float, float, int]:
        return float(row["noise_sd"]), float(row["ar1"]), int(row["years_after_turn"])

    compared = 0
    for (noise_sd, ar1, years), group in groupby(sorted(rows, key=case_of), case_of):
        case = PeakCase(years_since_turn=years, noise_sd=noise_sd, ar1=ar1)
        rates = simulate_error_rates(case, RULES[rule])
        for row in group:
            theirs = float(row["share_declared_peaked"])
            ours = rates.shares[row["truth"]]["peaked"]  # type: ignore[index]
            pooled = (ours + theirs) / 2
            allowed = 4.5 * np.sqrt(2 * pooled * (1 - pooled) / 4000) + 0.004
            assert abs(ours - theirs) <= allowed, (row, ours)
            compared += 1
    assert compared == 54
