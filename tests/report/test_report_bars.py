"""Bars: heights in proportion, gaps for missing years, axes with even marks, hostile labels."""

from __future__ import annotations

import re

import pytest

from dafeng.report.bars import Bar, Segment, draw_bars


def heights(svg: str, colour: str) -> list[float]:
    return [float(h) for h in re.findall(rf'height="([\d.]+)" fill="{colour}"', svg)]


def test_heights_are_in_proportion() -> None:
    bars = [Bar("1", (Segment(10, "red"),)), Bar("2", (Segment(5, "red"), Segment(5, "blue")))]
    svg = str(draw_bars(bars, "t"))
    first, second = heights(svg, "red")
    assert first == pytest.approx(2 * second, abs=0.11)
    assert heights(svg, "blue")[0] == pytest.approx(second, abs=0.11)


def test_a_year_without_figure_is_a_gap_and_not_a_zero() -> None:
    svg = str(draw_bars([Bar("2010", ()), Bar("2011", (Segment(0.0, "red"),))], "t"))
    assert svg.count("stroke-dasharray") == 1
    assert heights(svg, "red") == [0.0]


@pytest.mark.parametrize(
    ("top", "marks"), [(23.8, ["0", "5", "10", "15", "20", "25"]), (0.07, ["0", "0.02"])]
)
def test_axis_marks_are_even(top: float, marks: list[str]) -> None:
    svg = str(draw_bars([Bar("1", (Segment(top, "red"),))], "t"))
    found = re.findall(r'text-anchor="end"[^>]*>([^<]+)<', svg)
    assert found[: len(marks)] == marks


def test_the_range_counts_for_the_axis_and_labels_are_escaped() -> None:
    svg = str(draw_bars([Bar("<b>", (Segment(1, "red"),), low=0.5, high=9.0)], "t"))
    assert ">10<" in svg
    assert "<b>" not in svg


def test_nothing_to_draw_is_an_empty_axis() -> None:
    assert "<svg" in str(draw_bars([], "t"))
