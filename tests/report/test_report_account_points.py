"""What the headlines and the page of methods say of the other accounts: three sentences, only with rows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from dafeng.app.accounts_stage import take_accounts
from dafeng.app.balance_stage import show_balances
from dafeng.app.consumption_stage import view_borders
from dafeng.app.decomposition_stage import decompose_pack
from dafeng.app.stages import RunContext
from dafeng.report import PAGES, ReportContext, ReportMeta
from dafeng.report.pages.headlines import account_sentences
from dafeng.report.pages.methane import PAGE as METHANE
from dafeng.report.pages.method import PAGE as METHOD
from dafeng.report.words import words

if TYPE_CHECKING:
    from dafeng.pack import Pack

META = ReportMeta("CN-SX", "某省", "Province", "p", "1", "v", "2026-11-22")


@pytest.fixture(scope="module")
def context(shanxi: Pack) -> ReportContext:
    run = RunContext(shanxi, date(2026, 11, 22), accept_findings=True)
    made = [show_balances(run), take_accounts(run), view_borders(run), decompose_pack(run)]
    return ReportContext(META, {name: table for result in made for name, table in result.tables.items()})


def test_each_account_has_its_sentence_and_every_figure_a_trace(context: ReportContext) -> None:
    found = account_sentences(context)
    text = " ".join(re.sub("<[^>]+>", "", sentence) for sentence in found)
    assert len(found) == 3
    assert all('data-trace="t' in sentence for sentence in found)
    assert "+131.1" in text
    assert "原煤平衡差额 −17,000" in text
    assert "总量不含煤矿甲烷" in text
    assert "随净外送电力供外省使用" in text


def test_without_rows_there_is_no_sentence(context: ReportContext) -> None:
    empty = {name: replace(table, frame=table.frame.clear()) for name, table in context.tables.items()}
    assert account_sentences(ReportContext(META, empty)) == []
    assert account_sentences(ReportContext(META, {})) == []


def test_methods_are_told_for_the_accounts_that_have_rows(context: ReportContext) -> None:
    assert "LMDI-I" in METHOD.render(context)
    bare = {**context.tables}
    effects = bare["decomposition.effects"]
    bare["decomposition.effects"] = replace(effects, frame=effects.frame.clear())
    assert "LMDI-I" not in METHOD.render(ReportContext(META, bare))


def test_the_ends_of_the_methane_range_open_their_own_traces(context: ReportContext) -> None:
    page = METHANE.render(context)
    title = page[page.index('id="methane-message"') : page.index("</h3>")]
    keys = re.findall(r'data-trace="(t\d+)"', title)
    assert len(set(keys)) == 3


def test_every_section_but_the_cover_has_a_short_name() -> None:
    assert {f"nav.{page.id}" for page in PAGES if page.id != "cover"} <= set(words())
