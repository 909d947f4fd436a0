from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter

from dafeng.app.reconcile_file import ReconcileRequest, run_reconcile
from dafeng.balance import Balance, lay_out_balance
from dafeng.balance.editions import detect_edition
from dafeng.balance.io import ReadOptions, read_balance
from dafeng.balance.reconcile import ReconcileOptions
from dafeng.balance.reconcile_input import parse_observations
from dafeng.errors import InputRefused, NegativeAnswer, TableError
from dafeng.store.sheet_bytes import sheet_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack

HEADER = "region,year,row,fuel,unit,value,source,locked\n"
LINES = """山西,2020,一次能源生产量,原煤,万吨,100,统计局,
山西,2020,可供本地区消费的能源量,原煤,万吨,92,统计局,
山西,2020,终端消费量,原煤,万吨,90,能源局,是
山西,2020,终端消费量,原煤,万吨,95,统计局,
"""


def workbook(rows: list[list[object]]) -> bytes:
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row)
    book.close()
    return stream.getvalue()


def test_names_units_and_yes_are_read() -> None:
    frame = parse_observations((HEADER + LINES).encode(), "cells.csv")
    assert frame["row"].to_list()[0] == "indigenous_production"
    assert set(frame["unit"]) == {"10^4 t"}
    assert frame["locked"].to_list() == [None, None, True, None]


def test_a_workbook_says_the_same_as_the_text() -> None:
    rows = [line.split(",") for line in (HEADER + LINES).splitlines()]
    cells = [rows[0], *([*row[:1], int(row[1]), *row[2:5], float(row[5]), *row[6:]] for row in rows[1:])]
    assert parse_observations(workbook(cells), "cells.xlsx").equals(
        parse_observations((HEADER + LINES).encode(), "cells.csv")
    )


def test_headings_may_be_chinese_and_a_source_is_the_file() -> None:
    text = "地区,年份,项目,能源品种,计量单位,数量\n山西,2020,损失量,原煤,万吨,1\n"
    frame = parse_observations(text.encode("gb18030"), "来源.csv")
    assert frame["source"].to_list() == ["来源"]


def test_the_same_source_twice_is_refused_with_its_row() -> None:
    with pytest.raises(TableError) as caught:
        parse_observations((HEADER + LINES + LINES.splitlines()[0]).encode(), "cells.csv")
    assert caught.value.findings[0].code == "key_repeated"
    assert caught.value.findings[0].place.row == 6


def test_results_are_written_and_reading_them_again_moves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "cells.csv"
    source.write_text(HEADER + LINES, "utf-8")
    answer = run_reconcile(ReconcileRequest(source, tmp_path / "out"))
    assert {path.name for path in answer.files} == {
        "reconciled.csv", "adjustments.csv", "sources.csv", "identities.csv", "summary.json", "balance.xlsx"
    }  # fmt: skip
    said = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert said["summary"]["largest_residual"] < 1e-9
    assert said["options"]["difference"] == "observed"
    again = run_reconcile(ReconcileRequest(tmp_path / "out" / "reconciled.csv", tmp_path / "again"))
    assert again.summary.chi_square < 1e-12
    first, second = (pl.read_csv(tmp_path / name / "reconciled.csv") for name in ("out", "again"))
    assert (first["value"] - second["value"]).abs().max() < 1e-9


def test_nothing_is_written_when_the_answer_is_no(tmp_path: Path) -> None:
    source = tmp_path / "cells.csv"
    source.write_text(
        HEADER + LINES.replace(",统计局,\n", ",统计局,是\n").replace("95,统计局,是", "95,统计局,"), "utf-8"
    )
    with pytest.raises(NegativeAnswer):
        run_reconcile(ReconcileRequest(source, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_the_input_is_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "reconciled.csv"
    source.write_text(HEADER + LINES, "utf-8")
    with pytest.raises(InputRefused, match="is the input file"):
        run_reconcile(ReconcileRequest(source, tmp_path))


def test_an_official_table_goes_in_and_out_in_its_layout(shanxi: Pack, tmp_path: Path) -> None:
    table = shanxi.tables["balances"].filter(year=2007).drop("source_id")
    edition = detect_edition(table["row"].unique(), table["fuel"].unique(), [2007])
    source = tmp_path / "official.xlsx"
    source.write_bytes(sheet_bytes(lay_out_balance(Balance(table, edition.code))))
    request = ReconcileRequest(
        source, tmp_path / "out", ReconcileOptions(difference="zero"), accept_findings=True
    )
    answer = run_reconcile(request)
    assert "official" in answer.sources["source"].to_list()
    closed = read_balance(tmp_path / "out" / "balance.xlsx", ReadOptions(accept_findings=True)).balance.cells
    written = pl.read_csv(tmp_path / "out" / "reconciled.csv")
    both = closed.join(written, on=["region", "year", "row", "fuel"], suffix="_csv")
    assert both.height == closed.height
    assert (both["value"] - both["value_csv"]).abs().max() < 1e-6
    assert closed.filter(row="statistical_difference", fuel="Raw_Coal")["value"].item() == 0
