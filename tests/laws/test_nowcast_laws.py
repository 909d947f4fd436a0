"""Laws of the nowcast: bounds, exactness of what is published, nothing known later, order of rows."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng.monthly import FlashFigures, Issue, unit_of
from dafeng.table import frame_of
from dafeng.tracking.nowcast import DrawOptions, nowcast_items

LATE = date(2030, 1, 1)
OPTIONS = DrawOptions(draws=200)
QUANTILES = ["p05", "p10", "p50", "p90", "p95"]
YEAR = 2021

Slots = st.lists(st.floats(0.0, 1000.0), min_size=11 * 4, max_size=11 * 4)
Through = st.integers(0, 12)


def figures_of(values: list[float], through: int) -> pl.DataFrame:
    rows = []
    for place, year in enumerate(range(YEAR - 3, YEAR + 1)):
        totals = np.cumsum(values[11 * place : 11 * place + 11])
        rows += [
            {
                "region": "CN-SX", "period": f"{year}-{month:02d} ytd", "item": "solar_added",
                "known_on": Issue(year, month).opens_on(20).isoformat(), "known_assumed": False,
                "unit": unit_of("solar_added"), "value": float(totals[month - 2]), "source": None,
            }
            for month in range(2, (through if year == YEAR else 12) + 1)
        ]  # fmt: skip
    return frame_of(rows, FlashFigures)


@settings(max_examples=15, deadline=None)
@given(values=Slots, through=Through)
def test_quantiles_are_in_order_and_never_below_what_is_known(values: list[float], through: int) -> None:
    frame = nowcast_items(figures_of(values, through), YEAR, LATE, options=OPTIONS).nowcasts
    for row in frame.iter_rows(named=True):
        quantiles = [row[name] for name in QUANTILES]
        assert quantiles == sorted(quantiles)
        known = row["known"] or 0.0
        assert min(quantiles[0], row["mean"]) >= known >= 0.0
        assert np.isfinite(row["mean"])
        assert (row["known"] is None) == (row["through_month"] == 0)


@settings(max_examples=8, deadline=None)
@given(values=Slots)
def test_a_published_year_is_complete_and_has_no_spread(values: list[float]) -> None:
    frame = nowcast_items(figures_of(values, 12), YEAR, LATE, options=OPTIONS).nowcasts
    for row in frame.iter_rows(named=True):
        assert row["method"] == "complete"
        assert {row[name] for name in [*QUANTILES, "mean"]} == {row["known"]}


@settings(max_examples=8, deadline=None)
@given(values=Slots, through=st.integers(2, 11), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(values: list[float], through: int, order: object) -> None:
    table = figures_of(values, through)
    places = list(range(table.height))
    order.shuffle(places)  # type: ignore[attr-defined]
    usual, mixed = (
        nowcast_items(each, YEAR, LATE, options=OPTIONS).nowcasts for each in (table, table[places])
    )
    assert usual.equals(mixed)


@settings(max_examples=8, deadline=None)
@given(values=Slots, through=st.integers(3, 11), later=st.floats(0.0, 1e6))
def test_nothing_that_became_known_later_is_used(values: list[float], through: int, later: float) -> None:
    table = figures_of(values, through)
    day = Issue(YEAR, through - 1).opens_on(25)
    changed = table.with_columns(
        value=pl.when(pl.col("known_on") > day.isoformat()).then(pl.lit(later)).otherwise("value")
    )
    usual, other = (nowcast_items(each, YEAR, day, options=OPTIONS) for each in (table, changed))
    assert usual.nowcasts.equals(other.nowcasts)
    assert usual.failed == other.failed
