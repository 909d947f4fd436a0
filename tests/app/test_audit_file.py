"""Audits from file to file: workbook and CSV of findings, forms of firms, refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal
from tests.balance.audit.made_tables import (
    LEAVES,
    as_balance,
    calm_series,
    firm_forms,
    purchases,
    total_up,
)

from dafeng.app.audit_file import (
    AuditControl,
    AuditRequest,
    FirmRequest,
    SeriesRequest,
    run_audit,
    run_firm_audit,
    run_series_audit,
)
from dafeng.balance.audit import AuditFindings, FirmPurchase, rules
from dafeng.balance.audit.io import read_form
from dafeng.balance.layout import lay_out_balance
from dafeng.errors import InputRefused
from dafeng.grids import read_grids
from dafeng.store.sheet_bytes import sheet_bytes
from dafeng.table import columns_of

if TYPE_CHECKING:
    from pathlib import Path

SUPPRESS = """
[[suppress]]
rule = "identity_closing"
reason = "=1+1"
by = "审核员甲"
on = 2026-03-01
"""


@pytest.fixture
def balance_file(tmp_path: Path) -> Path:
    """Return a table in long form with a difference that is not explained."""
    cells = total_up(LEAVES)
    cells["statistical_difference", "Coke"] = 300.0
    path = tmp_path / "balance.csv"
    as_balance(cells).cells.write_csv(path)
    return path


def texts(path: Path) -> dict[str, list[tuple[object, ...]]]:
    return {grid.sheet: list(grid.rows) for grid in read_grids(path.read_bytes(), path.name)}


def test_findings_are_written_a_sheet_a_group_with_rules_and_suppressed(
    balance_file: Path, tmp_path: Path
) -> None:
    suppress, output = tmp_path / "s.toml", tmp_path / "found.xlsx"
    suppress.write_text(SUPPRESS, "utf-8")
    answer = run_audit(AuditRequest(balance_file, control=AuditControl(suppress=suppress, output=output)))
    assert answer.exit_negative
    sheets = texts(output)
    assert list(sheets) == ["恒等式", "合理性", "时间序列", "跨来源", "结构", "企业", "已豁免", "规则"]
    assert len(sheets["规则"]) == 2 + len(rules())
    assert [row[0] for row in sheets["恒等式"][2:]] == ["statistical_difference"]
    hidden = sheets["已豁免"]
    assert [row[0] for row in hidden[2:]] == ["identity_closing"]
    assert "=1+1" in hidden[2]
    assert "审核员甲" in hidden[2]


def test_the_same_findings_give_the_same_bytes(balance_file: Path, tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        run_audit(AuditRequest(balance_file, control=AuditControl(output=tmp_path / name)))
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_findings_as_csv_hold_every_column(balance_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "found.csv"
    answer = run_audit(AuditRequest(balance_file, control=AuditControl(output=output)))
    read = pl.read_csv(output)
    assert read.columns == [spec.name for spec in columns_of(AuditFindings)]
    assert read.height == answer.report.table.height == 2
    lines = balance_file.read_text("utf-8").splitlines()
    row = read.filter(pl.col("rule") == "statistical_difference").row(0, named=True)
    assert "statistical_difference,Coke" in lines[int(row["place"]) - 1]
    assert row["file"] == "balance.csv"
    assert f"row {row['place']}" in answer.report.findings[0].text("en")


def test_a_finding_names_the_cell_of_the_workbook(tmp_path: Path) -> None:
    cells = total_up(LEAVES)
    cells["final_consumption", "Coke"] += 50
    balance = as_balance(cells, "CN-TJ", 2019)
    path = tmp_path / "made.xlsx"
    path.write_bytes(sheet_bytes(lay_out_balance(replace(balance, edition="yearbook_2010"))))
    answer = run_audit(AuditRequest(path))
    row = answer.report.table.filter(rule="identity_final").row(0, named=True)
    grid = read_grids(path.read_bytes(), path.name)[0]
    column, line = row["place"].rstrip("0123456789"), int(row["place"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assert row["sheet"] == grid.sheet
    assert len(column) == 1
    assert grid.rows[line - 1][ord(column) - ord("A")] == cells["final_consumption", "Coke"]


def test_another_release_and_series_and_their_sums(balance_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    as_balance(total_up(LEAVES)).cells.write_csv(other)
    report = run_audit(AuditRequest(balance_file, (other,))).report
    assert report.table.filter(rule="release_differs").height == 0  # the other release leaves the cell blank
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    calm_series().drop("source").write_csv(one)
    calm_series(start=110).drop("source").with_columns(variable=pl.lit("use")).write_csv(two)
    request = SeriesRequest((one, two), {"use": "consumption"})
    found = run_series_audit(request).report.table
    assert found["rule"].unique().to_list() == ["sources_differ"]
    assert found.height == 12


def test_outputs_of_other_kinds_and_inputs_as_outputs_are_refused(balance_file: Path, tmp_path: Path) -> None:
    before = balance_file.read_bytes()
    for output in (tmp_path / "found.txt", balance_file):
        with pytest.raises(InputRefused):
            run_audit(AuditRequest(balance_file, control=AuditControl(output=output)))
    assert balance_file.read_bytes() == before


HEAD = [
    "单位名称", "统一社会信用代码", "年份", "能源名称", "计量单位", "期初库存量", "购进量", "消费量合计",
    "工业生产消费", "用于原材料", "非工业生产消费", "合计中：运输工具消费", "期末库存量", "采用折标系数",
    "参考折标系数",
]  # fmt: skip
FIELDS = [
    "firm_id", "year", "energy", "unit", "opening_stock", "purchase", "use_total", "industrial_use",
    "raw_material_use", "other_use", "transport_use", "closing_stock", "coefficient", "reference_coefficient",
]  # fmt: skip


def write_form(path: Path, rows: list[dict[str, object]]) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("205-1表")
    sheet.write_string(0, 0, "能源购进、消费与库存")
    for place, text in enumerate(HEAD):
        sheet.write(2, place, text)
    for line, row in enumerate(rows, 3):
        sheet.write_string(line, 0, "某某有限公司")
        for place, name in enumerate(FIELDS, 1):
            if row[name] is not None:
                sheet.write(line, place, row[name])
    book.close()


def test_a_form_is_read_by_its_chinese_headings_without_the_name_of_the_firm(tmp_path: Path) -> None:
    path = tmp_path / "205-1.xlsx"
    write_form(path, purchases())
    read = read_form(path, FirmPurchase)
    frame = read.frame
    given = firm_forms()[0].with_columns(sent_on=pl.lit(None, pl.Float64))
    assert_frame_equal(frame, given, check_row_order=False)
    assert "某某" not in str(frame.to_dicts())
    assert [finding.params["columns"] for finding in read.findings] == ["单位名称"]


def test_a_head_of_two_lines_and_the_line_of_column_numbers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    lines = [
        "205-1,,,,,,,,,",
        "统一社会信用代码,年份,能源名称,计量单位,期初库存量,购进量,,消费量,,期末库存量",
        ",,,,,实物量,金额(千元),合计,工业生产消费,",
        ",,甲,乙,1,2,3,4,5,9",
        "9114,2020,原煤,吨,1,10,7,9,8,2",
        "9114,2020,合计,吨标准煤,,,,6.4,5.7,",
    ]
    path.write_text("\n".join(lines), "utf-8")
    row = read_form(path, FirmPurchase).frame.row(0, named=True)
    taken = [row[name] for name in ("firm_id", "opening_stock", "purchase", "use_total", "industrial_use")]
    assert taken == ["9114", 1, 10, 9, 8]
    assert (row["closing_stock"], row["other_use"]) == (2, None)
    path.write_text("\n".join([*lines, "9115,2020,原煤,吨,one,10,7,9,8,2"]), "utf-8")
    with pytest.raises(InputRefused, match="row 7"):
        read_form(path, FirmPurchase)


def test_firms_are_audited_against_the_folder_of_last_year(tmp_path: Path) -> None:
    (tmp_path / "2019").mkdir()
    now, output = tmp_path / "205-1.xlsx", tmp_path / "found.csv"
    write_form(now, purchases(2020))
    write_form(tmp_path / "2019" / now.name, [*purchases(2019), *purchases(2019, "gone")])
    answer = run_firm_audit(
        FirmRequest(now, last_year=tmp_path / "2019", control=AuditControl(output=output))
    )
    assert answer.report.table.select("rule", "firm_id").rows() == [("firm_missing", "gone")]
    assert not answer.exit_negative
    assert "某某" not in output.read_text("utf-8")


def test_a_file_without_the_head_of_the_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InputRefused, match="FirmPurchase"):
        read_form(path, FirmPurchase)
