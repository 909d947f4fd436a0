"""Annuities against a printed table of capital recovery factors."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dafeng.pathway.money import annualise_cost

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['years']}a-{row['rate']}")
def test_factor_is_the_printed_one(row: dict[str, str]) -> None:
    found = annualise_cost(1.0, int(row["years"]), float(row["rate"]))
    assert found == pytest.approx(float(row["factor"]), abs=5.001e-6)
