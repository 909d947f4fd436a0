"""``dafeng inventory scopes``, ``assess`` and ``cities``: assessment accounts and city accounts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption, draw_table, language, show_frame
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from dafeng.app.assessment_file import FilesAnswer

TermsOption = Annotated[
    Path | None,
    typer.Option(help="构成项 CSV / terms, CSV: region, year, term, stage, unit, value, source, grade"),
]
GdpOption = Annotated[
    Path | None,
    typer.Option(
        help="生产总值指数 CSV，gdp_index 上年＝100（108.5，不是 1.085） / "
        "GDP indices, CSV, previous year = 100: region, year, vintage, gdp_index, gdp_nominal, unit"
    ),
]
FiguresOption = Annotated[
    Path | None,
    typer.Option(
        help="反馈数、核定数 CSV / feedback and approved figures, CSV: "
        "region, period, scope, variable, stage, unit, value, "
        "document_number, document_date, source_id, grade, note_zh, note_en"
    ),
]
ScopeOption = Annotated[
    str | None, typer.Option(help="考核口径 / assessment scope, see `dafeng inventory scopes`")
]
VintageOption = Annotated[
    str | None, typer.Option(help="自测所用生产总值版本 / GDP vintage of the own estimate")
]
OtherOption = Annotated[
    str | None, typer.Option(help="核定数所用生产总值版本 / GDP vintage behind the approved figures")
]


def scopes_command(
    form: FormatOption = Format.table,
    output: Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")] = None,
) -> None:
    """列出考核口径及其构成项、有效期和文号 / list assessment scopes with terms, dates and documents."""
    import polars as pl

    from dafeng import terms
    from dafeng.inventory.assessment import list_scope_terms, list_scopes

    sign = pl.when(pl.col("sign") > 0).then(pl.lit("+")).otherwise(pl.lit("−"))
    parts = (
        list_scope_terms()
        .group_by("scope", maintain_order=True)
        .agg(terms=(sign + pl.col("term")).str.join(" "))
    )
    names = {code: row[language()] for code, row in terms.entries("assessment_scopes").items()}
    shown = list_scopes().join(parts, on="scope", how="left", maintain_order="left")
    shown = shown.with_columns(name=pl.col("scope").replace_strict(names, return_dtype=pl.String))
    columns = ["scope", "name", "terms", "valid_from_year", "valid_to_year", "document_number", "grade"]
    show_frame(shown, columns, form, output)


def assess_command(
    terms: TermsOption = None,
    gdp: GdpOption = None,
    scope: ScopeOption = None,
    output: Annotated[Path | None, typer.Option(help="结果文件夹 / folder of the results")] = None,
    figures: FiguresOption = None,
    vintage: VintageOption = None,
    other_vintage: OtherOption = None,
    template: Annotated[
        Path | None,
        typer.Option(
            help="写出三个输入文件的示例到该文件夹 / write examples of the three input files to a folder"
        ),
    ] = None,
) -> None:
    """按考核口径测算强度和累计下降，分项解释差额 / intensity and reduction of a scope, gaps by term."""
    from dafeng.app.assessment_file import AssessmentRequest, run_assessment, write_assessment_examples

    if template is not None:
        for path in write_assessment_examples(template):
            typer.echo(f"示例 / example → {path}")
    if terms is None or gdp is None or scope is None or output is None:
        if template is None or terms is not None or gdp is not None:
            raise typer.BadParameter("--terms + --gdp + --scope + --output，或 / or --template")
        return
    limit = read_settings().max_file_mb * 2**20
    request = AssessmentRequest(terms, gdp, scope, output, figures, vintage, other_vintage, limit)
    columns = [
        "region", "year", "power_factor", "value", "unit", "reduction_share", "cumulative_share",
        "missing_terms", "grade",
    ]  # fmt: skip
    _show(run_assessment(request), columns, output)


def cities_command(
    city_energy: Annotated[
        Path | None, typer.Option(help="各市用能 CSV 或 XLSX / energy use of the cities, CSV or XLSX")
    ] = None,
    province_energy: Annotated[
        Path | None, typer.Option(help="全省用能 CSV；缺省用省包 / province, CSV; default: the pack's")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="结果文件夹 / folder of the results")] = None,
    template: Annotated[
        Path | None, typer.Option(help="写出空白填报表 CSV 或 XLSX / write an empty form, CSV or XLSX")
    ] = None,
    year: Annotated[int | None, typer.Option(help="填报表年份 / year of the form")] = None,
    pack: PackOption = None,
) -> None:
    """按同一规则核算各市并与全省衔接；或写出填报表 / account the cities by one rule, or write the form."""
    from dafeng.app.assessment_file import CityRequest, run_city_accounts, write_city_template

    settings = read_settings()
    name = pack or settings.pack
    if template is not None:
        form = write_city_template(name, year, template)
        typer.echo(f"{form.rows} 行 / rows → {template}")
        for finding in form.findings:
            typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
    if city_energy is None or output is None:
        if template is None or city_energy is not None or output is not None:
            raise typer.BadParameter("--city-energy + --output，或 / or --template")
        return
    limit = settings.max_file_mb * 2**20
    answer = run_city_accounts(CityRequest(city_energy, output, name, province_energy, limit))
    columns = ["region", "year", "status", "co2_mt", "benchmarked_mt", "power_mt", "reliability_share"]
    _show(answer, columns, output)


def _show(answer: FilesAnswer, columns: list[str], output: Path) -> None:
    typer.echo(draw_table(answer.shown.select(columns)), nl=False)
    for name, rows in answer.rows.items():
        typer.echo(f"{rows} 行 / rows → {output / name}")
    for finding in answer.findings:
        typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
