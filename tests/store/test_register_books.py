"""Templates and returned workbooks, opened and filled by another library."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from tests.register.made_registers import library
from tests.register.test_import_plan import A1, stands
from tests.register.test_intake import book

from dafeng.errors import Finding, Place
from dafeng.register.cells import Reading, read_codes
from dafeng.register.headings import PROBLEM_COLUMN
from dafeng.register.intake import read_sheet
from dafeng.register.library import read_library
from dafeng.register.outlet import sheet_cells
from dafeng.register.template import check_form, describe_template, drop_down
from dafeng.store.register_book_bytes import HEAD_ROWS, book_bytes
from dafeng.store.register_error_bytes import Returned, error_bytes

if TYPE_CHECKING:
    from dafeng.pack import Pack

LIBRARY = library()
PLANTS = LIBRARY.register("plants")
TODAY = date(2026, 11, 22)


def opened(raw: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(raw))


@pytest.fixture(scope="module")
def template() -> bytes:
    return book_bytes(describe_template(PLANTS, LIBRARY, TODAY))


def test_the_template_asks_and_does_not_ask(template: bytes) -> None:
    made = opened(template)
    sheet = made["工厂台账"]
    heads = [cell.value for cell in sheet[3]]
    assert heads[:3] == ["编码 *", "名称 *", "地区"]
    assert "煤（吨）" in heads
    assert "焦（万吨）" in heads
    assert not {"集团名称", "余煤（万吨）", "行编号", "版本"} & set(heads)
    assert sheet.freeze_panes == "B5"
    assert [cell.value for cell in made["各年"][3]][:3] == ["编码 *", "年 *", "燃煤（kg）"]
    assert sheet.max_row == HEAD_ROWS
    assert "内部使用" in sheet["A2"].value


def test_drop_downs_bounds_and_help(template: bytes) -> None:
    sheet = opened(template)["工厂台账"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    place = {cell.value: cell.column_letter for cell in sheet[3]}
    kind, coal, day = (rules[f"{place[name]}5"] for name in ("类别", "煤（吨）", "投产"))
    assert (kind.type, kind.formula1) == ("list", '"甲,乙,丙"')
    assert (coal.type, float(coal.formula1), float(coal.formula2)) == ("decimal", -100, 1e6)
    assert day.type == "date"
    assert "CGCS2000" in rules[f"{place['位置']}5"].prompt
    assert all(len(rule.prompt or "") <= 255 and len(rule.promptTitle) <= 32 for rule in rules.values())


def test_a_long_vocabulary_stands_on_a_hidden_sheet() -> None:
    choices = ", ".join(f'{{ code = "c{i}", zh = "某某类别第{i}种", en = "c{i}" }}' for i in range(60))
    text = f"""
id = "plants"
zh = "长表"
en = "Long"
key = ["code"]
label = "code"
basis = {{ zh = "测试", en = "A test" }}
fields = [{{ id = "code", zh = "编码", en = "Code", required = true }},
  {{ id = "kind", zh = "类别", en = "Kind", kind = "code", choices = [{choices}] }}]
