"""The rolling backtest of one item: nine years, four origins a year, three methods."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.monthly import FlashFigures, Issue, unit_of
from dafeng.table import frame_of
from dafeng.tracking.nowcast import score_nowcasts

if TYPE_CHECKING:
    import polars as pl
    from pytest_benchmark.fixture import BenchmarkFixture

YEARS = range(2010, 2025)
LIMIT_SECONDS = 10.0


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    """Return fifteen years of an invented item with a season, growth and noise."""
    rng, rows = np.random.default_rng(7), []
    season = 1 + 0.15 * np.sin(np.arange(11))
    season[0] = 1.8
    for year in YEARS:
        slots = season * np.exp(0.03 * (year - YEARS[0]) + 0.04 * rng.standard_normal(11))
        rows += [
            {
                "region": "CN-SX", "period": f"{year}-{month:02d} ytd", "item": "cement",
                "known_on": Issue(year, month).opens_on(20).isoformat(), "known_assumed": False,
                "unit": unit_of("cement"), "value": float(slots[: month - 1].sum()), "source": None,
            }
            for month in range(2, 13)
        ]  # fmt: skip
    return frame_of(rows, FlashFigures)


def test_backtest_of_one_item(benchmark: BenchmarkFixture, figures: pl.DataFrame) -> None:
    scores = benchmark.pedantic(score_nowcasts, args=(figures, date(2026, 1, 1)), rounds=3, warmup_rounds=1)
    assert scores["cases"].sum() == 9 * 4 * 3
    assert benchmark.stats.stats.max < LIMIT_SECONDS
