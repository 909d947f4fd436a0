"""The pages of the power system: true headlines, the profile on every chart, hours that come back exactly."""

from __future__ import annotations

import base64
import json
import re
import runpy
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from dafeng.app.tables import TABLES
from dafeng.report import ReportContext, ReportMeta, workbook
from dafeng.report.curve_chart import Curve, draw_curves
from dafeng.report.html import render_report
from dafeng.report.pages import power_capacity, power_certificate, power_cost, power_storage, power_week
from dafeng.report.power_hours import hardest_week, read_hours, week_chart
from dafeng.report.power_view import view_power
from dafeng.result import NamedTable
from dafeng.table import columns_of

if TYPE_CHECKING:
    from dafeng.report.page import Page

MADE = runpy.run_path(str(Path(__file__).with_name("made_power.py")))
OURS = (power_capacity.PAGE, power_week.PAGE, power_storage.PAGE, power_cost.PAGE, power_certificate.PAGE)
META = ReportMeta("CN-SX", "山西省", "Shanxi", "shanxi", "1", "v", "2026-11-22", stages_not_run=("power",))
Rows = dict[str, list[dict[str, Any]]]


def context_of(rows: Rows) -> ReportContext:
    """Return a run whose other tables are empty."""
    tables = {}
    for table_id, (contract, zh, en) in TABLES.items():
        schema = {spec.name: spec.dtype for spec in columns_of(contract)}
        frame = pl.DataFrame(rows.get(table_id, []), schema=schema)
        tables[table_id] = NamedTable(table_id, frame, contract, zh, en)
    return ReportContext(META, tables)


def text_of(page: Page, rows: Rows, language: str = "zh") -> str:
    """Return what a reader of one language sees of a page."""
    html = page.render(context_of(rows))
    other = "en" if language == "zh" else "zh"
    html = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    shown = re.sub(rf'<span class="{other}" lang="[^"]+">.*?</span>', "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", shown))


@pytest.fixture(scope="module")
def rows() -> Rows:
    return MADE["make_rows"](336)


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.id)
def test_every_page_says_which_profile_stands_behind_it(page: Page, rows: Rows) -> None:
    html = page.render(context_of(rows))
    figures = html.count("<figcaption>") or 1
    assert html.count("按统计量生成，种子 7 [wind, pv]") >= figures
    assert "Generated from statistics, seed 7 [wind, pv]" in html


def test_capacity_and_output_are_what_the_tables_say(rows: Rows) -> None:
    text = text_of(power_capacity.PAGE, rows)
    new = sum(
        row["capacity_mw"]
        for row in rows["power.capacity"]
        if row["year"] == 2030 and row["technology"] in {"wind_a", "pv_a"}
    )
    assert f"2030 年风电光伏 {new / 1000:.1f} 吉瓦，煤电 20.0 吉瓦" in text
    assert "2030 年可再生发电占 39.0%，弃风弃光 3.1%" in text


def test_an_imposed_target_is_no_success(rows: Rows) -> None:
    text = text_of(power_capacity.PAGE, rows, "en")
    assert "Of 2 power targets that the model decides, 1 are reached" in text
    assert "Imposed as a constraint" in text
    assert "Not modelled" in text


def test_the_week_that_is_shown_first_is_the_hardest(rows: Rows) -> None:
    view = view_power(context_of(rows))
    assert view is not None
    hourly = read_hours(view, 2030)
    assert hourly is not None
    week = hardest_week(hourly)
    assert hourly.residual[hourly.hours_of(week)].max() == hourly.residual.max()
    assert f"{hourly.residual.max() / 1000:.1f}" in text_of(power_week.PAGE, rows)


