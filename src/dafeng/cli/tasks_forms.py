"""``dafeng tasks form|fill|assess|report|balance``: self-assessments, the report, city plans."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.notice import DocumentLanguage
from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption
from dafeng.cli.register_options import (
    ActorOption,
    DatabaseOption,
    OutputFileOption,
    ReasonOption,
    SetOption,
    open_for,
    tell_findings,
    tell_written,
)
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from dafeng.app.tasks_form import FormRequest

SubjectOption = Annotated[str, typer.Option(help="市或部门：代码或名称 / city or body: code or name")]
PeriodOption = Annotated[str, typer.Option(help="自评期：2026 或 2026-Q3 / period")]
SendOption = Annotated[
    bool,
    typer.Option("--send", help="对外发放；没有表号等的表会被拒绝 / for outsiders; needs the legal marks"),
]
DayOption = Annotated[str | None, typer.Option("--as-of", help="以该日为准 / day")]
LanguageOption = Annotated[
    DocumentLanguage, typer.Option("--language", help="文书语言 / language of the document")
]


def form_command(
    period: PeriodOption,
    output: Annotated[
        Path, typer.Option(help="自评表 .xlsx；--all 时为文件夹 / form, or with --all a folder")
    ],
    subject: Annotated[
        str | None, typer.Option(help="市或部门：代码或名称 / city or body: code or name")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="每个市和部门各一份 / one form for every city and body")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="dafeng run 的结果文件夹；缺省现算 / output of dafeng run; default: computed"),
    ] = None,
    send: SendOption = False,
    as_of: DayOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """生成预填的自评表；已有的更新预填内容，保留单位所写 / make the prefilled form, or renew it."""
    from dafeng.app.tasks_form import find_gaps, make_form, make_forms, write_form

    if every == (subject is not None):
        raise typer.BadParameter("请写 --subject 或 --all / name a --subject, or write --all")
    request = _request(subject or "", period, pack, out)
    with open_for(pack, database, actor, as_of) as book:
        if every:
            written = make_forms(book, request, output, send=send)
            typer.echo(f"{len(written.paths)} 份 / forms → {output}")
            if written.out_of_reach:
                names = "、".join(written.out_of_reach)
                typer.echo(f"无权，未生成 / not yours, passed over: {names}", err=True)
            return
        row = make_form(book, request)
        write_form(book, row, output, send=send)
        tell_findings(find_gaps(book, row))
    typer.echo(f"{row['title']}：{len(row['items'])} 项 / items → {output}")
    typer.echo(f"填好后 / next: dafeng tasks fill {output} --subject {subject} --period {period}")


def fill_command(
    file: Annotated[Path, typer.Argument(help="填好的自评表 / form that was filled in")],
    subject: SubjectOption,
    period: PeriodOption,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """导入填好的自评表，只取单位所写 / read a filled form; only what the body wrote is taken."""
    from dafeng.app.tasks_form import fill_form

    with open_for(pack, database, actor) as book:
        tell_written(fill_form(book, _request(subject, period, pack), file))


def assess_command(
    subject: SubjectOption,
    period: PeriodOption,
    step: Annotated[
        str | None, typer.Option(help="submit 报送、review 审核、approve 审定、return 退回 / step to take")
    ] = None,
    settings: SetOption = None,
    evidence: Annotated[list[Path] | None, typer.Option("--file", help="佐证文件 / file of evidence")] = None,
    reason: ReasonOption = None,
    output: OutputFileOption = None,
    send: SendOption = False,
    written: LanguageOption = DocumentLanguage.zh,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """自评的报送、审核、审定，并导出报告 / submit, review, approve a self-assessment; export it."""
    from dafeng.app.register_attach import attach_file
    from dafeng.app.register_entry import read_values, split_settings
    from dafeng.app.register_steps import take_step
    from dafeng.app.tasks_assess import write_assessment
    from dafeng.app.tasks_form import read_form_row
    from dafeng.app.tasks_rows import FORMS
    from dafeng.cli.register_words import names_of_states

    request = _request(subject, period, pack)
    with open_for(pack, database, actor) as book:
        row = read_form_row(book, request)
        for path in evidence or ():
            attach_file(book, FORMS, row["row_id"], path)
        if step is not None:
            values = read_values(book, book.library.register(FORMS), split_settings(settings or []))
            tell_written(take_step(book, FORMS, row["row_id"], step, values, reason))
            row = read_form_row(book, request)
        if output is not None:
            write_assessment(book, row, output, written.value, send=send)
            typer.echo(f"→ {output}")
        state = names_of_states(book.library.register(FORMS))[row["state"]]
        typer.echo(f"{row['title']}: {state}")


def report_command(
    period: PeriodOption,
    output: Annotated[Path, typer.Option(help="文件 .docx、.html、.md 或 .xlsx / file to write")],
    written: LanguageOption = DocumentLanguage.zh,
    as_of: DayOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """牵头办公室的季度或年度调度通报 / report of the lead office on a quarter or year."""
    from dafeng.app.tasks_report import make_report, write_report

    with open_for(pack, database, actor, as_of, reads=True) as book:
        report = make_report(book, period, written.value)
    write_report(report, output)
    typer.echo(f"{report.document.title}：{report.characters} 字 / characters → {output}")


def balance_command(
    as_of: DayOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """各市方案综合平衡：合计与全省、达峰年份 / sums of the city plans beside the province, peak years."""
    from dafeng.app.tasks_balance import balance_city_plans, write_balance
    from dafeng.cli.register_words import pick, show_words
    from dafeng.register.tasks_contracts import PlanBalance, PlanPeaks

    with open_for(pack, database, actor, as_of, reads=True) as book:
        balance = balance_city_plans(book)
    if output is not None and output.suffix.lower() == ".xlsx":
        write_balance(balance, output)
        typer.echo(f"→ {output}")
        return
    name = pick(("name_zh", "name_en"))
    columns = (name, "year", "unit", "cities_given", "cities", "partial_sum", "required", "gap", "status")
    show_words(balance.sums, PlanBalance, columns, form, output)
    if form is Format.table and output is None:
        peaks = ("name", "peak_year", "province_year", "boundary", "status")
        show_words(balance.peaks, PlanPeaks, peaks, form)


def _request(subject: str, period: str, pack: str | None, out: Path | None = None) -> FormRequest:
    from dafeng.app.tasks_form import FormRequest

    return FormRequest(subject, period, pack or read_settings().pack, out)
