"""City and department sheets: what is known is shown, what is missing is said, nobody silent is ranked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng.report.pages.city_sheets import PAGE as CITIES
from dafeng.report.pages.department_sheets import PAGE as DEPARTMENTS
from dafeng.report.traces import TraceBook

if TYPE_CHECKING:
    from dafeng.report import ReportContext
    from dafeng.report.page import Page


def text_of(page: Page, context: ReportContext) -> str:
    """Return what a reader of English sees."""
    html = re.sub("</(td|th)>", " ", page.render(context))
    html = re.sub(r'<span class="zh" lang="[^"]+">.*?</span>', "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html))


def without(context: ReportContext, *prefixes: str) -> ReportContext:
    """Return the context with the tables of some names empty."""
    tables = {
        key: replace(table, frame=table.frame.clear()) if key.startswith(prefixes) else table
        for key, table in context.tables.items()
    }
    return replace(context, tables=tables, traces=TraceBook())


def sheet_of(html: str, name: str) -> str:
    """Return one sheet."""
    return html[html.index(f'<details class="sheet" id="{name}"') :].split("</details>", 1)[0]


def test_every_city_stands_in_the_index_and_only_speaking_ones_have_a_sheet(context: ReportContext) -> None:
    html = CITIES.render(context)
    assert html.count('<details class="sheet"') == 1
    assert 'href="#city-C1"' in html
    assert 'href="#city-C2"' not in html
    text = text_of(CITIES, context)
    assert "2 cities: 1 have targets split to them, 1 filed a plan, 1 have figures for the evaluation" in text
    assert "City 2 not on record — not on record No file — — No figures, not ranked" in text


def test_rank_stands_with_its_range_and_a_silent_city_has_none(context: ReportContext) -> None:
    text = text_of(CITIES, context)
    assert "3 (2–5 under other weights)" in text
    assert "kept in about 7 of 10 draws" in text
    index = text[text.index("City 2") : text.index("Do the parts")]
    assert not re.search(r"\b\d+–\d+\b", index)


def test_check_says_which_split_reaches_the_province_and_why_not(context: ReportContext) -> None:
    text = text_of(CITIES, context)
    assert "14.50% 13.10% 2,500 2,460 −40" in text
    assert "The parts miss the whole" in text
    assert "Cities that use more grow faster" in text
    assert "a uniform fall of 19.00% would reach it" in text
    assert text.count("The parts reach the whole") == 1


def test_a_sheet_shows_targets_split_scores_appeal_and_procedure(context: ReportContext) -> None:
    html = sheet_of(CITIES.render(context), "city-C1")
    for words in (
        "Stricter than the province", "≥ 12", "Proxy", "1 more targets of the province", "15.00%", "18.20%",
        "2,433", "23.5</button> / 25", "94%", "No figures", "Pending", "answers e1", "peak in 2030", "2,121",
    ):  # fmt: skip
        assert words in html, words
    assert html.count("<img") == 0


def test_nothing_published_leaves_one_table(context: ReportContext) -> None:
    bare = without(context, "cities.", "evaluation.")
    html, text = CITIES.render(bare), text_of(CITIES, bare)
    assert "Neither energy, plans nor evaluation figures" in text
    assert html.count("<table") == 1
    assert "<details" not in html
    assert "Not evaluated" in text


def test_a_split_that_cannot_be_checked_is_one_sentence(context: ReportContext) -> None:
    table = context.tables["cities.allocation_check"]
    frame = table.frame.with_columns(outcome=pl.lit("cannot_check"), cities_known=pl.lit(0, pl.Int64))
    tables = {**context.tables, "cities.allocation_check": replace(table, frame=frame)}
    text = text_of(CITIES, replace(context, tables=tables, traces=TraceBook()))
    assert "The split of none of the 1 provincial targets can be checked: 0 of 2 cities have figures" in text
    assert "Room left" not in text


def test_departments_are_scored_or_informed_and_never_both(context: ReportContext) -> None:
    html = DEPARTMENTS.render(context)
    scored, informed = html.split('id="departments-informed"')
    assert 'id="department-a1"' in scored
    assert 'id="department-a3"' not in html
    assert "Body 3" in informed
    assert "Body 3" not in scored
    text = text_of(DEPARTMENTS, context)
    assert (
        "2 scored provincial bodies share 3 targets, of which 1 are missed, behind or at a red or amber level"
        in text
    )
    assert "State of the scores: Weights not known, no total 1" in text


def test_a_department_sheet_lists_targets_by_time_with_verdict_and_level(context: ReportContext) -> None:
    sheet = sheet_of(DEPARTMENTS.render(context), "department-a1")
    assert sheet.count('<th scope="row">') >= 3
    assert 'class="badge v-off_track"' in sheet
    assert 'class="badge l-red"' in sheet
    assert "Issued" in sheet
    assert "Drafted" not in sheet  # the last state of a notice, not every step
    assert "Due" in sheet
    text = text_of(DEPARTMENTS, context)
    assert "3: 1 met, 2 open" in text


def test_tasks_of_a_body_of_the_past_stand_under_its_successor(context: ReportContext) -> None:
    table = context.tables["plan.agencies"]
    gone = pl.col("agency_id") == "a2"
    frame = table.frame.with_columns(
        valid_to=pl.when(gone).then(pl.lit("2024")).otherwise("valid_to"),
        successor_id=pl.when(gone).then(pl.lit("a4")).otherwise("successor_id"),
    )
    tables = {**context.tables, "plan.agencies": replace(table, frame=frame)}
    html = DEPARTMENTS.render(replace(context, tables=tables, traces=TraceBook()))
    assert 'id="department-a2"' not in html
    assert 'class="badge l-red"' in sheet_of(html, "department-a4")


def test_without_departments_the_page_says_so(context: ReportContext) -> None:
    assert "No provincial body has tasks" in DEPARTMENTS.render(without(context, "plan.agencies"))
