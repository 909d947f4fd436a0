"""The monthly page's data: own CO2 beside the path to date, and where the path of the year comes from."""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.monthly_file import MonthlyRequest, make_monthly
from dafeng.app.monthly_path import PathSource, find_path
from dafeng.errors import InputRefused
from dafeng.pathway.answers import FanChart
from dafeng.scenario import Scope
from dafeng.table import columns_of

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.monthly_file import MonthlyAnswer

AS_OF = date(2024, 7, 25)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an inventory that follows thermal power and steady months of it."""
    folder = tmp_path_factory.mktemp("monthly")
    months = [
        ("CN-SX", f"{year}-{month:02d} ytd", "thermal_generation", "10^8 kWh",
         (100 + 5 * (year - 2018)) * (month + 0.1 * (month % 3)), "made")
        for year in range(2018, 2025) for month in range(2, 13) if (year, month) <= (2024, 6)
    ]  # fmt: skip
    names = ["region", "period", "item", "unit", "value", "source"]
    pl.DataFrame(months, schema=names, orient="row").write_csv(folder / "monthly.csv")
    rows = [
        ("CN-SX", year, variable, sector, fuel, "Mt CO2", value, "made", "B")
        for year in range(2018, 2024)
        for variable, sector, fuel, value in (
            ("co2_fuel_combustion", "power_heat", "Raw_Coal", 100.0 + 5 * (year - 2018)),
            ("co2_process", "total", None, 12.0),
        )
    ]  # fmt: skip
    names = ["region", "year", "variable", "sector", "fuel", "unit", "value", "source", "quality"]
    pl.DataFrame(rows, schema=names, orient="row").write_csv(folder / "inventory.csv")
    return folder


def make(folder: Path, *, benchmark: bool = True, **path: object) -> MonthlyAnswer:
    inventory = folder / "inventory.csv" if benchmark else None
    source = PathSource(**path)  # type: ignore[arg-type]
    return make_monthly(MonthlyRequest(folder / "monthly.csv", AS_OF, benchmark=inventory, path=source))


def test_own_co2_stands_beside_the_same_share_of_the_path(folder: Path) -> None:
    sheet = make(folder, path_mt=150.0).sheet
    row = sheet.tables["path"].row(0, named=True)
    assert (sheet.year, sheet.month) == (2024, 6)
    power = 120.0 * (130 * 6) / (120 * 12)  # the ratio of 2022 goes on; 2023 is not known yet
    assert row["value"] == pytest.approx(power + 6.0, rel=1e-3)
    last_year = sheet.tables["months"].filter(pl.col("year") == 2023)["value"].sum()
    assert row["path_to_date"] == pytest.approx(150.0 * row["previous"] / last_year)
    assert row["gap"] == pytest.approx(row["value"] - row["path_to_date"])
    assert row["path_zh"] == "用户给定"
    assert sheet.benchmark_year == 2022
    assert sheet.tables["nowcasts"]["item"].to_list() == ["thermal_generation"]
    assert sheet.tables["indicators"]["item"].to_list()[:3] == [
        "electricity_use", "generation", "thermal_generation",
    ]  # fmt: skip


def test_a_page_of_an_earlier_month_knows_no_later_month(folder: Path) -> None:
    request = MonthlyRequest(folder / "monthly.csv", AS_OF, month="2024-03")
    row = make_monthly(request).sheet.tables["nowcasts"].row(0, named=True)
    assert (row["year"], row["through_month"]) == (2024, 3)
    assert row["known"] == pytest.approx(130 * 3.0)


def test_no_level_in_the_plan_is_said_and_not_invented(folder: Path) -> None:
    row = make(folder).sheet.tables["path"].row(0, named=True)
    assert row["value"] is not None
    assert (row["path_whole"], row["path_to_date"], row["gap"]) == (None, None, None)
    assert (row["path_zh"], row["path_en"]) == ("方案没有给出排放水平", "no level in the plan")


def test_without_an_inventory_there_is_no_own_co2(folder: Path) -> None:
    answer = make(folder, benchmark=False, path_mt=150.0)
    row = answer.sheet.tables["path"].row(0, named=True)
    assert (row["value"], row["path_whole"], row["path_to_date"]) == (None, 150.0, None)
    assert answer.sheet.tables["estimates"].is_empty()
    told = json.loads(answer.text("json"))
    assert told["issue"] == "2024-06"
    assert told["covered_share"] is None
    assert told["estimates"] == []


def write_fan(path: Path, scenarios: tuple[str, ...]) -> Path:
    scope = Scope().model_dump()
    rows = [
        {
            "scenario": name, **scope, "year": 2024, "unit": "Mt CO2", "mean": 141.0,
            **{f"p{share:02d}": 140.0 + share / 10 for share in (5, 25, 50, 75, 95)},
        }
        for name in scenarios
    ]  # fmt: skip
    pl.DataFrame(rows).select([spec.name for spec in columns_of(FanChart)]).write_csv(path)
    return path


def test_the_median_of_the_pathways_is_the_path_where_the_plan_has_none(tmp_path: Path) -> None:
    one = write_fan(tmp_path / "fan.csv", ("plan",))
    path = find_path(PathSource(pathway=one, pack="shanxi"), "CN-SX", 2024, AS_OF)
    assert path.whole == pytest.approx(145.0)
    assert "plan" in path.basis_en
    assert find_path(PathSource(pathway=one), "CN-SX", 2031, AS_OF).whole is None
    several = write_fan(tmp_path / "fans.csv", ("plan", "fast"))
    with pytest.raises(InputRefused, match="--scenario"):
        find_path(PathSource(pathway=several), "CN-SX", 2024, AS_OF)
    chosen = find_path(PathSource(pathway=several, scenario="fast"), "CN-SX", 2024, AS_OF)
    assert "fast" in chosen.basis_zh
    with pytest.raises(InputRefused):
        find_path(PathSource(pathway=several, scenario="slow"), "CN-SX", 2024, AS_OF)


def test_only_a_level_of_the_province_itself_is_the_path(tiny_pack: Path, tmp_path: Path) -> None:
    """A change in % is no level, and a city's ceiling is not the province's."""
    folder = shutil.copytree(tiny_pack, tmp_path / "pack")
    more = {
        "indicators": "co2_emissions,示例排放,Example emissions,10^6 tCO2,flow,down,,",
        "series": "co2_seen,示例排放,Example emissions,10^6 tCO2,flow,,",
        "indicator_series": "co2_emissions,co2_seen,same,虚构的同口径,made up as the same scope",
        "observations": "\n".join(
            f"co2_seen,{region},2020,{value},10^6 tCO2,eq,2021-06,example,B,,"
            for region, value in (("CN-SN", 260), ("610100", 40))
        ),
        "targets": "\n".join(
            f"{name},示例,sn-peak,C1.1,{region},co2_emissions,示例,Example,不高于,at most,quantified,"
            f"expected,{comparator},{value},,,{unit},2020,2030,dated,energy,,,example,A"
            for name, region, comparator, value, unit in (
                ("L", "CN-SN", "le", 300, "10^6 tCO2"), ("C", "610100", "le", 30, "10^6 tCO2"),
                ("P", "CN-SN", "change_about", -10, "%"),
            )
        ),
    }  # fmt: skip
    for name, rows in more.items():
        with (folder / f"{name}.csv").open("a", encoding="utf-8") as stream:
            stream.write(rows + "\n")
    path = find_path(PathSource(pack=str(folder)), "CN-SN", 2025, AS_OF)
    assert path.whole == pytest.approx(280.0)
    assert path.basis_en == "target L Example"


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf")])
def test_a_path_must_be_positive(wrong: float) -> None:
    with pytest.raises(InputRefused, match="--path-mt"):
        find_path(PathSource(path_mt=wrong), "CN-SX", 2024, AS_OF)
