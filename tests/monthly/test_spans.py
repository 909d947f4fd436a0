"""Cumulative figures become spans: January with February, revisions, gaps, contradictions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dafeng.monthly import Span, read_spans, select_known, sum_over

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

KEY = ["region", "item", "period"]


def test_january_is_never_split_from_february(figures: Callable[..., pl.DataFrame]) -> None:
    table = figures([("2024-02 ytd", "cement", 20), ("2024-03 ytd", "cement", 50)])
    spans, found = read_spans(table)
    assert spans["cement"] == [Span(2024, 1, 2, 20.0), Span(2024, 3, 3, 30.0)]
    assert found == ()
    with_january = figures([("2024-01", "cement", 8), ("2024-02 ytd", "cement", 20)])
    assert read_spans(with_january)[0]["cement"] == [Span(2024, 1, 2, 20.0)]


def test_two_single_months_make_january_and_february(figures: Callable[..., pl.DataFrame]) -> None:
    table = figures([("2024-01", "cement", 8), ("2024-02", "cement", 9), ("2024-03", "cement", 10)])
    assert read_spans(table)[0]["cement"] == [Span(2024, 1, 2, 17.0), Span(2024, 3, 3, 10.0)]


def test_january_alone_says_nothing_yet(figures: Callable[..., pl.DataFrame]) -> None:
    spans, _ = read_spans(figures([("2024-01", "cement", 8)]))
    assert sum_over(spans.get("cement", []), 2024, 1, 2) is None


def test_months_that_are_missing_stay_together(figures: Callable[..., pl.DataFrame]) -> None:
    table = figures([("2024-02 ytd", "cement", 20), ("2024-05 ytd", "cement", 80)])
    spans = read_spans(table)[0]["cement"]
    assert spans == [Span(2024, 1, 2, 20.0), Span(2024, 3, 5, 60.0)]
    assert sum_over(spans, 2024, 5, 5) is None
    assert sum_over(spans, 2024, 1, 5) == 80.0


def test_a_month_fills_the_point_before_a_cumulative_figure(figures: Callable[..., pl.DataFrame]) -> None:
    table = figures([("2024-02 ytd", "cement", 20), ("2024-05 ytd", "cement", 80), ("2024-05", "cement", 25)])
    assert read_spans(table)[0]["cement"][1:] == [Span(2024, 3, 4, 35.0), Span(2024, 5, 5, 25.0)]


def test_a_falling_year_to_date_joins_both_months_and_is_told(figures: Callable[..., pl.DataFrame]) -> None:
    rows = [("2024-02 ytd", "cement", 20), ("2024-03 ytd", "cement", 55), ("2024-04 ytd", "cement", 50)]
    spans, found = read_spans(figures(rows))
    assert spans["cement"] == [Span(2024, 1, 2, 20.0), Span(2024, 3, 4, 30.0)]
    assert [f.code for f in found] == ["flash_ytd_falls"]
    assert "55" in found[0].text("en")


@pytest.mark.parametrize(("value", "code"), [(45, "flash_ytd_falls"), (43, "flash_ytd_wrong")])
def test_a_fall_beyond_a_fifth_is_an_error_and_no_revision(
    figures: Callable[..., pl.DataFrame], value: float, code: str
) -> None:
    rows = [("2024-02 ytd", "cement", 20), ("2024-03 ytd", "cement", 55), ("2024-04 ytd", "cement", value)]
    (found,) = read_spans(figures(rows))[1]
    assert found.code == code
    assert found.severity == ("error" if code == "flash_ytd_wrong" else "warning")


def test_a_month_that_contradicts_the_cumulative_figures_is_told(
    figures: Callable[..., pl.DataFrame],
) -> None:
    rows = [("2024-02 ytd", "cement", 20), ("2024-03 ytd", "cement", 50), ("2024-03", "cement", 28)]
    spans, found = read_spans(figures(rows))
    assert spans["cement"][1].value == 30.0
    assert [f.code for f in found] == ["flash_month_differs"]
    assert read_spans(figures([*rows[:2], ("2024-03", "cement", 30.1)]))[1] == ()


def test_the_total_of_a_year_closes_it(figures: Callable[..., pl.DataFrame]) -> None:
    spans, _ = read_spans(figures([("2023", "coke", 9000), ("2024-02 ytd", "coke", 1500)]))
    assert sum_over(spans["coke"], 2023, 1, 12) == 9000.0


@pytest.mark.parametrize(("day", "value"), [("2024-03-20", 20.0), ("2024-05-01", 22.0)])
def test_the_newest_vintage_that_was_known_holds(
    figures: Callable[..., pl.DataFrame], day: str, value: float
) -> None:
    table = figures([("2024-02 ytd", "cement", 20, "2024-03-17"), ("2024-02 ytd", "cement", 22, "2024-04")])
    known = select_known(table, date.fromisoformat(day), KEY)
    assert known["value"].to_list() == [value]
    assert select_known(table, date(2024, 3, 1), KEY).is_empty()


def test_a_day_known_to_the_month_counts_as_its_end(figures: Callable[..., pl.DataFrame]) -> None:
    table = figures([("2024-02 ytd", "cement", 20, "2024-03")])
    assert select_known(table, date(2024, 3, 30), KEY).is_empty()
    assert select_known(table, date(2024, 3, 31), KEY).height == 1
