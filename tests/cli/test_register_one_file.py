"""A register takes one file and no code: every command, the form and the tables of a run have it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl

from dafeng.app.clock import parse_day
from dafeng.app.register_stage import tabulate_registers
from dafeng.app.stages import RunContext
from dafeng.pack import read_pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

ROW = {
    "编号": "H1", "名称": "城东热源", "所在县（市、区）": "西安市", "阶段": "前期",
    "改前能耗": 1200, "改后能耗": 900, "数据来源": "会议纪要", "证据等级": "B",
}  # fmt: skip


def fill_in(path: Path, row: dict[str, Any]) -> None:
    """Write a row below the headings of a form, as a spreadsheet program would."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for line in sheet.iter_rows(max_row=20):
            heads = {
                str(cell.value).split("（吨")[0].rstrip("* "): cell.column for cell in line if cell.value
            }
            if {"编号", "名称", "改前能耗"} <= set(heads):
                place = line[0].row + 1
                while any(cell.value for cell in sheet[place]):
                    place += 1
                for name, value in row.items():
                    if name in heads:
                        sheet.cell(place, heads[name], value)
                book.save(path)
                return
    raise AssertionError("no sheet of rows")


def test_one_file_is_a_register_everywhere(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = f'pack = "{tiny_pack.as_posix()}"\nregister_folders = ["own"]\n'
    (tmp_path / "dafeng.toml").write_text(settings, "utf-8")
    names = ("heat_sources", "--zh", "热源台账", "--en", "Heat sources", "--output", "own")
    assert dafeng("register", "new", *names).code == 0
    assert dafeng("register", "check", "own/heat_sources.toml").code == 0
    listed = json.loads(dafeng("register", "list", "--format", "json").out)
    assert "heat_sources" in {line["register_id"] for line in listed}

    assert dafeng("register", "template", "heat_sources", "--output", "form.xlsx").code == 0
    fill_in(tmp_path / "form.xlsx", ROW)
    read = dafeng("register", "import", "heat_sources", "form.xlsx", "--source", "会议纪要")
    assert read.code == 0, read.out + read.err
    found = json.loads(dafeng("register", "query", "heat_sources", "--format", "json").out)
    assert [(row["code"], row["saved_tce"]) for row in found] == [("H1", 300.0)]

    monkeypatch.chdir(tmp_path)
    pack = read_pack(tiny_pack.as_posix())
    tables = tabulate_registers(RunContext(pack, parse_day(None), accept_findings=True)).tables
    own = pl.col("register_id") == "heat_sources"
    assert tables["register.list"].frame.filter(own)["rows"].to_list() == [1]
    assert set(tables["register.measures"].frame.filter(own)["measure_id"]) == {"saved"}
