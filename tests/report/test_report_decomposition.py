"""The page of drivers: what its bars and its headline say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from dafeng.app.decomposition_stage import decompose_pack
from dafeng.app.stages import RunContext
from dafeng.report.effect_bars import MARKS, EffectBar, draw_effects, tick_size
from dafeng.report.pages.decomposition import PAGE, view_effects
from dafeng.report.traces import TraceBook

if TYPE_CHECKING:
    from dafeng.pack import Pack
    from dafeng.report import ReportContext


@pytest.fixture
def drawn(context: ReportContext, shanxi: Pack) -> ReportContext:
    made = decompose_pack(RunContext(shanxi, date(2026, 11, 22), accept_findings=False))
    meta = replace(context.meta, region_code="CN-SX")
    return replace(context, meta=meta, tables={**context.tables, **made.tables}, traces=TraceBook())


def test_the_headline_names_the_two_strongest_drivers(drawn: ReportContext) -> None:
    text = re.sub("<[^>]+>", "", PAGE.render(drawn))
    assert "影响最大的是人均生产总值（+235.4）" in text
    assert "GDP per head moved it most (+235.4), then energy intensity (−131.5)" in text
    assert "prices of 2015" in text


def test_every_number_of_the_table_opens_a_trace(drawn: ReportContext) -> None:
    html = PAGE.render(drawn)
    cells = re.findall(r"<td>(.*?)</td>", html)
    assert len(cells) > 80
    assert all('class="num" data-trace="t' in cell for cell in cells)
    view = view_effects(drawn, "kaya_extended")
    assert view is not None
    assert {"CSY_ST", "NBS_PIK"} <= set(drawn.traces.get(view.whole).sources)


def test_bars_stack_away_from_zero_and_mark_the_sum() -> None:
    bar = EffectBar("a", ((3.0, "#1"), (-1.0, "#2"), (2.0, "#3")), "t0")
    assert bar.reach == (-1.0, 5.0)
    assert bar.change == 4.0
    drawing = draw_effects([bar], "title")
    heights = [float(h) for h in re.findall(r'height="([\d.]+)" fill="#', drawing)]
    assert heights[0] == pytest.approx(3 * heights[1], rel=0.01)
    assert heights[2] == pytest.approx(2 * heights[1], rel=0.01)
    assert "+4.0" in drawing


@pytest.mark.parametrize("span", [1e-6, 0.7, 13.0, 99.0, 4321.0])
def test_the_axis_has_few_lines(span: float) -> None:
    assert 2 <= span / tick_size(-span / 2, span / 2) <= MARKS
