"""``dafeng decompose``: why a total changed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dafeng.settings import read_settings


class EffectForm(StrEnum):
    """How effects are given."""

    additive = "additive"
    multiplicative = "multiplicative"
    both = "both"


def decompose_command(
    file: Annotated[
        Path,
        typer.Argument(
            help="因素表 CSV：year, category 和各因素列 / factors, CSV: year, category, one column each"
        ),
    ],
    factors: Annotated[str, typer.Option(help="因素列，以逗号分隔 / factor columns, comma-separated: a,b,c")],
    output: Annotated[Path, typer.Option(help="结果 CSV：from, to, factor, value / result, CSV")],
    by: Annotated[
        str, typer.Option(help="分组列，如 region；各组分别分解 / grouping columns, decomposed apart")
    ] = "",
    by_category: Annotated[
        bool, typer.Option("--by-category", help="结果分类别列出 / one row a category")
    ] = False,
    chained: Annotated[
        bool,
        typer.Option(
            "--chained/--not-chained",
            help="逐年链式，或各年与首年相比 / year on year, or against the first year",
        ),
    ] = True,
    form: Annotated[
        EffectForm, typer.Option(help="加法、乘法或两者 / additive, multiplicative or both")
    ] = EffectForm.additive,
) -> None:
    """LMDI 分解：总量为何变化 / LMDI: why a total changed."""
    from dafeng.app.decompose_file import DecomposeRequest, run_decompose

    request = DecomposeRequest(
        file, output, _names(factors), _names(by), chained, form.value, by_category,
        read_settings().max_file_mb * 2**20,
    )  # fmt: skip
    typer.echo(f"{run_decompose(request)} 行 / rows → {output}")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("，", ",").split(",") if name.strip())
