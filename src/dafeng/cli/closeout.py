"""``dafeng closeout``: the close-out of a plan period (终期评估) as a document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.notice import DocumentLanguage
from dafeng.cli.options import PackOption
from dafeng.settings import read_settings


def closeout_command(
    output: Annotated[Path, typer.Option(help="文件 .docx、.html 或 .md / file to write")],
    plan_years: Annotated[str, typer.Option(help="规划期 / plan period, 2021-2025")] = "2021-2025",
    as_of: Annotated[str | None, typer.Option(help="结论日期 / day of the verdicts")] = None,
    pack: PackOption = None,
    out: Annotated[
        Path | None,
        typer.Option(help="dafeng run 的结果文件夹；缺省现算 / output of dafeng run; default: computed"),
    ] = None,
    written: Annotated[
        DocumentLanguage, typer.Option("--language", help="文书语言 / language of the document")
    ] = DocumentLanguage.zh,
) -> None:
    """规划期终期评估：每项到期目标的结果、依据和不能判定的原因 / close-out of a plan period."""
    from dafeng.app.clock import parse_day
    from dafeng.app.closeout_file import CloseoutRequest, make_closeout

    day = None if as_of is None else parse_day(as_of)
    request = CloseoutRequest(
        pack or read_settings().pack, output, plan_years, day, out, written.value
    )  # fmt: skip
    count = make_closeout(request)
    typer.echo(
        f"到期 / due {count.total}: 完成 met {count.met} · 未完成 missed {count.missed} · "
        f"不能判定 not judged {count.unjudged} · 已调整 adjusted {count.adjusted}"
    )
    typer.echo(f"→ {output}")
