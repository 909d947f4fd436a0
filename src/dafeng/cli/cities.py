"""``dafeng cities``: split the target of a province to its cities."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dafeng.cli.cities_dossier import dossier_command
from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption, draw_table, language, to_json, write_answer
from dafeng.settings import read_settings

if TYPE_CHECKING:
    import polars as pl

    from dafeng.app.cities_split import SplitTables

app = typer.Typer(no_args_is_help=True, help="各市：目标分解 / cities: splitting targets")
app.command("dossier")(dossier_command)


class SplitMethod(StrEnum):
    """How a target is split."""

    all = "all"
    uniform = "uniform"
    uniform_raised = "uniform_raised"
    by_index = "index"
    convergence = "convergence"
    weights = "weights"


@app.command("split")
def split_command(
    file: Annotated[
        Path | None,
        typer.Argument(help="各市数据 CSV 或 XLSX；缺省用省包 / figures of the cities; default: the pack's"),
    ] = None,
    target: Annotated[str | None, typer.Option(help="省包中的目标 / target of the pack")] = None,
    fall: Annotated[
        float | None,
        typer.Option(min=-1, max=0.99, help="全省下降率，0.18 即 18 % / fall of the province, 0.18 = 18 %"),
    ] = None,
    quantity: Annotated[
        str | None,
        typer.Option(help="energy_intensity, carbon_intensity, co2_total, energy_total 或中文 / or Chinese"),
    ] = None,
    base_year: Annotated[int | None, typer.Option(min=1990, max=2099, help="基年 / base year")] = None,
    target_year: Annotated[int | None, typer.Option(min=1991, max=2100, help="目标年 / target year")] = None,
    method: Annotated[
        list[SplitMethod] | None, typer.Option(help="方法，可重复 / method, may be repeated")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="各市权重：region, weight / weights of the cities")
    ] = None,
    index_weights: Annotated[
        Path | None,
        typer.Option(help="指数权重：indicator, weight；缺省等权，非官方 / of the index; default: equal"),
    ] = None,
    lock: Annotated[
        list[str] | None,
        typer.Option(help="锁定一市，可重复：代码=0.2 / lock a city, may be repeated: code=0.2"),
    ] = None,
    limits: Annotated[
        Path | None,
        typer.Option(
            "--locks", help="锁定和上下限：region, locked, lowest, highest / locks and bounds by city"
        ),
    ] = None,
    lowest: Annotated[
        float | None, typer.Option(min=-1, max=1, help="各市下限，0.1 / lowest fall of a city, 0.1")
    ] = None,
    highest: Annotated[
        float | None, typer.Option(min=-1, max=1, help="各市上限，0.25 / highest fall of a city, 0.25")
    ] = None,
    spread: Annotated[
        float | None,
        typer.Option(min=0, max=2, help="各市差距限值，0.06 / largest difference between cities, 0.06"),
    ] = None,
    growth: Annotated[
        Path | None,
        typer.Option(help="各市年均增速：region, yearly_growth, unit / yearly growth of the cities"),
    ] = None,
    province_growth: Annotated[
        float | None, typer.Option(min=-0.5, max=0.5, help="全省年均增速，0.05 / growth of the province")
    ] = None,
    convergence_year: Annotated[
        int | None,
        typer.Option(min=1991, max=2300, help="强度趋同年份 / year in which intensities meet"),
    ] = None,
    residual_fall: Annotated[
        float | None,
        typer.Option(
            min=-1, max=1, help="未分到各市部分自己的下降率 / fall of what no city has, as a block of its own"
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="只用该日已公布的省包数据 / pack figures known on this day")
    ] = None,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")] = None,
) -> None:
    """把全省下降目标分解到各市并校核合计 / split a fall of the province to its cities, and check the sum."""
    from dafeng.app.cities_split import SplitRequest, run_split
    from dafeng.app.clock import parse_day
    from dafeng.cities.split_question import SplitWishes

    settings = read_settings()
    wishes = SplitWishes(
        low=lowest, high=highest, spread=spread, convergence_year=convergence_year,
        residual_fall=residual_fall,
    )  # fmt: skip
    request = SplitRequest(
        pack or settings.pack, parse_day(as_of), file, target, quantity, fall, base_year, target_year,
        tuple(one.value for one in method or [SplitMethod.all]), limits, growth, weights, index_weights,
        tuple(lock or ()), wishes, province_growth, settings.max_file_mb * 2**20,
    )  # fmt: skip
    _show(run_split(request), form, output)


@app.command("template")
def template_command(
    output: Annotated[Path, typer.Option(help="CSV 或 XLSX / CSV or XLSX")],
    base_year: Annotated[int, typer.Option(min=1990, max=2099, help="基年 / base year")] = 2025,
    target_year: Annotated[int, typer.Option(min=1991, max=2100, help="目标年 / target year")] = 2030,
    pack: PackOption = None,
) -> None:
    """写出各市数据的空白填报表 / write an empty form for the figures of the cities."""
    from dafeng.app.cities_split import write_figure_template

    rows = write_figure_template(pack or read_settings().pack, (base_year, target_year), output)
    typer.echo(f"{rows} 行 / rows → {output}")


def _show(made: SplitTables, form: Format, output: Path | None) -> None:
    """Write the allocation; for CSV the check stands on standard error."""
    import polars as pl

    names = pl.col("region").replace_strict(made.names, default=None, return_dtype=pl.String)
    allocation = made.allocation.with_columns(city=names)
    check = "".join(_tell(row) for row in made.check.iter_rows(named=True))
    if form is Format.json:
        answer = {
            "allocation": allocation.to_dicts(), "check": made.check.to_dicts(),
            "notes": [{"code": f.code, "zh": f.text("zh"), "en": f.text("en")} for f in made.findings],
        }  # fmt: skip
        write_answer(to_json(answer), output)
        return
    if form is Format.csv:
        write_answer(allocation.write_csv(), output)
        typer.echo(check, nl=False, err=True)
    else:
        write_answer(draw_table(_compare(allocation)) + check, output)
    for finding in made.findings:
        typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)


def _tell(row: dict[str, Any]) -> str:
    """Return the check of one method in a line or two, Chinese and English names."""

    def share(value: float | None) -> str:
        return "—" if value is None else f"{100 * value:.2f} %"

    def amount(value: float | None) -> str:
        return "—" if value is None else f"{value:.6g}"

    sums = f"{amount(row['cities_sum'])} / {amount(row['allowed'])} {row['unit']}"
    growth = f"{amount(row['weighted_growth'])} / {amount(row['mean_growth'])}"
    facts = {
        "要求 required": share(row["required"]), "达到 reached": share(row["reached"]),
        "各市合计/允许 sum/allowed": sums, "余量 gap": amount(row["gap"]),
        "达标统一降幅 uniform needed": share(row["uniform_needed"]),
        "加权/全省增长 weighted/mean growth": growth, "未分到各市 residual": amount(row["residual"]),
        "有数城市 cities known": f"{row['cities_known']}/{row['cities_all']}",
    }  # fmt: skip
    parts = [f"{name} {value}" for name, value in facts.items()]
    said = [
        f"{row['method']}: {_words('outcome')[row['outcome']]}",
        "  " + " · ".join(parts[:4]), "  " + " · ".join(parts[4:]),
    ]  # fmt: skip
    return "\n".join(said) + "\n"


def _compare(allocation: pl.DataFrame) -> pl.DataFrame:
    """Return one row a city and one column a method: the fall in percent, or why there is none."""
    import polars as pl

    marks = {"locked": " 锁 L", "bounded": " |"}
    shown = (
        pl.when(pl.col("assigned").is_null())
        .then(pl.col("status").replace(_words("status")))
        .otherwise(
            pl.format(
                "{} %{}",
                (100 * pl.col("assigned")).round(3),
                pl.col("status").replace_strict(marks, default=""),
            )
        )
    )
    methods = allocation["method"].unique(maintain_order=True).to_list()
    keys = ["region", "city", "base", "unit", "growth_ratio"]
    by_city = allocation.with_columns(shown=shown).pivot("method", index=keys, values="shown")
    lacking = (
        allocation.group_by("region", maintain_order=True)
        .agg(pl.col("missing_items").drop_nulls().str.split(";").explode().unique(maintain_order=True))
        .with_columns(pl.col("missing_items").list.join(";").replace("", None))
    )
    return by_city.select(*keys, *methods).join(lacking, on="region", maintain_order="left")


def _words(kind: str) -> dict[str, str]:
    """Return the names of the codes of an allocation in the language of the terminal."""
    from dafeng import terms

    return {code: row[language()] for code, row in terms.entries(f"allocation_{kind}").items()}
