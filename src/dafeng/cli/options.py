"""Options that commands of several rooms share, the ground they stand on, and the word after an interrupt."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.app.pathway_scenario import GroundRequest

ScenarioOption = Annotated[
    str,
    typer.Option(
        help="省包情景的名称或 TOML 文件，可继承 / scenario of the pack, or a TOML file that may inherit"
    ),
]
OutputOption = Annotated[Path, typer.Option(help="结果文件夹 / folder of the results")]
PackOption = Annotated[
    str | None, typer.Option("--pack", help="省包名称或文件夹 / name or folder of the pack")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(help="以该日所知为准，缺省今天 / knowledge of this day; default today, 2026-11-22"),
]
FindingsOption = Annotated[
    bool, typer.Option("--accept-findings", help="有可疑数据也照算 / compute in spite of findings")
]
WorkersOption = Annotated[
    int, typer.Option(help="本机进程数，0 为不另开 / processes of this machine, 0 for none")
]
SchedulerOption = Annotated[
    str | None, typer.Option(help="Dask 调度器地址，如 tcp://主机:8786 / address of a Dask scheduler")
]


def ground_of(pack: str | None, as_of: str | None, *, accept_findings: bool) -> GroundRequest:
    """Return pack and day that a command stands on."""
    from dafeng.app.pathway_scenario import GroundRequest

    return GroundRequest(pack or read_settings().pack, as_of, accept_findings)


@contextmanager
def telling_what_is_kept(chunks: Path) -> Iterator[None]:
    """Say after an interrupt that finished chunks are kept and the same command goes on."""
    try:
        yield
    except KeyboardInterrupt:
        if chunks.is_dir():
            typer.echo(
                f"已算完的部分留在 {chunks}，以同样的参数重跑即可接着算\n"
                f"what is finished is kept in {chunks}; the same command goes on from there",
                err=True,
            )  # fmt: skip
        raise
