"""Shares of the rules against a simulation that other code made."""

from __future__ import annotations

import csv
from math import sqrt
from pathlib import Path

import pytest

from dafeng.peaktest import PeakCase, PeakRule, simulate_error_rates

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))
RULES = {
    "mk_after_max": PeakRule(min_years=0, flat_slope=0.0),
    "wri_and_mk": PeakRule(flat_slope=0.0),
}
SAMPLES = 4000


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row['truth']}-{row['rule']}-{row['years_after_turn']}"
)
def test_share_declared_peaked(row: dict[str, str]) -> None:
    case = PeakCase(int(row["years_after_turn"]), float(row["noise_sd"]), float(row["ar1"]))
    rates = simulate_error_rates(case, RULES[row["rule"]], samples=SAMPLES)
    ours = rates.shares[row["truth"]]["peaked"]  # type: ignore[index]
    theirs = float(row["share_declared_peaked"])
    middle = (ours + theirs) / 2
    assert abs(ours - theirs) <= 3 * sqrt(2 * middle * (1 - middle) / SAMPLES) + 0.002
