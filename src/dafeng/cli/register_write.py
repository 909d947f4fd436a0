"""``dafeng register add|edit|step|withdraw|attach``: single rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.register_options import (
    ActorOption,
    DatabaseOption,
    LinesOption,
    ReasonOption,
    RegisterArgument,
    RowArgument,
    SetOption,
    open_for,
    tell_written,
)
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.app.register_book import Book


def add_command(
    register: RegisterArgument,
    settings: SetOption = None,
    lines: LinesOption = None,
    source: Annotated[str, typer.Option(help="数据来源，必填 / where the figures come from; required")] = "",
    grade: Annotated[str, typer.Option(help="证据等级 A、B、C、X / grade of evidence")] = "B",
    reason: ReasonOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """新增一行 / add a row."""
    from dafeng.app.register_edit import add_row

    with open_for(pack, database, actor) as book:
        given = {"source": source or None, "grade": grade or None}
        values = {**given, **_read_entries(book, register, settings or (), lines or ())}
        tell_written(add_row(book, register, values, reason))


def edit_command(
    register: RegisterArgument,
    row: RowArgument,
    settings: SetOption = None,
    lines: LinesOption = None,
    version: Annotated[
        int | None,
        typer.Option(help="所见版本；他人已改则拒绝 / version that you saw; refused if changed since"),
    ] = None,
    reason: ReasonOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """修改一行 / change a row."""
    from dafeng.app.register_edit import edit_row

    with open_for(pack, database, actor) as book:
        values = _read_entries(book, register, settings or (), lines or ())
        tell_written(edit_row(book, register, row, values, reason, version))


def step_command(
    register: RegisterArgument,
    row: RowArgument,
    step: Annotated[str, typer.Argument(help="步骤编号或名称 / id or name of the step")],
    settings: SetOption = None,
    reason: ReasonOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """办理流转，核对角色、必填、附件和复核人 / take a step; roles and evidence are checked."""
    from dafeng.app.register_steps import take_step

    with open_for(pack, database, actor) as book:
        values = _read_entries(book, register, settings or (), ())
        tell_written(take_step(book, register, row, step, values, reason))


def withdraw_command(
    register: RegisterArgument,
    row: RowArgument,
    restore: Annotated[
        bool,
        typer.Option(
            "--restore", help="恢复已撤下的行（用行编号） / let a withdrawn row stand again, by its id"
        ),
    ] = False,
    reason: ReasonOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """撤下一行（不删除，历史保留），或恢复 / withdraw a row (it is never deleted), or restore it."""
    from dafeng.app.register_edit import restore_row, withdraw_row

    with open_for(pack, database, actor) as book:
        turn = restore_row if restore else withdraw_row
        tell_written(turn(book, register, row, reason or ""))


def attach_command(
    register: RegisterArgument,
    row: RowArgument,
    file: Annotated[Path | None, typer.Argument(help="要附的文件 / file to attach")] = None,
    purpose: Annotated[str | None, typer.Option(help="证明什么 / what it proves")] = None,
    fetch: Annotated[
        str | None,
        typer.Option(help="取出附件：名称、编号或散列 / take out an attachment by name, id or hash"),
    ] = None,
    withdraw: Annotated[
        str | None, typer.Option(help="撤下附件：编号 / take an attachment down, by its id")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="取出后写入的文件 / file for --fetch")
    ] = None,
    reason: ReasonOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """给一行加附件（按散列保存），或取出、撤下 / attach a file (kept by its hash), take one out or down."""
    from dafeng.app.register_attach import attach_file, read_attachment, withdraw_file
    from dafeng.errors import InputRefused
    from dafeng.store.atomic import write_bytes_atomically

    if sum(one is not None for one in (file, fetch, withdraw)) != 1:
        raise InputRefused.of("row_attachment_choice")
    with open_for(pack, database, actor) as book:
        if file is not None:
            limit = read_settings().max_file_mb * 2**20
            digest = attach_file(book, register, row, file, purpose or reason, limit)
            typer.echo(f"已附 / attached: {file.name}  sha256 {digest}")
        elif fetch is not None:
            name, content = read_attachment(book, register, row, fetch)
            target = output or Path(name)
            write_bytes_atomically(target, content)
            typer.echo(f"→ {target} ({len(content)} B)")
        else:
            withdraw_file(book, register, row, str(withdraw), reason or "")
            typer.echo(f"已撤下 / taken down: {withdraw}")


def _read_entries(
    book: Book, register_id: str, settings: Sequence[str], lines: Sequence[str]
) -> dict[str, Any]:
    """Return typed values of ``--set`` and ``--lines``."""
    from dafeng.app.register_entry import find_list, read_lines, read_values, split_settings
    from dafeng.files import read_bytes

    register = book.library.register(register_id)
    values = read_values(book, register, split_settings(settings))
    for name, file in split_settings(lines).items():
        raw = read_bytes(Path(file), read_settings().max_file_mb * 2**20)
        values[find_list(register, name).id] = read_lines(book, register, name, raw, file)
    return values
