"""Key categories by hand: level, trend, new and ended categories, both thresholds."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.inventory.uncertainty.made_lines import lines

from dafeng.inventory.uncertainty import propagate_errors, rank_categories

THEN = {"1A1a": 50.0, "1A2a": 30.0, "2A1": 20.0}
NOW = {"1A1a": 90.0, "1A2a": 30.0, "2C3": 10.0, "1B1ai4": -10.0}
WIDE = {"1B1ai4": 2.0}


def analysed() -> pl.DataFrame:
    rows = [
        {
            "year": year,
            "category": category,
            "activity": value / 2,
            "factor_uncertainty": WIDE.get(category, 0.1),
        }
        for year, values in ((2010, THEN), (2020, NOW))
        for category, value in values.items()
    ]
    table = lines(*rows)
    return rank_categories(table, propagate_errors(table, 2010), 2010)


def part(approach: int, assessment: str, year: int = 2020) -> list[dict[str, Any]]:
    return analysed().filter(
        (pl.col("approach") == approach) & (pl.col("assessment") == assessment) & (pl.col("year") == year)
    ).to_dicts()  # fmt: skip


def test_level_counts_removals_by_their_size() -> None:
    found = {row["category"]: row["assessed"] for row in part(1, "level")}
    assert found == pytest.approx({c: abs(v) / 140 for c, v in NOW.items()})


def test_trend_by_equations_4_2_and_4_3() -> None:
    found = {row["category"]: row["assessed"] for row in part(1, "trend")}
    total = (120 - 100) / 100
    assert found == pytest.approx(
        {
            "1A1a": 0.5 * abs((90 - 50) / 50 - total),
            "1A2a": 0.3 * abs(0 - total),
            "2A1": 0.2 * abs((0 - 20) / 20 - total),  # ended: not in year t, still part of the trend
            "2C3": 10 / 100,
            "1B1ai4": 10 / 100,
        }
    )


def test_ranks_shares_and_the_mark() -> None:
    rows = part(1, "level")
    assert [row["rank"] for row in rows] == [1, 2, 3, 4]
    assert [row["category"] for row in rows] == ["1A1a", "1A2a", "1B1ai4", "2C3"]
    assert rows[-1]["cumulative_share"] == pytest.approx(1)
    # 90/140, 120/140, 130/140 = 0.929: the fourth is needed to reach 95 %
    assert [row["is_key"] for row in rows] == [True] * 4
    weighted = part(2, "level")
    assert [row["category"] for row in weighted][:2] == ["1B1ai4", "1A1a"]
    assert [row["is_key"] for row in weighted] == [True, True, True, False]


def test_the_category_that_reaches_the_threshold_is_the_last_key_one() -> None:
    table = lines(
        *({"category": c, "activity": a} for c, a in (("1A1a", 60.0), ("1A2a", 35.0), ("2A1", 5.0)))
    )
    ranked = rank_categories(table, propagate_errors(table, 2020), 2020).filter(pl.col("approach") == 1)
    assert ranked["cumulative_share"].to_list() == pytest.approx([0.6, 0.95, 1.0])
    assert ranked["is_key"].to_list() == [True, True, False]


def test_the_base_year_and_years_without_it_have_a_level_only() -> None:
    assert part(1, "trend", 2010) == []
    assert len(part(1, "level", 2010)) == 3
    alone = lines({})
    assert set(rank_categories(alone, propagate_errors(alone, 2010), 2010)["assessment"]) == {"level"}


def test_unknown_uncertainty_counts_in_approach_1_only() -> None:
    table = lines({}, {"category": "2A1", "factor_uncertainty": None})
    ranked = rank_categories(table, propagate_errors(table, 2020), 2020)
    assert ranked.filter(pl.col("approach") == 1).height == 2
    assert ranked.filter(pl.col("approach") == 2)["category"].to_list() == ["1A1a"]
