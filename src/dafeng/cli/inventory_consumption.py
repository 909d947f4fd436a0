"""``dafeng inventory consumption``: territorial and consumption views of one or many provinces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.settings import read_settings


def consumption_command(
    emissions: Annotated[
        Path, typer.Option(help="清单 CSV（inventory run 的结果）/ inventory, CSV as inventory run writes it")
    ],
    transfers: Annotated[
        Path,
        typer.Option(
            help="省间调出调入 CSV，去向不明留空 / transfers between provinces, CSV; unknown: empty"
        ),
    ],
    output: Annotated[Path, typer.Option(help="结果 CSV / result, CSV")],
    factors: Annotated[
        Path | None, typer.Option(help="电网等因子 CSV（同省包 factors.csv）/ grid factors, CSV as in a pack")
    ] = None,
) -> None:
    """本地、扣除外送电、消费侧三种口径 / territorial, without exported power, and consumption views."""
    from dafeng.app.consumption_file import ConsumptionRequest, run_consumption

    limit = read_settings().max_file_mb * 2**20
    answer = run_consumption(ConsumptionRequest(emissions, transfers, output, factors, limit))
    typer.echo(f"{answer.rows} 行 / rows，{answer.open_views} 行无数值 / without a figure → {output}")
