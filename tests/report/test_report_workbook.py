"""The workbook read back: the same values, text stays text, the same bytes again."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from dafeng.report import ReportContext, write_workbook
from dafeng.report.workbook import HEADER_ROWS, sheet_names
from dafeng.table import columns_of

if TYPE_CHECKING:
    from dafeng.result import NamedTable


@pytest.fixture(scope="module")
def raw(context: ReportContext) -> bytes:
    stream = io.BytesIO()
    write_workbook(context, stream)
    return stream.getvalue()


def expected(table: NamedTable) -> list[list[object]]:
    return [["" if value is None else value for value in row] for row in table.frame.iter_rows()]


def test_every_table_comes_back(context: ReportContext, raw: bytes) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    for table_id, sheet in sheet_names(context).items():
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        table = context.tables[table_id]
        assert rows[HEADER_ROWS - 1][: table.frame.width] == table.frame.columns
        assert [row[: table.frame.width] for row in rows[HEADER_ROWS:]] == expected(table)
        assert rows[1][0] == columns_of(table.contract)[0].zh
        assert rows[2][0] == columns_of(table.contract)[0].en


def test_a_gap_points_to_the_column_with_its_unit(context: ReportContext, raw: bytes) -> None:
    sheet = sheet_names(context)["tracking.verdicts"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_name(sheet).to_python()
    units = dict(zip(rows[HEADER_ROWS - 1], rows[3], strict=True))
    assert units["gap"] == "见“目标单位”列 / see column “Unit of the goal”"
    assert units["observed"] == "见“单位”列 / see column “Unit”"


def test_cover_lists_and_links_every_table(context: ReportContext, raw: bytes) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    assert book.sheet_names[1] == "pack.sources"
    cells = {cell for row in book.get_sheet_by_index(0).to_python() for cell in row}
    assert set(context.tables) <= cells
    assert "测算数据，不代表统计部门公布或国家核定结果" in cells
    cover = zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml").decode()
    assert cover.count("<hyperlink ") == len(context.tables)


def test_formula_text_stays_text(raw: bytes) -> None:
    archive = zipfile.ZipFile(io.BytesIO(raw))
    sheets = [
        archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")
    ]
    assert not any("<f>" in sheet for sheet in sheets)
    assert "=1+1" in archive.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "https://example.org", "\t=1", "0012"])
def test_odd_texts(context: ReportContext, text: str) -> None:
    table = context.tables["pack.sources"]
    frame = table.frame.head(1).with_columns(title_zh=pl.lit(text))
    stream = io.BytesIO()
    write_workbook(ReportContext(context.meta, {"pack.sources": replace(table, frame=frame)}), stream)
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(stream.getvalue()))
        .get_sheet_by_index(1)
        .to_python(skip_empty_area=False)
    )
    assert rows[HEADER_ROWS][1] == text


def test_same_tables_same_bytes(context: ReportContext, raw: bytes) -> None:
    stream = io.BytesIO()
    write_workbook(context, stream)
    assert stream.getvalue() == raw


def test_sheet_names_are_legal_and_unique(context: ReportContext) -> None:
    table = context.tables["pack.sources"]
    ids = ["a" * 40 + "1", "a" * 40 + "2", "x/y:z", "说明"]
    names = sheet_names(ReportContext(context.meta, dict.fromkeys(ids, table)))
    assert len({name.lower() for name in names.values()}) == len(ids)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names.values())
    assert "说明" not in names.values()
