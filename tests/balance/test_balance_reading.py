"""Reading official tables: layouts, labels, signs, units; what is unclear or damaged is refused in words."""

from __future__ import annotations

import contextlib
import io
import random
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter

from dafeng.balance import (
    ElectricityBasis,
    ReadOptions,
    convert_edition,
    lay_out_balance,
    read_balance,
    row_identities,
    turn_signs,
)
from dafeng.balance.captions import find_regions
from dafeng.errors import DafengError, InputRefused
from dafeng.store.sheet_bytes import sheet_bytes, sheet_csv

from .made_balances import CALORIFIC, CLOSED, make_balance, make_cells

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "浙江能源平衡表（实物量）—2015\n单位：见表头\n"
FUELS = "项目,原煤,焦炭,电力\n,万吨,万吨,亿千瓦时\n"
ROWS = "一次能源生产量,10,,1\n火力发电,-6,,2.5\n工业,4,1,3\n"
Codes = set[str]


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def refusal(path: Path, options: ReadOptions | None = None) -> tuple[Codes, InputRefused]:
    with pytest.raises(InputRefused) as caught:
        read_balance(path, options)
    return {finding.code for finding in caught.value.findings}, caught.value


def workbook(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    for name, lines in sheets:
        sheet = book.add_worksheet(name)
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                sheet.write(row, column, cell)
    book.close()
    path.write_bytes(stream.getvalue())
    return path


def test_a_small_table_is_read(tmp_path: Path) -> None:
    read = read_balance(write(tmp_path / "b.csv", HEAD + FUELS + ROWS))
    cells = {
        (row, fuel): value for row, fuel, value in read.balance.cells.select("row", "fuel", "value").rows()
    }
    assert cells == {
        ("indigenous_production", "Raw_Coal"): 10.0, ("indigenous_production", "Electricity"): 1.0,
        ("thermal_power", "Raw_Coal"): -6.0, ("thermal_power", "Electricity"): 2.5,
        ("industry", "Raw_Coal"): 4.0, ("industry", "Coke"): 1.0, ("industry", "Electricity"): 3.0,
    }  # fmt: skip
    assert set(read.balance.cells["region"]) == {"CN-ZJ"}
    assert set(read.balance.cells["year"]) == {2015}
    assert read.edition.code == "yearbook_2010"
    assert read.signs.transformation == "yearbook"
    place = read.places.filter((pl.col("row") == "industry") & (pl.col("fuel") == "Coke"))
    assert place.select("file", "place").row(0) == ("b.csv", "C7")


def test_numbers_blanks_and_dashes(tmp_path: Path) -> None:
    rows = '火力发电,"-1,234.5",-,２.５\n工业,…,,+3e1\n农业,--,，,\n'.replace("，", "")
    read = read_balance(write(tmp_path / "b.csv", HEAD + FUELS + "一次能源生产量,10,,1\n" + rows))
    cells = {
        (row, fuel): value for row, fuel, value in read.balance.cells.select("row", "fuel", "value").rows()
    }
    assert cells["thermal_power", "Raw_Coal"] == -1234.5
    assert cells["thermal_power", "Electricity"] == 2.5
    assert cells["industry", "Electricity"] == 30.0
    assert cells["industry", "Raw_Coal"] is None
    assert ("thermal_power", "Coke") not in cells
    assert not any(row == "agriculture" for row, _ in cells)
    assert [finding.code for finding in read.findings] == ["balance_cell_untold"]


@pytest.mark.parametrize("head", [
    "项目,Item,原煤,电力\n,,Raw Coal,Electricity\n,,万吨,10^8 kWh\n",
    "项目,Item,原煤(万吨),电力（亿千瓦小时）\n",
    "项目,Item,原 煤 Raw Coal,电　力\n单位,Unit,10⁴ t,亿kWh\n",
])  # fmt: skip
def test_names_in_one_two_or_three_lines(tmp_path: Path, head: str) -> None:
    rows = "1.火力发电,Thermal Power,-6,2\n2.供热,Heating Supply,-1,\n工业,Industry,4,3\n"
    read = read_balance(write(tmp_path / "b.csv", HEAD + head + rows))
    assert read.balance.cells.height == 5


def test_a_group_above_the_names(tmp_path: Path) -> None:
    """A merged cell above gives its columns the first half of their name."""
    lines: list[list[object]] = [
        ["Energy Balance of Zhejiang (2015)"], [None, "煤", None, "油品"], ["项目", "合计", "原煤", "合计"],
        ["单位", "万吨", "万吨", "万吨"], ["火力发电", -5, -5, -1], ["工业", 4, 4, 2], ["建筑业", 1, 1, 1],
    ]  # fmt: skip
    read = read_balance(workbook(tmp_path / "b.xlsx", ("表", lines)))
    assert set(read.balance.cells["fuel"]) == {"Coal_Total", "Raw_Coal", "Petroleum_Total"}


def test_a_province_is_named_by_its_whole_name() -> None:
    assert find_regions("6-27 Shaanxi Energy Balance (2007)") == {"CN-SN"}
    assert find_regions("云南省") == {"CN-YN"}
    assert find_regions("Shanxi and Shaanxi") == {"CN-SX", "CN-SN"}
    assert not find_regions("Shanxiang")


def test_several_sheets_are_several_tables_and_one_without_is_named(tmp_path: Path) -> None:
    first, second = make_balance(), make_balance(year=2016)
    sheets = [*lay_out_balance(first), *lay_out_balance(second)]
    path = tmp_path / "b.xlsx"
    path.write_bytes(sheet_bytes(sheets))
    read = read_balance(path)
    assert read.balance.cells["year"].unique().sort().to_list() == [2015, 2016]
    lines = [list(line) for line in sheets[0].lines]
    read = read_balance(workbook(path, ("说明", [["填报说明"]]), ("数据", lines)))
    assert [finding.code for finding in read.findings] == ["balance_sheet_skipped"]
    codes, _ = refusal(workbook(path, ("甲", lines), ("乙", lines)))
    assert "balance_table_repeated" in codes


def test_unknown_labels_with_figures_stop_and_are_told_with_a_suggestion(tmp_path: Path) -> None:
    text = HEAD + FUELS.replace("焦炭", "焦碳") + ROWS + "煤炭洗先,1,2,3\n注：单位万吨\n"
    path = write(tmp_path / "b.csv", text)
    codes, error = refusal(path)
    assert codes == {"balance_findings_stop", "balance_row_unknown", "balance_column_unknown"}
    assert "煤炭洗选" in error.text("zh")
    assert "焦炭" in error.text("zh")
    assert "row 8" in error.text("en")
    read = read_balance(path, ReadOptions(accept_findings=True))
    assert "Coke" not in set(read.balance.cells["fuel"])
    assert len(read.findings) == 2


def test_what_another_line_is_already_is_not_suggested(tmp_path: Path) -> None:
    for added, known in (("火力发申,1,2,3\n", "火力发电"), ("", "焦炭")):
        fuels = FUELS if added else FUELS.replace("电力", "焦碳")
        _, error = refusal(write(tmp_path / "b.csv", HEAD + fuels + ROWS + added))
        assert f"是否为 {known}" not in error.text("zh")


def test_losses_in_transport_are_read_and_written(tmp_path: Path) -> None:
    text = HEAD + FUELS + ROWS + "三、损失量,,,2\n#运输和输配损失量,,,1.5\n"
    read = read_balance(write(tmp_path / "b.csv", text))
    of_which = read.balance.cells.filter(pl.col("row") == "loss_transmission")
    assert of_which["value"].to_list() == [1.5]
    for edition in ("yearbook_2005", "yearbook_2010"):
        turned, _ = convert_edition(read.balance, edition)
        path = tmp_path / f"{edition}.xlsx"
        path.write_bytes(sheet_bytes(lay_out_balance(turned)))
        again = read_balance(path).balance.cells
        assert again.filter(pl.col("row") == "loss_transmission")["value"].to_list() == [1.5]
    assert all("loss_transmission" not in dict(one.parts) for one in row_identities())


def test_units_are_in_the_language_of_the_message(tmp_path: Path) -> None:
    _, error = refusal(write(tmp_path / "b.csv", HEAD + FUELS.replace("亿千瓦时", "万吨") + ROWS))
    assert "“万吨”，应为 “亿千瓦时”" in error.text("zh")
    assert "“10^4 t” but must be “10^8 kWh”" in error.text("en")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD + FUELS + ROWS + "工业,5,,\n", "balance_row_repeated"),
        (HEAD + FUELS.replace("焦炭", "原煤") + ROWS, "balance_column_repeated"),
        (HEAD + FUELS + ROWS.replace("4,1,3", "4吨,1,3"), "cell_not_number"),
        (HEAD + FUELS + ROWS.replace("4,1,3", "#REF!,1,3"), "cell_not_number"),
        (HEAD + FUELS.replace("亿千瓦时", "万吨") + ROWS, "unit_wrong"),
        (HEAD + FUELS.replace("万吨,万吨", "万吨标准煤,万吨") + ROWS, "balance_measure_mixed"),
        (HEAD.replace("浙江", "") + FUELS + ROWS, "balance_region_unclear"),
        (HEAD.replace("浙江", "浙江、江苏") + FUELS + ROWS, "balance_region_unclear"),
        (HEAD.replace("2015", "") + FUELS + ROWS, "balance_year_unclear"),
        (HEAD + "江苏能源平衡表—2016\n" + FUELS + ROWS, "balance_year_unclear"),
        (HEAD, "balance_not_found"),
        ("项目,火力发电,供热,炼焦\n原煤,1,2,3\n焦炭,1,2,3\n电力,1,2,3\n", "balance_not_found"),
        (HEAD + FUELS.replace("万吨,万吨,亿千瓦时", ",,").replace("项目", "项目") + ROWS, None),
    ],
)  # fmt: skip
def test_defects_are_refused_by_name(tmp_path: Path, text: str, code: str | None) -> None:
    path = write(tmp_path / "b.csv", text)
    if code is None:  # the title says 实物量
        assert read_balance(path).balance.measure == "physical"
        return
    codes, error = refusal(path)
    assert code in codes
    assert "b.csv" in error.text("en")


