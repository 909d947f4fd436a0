"""``dafeng track``: the target board on any day, its replay, the boards of many packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption, language, show_frame
from dafeng.cli.track_nowcast import monthly_command, nowcast_command
from dafeng.cli.track_warn import warn_command
from dafeng.settings import read_settings

app = typer.Typer(help="目标跟踪 / target tracking")
app.command("warn")(warn_command)
app.command("nowcast")(nowcast_command)
app.command("monthly")(monthly_command)

VERDICT_COLUMNS = (
    "as_of", "target_id", "verdict", "level", "p_met", "period", "observed", "required", "unit",
)  # fmt: skip
VALUE_COLUMNS = (
    "as_of", "indicator_id", "region", "period", "value", "bound", "unit", "relation", "vintage",
)  # fmt: skip

DayOption = Annotated[
    str | None,
    typer.Option("--as-of", help="结论日期，缺省今天 / day of the verdicts; default today, 2026-11-22"),
]
VerdictOption = Annotated[str | None, typer.Option(help="只列该结论 / only this verdict")]
FileOption = Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")]


@app.callback(invoke_without_command=True)
def track_command(
    context: typer.Context,
    as_of: DayOption = None,
    verdict: VerdictOption = None,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: FileOption = None,
) -> None:
    """目标跟踪；不写子命令时列出目标结论 / target tracking; without a subcommand: the board."""
    if context.invoked_subcommand is None:
        board_command(as_of, verdict, pack, form, output)
    elif (as_of, verdict, pack, form, output) != (None, None, None, Format.table, None):
        message = "选项请写在子命令之后 / write the options behind the subcommand"
        raise typer.BadParameter(message)


@app.command("board")
def board_command(
    as_of: DayOption = None,
    verdict: VerdictOption = None,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: FileOption = None,
) -> None:
    """列出每个目标的结论、预警等级和理由 / verdict, level of warning and reason of every target."""
    import polars as pl

    from dafeng.app.clock import parse_day
    from dafeng.app.track_board import show_board

    answer = show_board(pack or read_settings().pack, parse_day(as_of))
    names = answer.pack.tables["targets"].select("target_id", f"name_{language()}")
    board = answer.board.join(names, on="target_id", how="left", maintain_order="left")
    if verdict is not None:
        board = board.filter(pl.col("verdict") == _verdict_code(verdict))
    columns = [
        "target_id", f"name_{language()}", "verdict", "level", "period", "observed", "required", "unit",
        "grade", f"why_{language()}",
    ]  # fmt: skip
    show_frame(board, columns, form, output)


@app.command("replay")
def replay_command(
    first: Annotated[int, typer.Option("--from", help="首年 / first year")] = 2010,
    last: Annotated[
        int | None, typer.Option("--to", help="末年，缺省去年 / last year; default last year")
    ] = None,
    values: Annotated[
        bool, typer.Option("--indicators", help="列指标值而不是结论 / values of the indicators, not verdicts")
    ] = False,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: FileOption = None,
) -> None:
    """回放：各年年末按当时所知的结论或指标值 / replay: each year end by what was known then."""
    from dafeng.app.clock import today
    from dafeng.app.track_board import replay_pack

    name, day = pack or read_settings().pack, today()
    frame = replay_pack(name, first, last or day.year - 1, day, values=values)
    if values:
        columns = [
            "as_of",
            "indicator_id",
            "region",
            "period",
            "value",
            "bound",
            "unit",
            "relation",
            "vintage",
        ]
    else:
        columns = [
            "as_of",
            "target_id",
            "verdict",
            "level",
            "p_met",
            "period",
            "observed",
            "required",
            "unit",
        ]
    show_frame(frame, columns, form, output)


@app.command("packs")
def packs_command(
    packs: Annotated[list[str], typer.Argument(help="省包名称或文件夹 / names or folders of packs")],
    as_of: DayOption = None,
    form: FormatOption = Format.table,
    output: FileOption = None,
) -> None:
    """逐个省包统计结论和预警等级 / count verdicts and levels of warning of each pack."""
    from dafeng.app.clock import parse_day
    from dafeng.app.track_board import count_packs

    counts = count_packs(list(dict.fromkeys(packs)), parse_day(as_of))
    if form is Format.table:
        counts = counts.pivot("code", index=["pack", "region"], values="targets").fill_null(0)
    show_frame(counts, counts.columns, form, output)


def _verdict_code(text: str) -> str:
    """Return the code of a verdict given by code or name, or refuse with the nearest one."""
    from dafeng import terms
    from dafeng.errors import Finding, InputRefused
    from dafeng.table import Suggestion

    known = terms.aliases("verdict")
    code = known.get(text.strip().lower())
    if code is None:
        names = ", ".join(f"{code} {row['zh']}" for code, row in terms.entries("verdict").items())
        params = {"name": "verdict", "value": text, "known": names, "suggestion": Suggestion(text, known)}
        raise InputRefused([Finding("filter_unknown", params=params)])
    return code
