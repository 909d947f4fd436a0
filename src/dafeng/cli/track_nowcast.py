"""``dafeng track nowcast`` and ``dafeng track monthly``: the year from its months, and the monthly page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.output import Format, FormatOption, show_frame
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.errors import Finding

NOTES_SHOWN = 20


class MonthlyForm(StrEnum):
    """How the monthly page is written."""

    html = "html"
    json = "json"


_SHOWN = ["item", "year", "through_month", "unit", "known", "mean", "p10", "p90", "change_share", "method"]
_SCORED = [
    "item", "through_month", "method", "cases", "unit", "crps", "crps_ratio", "coverage80_share",
    "coverage90_share", "bias_share", "mape_share",
]  # fmt: skip
FileArgument = Annotated[
    Path, typer.Argument(help="月度和累计数，CSV 或 XLSX / monthly and year-to-date figures")
]
AsOfOption = Annotated[str | None, typer.Option(help="只用该日已公布的数 / only what was known on this day")]
RegionOption = Annotated[
    str | None, typer.Option(help="文件含多省时选一个 / province, if the file has several")
]


def nowcast_command(
    file: FileArgument,
    item: Annotated[
        list[str] | None, typer.Option(help="只算该指标，可重复 / only this item, may be repeated")
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            min=1990, max=2100, help="年份；缺省为该日最新一期的年 / year; default: of the newest issue"
        ),
    ] = None,
    as_of: AsOfOption = None,
    region: RegionOption = None,
    backtest: Annotated[
        bool, typer.Option("--backtest", help="回测：以往预测的得分 / scores of past nowcasts")
    ] = False,
    form: FormatOption = Format.table,
    output: Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")] = None,
) -> None:
    """由月度数估计全年，附区间和回测得分 / estimate the year from its months, with intervals and scores."""
    from dafeng.app.clock import parse_day
    from dafeng.app.nowcast_file import NowcastRequest, make_nowcast

    settings = read_settings()
    request = NowcastRequest(
        file, parse_day(as_of), items=tuple(item or ()), year=year, region=region, backtest=backtest,
        day=settings.flash_day, max_bytes=settings.max_file_mb * 2**20,
    )  # fmt: skip
    answer = make_nowcast(request)
    show_frame(answer.frame, _SCORED if backtest else _SHOWN, form, output)
    _tell(answer.findings)


def monthly_command(
    file: FileArgument,
    output: Annotated[Path, typer.Option("--output", help="写入网页 / page to write")],
    benchmark: Annotated[
        Path | None,
        typer.Option(help="年度清单 CSV（inventory run 的结果）/ yearly inventory, CSV of inventory run"),
    ] = None,
    as_of: AsOfOption = None,
    month: Annotated[
        str | None, typer.Option(help="期号，如 2026-10；缺省为该日最新一期 / issue; default: newest")
    ] = None,
    region: RegionOption = None,
    pack: Annotated[str | None, typer.Option("--pack", help="取目标路径的省包 / pack with the path")] = None,
    path_mt: Annotated[
        float | None, typer.Option(help="全年路径值，百万吨二氧化碳 / path of the year, Mt CO2")
    ] = None,
    pathway: Annotated[
        Path | None,
        typer.Option(help="路径情景结果 CSV，取中位数 / emissions of pathways, CSV; the median is taken"),
    ] = None,
    scenario: Annotated[str | None, typer.Option(help="所取情景 / scenario of the pathway table")] = None,
    benchmark_lag: Annotated[
        int, typer.Option(min=0, max=9, help="清单滞后几年可得 / years until an inventory is known")
    ] = 1,
    backtest: Annotated[
        bool, typer.Option("--backtest", help="附该月以往预测的得分 / with scores of past nowcasts")
    ] = False,
    form: Annotated[
        MonthlyForm, typer.Option("--format", help="输出格式 / output format")
    ] = MonthlyForm.html,
) -> None:
    """月报：各指标、全年估计、自测碳排放与路径 / monthly page: indicators, nowcasts, own CO2 and the path."""
    from dafeng.app.clock import parse_day
    from dafeng.app.monthly_file import MonthlyRequest, make_monthly, write_monthly
    from dafeng.app.monthly_path import PathSource

    settings = read_settings()
    request = MonthlyRequest(
        file, parse_day(as_of), benchmark=benchmark, month=month, region=region,
        path=PathSource(path_mt, pathway, scenario, pack or settings.pack),
        lag_years=benchmark_lag, backtest=backtest, day=settings.flash_day,
        max_bytes=settings.max_file_mb * 2**20,
    )  # fmt: skip
    answer = make_monthly(request)
    write_monthly(answer, request, form.value, output)
    typer.echo(f"{answer.sheet.year}-{answer.sheet.month:02d} → {output}")
    _tell(answer.findings)


def _tell(findings: Sequence[Finding]) -> None:
    for finding in findings[:NOTES_SHOWN]:
        typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
