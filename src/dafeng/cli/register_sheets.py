"""``dafeng register import|export|template|mapping|check``: files in and out, and checks of what stands."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from dafeng.cli.options import AsOfOption, PackOption
from dafeng.cli.output import (
    Format,
    FormatOption,
    show_frame,
    show_progress,
    to_json,
    write_answer,
)
from dafeng.cli.register_options import (
    ActorOption,
    DatabaseOption,
    OutputFileOption,
    ReasonOption,
    RegisterArgument,
    SearchOption,
    WhereOption,
    open_for,
    tell_findings,
)
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from dafeng.app.register_import import ImportOutcome


FileArgument = Annotated[
    Path | None, typer.Argument(help="同 --output / the same as --output", show_default=False)
]


class ImportMode(StrEnum):
    """What an import may do."""

    add = "add"
    update = "update"
    upsert = "upsert"


def import_command(
    register: RegisterArgument,
    file: Annotated[Path, typer.Argument(help="XLSX、XLS 或 CSV / XLSX, XLS or CSV")],
    mode: Annotated[
        ImportMode, typer.Option(help="只新增、只更新或两者 / add rows, update rows, or both")
    ] = ImportMode.upsert,
    source: Annotated[str, typer.Option(help="文件未写明的数据来源 / source of rows that name none")] = "",
    grade: Annotated[str, typer.Option(help="文件未写明的证据等级 / grade of rows that name none")] = "B",
    mapping: Annotated[str, typer.Option(help="已存列对应的名称 / name of a saved mapping of columns")] = "",
    mapping_file: Annotated[
        Path | None,
        typer.Option("--mapping-file", help="列对应 JSON 文件 / mapping of columns as a JSON file"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预览，不写入 / only a preview")] = False,
    accept_good: Annotated[
        bool,
        typer.Option("--accept-good", help="写入合格行，退回其余 / write good rows, send the others back"),
    ] = False,
    with_states: Annotated[
        bool, typer.Option("--with-states", help="新行沿用文件中的状态 / new rows keep the state of the file")
    ] = False,
    errors_to: Annotated[
        Path | None,
        typer.Option(
            "--errors", help="标出错误单元格的 XLSX，退回填报人 / XLSX with marked cells for the sender"
        ),
    ] = None,
    reason: ReasonOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """导入文件：全部写入或全不写入；逐行报告问题 / import a file: all rows or none."""
    from dafeng.app.register_import import ImportRequest, import_file
    from dafeng.register.import_plan import ImportOptions

    options = ImportOptions(mode.value, source, grade, with_states)
    limit = read_settings().max_file_mb * 2**20
    request = ImportRequest(
        register, file, options, mapping, mapping_file, dry_run, accept_good, errors_to, reason, limit
    )
    with open_for(pack, database, actor) as book, show_progress() as job:
        made = import_file(book, request, job)
    _tell_import(made, dry_run=dry_run, form=form, output=output)


def _tell_import(made: ImportOutcome, *, dry_run: bool, form: Format, output: Path | None) -> None:
    """Say what an import did; a refused file leaves with exit code 2."""
    from dafeng.cli.register_words import show_words
    from dafeng.errors import InputRefused
    from dafeng.register.import_contracts import ImportPreview

    if dry_run:
        shown = ["kind", "row", "key", "label", "field", "before", "after"]
        show_words(made.preview, ImportPreview, shown, form, output)
    elif form is not Format.table:
        show_frame(made.table, made.table.columns, form, output)
    if made.workbook is not None:
        typer.echo(f"退回文件 / for the sender: {made.workbook}", err=True)
    counts = (
        f"新增 {made.inserted}，更新 {made.updated}，相同 {made.same}，有误 {made.refused} / "
        f"{made.inserted} new, {made.updated} updated, {made.same} the same, {made.refused} with errors"
    )
    if made.errors and not made.is_written and not dry_run:
        raise InputRefused(made.errors)
    tell_findings(made.findings)
    head = "预览 / preview" if dry_run else f"批次 / batch {made.batch_id or '—'}"
    typer.echo(f"{head}: {counts}", err=dry_run)


def export_command(
    register: RegisterArgument,
    file: FileArgument = None,
    output: OutputFileOption = None,
    where: WhereOption = None,
    search: SearchOption = "",
    sort: Annotated[
        list[str] | None, typer.Option(help="排序字段，前加 - 为降序 / column to sort by, - descends")
    ] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="含已撤下的行 / withdrawn rows too")] = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    as_of: AsOfOption = None,
) -> None:
    """导出可见的行和字段，可再导入 / export the rows and fields that you may see; they can be read again."""
    from dafeng.app.register_export import ExportRequest, export_rows
    from dafeng.app.register_question import Question

    target = _find_target(file, output)
    question = Question(tuple(where or ()), search, tuple(sort or ()), withdrawn=withdrawn)
    with open_for(pack, database, actor, as_of, reads=True) as book:
        made = export_rows(book, ExportRequest(register, target, question))
    tell_findings(made.findings)
    typer.echo(f"{made.rows} 行 / rows → {made.path}")


def template_command(
    register: RegisterArgument,
    file: FileArgument = None,
    output: OutputFileOption = None,
    outsiders: Annotated[
        bool,
        typer.Option(
            "--outsiders", help="发给企业等外部单位，须有表号等四项 / for outsiders; needs the form data"
        ),
    ] = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    as_of: AsOfOption = None,
) -> None:
    """写出带下拉选项的填报表 / write a form with drop-downs and Chinese field names."""
    from dafeng.app.register_template import write_template

    target = _find_target(file, output)
    with open_for(pack, database, actor, as_of, reads=True) as book:
        write_template(book, register, target, outsiders=outsiders)
    typer.echo(f"→ {target}\n填好后 / next: dafeng register import {register} {target}")


def _find_target(file: Path | None, output: Path | None) -> Path:
    """Return the file to write, named as an argument or as ``--output``, by one of them."""
    if (file is None) == (output is None):
        raise typer.BadParameter("请写 --output 文件，只写一个 / name one file: --output FILE")
    return cast("Path", file or output)


def mapping_command(
    register: RegisterArgument,
    save: Annotated[Path | None, typer.Option(help="保存此 JSON 文件 / save this JSON file")] = None,
    draft: Annotated[
        Path | None, typer.Option(help="按此文件的表头起草 / make a draft for the headings of this file")
    ] = None,
    name: Annotated[str, typer.Option(help="名称 / name")] = "",
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    output: OutputFileOption = None,
) -> None:
    """列对应：列出、起草、保存，同一来源不再重问 / mappings of columns: list, draft, save."""
    import json

    from dafeng.app.register_import import save_mapping_file
    from dafeng.app.register_mappings import draft_mapping, list_mappings

    with open_for(pack, database, actor) as book:
        if save is not None:
            typer.echo(f"已保存 / saved: {save_mapping_file(book, register, save, name).name}")
        elif draft is not None:
            write_answer(to_json(draft_mapping(book, register, draft, name).model_dump(mode="json")), output)
        else:
            known = {key: json.loads(text) for key, text in list_mappings(book, register).items()}
            write_answer(to_json(known), output)


def check_command(
    subject: Annotated[
        str | None,
        typer.Argument(
            help="台账编号，或台账定义文件 .toml、.json；缺省全部 / id of a register, or a definition file; "
            "default: all registers"
        ),
    ] = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    as_of: AsOfOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """核对行、公式、历史和附件，或核对台账定义；有错退出码 3 / check rows and history, or a definition."""
    from dafeng.errors import NegativeAnswer

    if subject is not None and Path(subject).suffix.lower() in {".toml", ".json"}:
        _check_definition(Path(subject), pack)
        return
    from dafeng.app.register_check import check_registers
    from dafeng.cli.register_words import pick, show_words
    from dafeng.register.contracts import RowFindings

    with open_for(pack, database, actor, as_of) as book, show_progress() as job:
        made = check_registers(book, subject, job)
    columns = ["severity", "register_id", "row", "label", "field", pick(("text_zh", "text_en"))]
    if form is not Format.table or not made.table.is_empty():
        show_words(made.table, RowFindings, columns, form, output)
    errors = [finding for finding in made.findings if finding.severity == "error"]
    typer.echo(
        f"{made.rows} 行，{len(made.findings)} 处问题，{made.alerts.height} 条提醒 / {made.rows} rows, "
        f"{len(made.findings)} findings, {made.alerts.height} alerts", err=True,
    )  # fmt: skip
    if errors:
        raise NegativeAnswer(errors)


def _check_definition(path: Path, pack: str | None) -> None:
    """Check a definition file and say what is worth a look."""
    from dafeng.app.register_new import check_definition

    made, findings = check_definition(pack or read_settings().pack, path)
    tell_findings(findings)
    parts = f"{len(made.fields)} 字段 / fields, {len(made.lists)} 子表 / lists"
    typer.echo(f"OK {made.id} {made.zh} / {made.en}: {parts}")
