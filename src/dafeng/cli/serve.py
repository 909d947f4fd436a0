"""``dafeng serve`` and ``dafeng work``: the portal, and the process that does its runs."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.register_options import DatabaseOption
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from dafeng.server.serving import Opening

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(help="结果文件夹，缺省同 dafeng run / folder of the results; default: that of dafeng run"),
]


def serve_command(
    workspace: WorkspaceOption = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="端口，0 为任一空闲端口 / port, 0 for a free one")
    ] = None,
    host: Annotated[str | None, typer.Option(help="监听地址 / address to listen on")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="进程数 / processes")] = 1,
    pack: PackOption = None,
    database: DatabaseOption = None,
) -> None:
    """启动门户：网页工作台和接口 / serve the portal: web workbench and API."""
    from dafeng.app.portal import PortalRequest
    from dafeng.app.register_book import DATABASE_VARIABLE
    from dafeng.server.serving import ServeRequest, serve

    settings = read_settings()
    if database is not None:  # worker processes and runs find it there, and no list of processes shows it
        os.environ[DATABASE_VARIABLE] = database
    request = ServeRequest(
        PortalRequest(workspace or Path(settings.out), pack or settings.pack),
        host or settings.host, settings.port if port is None else port, workers,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):  # it was told to stop, and has stopped
        serve(request, _tell)
    typer.echo("已停止 / stopped", err=True)


def _tell(opening: Opening) -> None:
    """Print the address, the first account, and what to mind."""
    typer.echo(f"门户地址 / the portal answers at {opening.url}")
    if opening.first is not None:
        typer.echo(
            f"首次使用，系统管理员 / first use, administrator: {opening.first.actor}\n"
            f"口令（只显示这一次，登录后须修改） / password (shown this once, to be changed at sign-in): "
            f"{opening.first.password}"
        )  # fmt: skip
    if opening.empty:
        typer.echo("尚无计算结果：请登录后启动计算 / no results yet: sign in and start a run")
    host = opening.url.split("//", 1)[1].rsplit(":", 1)[0].strip("[]")
    if not ipaddress.ip_address(host).is_loopback:
        typer.echo(
            "其他机器可以访问：请经由提供 HTTPS 的代理对外服务 / other machines can reach it: "
            "serve them through a proxy that speaks HTTPS",
            err=True,
        )  # fmt: skip


def work_command(
    workspace: WorkspaceOption = None,
    database: DatabaseOption = None,
) -> None:
    """执行门户中等待的计算，做完即退出 / do the runs that wait in the portal, then leave."""
    from dafeng.app.portal_work import work_off
    from dafeng.app.register_book import locate_database
    from dafeng.store.database import open_database

    with open_database(locate_database(database)) as opened:
        count = work_off(opened, workspace or Path(read_settings().out))
    typer.echo(f"已执行 / done: {count}")