states = [{{ code = "on", zh = "在用", en = "On" }}]
access = [{{ role = "agency", actions = ["see"] }}]
"""
    own = library(plants=text)
    made = opened(book_bytes(describe_template(own.register("plants"), own, TODAY)))
    (rule,) = [r for r in made["长表"].data_validations.dataValidation if r.formula1.startswith("'")]
    assert rule.formula1 == "'代码表 Codes'!$A$1:$A$60"
    assert made["代码表 Codes"].sheet_state == "hidden"
    assert made["代码表 Codes"]["A60"].value == "某某类别第59种"


def test_a_filled_template_is_read_as_it_is_meant(template: bytes) -> None:
    made = opened(template)
    sheet, lines = made["工厂台账"], made["各年"]
    place = {cell.value: cell.column for cell in sheet[3]}
    values = {"编码 *": "A1", "名称 *": "甲厂", "煤（吨）": 12.5, "类别": "乙", "标签": "子；寅",
              "重点": "是", "投产": date(2020, 5, 1), "月份": "2024-06", "年份": 2019,
              "数据来源": "年报"}  # fmt: skip
    for name, value in values.items():
        sheet.cell(5, place[name], value)
    for column, value in enumerate(["A1", 2024, 7.5, "甲", date(2024, 1, 2), "否"], 1):
        lines.cell(5, column, value)
    stream = io.BytesIO()
    made.save(stream)
    intake = read_sheet(stream.getvalue(), "t.xlsx", PLANTS, LIBRARY)
    assert intake.findings == ()
    row = intake.frame.row(0, named=True)
    wanted = {
        "code": "A1", "coal": 12.5, "kind": "b", "tags": "x;y", "flag": True, "opened": "2020-05-01",
        "month": "2024-06", "built": 2019,
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
    line = {"year": 2024, "burnt": 7.5, "kind": "a", "day": "2024-01-02", "ok": False}
    (one,) = row["years"]
    assert one | line == one
    assert row["source"] == "年报"


def test_rows_come_back_from_an_export_and_no_text_is_a_formula() -> None:
    row = {
        **A1,
        "name": "=1+1",
        "kind": "c",
        "tags": "x;xx",
        "opened": "2020-05-01",
        "flag": False,
        "month": "2024-06",
        "source": "'=x",
    }
    rows = stands(row).with_columns(parent_name=pl.lit("某集团"), coal_left=pl.lit(1.5))
    filled = describe_template(PLANTS, LIBRARY, TODAY, filled=True)
    raw = book_bytes(filled, {s.part: sheet_cells(s, rows, PLANTS, LIBRARY) for s in filled.sheets})
    sheet = opened(raw)["工厂台账"]
    assert {cell.data_type for cell in sheet[5] if cell.value == "=1+1"} == {"s"}
    intake = read_sheet(raw, "t.xlsx", PLANTS, LIBRARY)
    assert intake.findings == ()
    back = intake.frame.row(0, named=True)
    for name in (
        "row_id",
        "version",
        "state",
        "source",
        "grade",
        "name",
        "kind",
        "tags",
        "opened",
        "flag",
        "month",
    ):
        assert back[name] == row[name], name
    (one,) = back["years"]
    assert one | row["years"][0] == one
    assert intake.shown.select("parent_name", "coal_left").row(0) == ("某集团", 1.5)


def test_the_returned_workbook_is_marked_and_read_again_when_mended() -> None:
    rows = [["某市报表"], ["编码", "名称", "煤（万吨）"], ["A1", "甲", "多"], ["A2", "乙", 2]]
    intake = read_sheet(book({"我的表": rows}), "a.xlsx", PLANTS, LIBRARY)
    form = describe_template(PLANTS, LIBRARY, TODAY, filled=True)
    findings = (*intake.findings, Finding("cell_empty", Place("a.xlsx", "我的表", 4, "name")))
    raw = error_bytes(Returned(PLANTS, intake.sent, findings, form))
    made = opened(raw)
    sheet = made["我的表"]
    assert [cell.value for cell in sheet[2]] == [PROBLEM_COLUMN, "编码", "名称", "煤（万吨）"]
    assert sheet["D3"].fill.fgColor.rgb.endswith("FF9999")
    assert "不是数字" in sheet["D3"].comment.text
    assert "not a number" in sheet["D3"].comment.text
    assert sheet["A3"].value.startswith("煤：")
    assert sheet["C4"].fill.fgColor.rgb.endswith("FF9999")
    assert sheet["D4"].fill.fill_type is None
    assert made.sheetnames[-1] == "问题汇总 Problems"
    sheet["D3"] = 3
    stream = io.BytesIO()
    made.save(stream)
    again = read_sheet(stream.getvalue(), "a.xlsx", PLANTS, LIBRARY)
    assert again.findings == ()
    assert again.frame.rows() == [("A1", "甲", 30000.0), ("A2", "乙", 20000.0)]
    twice = error_bytes(Returned(PLANTS, again.sent, findings, form))
    assert [cell.value for cell in opened(twice)["我的表"][2]].count(PROBLEM_COLUMN) == 1


def test_only_rows_to_be_mended_go_back() -> None:
    rows = [["编码", "名称"], ["A1", "甲"], ["A2", None], ["A3", "丙"]]
    intake = read_sheet(book({"表": rows}), "a.xlsx", PLANTS, LIBRARY)
    form = describe_template(PLANTS, LIBRARY, TODAY, filled=True)
    bad = Finding("cell_empty", Place("a.xlsx", "表", 3, "name"))
    sheet = opened(error_bytes(Returned(PLANTS, intake.sent, (bad,), form, {"表": {3}})))["表"]
    assert [cell.value for cell in sheet["B"]] == ["编码", "A2"]
    assert sheet["C2"].fill.fgColor.rgb.endswith("FF9999")


def test_the_same_form_gives_the_same_bytes(template: bytes) -> None:
    assert book_bytes(describe_template(PLANTS, LIBRARY, TODAY)) == template


def test_a_form_is_complete_and_in_force_or_internal() -> None:
    assert [f.code for f in check_form(PLANTS, TODAY)] == ["register_form_incomplete"]
    marks = {
        "number": "晋统1表",
        "issuer": "省统计局",
        "approval": "晋统函〔2026〕1号",
        "valid_until": "2026-10",
    }
    own = PLANTS.model_copy(update={"form": PLANTS.form.model_copy(update=marks)})
    assert [f.code for f in check_form(own, TODAY)] == ["register_form_expired"]
    good = PLANTS.model_copy(update={"form": own.form.model_copy(update={"valid_until": "2026-11"})})
    assert check_form(good, TODAY) == []
    text = opened(book_bytes(describe_template(good, LIBRARY, TODAY)))["工厂台账"]["A2"].value
    assert all(
        word in text for word in ("晋统1表", "省统计局", "晋统函〔2026〕1号", "2026-11", "表号", "制定机关")
    )


def test_every_shipped_register_has_a_template_whose_words_mean_one_code(shanxi: Pack) -> None:
    own = read_library(shanxi.registers, shanxi.tables)
    checked = set()
    for register in own.registers.values():
        form = describe_template(register, own, TODAY)
        intake = read_sheet(book_bytes(form), "t.xlsx", register, own)
        assert intake.findings == (), register.id
        assert {field.id for field in register.asked} <= set(intake.frame.columns)
        assert {child.id for child in register.lists} <= set(intake.frame.columns)
        for field in register.asked:
            vocabulary = own.vocabulary(register.id, field)
            if vocabulary is None or id(vocabulary) in checked:
                continue
            checked.add(id(vocabulary))
            words = drop_down(vocabulary)
            read = read_codes(words, vocabulary.spellings, Reading(), many=False).values.to_list()
            assert read == [code for code in vocabulary.codes if code not in vocabulary.retired], field.id
    assert len(checked) > 10
