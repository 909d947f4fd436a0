"""The cost curve: order, negative and weak costs, what stands apart, refusals, prices of other years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.pack.pathway_schema import LeverCosts
from dafeng.pathway.costs import draw_cost_curve
from dafeng.pathway.lever_groups import Group
from dafeng.pathway.wedge_table import WedgeLabel, list_wedges
from dafeng.pathway.wedges import attribute_outcome
from dafeng.scenario import Scope
from dafeng.table import columns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

YEARS = np.array([2030, 2035])
CUTS = {"dear": 10.0, "cheap": 20.0, "saving": 30.0, "unpriced": 15.0, "raising": -5.0}


def make_wedges(scenario: str = "plan") -> pl.DataFrame:
    """Made-up levers that add up: each wedge is what its lever cuts."""

    def worth(on: frozenset[str]) -> NDArray[np.float64]:
        return np.full((2, 4), 500.0) - sum(CUTS[lever] for lever in on)

    groups = [Group(lever, f"杠杆{lever}", lever, frozenset({lever})) for lever in CUTS]
    wedges = attribute_outcome(worth, {group.id: group.levers for group in groups}, YEARS)
    return list_wedges(wedges, groups, WedgeLabel(scenario, "frozen", Scope(), "lever"))[0]


def make_costs(*rows: dict[str, Any]) -> pl.DataFrame:
    filled = {
        "year": 2030, "price_year": 2020, "weak": False, "state": "sourced", "source_id": "s", "grade": "B",
        "note_zh": None, "note_en": None,
    }  # fmt: skip
    schema = {spec.name: spec.dtype for spec in columns_of(LeverCosts)}
    return pl.DataFrame([filled | row for row in rows], schema=schema)


COSTS = make_costs(
    {"lever_id": "dear", "cost_cny_per_t": 400.0},
    {"lever_id": "saving", "cost_cny_per_t": -120.0},
    {"lever_id": "cheap", "cost_cny_per_t": 50.0, "weak": True},
    {"lever_id": "not moved", "cost_cny_per_t": 1.0, "price_year": 1999},
)


def test_the_cheapest_comes_first_and_negative_costs_stay() -> None:
    curve = draw_cost_curve(make_wedges(), COSTS, 2030, 0.0)
    rows = curve.table
    assert curve.refused is None
    assert rows["lever_id"].to_list() == ["saving", "cheap", "dear", "unpriced", "raising"]
    assert rows["rank"].to_list() == [1, 2, 3, 4, 5]
    assert rows["status"].to_list() == ["drawn"] * 3 + ["no_cost", "no_abatement"]
    assert rows["cost_cny_per_t"].to_list() == [-120.0, 50.0, 400.0, None, None]
    assert rows["from_mt"].to_list() == [0.0, 30.0, 50.0, None, None]
    assert rows["to_mt"].to_list() == [30.0, 50.0, 60.0, None, None]
    assert rows["weak"].to_list() == [False, True, False, False, False]
    assert set(rows["price_year"].drop_nulls()) == {2020}


def test_the_weak_share_counts_weak_costs_and_unknown_ones() -> None:
    curve = draw_cost_curve(make_wedges(), COSTS, 2030, 0.0)
    assert curve.weak_share == pytest.approx((20 + 15) / 75)
    assert curve.weak_limit == 0.5
    refused = draw_cost_curve(make_wedges(), COSTS, 2030, 0.0, 0.46).refused
    assert refused is not None
    assert refused.code == "cost_curve_weak"
    assert "47%" in refused.text("zh")
    assert "46%" in refused.text("en")


def test_a_demonstration_value_is_weak_and_a_refused_curve_still_lists_its_rows() -> None:
    shown = COSTS.with_columns(state=pl.lit("demonstration"))
    curve = draw_cost_curve(make_wedges(), shown, 2030, 0.0, 0.9)
    assert curve.refused is not None
    assert curve.weak_share == 1.0
    assert curve.table.height == 5


def test_without_any_cost_the_curve_is_refused() -> None:
    curve = draw_cost_curve(make_wedges(), COSTS.clear(), 2030, 0.05)
    assert curve.refused is not None
    assert (curve.weak_share, curve.price_year, curve.present_year) == (1.0, None, None)
    assert set(curve.table["status"]) == {"no_cost", "no_abatement"}


def test_where_nothing_is_abated_there_is_no_curve() -> None:
    wedges = make_wedges().filter(pl.col("group") == "raising")
    curve = draw_cost_curve(wedges, COSTS, 2030, 0.0)
    assert curve.refused is not None
    assert curve.refused.code == "cost_curve_empty"


def test_costs_between_given_years_are_interpolated_and_beyond_them_weak() -> None:
    costs = make_costs(
        {"lever_id": "dear", "cost_cny_per_t": 400.0, "year": 2025},
        {"lever_id": "dear", "cost_cny_per_t": 200.0, "year": 2033},
        {"lever_id": "saving", "cost_cny_per_t": -100.0, "year": 2025},
    )
    early, late = (
        {row["lever_id"]: row for row in draw_cost_curve(make_wedges(), costs, year, 0.0).table.to_dicts()}
        for year in (2030, 2035)
    )
    assert early["dear"]["cost_cny_per_t"] == pytest.approx(400 - 200 * 5 / 8)
    assert (early["dear"]["weak"], late["dear"]["weak"]) == (False, True)
    assert late["dear"]["cost_cny_per_t"] == 200.0
    assert (early["saving"]["cost_cny_per_t"], early["saving"]["weak"]) == (-100.0, True)


def test_present_values_are_discounted_to_the_year_that_is_asked() -> None:
    curve = draw_cost_curve(make_wedges(), COSTS, 2030, 0.05)
    saving = curve.table.row(0, named=True)
    assert curve.present_year == 2020
    assert saving["present_cost_cny_per_t"] == pytest.approx(-120 / 1.05**10)
    same = draw_cost_curve(make_wedges(), COSTS, 2030, 0.05, present_year=2030).table
    assert same["present_cost_cny_per_t"].to_list() == same["cost_cny_per_t"].to_list()


def test_price_years_meet_over_a_deflator_or_not_at_all() -> None:
    costs = make_costs(
        {"lever_id": "dear", "cost_cny_per_t": 400.0, "price_year": 2015},
        {"lever_id": "cheap", "cost_cny_per_t": 50.0, "price_year": 2020},
    )
    with pytest.raises(InputRefused) as caught:
        draw_cost_curve(make_wedges(), costs, 2030, 0.0)
    assert [finding.code for finding in caught.value.findings] == ["deflator_missing"]
    curve = draw_cost_curve(make_wedges(), costs, 2030, 0.0, deflator={2015: 80.0, 2020: 100.0})
    found = dict(curve.table.select("lever_id", "cost_cny_per_t").iter_rows())
    assert (found["dear"], found["cheap"], curve.price_year) == (500.0, 50.0, 2020)


def test_one_scenario_one_year_and_sensible_settings() -> None:
    both = pl.concat([make_wedges(), make_wedges("deeper")])
    cases = {
        "curves_several": lambda: draw_cost_curve(both, COSTS, 2030, 0.0),
        "curve_year_missing": lambda: draw_cost_curve(make_wedges(), COSTS, 2031, 0.0),
        "series_negative": lambda: draw_cost_curve(make_wedges(), COSTS, 2030, -0.01),
        "share_outside": lambda: draw_cost_curve(make_wedges(), COSTS, 2030, 0.0, 1.5),
    }
    for code, call in cases.items():
        with pytest.raises(InputRefused) as caught:
            call()
        assert [finding.code for finding in caught.value.findings] == [code]
