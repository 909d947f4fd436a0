"""Coal equivalent against the coefficients that GB/T 2589 prints."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dafeng.units import conversion_factor

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))
TOLERANCE = {"electricity": 1e-4}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["energy"])
def test_heat_gives_the_printed_coefficient(row: dict[str, str]) -> None:
    factor = conversion_factor(row["heat_unit"], row["coefficient_unit"])
    computed = float(row["heat"]) * factor
    assert computed == pytest.approx(float(row["coefficient"]), abs=TOLERANCE.get(row["energy"], 5e-5))


def test_one_tonne_is_what_the_statistics_say() -> None:
    assert conversion_factor("10^4 tce", "TJ") == 293.076
    assert conversion_factor("tce", "toe") == pytest.approx(0.7, rel=1e-5)
