"""``dafeng pack``: check, describe and create province packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.output import Format, FormatOption, show_frame, write_answer

app = typer.Typer(no_args_is_help=True, help="省包 / province packs")


@app.command("check")
def check_command(
    path: Annotated[str, typer.Argument(help="名称或文件夹 / name or folder")],
) -> None:
    """核对省包，一次列出全部缺陷 / check a pack and list all defects at once."""
    from dafeng.app.pack_check import check_pack

    answer = check_pack(path)
    checked = answer.pack
    for finding in answer.findings:
        typer.echo(f"{finding.text('zh')}\n{finding.text('en')}", err=True)
    rows = sum(frame.height for frame in checked.tables.values())
    info = checked.config.pack
    verdict = f"{len(answer.findings)} 处可疑 / findings" if answer.findings else "OK"
    size = f"{len(checked.hashes)} 个文件 / files, {rows} 行 / rows"
    typer.echo(f"{info.id} {info.version} ({info.region}): {size}, {verdict}")


@app.command("list")
def list_command(form: FormatOption = Format.table) -> None:
    """列出内置省包 / list the built-in packs."""
    import polars as pl

    from dafeng.pack import builtin_packs, read_pack

    infos = [read_pack(name).config.pack.model_dump() for name in builtin_packs()]
    frame = pl.DataFrame(infos)
    show_frame(frame, ["id", "region", "version", "name_zh", "name_en"], form)


@app.command("new")
def new_command(
    folder: Annotated[Path, typer.Argument(help="新文件夹 / new folder")],
    region: Annotated[str, typer.Option(help="省级代码或名称 / province code or name")],
) -> None:
    """写出带注释的空省包 / write an empty, commented pack."""
    from dafeng.pack import write_empty_pack

    write_empty_pack(folder, region)
    typer.echo(f"→ {folder}")


@app.command("fields")
def fields_command(
    output: Annotated[Path | None, typer.Option(help="写入文件 / file to write")] = None,
) -> None:
    """说明省包的每个文件和字段 / describe every file and field of a pack."""
    from dafeng.pack import describe_pack

    write_answer(describe_pack(), output)
