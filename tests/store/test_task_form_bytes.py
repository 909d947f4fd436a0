"""The form of a self-assessment as a workbook: the same bytes, white cells open, grey ones locked."""

from __future__ import annotations

import io

import openpyxl

from dafeng.grids import read_grids
from dafeng.register.tasks_assessment import GIVEN, HEADINGS, OWN, compose_items
from dafeng.register.tasks_form import ITEMS_SHEET, WHOLE_SHEET, TaskForm, compose_form, read_form
from dafeng.store.task_form_bytes import task_form_bytes

ROW = {
    "title": "示例自评", "as_of": "2026-11-23", "subject": "140100", "period": "2026-Q3", "version": 3,
    "summary": "=1+1", "own_total": 88.5, "rule": None, "signer": "甲",
    "items": compose_items(
        [{"item_no": "EX-1", "name": "任务一", "item_due": "2027-06-30"}],
        [{"item_no": "T1", "name": "目标一", "verdict": "met", "figure": "0.1万吨 / 0.1 ×10⁴ t"}], [],
    ),
}  # fmt: skip


def form() -> TaskForm:
    return compose_form(ROW, "内部使用")


def test_what_is_written_comes_back() -> None:
    filled = read_form(read_grids(task_form_bytes(form()), "f.xlsx"), "f.xlsx")
    assert filled.findings == ()
    assert (filled.marks["subject"], filled.marks["period"], filled.marks["version"]) == (
        "140100",
        "2026-Q3",
        "3",
    )
    assert filled.whole == {"summary": "=1+1", "own_total": 88.5, "rule": None, "signer": "甲"}
    assert [answer["item_no"] for answer in filled.answers] == ["T1", "EX-1"]
    assert filled.answers[0]["verdict"] == "完成"
    assert all(answer[name] is None for answer in filled.answers for name in OWN)
    assert [place.row for place in filled.places] == [7, 8]


def test_the_same_form_gives_the_same_bytes() -> None:
    assert task_form_bytes(form()) == task_form_bytes(form())


def test_only_the_cells_of_the_body_are_open() -> None:
    book = openpyxl.load_workbook(io.BytesIO(task_form_bytes(form())))
    sheet = book[ITEMS_SHEET]
    assert sheet.protection.sheet
    heads = [cell.value for cell in sheet[5]]
    assert heads == [HEADINGS[name][0] for name in (*GIVEN, *OWN)]
    locked = [cell.protection.locked for cell in sheet[7]]
    assert locked == [True] * len(GIVEN) + [False] * len(OWN)
    assert book[WHOLE_SHEET]["C3"].data_type == "s"  # a text that begins with = is no formula
    assert "内部使用" in {cell.value for cell in sheet["A"]}
