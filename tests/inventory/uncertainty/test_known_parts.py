"""What is known bounds the total from below; what is missing is named and never an error of zero."""

from __future__ import annotations

import math

import polars as pl
import pytest
from tests.inventory.uncertainty.made_lines import lines

from dafeng.inventory.uncertainty import assess_uncertainty, total_shared
from dafeng.inventory.uncertainty.known_parts import bound_total, list_known_parts

HALF_KNOWN = (
    {"factor_uncertainty": None},
    {"category": "1B1ai1", "activity_uncertainty": None, "factor_uncertainty": 0.6},
    {"category": "2A1", "activity_uncertainty": None, "factor_uncertainty": None},
)


def test_known_halves_are_added_and_nothing_is_made_up() -> None:
    parts = {row["category"]: row for row in list_known_parts(lines(*HALF_KNOWN)).to_dicts()}
    assert [parts["1A1a"][name] for name in ("activity_known", "factor_known")] == [1.0, 0.0]
    assert [parts["1B1ai1"][name] for name in ("activity_known", "factor_known")] == [0.0, 1.0]
    assert [parts["2A1"][name] for name in ("activity_known", "factor_known")] == [0.0, 0.0]
    assert parts["1A1a"]["known_half_width"] == pytest.approx(200 * 0.05)
    assert parts["1B1ai1"]["known_half_width"] == pytest.approx(200 * 0.6)
    assert parts["1B1ai1"]["known_share"] == pytest.approx(0.6**2 / (0.6**2 + 0.05**2))
    assert sum(part["known_share"] for part in parts.values()) == pytest.approx(1)


def test_the_bound_stands_beside_a_total_without_interval() -> None:
    totals = assess_uncertainty(lines(*HALF_KNOWN)).totals
    assert totals["low"].to_list() == [None] * 3
    assert totals["at_least_share"].to_list() == pytest.approx([math.hypot(10, 120) / 600] * 3)


def test_where_all_is_known_the_bound_is_the_uncertainty() -> None:
    table = lines({}, {"category": "2A1", "activity": 30.0, "factor_id": "x"}, {"year": 2015})
    full = total_shared(table, 2015).sort("year")["half_width_share"].to_list()
    assert bound_total(table).sort("year")["at_least_share"].to_list() == pytest.approx(full)


def test_bounds_given_as_ends_count_too() -> None:
    table = lines(
        {"activity_uncertainty": None, "factor_uncertainty": None, "factor_low": 1.0, "factor_high": 5.0}
    )
    assert bound_total(table)["at_least_share"].to_list() == pytest.approx([1.5])


def test_where_nothing_is_known_there_is_no_bound() -> None:
    table = lines({"activity_uncertainty": None, "factor_uncertainty": None})
    assert bound_total(table)["at_least_share"].to_list() == [None]
    assert list_known_parts(table)["known_share"].to_list() == [None]
    assert list_known_parts(table.with_columns(value=pl.lit(None, pl.Float64))).is_empty()
