"""``dafeng access``: who may do what on which scope, why, and who grants it."""

from __future__ import annotations

from typing import Annotated

import typer

from dafeng import terms
from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption, language, to_json, write_answer
from dafeng.cli.register_options import ActorOption, DatabaseOption, OutputFileOption, language_of, open_for

app = typer.Typer(no_args_is_help=True, help="权限：谁可对什么做什么 / access: who may do what on what")
NO = 3
"""Exit code of a negative answer."""


@app.command("list")
def list_command(
    user: Annotated[str | None, typer.Option(help="用户 / user")] = None,
    action: Annotated[
        list[str] | None, typer.Option(help="操作，可重复：see、edit、step.accept / action, may be repeated")
    ] = None,
    resource: Annotated[str | None, typer.Option(help="台账编号或 members / register, or members")] = None,
    region: Annotated[str | None, typer.Option(help="地区代码或名称 / code or name of a region")] = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """列出权限关系：主体、操作、范围、理由 / list the relation: subject, action, scope and why."""
    from dafeng.access.contracts import Permissions
    from dafeng.app.register_access import AccessQuestion, list_access
    from dafeng.cli.register_words import (
        EVERYTHING,
        names_of_actions,
        names_of_pack,
        names_of_registers,
        pick,
        show_words,
    )

    with open_for(pack, database, actor, reads=True) as book:
        found = list_access(book, AccessQuestion(user, tuple(action or ()), resource, region))
        basis = "basis_en" if language() == "en" else "basis_zh"
        columns = ["subject", "action", "resource", "region", "agency", "maker", "role", basis]
        words = {
            "action": names_of_actions(book), "resource": names_of_registers(book),
            "region": names_of_pack(book, "region"), "agency": names_of_pack(book, "agency"),
            "maker": {"*": pick(EVERYTHING)},
        }  # fmt: skip
        show_words(found, Permissions, columns, form, output, words)


@app.command("explain")
def explain_command(
    user: Annotated[str, typer.Argument(help="用户 / user")],
    action: Annotated[str, typer.Argument(help="操作：see、edit、step.accept / action")],
    resource: Annotated[str, typer.Argument(help="台账编号或 members / register, or members")],
    row: Annotated[
        str | None, typer.Argument(help="行编号或主键；缺省任一行 / id or key of a row; default: any")
    ] = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
) -> None:
    """解释为何可以或不可以；不可以时退出码 3 / explain why or why not; exit code 3 if not."""
    from dafeng.app.register_access import explain_access

    with open_for(pack, database, actor, reads=True) as book:
        decision, why = explain_access(book, user, action, resource, row)
    if form is Format.table:
        write_answer(f"{why.text(language_of())}\n", None)
    else:
        facts = {
            "allowed": decision.allowed, "zh": why.text("zh"), "en": why.text("en"),
            "because": decision.because.to_dicts(),
        }  # fmt: skip
        write_answer(to_json(facts), None)
    if not decision.allowed:
        raise typer.Exit(NO)


@app.command("members")
def members_command(
    every: Annotated[
        bool, typer.Option("--all", help="含已终止和未生效的 / ended and coming ones too")
    ] = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """列出用户及其角色 / list users and their roles."""
    from dafeng.access.contracts import Members
    from dafeng.app.register_access import list_members
    from dafeng.cli.register_words import names_of_pack, show_words

    with open_for(pack, database, actor, reads=True) as book:
        found = list_members(book, every=every)
        words = {kind: names_of_pack(book, kind) for kind in ("region", "agency")}
        shown = ["actor", "role", "region", "agency", "valid_from", "valid_to", "granted_by", "ended_by"]
        show_words(found, Members, shown, form, output, words)


@app.command("grant")
def grant_command(
    user: Annotated[str, typer.Argument(help="用户 / user")],
    role: Annotated[str, typer.Option(help="角色，如 agency、city、reviewer / role")],
    region: Annotated[
        str, typer.Option(help="地区代码或名称，* 为全省 / code or name of a region, * for all")
    ] = "*",
    agency: Annotated[str | None, typer.Option(help="部门编号 / id of an agency")] = None,
    valid_from: Annotated[
        str | None, typer.Option("--from", help="首日，缺省今天 / first day; default today")
    ] = None,
    valid_to: Annotated[
        str | None, typer.Option("--to", help="末日，缺省长期 / last day; default: none")
    ] = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """授予角色（只有系统管理员；第一个须为系统管理员） / give a role (administrators only)."""
    from dafeng.access.membership import Membership
    from dafeng.app.clock import parse_day
    from dafeng.app.register_access import grant_role
    from dafeng.cli.register_words import names_of_pack

    last = None if valid_to is None else parse_day(valid_to)
    with open_for(pack, database, actor) as book:
        row = grant_role(book, Membership(user, role, region, agency, parse_day(valid_from), last)).row(
            0, named=True
        )
        until = row["valid_to"] or "…"
        place = names_of_pack(book, "region").get(row["region"], row["region"])
    named = terms.name("access_role", row["role"], language_of())
    typer.echo(f"已授权 / granted: {row['actor']} {named} {place} {row['valid_from']} – {until}")


@app.command("end")
def end_command(
    user: Annotated[str, typer.Argument(help="用户 / user")],
    role: Annotated[str, typer.Option(help="角色 / role")],
    region: Annotated[str | None, typer.Option(help="只终止此地区的授权 / only for this region")] = None,
    last_day: Annotated[
        str | None,
        typer.Option("--on", help="最后有效日，缺省昨天（即刻终止） / last day; default yesterday: at once"),
    ] = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """终止角色（记录保留；最后一名系统管理员不能终止） / end a role; the record stays."""
    from dafeng.app.register_access import end_role

    with open_for(pack, database, actor) as book:
        ended = end_role(book, user, role, last_day, region)
    typer.echo(f"已终止 / ended: {user} {role} ({ended})")
