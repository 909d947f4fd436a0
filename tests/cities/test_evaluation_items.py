"""Completion, points and the arithmetic of falls."""

from __future__ import annotations

import pytest

from dafeng.cities.evaluation_items import (
    cumulate_falls,
    is_reached,
    prorate_fall,
    say,
    share_of_points,
    words,
    year_of_plan,
)


def test_falls_multiply() -> None:
    assert cumulate_falls([0.1, 0.2]) == pytest.approx(0.28)
    assert cumulate_falls([0.1, -0.1]) == pytest.approx(0.01)
    assert cumulate_falls([]) == 0.0


@pytest.mark.parametrize(("year", "due"), [(2021, 3.6), (2023, 10.8), (2025, 18.0), (2026, 3.6)])
def test_a_five_year_target_is_due_by_equal_parts(year: int, due: float) -> None:
    assert prorate_fall(18.0, year) == pytest.approx(due)


def test_plans_begin_in_years_that_end_in_one_and_six() -> None:
    assert [year_of_plan(year) for year in (2011, 2015, 2016, 2020, 2026)] == [1, 5, 1, 5, 1]


@pytest.mark.parametrize(
    ("required", "achieved", "share"),
    [(4.0, 4.0, 1.0), (4.0, 3.0, 0.75), (4.0, 9.0, 1.0), (4.0, 0.0, 0.0), (4.0, -2.0, 0.0), (0.0, 0.0, 1.0),
     (0.0, -0.1, 0.0), (-1.0, -0.5, 1.0), (-1.0, -2.0, 0.0)],
)  # fmt: skip
def test_points_follow_completion(required: float, achieved: float, share: float) -> None:
    assert share_of_points(required, achieved) == share


def test_binary_noise_is_no_miss_but_a_real_gap_is() -> None:
    assert is_reached(0.3, 0.1 + 0.2 - 1e-17)
    assert is_reached(3.6, 18.0 * 1 / 5)
    assert not is_reached(4.0, 3.9999)


def test_less_is_better_for_a_cap() -> None:
    assert is_reached(100.0, 90.0, "cap")
    assert not is_reached(100.0, 101.0, "down")


def test_every_text_is_in_both_languages() -> None:
    for code, row in words().items():
        assert row["zh"] != row["en"], code
    assert say({"weak": {"grade": "C"}})["why_en"].endswith("not scored")
