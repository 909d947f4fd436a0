"""``dafeng terms``: the national vocabularies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.output import Format, FormatOption, show_frame

app = typer.Typer(no_args_is_help=True, help="词表 / vocabularies")


@app.command("list")
def list_command(
    vocabulary: Annotated[str | None, typer.Argument(help="词表名 / name of the vocabulary")] = None,
    form: FormatOption = Format.table,
    output: Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")] = None,
) -> None:
    """列出词表，或一个词表的代码 / list the vocabularies, or the codes of one."""
    import polars as pl

    from dafeng import terms
    from dafeng.errors import Finding, InputRefused
    from dafeng.table import Suggestion

    known = terms.vocabularies()
    if vocabulary is None:
        frame = pl.DataFrame({"vocabulary": known, "codes": [len(terms.entries(v)) for v in known]})
        show_frame(frame, frame.columns, form, output)
        return
    if vocabulary not in known:
        params = {"what": "vocabulary", "value": vocabulary, "suggestion": Suggestion(vocabulary, known)}
        raise InputRefused([Finding("id_unknown", params=params)])
    frame = pl.DataFrame([dict(row) for row in terms.entries(vocabulary).values()])
    show_frame(frame, [c for c in ("code", "zh", "en") if c in frame.columns], form, output)
