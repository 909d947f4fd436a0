"""What the pathway commands say: Chinese line first, the English line below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from dafeng import terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.app.pathway_file import PathwayAnswer
    from dafeng.pathway.calibration import CalibrationSummary

AXES = {
    "production": ("生产侧", "production"), "consumption": ("消费侧", "consumption"),
    "included": ("含外送电", "exported power included"),
    "excluded": ("不含外送电", "exported power left out"),
    "with_process": ("含工业过程", "with processes"), "energy_only": ("仅能源", "energy only"),
    "co2": ("二氧化碳", "CO2"), "all": ("全部气体", "all gases"),
}  # fmt: skip
AXIS_NAMES = ("boundary", "power_export", "process", "gases")
MEASURES = {
    "peaked_share": "届时已达峰的份额 / share peaked", "peak_year": "达峰年 / peak year",
    "peak_level": "峰值 / peak level", "plateau_share": "平台期份额 / plateau",
    "none_share": "期内未达峰份额 / no peak", "emissions": "排放 / emissions",
    "cumulative": "累计 / cumulative", "years_below_floor": "不满足保供的年数 / years below a floor",
}  # fmt: skip
OPEN_YEAR = ("期内未达峰", "no peak within the horizon")
SHOWN_YEAR = 2030
BRIEF = ("peaked_share", "peak_year", "peak_level")
VERDICTS = {
    "narrow": ("偏窄", "too narrow"), "fits": ("在要求之内", "as it should be"), "wide": ("偏宽", "too wide"),
}  # fmt: skip
"""Words of :func:`dafeng.pathway.hindcast.judge_coverage`."""
FEW_DRAWS = 100
"""Futures below which shares of them are no more than an example."""


def name_scope(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the scope of a row in Chinese and in English."""
    words = [AXES[row[axis]] for axis in AXIS_NAMES]
    return "、".join(word[0] for word in words), ", ".join(word[1] for word in words)


def print_calibration(summary: CalibrationSummary) -> None:
    """Print how the base year was taken over; stands before every projection."""
    year, gap = summary.year, summary.largest_gap_t
    exact = ("逐格一致", "equal to the inventory") if gap < 1e-3 else ("不一致", "unlike the inventory")
    typer.echo(
        f"校准：{year} 年能源燃烧 {summary.total_mt:.1f} Mt CO₂，{summary.cells} 格与清单{exact[0]}"
        f"（最大相差 {gap:.2g} t）；{summary.split_cells} 格分到多个环节；{_states(summary, 'zh')}；"
        f"按碳反推的能量 {summary.inferred_tj:,.0f} TJ\n"
        f"calibration: combustion in {year} {summary.total_mt:.1f} Mt CO2, {summary.cells} cells {exact[1]} "
        f"(largest gap {gap:.2g} t); {summary.split_cells} cells split over several chains; "
        f"{_states(summary, 'en')}; energy inferred from carbon {summary.inferred_tj:,.0f} TJ"
    )


def _states(summary: CalibrationSummary, language: str) -> str:
    """Return the share of the emissions by the state of the shares that they were split with."""
    total = sum(summary.by_state_mt.values()) or 1.0
    stop, between = ("：", "、") if language == "zh" else (" ", ", ")
    known = terms.entries("evidence_state")
    parts = [f"{known[state][language].replace('：', ' ')} {100 * part / total:.0f}%"
             for state, part in summary.by_state_mt.items()]  # fmt: skip
    head = "份额的依据" if language == "zh" else "basis of the shares:"
    return f"{head}{stop}{between.join(parts)}"


def print_pathway(answer: PathwayAnswer, seed: int) -> None:
    """Print the answers of a run, scope by scope, Chinese first."""
    peaks, fan = answer.tables["pathway.peak"], answer.tables["pathway.fan"]
    scenario = answer.scenario
    typer.echo(f"情景 / scenario {scenario.id}: {scenario.name_zh} / {scenario.name_en}")
    for row in peaks.iter_rows(named=True):
        if row == peaks.row(0, named=True):
            typer.echo(f"{row['draws']} 种未来，种子 {seed} / {row['draws']} futures, seed {seed}")
            _warn_few(row["draws"])
        zh, en = name_scope(row)
        at = _total(fan, row)
        typer.echo(
            f"[{zh}] {row['by_year']} 年前达峰：{row['words_zh']}；达峰年{_years(row, 0)}；"
            f"峰值 {_range(row, 'level_p50', 'level_p05', 'level_p95')} {row['unit']}；平台期 "
            f"{_percent(row['plateau_share'])}，期内未达峰 {_percent(row['none_share'])}；"
            f"{SHOWN_YEAR} 年 {at}\n"
            f"[{en}] peak by {row['by_year']}: {row['words_en']}; peak year, {_years(row, 1)}; "
            f"level {_range(row, 'level_p50', 'level_p05', 'level_p95')} {row['unit']}; plateau "
            f"{_percent(row['plateau_share'])}, no peak {_percent(row['none_share'])}; {SHOWN_YEAR} {at}"
        )
    print_security(answer.tables["pathway.security"], answer.below)


def _warn_few(draws: int) -> None:
    if draws < FEW_DRAWS:
        typer.echo(
            f"只有 {draws} 种未来，以下份额仅为示例，不宜引用；请用 --draws 加多\n"
            f"with only {draws} futures the shares below are an example and not to be quoted; raise --draws"
        )


