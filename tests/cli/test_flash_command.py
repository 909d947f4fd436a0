"""The flash estimate as a user makes it: issues open on their day, drafts are stamped, archives are kept."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Answer

HEAD = "region,year,variable,sector,fuel,unit,value,source,quality\n"


def inventory_csv(years: range = range(2010, 2023)) -> str:
    lines = []
    for year in years:
        scale = 1 + 0.05 * (year - 2010)
        lines += [
            f"CN-SX,{year},co2_fuel_combustion,power_heat,Raw_Coal,Mt CO2,{100 * scale},made,B",
            f"CN-SX,{year},co2_fuel_combustion,residential_rural,Raw_Coal,Mt CO2,12,made,B",
            f"CN-SX,{year},co2_process,total,,Mt CO2,{6 * scale},made,B",
        ]
    return HEAD + "\n".join(lines) + "\n"


def indicator_rows(last: int = 2024) -> list[list[object]]:
    rows: list[list[object]] = [["region", "period", "item", "unit", "value"]]
    for year in range(2010, last + 1):
        scale = 1 + 0.05 * (year - 2010)
        for month in range(2, 13):
            rows.append(["山西", f"{year}-{month:02d} ytd", "火电", "亿千瓦时", 100 * scale * month])
            rows.append(["CN-SX", f"{year}-{month:02d} ytd", "cement", "t", 3e6 * scale * month])
    return rows


def as_csv(rows: list[list[object]]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue()


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path]:
    figures, benchmark = tmp_path / "indicators.csv", tmp_path / "inventory.csv"
    figures.write_text(as_csv(indicator_rows()), "utf-8")
    benchmark.write_text(inventory_csv(), "utf-8")
    return figures, benchmark


def test_the_page_of_the_newest_open_issue(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    common = ("flash", inputs[0], "--benchmark", inputs[1])
    answer = dafeng(*common, "--as-of", "2024-11-24", "--output", "page.html")
    assert answer.code == 0, answer.err
    assert "2024-09" in answer.out
    assert "2024-10: 2024-11-25" in answer.out
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "2024年1—9月" in page
    assert "内部资料" in page
    assert "2024-11-25 开放" in page
    assert "未录入" in page
    assert "未填" in page
    assert "基准年占比%" in page
    assert 'class="doubt"' not in page
    assert 'class="stamp draft"' not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert dafeng(*common, "--as-of", "2024-11-25", "--output", "next.html").out.startswith("2024-10")


def test_numbers_of_an_issue(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    common = ("flash", inputs[0], "--benchmark", inputs[1], "--as-of", "2024-07-25")
    assert dafeng(*common, "--format", "json", "--output", "issue.json").code == 0
    issue = json.loads((tmp_path / "issue.json").read_text("utf-8"))
    total = next(r for r in issue["estimates"] if (r["group"], r["span"]) == ("total", "ytd"))
    assert total["value"] == pytest.approx(106 * 1.7 / 2 + 6)
    assert total["lower"] == pytest.approx(total["value"])  # twelve replays without any error
    assert issue["scores"][0]["issues"] == 12
    assert issue["next_day"] == "2024-08-25"
    assert dafeng(*common, "--format", "csv", "--output", "issue.csv").code == 0
    table = pl.read_csv(tmp_path / "issue.csv")
    assert set(table["span"]) == {"month", "quarter", "ytd"}


def test_an_issue_that_is_not_open_is_refused_unless_it_is_a_draft(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    common = ("flash", inputs[0], "--benchmark", inputs[1], "--as-of", "2024-07-20", "--output", "p.html")
    refused = dafeng(*common, "--month", "2024-06")
    assert refused.code == 2
    assert "flash_not_open" in refused.err
    assert "2024-07-25" in refused.err
    assert not (tmp_path / "p.html").exists()
    draft = dafeng(*common, "--month", "2024-06", "--draft", "--archive", "kept")
    assert draft.code == 0, draft.err
    page = (tmp_path / "p.html").read_text("utf-8")
    assert 'class="stamp draft"' in page
    assert "草稿" in page
    assert not (tmp_path / "kept").exists()  # drafts are no issues
    assert "flash_no_such_issue" in dafeng(*common, "--month", "2024-01").err
    assert dafeng(*common, "--month", "2024-04").code == 0  # an older one stays open


def test_issues_are_archived_and_never_overwritten(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    common = ("flash", inputs[0], "--benchmark", inputs[1], "--as-of", "2023-01-26", "--archive", "kept",
              "--output", "p.html")  # fmt: skip
    for _ in range(2):
        assert dafeng(*common).code == 0
    (first,) = (tmp_path / "kept").iterdir()
    assert first.name == "flash_CN-SX_2022-12_2023-01-26.csv"
    before = first.read_bytes()
    rows = indicator_rows()
    doubled = [
        rows[0],
        *([*row[:4], 2 * float(str(row[4]))] if str(row[1]) == "2022-12 ytd" else row for row in rows[1:]),
    ]
    inputs[0].write_text(as_csv(doubled), "utf-8")
    assert dafeng(*common).code == 0
    assert sorted(path.name for path in (tmp_path / "kept").iterdir())[1].endswith("_2.csv")
    assert first.read_bytes() == before
    later = (
        *common[:4],
        "--as-of",
        "2024-07-25",
        "--archive",
        "kept",
        "--format",
        "json",
        "--output",
        "i.json",
    )
    assert dafeng(*later).code == 0
    errors = {row["year"]: row for row in json.loads((tmp_path / "i.json").read_text("utf-8"))["errors"]}
    assert errors[2022]["origin"] == "archive"
    assert errors[2021]["origin"] == "replay"


def test_a_workbook_serves_as_well(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(tmp_path / "i.xlsx"))
    sheet = book.add_worksheet()
    for place, row in enumerate(indicator_rows()):
        sheet.write_row(place, 0, row)
    book.close()
    tail = ("--benchmark", inputs[1], "--as-of", "2024-07-25", "--format", "csv", "--output")
    assert dafeng("flash", tmp_path / "i.xlsx", *tail, "a.csv").code == 0
    assert dafeng("flash", inputs[0], *tail, "b.csv").code == 0
    a, b = (pl.read_csv(tmp_path / name) for name in ("a.csv", "b.csv"))
    assert a.drop_nulls("value")["value"].to_list() == pytest.approx(b.drop_nulls("value")["value"].to_list())


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("CN-SX,2024-02 ytd,gold,t,1", "code_unknown"),
        ("CN-SX,2024-02 ytd,cement,GWh,1", "unit_mismatch"),
        ("CN-SX,2024-02 ytd,cement,shovelfuls,1", "unit_unknown"),
        ("CN-SX,2024-2,cement,t,1", "cell_not_period"),
        ("CN-SX,2021..2023,cement,t,1", "flash_period_years"),
        ("CN-SX,2024-02 ytd,cement,t,-1", "value_out_of_range"),
        ("CN-SX,2024-06 ytd,cement,t,1", "key_repeated"),
        ("CN-SN,2024-06 ytd,cement,t,1", "flash_regions"),
    ],
)
def test_bad_rows_are_refused(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], row: str, code: str
) -> None:
    inputs[0].write_text(as_csv(indicator_rows()) + row + "\n", "utf-8")
    refused = dafeng(
        "flash", inputs[0], "--benchmark", inputs[1], "--as-of", "2024-07-25", "--output", "p.html"
    )
    assert refused.code == 2
    assert code in refused.err


def test_an_inventory_without_groups_and_an_output_on_an_input_are_refused(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path]
) -> None:
    common = ("flash", inputs[0], "--benchmark", inputs[1], "--as-of", "2024-07-25", "--output")
    assert "output_is_input" in dafeng(*common, inputs[1]).err
    inputs[1].write_text(HEAD + "CN-SX,2020,co2_total,total,,Mt CO2,500,made,B\n", "utf-8")
    refused = dafeng(*common, "p.html")
    assert refused.code == 2
    assert "flash_no_benchmark" in refused.err


@pytest.mark.parametrize(
    "period", ["2024年1-6月", "2024年1—6月", "2024年1～6月", "2024年 1月至6月", "2024年1-6月累计"]
)
def test_periods_and_headers_as_bureaus_write_them(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], tmp_path: Path, period: str
) -> None:
    common = ("--benchmark", inputs[1], "--as-of", "2024-07-25", "--format", "csv", "--output")
    assert dafeng("flash", inputs[0], *common, "a.csv").code == 0
    text = inputs[0].read_text("utf-8").replace("2024-06 ytd", period).replace("2022-12 ytd", "2022年")
    (tmp_path / "zh.csv").write_text(text.replace("region,period", "地区,时期"), "utf-8")
    answer = dafeng("flash", "zh.csv", *common, "b.csv")
    assert answer.code == 0, answer.err
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize("period", ["2024年3-6月", "2024年13月", "2024年6季度"])
def test_spans_that_do_not_start_in_january_are_refused(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], period: str
) -> None:
    inputs[0].write_text(inputs[0].read_text("utf-8").replace("2024-06 ytd", period), "utf-8")
    refused = dafeng("flash", inputs[0], "--benchmark", inputs[1], "--output", "p.html")
    assert refused.code == 2
    assert "cell_not_period" in refused.err


def test_a_month_in_the_place_of_a_cumulative_figure_stops(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    rows = [[*row[:4], 170] if row[1:3] == ["2024-06 ytd", "火电"] else row for row in indicator_rows()]
    inputs[0].write_text(as_csv(rows), "utf-8")
    refused = dafeng(
        "flash", inputs[0], "--benchmark", inputs[1], "--as-of", "2024-07-25", "--output", "p.html"
    )
    assert refused.code == 2
    assert "flash_ytd_wrong" in refused.err
    assert not (tmp_path / "p.html").exists()


def test_an_old_benchmark_is_told_at_the_top_and_on_stderr(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    inputs[1].write_text(inventory_csv(range(2010, 2022)), "utf-8")
    answer = dafeng(
        "flash", inputs[0], "--benchmark", inputs[1], "--as-of", "2024-07-25", "--output", "p.html"
    )
    assert answer.code == 0, answer.err
    assert "基准清单是 2021 年的" in answer.err
    head = (tmp_path / "p.html").read_text("utf-8").partition('class="heads"')[0]
    assert "基准清单是 2021 年的" in head


def test_too_few_indicators_give_no_growth_rate(
    dafeng: Callable[..., Answer], inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    inputs[0].write_text(as_csv([row for row in indicator_rows() if row[2] != "火电"]), "utf-8")
    answer = dafeng(
        "flash", inputs[0], "--benchmark", inputs[1], "--as-of", "2024-07-25", "--output", "p.html"
    )
    assert answer.code == 0, answer.err
    assert answer.err.count("每月十二分之一计") == 1  # all groups in one line
    page = (tmp_path / "p.html").read_text("utf-8")
    assert page.count("指标不足，不给同比") == 2
    assert "同比 +" not in page
