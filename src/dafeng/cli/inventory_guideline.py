"""``dafeng inventory guideline``: all gases by the provincial guideline and IPCC 2006."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.settings import read_settings

NOTES_SHOWN = 20


def guideline_command(
    energy: Annotated[Path, typer.Option(help="用能表 CSV / energy use, CSV")],
    output: Annotated[Path, typer.Option(help="结果目录 / folder of the results")],
    gwp_set: Annotated[
        str,
        typer.Option(
            "--gwp-set", help="增温潜势，如 AR5；没有缺省 / warming potentials, for example AR5; no default"
        ),
    ],
    activities: Annotated[
        Path | None, typer.Option(help="活动水平 CSV（同省包 activities.csv）/ activities, CSV as in a pack")
    ] = None,
    factors: Annotated[
        Path | None,
        typer.Option(help="自有因子 CSV（同省包 factors.csv），优先于缺省值 / own factors, CSV as in a pack"),
    ] = None,
    balance: Annotated[
        Path | None, typer.Option(help="能源平衡表，用于参考法 / energy balance, for the reference approach")
    ] = None,
    accept_findings: Annotated[
        bool, typer.Option("--accept-findings", help="有可疑数据也照算 / compute in spite of findings")
    ] = False,
) -> None:
    """按省级指南和 IPCC 2006 核算各种温室气体 / all gases by the provincial guideline and IPCC 2006."""
    from dafeng.app.guideline_file import GuidelineRequest, run_guideline

    limit = read_settings().max_file_mb * 2**20
    request = GuidelineRequest(energy, output, gwp_set, activities, factors, balance, accept_findings, limit)
    answer = run_guideline(request)
    typer.echo(f"{answer.lines} 行 / rows，{answer.not_estimated} 行未估算 / not estimated (NE) → {output}")
    for finding in answer.findings[:NOTES_SHOWN]:
        typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
