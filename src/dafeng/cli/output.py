"""Rendering for people and programs: tables, CSV, JSON, progress, the closing summary."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dafeng import terms
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from dafeng.app.run import RunSummary
    from dafeng.job import Job, Progress


class Format(StrEnum):
    """How a command shows its answer."""

    table = "table"
    csv = "csv"
    json = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="输出格式 / output format")]

WIDTH = 160
"""Columns of a table that is written to a file or a pipe."""

_ID = re.compile(r"[!-~]{1,28}")
"""Ids, dates and numbers: printable, without blanks."""
WIDE = 140
"""Columns of a terminal on which explanations fit into the table."""

STAGE_WORDS = {
    "pack": "读入省包 / reading the pack",
    "plan": "方案 / plan",
    "inventory": "排放清单 / inventory",
    "uncertainty": "不确定性 / uncertainty",
    "balance": "能源平衡 / energy balance",
    "decomposition": "分解排放变化 / decomposition",
    "tracking": "目标结论 / verdicts",
    "warning": "预警 / warnings",
    "peak_test": "达峰检验 / peak test",
    "evaluation": "考核 / evaluation",
    "cities": "目标分解 / splitting targets",
    "assessment": "考核口径 / assessment accounts",
    "city_accounts": "各市核算 / city accounts",
    "pathway": "路径 / pathways",
    "ensemble": "未来 / futures",
    "pathway_attribution": "减排归属 / attribution",
    "power": "电力系统 / power system",
    "power_build": "电力网络 / power network",
    "power_solve": "求解 / solving",
    "power_tables": "结果表 / tables",
    "power_alternatives": "近优方案 / near-optimal plans",
    "power_response": "简化式的调度 / dispatches of the reduced form",
    "power_ensemble": "算例 / cases",
    "dossiers": "各市方案档案 / files of the cities' plans",
    "report": "报告 / report",
    "commit": "写出 / writing",
    "done": "完成 / done",
}


def write_answer(text: str, output: Path | None) -> None:
    """Print a text or write it to a file."""
    if output is None:
        sys.stdout.write(text)
        return
    from dafeng.store.atomic import write_bytes_atomically

    write_bytes_atomically(output, text.encode("utf-8"))


def show_frame(frame: pl.DataFrame, columns: Sequence[str], form: Format, output: Path | None = None) -> None:
    """Show a frame as a table of chosen columns, or whole as CSV or JSON."""
    if form is Format.csv:
        write_answer(frame.write_csv(), output)
    elif form is Format.json:
        write_answer(to_json(frame.to_dicts()), output)
    else:
        write_answer(draw_table(frame.select(columns)), output)


def to_json(value: Any) -> str:
    """Return readable JSON with a final newline."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n"


def draw_table(frame: pl.DataFrame, digits: int = 6) -> str:
    """Return a frame as a text table that fits the terminal, numbers with so many digits.

    On a narrow terminal explanations (columns ``why_…``) stand below the table, one a line.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    prose = [name for name in frame.columns if name.startswith("why_") and console.width < WIDE]
    short = frame.drop(prose)
    table = Table(header_style="bold", row_styles=["", "dim"])
    whole = _whole_columns(short, console.width)
    for name in short.columns:
        justify: Literal["right", "left"] = "right" if short[name].dtype.is_numeric() else "left"
        table.add_column(name, overflow="fold", justify=justify, no_wrap=name in whole)
    for row in short.iter_rows():
        table.add_row(*(Text(_cell(value, digits)) for value in row))
    with console.capture() as capture:
        console.print(table)
        for told in frame.iter_rows(named=True) if prose else ():
            label = " ".join(str(told[name]) for name in short.columns if name.endswith("_id"))
            console.print(Text(f"{label}: {' '.join(_cell(told[name], digits) for name in prose)}"))
        console.print(f"{frame.height} 行 / rows")
    return capture.get()


def _whole_columns(frame: pl.DataFrame, width: int) -> set[str]:
    """Return columns of ids and dates: they stay on one line while they take at most half of the width."""
    import polars as pl

    found, left = set(), width // 2
    for name in frame.columns:
        texts = [text for text in frame[name] if text is not None] if frame[name].dtype == pl.String else []
        longest = max((len(text) for text in texts), default=0) + 3
        if texts and longest <= left and all(_ID.fullmatch(text) for text in texts):
            found.add(name)
            left -= longest
    return found


def _cell(value: object, digits: int) -> str:
    if value is None:
        return "—"
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def language() -> str:
    """Return the language of terminal output."""
    return read_settings().language


@contextmanager
def show_progress() -> Iterator[Job]:
    """Show progress on standard error while a job runs."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from dafeng.job import Job

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(event: Progress) -> None:
            words = STAGE_WORDS.get(event.stage, event.stage)
            bar.update(task, description=words, completed=event.done, total=event.total)

        yield Job(report=report)


def print_summary(summary: RunSummary) -> None:
    """Print what the main job found, in a few lines."""
    lines = []
    if summary.latest_total:
        year, total = summary.latest_total
        lines.append(f"CO₂ {year}: {total:.1f} Mt  ({summary.totals_version})")
    else:
        lines.append("省包没有可算出合计的用能和水泥数据 / the pack holds no data for a CO₂ total")
    counted = sorted(summary.verdicts.items(), key=lambda item: -item[1])
    names = [
        f"{terms.name('verdict', code, 'zh')} {terms.name('verdict', code, 'en')} {n}" for code, n in counted
    ]
    counts = ": " + " · ".join(names) if names else ""
    lines.append(f"目标 / targets {sum(summary.verdicts.values())}{counts}")
    if summary.findings:
        lines.append(f"可疑数据 / findings accepted: {summary.findings} (tables/inventory.findings.csv)")
    if summary.kept:
        lines.append(f"未变、沿用 / unchanged, kept: {', '.join(summary.kept)}")
    if summary.not_run:
        parts = ", ".join(summary.not_run)
        lines.append(f"未算的较慢部分 / slow parts not run: {parts} (--with {','.join(summary.not_run)})")
    lines += [f"报告 / report: {summary.report}", f"工作簿 / workbook: {summary.workbook}"]
    typer.echo("\n".join(lines))