def print_security(marks: pl.DataFrame, below: tuple[str, ...]) -> None:
    """Print the mark of supply security."""
    names = terms.entries("pathway_drivers")
    if below:
        zh = "、".join(names[driver]["zh"] for driver in below)
        en = ", ".join(names[driver]["en"] for driver in below)
        typer.echo(
            f"不满足保供：{zh}（见 security.csv）\nbelow the floor of supply security: {en} (security.csv)"
        )
    elif marks.height:
        typer.echo("满足保供 / floors of supply security kept")
    else:
        typer.echo("省包没有保供底线，未核对 / the pack sets no floors of supply security; not checked")


def _years(row: Mapping[str, Any], place: int) -> str:
    """Return the median of the peak year and its range; a year that is open is said in words."""
    low, middle, high = (
        OPEN_YEAR[place] if row[name] is None else str(row[name])
        for name in ("p05_year", "p50_year", "p95_year")
    )
    return f"中位 {middle}（{low}—{high}）" if place == 0 else f"median {middle} ({low} to {high})"


def _range(row: Mapping[str, Any], middle: str, low: str, high: str) -> str:
    return f"{row[middle]:.1f} ({row[low]:.1f}–{row[high]:.1f})"


def _total(fan: pl.DataFrame, row: Mapping[str, Any]) -> str:
    """Return the total of the year that is asked for, in the scope of a row."""
    import polars as pl

    found = fan.filter(pl.col("year") == SHOWN_YEAR, *(pl.col(axis) == row[axis] for axis in AXIS_NAMES))
    if found.is_empty():
        return "—"
    total = found.row(0, named=True)
    return f"{_range(total, 'p50', 'p05', 'p95')} {total['unit']}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def lay_side_by_side(table: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Return a comparison for the screen: scope in words, and a table with one column a scenario of ours.

    The first scope is shown whole, of the others only the peak and the total of ``SHOWN_YEAR``.
    """
    import polars as pl

    scopes: dict[str, dict[tuple[str, str], dict[str, str]]] = {}
    ours = table.filter(~table["measure"].str.starts_with("other_"))
    for row in ours.iter_rows(named=True):
        first = next(iter(scopes), "")
        scope = " / ".join(name_scope(row)) if row["boundary"] else first
        if scope != first and first and not _is_brief(row):
            continue
        place = (MEASURES[row["measure"]], "" if row["year"] is None else str(row["year"]))
        scopes.setdefault(scope, {}).setdefault(place, {})[row["scenario"]] = _cell(row)
    scenarios = list(dict.fromkeys(ours["scenario"]))
    return [
        (
            scope,
            pl.DataFrame([
                {"指标 / measure": measure, "年 / year": year}
                | {name: cells.get(name, "—") for name in scenarios}
                for (measure, year), cells in rows.items()
            ]),
        )
        for scope, rows in scopes.items()
    ]  # fmt: skip


def print_comparison(table: pl.DataFrame) -> None:
    """Print scenarios side by side, scope by scope, and what others published."""
    from dafeng.cli.output import draw_table

    for scope, part in lay_side_by_side(table):
        typer.echo(f"{scope}\n{draw_table(part)}", nl=False)
    others = draw_table(list_others(table))
    typer.echo(f"他人公布的结果（口径各异）/ results of others, each with its own scope\n{others}", nl=False)


def _is_brief(row: Mapping[str, Any]) -> bool:
    """Return whether a measure is shown of every scope."""
    return row["measure"] in BRIEF or (row["measure"] == "emissions" and row["year"] == SHOWN_YEAR)


def print_hindcast(summary: pl.DataFrame) -> None:
    """Print how the models did over all sectors, and whether the ranges were right."""
    import polars as pl

    from dafeng.cli.output import draw_table
    from dafeng.pathway.hindcast import ACCEPTED, judge_coverage

    columns = ["model", "target", "n", "mean_crps", "unit", "bias_share", "coverage50", "coverage90", "skill"]
    shown = summary.filter(pl.col("target").is_in(["groups", "total", "indicators"]))
    typer.echo(draw_table(shown.select(columns)), nl=False)
    groups = summary.filter(pl.col("model") == "engine", pl.col("target") == "groups")
    if groups.is_empty():
        return
    share, n = groups["coverage90"][0], groups["n"][0]
    low, high = ACCEPTED
    zh, en = VERDICTS[judge_coverage(share)]
    typer.echo(
        f"引擎的 90% 区间盖住 {n} 个部门年中的 {100 * share:.0f}%"
        f"（应在 {100 * low:.0f}%—{100 * high:.0f}%）：{zh}\n"
        f"the 90 % range of the engine covers {100 * share:.0f}% of {n} sector-years "
        f"(wanted {100 * low:.0f} to {100 * high:.0f}%): {en}"
    )


def _cell(row: Mapping[str, Any]) -> str:
    """Return a value with its range and its difference to the first scenario."""
    if row["value"] is None:
        return "—"
    form = "{:.2f}" if row["unit"] == "1" else "{:.0f}" if row["unit"] in {"year", "a"} else "{:.1f}"
    text = form.format(row["value"])
    if row["low"] is not None or row["high"] is not None:
        low, high = ("…" if end is None else form.format(end) for end in (row["low"], row["high"]))
        text += f" ({low}–{high})"
    if row["difference"]:
        text += " Δ" + form.replace("{:", "{:+").format(row["difference"])
    return text


def list_others(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of others in a comparison, as they are shown."""
    others = table.filter(table["measure"].str.starts_with("other_"))
    return others.select(
        "origin", "name_zh", "measure", "variable", "year", "value", "low", "high", "unit", "scope_zh", "weak"
    )
