"""``dafeng power``: plan, dispatch, ensembles, profiles and the network of the hourly power system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli import power_forecast, power_links
from dafeng.cli.options import (
    AsOfOption,
    FindingsOption,
    OutputOption,
    PackOption,
    ScenarioOption,
    SchedulerOption,
    WorkersOption,
    ground_of,
    telling_what_is_kept,
)
from dafeng.cli.output import Format, FormatOption, show_frame, show_progress
from dafeng.cli.power_options import (
    CapOption,
    CertificateOption,
    CommitmentOption,
    Commitments,
    Foresights,
    GapOption,
    HoursOption,
    PriceOption,
    ProfilesOption,
    SeedOption,
    WeatherOption,
    YearsOption,
    read_numbers,
    read_years,
)
from dafeng.settings import read_settings

YEARS = "2025,2030,2035"
SEED = 0
GAP = 0.001
T_PER_MT = 1e6

app = typer.Typer(
    no_args_is_help=True,
    help="电力：逐时扩展规划、调度、曲线、预测 / power: hourly expansion, dispatch, profiles, forecasts",
)
app.add_typer(power_forecast.app, name="forecast")
app.add_typer(power_links.app)


@app.command("plan")
def plan_command(
    scenario: ScenarioOption,
    output: OutputOption,
    years: YearsOption = YEARS,
    pack: PackOption = None,
    profiles: ProfilesOption = None,
    weather: WeatherOption = None,
    seed: SeedOption = SEED,
    hours: HoursOption = None,
    foresight: Annotated[
        Foresights, typer.Option(help="各年一起或逐年优化 / all years at once, or one after the other")
    ] = Foresights.perfect,
    commitment: CommitmentOption = Commitments.none,
    co2_price: PriceOption = None,
    co2_cap: CapOption = None,
    gap: GapOption = GAP,
    certificate: CertificateOption = True,
    alternatives: Annotated[
        float | None,
        typer.Option(
            help="另求成本不多于该比例的方案的容量范围，每类机组再解两次，较慢 / also capacity ranges of "
            "plans that cost at most this share more; two more solves for each class, slow"
        ),
    ] = None,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """扩展规划：建什么、逐时怎么用、要多少钱，附求解凭证 / expansion: what to build, with a certificate.

    不可行时说明哪些约束相互冲突、放宽多少即可，退出码 3。/ An infeasible plan says which rules conflict and
    what would free it, and leaves with exit code 3.
    """
    from dafeng.app.power_file import PlanRequest, prepare_plan, run_plan
    from dafeng.app.power_profiles import ProfileRequest, read_profile_files
    from dafeng.app.power_solving import SolveSettings
    from dafeng.cli.power_words import print_plan
    from dafeng.power.build_settings import PlanSettings

    span = read_years(years)
    request = PlanRequest(
        ground=ground_of(pack, as_of, accept_findings=accept_findings),
        scenario=scenario,
        years=span,
        output=output,
        settings=PlanSettings(
            commitment=commitment.value, foresight=foresight.value,
            co2_price=read_numbers("--carbon-price", co2_price, len(span)),
            co2_limit=read_numbers("--carbon-cap", co2_cap, len(span), scale=T_PER_MT),
        ),
        solving=SolveSettings(gap, certificate),
        profiles=ProfileRequest(read_profile_files(profiles or ()), weather, seed, hours),
        alternatives=alternatives,
    )  # fmt: skip
    with show_progress() as job:
        job.advance("pack", 0, 1)
        answer = run_plan(prepare_plan(request), job)
    print_plan(answer, output)


@app.command("dispatch")
def dispatch_command(
    plan: Annotated[
        Path,
        typer.Option(
            help="规划结果文件夹，或 CSV（technology、year、capacity_mw）/ folder of a plan, or CSV with "
            "technology, year, capacity_mw"
        ),
    ],
    year: Annotated[int, typer.Option(help="调度哪一年 / year to dispatch")],
    output: OutputOption,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="情景；缺省取规划文件夹中的情景，否则 plan / scenario; default that of the plan, else plan"
        ),
    ] = None,
    pack: PackOption = None,
    profiles: ProfilesOption = None,
    weather: WeatherOption = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="生成曲线的种子；缺省同规划 / seed of generated profiles; default that of the plan"
        ),
    ] = None,
    hours: HoursOption = None,
    weekly: Annotated[
        bool,
        typer.Option(
            "--weekly/--whole-year",
            help="逐周滚动调度，周外按全年价格计，或全年一起 / week by week with the prices of the year for "
            "what lies beyond, or the whole year at once",
        ),
    ] = False,
    commitment: CommitmentOption = Commitments.none,
    co2_price: PriceOption = None,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """给定容量，逐时调度一年 / dispatch one year hour by hour with given capacities."""
    from dafeng.app.power_dispatch_file import DispatchRequest, prepare_dispatch
    from dafeng.app.power_file import PlanRequest, run_plan
    from dafeng.app.power_profiles import ProfileRequest, read_profile_files
    from dafeng.app.power_solving import SolveSettings
    from dafeng.cli.power_words import print_plan
    from dafeng.power.build_settings import PlanSettings

    base = PlanRequest(
        ground=ground_of(pack, as_of, accept_findings=accept_findings),
        scenario=scenario or "",
        years=(year,),
        output=output,
        settings=PlanSettings(
            commitment=commitment.value, co2_price=read_numbers("--carbon-price", co2_price, 1)
        ),
        solving=SolveSettings(weekly=weekly),
        profiles=ProfileRequest(read_profile_files(profiles or ()), weather, seed or SEED, hours),
    )  # fmt: skip
    with show_progress() as job:
        job.advance("pack", 0, 1)
        answer = run_plan(prepare_dispatch(DispatchRequest(base, plan, keep_seed=seed is None)), job)
    print_plan(answer, output)


@app.command("ensemble")
def ensemble_command(
    scenario: ScenarioOption,
    output: OutputOption,
    years: Annotated[str, typer.Option(help="规划年 / modelled years")] = "2030",
    plan: Annotated[
        Path | None,
        typer.Option(
            help="给出规划文件夹或容量 CSV 时只调度，不再规划 / folder of a plan or CSV of capacities: "
            "dispatch only"
        ),
    ] = None,
    weather: Annotated[
        str | None, typer.Option(help="天气年，逗号隔开 / weather years, with commas: 2019,2020")
    ] = None,
    seeds: Annotated[str, typer.Option(help="种子，逗号隔开 / seeds, with commas: 1,2,3")] = str(SEED),
    fuel_price: Annotated[
        str, typer.Option("--fuel-price", help="燃料价格倍数 / factors on fuel prices: 0.8,1,1.2")
    ] = "1",
    futures: Annotated[
        int,
        typer.Option(
            help="路径未来的个数：需求和杠杆落实各不相同；0 为中位未来 / number of futures of the pathways, "
            "in which demand and the success of levers differ; 0 for the central one"
        ),
    ] = 0,
    pack: PackOption = None,
    profiles: ProfilesOption = None,
    hours: HoursOption = None,
    commitment: CommitmentOption = Commitments.none,
    gap: GapOption = GAP,
    certificate: CertificateOption = True,
    workers: WorkersOption = 0,
    scheduler: SchedulerOption = None,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """许多规划或调度：天气、种子、燃料价格、杠杆落实逐一组合 / many plans: weather, prices, lever success.

    中断后以同样的参数重跑即可接着算。/ After an interrupt the same command goes on where it stopped.
    """
    from dafeng.app.output_folder import CHUNKS
    from dafeng.app.pathway_executor import open_executor
    from dafeng.app.power_ensemble_file import EnsembleRequest, prepare_ensemble, run_ensemble_file
    from dafeng.app.power_file import PlanRequest
    from dafeng.app.power_profiles import ProfileRequest, read_profile_files
    from dafeng.app.power_solving import SolveSettings
    from dafeng.cli.power_words import print_ensemble
    from dafeng.power.build_settings import PlanSettings

    base = PlanRequest(
        ground=ground_of(pack, as_of, accept_findings=accept_findings),
        scenario=scenario,
        years=read_years(years),
        output=output,
        settings=PlanSettings(commitment=commitment.value),
        solving=SolveSettings(gap, certificate),
        profiles=ProfileRequest(read_profile_files(profiles or ()), hours=hours),
    )
    request = EnsembleRequest(
        base, plan, tuple(int(value) for value in read_numbers("--weather", weather, whole=True)),
        tuple(int(value) for value in read_numbers("--seeds", seeds, whole=True)),
        read_numbers("--fuel-price", fuel_price), futures, workers, scheduler,
    )  # fmt: skip
    prepared = prepare_ensemble(request)
    with (
        telling_what_is_kept(output / CHUNKS),
        open_executor(workers, scheduler) as executor,
        show_progress() as job,
    ):
        answer = run_ensemble_file(prepared, job, executor)
    print_ensemble(answer, output)


@app.command("profiles")
def profiles_command(
    output: Annotated[
        Path | None,
        typer.Option(
            help="写出全部曲线的 CSV；缺省只列概况 / file for all profiles, CSV; default: a summary"
        ),
    ] = None,
    years: YearsOption = "2030",
    pack: PackOption = None,
    profiles: ProfilesOption = None,
    weather: WeatherOption = None,
    seed: SeedOption = SEED,
    form: FormatOption = Format.table,
) -> None:
    """列出、核对所用曲线，或写成 CSV / list and check the profiles that a plan would use, or write them."""
    from dafeng.app.power_profiles import ProfileRequest, read_profile_files
    from dafeng.app.power_profiles_file import list_profiles
    from dafeng.errors import InputRefused

    if output is not None and output.resolve() in {file.resolve() for file in profiles or ()}:
        raise InputRefused.of("output_is_input", path=output)
    request = ProfileRequest(read_profile_files(profiles or ()), weather, seed)
    uses, written = list_profiles(pack or read_settings().pack, read_years(years), request, output)
    columns = ("year", "profile", "origin", "weather_year", "seed", "full_load_hours", "file", "source_id")
    show_frame(uses, columns, form)
    if output is not None:
        typer.echo(f"{written} 行 / rows → {output}")


@app.command("network")
def network_command(
    scenario: ScenarioOption = "plan",
    years: YearsOption = "2030",
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: Annotated[
        Path | None, typer.Option(help="写入文件；缺省打印 / file to write; default: print")
    ] = None,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """列出网络的机组和储能：既有容量、可建上限、成本 / list the assets of the network before it is solved."""
    from dafeng.app.power_profiles_file import list_assets

    ground = ground_of(pack, as_of, accept_findings=accept_findings)
    table = list_assets(ground, scenario, read_years(years))
    columns = (
        "asset", "component", "technology", "bus", "build_year", "retire_year", "extendable", "capacity_mw",
        "most_mw", "capital_cny_per_mw",
    )  # fmt: skip
    show_frame(table, columns, form, output)
