"""``dafeng publish``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.register_options import ActorOption, DatabaseOption
from dafeng.cli.serve import WorkspaceOption
from dafeng.settings import read_settings


def publish_command(
    out: Annotated[
        Path, typer.Option(help="写入的文件夹，为空或是以前的公众版 / folder, empty or an earlier edition")
    ],
    workspace: WorkspaceOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """生成公众版静态网页：只含公开的表和页面 / write the public edition: public tables and pages only."""
    from dafeng.app.portal import PortalRequest, open_portal
    from dafeng.app.portal_publish import publish_site
    from dafeng.app.register_book import act_as

    settings = read_settings()
    request = PortalRequest(workspace or Path(settings.out), pack or settings.pack, database)
    with open_portal(request) as portal:
        made = publish_site(portal, act_as(portal.public, actor or settings.actor), out)
    typer.echo(
        f"公众版 / public edition: {made.out} · {len(made.sections)} 节 / sections · "
        f"{len(made.tables)} 表 / tables · {made.size_bytes / 2**20:.1f} MiB"
    )
