"""What the commands of the power system say when they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from dafeng import terms
from dafeng.cli.output import draw_table
from dafeng.errors import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.power_document import PlanDocument
    from dafeng.app.power_ensemble_file import EnsembleAnswer
    from dafeng.app.power_file import PlanAnswer

PER_BILLION = 1e-9
FULL_YEAR = 8760
"""Hours of a common year; fewer are a preview [h]."""
OUTCOMES = ("reached", "imposed", "short", "exceeded", "needs_decision", "not_modelled")


def print_plan(answer: PlanAnswer, output: Path) -> None:
    """Print years, cost and certificate of a plan or a dispatch, and where it lies."""
    document, tables = answer.document, answer.study.tables
    system = tables["power.system"].select(
        "year", "demand_gwh", "peak_mw", "generation_gwh", "export_gwh", "curtailed_share", "renewable_share",
        "co2_mt", "coal_rate_gce_per_kwh", "unserved_gwh",
    )  # fmt: skip
    typer.echo(draw_table(system), nl=False)
    counts = tables["power.targets"]["outcome"].to_list()
    judged = [
        " ".join((*(terms.name("power_outcome", code, lang) for lang in LANGUAGES), str(counts.count(code))))
        for code in OUTCOMES
        if code in counts
    ]
    if judged:
        typer.echo("电力目标 / power targets: " + " · ".join(judged))
    prices = zip(document.years, document.co2_shadow_price_cny_per_t, strict=False)
    told = " · ".join(f"{year} {price:,.1f}" for year, price in prices if price is not None)
    if told:
        typer.echo(f"碳排放上限的影子价格 / shadow price of the CO2 cap [CNY/t]: {told}")
    typer.echo(_certificate(document))
    preview = [hours for hours in document.hours if hours < FULL_YEAR]
    if preview:
        typer.echo(
            f"试算：每年只有 {preview[0]} 小时，结果不可引用\n"
            f"preview: only {preview[0]} hours a year; do not quote the results"
        )
    if document.network is None:
        typer.echo(
            "没有安装 PyPSA，未写 network.nc（pip install dafeng[pypsa]）\n"
            "network.nc was not written: PyPSA is not installed (pip install dafeng[pypsa])"
        )
    typer.echo(f"{len(document.files)} 个文件 / files → {output}")


def _certificate(document: PlanDocument) -> str:
    """Return cost, bound, gap, method and time, Chinese and English."""
    cost = f"{PER_BILLION * document.objective_cny:,.3f}"
    how = f"{document.method}, {document.seconds.get('solve', 0.0):.1f} s"
    if document.certified_gap is None or document.lower_bound_cny is None:
        proof = ("未求下界", "no lower bound")
    else:
        bound, gap = f"{PER_BILLION * document.lower_bound_cny:,.3f}", f"{100 * document.certified_gap:.4f}%"
        proof = (f"下界 {bound}，已证明的差距 {gap}", f"lower bound {bound}, proved gap {gap}")
    return (
        f"成本 {cost} 十亿元（各年折现合计），{proof[0]}；{how}\n"
        f"cost {cost} billion CNY (discounted sum of the years), {proof[1]}; {how}"
    )


def print_ensemble(answer: EnsembleAnswer, output: Path) -> None:
    """Print how many cases there are, and the spread of the main results."""
    shown = answer.summary.filter(answer.summary["item"] == "")
    typer.echo(draw_table(shown.drop("scenario", "item")), nl=False)
    typer.echo(
        f"{answer.cases.height} 个算例，其中不可行 {answer.infeasible} 个，沿用 {answer.kept} 个\n"
        f"{answer.cases.height} cases, {answer.infeasible} of them infeasible, {answer.kept} kept from before"
    )
    typer.echo(f"{len(answer.files)} 个文件 / files → {output}")
