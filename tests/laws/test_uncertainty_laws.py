"""Laws of the uncertainty assessment, on drawn tables."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inventory.uncertainty.made_lines import lines

from dafeng.inventory.uncertainty import DrawPlan, UncertaintyPlan, assess_uncertainty
from dafeng.inventory.uncertainty.distributions import KINDS, fit_spread, quantile_of

CATEGORIES = ("1A1a", "1A2a", "1B1ai1", "2A1", "2C3")
PLAN = UncertaintyPlan(base_year=2010, draws=DrawPlan(draws=400, seed=1, threads=1))
MOST = settings(max_examples=25, deadline=None)

line = st.fixed_dictionaries(
    {
        "activity": st.floats(0.1, 1e4),
        "activity_uncertainty": st.none() | st.floats(0, 1),
        "factor_uncertainty": st.none() | st.floats(0, 1),
        "factor_id": st.none() | st.sampled_from(["coal", "oil"]),
    }
)


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    cells = [(year, category) for year in (2010, 2020) for category in CATEGORIES]
    chosen = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=8, unique=True))
    rows = [
        {"year": year, "category": category, **draw(line)} for year, category in [(2010, "1A1a"), *chosen]
    ]
    return list({(row["year"], row["category"]): row for row in rows}.values())


def assess(rows: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    return dict(assess_uncertainty(lines(*rows), PLAN).tables)


@MOST
@given(tables(), st.floats(1e-3, 1e3))
def test_relative_results_do_not_depend_on_the_unit(rows: list[dict[str, Any]], scale: float) -> None:
    there = assess(rows)["totals"]
    scaled = assess([{**row, "factor": 2.0 * scale} for row in rows])["totals"]
    for name in ("half_width_share", "covered_share", "trend_share", "trend_low", "trend_high"):
        left, right = there[name].to_list(), scaled[name].to_list()
        assert [x is None for x in left] == [x is None for x in right]
        assert [x for x in left if x is not None] == pytest.approx(
            [x for x in right if x is not None], rel=1e-6, abs=1e-9
        )


@MOST
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_draw(rows: list[dict[str, Any]], random: Any) -> None:
    mixed = list(rows)
    random.shuffle(mixed)
    assert assess(rows)["approach2"].equals(assess(mixed)["approach2"])


@MOST
@given(tables())
def test_intervals_hold_their_estimate_and_shares_are_shares(rows: list[dict[str, Any]]) -> None:
    made = assess(rows)
    totals = made["totals"].drop_nulls("low").filter(pl.col("method") != "approach2")
    assert (totals["low"] <= totals["covered"] * (1 + 1e-12)).all()
    assert (totals["high"] >= totals["covered"] * (1 - 1e-12)).all()
    keys = made["key_categories"]
    last = keys.group_by("year", "approach", "assessment").agg(
        pl.col("cumulative_share").max(),
        pl.col("is_key").any(),
        pl.col("contribution_share").sum().alias("sum"),
    )
    assert last["cumulative_share"].to_list() == pytest.approx([1.0] * last.height)
    assert last["is_key"].all()


@MOST
@given(tables())
def test_more_uncertainty_is_never_less(rows: list[dict[str, Any]]) -> None:
    """Wider factors widen error propagation; all factors here are positive, so sharing widens too."""
    wider = [
        {
            **row,
            "factor_uncertainty": None
            if row["factor_uncertainty"] is None
            else row["factor_uncertainty"] + 0.1,
        }
        for row in rows
    ]
    for method in ("approach1_independent", "approach1_shared"):
        width = [
            made["totals"].filter(pl.col("method") == method)["half_width_share"].fill_null(0.0).to_list()
            for made in (assess(rows), assess(wider))
        ]
        assert all(a <= b + 1e-12 for a, b in zip(*width, strict=True))
    totals = assess(rows)["totals"]
    apart, alike = (
        totals.filter(pl.col("method") == f"approach1_{name}")["half_width_share"].fill_null(0.0).to_list()
        for name in ("independent", "shared")
    )
    assert all(a <= b * (1 + 1e-9) + 1e-12 for a, b in zip(apart, alike, strict=True))


@MOST
@given(st.sampled_from(KINDS), st.floats(1e-4, 1.7))
def test_every_distribution_has_the_width_it_was_given(kind: Any, width: float) -> None:
    spread = fit_spread(kind, width)
    assert spread is not None
    low, high = quantile_of(spread, 0.025), quantile_of(spread, 0.975)
    assert (high - low) / 2 == pytest.approx(width, rel=1e-6)
