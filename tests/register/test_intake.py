"""Files of senders: headings, units, sheets, lists, saved mappings."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import xlsxwriter
from tests.register.made_registers import library

from dafeng.errors import InputRefused
from dafeng.register.headings import split_unit, write_unit
from dafeng.register.intake import Intake, read_sheet
from dafeng.register.mapping import parse_mapping, suggest_mapping
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIBRARY = library()
PLANTS = LIBRARY.register("plants")


def book(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream)
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    made.close()
    return stream.getvalue()


def read(raw: bytes | str, mapping: str = "") -> Intake:
    content = raw.encode() if isinstance(raw, str) else raw
    saved = parse_mapping(mapping, PLANTS, LIBRARY) if mapping else None
    return read_sheet(content, "a.csv", PLANTS, LIBRARY, saved)


def codes(intake: Intake) -> list[tuple[str, int | None, str]]:
    return [(f.code, f.place.row, f.place.column) for f in intake.findings]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_text_files(separator: str, encoding: str) -> None:
    text = f"编码{separator}名称{separator}煤（万吨）\nA1{separator}甲厂{separator}2\n"
    intake = read(text.encode(encoding))
    assert intake.frame.to_dicts() == [{"code": "A1", "name": "甲厂", "coal": 20000.0}]
    assert intake.rows.to_list() == [2]


@pytest.mark.parametrize(
    "headings", ["code,name,coal", "Code,Name,Coal (t)", "编码*,名 称 *,煤（吨）", "编 码,名称,煤"]
)
def test_headings_by_code_chinese_or_english(headings: str) -> None:
    assert read(f"{headings}\nA1,甲厂,3\n").frame["coal"].to_list() == [3.0]


def test_title_rows_second_heading_row_totals_and_remarks() -> None:
    text = (
        "工厂台账,,\n2025 年,,单位：吨\n编码,名称,煤\nCode,Name,Coal\nA1,甲厂,3\n,,\n合 计,,3\n注：初步数,,\n"
    )
    intake = read(text)
    assert intake.frame["code"].to_list() == ["A1"]
    assert intake.rows.to_list() == [5]
    assert codes(intake) == [("row_left_out", 7, ""), ("row_left_out", 8, "")]


def test_a_heading_over_two_rows() -> None:
    register = library(plants=_two_level()).register("plants")
    rows = [
        ["编码", "名称", "改造前", "", "改造后", ""],
        ["", "", "煤", "焦", "煤", "焦"],
        ["A1", "甲", 1, 2, 3, 4],
    ]
    intake = read_sheet(book({"x": rows}), "a.xlsx", register, library(plants=_two_level()))
    assert intake.frame.select("b1", "b2", "a1", "a2").row(0) == (1, 2, 3, 4)


def _two_level() -> str:
    fields = ",".join(
        f'{{ id = "{id_}", zh = "{zh}", en = "{id_}", kind = "number", unit = "t" }}'
        for id_, zh in (("b1", "改造前煤"), ("b2", "改造前焦"), ("a1", "改造后煤"), ("a2", "改造后焦"))
    )
    return f"""
id = "plants"
zh = "工厂台账"
en = "Plants"
key = ["code"]
label = "name"
basis = {{ zh = "测试", en = "A test" }}
fields = [{{ id = "code", zh = "编码", en = "Code", required = true }},
  {{ id = "name", zh = "名称", en = "Name" }}, {fields}]
