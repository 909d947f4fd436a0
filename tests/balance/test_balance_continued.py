"""Tables in several parts: 续表 below or on the next sheet, and several provinces on one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.balance import ReadOptions, read_balance
from dafeng.errors import InputRefused

from .test_balance_reading import refusal, workbook, write

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "浙江能源平衡表（实物量）—2015\n单位：见表头\n"
COALS = "项目,原煤,焦炭\n,万吨,万吨\n一次能源生产量,10,\n火力发电,-6,\n工业,4,1\n"
POWER = "项目,电力\n,亿千瓦时\n一次能源生产量,1\n火力发电,2.5\n工业,3\n"
WHOLE = {
    ("indigenous_production", "Raw_Coal", 10.0), ("thermal_power", "Raw_Coal", -6.0),
    ("industry", "Raw_Coal", 4.0), ("industry", "Coke", 1.0), ("indigenous_production", "Electricity", 1.0),
    ("thermal_power", "Electricity", 2.5), ("industry", "Electricity", 3.0),
}  # fmt: skip
LINES: list[list[object]] = [[cell or None for cell in line.split(",")] for line in COALS.splitlines()]


@pytest.mark.parametrize("between", [
    "续表\n", "\n", "注：2003年以前的口径不同。\n续表 continued\n", "浙江能源平衡表（续）\n", TITLE,
])  # fmt: skip
def test_a_table_continued_below_is_one(tmp_path: Path, between: str) -> None:
    read = read_balance(write(tmp_path / "b.csv", TITLE + COALS + between + POWER))
    assert set(read.balance.cells.select("row", "fuel", "value").rows()) == WHOLE
    assert set(read.balance.cells.select("region", "year").rows()) == {("CN-ZJ", 2015)}
    place = read.places.filter((pl.col("row") == "industry") & (pl.col("fuel") == "Electricity"))
    last = (TITLE + COALS + between + POWER).count("\n")
    assert place["place"].to_list() == [f"B{last}"]


def test_the_unit_of_the_sheet_holds_for_the_further_part(tmp_path: Path) -> None:
    text = "浙江能源平衡表（标准量，当量值 122.9 gce/kWh）—2015\n单位：万吨标准煤\n"
    parts = "项目,{}\n一次能源生产量,10\n火力发电,{}\n工业,4\n"
    path = write(tmp_path / "b.csv", text + parts.format("原煤", -6) + "续表\n" + parts.format("电力", 2))
    read = read_balance(path)
    assert read.balance.measure == "coal_equivalent"
    assert set(read.balance.cells["unit"]) == {"10^4 tce"}


def test_a_row_with_figures_above_the_further_part_is_not_lost(tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", TITLE + COALS + "不认识的项目,7,\n续表,,\n" + POWER)
    codes, error = refusal(path)
    assert "balance_row_unknown" in codes
    assert [f.place.row for f in error.findings if f.code == "balance_row_unknown"] == [8]


def test_a_fuel_in_both_parts_is_refused(tmp_path: Path) -> None:
    codes, error = refusal(write(tmp_path / "b.csv", TITLE + COALS + "续表\n" + COALS))
    assert codes == {"balance_table_repeated"}
    assert "b.csv!5, b.csv!11" in error.findings[0].text("en")


def test_rows_that_come_again_without_new_fuels_are_refused(tmp_path: Path) -> None:
    codes, _ = refusal(write(tmp_path / "b.csv", TITLE + COALS + "一次能源生产量,3,\n"))
    assert codes == {"balance_row_repeated"}


def test_a_further_part_on_its_own_sheet(tmp_path: Path) -> None:
    heads = [["浙江能源平衡表（实物量）—2015"], *LINES[:2]]
    power: list[list[object]] = [
        ["项目", "电力"], [None, "亿千瓦时"], ["一次能源生产量", 1], ["火力发电", 2.5], ["工业", 3],
    ]  # fmt: skip
    coals = [*heads, ["一次能源生产量", 10], ["火力发电", -6], ["工业", 4, 1]]
    path = workbook(tmp_path / "b.xlsx", ("6-11", coals), ("6-11 续表", power))
    assert set(read_balance(path).balance.cells.select("row", "fuel", "value").rows()) == WHOLE
    codes, _ = refusal(workbook(tmp_path / "c.xlsx", ("6-11", coals), ("6-12", power)))
    assert "balance_region_unclear" in codes  # a sheet that does not say that it continues has no title


def test_two_provinces_on_one_sheet(tmp_path: Path) -> None:
    text = TITLE + COALS + TITLE.replace("浙江", "江苏") + COALS
    cells = read_balance(write(tmp_path / "b.csv", text)).balance.cells
    assert set(cells["region"]) == {"CN-ZJ", "CN-JS"}
    assert cells.filter(pl.col("region") == "CN-JS").height == 4


def test_another_province_than_the_title_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", TITLE + COALS)
    for options in (ReadOptions(region="北京"), ReadOptions(year=2014)):
        codes, _ = refusal(path, options)
        assert codes == {"balance_findings_stop", "balance_title_differs"}
    accepted = read_balance(path, ReadOptions(region="北京", accept_findings=True))
    assert set(accepted.balance.cells["region"]) == {"CN-BJ"}
    assert read_balance(path, ReadOptions(region="浙江", year=2015)).findings == ()


def test_province_and_year_choose_lines_of_a_long_file(tmp_path: Path) -> None:
    head = "region,year,row,fuel,unit,value\n"
    lines = "".join(
        f"{region},{year},industry,Coke,10^4 t,{year}\n"
        for region in ("CN-ZJ", "CN-BJ")
        for year in (2014, 2015)
    )
    path = write(tmp_path / "b.csv", head + lines)
    cells = read_balance(path, ReadOptions(region="北京", year=2014)).balance.cells
    assert cells.select("region", "year", "value").rows() == [("CN-BJ", 2014, 2014.0)]
    assert refusal(path, ReadOptions(region="CN-SX"))[0] == {"balance_region_unclear"}
    assert refusal(path, ReadOptions(year=2013))[0] == {"balance_year_unclear"}


def test_a_long_file_with_other_separators_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", "region;year;row;fuel;unit;value\nCN-ZJ;2015;industry;Coke;10^4 t;1\n")
    with pytest.raises(InputRefused) as caught:
        read_balance(path)
    assert [finding.code for finding in caught.value.findings] == ["file_separator"]


def test_a_web_page_is_named(tmp_path: Path) -> None:
    path = tmp_path / "b.xls"
    path.write_text("<html><table><tr><td>项目</td></tr></table></html>", "utf-8")
    assert refusal(path)[0] == {"file_html"}


def test_input_positive_speaks_of_transformation_only(tmp_path: Path) -> None:
    """A table with positive input may well write what leaves as negative: it stays so."""
    path = write(
        tmp_path / "b.csv", TITLE + "项目,原煤\n,万吨\n本省（区、市）调出量（-）,-5\n火力发电,6\n工业,4\n"
    )
    cells = read_balance(path, ReadOptions(signs="input_positive")).balance.cells
    values = dict(cells.select("row", "value").rows())
    assert values == {"sending_out_to_other_provinces": -5.0, "thermal_power": -6.0, "industry": 4.0}


def test_tables_that_count_electricity_differently_are_refused(tmp_path: Path) -> None:
    head = "{}能源平衡表（标准量，等价值 {} gce/kWh）—2015\n单位：万吨标准煤\n"
    rows = "项目,原煤\n一次能源生产量,10\n火力发电,-6\n工业,4\n"
    text = head.format("浙江", 305) + rows + head.format("江苏", 310) + rows
    assert refusal(write(tmp_path / "b.csv", text))[0] == {"balance_electricity_mixed"}
