"""``dafeng tasks``: the task board (调度): tasks of the plan, where they stand, what is in their way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dafeng.cli.options import PackOption
from dafeng.cli.output import Format, FormatOption, to_json, write_answer
from dafeng.cli.register_options import (
    ActorOption,
    DatabaseOption,
    OutputFileOption,
    ReasonOption,
    SearchOption,
    SetOption,
    WhereOption,
    language_of,
    open_for,
    show_rows,
    tell_written,
)
from dafeng.cli.tasks_forms import (
    assess_command,
    balance_command,
    fill_command,
    form_command,
    report_command,
)

app = typer.Typer(
    no_args_is_help=True, help="任务调度、问题上报和自评 / task board, issues, self-assessments"
)
for _name, _command in (
    ("form", form_command), ("fill", fill_command), ("assess", assess_command), ("report", report_command),
    ("balance", balance_command),
):  # fmt: skip
    app.command(_name)(_command)

SHOWN = (
    "task_no",
    "title",
    "state_name",
    "due_text",
    "overdue_days",
    "done_share",
    "evidence_files",
    "open_issues",
)
COUNTED = (
    "name", "tasks", "not_accepted", "under_way", "blocked", "submitted", "done", "overdue",
    "most_overdue_days", "no_date",
)  # fmt: skip
LISTED = ("task_no", "title", "agency", "region", "state", "due", "share_done", "changed_at")
ISSUES_LISTED = ("issue_no", "title", "task", "severity", "raised_on", "waiting_for", "state")
TaskArgument = Annotated[
    str, typer.Argument(help="任务编号，如 C2.1.2-energy_bureau / number of the task", show_default=False)
]
DayOption = Annotated[
    str | None, typer.Option("--as-of", help="以该日为准，可为过去某日 / day, also one of the past")
]
WriteOption = Annotated[bool, typer.Option("--write", help="写入；缺省只预览 / write; default: a preview")]
IssueOption = Annotated[
    bool, typer.Option("--issue", help="编号是问题而非任务 / the number is that of an issue")
]


@app.command("seed")
def seed_command(
    write: WriteOption = False, pack: PackOption = None, database: DatabaseOption = None,
    actor: ActorOption = None, form: FormatOption = Format.table, output: OutputFileOption = None,
) -> None:  # fmt: skip
    """由方案条款导出任务；重复运行只补新的 / derive tasks from the plan; again: only what is new."""
    from dafeng.app.tasks_seed import preview_seed, write_seed
    from dafeng.cli.register_words import names_of_field, show_words
    from dafeng.register.tasks_contracts import TaskSeeds

    with open_for(pack, database, actor, reads=not write) as book:
        found = write_seed(book) if write else preview_seed(book)
    if not write:
        shown = found.seeds if form is not Format.table else found.seeds.filter(found.seeds["is_new"])
        standing = {"standing": names_of_field(book, "tasks", "standing")}
        show_words(shown, TaskSeeds, ("task_no", "title", "role", "standing", "due"), form, output, standing)
    hint = _hint(write)
    typer.echo(
        f"任务 / tasks {found.seeds.height}，新 / new {found.new}"
        + (f"，批次 / batch {found.batch_id}" if found.batch_id else f"，未写入 / nothing written{hint}"),
        err=True,
    )  # fmt: skip


@app.command("board")
def board_command(
    agency: Annotated[str | None, typer.Option(help="责任单位 / body")] = None,
    city: Annotated[str | None, typer.Option(help="市 / city")] = None,
    clause: Annotated[str, typer.Option(help="条款，含其下级 / clause and those below")] = "",
    state: Annotated[str, typer.Option(help="状态代码 / code of the state")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="只看逾期 / only overdue")] = False,
    blocked: Annotated[bool, typer.Option("--blocked", help="只看受阻 / only blocked")] = False,
    no_evidence: Annotated[
        bool, typer.Option("--evidence-missing", help="只看缺佐证 / only those without evidence")
    ] = False,
    due_before: Annotated[str | None, typer.Option(help="期限早于该日 / due before the day")] = None,
    by: Annotated[
        str, typer.Option(help="按 agency、city 或 clause 计数 / count by agency, city or clause")
    ] = "",
    as_of: DayOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """任务进展：逾期、受阻、缺佐证；可回到过去某日 / where tasks stand, on any day."""
    from dafeng.app.clock import parse_day
    from dafeng.app.tasks_board import GROUPS, read_board, write_board
    from dafeng.app.tasks_subjects import resolve_code
    from dafeng.cli.register_words import pick, show_words
    from dafeng.register.tasks_contracts import TaskBoard, TaskCounts
    from dafeng.register.tasks_standing import ALL_DONE, NO_DATE, BoardFilter

    if by and by not in GROUPS:
        raise typer.BadParameter(f"{by}: {'、'.join(GROUPS)}")
    with open_for(pack, database, actor, as_of, reads=True) as book:
        wanted = BoardFilter(
            agency=resolve_code(book, "agency", agency) if agency else "",
            city=resolve_code(book, "region", city) if city else "",
            clause=clause, state=state, overdue=overdue, blocked=blocked, evidence_missing=no_evidence,
            due_before=parse_day(due_before) if due_before else None,
        )  # fmt: skip
        board = read_board(book, wanted, language_of())
    if output is not None and output.suffix.lower() == ".xlsx":
        write_board(board, output)
        typer.echo(f"{board.tasks.height} 项 / tasks → {output}")
    elif by:
        show_words(board.counts.filter(board.counts["group_kind"] == by), TaskCounts, COUNTED, form, output)
    elif form is Format.table:
        due = {both: pick((both.split(" / ")[0], both.split(" / ")[-1])) for both in (NO_DATE, ALL_DONE)}
        show_words(board.tasks, TaskBoard, SHOWN, form, output, {"due_text": due})
    else:
        show_words(board.tasks, TaskBoard, SHOWN, form, output)


@app.command("list")
def list_command(
    where: WhereOption = None,
    search: SearchOption = "",
    sort: Annotated[list[str] | None, typer.Option(help="排序，- 为降序 / order, - descends")] = None,
    limit: Annotated[int, typer.Option(help="行数 / rows")] = 50,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """查询任务 / ask for tasks."""
    from dafeng.app.register_query import query_rows
    from dafeng.app.register_question import Question

    question = Question(tuple(where or ()), search, tuple(sort or ("task_no",)), limit)
    with open_for(pack, database, actor, reads=True) as book:
        answer = query_rows(book, "tasks", question)
        show_rows(answer.frame, book, answer.register, LISTED, form, output)


@app.command("show")
def show_command(
    task: TaskArgument,
    issue: IssueOption = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """一项任务的全部内容、可办手续和附件 / all about a task: values, open steps, files."""
    from dafeng.app.register_show import show_row
    from dafeng.cli.register_text import describe_row, row_facts

    with open_for(pack, database, actor, reads=True) as book:
        view = show_row(book, "issues" if issue else "tasks", task)
    if form is Format.table:
        write_answer(describe_row(view, book.library), output)
    else:
        write_answer(to_json(row_facts(view)), output)


@app.command("add")
def add_command(
    clause: Annotated[str, typer.Option(help="条款 / clause")],
    subject: Annotated[str, typer.Option(help="市或部门 / city or body")],
    title: Annotated[str, typer.Option(help="任务名称 / title")],
    measure: Annotated[str, typer.Option(help="措施 / measure")],
    source: Annotated[str, typer.Option(help="依据 / what it rests on")],
    due: Annotated[str | None, typer.Option(help="期限 / deadline, 2027-06-30")] = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """在方案任务之外增加任务 / add a task beside those of the plan."""
    from dafeng.app.tasks_add import NewTask, add_task

    with open_for(pack, database, actor) as book:
        tell_written(add_task(book, NewTask(clause, subject, title, measure, due, source)))


@app.command("step")
def step_command(
    number: TaskArgument,
    step: Annotated[str, typer.Argument(help="手续：accept、start、submit、verify … / step")],
    settings: SetOption = None,
    evidence: Annotated[
        list[Path] | None, typer.Option("--file", help="佐证文件，可重复 / file of evidence, may be repeated")
    ] = None,
    reason: ReasonOption = None,
    issue: IssueOption = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """办一步手续：签收、推进、报送、审核、退回、办结等 / take a step of a task or an issue."""
    from dafeng.app.register_entry import read_values, split_settings
    from dafeng.app.register_steps import take_step

    register_id = "issues" if issue else "tasks"
    with open_for(pack, database, actor) as book:
        values = read_values(book, book.library.register(register_id), split_settings(settings or []))
        tell_written(take_step(book, register_id, number, step, values, reason, evidence or ()))


@app.command("block")
def block_command(
    task: TaskArgument,
    title: Annotated[str, typer.Option(help="问题 / issue, in a few words")],
    about: Annotated[str, typer.Option(help="情况说明 / what is the matter")],
    severity: Annotated[
        str, typer.Option(help="minor 一般、serious 较重、major 重大 / how severe")
    ] = "serious",
    waiting_for: Annotated[
        str | None, typer.Option(help="等哪个单位（编号） / id of the body that has to act")
    ] = None,
    asked: Annotated[str | None, typer.Option(help="请求事项 / what is asked")] = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
) -> None:
    """报告任务受阻并登记问题 / report a task as blocked and open an issue."""
    from dafeng.app.tasks_issues import IssueReport, report_issue

    with open_for(pack, database, actor) as book:
        number = report_issue(book, IssueReport(task, title, about, severity, waiting_for, asked))
    typer.echo(f"问题 / issue {number}")


@app.command("issues")
def issues_command(
    where: WhereOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """受阻与重大问题 / issues."""
    from dafeng.app.register_query import query_rows
    from dafeng.app.register_question import Question

    with open_for(pack, database, actor, reads=True) as book:
        answer = query_rows(book, "issues", Question(tuple(where or ()), sort=("raised_on",), limit=1000))
        show_rows(answer.frame, book, answer.register, ISSUES_LISTED, form, output)


@app.command("escalate")
def escalate_command(
    write: WriteOption = False,
    rules: Annotated[Path | None, typer.Option(help="上报规则 CSV / CSV of rules")] = None,
    as_of: DayOption = None,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """按规则逐级上报未解决问题，说明依据 / pass open issues up by dated rules, with the reason."""
    from dafeng.app.tasks_issues import escalate, find_due
    from dafeng.cli.register_words import names_of_field, names_of_states, pick, show_words
    from dafeng.register.tasks_contracts import Escalations

    with open_for(pack, database, actor, as_of) as book:
        due = find_due(book, rules)
        written = escalate(book, due) if write else 0
        states = names_of_states(book.library.register("issues"))
        words = {"severity": names_of_field(book, "issues", "severity"), "state": states, "due_level": states}
    columns = ("issue_no", "title", "severity", "days_open", "state", "due_level")
    show_words(due, Escalations, columns, form, output, words)
    if form is Format.table and output is None:
        for row in due.iter_rows(named=True):
            typer.echo(f"{row['issue_no']}: {row[pick(('why_zh', 'why_en'))]}")
    hint = _hint(write) if due.height else ""
    typer.echo(f"应上报 / due {due.height}，已上报 / passed up {written}{hint}", err=True)


def _hint(write: bool) -> str:
    return "" if write else "（加 --write 写入 / add --write to write）"


@app.command("history")
def history_command(
    number: Annotated[str | None, typer.Argument(help="编号；缺省全部 / number; all without it")] = None,
    issue: IssueOption = False,
    pack: PackOption = None,
    database: DatabaseOption = None,
    actor: ActorOption = None,
    form: FormatOption = Format.table,
    output: OutputFileOption = None,
) -> None:
    """谁在何时改了什么 / who changed what and when."""
    from dafeng.app.register_history import list_history
    from dafeng.cli.register_words import show_history

    with open_for(pack, database, actor, reads=True) as book:
        register = book.library.register("issues" if issue else "tasks")
        show_history(list_history(book, register.id, number), book, register, form, output)
