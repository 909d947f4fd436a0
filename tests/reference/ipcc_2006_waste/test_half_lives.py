"""First-order decay against the half-lives that the guideline prints beside its rates."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from dafeng.inventory.guideline.waste import LandfillParameters, decay_landfill

ROWS = list(csv.DictReader((Path(__file__).parent / "values.csv").read_text("utf-8").splitlines()))
TOLERANCE_YEARS = 1.0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['waste']}-{row['regime']}")
def test_half_of_the_methane_is_out_after_the_printed_half_life(row: dict[str, str]) -> None:
    waste = np.zeros(2000)
    waste[0] = 1.0
    parameters = LandfillParameters(0.15, 0.5, 1.0, float(row["k_per_year"]), 0.5, 0.0)
    share = decay_landfill(waste, parameters).cumsum() / float(parameters.potential())
    after = int(np.argmax(share >= 0.5))
    before = after - 1
    # the year in which the half is passed, between two ends of years
    passed = before + (0.5 - share[before]) / (share[after] - share[before])
    assert passed == pytest.approx(float(row["half_life_years"]), abs=TOLERANCE_YEARS)
