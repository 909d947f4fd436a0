"""Audits of time series and of firms, and the catalogue of rules: commands of ``dafeng balance``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.output import Format, FormatOption, language, show_frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.app.audit_file import AuditAnswer
    from dafeng.errors import Finding

EXIT_NEGATIVE = 3
ERRORS_SHOWN = 10
SHOWN = ("severity", "rule", "region", "year", "firm_id", "row", "fuel")

SuppressOption = Annotated[
    Path | None,
    typer.Option("--suppress", help="豁免条目 TOML，每条须有理由 / suppressions, TOML, each with a reason"),
]
BoundsOption = Annotated[
    Path | None, typer.Option("--bounds", help="审核界限 TOML，表 [bounds] / bounds, TOML, table [bounds]")
]
FindingsOption = Annotated[
    Path | None, typer.Option("--output", help="写入 .xlsx 或 .csv / file to write, .xlsx or .csv")
]


def add_audit_commands(app: typer.Typer) -> None:
    """Add the commands to the group of balances."""
    app.command("audit-series")(series_command)
    app.command("audit-firms")(firms_command)
    app.command("rules")(rules_command)


def show_audit(answer: AuditAnswer, form: Format, output: Path | None) -> None:
    """Show what an audit found and leave with 3 if an error stands."""
    import polars as pl

    table = answer.report.table
    if output is None:
        standing = table if form is not Format.table else table.filter(~pl.col("suppressed"))
        show_frame(standing, [*SHOWN, f"text_{language()}"], form)
    else:
        show_errors(answer.report.findings)
    for finding in (*answer.read, *(f for f in answer.report.findings if f.code != "audit_finding")):
        typer.echo(f"{finding.text('zh')}\n{finding.text('en')}", err=True)
    counts = table.filter(~pl.col("suppressed"))["severity"].value_counts()
    by = dict(counts.iter_rows())
    words = {"error": "错误 errors", "warning": "警告 warnings", "note": "提示 notes"}
    told = " · ".join(f"{word} {by.get(code, 0)}" for code, word in words.items())
    told += f" · 已豁免 suppressed {table['suppressed'].sum()}"
    typer.echo(told + (f" → {output}" if output else ""), err=True)
    if answer.exit_negative:
        sys.exit(EXIT_NEGATIVE)


def show_errors(findings: Iterable[Finding]) -> None:
    """Print the first errors of an audit with their place on standard error, Chinese first."""
    errors = [f for f in findings if f.code == "audit_finding" and f.severity == "error"]
    for finding in errors[:ERRORS_SHOWN]:
        typer.echo(f"{finding.text('zh')}\n{finding.text('en')}", err=True)
    rest = len(errors) - ERRORS_SHOWN
    if rest > 0:
        typer.echo(f"… 另有 {rest} 条 / … and {rest} more", err=True)


def series_command(
    files: Annotated[list[Path], typer.Argument(help="序列 CSV，可多个 / series, CSV, one or several")],
    same: Annotated[
        list[str] | None,
        typer.Option(
            "--same",
            help="同一指标的另一名称 / other name of a variable: electricity_consumption=consumption",
        ),
    ] = None,
    parts: Annotated[
        list[str] | None, typer.Option("--parts", help="下级地区个数 / number of parts of a region: CN=30")
    ] = None,
    suppress: SuppressOption = None,
    bounds: BoundsOption = None,
    form: FormatOption = Format.table,
    output: FindingsOption = None,
) -> None:
    """审核时间序列：突变、口径、版本、合计 / audit series: breaks, definitions, vintages, sums."""
    from dafeng.app.audit_file import AuditControl, SeriesRequest, run_series_audit

    counts = {region: _count(value) for region, value in _pairs(parts or ())}
    request = SeriesRequest(
        tuple(files), dict(_pairs(same or ())), counts, AuditControl(suppress, bounds, output)
    )
    show_audit(run_series_audit(request), form, output)


def firms_command(
    purchase: Annotated[Path, typer.Option(help="购进、消费与库存（205-1）/ energy bought, used, in stock")],
    transformation: Annotated[Path | None, typer.Option(help="加工转换（205-2）/ transformation")] = None,
    unit_energy: Annotated[
        Path | None, typer.Option(help="单位产品能耗（205-3）/ energy of a unit of product")
    ] = None,
    last_year: Annotated[
        Path | None,
        typer.Option(help="上年同名文件所在文件夹 / folder with last year's files of the same names"),
    ] = None,
    suppress: SuppressOption = None,
    bounds: BoundsOption = None,
    form: FormatOption = Format.table,
    output: FindingsOption = None,
) -> None:
    """逐家审核企业报表，只读单位代码 / audit the forms of firms by code, without names."""
    from dafeng.app.audit_file import AuditControl, FirmRequest, run_firm_audit

    control = AuditControl(suppress, bounds, output)
    show_audit(
        run_firm_audit(FirmRequest(purchase, transformation, unit_energy, last_year, control)), form, output
    )


def rules_command(
    form: FormatOption = Format.table,
    output: Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")] = None,
) -> None:
    """列出审核规则、依据和界限来源 / list the rules, their reasons and the sources of their bounds."""
    from dafeng.balance.audit import rules_table

    told = language()
    show_frame(
        rules_table(),
        ["rule", "group", "severity", f"name_{told}", f"why_{told}", "thresholds"],
        form,
        output,
    )


def _pairs(texts: Iterable[str]) -> list[tuple[str, str]]:
    from dafeng.errors import InputRefused

    split = [tuple(part.strip() for part in text.split("=", 1)) for text in texts]
    for text, pair in zip(texts, split, strict=True):
        if len(pair) != 2 or not all(pair):
            raise InputRefused.of("audit_pair_invalid", value=text)
    return [(pair[0], pair[1]) for pair in split]


def _count(text: str) -> int:
    from dafeng.errors import InputRefused

    if not text.isdecimal():
        raise InputRefused.of("audit_pair_invalid", value=text)
    return int(text)
