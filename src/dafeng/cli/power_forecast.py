"""``dafeng power forecast``: train a forecast of wind or PV, use it, judge it, correct a year for weather."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.output import Format, FormatOption, draw_table, show_frame, show_progress
from dafeng.settings import read_settings

if TYPE_CHECKING:
    import polars as pl

    from dafeng.app.power_forecast_file import StationFiles
    from dafeng.errors import Finding

app = typer.Typer(
    no_args_is_help=True,
    help="功率预报：训练、预报、评分、天气校正 / forecasts of wind and PV: train, predict, score, normalise",
)


class Kinds(StrEnum):
    """What the stations are."""

    wind = "wind"
    pv = "pv"


class Horizons(StrEnum):
    """How far ahead: 4 hours, 24-48 hours, 2-7 days."""

    ultra_short = "ultra_short"
    day_ahead = "day_ahead"
    medium = "medium"


class Methods(StrEnum):
    """Gradient boosting, or baselines alone."""

    lightgbm = "lightgbm"
    statistics = "statistics"


PowerArgument = Annotated[
    Path,
    typer.Argument(help="出力历史 CSV：station,time,power,unit,capacity_mw,curtailed / history of output"),
]
WeatherOption = Annotated[
    Path | None,
    typer.Option(
        help="天气 CSV：station,issued,valid 加数值列；实测天气的 issued 等于 valid / weather: "
        "station,issued,valid and columns of numbers; measured weather is issued when valid"
    ),
]
KindOption = Annotated[Kinds, typer.Option(help="风电或光伏 / wind or PV")]
HorizonOption = Annotated[
    Horizons,
    typer.Option(help="预见期：4 小时、24—48 小时、2—7 天 / leads: 4 h, 24-48 h, 2-7 days"),
]
MethodOption = Annotated[
    Methods,
    typer.Option(
        help="梯度提升树，或只用统计基线 / gradient-boosted trees, or statistics alone (no extra needed)"
    ),
]
GapsOption = Annotated[
    bool, typer.Option("--accept-gaps", help="缺行按缺测处理 / take moments without a row as missing")
]


@app.command("train")
def train_command(
    power: PowerArgument,
    kind: KindOption,
    output: Annotated[Path, typer.Option(help="模型文件 JSON / model file, JSON")],
    weather: WeatherOption = None,
    horizon: HorizonOption = Horizons.day_ahead,
    method: MethodOption = Methods.lightgbm,
    until: Annotated[
        str | None, typer.Option(help="只用该时刻以前的出力 / use output before this time only, 2026-11-22")
    ] = None,
    accept_gaps: GapsOption = False,
) -> None:
    """训练：每个场站一个模型，连同相关性写入一个文件 / train: a model for each station, one file."""
    from dafeng.app.power_forecast_file import train_forecast
    from dafeng.power.forecast.model import TrainPlan

    plan = TrainPlan(kind.value, horizon.value, method.value)
    with show_progress() as job:
        answer = train_forecast(_files(power, weather, accept_gaps=accept_gaps), plan, output, until, job)
    _tell(answer.notes)
    for model in answer.models:
        typer.echo(
            f"{model.station}: {model.method}，{model.samples} 个样本 / samples，"
            f"{model.trained_from} — {model.trained_to}，剔除限电 / curtailed {model.flagged}"
        )
        if model.weather == "measured":
            _warn_bound()
    typer.echo(f"{len(answer.models)} 个模型 / models → {output}")


@app.command("predict")
def predict_command(
    model: Annotated[Path, typer.Argument(help="模型文件 / model file")],
    power: PowerArgument,
    output: Annotated[Path, typer.Option(help="预报 CSV / forecast, CSV")],
    weather: WeatherOption = None,
    since: Annotated[
        str | None,
        typer.Option(help="从该起报时刻起，缺省最新一次 / issues from this time on; default the newest"),
    ] = None,
    total: Annotated[
        str | None,
        typer.Option(help="另给合计，以此为名，区间计及相关性 / add a total of this name, dependence kept"),
    ] = None,
    total_capacity_mw: Annotated[
        float | None,
        typer.Option(min=0.001, help="合计所代表的装机，兆瓦 / capacity the total stands for, MW"),
    ] = None,
    accept_gaps: GapsOption = False,
) -> None:
    """预报：期望值与分位数 / predict: expected output and quantiles."""
    from dafeng.app.power_forecast_file import Total, predict_forecast

    wanted = Total(total, total_capacity_mw) if total else None
    answer = predict_forecast(model, _files(power, weather, accept_gaps=accept_gaps), output, since, wanted)
    _tell(answer.notes)
    if "measured" in answer.table["weather"]:
        _warn_bound()
    typer.echo(f"{answer.table.height} 行 / rows → {output}")


@app.command("score")
def score_command(
    power: PowerArgument,
    kind: KindOption,
    test_from: Annotated[str, typer.Option(help="检验始于 / first day of the test, 2025-01-01")],
    output: Annotated[Path, typer.Option(help="评分，CSV，或 .html 网页 / scores, CSV or an .html page")],
    weather: WeatherOption = None,
    horizon: HorizonOption = Horizons.day_ahead,
    method: MethodOption = Methods.lightgbm,
    test_to: Annotated[str | None, typer.Option(help="检验止于 / last day of the test")] = None,
    retrain_months: Annotated[
        int,
        typer.Option(min=0, max=120, help="每几个月重新训练，0 为一次 / months between trainings, 0: once"),
    ] = 3,
    pack: Annotated[str | None, typer.Option(help="取考核规则的省包 / pack whose rules are used")] = None,
    form: FormatOption = Format.table,
    accept_gaps: GapsOption = False,
) -> None:
    """评分：滚动起报的后验检验，只用当时所知 / score: rolling backtest with what was known at each issue."""
    from dafeng.app.power_forecast_file import ScoreRequest, score_forecast
    from dafeng.power.forecast.model import TrainPlan

    request = ScoreRequest(
        _files(power, weather, accept_gaps=accept_gaps),
        TrainPlan(kind.value, horizon.value, method.value), test_from, test_to, retrain_months,
        pack or read_settings().pack, output,
    )  # fmt: skip
    with show_progress() as job:
        answer = score_forecast(request, job)
    _tell(answer.notes)
    if "measured" in answer.table["weather"]:
        _warn_bound()
    if form is Format.table:
        typer.echo(draw_table(_widen(answer.table)), nl=False)
        first = answer.table.row(0, named=True)
        typer.echo(
            f"训练始于 {first['train_from']}，检验 {first['test_from']} — {first['test_to']}，"
            f"训练 {first['folds']} 次\ntraining from {first['train_from']}, "
            f"test {first['test_from']} to {first['test_to']}, trained {first['folds']} times"
        )
    else:
        show_frame(answer.table, answer.table.columns, form)
    typer.echo(f"{answer.table.height} 个评分 / scores → {output}")


@app.command("normalise")
def normalise_command(
    power: PowerArgument,
    kind: KindOption,
    weather: Annotated[Path, typer.Option(help="多年天气 CSV / weather of several years, CSV")],
    output: Annotated[Path, typer.Option(help="结果 CSV / result, CSV")],
    form: FormatOption = Format.table,
    accept_gaps: GapsOption = False,
) -> None:
    """天气校正：这一年若逢多年平均天气会发多少 / what a year would have generated in the mean weather."""
    from dafeng.app.power_forecast_file import normalise_stations

    answer = normalise_stations(_files(power, weather, accept_gaps=accept_gaps), kind.value, output)
    _tell(answer.notes)
    columns = ("station", "year", "observed_share", "index_ratio", "normalised_share", "weather_years")
    show_frame(answer.table, columns, form)
    typer.echo(f"{answer.table.height} 行 / rows → {output}")


def _files(power: Path, weather: Path | None, *, accept_gaps: bool) -> StationFiles:
    from dafeng.app.power_forecast_file import StationFiles

    return StationFiles(power, weather, accept_gaps)


def _widen(table: pl.DataFrame) -> pl.DataFrame:
    """Return the scores with a column for each model; rules by their id."""
    import polars as pl

    named = table.filter(pl.col("measure").is_in(["rule_days", "rule_penalty"]).not_())
    named = named.with_columns(
        score=pl.when(pl.col("rule") == "none").then("measure").otherwise("rule"),
        value=pl.col("value").round(4),
    )
    return named.pivot("model", index=["station", "horizon", "score"], values="value")


def _warn_bound() -> None:
    typer.echo(
        "注意：天气为实测，结果是上界，不是预报\n"
        "note: the weather is measured: an upper bound, not a forecast",
        err=True,
    )


def _tell(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        typer.echo(f"注意 {finding.text('zh')}\nnote {finding.text('en')}", err=True)
