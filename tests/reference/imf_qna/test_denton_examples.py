"""Published examples of proportional Denton benchmarking."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from dafeng.inventory.flash import denton_cholette

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize(("example", "tolerance"), [("imf_2001", 0.06), ("stata", 1e-5)])
def test_published_series(example: str, tolerance: float) -> None:
    rows = [row for row in ROWS if row["example"] == example]
    years = sorted({row["benchmark_year"] for row in rows} - {""})
    totals = [next(float(r["benchmark"]) for r in rows if r["benchmark_year"] == year) for year in years]
    blocks = [years.index(row["benchmark_year"]) if row["benchmark_year"] else None for row in rows]
    made = denton_cholette([float(row["indicator"]) for row in rows], blocks, totals)
    expected = np.array([float(row["expected"]) for row in rows])
    assert np.abs(made - expected).max() < tolerance
    # a pro rata distribution is far away: the example can tell the methods apart
    share = np.array([float(row["indicator"]) for row in rows[:4]])
    assert np.abs(share / share.sum() * totals[0] - expected[:4]).max() > 2
