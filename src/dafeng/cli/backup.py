"""``dafeng backup`` and ``dafeng restore``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.register_options import ActorOption, DatabaseOption, open_for
from dafeng.cli.serve import WorkspaceOption
from dafeng.errors import InputRefused
from dafeng.settings import read_settings

PASSPHRASE = "DAFENG_BACKUP_PASSPHRASE"  # noqa: S105 - the name of a variable
ROWS, FILES, RESULTS = "数据库行 / rows", "附件 / attachments", "结果文件 / results"
AttachmentsOption = Annotated[
    Path | None, typer.Option(help="附件文件夹，缺省用设置 / folder of attachments; default: the setting")
]


def backup_command(
    out: Annotated[Path, typer.Option(help="写入的文件 / file to write")],
    encrypt: Annotated[
        bool,
        typer.Option(
            "--encrypt",
            help="加密；口令取自环境变量 DAFENG_BACKUP_PASSPHRASE 或按提示输入 / "
            "seal it; passphrase from DAFENG_BACKUP_PASSPHRASE or asked for",
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """备份数据库、附件、结果和设置，门户可继续运行 / back up database, attachments, results, settings."""
    from dafeng.app.portal_backup import BackupWish, make_backup

    settings = read_settings()
    passphrase = _ask_passphrase(confirm=True) if encrypt else None
    if encrypt and not passphrase:
        raise InputRefused.of("backup_sealed", file=out)
    with open_for(pack, database, actor) as book:
        made = make_backup(
            book, BackupWish(out, workspace or Path(settings.out), passphrase, settings.cryptography)
        )
    typer.echo(
        f"已备份 / backed up: {made.out} {made.size_bytes / 2**20:.1f} MiB\n"
        f"{ROWS} {made.rows}，{FILES} {made.attachments}，{RESULTS} {made.results}"
    )
    if passphrase is None:
        typer.echo(
            "备份未加密：请存放在受控的位置，或加 --encrypt / not sealed: keep it safe or add --encrypt",
            err=True,
        )


def restore_command(
    backup: Annotated[Path, typer.Argument(help="备份文件 / the backup", show_default=False)],
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="目标已有数据时改名保留后恢复 / put aside what stands there, then restore"
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    attachments: AttachmentsOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
) -> None:
    """从备份恢复，须先停止门户 / restore a backup; stop the portal first."""
    from dafeng.app.portal_restore import RestoreWish, restore_backup
    from dafeng.app.register_book import locate_database
    from dafeng.store.backup_archive import is_sealed

    settings = read_settings()
    passphrase = _ask_passphrase(confirm=False) if is_sealed(backup) else None
    done = restore_backup(
        RestoreWish(
            backup, pack or settings.pack, locate_database(database), workspace or Path(settings.out),
            attachments or Path(settings.attachments), passphrase, replace,
        )
    )  # fmt: skip
    typer.echo(
        f"已恢复 / restored: {done.made_at} ({done.made_by})\n"
        f"{ROWS} {done.rows}，{FILES} {done.attachments}，{RESULTS} {done.results}"
    )
    for path in done.aside:
        typer.echo(f"原有数据保留在 / what stood there is kept in {path}")


def _ask_passphrase(*, confirm: bool) -> str | None:
    given = os.environ.get(PASSPHRASE)
    if given or not sys.stdin.isatty():
        return given or None
    return str(typer.prompt("备份口令 / passphrase", hide_input=True, confirmation_prompt=confirm, err=True))
