"""``dafeng power response|links|tariff|market``: the power system and pathways, accounts, markets."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.options import (
    AsOfOption,
    FindingsOption,
    OutputOption,
    PackOption,
    ScenarioOption,
    ground_of,
)
from dafeng.cli.output import draw_table, show_progress
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.app.power_file import PlanRequest

app = typer.Typer(no_args_is_help=True)

PREVIEW = 1344
DEFAULT_ELASTICITY = 0.1
LOW, HIGH = 0.0, 1500.0

YearOption = Annotated[int, typer.Option(help="规划年 / modelled year")]
HoursOption = Annotated[
    int, typer.Option(help="每年取若干小时的整日，8760 为全年 / hours a year, whole days; 8760 for all")
]
SeedOption = Annotated[int, typer.Option(help="生成曲线的种子 / seed of generated profiles")]


class MarketKind(StrEnum):
    """What a market file holds."""

    spot = "spot"
    clearing = "clearing"
    settlement = "settlement"


class Commitments(StrEnum):
    """How coal units start and stop."""

    none = "none"
    linear = "linear"


@app.command("response")
def response_command(
    scenario: ScenarioOption,
    year: YearOption,
    output: OutputOption,
    pack: PackOption = None,
    hours: HoursOption = PREVIEW,
    commitment: Annotated[
        Commitments,
        typer.Option(help="煤电启停：固定开机比例，或线性化机组组合 / fixed online share, or linearised"),
    ] = Commitments.none,
    seed: SeedOption = 0,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """路径用的简化式，由逐时调度拟合 / reduced form for the pathways, fitted to dispatches.

    把 power_response.csv 放入省包即取代演示参数。/ In the pack, power_response.csv replaces the stand-ins.
    """
    from dafeng.app.power_links import prepare_response, run_response
    from dafeng.app.power_links_output import write_tables

    request = _make_request(
        scenario, year, output, pack=pack, hours=hours, seed=seed, commitment=commitment.value, as_of=as_of,
        accept_findings=accept_findings,
    )  # fmt: skip
    with show_progress() as job:
        answer = run_response(prepare_response(request), job)
    frames = {
        "power.response": answer.response, "power.response_runs": answer.runs,
        "power.grid_factors": answer.factors, "power_response": answer.pack_rows,
    }  # fmt: skip
    typer.echo(draw_table(answer.response.drop("scenario", "year")), nl=False)
    typer.echo(
        f"每年 {answer.hours} 小时，{answer.fit.runs} 次调度；结果依据含演示值\n"
        f"{answer.hours} hours a year, {answer.fit.runs} dispatches; results rest on demonstration values"
    )
    _close(write_tables(output, frames), output)


@app.command("links")
def links_command(
    plan: Annotated[Path, typer.Argument(help="规划或调度的结果文件夹 / folder of a plan or dispatch")],
    output: OutputOption,
    reference: Annotated[
        Path | None,
        typer.Option(
            help="参照方案的文件夹，算单位减排成本 / folder of a reference, for the cost of abatement"
        ),
    ] = None,
    lever: Annotated[
        str | None,
        typer.Option(help="两方案所差的杠杆，另写成 lever_costs.csv 的格式 / lever in which both differ"),
    ] = None,
    source: Annotated[
        str, typer.Option(help="成本所记的来源 / source under which the costs stand")
    ] = "editors_note",
    pack: PackOption = None,
) -> None:
    """由规划结果得出电网因子、跟踪指标、减排成本 / grid factors, indicators and abatement cost of a plan."""
    from dafeng.app.power_links_file import LinksRequest, run_links

    request = LinksRequest(plan, pack or read_settings().pack, output, reference, lever, source)
    frames = run_links(request)
    yearly = frames["power.grid_factors"]
    typer.echo(draw_table(yearly.filter((yearly["month"] == 0) & (yearly["hour"] == -1))), nl=False)
    typer.echo(draw_table(frames["power.indicators"]), nl=False)
    if "power.abatement" in frames:
        typer.echo(draw_table(frames["power.abatement"].drop("scope_zh", "scope_en")), nl=False)
    _close(frames, output)


@app.command("tariff")
def tariff_command(
    scenario: ScenarioOption,
    year: YearOption,
    date: Annotated[str, typer.Option(help="取该日执行的分时电价 / tariff in force on this day, YYYY-MM-DD")],
    output: OutputOption,
    share: Annotated[
        float, typer.Option(help="执行分时电价的负荷占比 / share of the load that pays by time of use")
    ] = 1.0,
    elasticity: Annotated[
        float, typer.Option(help="负荷对电价的弹性，演示值 / elasticity of the load, a demonstration value")
    ] = DEFAULT_ELASTICITY,
    sharp: Annotated[
        bool,
        typer.Option(
            "--sharp/--no-sharp", help="是否执行尖峰和深谷 / whether sharp peak and deep valley hold"
        ),
    ] = True,
    pack: PackOption = None,
    hours: HoursOption = PREVIEW,
    seed: SeedOption = 0,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """分时电价的逐时比价和负荷响应的作用 / hourly tariff ratios and what the load's answer does.

    弹性没有出处，是演示值。/ The elasticity has no source: it is a demonstration value.
    """
    from dafeng.app.power_links_file import TariffRequest, run_tariff

    base = _make_request(
        scenario, year, output, pack=pack, hours=hours, seed=seed, commitment="none", as_of=as_of,
        accept_findings=accept_findings,
    )  # fmt: skip
    with show_progress() as job:
        frames = run_tariff(TariffRequest(base, date, elasticity, share, sharp), job)
    typer.echo(draw_table(frames["power.tariff_effect"]), nl=False)
    _close(frames, output)


@app.command("market")
def market_command(
    file: Annotated[Path, typer.Argument(help="市场数据 CSV / market data, CSV")],
    kind: Annotated[
        MarketKind,
        typer.Option(help="现货价格、出清结果或辅助服务结算 / spot prices, clearing results or settlement"),
    ],
    output: OutputOption,
    low: Annotated[float, typer.Option(help="限价下限（元/兆瓦时）/ lowest price allowed (CNY/MWh)")] = LOW,
    high: Annotated[
        float, typer.Option(help="限价上限（元/兆瓦时）/ highest price allowed (CNY/MWh)")
    ] = HIGH,
) -> None:
    """核对现货价格、出清结果、辅助服务结算，按月汇总 / check market data and sum it up by month."""
    from dafeng.app.power_links_file import MarketRequest, run_market
    from dafeng.power.market import PriceLimits

    frames = run_market(MarketRequest(file, kind.value, output, PriceLimits(low, high)))
    typer.echo(draw_table(list(frames.values())[-1]), nl=False)
    _close(frames, output)


def _make_request(
    scenario: str, year: int, output: Path, *, pack: str | None, hours: int, seed: int, commitment: str,
    as_of: str | None, accept_findings: bool,
) -> PlanRequest:  # fmt: skip
    from dafeng.app.power_file import PlanRequest
    from dafeng.app.power_profiles import ProfileRequest
    from dafeng.power.build_settings import PlanSettings

    return PlanRequest(
        ground=ground_of(pack, as_of, accept_findings=accept_findings),
        scenario=scenario,
        years=(year,),
        output=output,
        settings=PlanSettings(commitment="linear" if commitment == "linear" else "none"),
        profiles=ProfileRequest((), None, seed, hours),
    )


def _close(written: Mapping[str, pl.DataFrame] | tuple[str, ...], output: Path) -> None:
    typer.echo(f"{len(written)} 个文件 / files → {output}")
