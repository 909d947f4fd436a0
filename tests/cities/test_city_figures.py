"""Figures of cities: units, choice among sources, growth, which GDP compares, what was known on a day."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.cities.made_cities import BASE, figure, figures, frame

from dafeng.cities.figures import (
    choose_figures,
    choose_output,
    convert_figures,
    grow_output,
    known_figures,
    output_of,
)


@pytest.mark.parametrize(
    ("item", "unit", "value", "expected"),
    [
        ("energy_total", "万吨标准煤", 12.0, 12.0),
        ("energy_total", "tce", 120000.0, 12.0),
        ("energy_total", "10^8 tce", 0.5, 5000.0),
        ("co2_total", "Mt CO2", 3.0, 300.0),
        ("co2_total", "Mt", 3.0, 300.0),
        ("co2_total", "万吨", 300.0, 300.0),
        ("co2_total", "亿吨", 0.03, 300.0),
        ("population", "万人", 90.0, 90.0),
        ("population", "人", 900000.0, 90.0),
        ("gdp_current", "亿元", 7.0, 7.0),
        ("fiscal_revenue", "万元", 70000.0, 7.0),
        ("gdp_growth", "%", -4.5, -4.5),
    ],
)
def test_units_are_converted(item: str, unit: str, value: float, expected: float) -> None:
    made = frame([figure("A", BASE, item, value, unit=unit)])
    converted, problems = convert_figures(made, pl.Series([2]), "f.csv")
    assert problems == []
    assert converted["value"].item() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("item", "unit", "value", "code"),
    [
        ("energy_total", "万吨", 1.0, "unit_wrong"),
        ("gdp_current", "USD", 1.0, "unit_wrong"),
        ("energy_total", "10^4 tce", 0.0, "value_out_of_range"),
        ("gdp_constant", "10^8 CNY", -1.0, "value_out_of_range"),
        ("coal_share", "%", 101.0, "value_out_of_range"),
        ("fiscal_revenue", "10^8 CNY", -1.0, "value_out_of_range"),
        ("gdp_growth", "%", -100.0, "value_out_of_range"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_row(item: str, unit: str, value: float, code: str) -> None:
    made = frame([figure("A", BASE, item, value, unit=unit)])
    _, problems = convert_figures(made, pl.Series([17]), "f.csv")
    assert [(f.code, f.place.row) for f in problems] == [(code, 17)]
    assert all(problems[0].text(language) for language in ("zh", "en"))


def test_the_better_grade_then_the_later_publication_is_chosen() -> None:
    rows = [
        figure("A", BASE, "energy_total", 1.0, source_id="weak", grade="C", known_on="2023"),
        figure("A", BASE, "energy_total", 2.0, source_id="old", known_on="2021-05"),
        figure("A", BASE, "energy_total", 3.0, source_id="new", known_on="2022-05"),
        figure("A", BASE, "population", None, grade="A"),
        figure("B", BASE, "energy_total", 4.0, grade="X"),
    ]
    assert choose_figures(frame(rows)).values == {("A", BASE, "energy_total"): 3.0}


def test_growth_is_the_ratio_at_constant_prices_or_the_chain_of_rates() -> None:
    chain = [figure("A", year, "gdp_growth", 5.0) for year in (2021, 2022, 2023)]
    broken = [figure("B", year, "gdp_growth", 5.0) for year in (2021, 2023)]
    both = [figure("C", BASE, "gdp_constant", 100.0), figure("C", 2023, "gdp_constant", 120.0)]
    other = [
        figure("D", BASE, "gdp_constant", 100.0),
        figure("D", 2023, "gdp_constant", 120.0, price_base_year=2015),
    ]  # fmt: skip
    found = figures(chain + broken + both + other)
    assert grow_output(found, ["A", "B", "C", "D"], BASE, 2023) == pytest.approx(
        [1.05**3, np.nan, 1.2, np.nan], nan_ok=True
    )


def test_gdp_that_compares_most_cities_is_taken_and_no_other_mixed_in() -> None:
    rows = [
        figure("A", BASE, "gdp_constant", 90.0), figure("A", BASE, "gdp_current", 100.0),
        figure("B", BASE, "gdp_current", 50.0), figure("C", BASE, "gdp_current", 20.0),
    ]  # fmt: skip
    found = figures(rows)
    basis = choose_output(found, ["A", "B", "C"], BASE)
    assert basis == ("gdp_current", None)
    assert output_of(found, ["A", "B", "C"], BASE, basis).tolist() == [100.0, 50.0, 20.0]
    mixed = figures([*rows[:1], figure("B", BASE, "gdp_constant", 50.0, price_base_year=2015)])
    basis = choose_output(mixed, ["A", "B"], BASE)
    assert output_of(mixed, ["A", "B"], BASE, basis) == pytest.approx([90.0, np.nan], nan_ok=True)


def test_only_what_was_public_on_the_day_counts() -> None:
    rows = [
        figure("A", 2020, "energy_total", 1.0, known_on="2021-06"),
        figure("A", 2021, "gdp_growth", 5.0),
        figure("A", 2025, "gdp_growth", 5.0, known_on="2021-03-01"),
    ]
    made = frame(rows)
    assert known_figures(made, date(2021, 6, 29))["year"].to_list() == [2025]
    assert known_figures(made, date(2021, 6, 30))["year"].to_list() == [2020, 2025]
    assert known_figures(made, date(2022, 1, 1)).height == 3
