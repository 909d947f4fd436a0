"""``dafeng track nowcast`` and ``track monthly`` as a user calls them: tables, scores, page, refusals."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from dafeng.table import columns_of
from dafeng.tracking.nowcast import Nowcasts, NowcastScores

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Answer

HEAD = "region,year,variable,sector,fuel,unit,value,source,quality\n"
LAST = (2024, 6)


def inventory_csv() -> str:
    lines = []
    for year in range(2016, 2024):
        scale = 1 + 0.05 * (year - 2016)
        lines += [
            f"CN-SX,{year},co2_fuel_combustion,power_heat,Raw_Coal,Mt CO2,{100 * scale},made,B",
            f"CN-SX,{year},co2_process,total,,Mt CO2,{6 * scale},made,B",
        ]
    return HEAD + "\n".join(lines) + "\n"


def monthly_rows() -> list[list[object]]:
    rows: list[list[object]] = [["region", "period", "item", "unit", "value"]]
    for year in range(2016, LAST[0] + 1):
        wobble = np.random.default_rng(year).normal(1.0, 0.02, 12)
        totals = (100 * (1 + 0.05 * (year - 2016)) * wobble).cumsum()
        for month in range(2, 13):
            if (year, month) <= LAST:
                rows.append(["山西", f"{year}-{month:02d} ytd", "火电", "亿千瓦时", totals[month - 1]])
                rows.append(["CN-SX", f"{year}-{month:02d} ytd", "cement", "t", 3e4 * totals[month - 1]])
    return rows


def as_csv(rows: list[list[object]]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue()


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    path = tmp_path / "monthly.csv"
    path.write_text(as_csv(monthly_rows()), "utf-8")
    return path


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    path = tmp_path / "inventory.csv"
    path.write_text(inventory_csv(), "utf-8")
    return path


def test_the_year_of_every_item_and_of_one_by_its_name(dafeng: Callable[..., Answer], figures: Path) -> None:
    whole = dafeng("track", "nowcast", figures, "--as-of", "2024-07-25", "--format", "json")
    assert whole.code == 0, whole.err
    rows = json.loads(whole.out)
    assert [row["item"] for row in rows] == ["thermal_generation", "cement"]
    assert set(rows[0]) == {spec.name for spec in columns_of(Nowcasts)}
    assert (rows[0]["year"], rows[0]["through_month"]) == (2024, 6)
    assert rows[0]["p05"] < 1200 * 1.4 < rows[0]["p95"]
    assert "没有公布日期" in whole.err
    one = dafeng("track", "nowcast", figures, "--as-of", "2024-07-25", "--item", "火电", "--format", "json")
    assert json.loads(one.out) == rows[:1]
    table = dafeng("track", "nowcast", figures, "--as-of", "2024-07-24", "--output", "n.txt")
    assert table.code == 0
    assert table.out == ""


def test_the_backtest_scores_three_methods(dafeng: Callable[..., Answer], figures: Path) -> None:
    answer = dafeng(
        "track",
        "nowcast",
        figures,
        "--backtest",
        "--item",
        "cement",
        "--as-of",
        "2024-07-25",
        "--format",
        "csv",
    )
    assert answer.code == 0, answer.err
    table = pl.read_csv(io.StringIO(answer.out))
    assert table.columns == [spec.name for spec in columns_of(NowcastScores)]
    assert set(table["method"]) == {"state_space", "seasonal_naive", "naive"}


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("CN-SX,2024-02 ytd,cemen,t,1", "code_unknown", "cement"),
        ("CN-SX,2024-02 ytd,cement,t,-1", "value_out_of_range", "-1"),
        ("CN-SX,2021..2023,cement,t,1", "flash_period_years", "2021..2023"),
        ("CN-SN,2024-06 ytd,cement,t,1", "flash_regions", "CN-SN, CN-SX"),
    ],
)
def test_bad_rows_are_refused_in_both_languages(
    dafeng: Callable[..., Answer], figures: Path, row: str, code: str, said: str
) -> None:
    figures.write_text(as_csv(monthly_rows()) + row + "\n", "utf-8")
    refused = dafeng("track", "nowcast", figures, "--as-of", "2024-07-25")
    assert refused.code == 2
    assert f"[{code}]" in refused.err
    assert said in refused.err
    assert "错误" in refused.err
    assert "error" in refused.err
    if code != "flash_regions":
        assert f"row {len(monthly_rows()) + 1}" in refused.err


def test_an_unknown_item_a_far_year_and_too_little_history(
    dafeng: Callable[..., Answer], figures: Path
) -> None:
    unknown = dafeng("track", "nowcast", figures, "--item", "cemen")
    assert unknown.code == 2
    assert "是否为 cement" in unknown.err
    far = dafeng("track", "nowcast", figures, "--year", "2030", "--as-of", "2024-07-25")
    assert far.code == 3
    assert "2024-06" in far.err
    rows = [row for row in monthly_rows() if str(row[1]) in {"period", "2024-02 ytd", "2024-03 ytd"}]
    figures.write_text(as_csv(rows), "utf-8")
    short = dafeng("track", "nowcast", figures, "--as-of", "2024-07-25")
    assert short.code == 3
    assert "cement" in short.err
    assert dafeng("track", "nowcast", figures, "--backtest", "--as-of", "2024-07-25").code == 3


def test_the_monthly_page(
    dafeng: Callable[..., Answer], figures: Path, inventory: Path, tmp_path: Path
) -> None:
    answer = dafeng(
        "track", "monthly", figures, "--benchmark", inventory, "--as-of", "2024-07-25", "--path-mt", "150",
        "--output", "page.html",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "2024-06" in answer.out
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "2024" in page
    assert "火电" in page
    assert "内部" in page


def test_the_page_writes_over_no_input_and_needs_a_positive_path(
    dafeng: Callable[..., Answer], figures: Path, inventory: Path
) -> None:
    common = ("track", "monthly", figures, "--benchmark", inventory, "--as-of", "2024-07-25")
    assert "output_is_input" in dafeng(*common, "--format", "json", "--output", figures).err
    wrong = dafeng(*common, "--path-mt", "-3", "--output", "p.html")
    assert wrong.code == 2
    assert "monthly_path_wrong" in wrong.err
