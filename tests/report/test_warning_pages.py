"""The warning page, its test, and the board: levels by the table, chances in words, nothing made up."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.report.board import Board
from dafeng.report.chances import say_chance
from dafeng.report.pages.warning_skill import PAGE as SKILL
from dafeng.report.pages.warnings import PAGE as WARNINGS
from dafeng.report.path_chart import PathDrawing, Seen, draw_path
from dafeng.report.reliability_chart import Bin, draw_reliability
from dafeng.report.traces import TraceBook

if TYPE_CHECKING:
    from dafeng.report import ReportContext
    from dafeng.report.page import Page


def text_of(page: Page, context: ReportContext, language: str = "en") -> str:
    """Return what a reader of one language sees."""
    html = re.sub("</(td|th)>", " ", page.render(context))
    other = "zh" if language == "en" else "en"
    html = re.sub(rf'<span class="{other}" lang="[^"]+">.*?</span>', "", html, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html)))


def changed(context: ReportContext, table_id: str, where: pl.Expr, **values: Any) -> ReportContext:
    """Return the context with cells of some rows of a table changed."""
    table = context.tables[table_id]
    frame = table.frame.with_columns(
        pl.when(where).then(pl.lit(value, dtype=table.frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )
    tables = {**context.tables, table_id: replace(table, frame=frame)}
    return replace(context, tables=tables, traces=TraceBook())


def row_of(html: str, target_id: str) -> str:
    """Return the row of a target."""
    return re.split(r'<tr class="(?:warning|group)"', html[html.index(f'id="warning-{target_id}"') :])[0]


def test_headline_counts_levels_official_and_by_analogy_apart(context: ReportContext) -> None:
    text = text_of(WARNINGS, context)
    assert "Of 2 targets that the rule names, 1 are red, 0 amber, 0 green, 1 cannot be judged" in text
    assert "By analogy, of 2: 0 red, 1 amber, 1 green, 0 cannot be judged" in text
    more = changed(context, "tracking.warnings", pl.col("target_id") == "t3", is_official=True)
    assert "Of 3 targets that the rule names, 1 are red, 1 amber" in text_of(WARNINGS, more)


def test_worst_level_stands_first(context: ReportContext) -> None:
    html = WARNINGS.render(context)
    places = [html.index(f'id="warning-{code}"') for code in ("t1", "t3", "t2")]
    assert places == sorted(places)
    assert 'id="warning-t4"' not in html  # cannot be judged: listed by reason, not as a row
    assert "没有同口径的公布数据" in html


def test_level_is_the_rule_alone_and_the_hint_stands_beside_it(context: ReportContext) -> None:
    here = pl.col("target_id") == "t1"
    hopeful = changed(context, "tracking.warnings", here, p_met=0.97, p_met_high=0.97, own_level="green")
    before, after = (row_of(WARNINGS.render(one), "t1") for one in (context, hopeful))
    for row in (before, after):
        assert 'class="badge l-red"' in row.split('class="chance"', 1)[0]
        assert "测试〔2020〕1号" in row
        assert "规则点名此量" in row
    assert before.split('class="chance"', 1)[1].count("l-red") == 1
    assert "l-red" not in after.split('class="chance"', 1)[1]


def test_a_level_by_analogy_says_so_and_shows_the_other_reading(context: ReportContext) -> None:
    row = row_of(WARNINGS.render(context), "t3")
    assert "not an official level" in row
    assert "Read against what is due to date" in row
    assert "l-red" in row


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"p_met": 0.34}, "about 3 of 10"),
        ({"p_met": 0.004}, "fewer than 1 of 10"),
        ({"p_met": 0.34, "p_met_high": 0.61}, "about 6 under the widest reading"),
        ({"p_met": 1.0, "p_basis": "settled"}, "Settled: met"),
        ({"p_met": 0.0, "p_basis": "settled"}, "Settled: missed"),
        ({"p_met": 0.0, "p_met_high": 1.0, "p_basis": "settled"}, "depends on how"),
        ({"p_met": None, "p_basis": "too_few"}, "Too few years (3)"),
        ({"p_met": None, "p_basis": "none"}, "No comparable series"),
    ],
)
def test_chances_are_told_in_words(facts: dict[str, Any], words: str) -> None:
    row = {"p_met": None, "p_met_high": None, "p_basis": "trend", "points": 3} | facts
    assert words in say_chance(row)
    assert not re.search(r"0\.\d{2}|\d\d\.\d", say_chance(row))


def test_facts_of_a_warning_are_those_of_the_table(context: ReportContext) -> None:
    text = text_of(WARNINGS, context)
    assert "Observed 55.1 % (2025)" in text
    assert "Required 58.25 %" in text
    assert "Needed a year: 2.98 points; so far 0.4 points a year" in text
    assert "Milestone of 2025 missed: 58.25 % was required" in text
    assert "Largest driver 2020–2022: Sector structure, +12.3" in text
    assert "Behind by 31.4% of the target" in text
    assert "Responsible: Body 1, Body 2" in text
    assert "about 2 of 10 futures meet it, about 6 under the widest reading" in text
    assert "hit 55%, false alarms 8%" in text
    assert "Source: Yearbook; known on 2026-03-01 (assumed)" in text


def test_without_a_test_the_hint_says_not_estimable(context: ReportContext) -> None:
    bare = changed(context, "tracking.warning_scores", pl.lit(value=True), estimable=False)
    assert "Hits and false alarms not estimable" in text_of(WARNINGS, bare)


def test_path_chart_holds_path_milestone_and_every_observation(context: ReportContext) -> None:
    row = row_of(WARNINGS.render(context), "t1")
    assert row.count("<circle") == 11 + 10  # eleven years, ten dots of the chance
    assert row.count("l5 5l-5 5l-5 -5Z") == 1
    table = row[row.index('class="mini"') :]
    assert '<td class="n">60</td>' in table
    assert "2026-03-01" in table


def test_replay_leaves_out_what_could_never_be_judged(context: ReportContext) -> None:
    html = WARNINGS.render(context)
    strip = html[html.index('class="strip"') :]
    assert strip.count("<tr>") == 3
    assert re.findall(r'<td class="l-(\w+)"', strip) == ["green", "amber", "red", "green", "amber"]
    assert "1 more could never be judged" in strip or "1 more could never be judged" in html
    silent = changed(context, "tracking.replay", pl.lit(value=True), level=None)
    assert "No past year could be judged" in WARNINGS.render(silent)


def test_skill_shows_rates_or_that_they_are_not_estimable(context: ReportContext) -> None:
    text = text_of(SKILL, context)
    assert "2 of 3 tests of the thresholds can be estimated" in text
    assert "> 80% 4 130 41 60 55% 8%" in text
    assert "> 80% 4 2 1 0 not estimable" in text
    none = changed(context, "tracking.warning_scores", pl.lit(value=True), estimable=False)
    assert "None of the 3 tests" in text_of(SKILL, none)
    assert "55%" not in text_of(SKILL, none).split("Reliability", 1)[0]


def test_hints_never_bear_the_words_of_the_official_levels(context: ReportContext) -> None:
    shown = text_of(SKILL, context)
    assert "Red" in shown
    assert "Level 1" not in shown


def test_reliability_diagram_has_a_dot_a_bin_with_cases(context: ReportContext) -> None:
    html = SKILL.render(context)
    assert html.count("<circle") == 3
    assert "130" in html
    drawn = draw_reliability([Bin(0.5, 0.5, 0.4, 0.6, 9), Bin(0.9, 1.0, None, None, 1)], "x")
    sizes = [float(size) for size in re.findall(r'r="([0-9.]+)"', drawn)]
    assert sizes[0] > sizes[1]
    assert drawn.count("h10") == 2  # the case without an interval has no bar


def test_path_axis_is_near_the_values() -> None:
    drawing = PathDrawing(((2020, 0.50), (2025, 0.43)), (), (Seen(2020, 0.50, "t1"),), "t0")
    svg = draw_path(drawing, "x")
    ticks = [float(tick) for tick in re.findall(r'text-anchor="end"[^>]*>([0-9.]+)<', svg)]
    assert 0.4 < min(ticks) < max(ticks) <= 0.5


def test_board_shows_level_and_chance_beside_the_verdict(context: ReportContext) -> None:
    rows = {row.target_id: row for row in Board(context).rows()}
    assert (rows["t1"].level, rows["t1"].official) == ("red", True)
    assert "about 1 of 10" in rows["t1"].chance
    assert (rows["t2"].level, rows["t2"].chance) == ("green", "")  # settled: the verdict says it
    assert rows["t4"].level == ""
    bare = {key: table for key, table in context.tables.items() if key != "tracking.warnings"}
    assert all(row.level == "" and not row.chance for row in Board(replace(context, tables=bare)).rows())


def test_no_measure_cuts_power_or_production(context: ReportContext) -> None:
    html = WARNINGS.render(context) + SKILL.render(context)
    assert not re.search("限电|停产|拉闸|一刀切", html)


def test_nothing_is_needed_for_a_goal_that_is_reached(context: ReportContext) -> None:
    where = pl.col("target_id") == "t1"
    needed = changed(context, "tracking.warnings", where, needed_per_year=-0.55, level_reason="behind")
    assert "−0.55" in row_of(WARNINGS.render(needed), "t1")
    reached = changed(needed, "tracking.warnings", where, level_reason="goal_reached")
    assert "−0.55" not in row_of(WARNINGS.render(reached), "t1")
