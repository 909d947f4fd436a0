"""Reading sheets of cells: workbooks, texts, damage."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from dafeng.errors import InputRefused
from dafeng.grids import column_letters, is_workbook, read_grids


def workbook(**sheets: list[list[object]]) -> bytes:
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return raw.getvalue()


def test_a_workbook_gives_its_sheets_with_numbers_text_and_dates() -> None:
    raw = workbook(能源=[["项目", None, " 原煤 "], ["一", 1.5, date(2024, 6, 30)]], 空=[])
    (grid,) = read_grids(raw, "a.xlsx")
    assert grid.sheet == "能源"
    assert grid.rows == (("项目", None, "原煤"), ("一", 1.5, date(2024, 6, 30)))
    assert grid.place(1, 2).text("en") == "a.xlsx, sheet 能源, row 2, column C"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_text_is_one_sheet_whatever_its_separator(separator: str, encoding: str) -> None:
    raw = separator.join(["项目", "原煤", ""]) + "\n" + separator.join(["产量", "1.5"]) + "\n\n"
    (grid,) = read_grids(raw.encode(encoding), "a.csv")
    assert grid.rows == (("项目", "原煤", None), ("产量", "1.5", None))
    assert grid.width == 3


def test_an_empty_row_above_the_table_keeps_its_number() -> None:
    (grid,) = read_grids(workbook(a=[[], ["x"]]), "a.xlsx")
    assert grid.rows == ((None,), ("x",))


def test_a_damaged_workbook_is_refused() -> None:
    whole = workbook(a=[["x"]])
    for raw in (whole[: len(whole) // 2], b"PK\x03\x04" + bytes(50), b"\xd0\xcf\x11\xe0" + bytes(50)):
        with pytest.raises(InputRefused) as caught:
            read_grids(raw, "a.xlsx")
        assert caught.value.findings[0].code == "workbook_damaged"


def test_a_workbook_without_cells_is_empty() -> None:
    with pytest.raises(InputRefused) as caught:
        read_grids(workbook(a=[], b=[]), "a.xlsx")
    assert caught.value.findings[0].code == "file_empty"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(100 * 2**20))
    with pytest.raises(InputRefused) as caught:
        read_grids(raw.getvalue(), "a.xlsx")
    assert caught.value.findings[0].code == "workbook_bomb"


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        read_grids(workbook(a=[["x"]]), "a.xlsx", max_bytes=100)
    assert caught.value.findings[0].code == "file_too_large"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        grids = read_grids(raw, "a")
    except InputRefused:
        return
    assert all(len({len(row) for row in grid.rows}) <= 1 for grid in grids)
    assert len(grids) == 1
    assert not is_workbook(raw)


@pytest.mark.parametrize(("number", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_of_a_spreadsheet(number: int, letters: str) -> None:
    assert column_letters(number) == letters


def workbook_with(cell: str, *, content: str | None) -> bytes:
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "甲")
        sheet.write(cell, content, book.add_format({"bold": True}))
    return raw.getvalue()


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD40000", "A1048576"])
def test_a_cell_far_away_is_told_and_asks_for_no_memory(cell: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read_grids(workbook_with(cell, content="乙"), "far.xlsx")
    assert [finding.code for finding in refused.value.findings] == ["sheet_too_large"]


def test_empty_cells_far_away_do_no_harm() -> None:
    (grid,) = read_grids(workbook_with("XFD40000", content=None), "styled.xlsx")
    assert grid.rows == (("甲",),)