states = [{{ code = "on", zh = "在用", en = "On" }}]
access = [{{ role = "agency", actions = ["see"] }}]
"""


def test_units_that_do_not_fit_and_columns_twice() -> None:
    assert codes(read("编码,名称,煤（千瓦时）\nA,甲,1\n"))[0] == ("row_heading_unit", 1, "coal")
    assert codes(read("编码,名称,煤,Coal\nA,甲,1,2\n"))[0][0] == "column_repeated"


def test_an_unknown_column_is_told_and_left_out() -> None:
    intake = read("序号,编码,名称,电话\n1,A,甲,123\n")
    assert codes(intake) == [("row_column_ignored", 1, "")]
    assert intake.frame.columns == ["code", "name"]


def test_fractions_in_a_column_of_percentages_are_suspect() -> None:
    assert codes(read("编码,名称,比例\nA,甲,0.35\nB,乙,0.9\n")) == [("row_percent_fraction", None, "share")]
    assert codes(read("编码,名称,比例\nA,甲,35\nB,乙,0.9\n")) == []


def test_lists_on_their_own_sheets_join_their_rows() -> None:
    rows = [["编码", "名称", "集团名称"], ["A1", "甲", "某集团"], ["A2", "乙", None]]
    lines = [
        ["编码", "年", "燃煤（吨）"],
        ["A1", 2024, 3],
        ["A2", 2024, 4],
        ["A1", 2025, "x"],
        ["A9", 2025, 1],
    ]
    intake = read(book({"各年": lines, "工厂台账": rows, "杂项": [["别的", "表"], [1, 2]]}))
    assert intake.frame["code"].to_list() == ["A1", "A2", "A9"]
    assert intake.rows.to_list() == [2, 3, None]
    first = intake.frame["years"][0].to_list()
    assert [(line["year"], line["burnt"]) for line in first] == [(2024, 3000.0), (2025, None)]
    assert intake.lines["years"].to_list() == [[2, 4], [3], [5]]
    assert intake.shown["parent_name"].to_list()[0] == "某集团"
    assert "parent_name" not in intake.frame.columns
    assert {("row_sheet_ignored", None, ""), ("cell_not_number", 4, "years.burnt")} == set(codes(intake))


def test_a_failed_formula_is_no_empty_cell() -> None:
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream)
    sheet = made.add_worksheet("工厂台账")
    sheet.write_row(0, 0, ["编码", "名称", "煤"])
    sheet.write_row(1, 0, ["A", "甲"])
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write(2, 0, "合计")
    sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
    made.close()
    assert codes(read(stream.getvalue())) == [("row_left_out", 3, ""), ("row_formula_failed", 2, "coal")]


def test_no_heading_says_what_is_missing() -> None:
    with pytest.raises(InputRefused) as refused:
        read("名称,煤\n甲,1\n")
    (finding,) = refused.value.findings
    assert finding.code == "row_header_missing"
    assert finding.params["wanted"] == "编码"


MAPPING = """{"register_id": "plants", "name": "旧系统", "constants": {"tags": "子；寅"}, "columns": [
 {"column": "厂号", "field": "code"}, {"column": "厂名", "field": "name"},
 {"column": "耗煤", "field": "coal", "unit": "kg", "decimal_comma": true},
 {"column": "性质", "field": "kind", "codes": {"老": "甲", "新": "b"}},
 {"column": "开业", "field": "opened", "date_formats": ["%d.%m.%Y"]}, {"column": "电话"}]}"""


def test_a_saved_mapping_is_never_asked_twice() -> None:
    intake = read(
        '厂号;厂名;耗煤;性质;开业;电话\nA;甲;"1.500,5";老;05.01.2026;1\nB;乙;2;新;2026-01-06;2\n', MAPPING
    )
    assert intake.findings == ()
    assert intake.frame.select("code", "coal", "kind", "opened", "tags").rows() == [
        ("A", 1.5005, "a", "2026-01-05", "x;y"), ("B", 0.002, "b", "2026-01-06", "x;y"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [('"field": "coal"', '"field": "cole"'), ('"unit": "kg"', '"unit": "kWh"'), ('"新": "b"', '"新": "zz"'),
     ('"field": "name"', '"field": "code"'), ('"plants"', '"other"'), ('"name": "旧系统",', ""), ("{", "[")],
)  # fmt: skip
def test_a_wrong_mapping_is_refused(old: str, new: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_mapping(MAPPING.replace(old, new, 1), PLANTS, LIBRARY)
    assert {finding.code for finding in refused.value.findings} == {"row_mapping_invalid"}


def test_a_draft_of_a_mapping_takes_near_names() -> None:
    draft = suggest_mapping(["编号", "厂名称", "耗煤（万吨）", "电话"], PLANTS, "x")
    assert {c.column: c.field for c in draft.columns}["厂名称"] == "name"
    assert parse_mapping(draft.model_dump_json(), PLANTS, LIBRARY) == draft


def test_guarded_text_comes_back() -> None:
    assert read("编码,名称\nA,'=1+1\n").frame["name"].to_list() == ["=1+1"]


def test_places_become_canonical() -> None:
    intake = read('编码,名称,位置\nA,甲,"112.5, 37.8"\nB,乙,nowhere\n')
    assert intake.frame["place"].to_list() == ['{"type":"Point","coordinates":[112.5,37.8]}', "nowhere"]


@pytest.mark.parametrize(
    "unit", ["10^4 kWh", "gce/kWh", "10^4 t", "t CO2", "10^4 CNY", "MW", "%", "m3", "10^8 m3"]
)
def test_units_in_chinese_say_the_same(unit: str) -> None:
    assert conversion_factor(write_unit(unit), unit) == 1.0
    assert split_unit(f"甲（{write_unit(unit)}）*")[1] == write_unit(unit)


def test_a_missing_cell_is_missing() -> None:
    intake = read("编码,名称,煤,投产,重点\nA,甲,-,无数据,/\n")
    assert intake.frame.select("coal", "opened", "flag").row(0) == (None, None, None)
    assert intake.findings == ()
    assert intake.frame.schema["flag"] == pl.Boolean
