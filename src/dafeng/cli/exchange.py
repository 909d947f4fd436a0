"""``dafeng export`` and ``dafeng import``: IAMC tables, data packages, workbooks."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.settings import read_settings

if TYPE_CHECKING:
    from dafeng.errors import Finding

NOTES_SHOWN = 20

import_app = typer.Typer(no_args_is_help=True, help="读入其他格式 / read other formats")


class ExportForms(StrEnum):
    """What results are written as."""

    iamc = "iamc"
    iamc_wide = "iamc-wide"
    datapackage = "datapackage"
    xlsx = "xlsx"


class ImportForms(StrEnum):
    """What an IAMC table is turned into."""

    iamc = "iamc"
    lines = "lines"


def export_command(
    output: Annotated[
        Path, typer.Option(help="写入文件；数据包为文件夹或 .zip / file; for a data package a folder or .zip")
    ],
    form: Annotated[ExportForms, typer.Option("--as", help="格式：IAMC 长表、宽表、数据包、工作簿 / format")],
    run: Annotated[
        Path | None, typer.Option(help="dafeng run 的输出文件夹 / output folder of dafeng run")
    ] = None,
    table: Annotated[
        list[str] | None, typer.Option(help="只导出该表，可重复 / only this table, may be repeated")
    ] = None,
    model: Annotated[str | None, typer.Option(help="IAMC 表的模型名 / model name of IAMC tables")] = None,
) -> None:
    """把一次运行的结果写成 IAMC 表、frictionless 数据包或 Excel / results as IAMC, data package or Excel."""
    from dafeng.app.exchange_file import ExportRequest, export_run

    more = {} if model is None else {"model": model}
    folder = run or Path(read_settings().out)
    answer = export_run(ExportRequest(folder, form.value, output, tuple(table or ()), **more))
    replaced = "（已替换原有内容 / replaced what was there）" if answer.replaced else ""
    typer.echo(f"{answer.count} 行或表 / rows or tables → {output}{replaced}")
    _tell(answer.findings)


@import_app.command("iamc")
def iamc_command(
    file: Annotated[Path, typer.Argument(help="IAMC 长表或宽表，CSV 或 XLSX / IAMC table, long or wide")],
    output: Annotated[Path, typer.Option(help="结果 CSV / result, CSV")],
    form: Annotated[
        ImportForms, typer.Option("--as", help="IAMC 长表，或排放行 / long IAMC table, or emission lines")
    ] = ImportForms.iamc,
    scenario: Annotated[str | None, typer.Option(help="只取该情景 / only this scenario")] = None,
    accept_findings: Annotated[
        bool,
        typer.Option(
            "--accept-findings", help="不认识的变量和单位原样保留 / keep unknown variables and units"
        ),
    ] = False,
) -> None:
    """读入 IAMC 表，核对变量和单位 / read an IAMC table and check its variables and units."""
    from dafeng.app.exchange_file import ImportRequest, import_iamc

    limit = read_settings().max_file_mb * 2**20
    answer = import_iamc(ImportRequest(file, output, form.value, scenario, accept_findings, limit))
    typer.echo(f"{answer.count} 行 / rows → {output}")
    _tell(answer.findings)


def _tell(findings: tuple[Finding, ...]) -> None:
    for finding in findings[:NOTES_SHOWN]:
        typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
