"""The stage of methane and views: the built-in pack, a pack without activities, the day of the report."""

from __future__ import annotations

import re
import shutil
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.consumption_stage import view_borders
from dafeng.app.stages import RunContext
from dafeng.pack import read_pack
from dafeng.report import ReportContext, ReportMeta
from dafeng.report.pages.methane import render_methane
from dafeng.report.pages.territorial_consumption import render_consumption

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack
    from dafeng.result import Result

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def made(shanxi: Pack) -> Result:
    return view_borders(RunContext(shanxi, DAY, accept_findings=True))


def drawn_context(result: Result) -> ReportContext:
    meta = ReportMeta("CN-SX", "山西省", "Shanxi", "shanxi", "1", "v", "2026-11-22")
    return ReportContext(meta, result.tables)


def views(result: Result) -> pl.DataFrame:
    return result.tables["accounts.consumption"].frame


def test_exported_power_of_2022_is_the_published_one_at_the_published_factor(made: Result) -> None:
    row = (
        views(made).filter((pl.col("item") == "power_exchange") & (pl.col("year") == 2022)).row(0, named=True)
    )
    assert row["value_mt"] == pytest.approx(1464 * 0.7096 * 0.1)
    assert row["source_id"] == "people_en_2023-01-12;MEE_GRID_JS"


def test_what_was_not_yet_published_on_a_day_is_not_used(shanxi: Pack) -> None:
    early = view_borders(RunContext(shanxi, date(2023, 1, 1), accept_findings=True))
    row = views(early).filter((pl.col("item") == "power_exchange") & (pl.col("year") == 2022))
    assert row["value_mt"].to_list() == [None]


def test_coal_and_coke_of_the_balance_table_go_to_a_province_that_is_not_known(made: Result) -> None:
    moved = views(made).filter(pl.col("item").is_in(["coal_potential", "coke_making", "coke_potential"]))
    assert set(moved["year"]) == {2007}
    assert moved["partner"].null_count() == moved.height
    coke = moved.filter(pl.col("item") == "coke_making").row(0, named=True)
    assert (coke["energy"], coke["grade"]) == (6983.8, "C")


def test_territorial_totals_are_those_of_the_inventory(made: Result, shanxi: Pack) -> None:
    published = shanxi.tables["published_emissions"].filter(pl.col("variable") == "co2_total")
    wanted = dict(published.select("year", "value").iter_rows())
    rows = views(made).filter((pl.col("item") == "territorial") & (pl.col("process") == "with_process"))
    for year, value in rows.select("year", "value_mt").iter_rows():
        assert value == pytest.approx(wanted[year], rel=1e-6), year


def test_a_pack_without_activities_still_runs(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    (folder / "activities.csv").unlink()
    result = view_borders(RunContext(read_pack(str(folder)), DAY, accept_findings=True))
    assert result.tables["accounts.methane"].frame.is_empty()
    assert result.steps
    assert "没有原煤产量" in render_methane(drawn_context(result))


def test_the_methane_page_shows_the_range_and_what_is_missing(made: Result) -> None:
    page = render_methane(drawn_context(made))
    assert "10.3" in page
    assert "可低至 6.6、高至 23.8" in re.sub("<[^>]+>", "", page)
    assert "coal_mine_methane_drained" in page
    assert "产能比例" in page
    assert page.count('stroke-dasharray="3 2"') == 5  # four years without figure and the legend


def test_the_view_page_shows_both_variants(made: Result) -> None:
    page = render_consumption(drawn_context(made))
    assert "103.9" in page
    assert "url(#border-message-hatch)" in page
    assert "去向未公布" in page
