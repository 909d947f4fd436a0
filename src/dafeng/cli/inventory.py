"""``dafeng inventory``: emissions from an energy table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.inventory_accounts import assess_command, cities_command, scopes_command
from dafeng.cli.inventory_consumption import consumption_command
from dafeng.cli.inventory_guideline import guideline_command
from dafeng.cli.inventory_uncertainty import uncertainty_command
from dafeng.settings import read_settings

NOTES_SHOWN = 20

app = typer.Typer(no_args_is_help=True, help="排放清单 / emission inventory")
app.command("guideline")(guideline_command)
app.command("consumption")(consumption_command)
app.command("uncertainty")(uncertainty_command)
app.command("scopes")(scopes_command)
app.command("assess")(assess_command)
app.command("cities")(cities_command)


@app.command("run")
def run_command(
    energy: Annotated[Path, typer.Option(help="用能表 CSV / energy use, CSV")],
    output: Annotated[Path, typer.Option(help="结果 CSV / result, CSV")],
    cement: Annotated[Path | None, typer.Option(help="水泥产量 CSV / cement output, CSV")] = None,
    accept_findings: Annotated[
        bool,
        typer.Option(
            "--accept-findings",
            help="有可疑数据也照算，清单写在结果旁 / compute in spite of findings and list them beside",
        ),
    ] = False,
) -> None:
    """按 CEADs 部门法计算二氧化碳排放 / CO2 by the CEADs sectoral approach."""
    from dafeng.app.inventory_file import InventoryRequest, run_inventory

    limit = read_settings().max_file_mb * 2**20
    answer = run_inventory(InventoryRequest(energy, output, cement, accept_findings, limit))
    typer.echo(f"{answer.rows} 行 / rows → {output}")
    for finding in answer.findings[:NOTES_SHOWN]:
        if finding.severity == "note":
            typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
    if answer.findings_path is not None:
        typer.echo(f"{len(answer.findings)} 处可疑数据 / findings → {answer.findings_path}", err=True)
