"""Options that the commands of registers, access and tasks share, and how they show rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dafeng.cli.output import Format, draw_table, language, to_json, write_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl

    from dafeng.app.register_book import Book
    from dafeng.app.register_write import Written
    from dafeng.errors import Finding
    from dafeng.register.model import Register

RegisterArgument = Annotated[str, typer.Argument(help="台账编号 / id of the register", show_default=False)]
RowArgument = Annotated[
    str,
    typer.Argument(
        help="行编号，或主键（多个字段以 / 连接） / id of the row, or its key (parts joined by /)"
    ),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="SQLite 文件或地址；缺省用环境变量 DAFENG_DATABASE_URL 或设置 / SQLite file or URL; "
        "default: the environment or the settings",
    ),
]
ActorOption = Annotated[
    str | None,
    typer.Option(
        "--actor", help="操作人（自报，本机不核验） / who acts (a claim; not proven on this machine)"
    ),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="理由，记入历史 / reason, kept in the history")
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        help="条件，可重复：capacity_mw>=300、state in planned,done、county below 某市、due_on missing / "
        "condition, may be repeated",
    ),
]
SearchOption = Annotated[
    str, typer.Option("--search", help="名称、主键和文字中的词 / words in names, keys and texts")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="字段=值，可重复；字段用编号或中英文名，值为空即清空 / "
        "field=value, may be repeated; an empty value empties",
    ),
]
LinesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--lines",
        help="子表=文件（CSV、XLSX 或 JSON），整体替换，可重复 / list=file, replaces all lines of the list",
    ),
]
DIGITS = 12
"""Digits of figures of a row: what stands is shown, not rounded to six."""
OutputFileOption = Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")]


def open_for(
    pack: str | None = None,
    database: str | None = None,
    actor: str | None = None,
    as_of: str | None = None,
    *,
    reads: bool = False,
) -> Book:
    """Open the book of registers and tell what the opening has to say on standard error.

    A command that only reads makes no database where there is none.
    """
    from dafeng.app.register_book import make_request, open_book

    book = open_book(make_request(pack, database, actor, as_of, reads=reads))
    tell_findings(book.notes)
    return book


def tell_findings(findings: Iterable[Finding]) -> None:
    """Say warnings and notes on standard error, in the language of the terminal."""
    heads = {"error": "错误 / error", "warning": "警告 / warning", "note": "提示 / note"}
    for finding in findings:
        typer.echo(f"{heads[finding.severity]} [{finding.code}] {finding.text(language_of())}", err=True)


def language_of() -> Any:
    """Return the language of the terminal as findings take it."""
    return "en" if language() == "en" else "zh"


def tell_written(written: Written) -> None:
    """Say what was written; the batch can be undone by its id."""
    tell_findings(written.findings)
    if not written.batch_id:
        typer.echo("无变化，未写入 / nothing differs, nothing written")
        return
    rows = written.row_ids[0] if len(written.row_ids) == 1 else f"{written.rows} 行 / rows"
    typer.echo(f"已写入 / written: {rows}，批次 / batch {written.batch_id}")


def flatten_lists(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with lists as JSON text, so that it can be a table or CSV."""
    import polars as pl

    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    return frame.with_columns(
        pl.Series(
            name,
            [
                None if cell is None else json.dumps(cell, ensure_ascii=False)
                for cell in frame[name].to_list()
            ],
            dtype=pl.String,
        )
        for name in nested
    )


def show_rows(
    frame: pl.DataFrame, book: Book, register: Register, columns: Sequence[str], form: Format,
    output: Path | None = None,
) -> None:  # fmt: skip
    """Show rows: as a table with the chosen columns in words, or whole as CSV or JSON with their codes."""
    if form is Format.json:
        write_answer(to_json(frame.to_dicts()), output)
    elif form is Format.csv:
        write_answer(flatten_lists(frame).write_csv(), output)
    else:
        from dafeng.cli.register_words import tell_cells

        heads = headings_of(register)
        chosen = frame.select([name for name in columns if name in frame.columns])
        shown = tell_cells(flatten_lists(chosen), register, book.library)
        write_answer(
            draw_table(shown.rename({name: heads.get(name, name) for name in shown.columns}), DIGITS), output
        )


def headings_of(register: Register) -> dict[str, str]:
    """Return column -> name with unit in the language of the terminal; equal names bear their id."""
    words = {
        "row_id": ("行编号", "Row id"), "version": ("版本", "Version"), "state": ("状态", "State"),
        "source": ("数据来源", "Source"), "grade": ("证据等级", "Grade"),
        "changed_at": ("变更时间", "Changed at"), "changed_by": ("变更人", "Changed by"),
        "created_by": ("创建人", "Created by"), "rows": ("行数", "Rows"),
    }  # fmt: skip
    number = 1 if language() == "en" else 0
    found = {name: pair[number] for name, pair in words.items()}
    parts = [
        *((field.id, (field.zh, field.en), field.unit) for field in register.fields),
        *((formula.id, (formula.zh, formula.en), formula.unit) for formula in register.formulas),
        *((child.id, (child.zh, child.en), "") for child in register.lists),
    ]
    for name, names, unit in parts:
        told = heading_of(names[number], unit)
        found[name] = f"{told} [{name}]" if told in found.values() else told
    left_out = ("未计入", "left out")[number]
    return found | {f"{name}_left_out": f"{told}: {left_out}" for name, told in found.items()}


def heading_of(name: str, unit: str) -> str:
    """Return a name with its unit, in Chinese in the words of statistics."""
    from dafeng.register.headings import write_unit

    if unit in {"", "1"}:
        return name
    return f"{name} ({unit if language() == 'en' else write_unit(unit)})"
