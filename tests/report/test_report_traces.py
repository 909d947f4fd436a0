"""Traces cite what a number rests on, and nothing else; weak inputs are said in words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.inventory import CarbonFactor
from dafeng.pack import PACK_TABLES
from dafeng.report import ReportContext, render_report
from dafeng.report.emission_view import trace_difference, view_emissions
from dafeng.report.pages.flow import _trace_year
from dafeng.report.traces import TraceBook

if TYPE_CHECKING:
    from dafeng.report.traces import Trace


@pytest.fixture
def full(context: ReportContext, made: dict) -> ReportContext:
    """Return the made-up province with its inputs, each table with a source of its own."""
    region = made["REGION"]
    energy = [
        {"region": region, "year": 2022, "variable": "final_consumption", "sector": "power_heat",
         "fuel": fuel, "unit": "10^4 t", "value": 1.0, "source_id": source, "grade": grade}
        for fuel, source, grade in (("Raw_Coal", "energy_book", "A"), ("Coke", "energy_other", "B"))
    ]  # fmt: skip
    products = [
        {"region": region, "year": year, "variable": "output", "sector": "cement", "unit": "10^4 t",
         "value": value, "source_id": "cement_book", "grade": "B",
         "note_zh": "推算所得", "note_en": "derived"}
        for year, value in ((2021, None), (2022, 1.0))
    ]  # fmt: skip
    factors = [
        {"sector": sector, "fuel": fuel, "factor": 2.0, "unit": "t CO2/t", "n_obs": 1,
         "source_id": source, "grade": "A"}
        for sector, fuel, source in (
            ("power_heat", "Raw_Coal", "factor_book"), ("agriculture", "Diesel_Oil", "factor_unused"),
        )
    ]  # fmt: skip
    schema = dict.fromkeys(("fuel", "unit", "source_id", "grade", "note_zh", "note_en"), pl.String)
    calorific = [
        {"fuel": "Raw_Coal", "tj_per_activity_unit": 209.0, "source_id": "heat_book", "grade": "A"},
        {"fuel": "Heat", "tj_per_activity_unit": 1.0, "source_id": "heat_unused", "grade": "X"},
    ]
    table = context.tables["inventory.published"]
    tables = {
        **context.tables,
        "inventory.energy": made["named"]("inventory.energy", PACK_TABLES["energy"], energy),
        "inventory.products": made["named"]("inventory.products", PACK_TABLES["products"], products),
        "inventory.factors": made["named"]("inventory.factors", CarbonFactor, factors),
        "inventory.calorific": replace(
            table,
            id="inventory.calorific",
            frame=pl.DataFrame(calorific, schema={"tj_per_activity_unit": pl.Float64, **schema}),
        ),
    }
    return ReportContext(context.meta, tables)


def grade_energy(context: ReportContext, grade: str) -> ReportContext:
    table = context.tables["inventory.energy"]
    frame = table.frame.with_columns(grade=pl.lit(grade))
    tables = {**context.tables, "inventory.energy": replace(table, frame=frame)}
    return replace(context, tables=tables, traces=TraceBook())


def emission_trace(context: ReportContext, year: int = 2022) -> Trace:
    return context.traces.get(view_emissions(context).traces[year])


def test_flow_cites_energy_and_calorific_values_and_no_cement(full: ReportContext) -> None:
    trace = full.traces.get(_trace_year(full, 2022))
    assert trace.sources == ("energy_book", "heat_book")
    assert trace.grade == "A"


def test_flow_without_calorific_values_cites_the_energy_use(full: ReportContext) -> None:
    tables = {key: table for key, table in full.tables.items() if key != "inventory.calorific"}
    bare = ReportContext(full.meta, tables)
    assert bare.traces.get(_trace_year(bare, 2022)).sources == ("energy_book", "energy_other")


def test_emissions_cite_the_factors_in_use(full: ReportContext) -> None:
    trace = emission_trace(full)
    assert trace.sources == (
        "dafeng made-up 1", "energy_book", "energy_other", "cement_book", "factor_book",
    )  # fmt: skip


def test_a_year_without_output_does_not_cite_it(full: ReportContext) -> None:
    assert "cement_book" not in emission_trace(full, 2021).sources


def test_emissions_show_the_grade_of_their_own_table(full: ReportContext) -> None:
    trace = emission_trace(full)
    assert (trace.grade, trace.note_zh) == ("B", "")
    weak = emission_trace(grade_energy(full, "C"))
    assert weak.grade == "B"
    assert "C 级" in weak.note_zh
    assert "grade C" in weak.note_en


@pytest.mark.parametrize("grade", ["C", "X"])
def test_weak_inputs_are_said_on_the_page_and_in_the_trace(full: ReportContext, grade: str) -> None:
    page = render_report(grade_energy(full, grade))
    assert f"2022 年的输入数据中有 {grade} 级" in page
    assert f"Inputs of 2022 include grade {grade}" in page
    data = json.loads(re.findall(r'id="page-data">(.*?)</script>', page)[0])
    assert any(f"输入数据中有 {grade} 级" in t["d"][0] for t in data["traces"].values() if "d" in t)
    assert "输入数据中有" not in render_report(full)


def comparison_row(page: str) -> list[dict[str, Any]]:
    """Return the traces of the three numbers of the comparison table's only row."""
    table = page[page.index("comparison-caption") :].split("</table>", maxsplit=1)[0]
    data = json.loads(re.findall(r'id="page-data">(.*?)</script>', page)[0])
    return [data["traces"][key] for key in re.findall(r'data-trace="(\w+)"', table)]


