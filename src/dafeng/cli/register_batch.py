"""``dafeng register history|correct|undo``: who changed what, bulk corrections, reversal of a batch."""

from __future__ import annotations

from typing import Annotated

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption
from dafeng.cli.register_options import (
    ActorOption,
    DatabaseOption,
    OutputFileOption,
    ReasonOption,
    RegisterArgument,
    SearchOption,
    SetOption,
    WhereOption,
    open_for,
    tell_findings,
    tell_written,
)

ApplyOption = Annotated[
    bool, typer.Option("--apply", help="写入；缺省只预览 / write it; default: only a preview")
]


ONLY_SHOWN = "未写入；写入请加 --apply --reason 理由 / nothing written; to write it add --apply --reason WHY"


def history_command(
    register: RegisterArgument,
    row: Annotated[str | None, typer.Argument(help="行编号或主键 / id or key of a row")] = None,
    batch: Annotated[str | None, typer.Option(help="只看此批次 / only this batch")] = None,
    batches: Annotated[bool, typer.Option("--batches", help="列出批次 / list the batches")] = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """历史：谁在何时因何改了什么 / history: who changed what, when and why."""
    from dafeng.app.register_history import list_batches, list_history
    from dafeng.cli.register_words import show_history, show_words
    from dafeng.register.contracts import Batches

    with open_for(pack, database, actor, reads=True) as book:
        if batches:
            shown = ["batch_id", "act", "actor", "at", "rows", "file", "reverses", "reason"]
            show_words(list_batches(book, register), Batches, shown, form, output)
            return
        events = list_history(book, register, row, batch)
        show_history(events, book, book.library.register(register), form, output)


def correct_command(
    register: RegisterArgument,
    where: WhereOption = None,
    search: SearchOption = "",
    settings: SetOption = None,
    formulas: Annotated[
        list[str] | None,
        typer.Option(
            "--formula",
            help="字段=公式，可重复，例 capacity_mw=capacity_mw * 10 / field=formula over the row",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="不设条件，更正全部行 / no condition: correct every row")
    ] = False,
    apply: ApplyOption = False,
    reason: ReasonOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """批量更正：先预览改前改后，再以 --apply 写成一个批次 / bulk correction: preview, then --apply."""
    from dafeng.app.register_correct import apply_correction, plan_correction
    from dafeng.app.register_entry import split_settings
    from dafeng.app.register_question import Question
    from dafeng.cli.register_words import show_preview
    from dafeng.errors import InputRefused

    if not where and not search and not every:
        raise InputRefused.of("row_correction_all")
    question = Question(tuple(where or ()), search)
    with open_for(pack, database, actor) as book:
        made = plan_correction(
            book, register, question, split_settings(settings or ()), split_settings(formulas or ())
        )
        tell_findings(made.prepared.findings)
        show_preview(made.preview, book, made.register, form, output)
        changed = len(made.prepared.changes)
        typer.echo(
            f"选中 {made.chosen} 行，变化 {changed} 行 / {made.chosen} rows chosen, {changed} differ",
            err=True,
        )
        if apply:
            tell_written(apply_correction(book, made, reason or ""))
        elif changed:
            typer.echo(ONLY_SHOWN, err=True)


def undo_command(
    register: RegisterArgument,
    batch: Annotated[
        str, typer.Argument(help="要撤销的批次；last 为最近一批 / batch to be reversed; last: the newest")
    ],
    apply: ApplyOption = False,
    reason: ReasonOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """撤销一个批次：写入相反的批次，历史都保留 / undo a batch by writing its inverse; history keeps both."""
    from dafeng.app.register_correct import apply_undo, plan_undo
    from dafeng.app.register_history import find_batch
    from dafeng.cli.register_words import show_preview
    from dafeng.errors import NegativeAnswer

    with open_for(pack, database, actor) as book:
        plan = plan_undo(book, register, find_batch(book, register, batch))
        show_preview(plan.preview, book, book.library.register(register), form, output)
        if plan.findings:
            raise NegativeAnswer(plan.findings)
        if apply:
            tell_written(apply_undo(book, plan, reason or ""))
        else:
            typer.echo(ONLY_SHOWN, err=True)
