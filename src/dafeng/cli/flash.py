"""``dafeng flash``: the flash estimate of a month as one page, CSV or JSON."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dafeng.settings import read_settings

NOTES_SHOWN = 20


class FlashForm(StrEnum):
    """How the issue is written."""

    html = "html"
    csv = "csv"
    json = "json"


class IntensityRule(StrEnum):
    """How emissions per unit of indicator go on after the last inventory."""

    carried = "carried"
    trend = "trend"


def flash_command(
    file: Annotated[
        Path,
        typer.Argument(help="月度和累计指标，CSV 或 XLSX / monthly and year-to-date indicators"),
    ],
    benchmark: Annotated[
        Path,
        typer.Option(help="年度清单 CSV（inventory run 的结果）/ yearly inventory, CSV of inventory run"),
    ],
    output: Annotated[Path, typer.Option(help="写入文件 / file to write")],
    as_of: Annotated[
        str | None, typer.Option(help="只用该日已公布的数 / only what was known on this day")
    ] = None,
    month: Annotated[
        str | None, typer.Option(help="期号，如 2026-10；缺省为最新一期 / issue; default: newest")
    ] = None,
    draft: Annotated[
        bool,
        typer.Option("--draft", help="未到开放日也做，盖草稿章 / make it before its day, stamped as draft"),
    ] = False,
    energy: Annotated[
        Path | None, typer.Option(help="用能表 CSV，用于能耗 / energy use, CSV, for energy")
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option(help="存档文件夹，每期一份，不覆盖 / folder of issues, never overwritten"),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="文件含多省时选一个 / province, if the file has several")
    ] = None,
    intensity: Annotated[
        IntensityRule,
        typer.Option(help="排放与指标之比：沿用或按趋势 / ratio carried on or by trend"),
    ] = IntensityRule.carried,
    benchmark_lag: Annotated[
        int, typer.Option(min=0, max=9, help="清单滞后几年可得 / years until an inventory is known")
    ] = 1,
    form: Annotated[
        FlashForm,
        typer.Option("--format", help="输出格式 / output format"),
    ] = FlashForm.html,
) -> None:
    """快报：当月、当季和累计的二氧化碳与能耗 / flash estimate of CO2 and energy, with past errors."""
    from dafeng.app.clock import parse_day
    from dafeng.app.flash_file import FlashRequest, make_flash, write_flash

    settings = read_settings()
    request = FlashRequest(
        file, benchmark, parse_day(as_of), energy=energy, archive=archive, month=month, region=region,
        draft=draft, intensity=intensity.value, lag_years=benchmark_lag, day=settings.flash_day,
        max_bytes=settings.max_file_mb * 2**20,
    )  # fmt: skip
    answer = make_flash(request)
    write_flash(answer, request, form.value, output)
    sheet = answer.sheet
    typer.echo(f"{sheet.year}-{sheet.month:02d} → {output}")
    typer.echo(f"下一期 / next issue {sheet.next_issue}: {sheet.next_day}")
    if answer.archived is not None:
        typer.echo(f"存档 / archived: {answer.archived}")
    for finding in answer.findings[:NOTES_SHOWN]:
        typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
