"""The page of the peak test: the verdict in words, the maximum and near ties drawn, the error rates shown."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dafeng.app.tables import TABLES
from dafeng.peaktest import study_peak
from dafeng.provenance import Step
from dafeng.report import PAGES, ReportContext, ReportMeta
from dafeng.report.pages.peak_test import PAGE, STEP
from dafeng.result import NamedTable
from dafeng.table import frame_of
from dafeng.tracking.peak_test import make_rate_rows, make_verdict_row

META = ReportMeta("CN-SX", "山西省", "Shanxi", "shanxi", "1", "v", "2026-11-22")
RISE = [70.0, 73.0, 76.0, 79.0, 82.0, 85.0, 88.0, 91.0, 94.0, 99.5, 100.0]
FALL = [98.0, 96.5, 94.0, 92.5, 90.0, 88.5, 86.0]
STEPS = (Step(STEP, "检验了 2 个序列", "tested 2 series", {}, 2),)


def add_series(rows: dict[str, list[dict[str, Any]]], series_id: str, values: list[float], unit: str) -> None:
    """Add a series with its study to the rows of a run."""
    made = study_peak(range(2000, 2000 + len(values)), values, samples=100)
    named = {
        "series_id": series_id, "region": "CN-SX", "name_zh": f"甲{series_id}", "name_en": f"one {series_id}",
        "unit": unit, "grade": "B",
    }  # fmt: skip
    rows["tracking.peak_tests"].append(make_verdict_row(made, named))
    rows["tracking.peak_errors"] += make_rate_rows(made, series_id, "CN-SX")
    rows["tracking.peak_series"] += [
        {"series_id": series_id, "region": "CN-SX", "year": 2000 + place, "value": value, "unit": unit,
         "known_assumed": series_id.startswith("published"), "source_ids": "book;other", "grade": "B"}
        for place, value in enumerate(values)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def context() -> ReportContext:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in PAGE.needs}
    add_series(rows, "coal", RISE[:9], "10^4 t")
    add_series(rows, "published_co2_total", [*RISE, *FALL], "Mt CO2")
    return context_of(rows)


def context_of(rows: dict[str, list[dict[str, Any]]]) -> ReportContext:
    tables = {}
    for name in PAGE.needs:
        contract, zh, en = TABLES[name]
        frame = frame_of(rows[name], contract)
        tables[name] = NamedTable(name, frame, contract, zh, en)
    return ReportContext(META, tables, STEPS)


def text_of(context: ReportContext, language: str) -> str:
    """Return what a reader of one language sees."""
    other = "en" if language == "zh" else "zh"
    html = re.sub(
        rf'<span class="{other}" lang="[^"]+">.*?</span>', "", PAGE.render(context), flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html))


def test_the_page_begins_with_the_total_and_says_the_verdict(context: ReportContext) -> None:
    chinese, english = text_of(context, "zh"), text_of(context, "en")
    assert chinese.index("甲published_co2_total：已达峰") < chinese.index("甲coal")
    assert "2010 年最高，此后 7 年的下降显著" in chinese
    assert "one published_co2_total: Peaked" in english
    assert "The maximum lies in 2010, and the fall of the 7 years since is significant" in english
    assert "The latest year, 2008, is the highest" in english


def test_maximum_and_near_ties_are_marked(context: ReportContext) -> None:
    figure = PAGE.render(context).partition("</figure>")[0]
    chart = figure.partition("<ul")[0]
    assert chart.count('fill="#1a232c" stroke="#1a232c"') == 1  # the maximum
    assert chart.count("<circle") == 2  # and one near tie
    assert ">2010<" in chart
    assert "2009" in text_of(context, "en").partition("All series")[2]


def test_it_is_said_when_the_rule_can_confirm_and_of_a_peak_how_often_it_errs(
    context: ReportContext,
) -> None:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in PAGE.needs}
    add_series(rows, "published_co2_total", [*RISE, *FALL[:2]], "Mt CO2")
    waiting = context_of(rows)
    assert re.search(r"要到转折后约 \d 年才能认出", text_of(waiting, "zh"))
    assert re.search(r"only from about \d years after the turn", text_of(waiting, "en"))
    assert "would be called peaked too" not in text_of(waiting, "en")
    assert "would be called peaked too" in text_of(context, "en")
    assert "years after the turn" not in text_of(context, "en")


def test_error_rates_stand_by_years_for_every_series(context: ReportContext) -> None:
    table = PAGE.render(context).rpartition('<table class="matrix">')[2]
    assert table.count("<tr>") == 3
    heads = re.findall(r"<th scope=\"col\">(?:<[^>]*>)*(\d+) 年", table)
    assert heads == [str(year) for year in range(3, 13)]
    shares = re.findall(r">(&lt;1|&gt;99|\d\d?)</button>", table)
    assert len(shares) == 2 * 2 * 10


def test_assumed_noise_and_untested_series_are_told(context: ReportContext) -> None:
    assert "缺省假定" in text_of(context, "zh")
    assert "2 % and autocorrelation 0.5 are assumed" in text_of(context, "en")
    assert "检验了 2 个序列" in text_of(context, "zh")


def test_every_trace_is_stored_and_says_where_the_figures_are_from(context: ReportContext) -> None:
    used = set(re.findall(r'data-trace="([^"]*)"', PAGE.render(context)))
    stored = dict(context.traces.items())
    assert used
    assert used <= set(stored)
    assert any(trace.sources == ("book", "other") for trace in stored.values())
    assert any("两年后" in trace.note_zh for trace in stored.values())
    assert any("noise" in trace.step_en for trace in stored.values())


def test_without_a_series_the_page_says_so() -> None:
    empty = context_of({name: [] for name in PAGE.needs})
    assert "没有可检验的序列" in text_of(empty, "zh")
    assert "No series to test" in text_of(empty, "en")


def test_the_page_stands_in_the_report() -> None:
    assert PAGE in PAGES