def test_no_unit_at_all_is_a_warning_that_the_user_settles(tmp_path: Path) -> None:
    text = (HEAD + "项目,原煤,焦炭,电力\n" + ROWS).replace("（实物量）", "")
    path = write(tmp_path / "b.csv", text)
    assert "balance_unit_unstated" in refusal(path)[0]
    assert read_balance(path, ReadOptions(measure="physical")).findings == ()


def test_region_year_edition_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", "实物量\n" + FUELS + ROWS)
    read = read_balance(path, ReadOptions(region="浙江省", year=2008, edition="yearbook_2005"))
    assert (read.edition.code, read.balance.cells["year"][0]) == ("yearbook_2005", 2008)
    codes, _ = refusal(path, ReadOptions(region="浙江省", year=2008))
    assert codes == {"balance_edition_ambiguous"}


@pytest.mark.parametrize("signs", ["yearbook", "input_positive"])
@pytest.mark.parametrize("outflow", ["yearbook", "input_positive"])
def test_both_sign_conventions_become_the_yearbooks(tmp_path: Path, signs: str, outflow: str) -> None:
    balance = make_balance()
    path = tmp_path / "b.csv"
    path.write_bytes(turn_signs(balance.cells, signs, outflow).write_csv().encode())  # type: ignore[arg-type]
    read = read_balance(path)
    assert (read.signs.transformation, read.signs.outflow) == (signs, outflow)
    assert read.balance.cells.equals(balance.cells.sort("region", "year", "row", "fuel"))


