"""The monthly page: what the tables say, in both languages, with what is missing; no network."""

from __future__ import annotations

import base64
import hashlib
import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.report.monthly_page import draw_body, render_monthly

if TYPE_CHECKING:
    from dafeng.report.monthly_sheet import MonthlySheet

MADE = runpy.run_path(str(Path(__file__).with_name("made_monthly.py")))


def text_of(sheet: MonthlySheet, language: str = "en") -> str:
    """Return what a reader of one language sees."""
    body = re.sub("</(td|th|dt|dd|p)>", " ", draw_body(sheet))
    other = "zh" if language == "en" else "en"
    body = re.sub(rf'<span class="{other}" lang="[^"]+">.*?</span>', "", body, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", body))


def sheet_with(**tables: Any) -> MonthlySheet:
    """Return the made-up page with some tables changed."""
    return MADE["make_sheet"](tables=MADE["make_tables"]() | tables)


@pytest.fixture(scope="module")
def page() -> str:
    return render_monthly(MADE["make_sheet"]())


def test_a_row_holds_month_year_to_date_year_and_skill() -> None:
    text = text_of(MADE["make_sheet"]())
    assert "210.5 +3.1 2,105.0 −1.2 2,530 (2,500–2,560) +1.2 0.71 · 83% (12) 2026-11-18" in text
    assert "Electricity use, year to date 2,105.0" in text
    assert "Own CO₂, year to date 520.0" in text


def test_the_distance_from_the_path_has_its_sign() -> None:
    assert "+20.0 Mt CO₂Above the path; path of the whole year 600.0" in text_of(MADE["make_sheet"]())
    path = MADE["make_tables"]()["path"].with_columns(gap=-pl.col("gap"))
    text = text_of(sheet_with(path=path))
    assert "−20.0" in text
    assert "Not above the path" in text


def test_what_was_not_supplied_is_said_and_no_number_stands_for_it() -> None:
    text = text_of(MADE["make_sheet"]())
    assert re.search(r"Coke output ×10⁴ t not supplied not supplied — ", text)
    assert "No estimate of Coke output" in text
    empty = MADE["make_sheet"](
        tables=MADE["empty_tables"](), failed={}, covered_share=None, benchmark_year=None, assumed=0
    )
    text = text_of(empty)
    assert text.count("not published") == 3
    assert "No path of the year to compare with" in text
    assert "Months follow the inventory" not in text


def test_without_a_backtest_no_score_is_given() -> None:
    scores = MADE["make_tables"]()["scores"].clear()
    text = text_of(sheet_with(scores=scores))
    assert "No backtest was made" in text
    assert "0.71" not in text
    assert "Score ratio" not in text


def test_score_is_that_of_the_method_and_the_month_of_the_estimate() -> None:
    scores = MADE["make_tables"]()["scores"]
    other = scores.with_columns(
        crps_ratio=pl.when(pl.col("method") == "naive").then(0.11).otherwise("crps_ratio"),
        through_month=pl.when(pl.col("item") == "cement").then(3).otherwise("through_month"),
    )
    text = text_of(sheet_with(scores=other))
    assert "0.11" not in text
    assert text.count("0.71 · 83% (12)") == 11


def test_a_complete_year_has_no_interval() -> None:
    nowcasts = MADE["make_tables"]()["nowcasts"].with_columns(method=pl.lit("complete"))
    assert "(2,500–2,560)" not in text_of(sheet_with(nowcasts=nowcasts))


def test_the_chart_leads_the_path_to_the_end_of_the_year(page: str) -> None:
    drawing = page[page.index('aria-labelledby="monthly-path"', page.index("<dl")) :].split("</svg>", 1)[0]
    assert drawing.count("<circle") == 9
    lines = re.findall(r'<polyline points="([^"]+)"', drawing)
    assert sorted(len(points.split()) for points in lines) == [9, 10, 11]  # this year, path, last year


def test_a_missing_month_ends_the_line_of_the_year() -> None:
    months = MADE["make_tables"]()["months"]
    gap = (pl.col("year") == MADE["YEAR"]) & (pl.col("first_month") == 5)
    drawing = draw_body(sheet_with(months=months.filter(~gap)))
    drawing = drawing[drawing.index('aria-labelledby="monthly-path"', drawing.index("<dl")) :]
    assert drawing.split("</svg>", 1)[0].count("<circle") == 3


def test_it_is_a_draft_for_internal_use_in_both_languages() -> None:
    for language, words in (
        ("zh", ("草稿", "内部资料", "由人审签后印发", "2026年1—10月", "测试省碳达峰月报")),
        ("en", ("Draft", "Internal", "issued by people after review", "January to 10/2026")),
    ):
        text = text_of(MADE["make_sheet"](), language)
        assert all(word in text for word in words)


def test_it_loads_nothing_and_runs_only_its_own_script(page: str) -> None:
    policy = page.split('Content-Security-Policy" content="', 1)[1].split('"', 1)[0].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'")
    for script in re.findall("<script>(.*?)</script>", page, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not re.search(r"""(?:src|href)=["'](?!#|data:)""", page)
    assert "<img" not in page.split("<body>", 1)[1]
    assert not re.search(r"<[a-z][^>]*\son\w+=", page)


def test_the_same_sheet_gives_the_same_page(page: str) -> None:
    assert render_monthly(MADE["make_sheet"]()) == page
