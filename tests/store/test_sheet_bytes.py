"""Sheets as bytes: text stays text, numbers numbers, the same sheets the same bytes."""

from __future__ import annotations

from dafeng.balance import SheetLines
from dafeng.grids import find_error_cells, read_grids
from dafeng.store.sheet_bytes import sheet_bytes, sheet_csv

SHEET = SheetLines("甲", (("标题", None), ("项目", "煤"), ("=1+1", 2.5), ("-3", -0.125)), titles=1, head=2)


def test_what_is_written_is_there() -> None:
    (grid,) = read_grids(sheet_bytes([SHEET]), "a.xlsx")
    assert grid.sheet == "甲"
    assert grid.rows == SHEET.lines
    assert sheet_bytes([SHEET]) == sheet_bytes([SHEET])
    assert find_error_cells(sheet_bytes([SHEET])) == {"甲": set()}


def test_csv_guards_formulas_and_keeps_numbers() -> None:
    text = sheet_csv(SHEET).decode("utf-8-sig")
    assert text == "标题,\n项目,煤\n'=1+1,2.5\n'-3,-0.125\n"
