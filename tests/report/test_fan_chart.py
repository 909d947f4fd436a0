"""Drawings of pathways: ranges, stacked areas, cost steps and spans stand where their values are."""

from __future__ import annotations

import re

import pytest

from dafeng.report.area_chart import Layer, Step, draw_areas, draw_costs, stack_layers
from dafeng.report.fan_chart import SMALL, WIDE, Dot, Fan, Line, Range, draw_fan, fit_scale
from dafeng.report.span_bar import WIDTH, draw_share, draw_span

RANGES = tuple(Range(year, 100.0, 150.0, 200.0, 250.0, 300.0) for year in (2022, 2030, 2060))


def test_a_range_is_drawn_from_its_low_to_its_high_end() -> None:
    drawing = draw_fan(
        Fan(RANGES, "t1", (Line(((2010, 50.0), (2022, 200.0)), "#000", "2 3", "t2"),)), "title"
    )
    scale = fit_scale((2010, 2060), (50.0, 300.0), WIDE)
    outer = re.findall(r'<polygon points="([^"]+)"', drawing)[0]
    assert f"{scale.x(2022):.1f},{scale.y(300.0):.1f}" in outer
    assert f"{scale.x(2022):.1f},{scale.y(100.0):.1f}" in outer
    assert 'stroke-dasharray="2 3"' in drawing
    assert {'data-trace="t1"', 'data-trace="t2"'} <= set(re.findall(r'data-trace="t\d"', drawing))


def test_the_axis_holds_nil_and_a_weak_point_is_hollow() -> None:
    scale = fit_scale((2000, 2010), (120.0, 180.0), SMALL)
    assert scale.low == 0.0
    drawing = draw_fan(
        Fan(RANGES, dots=(Dot(2028, 150.0, "1", hollow=True, trace="t3", until=2030),)), "title"
    )
    assert drawing.count("<circle") == 1
    assert 'fill="#fff"' in drawing
    assert ">1</text>" in drawing


def test_stacked_layers_keep_their_heights_on_both_sides_of_nil() -> None:
    layers = [Layer((1.0, 3.0), "#1", "a"), Layer((2.0, -1.0), "#2", "b"), Layer((-0.5, -2.0), "#3", "c")]
    above, below = stack_layers(layers, 2)
    for place, layer in enumerate(layers):
        for at, value in enumerate(layer.values):
            up, down = above[place][at], below[place][at]
            assert (up[1] - up[0]) - (down[1] - down[0]) == pytest.approx(value)
    assert above[1][0] == (1.0, 3.0)
    assert below[2][1] == (-3.0, -1.0)
    assert draw_areas([2022, 2030], layers, "title").count("data-trace") == 3


def test_a_small_loss_does_not_make_a_deep_axis() -> None:
    assert fit_scale((2022, 2030), (-0.2, 98.0), WIDE).low == -0.2
    assert fit_scale((2022, 2030), (-15.0, 98.0), WIDE).low == -20.0


def test_a_cost_below_nil_hangs_from_the_line_and_a_weak_one_is_hatched() -> None:
    steps = [
        Step(0.0, 10.0, -50.0, weak=True, label="1", trace="a"),
        Step(10.0, 40.0, 100.0, weak=False, label="2", trace="b"),
    ]
    drawing = draw_costs(steps, "costs")
    boxes = re.findall(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="([^"]+)"', drawing
    )
    assert [box[4] for box in boxes] == ["#5aa6a0", "url(#costs-hatch)", "#1f4e79"]
    low, _, high = ([float(part) for part in box[:4]] for box in boxes)
    assert high[2] == pytest.approx(3 * low[2], abs=0.3)
    assert low[1] == pytest.approx(high[1] + high[3], abs=0.3)


def test_a_span_is_blue_below_the_mean_and_brown_above() -> None:
    drawing = draw_span(10.0, 30.0, 20.0, (0.0, 40.0))
    boxes = re.findall(r'<rect x="([\d.]+)" y="2" width="([\d.]+)" height="14" fill="([^"]+)"', drawing)
    assert boxes == [("75.0", "75.0", "#1f4e79"), ("150.0", "75.0", "#8c4a3f")]
    assert WIDTH == 300
    assert 'width="42.00"' in draw_share(0.42)