def test_comparison_cites_the_published_rows(page: str) -> None:
    computed, published, difference = comparison_row(page)
    assert computed["s"] == ["dafeng made-up 1"]
    assert (published["s"], published["g"]) == (["book"], "A")
    assert difference["s"] == ["book", "dafeng made-up 1"]
    assert difference["g"] == "B"


def test_difference_carries_the_weaker_grade(context: ReportContext) -> None:
    fresh = replace(context, traces=TraceBook())
    key = view_emissions(fresh).traces[2022]
    weak = trace_difference(fresh, key, {"source_id": "bad", "grade": "C"})
    assert fresh.traces.get(weak).grade == "C"


def test_notes_on_output_stand_below_the_comparison_once(full: ReportContext) -> None:
    page = render_report(full)
    section = page[page.index('<section id="method"') :]
    assert section.count("推算所得") == 1
    assert section.index("comparison-caption") < section.index("由已公布的过程排放推算")
    assert section.index("由已公布的过程排放推算") < section.index("推算所得")


def test_general_readings_are_named_beside_the_questions(page: str) -> None:
    section = page[page.index('<section id="unknown"') : page.index('<section id="rules"')]
    assert "不代为假定" not in section
    for part in ("“以下”不含本数", "“持续下降”指逐年下降", "默认的达峰检验", "没有数的不作判断"):
        assert part in section
    for part in ("excludes the number", "every year", "default peak test", "without a number is not judged"):
        assert part in section


def test_a_total_that_we_did_not_compute_is_not_called_unpublished(context: ReportContext) -> None:
    table = context.tables["inventory.comparison"]
    missing = table.frame.with_columns(
        variable=pl.lit("co2_process"), computed_mt=pl.lit(None, pl.Float64), difference_share=None
    )
    frame = pl.concat([table.frame, missing], how="vertical_relaxed")
    tables = {**context.tables, "inventory.comparison": replace(table, frame=frame)}
    page = render_report(ReportContext(context.meta, tables))
    shown = page[page.index("comparison-caption") :].split("</table>", maxsplit=1)[0]
    assert shown.count("未计算") == 1
    assert "未公布" not in shown
