"""The page as text: self-contained, escaped, traced, honest about what is missing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import polars as pl
import pytest

from dafeng.report import PAGES, ReportContext, render_report
from dafeng.report.charts import stack_chart
from dafeng.report.emission_view import view_emissions

VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "use"}


class Reader(HTMLParser):
    """Collect elements with their attributes, and the text of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self._open: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self._open = dict(attrs)
            self.scripts.append((self._open, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            attrs, text = self.scripts[-1]
            self.scripts[-1] = (attrs, text + data)


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def script_json(read: Reader, element_id: str) -> dict:
    return next(json.loads(text) for attrs, text in read.scripts if attrs.get("id") == element_id)


def test_nothing_is_loaded_from_a_network(page: str, read: Reader) -> None:
    for tag, attrs in read.elements:
        assert tag not in {"link", "iframe", "img", "object", "embed", "base"}
        assert "src" not in attrs
        href = attrs.get("href") or ""
        assert tag == "a" or href.startswith("#") or not href
    style = page[page.index("<style>") : page.index("</style>")]
    assert set(re.findall(r"url\((\w+):", style)) == {"data"}
    assert "@import" not in style


def test_policy_allows_only_our_own_scripts(read: Reader) -> None:
    policy = next(a["content"] for t, a in read.elements if t == "meta" and a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    for attrs, text in read.scripts:
        if attrs.get("type") == "application/json":
            continue
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not any(name.startswith("on") for _, attrs in read.elements for name in attrs)


def test_hostile_text_stays_text(page: str, read: Reader) -> None:
    assert "<img src=x" not in page
    assert not any(tag == "img" for tag, _ in read.elements)
    assert not any((attrs.get("href") or "").startswith("javascript:") for _, attrs in read.elements)
    assert script_json(read, "page-data")["sources"]["book"]["t"] == ["统计年鉴", "Yearbook"]
    assert all(
        "\u2028" not in text for attrs, text in read.scripts if attrs.get("type") == "application/json"
    )


def test_every_section_is_there_in_order(page: str) -> None:
    places = [page.index(f'<section id="{item.id}"') for item in PAGES]
    assert places == sorted(places)
    assert "未计算" not in page


def test_every_number_has_a_known_trace(read: Reader) -> None:
    data = script_json(read, "page-data")
    keys = [attrs["data-trace"] for _, attrs in read.elements if "data-trace" in attrs]
    assert len(keys) > 40
    assert set(keys) <= set(data["traces"])
    named = {code for trace in data["traces"].values() for code in trace.get("s", [])}
    assert "book" in named
    assert data["grades"]["A"][1].startswith("Official")
    assert all(trace.get("d") for trace in data["traces"].values())


def test_headings_do_not_skip_a_level(read: Reader) -> None:
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_unique(read: Reader) -> None:
    ids = [attrs["id"] for _, attrs in read.elements if attrs.get("id")]
    assert len(ids) == len(set(ids))


def test_a_year_without_a_total_is_a_gap_and_never_zero(context: ReportContext, page: str) -> None:
    chart = stack_chart(view_emissions(context), "sector_groups")
    assert chart["years"] == (2020, 2021, 2022)
    assert chart["totals"] == [100.0, None, 118.0]
    assert chart["combustion"][1] == 99.0
    assert chart["series"][-1]["values"] == [10.0, None, 10.0]
    assert chart["points"]["values"] == [100.0, 108.5, 118.0]
    assert "2021 年没有合计" in page


def test_headline_says_change_since_the_last_year_with_a_total(page: str) -> None:
    section = page[page.index('<section id="headlines"') : page.index('<section id="emissions"')]
    assert "1.18 亿吨" in section
    assert "+18.0%" in section
    assert "66.7%" in section


def test_adjusted_target_shows_the_one_in_force_and_the_old_one(page: str) -> None:
    row = page[page.index('data-verdict="adjusted" data-document') :].split("</tr>", maxsplit=1)[0]
    assert "≥ 90" in row
    assert "原目标" in row
    assert ">95</button>" in row


def test_readings_of_a_decision_are_listed(page: str) -> None:
    row = page[page.index('data-verdict="needs_decision" data-document') :].split("</tr>", maxsplit=1)[0]
    assert "允差 1%" in row
    assert "within 2 %" in row
    assert 'href="#q-q1"' in row


def test_city_without_data_is_hatched_and_the_map_is_stamped(page: str) -> None:
    section = page[page.index('<section id="map"') : page.index('<section id="unknown"')]
    assert section.count('fill="url(#hatch)"') >= 2
    assert "≥ 44" in section
    assert "2025-01 – 2025-06" in section
    assert "内部参考" in section


def test_map_prints_its_approval_number(made: dict) -> None:
    page = render_report(made["make_context"](map_approval="TEST-1"))
    assert "审图号：TEST-1" in page
    assert 'class="internal"' not in page.split("<body>")[1]


def test_without_boundaries_the_map_says_so(made: dict) -> None:
    assert "没有可绘的边界" in render_report(made["make_context"](boundaries=""))


@pytest.mark.parametrize("missing", sorted({need for page in PAGES for need in page.needs}))
def test_missing_table_is_not_computed(context: ReportContext, missing: str) -> None:
    tables = {key: table for key, table in context.tables.items() if key != missing}
    page = render_report(ReportContext(context.meta, tables))
    assert "未计算" in page
    assert missing in page
    for item in PAGES:
        assert f'<section id="{item.id}"' in page


def test_no_table_at_all(context: ReportContext) -> None:
    assert render_report(ReportContext(context.meta, {})).count("Not computed") >= 5


def test_empty_tables(context: ReportContext) -> None:
    empty = {key: replace(table, frame=table.frame.clear()) for key, table in context.tables.items()}
    assert "<h1>" in render_report(ReportContext(context.meta, empty))


def test_same_context_same_page(context: ReportContext, page: str) -> None:
    assert render_report(context) == page


def test_both_languages_are_in_the_page(page: str) -> None:
    assert 'lang="zh-Hans" data-title-zh="测试省碳达峰进展报告"' in page
    assert "Carbon-peak progress report of Testland" in page
    assert "测算数据，不代表统计部门公布或国家核定结果" in page
    assert "neither published by the statistical authorities" in page


def test_other_provinces_are_left_out(context: ReportContext) -> None:
    table = context.tables["inventory.emissions"]
    other = table.frame.with_columns(region=pl.lit("CN-XX"), value=pl.col("value") * 1000)
    tables = {**context.tables, "inventory.emissions": replace(table, frame=pl.concat([table.frame, other]))}
    assert view_emissions(ReportContext(context.meta, tables)).total[2022] == pytest.approx(118.0)


def test_page_size(page: str) -> None:
    assert len(page.encode("utf-8")) < 3_000_000