def test_an_odd_sign_is_told_and_an_even_split_asks(tmp_path: Path) -> None:
    odd = {**CLOSED, ("coking", "Coke"): -3.0}
    path = tmp_path / "b.csv"
    path.write_bytes(make_cells(odd).write_csv().encode())
    codes, error = refusal(path)
    assert codes == {"balance_findings_stop", "balance_sign_odd"}
    assert "coking Coke = -3" in error.text("en")
    assert read_balance(path, ReadOptions(signs="yearbook")).findings == ()
    even = {("thermal_power", "Raw_Coal"): -6.0, ("coking", "Coke"): -3.0}
    path.write_bytes(make_cells(even).write_csv().encode())
    assert refusal(path)[0] == {"balance_signs_even"}


def test_standard_coal_must_say_how_electricity_counts(tmp_path: Path) -> None:
    text = (HEAD + FUELS + ROWS).replace("实物量", "标准量").replace("亿千瓦时", "万吨标准煤")
    text = text.replace("万吨,万吨,", "万吨标准煤,万吨标准煤,")
    path = write(tmp_path / "b.csv", text)
    assert refusal(path)[0] == {"balance_electricity_unsaid"}
    read = read_balance(path, ReadOptions(electricity=CALORIFIC))
    assert (read.balance.measure, read.balance.electricity) == ("coal_equivalent", CALORIFIC)
    path = write(path, text.replace("标准量", "标准量，等价值，0.3055 kgce/kWh"))
    assert read_balance(path).balance.electricity == ElectricityBasis("equivalent", 305.5)


def test_a_failed_formula_is_no_blank(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("浙江 2015")
    for row, line in enumerate((HEAD + FUELS + ROWS).splitlines()):
        sheet.write_row(row, 0, line.split(","))
    sheet.write_formula(5, 2, "=1/0", None, "#DIV/0!")
    book.close()
    codes, error = refusal(path)
    assert "cell_formula_error" in codes
    assert "row 6, column C" in error.text("en")


def test_long_lines_with_unknown_rows_are_refused_by_line(tmp_path: Path) -> None:
    text = "region,year,variable,sector,fuel,unit,value\nCN-ZJ,2015,final_consumption,steel,Coke,10^4 t,1\n"
    codes, error = refusal(write(tmp_path / "b.csv", text))
    assert codes == {"code_unknown"}
    assert "row 2" in error.text("en")


@pytest.mark.parametrize("seed", range(30))
def test_random_bytes_and_cut_workbooks_are_refused_in_words(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole = (
        sheet_bytes(lay_out_balance(make_balance()))
        if seed % 2
        else sheet_csv(lay_out_balance(make_balance())[0])
    )
    raw = bytearray(whole[: chance.randrange(1, len(whole))] if seed % 3 else chance.randbytes(500))
    for _ in range(10):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    path = tmp_path / ("b.xlsx" if seed % 2 else "b.csv")
    path.write_bytes(raw)
    with contextlib.suppress(DafengError):  # a defect of ours would be another error
        assert read_balance(path).balance.cells.height


def test_a_huge_sheet_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", HEAD + FUELS + ROWS + "工业,1,2,3\n" * 3000)
    assert refusal(path)[0] == {"sheet_too_large"}
    assert refusal(path, ReadOptions(max_bytes=1000))[0] == {"file_too_large"}
    assert refusal(tmp_path / "none.csv")[0] == {"file_missing"}
