"""``dafeng peak``: has a yearly series peaked, and how often is the rule wrong."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dafeng.cli.output import Format, FormatOption, draw_table, to_json, write_answer
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from dafeng.app.peak_file import PeakAnswer

app = typer.Typer(no_args_is_help=True, help="达峰检验 / peak test")


class Correction(StrEnum):
    """What is done about autocorrelation in the trend test."""

    none = "none"
    hamed_rao = "hamed_rao"
    prewhiten = "prewhiten"


@app.callback()
def _group() -> None:
    """达峰检验 / peak test."""


@app.command("test")
def judge_command(
    series: Annotated[Path, typer.Option(help="CSV：year,value 或 年份,数值 / CSV of year and value")],
    as_json: Annotated[bool, typer.Option("--json", help="同 --format json / the same")] = False,
    form: FormatOption = Format.table,
    unit: Annotated[str, typer.Option(help="数值的单位，只用于显示 / unit of the values, for display")] = "",
    output: Annotated[Path | None, typer.Option(help="写入文件 / file to write")] = None,
    min_years: Annotated[
        int, typer.Option(help="最高年距末年至少几年 / fewest years from the maximum to the latest year")
    ] = 5,
    alpha: Annotated[float, typer.Option(help="趋势检验的显著性水平 / significance level")] = 0.05,
    flat_slope: Annotated[
        float, typer.Option(help="每年变化不超过最高值的这一比例算平 / yearly change that counts as flat")
    ] = 0.005,
    tie_band: Annotated[
        float, typer.Option(help="比最高值低不到这一比例算接近 / share below the maximum of a near tie")
    ] = 0.01,
    plateau_years: Annotated[int, typer.Option(help="平台期看最近几年 / years that form a plateau")] = 8,
    plateau_band: Annotated[
        float, typer.Option(help="平台期各年离最高值不超过 / share below the maximum on a plateau")
    ] = 0.08,
    correction: Annotated[
        Correction, typer.Option(help="趋势检验的自相关修正 / correction for autocorrelation")
    ] = Correction.none,
    samples: Annotated[int, typer.Option(help="每种情形模拟多少条 / simulated series for each truth")] = 4000,
    seed: Annotated[int, typer.Option(help="模拟的随机种子 / seed of the simulation")] = 20300,
) -> None:
    """检验序列是否已达峰，并给出误判率 / test whether a series has peaked, with the error rates."""
    from dafeng.app.peak_file import PeakRequest, answer_peak, describe_answer
    from dafeng.peaktest import PeakRule

    rule = PeakRule(
        min_years, alpha, flat_slope, tie_band, plateau_years, plateau_band, correction.value
    )  # fmt: skip
    request = PeakRequest(
        series, rule, unit, samples, seed, output, read_settings().max_file_mb * 2**20
    )  # fmt: skip
    answer = answer_peak(request)
    if as_json or form is Format.json:
        write_answer(to_json(describe_answer(answer)), output)
    elif form is Format.csv:
        write_answer(answer.verdict.write_csv(), output)
    else:
        write_answer(_show(answer), output)


def _show(answer: PeakAnswer) -> str:
    """Return verdict and notes in both languages and the error rates by years."""
    import polars as pl

    from dafeng import terms
    from dafeng.peaktest import explain_study
    from dafeng.peaktest.explanation import count_of_hundred

    found = answer.study.assessment
    zh, en = (terms.name("peak_verdict", found.verdict, code) for code in ("zh", "en"))
    lines = [f"{zh} / {en}", f"{found.peak_year}: {found.peak_value:g} {answer.unit}".rstrip()]
    for note in explain_study(answer.study):
        lines += [note.text("zh"), note.text("en")]
    columns = {
        "转折后年数 / years since the turn": [rates.case.years_since_turn for rates in answer.study.by_years],
        "下降被认出 / declines found": [count_of_hundred(rates.hit) for rates in answer.study.by_years],
        "平台误判 / plateaus called peaked": [
            count_of_hundred(rates.false_alarm) for rates in answer.study.by_years
        ],
        "增长误判 / growing called peaked": [
            count_of_hundred(rates.false_alarm_growing) for rates in answer.study.by_years
        ],
    }
    lines.append("每 100 条模拟序列 / of 100 simulated series:")
    return "\n".join(lines) + "\n" + draw_table(pl.DataFrame(columns))
