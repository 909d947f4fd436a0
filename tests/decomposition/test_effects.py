from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.decompose_file import DecomposeRequest, run_decompose
from dafeng.decomposition.effects import decompose_table, list_effects
from dafeng.decomposition.io import read_factors
from dafeng.errors import InputRefused, TableError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """year,category,city,people,use,note
2020,coal,A,2,3,x
2020,gas,A,1,4,
2021,coal,A,3,3,
2022,coal,A,3,4,
2022,wind,A,5,0,
2020,coal,B,1,1,
2022,coal,B,2,1,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "factors.csv"
    path.write_text(TEXT, "utf-8")
    return path


def run(file: Path, **more: object) -> list[dict[str, str]]:
    output = file.with_name("out.csv")
    run_decompose(DecomposeRequest(file, output, ("people", "use"), ("city",), **more))  # type: ignore[arg-type]
    with output.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_columns_are_those_promised(file: Path) -> None:
    assert list(run(file)[0]) == ["city", "from", "to", "factor", "value"]
    assert list(run(file, by_category=True)[0]) == ["city", "from", "to", "category", "factor", "value"]
    assert list(run(file, form="both")[0]) == ["city", "from", "to", "factor", "form", "value"]


def test_effects_sum_to_the_change_of_the_total(file: Path) -> None:
    totals = {("A", 2020): 10.0, ("A", 2021): 9.0, ("A", 2022): 12.0, ("B", 2020): 1.0, ("B", 2022): 2.0}
    sums: dict[tuple[str, int, int], float] = {}
    for row in run(file, by_category=True):
        key = row["city"], int(row["from"]), int(row["to"])
        sums[key] = sums.get(key, 0.0) + float(row["value"])
    assert set(sums) == {("A", 2020, 2021), ("A", 2021, 2022), ("B", 2020, 2022)}
    for (city, start, end), value in sums.items():
        assert value == pytest.approx(totals[city, end] - totals[city, start], abs=1e-12)


def test_a_category_that_disappears_is_shared_by_its_factors(file: Path) -> None:
    gone = [row for row in run(file, by_category=True) if row["category"] == "gas" and row["to"] == "2021"]
    assert [float(row["value"]) for row in gone] == [-2.0, -2.0]


def test_against_the_first_year(file: Path) -> None:
    rows = [row for row in run(file, chained=False) if row["city"] == "A"]
    assert {(row["from"], row["to"]) for row in rows} == {("2020", "2021"), ("2020", "2022")}


def test_multiplicative_effects_multiply_to_the_ratio(file: Path) -> None:
    product = 1.0
    for row in run(file, form="multiplicative"):
        if (row["city"], row["to"]) == ("A", "2021"):
            product *= float(row["value"])
    assert product == pytest.approx(0.9)


def test_a_ratio_of_a_total_of_zero_is_empty() -> None:
    table = pl.DataFrame({"year": [1, 2], "category": ["a", "a"], "x": [0.0, 2.0]})
    assert list_effects(decompose_table(table, ["x"]), ["x"], form="multiplicative")["value"].to_list() == [
        None
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2021,coal,A,3,3", "2021,coal,A,-3,3", "value_out_of_range"),
        ("2021,coal,A,3,3", "2021,coal,A,,3", "cell_empty"),
        ("2021,coal,A,3,3", "2021,coal,A,three,3", "cell_not_number"),
        ("2021,coal,A,3,3", "2021,coal,A,1e999,3", "cell_not_finite"),
        ("2021,coal,A,3,3", "2020,coal,A,3,3", "key_repeated"),
        ("2021,coal,A,3,3", "2021,coal,,3,3", "cell_empty"),
        ("people", "persons", "factor_missing"),
        ("category", "kind", "column_missing"),
    ],
)
def test_a_bad_table_is_refused(file: Path, old: str, new: str, code: str) -> None:
    file.write_text(TEXT.replace(old, new, 1), "utf-8")
    with pytest.raises(TableError) as caught:
        run(file)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert not file.with_name("out.csv").exists()


@pytest.mark.parametrize(
    ("factors", "by", "code"),
    [
        ((), (), "factor_none"),
        (("people", "people"), ("city",), "column_repeated"),
        (("year",), (), "column_repeated"),
    ],
)
def test_bad_names_are_refused(file: Path, factors: tuple[str, ...], by: tuple[str, ...], code: str) -> None:
    with pytest.raises(TableError) as caught:
        read_factors(file, factors, by=by)
    assert caught.value.findings[0].code == code


def test_a_single_year_and_an_output_on_the_input_are_refused(file: Path) -> None:
    with pytest.raises(InputRefused, match="is the input file"):
        run_decompose(DecomposeRequest(file, file, ("use",), ("city",)))
    file.write_text("year,category,city,people,use\n2020,a,A,1,1\n", "utf-8")
    with pytest.raises(InputRefused, match="single year"):
        run(file)


def test_chinese_headers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "factors.csv"
    path.write_text(TEXT.replace("year,category,city", "年份,类别,地区"), "utf-8")
    table = read_factors(path, ["people", "use"], by=["region"])
    assert table.columns == ["year", "category", "region", "people", "use"]
    assert read_factors(path, ["people", "use"], by=["地区"]).columns[2] == "地区"
