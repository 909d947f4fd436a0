"""The balance page: the statistical difference is the headline, the table and the flow stand below."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dafeng.app.balance_stage import show_balances, split_balances
from dafeng.app.stages import RunContext
from dafeng.report import ReportContext, ReportMeta
from dafeng.report.pages.balance import PAGE, choose_fuels

if TYPE_CHECKING:
    from dafeng.pack import Pack

META = ReportMeta("CN-SX", "山西省", "Shanxi", "shanxi", "1", "v", "2026-11-22")


@pytest.fixture(scope="module")
def context(shanxi: Pack) -> ReportContext:
    result = show_balances(RunContext(shanxi, date(2026, 11, 22), accept_findings=False))
    return ReportContext(META, dict(result.tables))


def test_the_headline_is_the_largest_difference(context: ReportContext) -> None:
    text = PAGE.render(context)
    head = text[text.index('id="balance-message"') : text.index("</h3>")]
    assert "原煤" in head
    assert "−17,000" in head
    assert "26.4%" in head
    assert "Statistical difference (unexplained use)" in text
    assert '"#b3261e"' in text


def test_the_compact_table_holds_the_fuels_with_a_difference(context: ReportContext) -> None:
    cells = context.own_rows("balance.cells")
    (balance,) = split_balances(context.frame("balance.cells").drop("source_id"))
    assert balance.edition == "yearbook_2005"
    from dafeng.balance import find_edition  # noqa: PLC0415

    fuels = choose_fuels(cells, find_edition(balance.edition))
    assert {"Coal_Total", "Raw_Coal", "Coke", "Electricity"} <= set(fuels)
    assert len(fuels) == 8


def test_every_number_has_a_trace_to_the_yearbook(context: ReportContext) -> None:
    PAGE.render(context)
    assert {trace.sources for _, trace in context.traces.items()} == {("CESY2008_EBT",)}


def test_a_pack_without_balances_says_so(tiny_pack, shanxi: Pack) -> None:
    from dafeng.pack import read_pack  # noqa: PLC0415

    pack = read_pack(str(tiny_pack))
    result = show_balances(RunContext(pack, date(2026, 11, 22), accept_findings=False))
    if result.tables["balance.cells"].frame.is_empty():
        assert result.tables["balance.flow"].frame.is_empty()
        assert "没有能源平衡表" in PAGE.render(ReportContext(META, dict(result.tables)))
