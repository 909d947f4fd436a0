"""``dafeng notice``: drafts of reminders, circulars, interview notices and letters, and what came of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption, language, show_frame
from dafeng.settings import read_settings

app = typer.Typer(
    no_args_is_help=True,
    help="文书草稿与跟进：系统起草，由人印发 / drafts of notices and follow-up: people issue them",
)


class NoticeKind(StrEnum):
    """What a notice is."""

    reminder = "reminder"
    circular = "circular"
    interview = "interview"
    feedback = "feedback"


class NoticeState(StrEnum):
    """States that people record; the draft records itself."""

    issued = "issued"
    answered = "answered"
    measures_agreed = "measures_agreed"
    closed = "closed"
    withdrawn = "withdrawn"


class DocumentLanguage(StrEnum):
    """Language of a document."""

    zh = "zh"
    en = "en"


class DocumentForm(StrEnum):
    """Form of a document."""

    docx = "docx"
    html = "html"
    md = "md"


DEFAULT_DRAFTER = "dafeng"


@app.command("draft")
def draft_command(
    output: Annotated[
        Path, typer.Option(help="文件 .docx、.html 或 .md；--all 时为文件夹 / file, or folder with --all")
    ],
    kind: Annotated[NoticeKind | None, typer.Option(help="文书种类 / kind of notice")] = None,
    subject: Annotated[str | None, typer.Option(help="对象编号或名称 / id or name of the subject")] = None,
    target: Annotated[str | None, typer.Option(help="只就一项目标 / about one target only")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="起草结果要求的全部文书 / every draft that the results ask for")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="dafeng run 的结果文件夹 / output folder of dafeng run")
    ] = None,
    earlier: Annotated[
        Path | None, typer.Option(help="上一期的结果文件夹 / output folder of the issue before")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="结果日期 / day of the results")] = None,
    written: Annotated[
        DocumentLanguage, typer.Option("--language", help="文书语言 / language of the draft")
    ] = DocumentLanguage.zh,
    form: Annotated[
        DocumentForm, typer.Option("--format", help="--all 时的文件形式 / form of the files with --all")
    ] = DocumentForm.docx,
    by: Annotated[str, typer.Option(help="起草记录署名 / who is named as drafter")] = DEFAULT_DRAFTER,
    pack: PackOption = None,
) -> None:
    """起草提醒函、通报、约谈通知或反馈函，并在同一文件夹登记 / draft a notice and record it beside."""
    from dafeng.app.clock import parse_day
    from dafeng.app.notice_file import DraftRequest, draft_all_notices, draft_notice
    from dafeng.errors import InputRefused

    if not every and kind is None:
        raise InputRefused.of("notice_kind_missing")
    if not by.strip():
        raise InputRefused.of("notice_field_missing", state="drafted", field="--by")
    for option, value in (("subject", subject), ("target", target)):
        if every and value is not None:
            raise InputRefused.of("notice_all_narrowed", option=option)
    request = DraftRequest(
        pack or read_settings().pack, output, by, kind and kind.value, subject, target,
        None if as_of is None else parse_day(as_of), out, earlier, written.value,
    )  # fmt: skip
    if not every:
        draft = draft_notice(request)
        typer.echo(f"草稿 / draft {draft.notice.notice_id} → {draft.path}")
        return
    made = draft_all_notices(request, f".{form.value}")
    for draft in made.drafts:
        typer.echo(f"草稿 / draft {draft.notice.notice_id} → {draft.path}")
    for notice_id in made.kept:
        typer.echo(f"已在办理，未改 / in use, left alone: {notice_id}")
    typer.echo(f"{len(made.drafts)} 份 / drafts")


@app.command("record")
def record_command(
    folder: Annotated[
        Path, typer.Argument(help="含 follow_ups.csv 的文件夹 / folder that holds follow_ups.csv")
    ],
    notice: Annotated[str, typer.Option(help="文书编号 / id of the notice")],
    state: Annotated[NoticeState, typer.Option(help="新状态 / new state")],
    by: Annotated[str, typer.Option(help="记录人 / who records it")],
    number: Annotated[str | None, typer.Option(help="发文字号 / number of the document")] = None,
    due: Annotated[str | None, typer.Option(help="要求反馈日期 / day by which to answer")] = None,
    text: Annotated[str | None, typer.Option(help="内容摘要 / what was said or agreed")] = None,
    on: Annotated[str | None, typer.Option(help="记录日期，缺省今天 / day of the record")] = None,
) -> None:
    """记录文书的印发、反馈、整改和销号 / record that a notice was issued, answered, agreed or closed."""
    from dafeng.app.clock import parse_day
    from dafeng.app.follow_up_file import record_notice
    from dafeng.cities.follow_up import NoticeStep

    due_on = None if due is None else parse_day(due).isoformat()
    step = NoticeStep(notice, state.value, parse_day(on), by, due_on, number or None, text or None)
    history = record_notice(folder, step)
    typer.echo(f"{notice}: {state.value} ({history.height})")


@app.command("list")
def list_command(
    folder: Annotated[
        Path, typer.Argument(help="含 follow_ups.csv 的文件夹 / folder that holds follow_ups.csv")
    ],
    as_of: Annotated[str | None, typer.Option(help="某日的情况，缺省今天 / as of this day")] = None,
    every: Annotated[bool, typer.Option("--all", help="包括已了结的 / closed ones too")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期的 / overdue ones only")] = False,
    form: FormatOption = Format.table,
    output: Annotated[Path | None, typer.Option("--output", help="写入文件 / file to write")] = None,
) -> None:
    """列出未了结和逾期的文书 / list open and overdue notices."""
    import polars as pl

    from dafeng import terms
    from dafeng.app.clock import parse_day
    from dafeng.app.follow_up_file import list_notices

    standing = list_notices(folder, parse_day(as_of))
    if overdue:
        standing = standing.filter(pl.col("overdue_days").is_not_null())
    elif not every:
        standing = standing.filter("is_open")
    if form is Format.table:
        words = {code: row[language()] for code, row in terms.entries("notice_state").items()}
        standing = standing.with_columns(pl.col("state").replace(words))
    columns = ["notice_id", "state", "recorded_on", "due_on", "overdue_days", "document_number", "target_ids"]
    show_frame(standing, columns, form, output)
