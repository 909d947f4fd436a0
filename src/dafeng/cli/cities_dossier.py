"""``dafeng cities dossier``: the file of one city's peak plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.notice import DocumentLanguage
from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption, show_frame
from dafeng.settings import read_settings


def dossier_command(
    city: Annotated[str, typer.Argument(help="城市代码或名称 / code or name of the city")],
    output: Annotated[
        Path | None,
        typer.Option(help="文件 .docx、.html 或 .md；缺省打印比较表 / file; default: print the table"),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="只用该日已公布的资料 / known on this day")] = None,
    pack: PackOption = None,
    written: Annotated[
        DocumentLanguage, typer.Option("--language", help="文书语言 / language of the document")
    ] = DocumentLanguage.zh,
    form: FormatOption = Format.table,
) -> None:
    """城市方案档案：目标与全省比较、数据、意见和批复 / file of a city's plan beside the province."""
    from dafeng.app.clock import parse_day
    from dafeng.app.dossier_file import DossierRequest, make_dossier

    day = None if as_of is None else parse_day(as_of)
    made = make_dossier(DossierRequest(pack or read_settings().pack, city, day, output, written.value))
    if output is None:
        columns = [
            "target_id", "target_year", "city_value", "province_value", "unit", "comparison", "observed",
            "period", "grade",
        ]  # fmt: skip
        show_frame(made.rows, columns, form)
    else:
        typer.echo(f"{made.name} → {output}")
    for finding in made.findings:
        typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
