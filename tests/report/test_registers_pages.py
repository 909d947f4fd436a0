"""The pages of registers and budgets: first look, figures with their rows, nothing invented."""

from __future__ import annotations

import re
import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from dafeng.report.pages.registers import PAGE as REGISTERS
from dafeng.report.pages.registers_budgets import PAGE as BUDGETS
from dafeng.report.traces import TraceBook

MADE = runpy.run_path(str(Path(__file__).with_name("made_registers.py")))


@pytest.fixture(scope="module", params=[False, True])
def pages(request: pytest.FixtureRequest) -> tuple[bool, str, str]:
    context = replace(MADE["make_context"](filled=request.param), traces=TraceBook())
    return request.param, REGISTERS.render(context), BUDGETS.render(context)


def test_the_first_look_says_how_to_begin(pages: tuple[bool, str, str]) -> None:
    filled, registers, budgets = pages
    assert ("dafeng register import" in registers) is not filled
    assert ("dafeng register template two_high_projects" in budgets) is not filled
    assert "系统0" in registers
    assert "System 2" in registers


def test_every_text_is_there_in_both_languages(pages: tuple[bool, str, str]) -> None:
    for page in pages[1:]:
        assert page.count('class="zh"') == page.count('class="en"') > 3
        assert "<img" not in page


def test_a_figure_shows_its_value_of_this_year_and_the_rows_behind() -> None:
    context = MADE["make_context"](filled=True)
    page = REGISTERS.render(context)
    figure = page[page.index('id="measure-ovens-share"') : page.index('id="measure-ovens-mean"')]
    shown = re.findall(r'data-trace="t\d+">([\d.]+)<', figure)
    assert shown[0] == "75.25"
    assert "2026-11-22" in figure
    assert {"40", "99", "50"} <= set(shown)
    assert figure.count("sum(capacity)") == 30
    assert "dafeng register measures ovens --rows" in figure
    traces = dict(context.traces.items())
    assert any(trace.sources == ("register",) and trace.grade == "B" for trace in traces.values())


def test_a_year_of_which_nothing_is_reported_yet_does_not_hide_the_last_figure() -> None:
    page = REGISTERS.render(MADE["make_context"](filled=True))
    rate = page[page.index('id="measure-ovens-rate"') :]
    assert re.findall(r'data-trace="t\d+">([\d.]+)<', rate)[0] == "309.5"
    assert rate.index("309.5") < rate.index("无数值")


def test_what_is_missing_or_restricted_is_told_and_never_zero() -> None:
    page = REGISTERS.render(MADE["make_context"](filled=True))
    mean = page[page.index('id="measure-ovens-mean"') :]
    assert "无数值" in mean
    assert "未计入 3 行" in mean
    assert "measure-ovens-silent" not in page
    budgets = BUDGETS.render(MADE["make_context"](filled=True))
    assert "未登记预算" in budgets
    assert "批准后超额度" in budgets
    assert 'class="badge v-off_track"' in budgets


def test_bars_reach_as_far_as_their_figures() -> None:
    page = BUDGETS.render(MADE["make_context"](filled=True))
    widths = [float(width) for width in re.findall(r'<rect x="[\d.]+" y="1" width="([\d.]+)"', page)]
    assert widths[:3] == pytest.approx([100 * part / 110 for part in (30, 10, 70)], abs=0.01)
    assert f'd="M{100 * 100 / 110:.2f} 0V14"' in page
