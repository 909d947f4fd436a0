"""``dafeng pathway``: run a scenario, compare, list levers, attribute the reduction, look back."""

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
    SchedulerOption,
    WorkersOption,
    ground_of,
    telling_what_is_kept,
)
from dafeng.cli.output import (
    Format,
    FormatOption,
    draw_table,
    show_frame,
    show_progress,
    to_json,
    write_answer,
)
from dafeng.settings import read_settings

if TYPE_CHECKING:
    import polars as pl

    from dafeng.errors import Finding

DRAWS, SEED = 1024, 2030
ATTRIBUTION_DRAWS = 64
TOP = 12
"""Wedges that are shown."""

app = typer.Typer(
    no_args_is_help=True,
    help="路径：会不会达峰、何时、多高、靠谁 / pathways: will it peak, when, how high, thanks to whom",
)

DrawsOption = Annotated[
    int, typer.Option(help="未来的个数，宜为 2 的幂 / number of futures, a power of two is best")
]
SeedOption = Annotated[int, typer.Option(help="种子，同种子同结果 / seed; same seed, same result")]


class Views(StrEnum):
    """Who shares the reduction."""

    clause = "clause"
    agency = "agency"
    sector = "sector"
    lever = "lever"


@app.command("run")
def run_command(
    scenario: ScenarioOption,
    output: OutputOption,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = SEED,
    pack: PackOption = None,
    workers: WorkersOption = 0,
    scheduler: SchedulerOption = None,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """测算一个情景：先校准，再给出达峰概率、年份和峰值 / one scenario: calibration, then peak and targets.

    中断后以同样的参数重跑即可接着算。/ After an interrupt the same command goes on where it stopped.
    """
    from dafeng.app.output_folder import CHUNKS
    from dafeng.app.pathway_executor import open_executor
    from dafeng.app.pathway_file import PathwayRequest, prepare_pathway, run_pathway
    from dafeng.app.pathway_study import StudyPlan
    from dafeng.cli.pathway_words import print_calibration, print_pathway

    ground = ground_of(pack, as_of, accept_findings=accept_findings)
    prepared = prepare_pathway(
        PathwayRequest(ground, scenario, output, StudyPlan(draws, seed), workers, scheduler)
    )
    print_calibration(prepared.calibration)
    with (
        telling_what_is_kept(output / CHUNKS),
        open_executor(workers, scheduler) as executor,
        show_progress() as job,
    ):
        answer = run_pathway(prepared, job, executor)
    print_pathway(answer, seed)
    typer.echo(f"{len(answer.files)} 个文件 / files → {output}")


@app.command("compare")
def compare_command(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            help="情景名称或 TOML 文件，差值相对第一个 / names or TOML files; differences are to the first"
        ),
    ],
    output: Annotated[
        Path | None, typer.Option(help="写入文件（CSV，--format json 时为 JSON）/ file to write, CSV or JSON")
    ] = None,
    others: Annotated[
        list[Path] | None,
        typer.Option("--with", help="他人结果的 IAMC 表，可重复 / IAMC table of others, may be repeated"),
    ] = None,
    form: FormatOption = Format.table,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = SEED,
    pack: PackOption = None,
    workers: WorkersOption = 0,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """情景并排，逐口径给出差值，并列他人公布的结果 / scenarios side by side, and what others published."""
    from dafeng.app.pathway_compare_file import CompareRequest, compare_pathways, prepare_comparison
    from dafeng.app.pathway_executor import open_executor
    from dafeng.app.pathway_study import StudyPlan
    from dafeng.cli.pathway_words import print_calibration, print_comparison

    limit = read_settings().max_file_mb * 2**20
    ground = ground_of(pack, as_of, accept_findings=accept_findings)
    prepared = prepare_comparison(
        CompareRequest(ground, scenarios, StudyPlan(draws, seed), tuple(others or ()), workers, limit, output)
    )
    shown = form is Format.table
    if shown:
        print_calibration(prepared.calibration)
    with open_executor(workers) as executor, show_progress() as job:
        table = compare_pathways(prepared, job, executor)
    if output is not None or not shown:
        write_answer(to_json(table.to_dicts()) if form is Format.json else table.write_csv(), output)
    if shown:
        print_comparison(table)
    _tell(prepared.notes)
    if output is not None:
        typer.echo(f"{table.height} 行 / rows → {output}")


