"""``dafeng track``: the target board on any day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.output import Format, FormatOption, language, show_frame
from dafeng.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="目标跟踪 / target tracking")


@app.command("board")
def board_command(
    as_of: Annotated[str | None, typer.Option(help="结论日期 / day of the verdicts, 2026-11-22")] = None,
    verdict: Annotated[str | None, typer.Option(help="只列该结论 / only this verdict")] = None,
    pack: Annotated[str | None, typer.Option("--pack", help="省包 / pack")] = None,
    form: FormatOption = Format.table,
    output: Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")] = None,
) -> None:
    """列出每个目标的结论和理由 / list the verdict on every target with its reason."""
    import polars as pl

    from dafeng.app.clock import parse_day
    from dafeng.app.stages import RunContext, track_targets
    from dafeng.pack import read_pack

    context = RunContext(read_pack(pack or read_settings().pack), parse_day(as_of), accept_findings=False)
    board = track_targets(context).tables["tracking.verdicts"].frame
    names = context.pack.tables["targets"].select("target_id", f"name_{language()}")
    board = board.join(names, on="target_id", how="left", maintain_order="left")
    if verdict is not None:
        board = board.filter(pl.col("verdict") == _verdict_code(verdict))
    columns = [
        "target_id", f"name_{language()}", "verdict", "period", "observed", "required", "unit", "grade",
        f"why_{language()}",
    ]  # fmt: skip
    show_frame(board, columns, form, output)


def _verdict_code(text: str) -> str:
    """Return the code of a verdict given by code or name, or refuse with the nearest one."""
    from dafeng import terms
    from dafeng.errors import Finding, InputRefused
    from dafeng.table import Suggestion

    known = terms.aliases("verdict")
    code = known.get(text.strip().lower())
    if code is None:
        names = ", ".join(terms.entries("verdict"))
        params = {"name": "verdict", "value": text, "known": names, "suggestion": Suggestion(text, known)}
        raise InputRefused([Finding("filter_unknown", params=params)])
    return code