def test_hours_come_back_from_the_page_and_balance(rows: Rows) -> None:
    html = power_week.PAGE.render(context_of(rows))
    data = json.loads(re.findall(r'id="chart-power-week-data">(.*?)</script>', html, re.DOTALL)[0])
    year = data["years"]["2030"]

    def unpack(text: str) -> np.ndarray:
        return np.frombuffer(base64.b64decode(text), dtype="<i2") * year["scale"]

    load = unpack(year["load"])
    stacks = sum(unpack(series["values"]) for series in year["series"])
    assert load.size == 336
    assert np.abs(stacks - load).max() < 10 * year["scale"]
    given = [
        r["power_mw"] / 1000 for r in rows["power.hourly"] if (r["year"], r["series"]) == (2030, "wind_a")
    ]
    wind = next(unpack(s["values"]) for s in year["series"] if s["name"]["en"] == "Wind")
    assert np.abs(wind - given).max() <= year["scale"]


def test_weeks_cover_every_hour_once(rows: Rows) -> None:
    view = view_power(context_of(MADE["make_rows"](400)))
    assert view is not None
    hourly = read_hours(view, 2025)
    assert hourly is not None
    covered = np.concatenate([np.arange(400)[hourly.hours_of(week)] for week in range(hourly.weeks())])
    assert covered.tolist() == list(range(400))
    chart = week_chart([hourly], (2025, 0), "t0")
    assert chart["years"].keys() == {"2025"}


def test_exports_give_the_share_of_all_corridors_weighed_by_energy(rows: Rows) -> None:
    more = dict(rows["power.corridors"][-1]) | {
        "corridor": "south", "energy_gwh": 10_000.0, "renewable_share": 0.02,
    }  # fmt: skip
    text = text_of(power_storage.PAGE, {**rows, "power.corridors": [*rows["power.corridors"], more]})
    assert "2030 年外送 50.0 太瓦时，其中可再生 42%" in text


def test_cost_keeps_revenue_out_of_the_bars_and_in_the_sum(rows: Rows) -> None:
    html = power_cost.PAGE.render(context_of(rows))
    assert "56.00" in html
    assert "−3.00" in html
    assert "59.0" in html


def test_price_years_that_no_index_bridges_are_told(rows: Rows) -> None:
    assert "没有价格指数" not in text_of(power_cost.PAGE, rows)
    given = [row | {"price_year": 2023} for row in rows["power.parameters"]]
    assert "价格年份为 2023" in text_of(power_cost.PAGE, {**rows, "power.parameters": given})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "已证明的差距 0.084%"),
        ({"certified_gap": 1e-9}, "已证明的差距 &lt;0.001%"),
        ({"certified_gap": None, "lower_bound_cny": None}, "没有求下界，与最优的差距未证明"),
    ],
)
def test_the_certificate_says_what_is_proved(rows: Rows, changes: dict[str, Any], said: str) -> None:
    solves = [row | changes for row in rows["power.certificate"]]
    assert said in text_of(power_certificate.PAGE, {**rows, "power.certificate": solves})


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.id)
def test_without_results_a_page_says_so(page: Page) -> None:
    assert "没有结果" in text_of(page, {})


def test_a_part_that_was_not_run_says_how_to_run_it() -> None:
    page = render_report(ReportContext(META, {}))
    assert page.count("dafeng run --with power 计算") == len(OURS)


def test_curves_keep_their_ends() -> None:
    drawing = draw_curves([Curve(tuple(range(9000, 0, -1)), "#000", "", "t0")], "a", [0, 8000])
    assert drawing.count("<polyline") == 2
    assert ">8,000</text>" in drawing


def test_a_table_too_long_for_a_sheet_is_named_on_the_cover(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 100)
    context = context_of(rows)
    assert "power.hourly" not in workbook.sheet_names(context)
    stream = BytesIO()
    workbook.write_workbook(context, stream)
    stream.seek(0)
    book = CalamineWorkbook.from_filelike(stream)
    assert "power.hourly" not in book.sheet_names
    cover = book.get_sheet_by_index(0).to_python()
    line = next(line for line in cover if line[0] == "tables/power.hourly.csv")
    assert line[3] == len(rows["power.hourly"])
