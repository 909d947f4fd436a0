"""The pages of the assessment and of the city accounts: what they say with and without figures."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.assessment_stage import assess_pack
from dafeng.app.city_stage import account_pack_cities, name_city_frames
from dafeng.app.stages import RunContext, read_plan
from dafeng.app.tables import name_tables
from dafeng.inventory import ceads_factors
from dafeng.inventory.city_accounts import account_cities, draft_city_energy, split_province
from dafeng.report import ReportContext, ReportMeta
from dafeng.report.pages.assessment import PAGE as ASSESSMENT
from dafeng.report.pages.city_accounts import PAGE as CITIES

if TYPE_CHECKING:
    from dafeng.pack import Pack
    from dafeng.result import NamedTable


@pytest.fixture(scope="module")
def tables(shanxi: Pack) -> dict[str, NamedTable]:
    run = RunContext(shanxi, date(2026, 11, 22), accept_findings=True)
    made = [read_plan(run), assess_pack(run), account_pack_cities(run)]
    return {name: table for result in made for name, table in result.tables.items()}


def draw(page: object, tables: dict[str, NamedTable]) -> str:
    meta = ReportMeta("CN-SX", "某省", "Province", "p", "1", "v", "2026-11-22")
    html: str = page.render(ReportContext(meta, tables))  # type: ignore[attr-defined]
    return re.sub(r"<[^>]+>", "", html)


def test_price_base_vintage_and_approved_figure_stand_on_the_page(tables: dict[str, NamedTable]) -> None:
    text = draw(ASSESSMENT, tables)
    assert "as first published" in text
    assert "first_published" not in text
    assert "2021–2025 in prices of 2020" in text
    assert "−2.88" in text
    assert "−0.032" in text
    assert "No feedback and no approved figure is published: Change of carbon intensity" in text


def test_without_figures_the_page_says_so_plainly(tables: dict[str, NamedTable]) -> None:
    figures, gap = (tables[name].frame for name in ("assessment.figures", "assessment.gap"))
    bare = name_tables(
        {
            "assessment.figures": figures.filter(pl.col("stage") == "own_estimate"),
            "assessment.gap": gap.clear(),
        }
    )
    assert "No preliminary feedback and no approved figure is published" in draw(ASSESSMENT, tables | bare)


def test_a_province_without_accounts_has_a_page(tables: dict[str, NamedTable]) -> None:
    empty = name_tables(
        {name: tables[name].frame.clear() for name in tables if name.startswith("assessment.")}
    )
    assert draw(ASSESSMENT, tables | empty).strip()


def test_silent_cities_get_no_figure_and_the_form_is_named(tables: dict[str, NamedTable]) -> None:
    text = draw(CITIES, tables)
    assert "None of the 11 cities publishes energy by fuel" in text
    assert "dafeng inventory cities --template" in text
    assert text.count("太原市") == 1
    assert "Not published" not in text


def test_reporting_cities_stand_beside_the_silent_ones(shanxi: Pack, tables: dict[str, NamedTable]) -> None:
    province = split_province(shanxi.tables["energy"], ceads_factors())
    codes = tables["inventory.city_totals"].frame["region"].to_list()
    form = draft_city_energy(codes[:2], 2022, province)
    raw = pl.col("item") == "raw_material_use"
    filled = form.with_columns(value=pl.when(raw).then(0.0).otherwise(5.0), grade=pl.lit("A"))
    made = account_cities(filled, ceads_factors(), province, codes)
    text = draw(CITIES, tables | name_tables(name_city_frames(made)))
    assert text.count("Not published") == 9
    assert text.count("Complete") == 2
    assert "Residual kept apart" in text
    assert "Reliability = share of required items" in text
