"""``dafeng register``: registers (台账) as data: what there is, one row, questions, alerts, a new one."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.options import AsOfOption, PackOption
from dafeng.cli.output import Format, FormatOption, language, to_json, write_answer
from dafeng.cli.register_batch import correct_command, history_command, undo_command
from dafeng.cli.register_measures import measures_command
from dafeng.cli.register_options import (
    ActorOption,
    DatabaseOption,
    OutputFileOption,
    RegisterArgument,
    SearchOption,
    WhereOption,
    open_for,
    show_rows,
)
from dafeng.cli.register_sheets import (
    check_command,
    export_command,
    import_command,
    mapping_command,
    template_command,
)
from dafeng.cli.register_write import (
    add_command,
    attach_command,
    edit_command,
    step_command,
    withdraw_command,
)

app = typer.Typer(
    no_args_is_help=True, help="台账：登记、流转、查询、更正 / registers: rows, steps, questions, corrections"
)
app.command("add")(add_command)
app.command("edit")(edit_command)
app.command("step")(step_command)
app.command("withdraw")(withdraw_command)
app.command("attach")(attach_command)
app.command("import")(import_command)
app.command("export")(export_command)
app.command("template")(template_command)
app.command("mapping")(mapping_command)
app.command("check")(check_command)
app.command("measures")(measures_command)
app.command("history")(history_command)
app.command("correct")(correct_command)
app.command("undo")(undo_command)


class AlertLevel(StrEnum):
    """How urgent."""

    red = "red"
    amber = "amber"
    note = "note"


@app.command("list")
def list_command(
    search: Annotated[
        str, typer.Option(help="编号、名称、用途或依据中的词 / words in id, name, purpose or basis")
    ] = "",
    clause: Annotated[str, typer.Option(help="条款，含其下级 / clause and those below")] = "",
    system: Annotated[str, typer.Option(help="系统编号，如 S057 / id of a system, such as S057")] = "",
    agency: Annotated[str, typer.Option(help="牵头部门：编号或名称 / lead agency: id or name")] = "",
    filled: Annotated[bool, typer.Option("--filled", help="只列有数据的 / only those with rows")] = False,
    fields: Annotated[bool, typer.Option("--fields", help="列出全部字段 / list every field")] = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """查找台账，列出行数和最近变更；说明见 show / find registers, with rows and last change."""
    import polars as pl

    from dafeng.app.register_list import RegisterQuestion, find_registers, list_fields
    from dafeng.cli.register_words import names_of_kinds, names_of_pack, pick, show_words
    from dafeng.register.contracts import RegisterFields, RegisterList

    with open_for(pack, database, actor, reads=True) as book:
        found = find_registers(book, RegisterQuestion(search, clause, system, agency, filled))
        words = {"lead_agency": names_of_pack(book, "agency")}
        name = pick(("name_zh", "name_en"))
        if fields:
            listed = list_fields(book.library).join(found.select("register_id"), on="register_id", how="semi")
            columns = ["register_id", "part", "field_id", name, "kind", "unit", "required"]
            show_words(listed, RegisterFields, columns, form, output, names_of_kinds())
            return
        if form is Format.table:
            found = found.with_columns(pl.col("changed_at").str.head(10))
        columns = ["register_id", name, "kind", "lead_agency", "rows", "changed_at"]
        show_words(found, RegisterList, columns, form, output, words)


@app.command("show")
def show_command(
    register: RegisterArgument,
    row: Annotated[
        str | None,
        typer.Argument(help="行编号或主键；缺省说明台账本身 / id or key of a row; default: the register"),
    ] = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    as_of: AsOfOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """说明一个台账，或一行及其附件、流转和关联 / describe a register or a row with its links."""
    from dafeng.app.register_show import show_register, show_row
    from dafeng.cli.register_text import describe_register, describe_row, register_facts, row_facts

    with open_for(pack, database, actor, as_of, reads=True) as book:
        if row is None:
            view = show_register(book, register)
            facts, text = register_facts(view), describe_register
            write_answer(to_json(facts) if form is Format.json else text(view, book.library), output)
        else:
            seen = show_row(book, register, row)
            write_answer(
                to_json(row_facts(seen)) if form is Format.json else describe_row(seen, book.library), output
            )


@app.command("query")
def query_command(
    register: RegisterArgument,
    where: WhereOption = None,
    search: SearchOption = "",
    sort: Annotated[
        list[str] | None, typer.Option(help="排序字段，前加 - 为降序，可重复 / column to sort by, - descends")
    ] = None,
    limit: Annotated[int, typer.Option(help="最多行数 / most rows")] = 50,
    offset: Annotated[int, typer.Option(help="跳过行数 / rows to skip")] = 0,
    columns: Annotated[
        str | None, typer.Option(help="表格所列字段，逗号隔开 / columns of the table, with commas")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="分组汇总的字段，可重复 / column to group by, may be repeated")
    ] = None,
    total: Annotated[
        list[str] | None,
        typer.Option("--sum", help="求和的数字字段，可重复 / number to add up, may be repeated"),
    ] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="含已撤下的行 / withdrawn rows too")] = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    as_of: AsOfOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """按条件查询、排序、汇总 / filter, search, sort and add up rows."""
    from dafeng.app.register_query import query_rows, sum_rows
    from dafeng.app.register_question import Question, find_column

    question = Question(tuple(where or ()), search, tuple(sort or ()), limit, offset, withdrawn)
    with open_for(pack, database, actor, as_of, reads=True) as book:
        if group or total:
            made = sum_rows(book, register, question, group or (), total or ())
            show_rows(made, book, book.library.register(register), made.columns, form, output)
            return
        answer = query_rows(book, register, question)
        defined = answer.register
        own = sorted(defined.fields, key=lambda one: bool(one.held_in))
        known = [one.id for one in own if answer.frame[one.id].is_not_null().any()]
        chosen = list(dict.fromkeys((*defined.key, defined.label, "state", *known)))[:8]
        if columns is not None:
            chosen = [find_column(book, defined, name).id for name in columns.split(",") if name.strip()]
        show_rows(answer.frame, book, defined, chosen, form, output)
        shown = f"{answer.frame.height} / {answer.total}"
        typer.echo(f"显示 {shown} 行 / rows {shown}", err=True)


@app.command("alerts")
def alerts_command(
    register: Annotated[
        str | None, typer.Argument(help="台账编号；缺省全部 / id of the register; default: all")
    ] = None,
    level: Annotated[AlertLevel | None, typer.Option(help="只列此级 / only this level")] = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    as_of: AsOfOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """列出到期和待办提醒 / list what somebody should look at."""
    from dafeng.app.register_list import find_alerts
    from dafeng.cli.register_words import names_of_pack, show_words
    from dafeng.register.contracts import RegisterAlerts

    with open_for(pack, database, actor, as_of, reads=True) as book:
        found = find_alerts(book, register, level.value if level else None)
        text = "text_en" if language() == "en" else "text_zh"
        columns = ["level", "register_id", "label", text, "region", "row_id"]
        show_words(found, RegisterAlerts, columns, form, output, {"region": names_of_pack(book, "region")})


@app.command("new")
def new_command(
    register: RegisterArgument,
    zh: Annotated[str, typer.Option(help="中文名称 / Chinese name")] = "",
    en: Annotated[str, typer.Option(help="英文名称 / English name")] = "",
    output: Annotated[Path, typer.Option("--output", help="文件夹 / folder")] = Path(),
) -> None:
    """写出带注释的台账定义，填好即可用，无需编程 / write a commented definition; no code is needed."""
    from dafeng.app.register_new import write_skeleton

    path = write_skeleton(output, register, zh, en)
    typer.echo(f"→ {path}\n下一步 / next: dafeng register check {path}")
