"""``dafeng track warn``: warnings on any day, or everything about one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption, language, show_frame, to_json, write_answer
from dafeng.settings import read_settings

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from dafeng.app.stages import RunContext
    from dafeng.errors import InputRefused, Language

LISTED = ("target_id", "level", "is_official", "own_level", "period", "observed", "required", "unit")


def warn_command(
    target: Annotated[
        str | None, typer.Argument(help="目标编号；不写则列出全部 / target id; all without it")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="预警日期 / day of the warning, 2026-11-22")] = None,
    level: Annotated[
        str | None, typer.Option(help="只列该等级，如 red、amber / only this level, as red or amber")
    ] = None,
    pack: PackOption = None,
    form: FormatOption = Format.table,
    output: Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")] = None,
) -> None:
    """按晴雨表规则给出等级，并列出完成概率和说明 / levels by the dated rule, with chances and reasons."""
    import polars as pl

    from dafeng.app.clock import parse_day
    from dafeng.app.stages import RunContext
    from dafeng.app.warning_stage import make_warnings
    from dafeng.pack import read_pack

    if target is not None and level is not None:
        message = "目标编号和 --level 只能给一个 / give a target or --level, not both"
        raise typer.BadParameter(message)
    wanted = None if level is None else _level_code(level)
    day = parse_day(as_of)
    context = RunContext(read_pack(pack or read_settings().pack), day, accept_findings=False)
    chosen = None if target is None else _target_id(context, target)
    warnings = make_warnings(context)
    if chosen is not None:
        _show_one(_row_of(warnings, chosen, day), context, form, output)
        return
    shown = warnings if wanted is None else warnings.filter(pl.col("level") == wanted)
    if form is Format.table and wanted is None:
        shown = shown.filter((pl.col("level") != "cannot_judge") | pl.col("p_met").is_not_null())
    show_frame(shown, [*LISTED, f"why_{language()}"], form, output)
    hidden = warnings.height - shown.height
    if hidden and wanted is None:
        typer.echo(
            f"另有 {hidden} 项目标不能判断，未列；用 --level cannot_judge 列出\n"
            f"{hidden} targets that cannot be judged are left out; list them with --level cannot_judge",
            err=True,
        )


def _level_code(text: str) -> str:
    """Return the code of a level given by code or name, or refuse with the nearest one."""
    from dafeng import terms
    from dafeng.errors import Finding, InputRefused
    from dafeng.table import Suggestion

    known = terms.aliases("warning_level")
    code = known.get(text.strip().lower())
    if code is None:
        names = ", ".join(f"{code} {row['zh']}" for code, row in terms.entries("warning_level").items())
        params = {"name": "level", "value": text, "known": names, "suggestion": Suggestion(text, known)}
        raise InputRefused([Finding("filter_unknown", params=params)])
    return code


def _target_id(context: RunContext, text: str) -> str:
    """Return the id of a target given by it or by the numbering of its document."""
    import polars as pl

    targets = context.pack.tables["targets"]
    ids = targets.filter((pl.col("target_id") == text) | (pl.col("label") == text))["target_id"]
    if ids.is_empty():
        raise _unknown(text, targets["target_id"].to_list())
    return str(ids[0])


def _row_of(warnings: pl.DataFrame, target_id: str, day: date) -> dict[str, Any]:
    """Return the warning of a target, or refuse: its document may not be out yet on the day."""
    import polars as pl

    from dafeng.errors import InputRefused

    found = warnings.filter(pl.col("target_id") == target_id)
    if found.is_empty():
        raise InputRefused.of("warning_before_document", target=target_id, day=day)
    return found.row(0, named=True)


def _unknown(text: str, known: list[str]) -> InputRefused:
    from dafeng.errors import Finding, InputRefused
    from dafeng.table import Suggestion

    params = {"what": "target", "value": text, "suggestion": Suggestion(text, known)}
    return InputRefused([Finding("id_unknown", params=params)])


def _show_one(row: dict[str, Any], context: RunContext, form: Format, output: Path | None) -> None:
    from dafeng.table import frame_of
    from dafeng.tracking.warning import Warnings

    if form is Format.csv:
        write_answer(frame_of([row], Warnings).write_csv(), output)
        return
    words = _words_of(row, context)
    if form is Format.json:
        write_answer(to_json({**row, "words": words}), output)
        return
    write_answer("".join(f"{name}：{text}\n" for name, text in words.items()), output)


def _words_of(row: dict[str, Any], context: RunContext) -> dict[str, str]:
    """Return everything about a warning as headed lines, in the language of the terminal."""
    from dafeng import terms

    say: Language = "zh" if language() == "zh" else "en"
    tables = context.pack.tables
    target = tables["targets"].row(by_predicate=_is(row["target_id"]), named=True)
    official = terms.name("warning_level", row["level"], say)
    own = terms.name("hint_level", row["own_level"], say)
    reason = terms.name("warning_reason", row["level_reason"], say)
    lines = [
        ("目标", "Target", f"{row['target_id']} {target[f'name_{say}']}"),
        ("截至", "As of", row["as_of"]),
        ("等级", "Level", f"{official} · {reason}" + (f" ({row['rule_id']})" if row["rule_id"] else "")),
        ("概率提示", "Hint by probability", own),
        ("说明", "Explanation", row[f"why_{say}"]),
        ("驱动因素", "Driver", terms.name("driver", row["driver"], say) if row["driver"] else ""),
        ("责任部门", "Responsible", _names(tables["agencies"], "agency_id", row["agency_ids"])),
        ("方案中的措施", "Measures of the plan", _names(tables["levers"], "lever_id", row["lever_ids"])),
    ]
    return {zh if say == "zh" else en: text for zh, en, text in lines if text}


def _is(target_id: str) -> pl.Expr:
    import polars as pl

    return pl.col("target_id") == target_id


def _names(frame: pl.DataFrame, key: str, ids: str | None) -> str:
    names = dict(frame.select(key, f"name_{language()}").iter_rows())
    return ("、" if language() == "zh" else ", ").join(names[one] for one in (ids or "").split(";") if one)
