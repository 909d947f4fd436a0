"""Monthly figures of an invented item: a season, a steady growth and a little noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.monthly import Issue

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

SEASON = np.array([1.7, 1.0, 0.9, 0.9, 1.0, 1.1, 1.1, 1.0, 0.95, 1.0, 1.15])
"""January with February, then March to December."""


def slots_of(year: int, *, noise: float = 0.02, growth: float = 0.04) -> np.ndarray:
    """Return the eleven slots of a year."""
    rng = np.random.default_rng(year)
    return 100 * np.exp(growth * (year - 2014)) * SEASON * np.exp(noise * rng.standard_normal(11))


@pytest.fixture
def monthly(figures: Callable[..., pl.DataFrame]) -> Callable[..., pl.DataFrame]:
    """Return a maker of year-to-date figures: years, last month of the last year, item."""

    def make(
        first: int, last: int, through: int = 12, item: str = "cement", *, scale: float = 1.0, **how: float
    ) -> pl.DataFrame:
        rows = []
        for year in range(first, last + 1):
            totals = scale * slots_of(year, **how).cumsum()
            for month in range(2, (through if year == last else 12) + 1):
                day = Issue(year, month).opens_on(20).isoformat()
                rows.append((f"{year}-{month:02d} ytd", item, totals[month - 2], day))
        return figures(rows)

    return make
