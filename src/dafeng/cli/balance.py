"""``dafeng balance``: energy balance tables - read, check, convert, close, draw."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.balance_audit import add_audit_commands
from dafeng.cli.output import Format, FormatOption, show_frame
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.balance import ElectricityBasis, ReadOptions
    from dafeng.errors import Finding

FINDINGS_SHOWN = 20
LEAST_MT = 0.1
"""Size from which a quantity is also given in Mt. [Mt]"""

app = typer.Typer(no_args_is_help=True, help="能源平衡表 / energy balance tables")
add_audit_commands(app)


class MeasureChoice(StrEnum):
    """Physical quantities or standard coal."""

    physical = "physical"
    coal_equivalent = "coal_equivalent"


class SignsChoice(StrEnum):
    """Sign of transformation input: negative as in the yearbook, or positive."""

    yearbook = "yearbook"
    input_positive = "input_positive"


class BasisChoice(StrEnum):
    """How electricity counts in standard coal."""

    calorific = "calorific"
    equivalent = "equivalent"


class LayoutChoice(StrEnum):
    """The official table, or one line a cell."""

    wide = "wide"
    long = "long"


class DifferenceChoice(StrEnum):
    """How the statistical difference is treated when a balance is closed."""

    observed = "observed"
    small = "small"
    bounded = "bounded"
    zero = "zero"


FileArgument = Annotated[
    Path, typer.Argument(help="平衡表 XLSX、XLS 或 CSV / balance as XLSX, XLS or CSV", show_default=False)
]
RegionOption = Annotated[
    str, typer.Option(help="地区（标题里没有时；长表只读该省） / province, if the title lacks it")
]
YearOption = Annotated[
    int | None,
    typer.Option(min=1949, max=2100, help="年份（标题里没有时；长表只读该年） / year, if the title lacks it"),
]
EditionOption = Annotated[str, typer.Option(help="表式；缺省自动识别 / layout; default: recognised")]
AcceptOption = Annotated[
    bool,
    typer.Option("--accept-findings", help="有可疑处也照读并列出 / read in spite of findings, list them"),
]
SignsOption = Annotated[
    SignsChoice | None,
    typer.Option("--signs", help="输入表的符号约定；缺省自动识别 / signs of the input; default: recognised"),
]
BasisOption = Annotated[
    BasisChoice | None,
    typer.Option(help="电力口径：当量值或等价值 / electricity by calorific or equivalent value"),
]
GceOption = Annotated[
    float | None,
    typer.Option("--gce-per-kwh", min=50, max=1000, help="电力系数，克标准煤/千瓦时 / gce per kWh"),
]


@app.command("editions")
def editions_command(form: FormatOption = Format.table) -> None:
    """列出已知表式 / list the known layouts."""
    import polars as pl

    from dafeng.balance import editions

    rows = [
        {
            "code": edition.code, "zh": edition.zh, "en": edition.en, "valid_from": edition.valid_from,
            "valid_to": edition.valid_to, "rows": len(edition.rows), "fuels": len(edition.columns),
            "note_zh": edition.note_zh, "note_en": edition.note_en,
        }
        for edition in editions().values()
    ]  # fmt: skip
    show_frame(pl.DataFrame(rows), ["code", "zh", "valid_from", "valid_to", "rows", "fuels", "note_zh"], form)


@app.command("convert")
def convert_command(
    file: FileArgument,
    output: Annotated[Path, typer.Option(help="结果 .xlsx 或 .csv / result, .xlsx or .csv")],
    edition: Annotated[str, typer.Option(help="结果的表式 / layout of the result")] = "",
    measure: Annotated[
        MeasureChoice | None, typer.Option(help="实物量或标准煤 / physical or standard coal")
    ] = None,
    electricity_basis: BasisOption = None,
    gce_per_kwh: GceOption = None,
    signs: Annotated[
        SignsChoice, typer.Option(help="结果中加工转换的符号 / sign of transformation in the result")
    ] = SignsChoice.yearbook,
    layout: Annotated[
        LayoutChoice, typer.Option(help="官方表式或长表 / official table or one line a cell")
    ] = LayoutChoice.wide,
    coefficients: Annotated[
        Path | None,
        typer.Option(
            help="自备折标系数 CSV（fuel,coefficient,unit,source） / own coefficients of standard coal"
        ),
    ] = None,
    region: RegionOption = "",
    year: YearOption = None,
    input_edition: Annotated[str, typer.Option(help="输入表的表式 / layout of the input")] = "",
    input_signs: Annotated[
        SignsChoice | None, typer.Option(help="输入表的符号约定 / sign convention of the input")
    ] = None,
    accept_findings: AcceptOption = False,
) -> None:
    """换表式、计量或符号 / change layout, measure or signs."""
    from dafeng.app.balance_file import ConvertRequest, run_convert

    electricity = _electricity(electricity_basis, gce_per_kwh)
    options = _options(region, year, input_edition, input_signs, electricity, accept=accept_findings)
    answer = run_convert(
        ConvertRequest(
            file,
            output,
            edition,
            measure.value if measure else None,
            electricity,
            signs.value,
            layout.value,
            coefficients,
            options,
        )
    )
    typer.echo(
        f"{answer.read.edition.code} → {answer.balance.edition}, {answer.balance.measure}: "
        f"{answer.balance.cells.height} 个单元格 / cells → {output}"
    )
    for step in answer.steps:
        typer.echo(f"{step.zh}\n{step.en}")
    if answer.audit_errors:
        count = answer.audit_errors
        typer.echo(f"该表有 {count} 处未通过审核的错误 / {count} audit errors stand: {file}", err=True)
    show_findings(answer.findings)


@app.command("audit")
def audit_command(
    file: FileArgument,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="另一版本或另一计量的表 / another release, or the table in the other measure"),
    ] = None,
    suppress: Annotated[
        Path | None, typer.Option(help="豁免清单 TOML，须有理由 / suppressions with their reasons, TOML")
    ] = None,
    bounds: Annotated[Path | None, typer.Option(help="自定阈值 TOML / own thresholds, TOML")] = None,
    output: Annotated[Path | None, typer.Option(help="结果 .xlsx 或 .csv / findings, .xlsx or .csv")] = None,
    region: RegionOption = "",
    year: YearOption = None,
    edition: EditionOption = "",
    signs: SignsOption = None,
    electricity_basis: BasisOption = None,
    gce_per_kwh: GceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """审核平衡表；有错误时退出码为 3 / audit a balance; exit code 3 if errors stand.

    An audit tells what it met while reading and goes on; it refuses only what cannot be read at all.
    """
    from dafeng.app.audit_file import AuditControl, AuditRequest, run_audit
    from dafeng.cli.balance_audit import show_audit

    electricity = _electricity(electricity_basis, gce_per_kwh)
    options = _options(region, year, edition, signs, electricity, accept=True)
    answer = run_audit(
        AuditRequest(file, tuple(against or ()), options, AuditControl(suppress, bounds, output))
    )
    if form is Format.table and answer.differences is not None:
        show_differences(answer.differences.to_dicts())
    show_audit(answer, form, output)


@app.command("reconcile")
def reconcile_command(
    file: FileArgument,
    output: Annotated[Path, typer.Option(help="结果文件夹 / folder of the results")],
    difference: Annotated[
        DifferenceChoice, typer.Option(help="平衡差额的处理 / treatment of the statistical difference")
    ] = DifferenceChoice.observed,
    difference_share: Annotated[
        float,
        typer.Option(min=0, max=1, help="平衡差额的幅度，占最大单元格 / its size, share of the largest cell"),
    ] = 0.01,
    match_transfers: Annotated[
        bool, typer.Option("--match-transfers", help="各省调入等于调出 / transfers between provinces match")
    ] = False,
    default_grade: Annotated[
        str, typer.Option(help="没有等级的数据按此等级 / grade of figures without one")
    ] = "B",
    accept_findings: AcceptOption = False,
) -> None:
    """由互相矛盾的数据编成闭合平衡表 / close a balance from conflicting figures."""
    from dafeng.app.reconcile_file import ReconcileRequest, run_reconcile
    from dafeng.balance.reconcile import ReconcileOptions

    options = ReconcileOptions(difference.value, difference_share, match_transfers, default_grade)
    answer = run_reconcile(
        ReconcileRequest(file, output, options, accept_findings, read_settings().max_file_mb * 2**20)
    )
    done = answer.summary
    typer.echo(
        f"{done.cells} 个单元格 / cells, {done.identities} 条恒等式 / identities, "
        f"最大残差 / largest residual {done.largest_residual:.1e}"
    )
    chance = "" if done.p_value is None else f", p = {done.p_value:.3g}"
    typer.echo(f"χ² {done.chi_square:.1f}, 自由度 / degrees of freedom {done.freedom}{chance}")
    for path in answer.files:
        typer.echo(f"→ {path}")
    show_findings(answer.findings)


@app.command("flow")
def flow_command(
    file: FileArgument,
    output: Annotated[Path, typer.Option(help="结果 .csv 或 .html / result, .csv or .html")],
    region: RegionOption = "",
    year: YearOption = None,
    edition: EditionOption = "",
    signs: SignsOption = None,
    electricity_basis: BasisOption = None,
    gce_per_kwh: GceOption = None,
    accept_findings: AcceptOption = False,
) -> None:
    """能流图：表或网页 / energy flow as a table or a page."""
    from dafeng.app.balance_file import run_flow

    electricity = _electricity(electricity_basis, gce_per_kwh)
    answer = run_flow(
        file, output, _options(region, year, edition, signs, electricity, accept=accept_findings)
    )
    show_differences(answer.differences.to_dicts())
    left = "、".join(answer.undrawn["fuel"].unique().sort())
    if left:
        typer.echo(f"没有公布热值、未画入 / no calorific value, not drawn: {left}")
    typer.echo(f"{answer.flow.height} 条流 / flows → {output}")
    show_findings(answer.findings)


def show_differences(rows: Iterable[dict[str, object]]) -> None:
    """Print statistical differences, the largest share first."""
    from dafeng import terms
    from dafeng.errors import LANGUAGES

    for row in rows:
        fuel, value, share = str(row["fuel"]), row["difference"], row["share"]
        words = dict.fromkeys(terms.unit_name(str(row["unit"]), told) for told in LANGUAGES)
        size = f"{value:,.2f} {' / '.join(words)}"
        if row["unit"] == "10^4 t" and abs(float(str(value))) >= LEAST_MT * 100:
            size += f" = {float(str(value)) / 100:,.1f} Mt"
        part = f", {float(str(share)):.1%} 全部来源 / of all that came in" if share is not None else ""
        names = f"{terms.name('balance_fuels', fuel, 'zh')} {terms.name('balance_fuels', fuel, 'en')}"
        typer.echo(f"平衡差额 / statistical difference {row['region']} {row['year']} {names}: {size}{part}")


def show_findings(findings: Iterable[Finding]) -> None:
    """Print what was found on standard error, Chinese first."""
    found = list(findings)
    for finding in found[:FINDINGS_SHOWN]:
        typer.echo(f"{finding.text('zh')}\n{finding.text('en')}", err=True)
    if len(found) > FINDINGS_SHOWN:
        rest = len(found) - FINDINGS_SHOWN
        typer.echo(f"另有 {rest} 处 / {rest} more findings", err=True)


def _electricity(basis: BasisChoice | None, gce_per_kwh: float | None) -> ElectricityBasis | None:
    """Return how electricity counts; the equivalent value needs its coefficient."""
    from dafeng.balance import ElectricityBasis
    from dafeng.balance.coal_equivalent import CALORIFIC_GCE
    from dafeng.errors import InputRefused

    if basis is None and gce_per_kwh is None:
        return None
    if basis is None or (basis is BasisChoice.equivalent and gce_per_kwh is None):
        raise InputRefused.of("balance_gce_missing")
    return ElectricityBasis(basis.value, CALORIFIC_GCE if gce_per_kwh is None else gce_per_kwh)


def _options(
    region: str, year: int | None, edition: str, signs: SignsChoice | None,
    electricity: ElectricityBasis | None, *, accept: bool,
) -> ReadOptions:  # fmt: skip
    from dafeng.balance import ReadOptions

    return ReadOptions(
        region=region, year=year, edition=edition, electricity=electricity,
        signs=signs.value if signs else None, accept_findings=accept,
        max_bytes=read_settings().max_file_mb * 2**20,
    )  # fmt: skip