@app.command("levers")
def levers_command(
    scenario: Annotated[
        str, typer.Option(help="列出哪个情景的取值 / scenario whose values are listed")
    ] = "plan",
    form: FormatOption = Format.table,
    output: Annotated[
        Path | None, typer.Option(help="写入文件；缺省打印 / file to write; default: print")
    ] = None,
    pack: PackOption = None,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """列出全部杠杆：条款、部门、现状、上下限、情景值、数的状态 / every lever and the state of its numbers."""
    from dafeng.app.pathway_compare_file import list_pack_levers

    table = list_pack_levers(ground_of(pack, as_of, accept_findings=accept_findings), scenario)
    columns = (
        "lever_id", "name_zh", "clauses", "agency_zh", "unit", "today", "lower", "upper", "value", "end_year",
        "base_state", "effect_state",
    )  # fmt: skip
    show_frame(table, columns, form, output)


@app.command("attribute")
def attribute_command(
    output: Annotated[Path, typer.Option(help="结果 CSV / result, CSV")],
    scenario: Annotated[
        str, typer.Option(help="省包情景的名称或 TOML 文件 / scenario of the pack, or a TOML file")
    ] = "plan",
    view: Annotated[
        Views, typer.Option("--by", help="按条款、部门、领域或杠杆 / by clause, agency, sector or lever")
    ] = Views.clause,
    draws: Annotated[
        int, typer.Option(help="共同未来的个数；再次运行可加多 / common futures; run again for more")
    ] = ATTRIBUTION_DRAWS,
    seed: SeedOption = SEED,
    pack: PackOption = None,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """减排归属（Shapley 值），各部分之和等于总减排 / who avoids what: Shapley values with exact sums."""
    from dafeng.app.pathway_attribute_file import AttributeRequest, attribute_pathway
    from dafeng.app.pathway_study import StudyPlan

    ground = ground_of(pack, as_of, accept_findings=accept_findings)
    request = AttributeRequest(ground, scenario, view.value, output, StudyPlan(draws, seed))
    with show_progress() as job:
        answer = attribute_pathway(request, job)
    year = 2030
    shown = _of_year(answer.wedges, year).sort("reduction_mt", descending=True).head(TOP)
    typer.echo(
        draw_table(shown.select("group", "zh", "en", "reduction_mt", "standard_error_mt", "method")), nl=False
    )
    total = _of_year(answer.totals, year)
    if total.height:
        whole, draws_done = total["reduction_mt"][0], total["draws"][0]
        kept = f"（其中 {answer.kept_draws} 种沿用 / kept）" if answer.kept_draws else ""
        typer.echo(
            f"{year} 年共减排 {whole:.2f} Mt CO₂，{draws_done} 种未来{kept}\n"
            f"total reduction in {year}: {whole:.2f} Mt CO2 over {draws_done} futures"
        )
    names = ", ".join(map(str, answer.files))
    typer.echo(f"{answer.wedges.height} 行 / rows；写出的文件 / files written: {names}")


@app.command("hindcast")
def hindcast_command(
    output: OutputOption,
    draws: DrawsOption = DRAWS,
    pack: PackOption = None,
    as_of: AsOfOption = None,
    accept_findings: FindingsOption = False,
) -> None:
    """后报：只用当时所知，从过去起步，与实际对照 / hindcast: with what was known in the past, scored."""
    from dafeng.app.pathway_attribute_file import hindcast_pack
    from dafeng.cli.pathway_words import print_hindcast

    answer = hindcast_pack(ground_of(pack, as_of, accept_findings=accept_findings), output, draws)
    print_hindcast(answer.summary)
    typer.echo(f"{answer.scores.height} 个评分 / scores → {output}")


def _of_year(table: pl.DataFrame, year: int) -> pl.DataFrame:
    return table.filter(table["year"] == year)


def _tell(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
