"""Figures over rows beside a plain reference, row by row: sums, shares and means by year and region."""

from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

MADE = runpy.run_path(str(Path(__file__).parents[1] / "register" / "test_measures.py"))
DAY = MADE["DAY"]
DATED = {"kind": "stock", "start": "opened", "end": "closed", "by_region": "city"}
REGISTER = MADE["make_register"](
    {"unit": "%", "expr": "percent(sum(capacity, height >= 5.5) / sum(capacity))", **DATED},
    {"unit": "10^4 t", "expr": "sum(capacity) + 2 * mean(capacity)", **DATED},
    {"unit": "1", "expr": "count(height < 5.5)", **DATED},
)
CITY = {"D1": "C1", "D2": "C1", "C1": "C1", "D3": "C2"}

days = st.dates(date(2020, 1, 1), date(2026, 12, 31)).map(date.isoformat)
rows = st.lists(
    st.fixed_dictionaries({
        "capacity": st.none() | st.integers(0, 500).map(float),
        "height": st.none() | st.sampled_from([4.3, 5.5, 7.0]), "opened": st.none() | days,
        "closed": st.none() | days, "withdrawn": st.booleans(),
        "scope_region": st.sampled_from([*CITY, None]), "grade": st.sampled_from("ABCX"),
    }),
    max_size=8,
)  # fmt: skip


def stands(row: dict[str, Any], year: int) -> bool:
    """Return whether a row counts, or lacks the date that would tell."""
    if row["opened"] is None:
        return True
    cut = min(date(year, 12, 31), DAY).isoformat()
    return row["opened"] <= cut and (row["closed"] is None or row["closed"] > cut)


def lacks(row: dict[str, Any], figure: str) -> bool:
    if row["opened"] is None:
        return True
    if figure == "m2":
        return row["height"] is None
    return row["capacity"] is None or (figure == "m0" and row["height"] is None)


def refer(figure: str, whole: list[dict[str, Any]]) -> float | None:
    """Return the figure over rows that lack nothing."""
    capacity = sum(row["capacity"] or 0.0 for row in whole)
    if figure == "m0":
        large = sum(row["capacity"] for row in whole if row["height"] >= 5.5)
        return 100 * large / capacity if capacity else None
    if figure == "m1":
        return capacity + 2 * capacity / len(whole) if whole else None
    return float(sum(row["height"] < 5.5 for row in whole))


@settings(max_examples=60, deadline=None)
@given(rows)
def test_figures_agree_with_a_plain_reference(listed: list[dict[str, Any]]) -> None:
    made = [
        MADE["row"](number % 9 + 1, **row) | {"row_id": f"r{number}"} for number, row in enumerate(listed)
    ]
    values, behind = MADE["measure"](REGISTER, *made)
    kept = [row for row in made if not row["withdrawn"]]
    for cell in values.iter_rows(named=True):
        region, year, figure = cell["region"], cell["year"], cell["measure_id"]
        own = [row for row in kept if region == "P" or CITY.get(row["scope_region"]) == region]
        placed = [row for row in own if stands(row, year)]
        whole = [row for row in placed if not lacks(row, figure)]
        assert (cell["rows"], cell["left_out"]) == (len(whole), len(placed) - len(whole))
        if whole:
            expected = refer(figure, whole)
            assert (cell["value"] is None) == (expected is None)
            assert cell["value"] == pytest.approx(expected) if expected is not None else True
            assert cell["grade"] == max(row["grade"] for row in whole)
        elif placed or not kept:
            assert cell["value"] is None
    check_gifts(values, behind, kept)


def check_gifts(values: pl.DataFrame, behind: pl.DataFrame, kept: list[dict[str, Any]]) -> None:
    """Every row gives to an aggregate once, and what they give makes the figure."""
    assert behind.select("measure_id", "region", "year", "part", "row_id").is_duplicated().sum() == 0
    assert set(behind["row_id"]) <= {row["row_id"] for row in kept}
    parts = behind.group_by("measure_id", "region", "year", "part").agg(pl.col("value").sum())
    sums = {tuple(row[:4]): row[4] for row in parts.iter_rows()}
    for cell in values.filter(pl.col("rows") > 0).iter_rows(named=True):
        place = (cell["measure_id"], cell["region"], cell["year"])
        if place[0] == "m1":
            again = sums[*place, "sum(capacity)"] + 2 * sums[*place, "mean(capacity)"]
        elif place[0] == "m2":
            again = sums.get((*place, "count(height < 5.5)"), 0.0)
        elif cell["value"] is None:
            continue
        else:
            again = (
                100 * sums.get((*place, "sum(capacity, height >= 5.5)"), 0.0) / sums[*place, "sum(capacity)"]
            )
        assert cell["value"] == pytest.approx(again)
