"""``dafeng inventory uncertainty``: both approaches, trend and key categories of a table of lines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.settings import read_settings

DRAWS = 10_000
METHODS = {
    "approach1_independent": "方法1 / approach 1",
    "approach1_shared": "方法1，共用因子相关 / approach 1, shared figures",
    "approach2": "方法2 蒙特卡洛 / approach 2, Monte Carlo",
}


def uncertainty_command(
    lines: Annotated[
        Path,
        typer.Argument(
            help="活动水平×因子及其不确定性 CSV，也可用 guideline 的 lines.csv；"
            "有 value 列时以它为排放量，否则按单位换算 / "
            "activity x factor with uncertainties, CSV, or lines.csv of guideline; a column value is the "
            "estimate, else units are converted"
        ),
    ],
    output: Annotated[Path, typer.Option(help="结果目录 / folder of the results")],
    base_year: Annotated[
        int | None, typer.Option(help="趋势的基年，缺省为最早一年 / year of the trend; default the first")
    ] = None,
    draws: Annotated[int, typer.Option(help="抽样次数 / number of draws")] = DRAWS,
    seed: Annotated[int, typer.Option(help="随机数种子，同种子同结果 / seed; same seed, same result")] = 2030,
    uncertainties: Annotated[
        Path | None,
        typer.Option(
            help="未写不确定性的行用的缺省值 CSV。列：category、sector、fuel、gas（空格适用全部，"
            "类别按前缀适用，1B1 含 1B1ai1；最长的类别优先）；"
            "activity_uncertainty、factor_uncertainty（95% 半宽，0.05 即 5%）；"
            "activity_distribution、factor_distribution；source / uncertainties for lines that state none, "
            "CSV with these columns; an empty cell fits all, a category fits by prefix, the longest first"
        ),
    ] = None,
    gwp_set: Annotated[
        str,
        typer.Option(
            "--gwp-set", help="增温潜势，多种气体时必填，如 AR5 / warming potentials, for several gases"
        ),
    ] = "",
) -> None:
    """不确定性（误差传播、蒙特卡洛）、趋势、关键类别 / uncertainty, trend and key categories, IPCC form."""
    from dafeng.app.uncertainty_file import UncertaintyRequest, run_uncertainty
    from dafeng.inventory.uncertainty import DrawPlan

    limit = read_settings().max_file_mb * 2**20
    plan = DrawPlan(draws, seed)
    answer = run_uncertainty(
        UncertaintyRequest(lines, output, uncertainties, gwp_set, base_year, plan, limit)
    )
    for row in answer.totals.sort("region", "method").to_dicts():
        name = " ".join(part for part in (row["region"], str(row["year"]), METHODS[row["method"]]) if part)
        if row["low"] is None or row["covered_share"] is None:
            typer.echo(f"{name}: {row['estimate']:g} {row['unit']}，不能估计 / not estimable")
            continue
        interval = f"{row['covered']:g} [{row['low']:g}, {row['high']:g}] {row['unit']}"
        typer.echo(f"{name}: {interval}，覆盖 / covers {100 * row['covered_share']:.1f}%")
    for finding in answer.findings:
        place = f"{finding.place.file} 第{finding.place.row}行 / row {finding.place.row}"
        typer.echo(f"注意 {place}: {finding.text('zh')}\nnote {finding.text('en')}", err=True)
    left_out = answer.totals.select("region", "year", "without_value").unique()["without_value"].sum()
    if left_out:
        typer.echo(
            f"注意 最后一年有 {left_out} 行没有数值，不在总量内\n"
            f"note {left_out} lines of the last year have no figure and are not in the total", err=True
        )  # fmt: skip
    typer.echo(f"{len(answer.files)} 张表 / tables → {output}")
