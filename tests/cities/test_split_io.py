"""What a user gives: figures, growth, locks, weights; every defect with its row, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from dafeng.cities.figure_form import draft_city_figures
from dafeng.cities.figures import choose_figures
from dafeng.cities.io import (
    Places,
    read_city_figures,
    read_city_weights,
    read_growth,
    read_index_weights,
    read_limits,
)
from dafeng.errors import DafengError, InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLACES = Places(
    ("610100", "610300"), "CN-SN",
    {"610100": "610100", "甲市": "610100", "610300": "610300", "乙": "610300",
     "cn-sn": "CN-SN", "全省": "CN-SN"},
)  # fmt: skip


def write(folder: Path, text: str, name: str = "given.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def codes_of(read: Callable[[], object]) -> list[tuple[str, int | None]]:
    with pytest.raises(DafengError) as refused:
        read()
    assert refused.value.exit_code == 2
    for finding in refused.value.findings:
        assert finding.text("zh") != finding.text("en")
    return [(finding.code, finding.place.row) for finding in refused.value.findings]


def test_optional_columns_may_be_left_out_and_cities_go_by_name(tmp_path: Path) -> None:
    text = (
        "城市,年份,项目,单位,数值,证据等级\n"
        "甲市,2025,能源消费总量,万吨标准煤,12,B\n"
        "全省,2025,energy_total,tce,5e5,A\n"
    )
    found = choose_figures(read_city_figures(write(tmp_path, text), PLACES).frame)
    assert found.values == {("610100", 2025, "energy_total"): 12.0, ("CN-SN", 2025, "energy_total"): 50.0}
    assert found.grades["610100", 2025, "energy_total"] == "B"


def test_every_defect_of_the_figures_is_named_with_its_row(tmp_path: Path) -> None:
    rows = [
        "region,year,item,unit,value,grade",
        "610100,2025,energy_total,万吨,12,B",
        "140100,2025,energy_total,tce,12,B",
        "610300,2025,coal_share,%,120,B",
        "610300,2025,population,万人,12,",
        "乙,2025,coal_share,%,12,B",
    ]
    path = write(tmp_path, "\n".join(rows))
    assert codes_of(lambda: read_city_figures(path, PLACES)) == [
        ("unit_wrong", 2), ("city_unknown", 3), ("value_out_of_range", 4), ("cell_empty", 5),
        ("key_repeated", 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("610100,twenty,energy_total,tce,1,B", "cell_not_integer"),
        ("610100,2025,energie,tce,1,B", "code_unknown"),
        ("610100,2025,energy_total,tce,1e999,B", "cell_not_finite"),
        ("610100,2025,energy_total,tce,many,B", "cell_not_number"),
        ("610100,2025,energy_total,tce,1,Z", "code_unknown"),
        (",2025,energy_total,tce,1,B", "cell_empty"),
    ],
)
def test_cells_that_cannot_be_read_are_named(tmp_path: Path, line: str, code: str) -> None:
    path = write(tmp_path, f"region,year,item,unit,value,grade\n{line}\n")
    assert (code, 2) in codes_of(lambda: read_city_figures(path, PLACES))


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "region,year,item,unit,value,grade,wert\n610100,2025,energy_total,tce,1,B,2\n")
    assert codes_of(lambda: read_city_figures(path, PLACES)) == [("column_unknown", 1)]


def test_the_form_is_read_back_from_csv_and_workbook(tmp_path: Path) -> None:
    draft = draft_city_figures(["610100", "CN-SN"], {"610100": "甲市", "CN-SN": "全省"}, 2025, 2027)
    assert draft.height == 2 * (8 + 2)
    assert draft.columns[:3] == ["市名", "region", "year"]
    path = tmp_path / "form.csv"
    draft.write_csv(path, include_bom=True)
    assert read_city_figures(path, PLACES).frame["value"].null_count() == 20
    book = xlsxwriter.Workbook(tmp_path / "form.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, draft.columns)
    for place, row in enumerate(draft.iter_rows(), 1):
        sheet.write_row(place, 0, ["" if value is None else value for value in row])
    sheet.write(3, draft.columns.index("value"), 345.5)
    sheet.write(3, draft.columns.index("grade"), "A")
    book.close()
    read = read_city_figures(tmp_path / "form.xlsx", PLACES).frame
    assert read.filter(read["value"].is_not_null()).row(0)[:5] == (
        "610100", 2025, "energy_total", "10^4 tce", 345.5
    )  # fmt: skip


def test_a_failed_formula_is_not_read_as_missing(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "form.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["region", "year", "item", "unit", "value", "grade"])
    sheet.write_row(1, 0, ["610100", 2025, "energy_total", "tce"])
    sheet.write_formula(1, 4, "=1/0", value="#DIV/0!")
    sheet.write(1, 5, "A")
    book.close()
    assert codes_of(lambda: read_city_figures(tmp_path / "form.xlsx", PLACES)) == [("cell_not_number", 2)]


def test_growth_is_compounded_over_the_years(tmp_path: Path) -> None:
    path = write(tmp_path, "region,yearly_growth,unit\n610100,5,%\n全省,0.04,1\n")
    assert read_growth(path, PLACES, 5) == pytest.approx({"610100": 1.05**5, "CN-SN": 1.04**5})
    wrong = write(tmp_path, "region,yearly_growth,unit\n610100,5,1\n乙,3,%\n610300,4,%\n")
    assert codes_of(lambda: read_growth(wrong, PLACES, 5)) == [
        ("value_out_of_range", 2), ("key_repeated", 4)
    ]  # fmt: skip


def test_locks_and_bounds_by_city(tmp_path: Path) -> None:
    path = write(tmp_path, "region,locked,lowest,highest\n610100,0.2,,\n乙,,0.1,\n")
    assert read_limits(path, PLACES) == ({"610100": 0.2}, {"610300": (0.1, None)})
    wrong = write(tmp_path, "region,locked,lowest,highest\n610100,20,,\n")
    assert codes_of(lambda: read_limits(wrong, PLACES)) == [("value_out_of_range", 2)]
    crossed = write(tmp_path, "region,locked,lowest,highest\n610100,0.2,0.3,0.4\nCN-SN,0.1,,\n")
    assert codes_of(lambda: read_limits(crossed, PLACES)) == [("value_out_of_range", 2), ("city_unknown", 3)]


def test_weights_of_cities_and_of_indicators(tmp_path: Path) -> None:
    path = write(tmp_path, "region,weight\n610100,2\n610300,0\n")
    assert read_city_weights(path, PLACES) == {"610100": 2.0, "610300": 0.0}
    path = write(tmp_path, "indicator,weight\n用能（排放）强度,2\ncoal_share,1\n")
    assert read_index_weights(path) == {"intensity": 2.0, "coal_share": 1.0}
    assert codes_of(lambda: read_index_weights(write(tmp_path, "indicator,weight\nsize,-1\n"))) == [
        ("code_unknown", 2), ("value_out_of_range", 2),
    ]  # fmt: skip


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read_city_figures(tmp_path / "none.csv", PLACES)
    assert refused.value.findings[0].code == "file_missing"
