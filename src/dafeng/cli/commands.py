"""All commands; each parses, calls a use case and renders. Heavy rooms are imported when they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli import (
    access,
    balance,
    cities,
    document,
    evaluation,
    inventory,
    notice,
    pack,
    pathway,
    peak,
    plan,
    power,
    register,
    tasks,
    terms,
    track,
)
from dafeng.cli.backup import backup_command, restore_command
from dafeng.cli.closeout import closeout_command
from dafeng.cli.decompose import decompose_command
from dafeng.cli.exchange import export_command, import_app
from dafeng.cli.flash import flash_command
from dafeng.cli.output import Format, print_summary, show_progress, write_answer
from dafeng.cli.publish import publish_command
from dafeng.cli.serve import serve_command, work_command
from dafeng.settings import default_toml, read_settings
from dafeng.version import __version__

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="达峰 dafeng：碳达峰方案的测算、跟踪和报告 / accounts, tracking and reports of a carbon-peak plan",
)
app.add_typer(inventory.app, name="inventory")
app.add_typer(balance.app, name="balance")
app.add_typer(evaluation.app, name="evaluation")
app.add_typer(cities.app, name="cities")
app.add_typer(notice.app, name="notice")
app.add_typer(document.app, name="document")
app.add_typer(pack.app, name="pack")
app.add_typer(pathway.app, name="pathway")
app.add_typer(peak.app, name="peak")
app.add_typer(plan.app, name="plan")
app.add_typer(power.app, name="power")
app.add_typer(register.app, name="register")
app.add_typer(access.app, name="access")
app.add_typer(track.app, name="track")
app.add_typer(tasks.app, name="tasks")
app.add_typer(terms.app, name="terms")
app.command("flash")(flash_command)
app.command("export")(export_command)
app.add_typer(import_app, name="import")
app.command("decompose")(decompose_command)
app.command("closeout")(closeout_command)
app.command("serve")(serve_command)
app.command("work")(work_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)
app.command("publish")(publish_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dafeng {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="显示版本 / show the version"),
    ] = False,
) -> None:
    """达峰."""


@app.command("run")
def run_command(
    pack_name: Annotated[
        str | None, typer.Option("--pack", help="省包名称或文件夹 / name or folder of the pack")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="输出文件夹 / output folder")] = None,
    as_of: Annotated[str | None, typer.Option(help="结论日期 / day of the verdicts, 2026-11-22")] = None,
    accept_findings: Annotated[
        bool, typer.Option("--accept-findings", help="有可疑数据也照算并列出 / compute in spite of findings")
    ] = False,
    extras: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help="另算较慢的部分，可重复或用逗号隔开：ensemble（更多未来）、power（逐时电力规划） / "
            "slow parts too, repeated or with commas: ensemble (more futures), power (hourly power plan)",
        ),
    ] = None,
) -> None:
    """主流程：清单、目标结论、报告 / main job: inventory, verdicts, report."""
    from dafeng.app.clock import parse_day
    from dafeng.app.run import RunRequest, run

    settings = read_settings()
    request = RunRequest(
        pack_name or settings.pack, out or Path(settings.out), parse_day(as_of), accept_findings,
        frozenset(part.strip() for text in extras or () for part in text.split(",") if part.strip()),
    )  # fmt: skip
    with show_progress() as job:
        summary = run(request, job)
    print_summary(summary)


@app.command("settings")
def settings_command(
    output: Annotated[
        Path | None, typer.Option(help="写入文件；缺省打印 / file to write; default: print")
    ] = None,
) -> None:
    """打印带注释的默认设置文件 / print the default settings file with comments."""
    write_answer(default_toml(), output)


__all__ = ["Format", "app"]
