"""``dafeng evaluation``: evaluate cities and departments, hand out rule packs, vary the weights."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.options import AsOfOption, PackOption
from dafeng.cli.output import Format, FormatOption, language, show_frame, to_json, write_answer
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from dafeng.app.evaluation_file import EvaluationRequest

DRAWS = 2000
SEED = 2030
SPREAD = 0.2

app = typer.Typer(no_args_is_help=True, help="城市和部门考核 / yearly evaluation of cities and departments")


class SubjectsChoice(StrEnum):
    """Who is evaluated."""

    cities = "cities"
    departments = "departments"


class WeightLaw(StrEnum):
    """How weights are drawn."""

    band = "band"
    dirichlet = "dirichlet"


class WeightLevel(StrEnum):
    """What has a weight of its own."""

    items = "items"
    parts = "parts"


class AppealDecision(StrEnum):
    """What became of an appeal."""

    pending = "pending"
    upheld = "upheld"
    rejected = "rejected"
    withdrawn = "withdrawn"


FileArgument = Annotated[
    Path | None,
    typer.Argument(help="考核数据 CSV；缺省用省包的 / figures, CSV; default: those of the pack"),
]
RulesOption = Annotated[
    str | None,
    typer.Option(
        help="内置规则名称（2014、plan13、2026、departments）或补全的规则文件；缺省为适用于该年的一套 / "
        "built-in rule pack or a completed rule file; default: the one for the year"
    ),
]
YearOption = Annotated[
    int | None, typer.Option(min=1990, max=2100, help="考核年份；缺省为上一年 / year; default: last year")
]
SubjectsOption = Annotated[
    SubjectsChoice, typer.Option(help="考核城市或省直部门 / cities or provincial departments")
]
AppealsOption = Annotated[
    Path | None,
    typer.Option(help="申诉记录 CSV；缺省用省包的 / record of appeals, CSV; default: that of the pack"),
]
OutputOption = Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")]


@app.command("run")
def run_command(
    file: FileArgument = None,
    rules: RulesOption = None,
    year: YearOption = None,
    subjects: SubjectsOption = SubjectsChoice.cities,
    as_of: AsOfOption = None,
    appeals: AppealsOption = None,
    items: Annotated[
        bool, typer.Option("--items", help="逐项列出得分和缺项 / item by item, with what is missing")
    ] = False,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """按规则考核：得分、否决、等级、名次；缺数据的照列不补 / evaluate by a rule; what is missing is shown."""
    from dafeng.app.evaluation_file import run_evaluation

    made = run_evaluation(_request_of(file, rules, year, subjects, as_of, appeals, pack))
    if form is Format.json:
        answer = {"results": made.results.to_dicts(), "scores": made.scores.to_dicts()}
        write_answer(to_json(answer), output)
        return
    words = f"why_{language()}"
    if items:
        columns = [
            "subject_id", "item_id", "required", "achieved", "points", "points_max", "status", "appeal",
            words,
        ]  # fmt: skip
        show_frame(made.scores, columns, form, output)
        return
    columns = [
        "subject_id", f"name_{language()}", "outcome", "points", "points_max", "grade_name", "rank", words,
    ]  # fmt: skip
    show_frame(made.results, columns, form, output)


@app.command("rules")
def rules_command(
    name: Annotated[
        str | None, typer.Argument(help="规则名称；缺省列出各套 / rule pack; default: list them")
    ] = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """列出考核规则；以 CSV 写出一套以便补全 / list rule packs; write one as CSV to complete it."""
    from dafeng.app.evaluation_file import list_packs, read_rules

    if name is None:
        packs = list_packs()
        other = "document_en" if language() == "zh" else "document_zh"
        show_frame(packs, [name for name in packs.columns if name != other], form, output)
        return
    columns = ["item_id", "kind", f"name_{language()}", "formula", "points_max", "from_points", "grade"]
    chosen = Format.csv if output is not None and form is Format.table else form
    show_frame(read_rules(name, _max_bytes()), columns, chosen, output)


@app.command("stability")
def stability_command(
    file: FileArgument = None,
    rules: RulesOption = None,
    year: YearOption = None,
    subjects: SubjectsOption = SubjectsChoice.cities,
    as_of: AsOfOption = None,
    appeals: AppealsOption = None,
    pack: PackOption = None,
    law: Annotated[
        WeightLaw, typer.Option(help="权重如何变动：等幅或狄利克雷 / band or Dirichlet law of the weights")
    ] = WeightLaw.band,
    level: Annotated[
        WeightLevel, typer.Option(help="逐项或按部分变动 / vary items or whole parts")
    ] = WeightLevel.items,
    spread: Annotated[
        float, typer.Option(min=0.0, max=0.99, help="变动幅度，0.2 为正负两成 / spread, 0.2 = 20 %")
    ] = SPREAD,
    draws: Annotated[int, typer.Option(min=100, max=100_000, help="抽样次数 / draws of the weights")] = DRAWS,
    seed: Annotated[int, typer.Option(min=0, help="随机数种子 / seed")] = SEED,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """名次在权重变动下是否稳定，哪些对象会互换 / are ranks stable under other weights, which pairs swap."""
    from dataclasses import replace

    from dafeng.app.evaluation_file import run_stability
    from dafeng.cities.ranks import WeightDraws

    request = _request_of(file, rules, year, subjects, as_of, appeals, pack)
    varied = WeightDraws(law.value, level.value, spread, draws, seed)
    found = run_stability(replace(request, draws=varied))
    if form is Format.json:
        write_answer(to_json({"ranks": found.ranks.to_dicts(), "swaps": found.swaps.to_dicts()}), output)
        return
    show_frame(found.ranks, found.ranks.columns[2:], form, output)
    if form is Format.table and output is None and found.swaps.height:
        show_frame(found.swaps, found.swaps.columns[2:], form)


@app.command("appeal")
def appeal_command(
    record: Annotated[
        Path, typer.Argument(help="申诉记录 CSV，没有则新建 / record of appeals, CSV; made if absent")
    ],
    subject: Annotated[str, typer.Option(help="考核对象：代码、编号或名称 / subject: code, id or name")],
    year: Annotated[int, typer.Option(min=1990, max=2100, help="考核年份 / evaluated year")],
    item: Annotated[str, typer.Option(help="考核项 / item")],
    filed_on: Annotated[str, typer.Option(help="申诉日期 / day of filing, 2026-05-06")],
    claim: Annotated[str, typer.Option(help="申诉理由 / claim")],
    source: Annotated[str, typer.Option(help="来源 / source")],
    decision: Annotated[
        AppealDecision, typer.Option(help="决定；提出申诉时为待处理 / decision; pending when it is filed")
    ] = AppealDecision.pending,
    decided_on: Annotated[str | None, typer.Option(help="决定日期 / day of the decision")] = None,
    points: Annotated[
        float | None, typer.Option(min=0.0, help="采纳后的得分 / points after an upheld appeal")
    ] = None,
    number: Annotated[str | None, typer.Option(help="决定的文号 / number of the document")] = None,
    rules: RulesOption = None,
    pack: PackOption = None,
) -> None:
    """在申诉记录里加一行：提出或决定；已有的行不改 / add a row to the record of appeals, change none."""
    from dafeng.app.appeal_file import AppealRequest, record_appeal
    from dafeng.app.clock import today

    row = {
        "subject_id": subject, "year": year, "item_id": item, "filed_on": filed_on, "claim_zh": claim,
        "decided_on": decided_on, "decision": decision.value, "points": points, "document_number": number,
        "source_id": source,
    }  # fmt: skip
    request = AppealRequest(record, row, pack or read_settings().pack, rules or "", today(), _max_bytes())
    whole = record_appeal(request)
    typer.echo(f"{record}: {whole.height} 行 / rows")


def _request_of(
    file: Path | None,
    rules: str | None,
    year: int | None,
    subjects: SubjectsChoice,
    as_of: str | None,
    appeals: Path | None,
    pack: str | None,
) -> EvaluationRequest:
    """Return what is asked for, with the defaults filled in."""
    from dafeng.app.clock import parse_day
    from dafeng.app.evaluation_file import EvaluationRequest, default_rules

    day = parse_day(as_of)
    chosen = year if year is not None else day.year - 1
    return EvaluationRequest(
        pack or read_settings().pack, rules or default_rules(subjects.value, chosen), chosen, day,
        subjects.value, file, appeals, max_bytes=_max_bytes(),
    )  # fmt: skip


def _max_bytes() -> int:
    return read_settings().max_file_mb * 2**20
