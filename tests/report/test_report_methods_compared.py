"""The page of both methods: what it says, that partial sums are named so, and that nothing is invented."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.accounts_stage import take_accounts
from dafeng.app.stages import RunContext
from dafeng.report.pages.methods_compared import PAGE
from dafeng.report.traces import TraceBook

if TYPE_CHECKING:
    from dafeng.pack import Pack
    from dafeng.report import ReportContext
    from dafeng.result import Result


@pytest.fixture(scope="module")
def accounts(shanxi: Pack) -> Result:
    return take_accounts(RunContext(shanxi, date(2026, 11, 22), accept_findings=True))


@pytest.fixture
def drawn(context: ReportContext, accounts: Result) -> ReportContext:
    meta = replace(context.meta, region_code="CN-SX")
    return replace(context, meta=meta, tables={**context.tables, **accounts.tables}, traces=TraceBook())


def words(html: str, language: str) -> str:
    other = "en" if language == "zh" else "zh"
    return re.sub("<[^>]+>", "", re.sub(rf'<span class="{other}".*?</span>', "", html, flags=re.DOTALL))


def test_the_headline_is_the_table(drawn: ReportContext, accounts: Result) -> None:
    methods = accounts.tables["accounts.methods"].frame
    row = methods.filter((pl.col("year") == 2022) & (pl.col("scope") == "combustion")).row(0, named=True)
    html = PAGE.render(drawn)
    assert f"已估算 {row['second_mt']:.1f} 百万吨" in words(html, "zh")
    assert f"{row['first_mt']:.1f} Mt by CEADs" in words(html, "en")


def test_a_sum_that_is_not_whole_is_named_so(drawn: ReportContext, accounts: Result) -> None:
    html = PAGE.render(drawn)
    totals = accounts.tables["accounts.totals"].frame.filter(pl.col("year") == 2022)
    whole = totals.filter((pl.col("category") == "total") & (pl.col("gas") == "CO2"))["estimated_kt"].item()
    cell = re.search(rf"<td>([^\n]*?{whole:,.1f}[^\n]*?)</td>", html)
    assert cell is not None
    assert "部分" in cell.group(1)
    transport = totals.filter((pl.col("category") == "1A3") & (pl.col("gas") == "CO2"))["total_kt"].item()
    cell = re.search(rf"<td>([^\n]*?{transport:,.1f}[^\n]*?)</td>", html)
    assert cell is not None
    assert "部分" not in cell.group(1)
    assert '<span class="null">NE</span>' in html


def test_the_reference_approach_shows_the_statistical_difference(drawn: ReportContext) -> None:
    text = words(PAGE.render(drawn), "zh")
    assert "−93.4" in text
    assert "−3,412.2" in text


def test_what_is_missing_is_listed_by_reason(drawn: ReportContext) -> None:
    html = PAGE.render(drawn)
    assert "没有公布活动水平" in html
    assert "Ammonia output" in html
    assert "没有可用因子" in html


def test_every_number_of_the_comparison_opens_a_trace_with_sources(drawn: ReportContext) -> None:
    html = PAGE.render(drawn)
    table = html.split('id="methods-years"')[1].split("</table>")[0]
    cells = re.findall(r"<td>(.*?)</td>", table)
    assert len(cells) == 7 * 9
    assert all('data-trace="t' in cell or 'class="null"' in cell for cell in cells)
    key = re.search(r'data-trace="(t\d+)"', table)
    assert key is not None
    assert "CN_PROVGUIDE2025_SQL" in drawn.traces.get(key.group(1)).sources


def test_without_equivalents_the_row_is_left_out(drawn: ReportContext) -> None:
    totals = drawn.tables["accounts.totals"]
    masses = replace(totals, frame=totals.frame.filter(pl.col("gas") != "CO2e"))
    html = PAGE.render(replace(drawn, tables={**drawn.tables, "accounts.totals": masses}))
    assert "CO₂e</th>" in PAGE.render(drawn)
    assert "CO₂e</th>" not in html
    assert "没有选定增温潜势" in html


def test_a_province_without_accounts_says_so(drawn: ReportContext) -> None:
    empty = {name: replace(drawn.tables[name], frame=drawn.tables[name].frame.clear()) for name in PAGE.needs}
    assert "没有两种方法都算出的年份" in PAGE.render(replace(drawn, tables={**drawn.tables, **empty}))
